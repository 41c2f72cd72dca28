"""Entering and editing an outcome: its claims, what led to it, who took part, what is refused and what comes back."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from access.context import SYSTEM, acting_as
from access.levels import Level
from exchanges.models import Claim, Outcome, OutcomeAgreement, OutcomeChannel, OutcomeMeeting, OutcomeRole
from exchanges.querysets import figures_of
from intermediaries.models import Actor
from negotiations.models import Channel, Conflict
from records.models import HistoryEntry
from sources.models import Citation, Source
from tests.attacks.hostile import INVISIBLE, MARKUP
from tests.desk.sending import data_of, errors_of, form_of, sent
from tests.factories import make, make_world, verified
from tests.people import signed_in
from tests.records.kinds import api_of

pytestmark = pytest.mark.django_db
ADD = "/outcomes/add/"


@pytest.fixture
def world(two_sides):
    return two_sides


def edit(outcome) -> str:
    return reverse("desk:outcome-edit", args=[outcome.pk])


def entered(world) -> Outcome:
    with acting_as(SYSTEM):
        return Outcome.objects.select_related("label").exclude(pk=world.outcome.pk).get()


def claims_of(outcome) -> list[Claim]:
    with acting_as(SYSTEM):
        return list(Claim.objects.current().filter(outcome=outcome).order_by("recorded_at"))


def cited_by(record) -> list[Source]:
    with acting_as(SYSTEM):
        return [citation.source for citation in record.citations.current().select_related("source")]


def typed(world, **changes) -> dict:
    """Return what somebody types into the empty form: an exchange about which two sides say different things."""
    return {
        "outcome_kind": "exchange",
        "status": "completed",
        "started_on_day": "2",
        "started_on_month": "10",
        "started_on_year": "2025",
        "place": world.place.pk,
        "channels": [world.channel.pk],
        "meetings": [world.meeting.pk],
        "agreements": [world.agreement.pk],
        "claims-TOTAL_FORMS": "3",
        "claims-0-claimant": world.actor.pk,
        "claims-0-direction": "to_open",
        "claims-0-number": "1,189",
        "claims-0-said_on": "2025-10-02",
        "claims-1-claimant": world.other.pk,
        "claims-1-direction": "to_open",
        "claims-1-quantifier": "between",
        "claims-1-number": "150",
        "claims-1-number_high": "160",
        "claims-2-claimant": "",
        "roles-0-actor": world.other.pk,
        "roles-0-role": "hosting",
        "roles-0-credited_by": world.actor.pk,
        "sources-0-publisher": "A paper",
        "sources-0-url": "https://example.org/exchange",
        "notes": "In two buses.",
        "legal_basis": ["GC3-118"],
        "level": "1",
    } | changes


def test_an_outcome_is_entered_with_rival_claims_and_what_led_to_it(people, world, recorder):
    response = sent(recorder, ADD, **typed(world))
    assert response.status_code == 302, errors_of(response)
    outcome = entered(world)
    assert (outcome.author, outcome.review_state, outcome.label.level) == (people.recorder, "submitted", Level.INTERNAL)
    assert (outcome.conflict_id, outcome.when, outcome.legal_basis) == (
        world.conflict.pk,
        "2 October 2025",
        ["GC3-118"],
    )
    told = [(one.claimant_id, one.direction, one.category, one.stated, one.stage) for one in claims_of(outcome)]
    assert told == [
        (world.actor.pk, "to_open", "total", "1,189", "delivered"),
        (world.other.pk, "to_open", "total", "150–160", "delivered"),
    ]
    # Both rest on the one source named for the outcome.
    (source,) = cited_by(outcome)
    assert [cited_by(one) for one in claims_of(outcome)] == [[source], [source]]
    with acting_as(SYSTEM):
        for model, name in ((OutcomeChannel, "channel"), (OutcomeMeeting, "meeting"), (OutcomeAgreement, "agreement")):
            assert getattr(model.objects.get(outcome=outcome), name) == getattr(world, name)
        role = OutcomeRole.objects.get(outcome=outcome)
        assert (role.actor, role.role, role.credited_by) == (world.other, "hosting", world.actor)
        assert {entry.door for entry in HistoryEntry.objects.filter(record_id=outcome.pk)} == {"page"}
    # Nothing counts before a second person has looked at it; then it is a range, and never a sum.
    verified(Outcome, pk=outcome.pk)
    with acting_as(SYSTEM):
        assert figures_of([outcome])[outcome.pk] == []
    verified(Claim, outcome=outcome)
    with acting_as(SYSTEM):
        (figure,) = figures_of([outcome])[outcome.pk]
    assert (figure.low, figure.high) == (150, 1189)


@pytest.mark.parametrize(
    ("given", "category", "stage"),
    [
        ({"outcome_kind": "remains_transfer"}, "remains", "delivered"),
        ({"outcome_kind": "child_return"}, "children", "delivered"),
        ({"outcome_kind": "safe_passage", "variant": "ships"}, "vessels", "delivered"),
        ({"status": "announced"}, "total", "planned"),
        ({"status": "offered_not_accepted"}, "total", "offered"),
        ({"claims-0-category": "officers"}, "officers", "delivered"),
    ],
)
def test_a_claim_speaks_of_what_its_outcome_is(world, recorder, given, category, stage):
    response = sent(recorder, ADD, **typed(world, **given))
    assert response.status_code == 302, errors_of(response)
    claim = claims_of(entered(world))[0]
    assert (claim.category, claim.stage) == (category, stage)


def test_a_claim_names_its_source_where_there_is_not_just_one(world, recorder):
    with acting_as(SYSTEM):
        second = make(Source, publisher="Another paper")
    two = typed(world, **{"sources-TOTAL_FORMS": "2", "sources-1-source": second.pk})
    response = sent(recorder, ADD, **two)
    assert list(errors_of(response)) == ["claims-0-source"]
    assert "Choose the source that says so" in response.content.decode()
    none = typed(world, **{"sources-0-publisher": "", "sources-0-url": "", "sources-1-source": ""})
    assert list(errors_of(sent(recorder, ADD, **none))) == ["claims-0-source"]
    with acting_as(SYSTEM):
        assert Outcome.objects.count() == 1
        assert not Source.objects.filter(publisher="A paper").exists()
    own = {f"claims-{row}-source": second.pk for row in (0, 1)} | {"claims-0-quote": "1,189 came home"}
    response = sent(recorder, ADD, **(two | own))
    assert response.status_code == 302, errors_of(response)
    first, _other = claims_of(entered(world))
    assert cited_by(first) == [second]
    with acting_as(SYSTEM):
        assert first.citations.get().quote == "1,189 came home"


def test_what_is_recorded_is_shown_and_never_edited(people, world, recorder):
    response = sent(recorder, ADD, **typed(world))
    outcome = entered(world)
    before = [(claim.pk, claim.version, claim.number) for claim in claims_of(outcome)]
    page = recorder.get(edit(outcome)).content.decode()
    rows = form_of(page)
    assert [row["name"] for row in rows.select("[name^=claims-][name$=-number]")][:1] == ["claims-0-number"]
    assert rows.select_one("[name=claims-0-number]").get("value") is None
    for pk, _version, _number in before:
        assert f'href="{reverse("exchanges:claim-supersede", args=[pk])}"' in page
        assert reverse("exchanges:claim-refute", args=[pk]) not in page
    assert (
        reverse("exchanges:claim-refute", args=[before[0][0]])
        in signed_in(people.reviewer).get(edit(outcome)).content.decode()
    )
    response = sent(
        recorder, edit(outcome), title="Autumn exchange",
        **{"claims-0-claimant": world.other.pk, "claims-0-direction": "to_other", "claims-0-number": "185"},
    )  # fmt: skip
    assert response.status_code == 302, errors_of(response)
    after = claims_of(outcome)
    assert [(claim.pk, claim.version, claim.number) for claim in after[:2]] == before
    assert (after[2].direction, after[2].number) == ("to_other", 185)
    assert entered(world).title == "Autumn exchange"


def test_saving_without_a_change_writes_nothing(world, recorder):
    sent(recorder, ADD, **typed(world))
    outcome = entered(world)
    with acting_as(SYSTEM):
        before = HistoryEntry.objects.count()
    response = sent(recorder, edit(outcome))
    assert response.status_code == 302, errors_of(response)
    with acting_as(SYSTEM):
        assert HistoryEntry.objects.count() == before


def test_only_what_was_taken_out_goes(world, recorder):
    sent(recorder, ADD, **typed(world))
    outcome = entered(world)
    with acting_as(SYSTEM):
        late = make(Channel, conflict=world.conflict, name="Late line", mode="direct")
        gone = make(Channel, conflict=world.conflict, name="Gone line", mode="direct")
        make(OutcomeChannel, outcome=outcome, channel=gone)
        Channel.objects.filter(pk=gone.pk).update(withdrawn_at=timezone.now(), withdrawn_reason="twice")
    data = data_of(form_of(recorder.get(edit(outcome)).content.decode()))
    with acting_as(SYSTEM):
        make(OutcomeChannel, outcome=outcome, channel=late)
    response = recorder.post(edit(outcome), data | {"channels": [], "roles-0-DELETE": "on"})
    assert response.status_code == 302, errors_of(response)
    with acting_as(SYSTEM):
        links = {link.channel.name for link in OutcomeChannel.objects.current().filter(outcome=outcome)}
        # What somebody else added meanwhile stays, and so does a tie that the form could not show.
        assert links == {"Late line", "Gone line"}
        assert OutcomeRole.objects.get(outcome=outcome).withdrawn_reason == "Taken out of the record."
        assert OutcomeMeeting.objects.current().filter(outcome=outcome).count() == 1


def test_a_place_withdrawn_since_stays_chosen(world, recorder):
    sent(recorder, ADD, **typed(world))
    with acting_as(SYSTEM):
        type(world.place).objects.filter(pk=world.place.pk).update(
            withdrawn_at=timezone.now(), withdrawn_reason="twice"
        )
    response = sent(recorder, edit(entered(world)), notes="In three buses.")
    assert response.status_code == 302, errors_of(response)
    assert (entered(world).place_id, entered(world).notes) == (world.place.pk, "In three buses.")


def test_a_draft_is_a_draft_with_all_that_hangs_on_it_until_it_is_submitted(people, world, recorder):
    response = sent(recorder, ADD, **typed(world), draft="1")
    assert response.status_code == 302, errors_of(response)
    outcome, address = entered(world), response["Location"]

    def drafts() -> set:
        with acting_as(SYSTEM):
            hanging = [*Claim.objects.filter(outcome=outcome), *OutcomeRole.objects.filter(outcome=outcome),
                       *OutcomeChannel.objects.filter(outcome=outcome), *Citation.objects.filter(record_id=outcome.pk),
                       Outcome.objects.get(pk=outcome.pk), Source.objects.get(publisher="A paper")]  # fmt: skip
            return {one.draft_of for one in hanging}

    assert drafts() == {people.recorder.pk}
    assert signed_in(people.analyst).get(address).status_code == 404
    shown = recorder.get(reverse("desk:drafts")).content.decode()
    assert f'href="{edit(outcome)}"' in shown
    response = sent(recorder, edit(outcome))
    assert response.status_code == 302, errors_of(response)
    assert drafts() == {None}
    assert (entered(world).review_state, signed_in(people.analyst).get(address).status_code) == ("submitted", 200)


def test_a_half_typed_outcome_is_kept_and_makes_one_record(world, recorder):
    data = data_of(form_of(recorder.get(ADD).content.decode())) | typed(world)
    half = data | {"claims-0-number": "1 1x", "title": "Half a title", "form": "outcome", "record": ""}
    assert recorder.post(reverse("desk:kept", args=[data["key"][0]]), half).status_code == 200
    shown = recorder.get(ADD)
    assert "We kept what you typed at" in shown.content.decode()
    assert 'value="1 1x"' in shown.content.decode()
    assert not errors_of(shown)
    listed = recorder.get(reverse("desk:drafts")).content.decode()
    assert "New outcome" in listed
    assert "Half a title" in listed
    for _twice in "ab":
        assert recorder.post(ADD, data).status_code == 302
    assert len(claims_of(entered(world))) == 2


def test_two_people_on_one_outcome_choose_field_by_field(people, world, recorder):
    sent(recorder, ADD, **typed(world))
    outcome = entered(world)
    mine = data_of(form_of(recorder.get(edit(outcome)).content.decode()))
    theirs = {"notes": "Theirs.", "status": "partly_completed", "roles-0-role": "transit"}
    assert sent(signed_in(people.reviewer), edit(outcome), **theirs).status_code == 302
    given = mine | {"notes": "Mine.", "claims-0-claimant": world.other.pk, "claims-0-number": "9"}
    answer = recorder.post(edit(outcome), given)
    assert answer.status_code == 409
    assert {one.name: one.kind for one in answer.context["conflict"]} == {
        "notes": "both", "status": "theirs", "roles-0": "theirs",
    }  # fmt: skip
    assert len(claims_of(outcome)) == 2
    chosen = dict(answer.context["form"].data.lists()) | {"seen": answer.context["seen"], "choose-notes": "yours"}
    saved = recorder.post(edit(outcome), chosen)
    assert saved.status_code == 302, errors_of(saved)
    now = entered(world)
    assert (now.notes, now.status, len(claims_of(outcome))) == ("Mine.", "partly_completed", 3)


@pytest.mark.parametrize(
    ("changes", "field", "remedy"),
    [
        ({"outcome_kind": ""}, "outcome_kind", "Choose what kind"),
        ({"outcome_kind": "swap"}, "outcome_kind", ""),
        ({"conflict": ""}, "conflict", "Choose the conflict"),
        ({"started_on_year": "25"}, "started_on", "four digits"),
        ({"started_on_day": "", "started_on_month": "", "started_on_year": ""}, "started_on", "not known"),
        ({"ended_on_day": "1", "ended_on_month": "1", "ended_on_year": "2020"}, "ended_on", "before the first"),
        ({"series_number": "-3"}, "series_number", "negative"),
        ({"series_number": "first"}, "series_number", "whole number"),
        ({"series_number": "9" * 12}, "series_number", ""),
        ({"legal_basis": ["GC9-1"]}, "legal_basis", ""),
        ({"channels": ["nonsense"]}, "channels", ""),
        ({"channels": ["00000000-0000-4000-8000-000000000000"]}, "channels", ""),
        ({"place": "\x00"}, "place", ""),
        ({"level": "9"}, "level", ""),
        ({"claims-0-number": "-5"}, "claims-0-number", "cannot be negative"),
        ({"claims-0-number": "many"}, "claims-0-number", "whole number"),
        ({"claims-0-direction": "to_mars"}, "claims-0-direction", ""),
        ({"claims-0-category": "dragons"}, "claims-0-category", ""),
        ({"claims-0-claimant": ""}, "claims-0-claimant", "somebody’s claim"),
        ({"claims-1-number_high": ""}, "claims-1-number_high", "upper number"),
        ({"claims-1-number_high": "9"}, "claims-1-number_high", "not below the lower"),
        ({"claims-0-number_high": "9"}, "claims-0-number_high", "Only “between”"),
        ({"claims-0-said_on": "yesterday"}, "claims-0-said_on", ""),
        ({"roles-0-actor": ""}, "roles-0-actor", "Choose who had the role"),
        ({"sources-0-publisher": ""}, "sources-0-publisher", "Name who published it"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field_and_nothing_typed_is_lost(world, recorder, changes, field, remedy):
    response = sent(recorder, ADD, **typed(world, **changes))
    assert response.status_code == 200
    found = errors_of(response)
    assert list(found) == [field]
    assert remedy in str(found[field])
    page = response.content.decode()
    assert "There is a problem" in page
    assert "In two buses." in page
    assert 'value="https://example.org/exchange"' in page
    with acting_as(SYSTEM):
        assert Outcome.objects.count() == Claim.objects.count() == 1
        assert not Source.objects.filter(publisher="A paper").exists()


def elsewhere() -> dict:
    """Make another war with a channel, a meeting, an agreement, an outcome and a promise of its own."""
    with acting_as(SYSTEM):
        made = make_world("Elsewhere")
    return {
        name: getattr(made, name) for name in ("conflict", "channel", "meeting", "agreement", "outcome", "commitment")
    }


def test_nothing_of_another_conflict_hangs_on_it_by_page_or_api(people, world, recorder):
    other, api = elsewhere(), api_of(people.recorder)
    for field, one in (("channels", "channel"), ("meetings", "meeting"), ("agreements", "agreement")):
        response = sent(recorder, ADD, **typed(world, conflict=world.conflict.pk, **{field: [other[one].pk]}))
        assert list(errors_of(response)) == [field]
        body = {"outcome": str(world.outcome.pk), one: str(other[one].pk)}
        answer = api.post(reverse(f"api:outcome-{one}-list"), body, format="json")
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, [one])
    response = sent(recorder, ADD, **typed(world, conflict=world.conflict.pk, parent=other["outcome"].pk))
    assert list(errors_of(response)) == ["parent"]
    response = sent(
        recorder, ADD, **typed(world, conflict=other["conflict"].pk, channels=[], meetings=[], agreements=[])
    )
    assert list(errors_of(response)) == ["claims-0-direction"]
    assert "is no direction of this conflict" in response.content.decode()


def test_an_outcome_is_no_part_of_itself_by_page_or_api(people, world, recorder):
    with acting_as(SYSTEM):
        part = make(Outcome, conflict=world.conflict, outcome_kind="exchange", parent=world.outcome)
    response = sent(recorder, edit(world.outcome), parent=part.pk, date_precision="unknown")
    assert list(errors_of(response)) == ["parent"]
    api, url = api_of(people.recorder), reverse("api:outcome-detail", args=[world.outcome.pk])
    for parent in (part.pk, world.outcome.pk):
        answer = api.patch(url, {"parent": str(parent), "version": world.outcome.version}, format="json")
        assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["parent"])
    assert list(api.patch(url, {"series_number": -1, "version": 1}, format="json").json()["error"]["fields"]) == [
        "series_number"
    ]


def test_a_claim_on_what_was_withdrawn_is_refused_by_page_and_api(people, world, recorder):
    page = recorder.get(edit(world.outcome)).content.decode()
    with acting_as(SYSTEM):
        Outcome.objects.update(withdrawn_at=timezone.now(), withdrawn_reason="twice")
    assert recorder.post(edit(world.outcome), data_of(form_of(page))).status_code == 404
    body = {"outcome": str(world.outcome.pk), "claimant": str(world.actor.pk), "category": "total", "number": 5}
    answer = api_of(people.recorder).post(reverse("api:claim-list"), body, format="json")
    assert (answer.status_code, list(answer.json()["error"]["fields"])) == (400, ["outcome"])


@pytest.mark.parametrize(
    "hostile", ["x" * 100_000, INVISIBLE, "a\x00b", "=cmd|' /C calc'!A0", MARKUP, "\u202e\u200bабв", "\ud800"]
)
def test_hostile_text_is_kept_as_typed_or_refused_by_field(world, recorder, hostile):
    text = hostile.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    fields = ("notes", "title", "date_words", "claims-0-claimant_words", "claims-0-quote", "claims-0-pinpoint")
    response = sent(recorder, ADD, **typed(world, **dict.fromkeys(fields, text)))
    assert response.status_code in {200, 302}
    if response.status_code == 200:
        assert set(errors_of(response)) <= set(fields)
        assert errors_of(response)
    else:
        assert entered(world).notes == text.strip()


def test_hostile_numbers_and_identities_are_answered(world, recorder):
    missing = "00000000-0000-4000-8000-000000000000"
    for field in ("claims-0-id", "claims-0-version", "roles-0-id", "version", "key", "claims-TOTAL_FORMS"):
        for text in ("x", "-1", missing, "9" * 30):
            assert sent(recorder, ADD, **typed(world, **{field: text})).status_code in {200, 302}, (field, text)


def test_who_may_write_is_led_there_and_others_are_not(people, world, recorder):
    for client, may in ((recorder, True), (signed_in(people.analyst), False)):
        assert (f'"{ADD}"' in client.get(Outcome.list_url()).content.decode()) == may
        assert (f'"{edit(world.outcome)}"' in client.get(world.outcome.get_absolute_url()).content.decode()) == may
        assert client.get(ADD).status_code == client.get(edit(world.outcome)).status_code == (200 if may else 403)
    with acting_as(SYSTEM):
        hidden = make_world("Hidden", level=Level.CONFIDENTIAL, compartments=[people.room.pk])
    assert recorder.get(edit(hidden.outcome)).status_code == 404
    page = recorder.get(f"{ADD}?channels={hidden.channel.pk}&channels=nonsense").content.decode()
    assert "Hidden" not in page
    begun = recorder.get(f"{ADD}?channels={world.channel.pk}").context["form"]
    assert begun["channels"].value() == [str(world.channel.pk)]


def test_a_form_costs_as_many_queries_however_much_is_recorded_and_however_many_rows_it_has(people, world):
    def queries(address) -> int:
        client = signed_in(people.recorder)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(address).status_code == 200
        return len(seen)

    before = queries(ADD), queries(edit(world.outcome))
    with acting_as(SYSTEM):
        for number in range(20):
            actor = make(Actor, name=f"Body {number}", kind_of_actor="ngo")
            channel = make(Channel, conflict=world.conflict, name=f"Line {number}", mode="direct")
            make(OutcomeRole, outcome=world.outcome, actor=actor, credited_by=world.actor)
            make(OutcomeChannel, outcome=world.outcome, channel=channel)
            make(Claim, outcome=world.outcome, claimant=actor, category="total", number=number)
    assert (queries(ADD), queries(edit(world.outcome))) == before


def test_the_only_conflict_is_chosen_beforehand_and_one_of_several_is_not(world, recorder):
    assert recorder.get(ADD).context["form"]["conflict"].value() == world.conflict.pk
    with acting_as(SYSTEM):
        make(Conflict, name="Another war")
    assert recorder.get(ADD).context["form"]["conflict"].value() is None

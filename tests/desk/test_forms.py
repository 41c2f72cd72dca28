"""Entering and editing channels, actors, representatives, places and sources, each with its parts."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.levels import Level
from intermediaries.models import Actor, ActorName, Mandate, Representative
from negotiations.models import Channel, ChannelIntermediary, ChannelParty, Place
from records.models import ReviewState
from records.widgets import MOST_LISTED
from sources.addresses import normalised
from sources.models import Citation, Source
from tests.desk.sending import data_of, errors_of, form_of, sent
from tests.factories import make, make_world
from tests.people import signed_in

pytestmark = pytest.mark.django_db
KINDS = ("actor", "channel", "place", "representative", "source")


def one(model, **fields):
    with acting_as(SYSTEM):
        return model.objects.select_related("label").get(**fields)


def every(model, **fields):
    with acting_as(SYSTEM):
        return list(model.objects.current().filter(**fields))  # in the model's own order


def edit(record) -> str:
    return reverse(f"desk:{record.kind}-edit", args=[record.pk])


def test_an_actor_is_entered_with_names_in_several_scripts_and_a_mandate(people, world, recorder):
    response = sent(
        recorder,
        reverse("desk:actor-add"),
        name="Ombudsman’s office",
        kind_of_actor="state",
        **{
            "names-0-name": "Офіс омбудсмана",
            "names-0-language": "uk",
            "names-0-script": "Cyrl",
            "names-1-name": "مكتب أمين المظالم",
            "mandates-0-role": "mediation",
            "mandates-0-started_on_year": "2022",
            "sources-0-source": world.source.pk,
        },
    )
    assert response.status_code == 302, errors_of(response)
    actor = one(Actor, name="Ombudsman’s office")
    assert (actor.author, actor.review_state, actor.label.level) == (people.recorder, "submitted", Level.INTERNAL)
    assert {name.name for name in every(ActorName, actor=actor)} == {"Офіс омбудсмана", "مكتب أمين المظالم"}
    mandate = one(Mandate, actor=actor)
    assert (mandate.role, mandate.when) == ("mediation", "2022")
    assert every(Citation, source=world.source, record_id=actor.pk)


def test_what_is_left_as_it_was_stays_as_it_was(world, recorder):
    """Editing one field changes neither the parts nor how exactly their dates are known."""
    with acting_as(SYSTEM):
        Mandate.objects.filter(pk=world.mandate.pk).update(
            started_on="2023-04-01", date_precision="quarter", ended_on="2024-04-01"
        )
    before = one(Mandate, pk=world.mandate.pk)
    response = sent(recorder, edit(world.actor), notes="Told anew")
    assert response.status_code == 302, errors_of(response)
    assert one(Actor, pk=world.actor.pk).notes == "Told anew"
    assert one(Mandate, pk=world.mandate.pk).version == before.version
    response = sent(recorder, edit(world.actor), **{"mandates-0-started_on_month": "", "mandates-0-started_on_day": ""})
    assert response.status_code == 302, errors_of(response)
    assert one(Mandate, pk=world.mandate.pk).when.startswith("2023")
    assert one(Mandate, pk=world.mandate.pk).date_precision == "year"


def test_a_channel_is_entered_with_its_parties_in_their_order_and_who_credits_whom(people, world, recorder):
    with acting_as(SYSTEM):
        a, b, c = (make(Actor, name=f"Side {letter}", kind_of_actor="state") for letter in "ABC")
    response = sent(
        recorder,
        reverse("desk:channel-add"),
        name="New line",
        mode="mediated",
        parties=[c.pk, a.pk],
        topics=["prisoners"],
        **{
            "started_on_month": "3",
            "started_on_year": "2024",
            "intermediaries-0-actor": b.pk,
            "intermediaries-0-role": "hosting",
            "intermediaries-0-credited_by": a.pk,
        },
    )
    assert response.status_code == 302, errors_of(response)
    channel = one(Channel, name="New line")
    assert (channel.conflict_id, channel.when) == (world.conflict.pk, "March 2024")  # the only one there is
    assert [link.actor_id for link in every(ChannelParty, channel=channel)] == [c.pk, a.pk]
    (link,) = every(ChannelIntermediary, channel=channel)
    assert (link.actor_id, link.role, link.credited_by_id) == (b.pk, "hosting", a.pk)

    # Somebody else adds a party while the form is open: only who was taken out goes.
    page = recorder.get(edit(channel)).content.decode()
    with acting_as(SYSTEM):
        make(ChannelParty, channel=channel, actor=b, position=7)

    response = recorder.post(edit(channel), data_of(form_of(page)) | {"parties": [a.pk]})
    assert response.status_code == 302, errors_of(response)
    assert [link.actor_id for link in every(ChannelParty, channel=channel)] == [a.pk, b.pk]
    withdrawn = one(ChannelParty, channel=channel, actor=c)
    assert withdrawn.is_withdrawn


def test_a_draft_of_a_channel_is_a_draft_with_all_its_parts(people, world, recorder):
    answers = {"parties": [world.actor.pk], "intermediaries-0-actor": world.actor.pk, "draft": "1"}
    response = sent(recorder, reverse("desk:channel-add"), name="Quiet line", mode="direct", **answers)
    assert response.status_code == 302, errors_of(response)
    channel = one(Channel, name="Quiet line")
    kinds = (ChannelParty, ChannelIntermediary)
    assert channel.review_state == ReviewState.DRAFT
    assert {channel.draft_of, *(one(kind, channel=channel).draft_of for kind in kinds)} == {people.recorder.pk}
    assert signed_in(people.analyst).get(channel.get_absolute_url()).status_code == 404
    response = sent(recorder, edit(channel), notes="Ready")
    assert response.status_code == 302, errors_of(response)
    after = [one(Channel, pk=channel.pk), *(one(kind, channel=channel) for kind in kinds)]
    assert {(record.review_state, record.draft_of) for record in after} == {(ReviewState.SUBMITTED, None)}


def test_a_representative_a_place_and_a_source_are_entered(world, recorder):
    response = sent(
        recorder, reverse("desk:representative-add"), name="An envoy", actor=world.actor.pk, position="Minister",
        started_on_year="2021", date_precision="year",
    )  # fmt: skip
    assert response.status_code == 302, errors_of(response)
    assert one(Representative, name="An envoy").when == "2021"
    response = sent(
        recorder, reverse("desk:place-add"), name="Geneva, Switzerland", country_code="CHE", latitude="46.2",
        longitude="6.15", precision="exact",
    )  # fmt: skip
    assert response.status_code == 302, errors_of(response)
    assert str(one(Place, name="Geneva, Switzerland").latitude) == "46.20000"
    response = sent(
        recorder, reverse("desk:source-add"), source_kind="statement", publisher="A delegation",
        words="All for all.", said_on="2025-05-01", derived_from=world.source.pk,
    )  # fmt: skip
    assert response.status_code == 302, errors_of(response)
    source = one(Source, publisher="A delegation")
    assert (source.get_reliability_display(), source.derived_from_id) == ("not graded", world.source.pk)
    assert source.words == "All for all."


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_form_says_what_is_missing_beside_each_field(kind, recorder, world):
    with acting_as(SYSTEM):
        make(type(world.conflict), name="Another war")  # so that none is chosen beforehand
    response = sent(recorder, reverse(f"desk:{kind}-add"), level="1")
    assert response.status_code == 200
    page = response.content.decode()
    told = {message for messages in errors_of(response).values() for message in messages}
    assert len(told) >= 1
    for message in told:
        assert "required" not in message  # what to do, not that a rule was broken
        assert page.count(message) >= 2, message


@pytest.mark.parametrize(
    ("kind", "given", "field"),
    [
        ("place", {"name": "X", "latitude": "91", "longitude": "1"}, "latitude"),
        ("place", {"name": "X", "latitude": "12"}, "longitude"),
        ("place", {"name": "X", "latitude": "north", "longitude": "1"}, "latitude"),
        ("place", {"name": "X", "country_code": "t-r"}, "country_code"),
        ("actor", {"name": "X", "kind_of_actor": "state", "iso_code": "uk"}, "iso_code"),
        ("actor", {"name": "X", "kind_of_actor": "state", "mandates-0-started_on_year": "19"}, "mandates-0-started_on"),
        ("source", {"publisher": "X", "source_kind": "news"}, "url"),
        ("source", {"publisher": "X", "url": "javascript:alert(1)"}, "url"),
        ("source", {"publisher": "X", "source_kind": "statement"}, "words"),
        ("channel", {"name": "X", "mode": "direct", "intermediaries-0-role": "hosting"}, "intermediaries-0-actor"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(kind, given, field, recorder, world):
    response = sent(recorder, reverse(f"desk:{kind}-add"), **given)
    assert response.status_code == 200
    assert set(errors_of(response)) == {field}


@pytest.mark.parametrize("kind", KINDS)
def test_lists_and_pages_lead_to_the_forms_for_those_who_may_write(kind, people, world, recorder):
    record = getattr(world, kind)
    add = reverse(f"desk:{kind}-add")
    for client, may in ((recorder, True), (signed_in(people.analyst), False)):
        assert (f'"{add}"' in client.get(record.list_url()).content.decode()) == may
        assert (f'"{edit(record)}"' in client.get(record.get_absolute_url()).content.decode()) == may
        assert (client.get(add).status_code == 200) == may
    with acting_as(SYSTEM):
        hidden = getattr(make_world("Hidden", level=Level.CONFIDENTIAL, compartments=[people.room.pk]), kind)
    assert recorder.get(edit(hidden)).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_record_is_made_in_a_dialog_as_secret_as_the_form(kind, people, world, recorder):
    address = reverse(f"desk:create-{kind}")
    given = {
        "actor": {"name": "New body", "kind_of_actor": "ngo"},
        "channel": {"name": "New body", "conflict": world.conflict.pk, "mode": "direct"},
        "place": {"name": "New body", "precision": "unknown"},
        "representative": {"name": "New body", "actor": world.actor.pk},
        "source": {"url": "", "publisher": "New body", "source_kind": "statement", "words": "All for all."},
    }[kind]
    form = recorder.get(address, {"name": "“Typed”", "level": "2"}).content.decode()
    assert "“Typed”" in form
    assert 'name="level" value="2"' in form
    assert "<html" not in form
    for level, expected, name in (("2", Level.RESTRICTED, "New body"), (None, Level.INTERNAL, "Second body")):
        page = recorder.get(address, {"level": level} if level else {}).content.decode()
        typed = {field: name if value == "New body" else value for field, value in given.items()}
        answer = recorder.post(address, data_of(form_of(page)) | typed)
        assert answer.status_code == 200
        option = answer.json()["option"]
        assert option["text"] == name
        record = one(type(getattr(world, kind)), pk=option["value"])
        assert (record.label.level, record.author, record.review_state) == (expected, people.recorder, "submitted")
    refused = recorder.post(address, {"level": "1"}).json()
    assert refused.keys() == {"errors", "asked"}
    assert all(messages for messages in refused["errors"].values())
    assert signed_in(people.analyst).get(address).status_code == 403
    assert signed_in(people.analyst).post(address, given | {"level": "0"}).status_code == 403


def test_no_record_is_made_above_the_writer_s_own_sight(people, world):
    with acting_as(SYSTEM):
        people.recorder.clearance = Level.INTERNAL
        people.recorder.save()
    client = signed_in(people.recorder)
    form = client.get(reverse("desk:create-actor"), {"level": "3"})
    assert form.status_code == 200
    answer = client.post(reverse("desk:create-actor"), {"name": "X", "kind_of_actor": "ngo", "level": "3"})
    assert list(answer.json()["errors"]) == ["__all__"]  # the field is hidden in the dialog
    assert not every(Actor, name="X")


@pytest.mark.parametrize(
    "same",
    [
        "https://www.example.org/a/b/?id=1",
        "http://example.org/a/b?id=1",
        "HTTPS://Example.org:443/a/b/?id=1&utm_source=x&fbclid=y#part",
        "example.org/a/b?id=1",
        " https://example.org./a/b?id=1 ",
    ],
)
def test_one_page_has_one_address(same):
    assert normalised(same) == "example.org/a/b?id=1"
    assert normalised(normalised(same)) == normalised(same)


@pytest.mark.parametrize(
    "other",
    ["https://example.org/a/b?id=2", "https://example.org/a", "https://example.org:8443/a/b?id=1", "", "x", "[::1"],
)
def test_another_page_has_another_address(other):
    assert normalised(other) != "example.org/a/b?id=1"


def test_an_address_already_recorded_is_told_to_those_who_may_read_the_source(people, world, recorder):
    with acting_as(SYSTEM):
        hidden = make(
            Source, publisher="Secret press", url="https://example.net/secret", level=3, compartments=[people.room.pk]
        )
    check = reverse("desk:same-source")
    told = recorder.get(check, {"url": "http://www.example.org/Open/?utm_campaign=x"}).content.decode()
    assert world.source.get_absolute_url() in told
    for typed in ("https://example.net/secret", "https://example.org/else", "\x00", "", "http://[", "x" * 5000):
        assert "call" not in recorder.get(check, {"sources-0-url": typed}).content.decode(), typed
    assert signed_in(people.analyst).get(check, {"url": "x"}).status_code == 403

    given = {"url": "https://example.org/Open", "publisher": "Again"}
    response = sent(recorder, reverse("desk:source-add"), **given)
    assert list(errors_of(response)) == ["url"]
    page = response.content.decode()
    assert world.source.get_absolute_url() in page
    assert 'type="checkbox" name="again"' in page
    response = recorder.post(reverse("desk:source-add"), response.context["form"].data.dict() | {"again": "on"})
    assert response.status_code == 302, errors_of(response)
    assert len(every(Source, publisher="Again")) == 1
    # A hidden source is as good as none: nothing betrays it.
    response = sent(recorder, reverse("desk:source-add"), url=hidden.url, publisher="Elsewhere")
    assert response.status_code == 302, errors_of(response)
    # Editing a source does not warn of itself.
    assert sent(recorder, edit(world.source), notes="Read again").status_code == 302


def test_the_select_lists_the_first_and_whatever_is_chosen(people, world, recorder):
    with acting_as(SYSTEM):
        for number in range(MOST_LISTED + 5):
            make(Actor, name=f"Body {number:04}", kind_of_actor="ngo")
        last = make(Actor, name="Zzz last", kind_of_actor="ngo")
        envoy = make(Representative, name="An envoy", actor=last)
    page = recorder.get(edit(envoy)).content.decode()
    assert f'value="{last.pk}" selected' in page
    assert page.count("Body 0001") == 1
    assert f"Body {MOST_LISTED + 3:04}" not in page
    assert f"The first {MOST_LISTED} are listed" in page
    response = sent(recorder, edit(envoy), position="Kept")
    assert response.status_code == 302, errors_of(response)
    assert one(Representative, pk=envoy.pk).actor_id == last.pk
    for chosen in ("nonsense", str(world.place.pk), "\x00"):
        response = sent(recorder, edit(envoy), actor=chosen)
        assert list(errors_of(response)) == ["actor"]


def test_a_stale_form_shows_both_versions(people, world, recorder):

    data = data_of(form_of(recorder.get(edit(world.channel)).content.decode()))
    assert sent(signed_in(people.reviewer), edit(world.channel), notes="First").status_code == 302
    response = recorder.post(edit(world.channel), data | {"notes": "Second"})
    assert response.status_code == 409
    assert "First" in response.content.decode()
    assert "Second" in response.content.decode()


def test_a_form_costs_as_many_queries_however_much_is_recorded(people, world):
    def queries() -> int:
        client = signed_in(people.recorder)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("desk:channel-add")).status_code == 200
        return len(seen)

    before = queries()
    with acting_as(SYSTEM):
        for number in range(30):
            make(Actor, name=f"Body {number}", kind_of_actor="ngo")
    assert queries() == before

"""Withdrawing and restoring, for every kind: what is said before, the list of what was withdrawn, what forbids it."""

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.urls import reverse

from access.context import SYSTEM, acting_as, user_principal
from exchanges.models import Claim
from intake.models import Candidate
from intermediaries.models import Actor
from negotiations.models import Participant
from records.hanging import has_pages, withdrawal_told
from records.models import HistoryEntry, Record
from records.reviewing import restore
from records.services import withdraw_record
from tests.factories import make, unknown_id
from tests.people import signed_in
from tests.records.kinds import api_of
from tests.records.merging import fresh, merge

pytestmark = pytest.mark.django_db
RESTORABLE = [model for model in apps.get_models() if issubclass(model, Record) and model.is_restorable]


def of_kind(world, model) -> Record:
    return next(one for one in vars(world).values() if type(one) is model)


def withdrawn(record, reason: str = "Entered by mistake") -> Record:
    with acting_as(SYSTEM) as actor:
        return withdraw_record(actor, fresh(record), reason=reason)


@pytest.mark.parametrize("model", RESTORABLE, ids=lambda model: model.kind_of())
def test_every_kind_is_restored_by_page_and_api(model, people, world):
    record = of_kind(world, model)
    before = withdrawn(record)
    detail = reverse(f"api:{record.kind}-detail", args=[record.pk])
    api, url = api_of(people.reviewer), f"{detail}restore/"
    assert api_of(people.recorder).post(url, {"reason": "x", "version": before.version}).status_code == 403
    assert api.post(url, {"reason": " ", "version": before.version}).status_code == 400
    assert api.post(url, {"reason": "x", "version": 99}).status_code == 412
    restored = api.post(url, {"reason": "It was right", "version": before.version})
    assert restored.status_code == 200, restored.content
    assert (restored.json()["withdrawn_at"], restored.json()["withdrawn_reason"]) == (None, "")
    assert api.post(url, {"reason": "x", "version": before.version + 1}).status_code == 400
    with acting_as(SYSTEM):
        entry = HistoryEntry.objects.filter(record_id=record.pk).order_by("-id").first()
        assert (entry.reason, entry.user_id) == ("It was right", people.reviewer.pk)
    before = withdrawn(record, "Again")
    page = reverse(f"{model._meta.app_label}:{record.kind}-restore", args=[record.pk])
    client = signed_in(people.reviewer)
    shown_on = record.get_absolute_url() if has_pages(model) else reverse("records:withdrawn-list")
    assert page in client.get(shown_on).content.decode()
    for refused in (people.recorder, people.administrator):
        # Of a kind that only writers read, nobody else learns that there is a page.
        is_hidden = model is Candidate and refused == people.administrator
        assert signed_in(refused).get(page).status_code == (404 if is_hidden else 403)
        assert page not in signed_in(refused).get(shown_on).content.decode()
    assert "Say why" in client.post(page, {"reason": "", "version": before.version}).content.decode()
    assert "Look at it again" in client.post(page, {"reason": "x", "version": 1}).content.decode()
    done = client.post(page, {"reason": "It was right", "version": before.version}, follow=True)
    assert done.status_code == 200
    assert "The record was restored" in done.content.decode()
    assert client.get(page).status_code == 404
    if has_pages(model):
        assert done.redirect_chain == [(record.get_absolute_url(), 302)]
        assert record.get_absolute_url() in client.get(model.list_url()).content.decode()


def test_a_part_of_a_withdrawn_record_is_restored_after_it(people, world):
    withdrawn(world.participant)
    withdrawn(world.meeting)
    with acting_as(user_principal(people.reviewer)) as actor:
        with pytest.raises(ValidationError, match=r"“Open meeting”, which it is a part of, was withdrawn"):
            restore(actor, fresh(world.participant), reason="x", expected_version=2)
        restore(actor, fresh(world.meeting), reason="x", expected_version=2)
        assert not restore(actor, fresh(world.participant), reason="x", expected_version=2).is_withdrawn


def test_what_was_taken_back_is_not_restored(people, world):
    kinds = [model for model in apps.get_models() if issubclass(model, Record) and not model.is_restorable]
    assert {model.kind_of() for model in kinds} >= {"embargo", "merge", "locked-period", "query", "field-check"}
    withdrawn(world.embargo)
    with acting_as(user_principal(people.reviewer)) as actor, pytest.raises(ValidationError, match="not restored"):
        restore(actor, fresh(world.embargo), reason="x", expected_version=2)


def test_it_is_said_before_what_counts_no_longer_goes_with_it_and_stays(people, world):
    with acting_as(SYSTEM):
        for number in (1, 2):
            make(Claim, outcome=world.outcome, claimant=world.actor, category="total", number=number)
        make(Claim, outcome=world.outcome, claimant=world.actor, category="total", number=3,
             compartments=[people.room.pk])  # fmt: skip
    with acting_as(user_principal(people.recorder)):
        told = withdrawal_told(fresh(world.outcome))
        assert told[0] == (
            "With it these count in no figure any longer: 3 claims, 1 delivery, 1 estimate, 1 role in an outcome."
        )
        assert "1 channel of an outcome" in told[1] and "go with it" in told[1]
        assert "1 tie of a public summary" in told[2] and "stay as they are" in told[2]
    with acting_as(SYSTEM):
        assert "4 claims" in withdrawal_told(fresh(world.outcome))[0]
        assert any("1 meeting" in sentence for sentence in withdrawal_told(fresh(world.channel)))
    page = signed_in(people.recorder).get(reverse("exchanges:outcome-withdraw", args=[world.outcome.pk]))
    assert "3 claims" in page.content.decode()


def test_the_list_of_all_that_was_withdrawn(people, world):
    client = signed_in(people.recorder)
    url = reverse("records:withdrawn-list")
    with acting_as(user_principal(people.recorder)) as actor:
        withdraw_record(actor, fresh(world.meeting), reason="Never held")
    withdrawn(world.participant, "Nobody of that name")
    with acting_as(SYSTEM):
        twin = make(Actor, name="Twin of the state", kind_of_actor="state")
        hidden = withdrawn(make(Actor, name="Zeisig", kind_of_actor="ngo", compartments=[people.room.pk]), "Zeisig")
    merge(people.reviewer, twin, world.actor)
    told = client.get(url)
    text = told.content.decode()
    for shown in ("Open meeting", "Never held", "Nobody of that name", "Twin of the state", "Open town twice"):
        assert shown in text, shown
    assert [row["title"] for row in told.context["rows"]][:2] == ["Twin of the state", "Open envoy"]
    by_title = {row["title"]: [cell["value"] for cell in row["cells"]] for row in told.context["rows"]}
    assert str(by_title["Open meeting"][3]) == "recorder"
    assert world.actor.get_absolute_url() in by_title["Twin of the state"][5]
    assert "Zeisig" not in text and str(hidden.pk) not in text
    only = client.get(url, {"kind": "meeting"})
    assert [row["title"] for row in only.context["rows"]] == ["Open meeting"]
    assert client.get(url, {"kind": "nonsense", "page": "x"}).status_code == 200
    assert signed_in(people.member).get(url).content.decode().count("Zeisig") >= 1
    # A merged record's own address leads to the kept one: the list leads to its history.
    assert reverse("intermediaries:actor-history", args=[twin.pk]) in text


def test_the_list_is_paged_and_costs_the_same_for_two_and_for_sixty(people, world):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client = signed_in(people.recorder)
    url = reverse("records:withdrawn-list")

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        return len(queries)

    withdrawn(world.participant)
    cost()
    few = cost()
    with acting_as(SYSTEM) as actor:
        for number in range(60):
            part = make(Participant, meeting=world.meeting, words=f"Aide {number}")
            withdraw_record(actor, part, reason="x")
    assert cost() <= few
    first, second = client.get(url), client.get(f"{url}?page=2")
    assert len(first.context["rows"]) == 50
    assert first.context["page"]["next_url"] == "?page=2"
    assert len(second.context["rows"]) >= 11


def test_nothing_is_restored_by_an_address_that_names_nothing(people, world):
    client = signed_in(people.reviewer)
    for pk in (unknown_id(), world.meeting.pk):
        assert client.get(reverse("negotiations:meeting-restore", args=[pk])).status_code == 404

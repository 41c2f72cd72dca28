"""Verifying together what one import brought from one source, by service and by page; what is left out, and why."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.context import SYSTEM, acting_as, user_principal
from access.levels import Level, Role
from access.models import User
from exchanges.models import Claim, Outcome
from records import bulk_review, reviewing
from records.models import HistoryEntry, ReviewState
from records.services import add_record, change_record
from sources.models import Citation, Source
from tests.desk.test_review_pages import soup, words
from tests.factories import DAY, make_world, verified
from tests.people import signed_in

pytestmark = pytest.mark.django_db
RUN = "run-1"


@pytest.fixture
def world(open_world):
    made = open_world
    with acting_as(SYSTEM):
        verified(type(made.participant))
        made.other_source = Source.objects.create(publisher="Another press", review_state="verified")
    return made


def bring(people, world, title: str, *sources, run: str = RUN, door: str = "import") -> Outcome:
    """Import one outcome with a claim that cites these sources."""
    with acting_as(user_principal(people.recorder), door=door, request_id=run) as actor:
        outcome = add_record(
            actor, Outcome(conflict=world.conflict, outcome_kind="exchange", title=title, started_on=DAY)
        )
        claim = add_record(actor, Claim(outcome=outcome, claimant=world.actor, category="total", number=3))
        for source in sources:
            add_record(actor, Citation(record=claim, source=source, quote="three"))
    return outcome


@pytest.fixture
def brought(people, world) -> dict[str, Outcome]:
    """Outcomes of one import: two that rest on one source, and one for each reason to be left out."""
    source = world.source
    made = {
        name: bring(people, world, name, source)
        for name in ("First", "Second", "Touched", "Part touched", "Asked about", "Reviewer's part")
    }
    made["Two sources"] = bring(people, world, "Two sources", source, world.other_source)
    made["Another source"] = bring(people, world, "Another source", world.other_source)
    made["No source"] = bring(people, world, "No source")
    with acting_as(user_principal(people.recorder)) as actor:
        made["Touched"].notes = "By hand."
        change_record(actor, made["Touched"], expected_version=1)
        part = made["Part touched"].claims.get()
        part.notes = "By hand."
        change_record(actor, part, expected_version=1)
        claim = Claim(outcome=made["Reviewer's part"], claimant=world.actor, category="women", number=1)
    with acting_as(user_principal(people.reviewer)) as actor:
        reviewing.raise_query(actor, made["Asked about"].claims.get(), field="number", text="Three?")
        add_record(actor, claim)
    # Not of this import.
    made["Of another import"] = bring(people, world, "Of another import", source, run="run-2")
    made["By hand"] = bring(people, world, "By hand", source, run="", door="page")
    return made


LEFT_OUT = {
    "Touched": "was changed after the import or added",
    "Part touched": "was changed after the import or added",
    "Asked about": "A query about it is not answered yet.",
    "Reviewer's part": "You entered or changed it, or a part of it",
    "Two sources": "It rests on other sources as well.",
    "Another source": "It rests on another source.",
    "No source": "No source is cited.",
}


def states(records: dict) -> dict[str, str]:
    with acting_as(SYSTEM):
        return {name: Outcome.objects.get(pk=one.pk).review_state for name, one in records.items()}


def test_what_rests_on_the_one_source_is_verified_and_the_rest_told_why_not(people, world, brought):
    with acting_as(user_principal(people.reviewer)) as actor:
        bulk = bulk_review.bulk_verify(actor, Outcome, run=RUN, source=world.source, reason=" Its own file. ")
        assert sorted(map(str, bulk.ready)) == ["First", "Second"]
        told = {str(one): why for one, why in bulk.left_out}
        assert set(told) == set(LEFT_OUT)
        for name, why in LEFT_OUT.items():
            assert why in told[name], name
        entry = HistoryEntry.objects.filter(record_id=brought["First"].pk).first()
        assert (entry.after["review_state"], entry.reason) == ("verified", "Its own file.")
        claim = brought["First"].claims.get()
        assert {claim.review_state, claim.citations.get().review_state} == {ReviewState.VERIFIED}
    waiting = {name for name, state in states(brought).items() if state == ReviewState.SUBMITTED}
    assert waiting == set(brought) - {"First", "Second"}


def test_it_needs_a_reason_a_reviewer_and_something_to_verify(people, world, brought):
    with acting_as(user_principal(people.reviewer)) as actor:
        with pytest.raises(ValidationError) as refused:
            bulk_review.bulk_verify(actor, Outcome, run=RUN, source=world.source, reason="  ")
        assert "reason" in refused.value.message_dict
        for run in ("", "run-9"):
            with pytest.raises(ValidationError) as refused:
                bulk_review.bulk_verify(actor, Outcome, run=run, source=world.source, reason="x")
            assert "run" in refused.value.message_dict
    with acting_as(user_principal(people.recorder)) as actor, pytest.raises(PermissionDenied):
        bulk_review.bulk_verify(actor, Outcome, run=RUN, source=world.source, reason="x")
    assert set(states(brought).values()) == {ReviewState.SUBMITTED}


def test_the_importer_verifies_nothing_of_it(people, world, brought):
    with acting_as(SYSTEM):
        people.recorder.role = Role.REVIEWER
        people.recorder.save()
    with acting_as(user_principal(people.recorder)) as actor:
        assert bulk_review.imports_waiting(actor) == []
        with pytest.raises(ValidationError):
            bulk_review.bulk_verify(actor, Outcome, run=RUN, source=world.source, reason="x")
    assert set(states(brought).values()) == {ReviewState.SUBMITTED}


def test_by_page_from_the_list_of_imports_to_what_is_left_out(people, world, brought):
    client = signed_in(people.reviewer)
    page = soup(client.get(reverse("desk:review-imports")))
    rows = [words(row) for row in page.select("tbody tr")]
    assert len(rows) == 4
    assert sum("6 outcomes Open title" in row for row in rows) == 1
    assert sum("no source, or several One by one" in row for row in rows) == 1
    link = next(row.select("a")[-1] for row in page.select("tbody tr") if "6 outcomes" in words(row))
    page = soup(client.get(link["href"]))
    assert "2 records, with their parts, can be verified together." in words(page.main)
    for name, why in LEFT_OUT.items():
        if name not in ("Another source", "No source", "Two sources"):
            assert f"{name} " in words(page.select_one("#left-out").find_parent("section"))
            assert why in words(page.main)
    button = page.select_one("main form button.pri")
    assert words(button) == "Verify 2 records"
    form = {"reason": ""}
    refused = client.post(link["href"], form)
    assert "Say why they may be verified" in words(soup(refused).select_one(".esum"))
    done = client.post(link["href"], {"reason": "The file is the source's own."}, follow=True)
    page = soup(done)
    assert "2 records are verified." in words(page.body)
    assert page.select_one("#ready") is None
    assert "Touched" in words(page.select_one("#left-out").find_parent("section"))
    again = client.post(link["href"], {"reason": "Once more."})
    assert "waits for review" in words(soup(again).select_one(".esum"))


def test_rubbish_and_what_is_hidden_are_missing(people, world, brought):
    client = signed_in(people.reviewer)
    address = reverse("desk:review-import")
    with acting_as(SYSTEM):
        hidden = make_world("Zeisig", compartments=[people.room.pk])
    asked = {"run": RUN, "kind": "outcome", "source": str(world.source.pk)}
    assert client.get(address, asked).status_code == 200
    for changed in ({"kind": "x"}, {"source": "x"}, {"run": ""}, {"source": str(hidden.source.pk)}, {"kind": "query"}):
        assert client.get(address, asked | changed).status_code == 404, changed
    assert client.get(address, asked | {"run": "\0"}).status_code == 404


def test_what_the_reviewer_does_not_see_is_neither_counted_nor_verified(people, world):
    with acting_as(SYSTEM):
        near = User.objects.create(username="near", role=Role.REVIEWER, clearance=Level.PUBLIC)
    open_one = bring(people, world, "Open one", world.source)
    with acting_as(user_principal(people.recorder), door="import", request_id=RUN) as actor:
        secret = add_record(
            actor,
            Outcome(conflict=world.conflict, outcome_kind="exchange", title="Zeisig", started_on=DAY, level=2),
        )
        add_record(actor, Citation(record=secret, source=world.source))
    with acting_as(user_principal(near)) as actor:
        assert [one.number for one in bulk_review.imports_waiting(actor)] == [1]
        bulk = bulk_review.bulk_verify(actor, Outcome, run=RUN, source=world.source, reason="x")
        assert [one.pk for one in bulk.ready] == [open_one.pk]
    assert states({"secret": secret}) == {"secret": ReviewState.SUBMITTED}


def test_it_costs_the_same_for_few_and_for_many(people, world):
    client = signed_in(people.reviewer)
    asked = {"run": RUN, "kind": "outcome", "source": str(world.source.pk)}

    def statements(address, query=None) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address, query).status_code == 200
        return len(queries)

    def both() -> tuple:
        return statements(reverse("desk:review-imports")), statements(reverse("desk:review-import"), asked)

    for number in range(2):
        bring(people, world, f"No {number}", world.source)
    both()
    few = both()
    for number in range(12):
        bring(people, world, f"More {number}", world.source)
    assert both() == few

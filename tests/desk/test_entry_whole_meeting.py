"""A meeting with all that was agreed, reported and promised at it: one form, one transaction, drafts with drafts."""

import uuid

import pytest
from django.urls import reverse

from access.context import SYSTEM, acting_as, user_principal
from access.levels import Level
from desk.conflicts import as_posted
from exchanges.models import Claim, Outcome
from negotiations.models import Agreement, Commitment, FollowUp, Meeting
from records.models import Record
from sources.models import Source
from tests.desk.test_entry_meeting import edit, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(two_sides):
    return two_sides


def rows(prefix: str, *given: dict) -> dict:
    data = {f"{prefix}-TOTAL_FORMS": str(len(given)), f"{prefix}-INITIAL_FORMS": "0"}
    return data | {f"{prefix}-{n}-{name}": value for n, row in enumerate(given) for name, value in row.items()}


def whole(world, **changes) -> dict:
    """Return a whole form with everything in it."""
    data = typed(world, key=str(uuid.uuid4()))
    data |= rows(
        "commitments",
        {"title": "Exchange of prisoners, 500 for 500", "direction": "both", "quantity_kind": "number",
         "quantity": "1,000", "subject": "prisoners", "due_on": "2026-03-31", "stated_by": world.actor.pk,
         "stated_also_by": world.other.pk},
        {"title": "All the wounded", "direction": "to_other", "quantity_kind": "all", "subject": "wounded"},
        {"quantity_kind": "number"},
    )  # fmt: skip
    data |= rows(
        "outcomes",
        {"outcome_kind": "remains_transfer", "started_on": "2026-02-18", "claimant": world.actor.pk,
         "direction": "to_other", "number": "250"},
    )  # fmt: skip
    data |= rows("followups", {"task": "Settle the order of handover", "due_on": "2026-02-20"})
    return data | changes


def entered(world) -> Meeting:
    return Meeting.objects.exclude(pk=world.meeting.pk).get()


def test_everything_is_written_together(people, world, recorder):
    owner = people.reviewer
    answer = recorder.post(reverse("desk:meeting-add"), whole(world, **{"followups-0-owner": owner.pk}))
    assert answer.status_code == 302, [rows.errors for rows in answer.context["formsets"]]
    with acting_as(SYSTEM):
        meeting = entered(world)
        first, second = meeting.commitments.order_by("position")
        assert (first.title, first.quantity, first.direction, first.commitment_kind, first.owed_by) == (
            "Exchange of prisoners, 500 for 500", 1000, "both", "exchange", None,
        )  # fmt: skip
        assert (second.quantity_kind, second.quantity, second.owed_by, second.owed_to) == (
            "all", None, world.actor, world.other,
        )  # fmt: skip
        claims = [(claim.claimant, claim.number, claim.stage) for claim in first.claims.all()]
        assert claims == [(world.actor, 1000, "promised"), (world.other, 1000, "promised")]
        assert not second.claims.exists()
        outcome = meeting.outcome_links.get().outcome
        assert (outcome.outcome_kind, str(outcome.started_on)) == ("remains_transfer", "2026-02-18")
        claim = outcome.claims.get()
        # Told at a meeting with one source, it rests on that; so does who states a promise.
        source = meeting.citations.get().source
        assert {one.citations.get().source for one in (claim, *first.claims.all())} == {source}
        assert (claim.claimant, claim.number, claim.direction, claim.category) == (
            world.actor, 250, "to_other", "remains",
        )  # fmt: skip
        task = meeting.follow_ups.get()
        assert (task.task, task.owner) == ("Settle the order of handover", owner)
        for made in (meeting, first, second, outcome, claim, task, *first.claims.all()):
            assert made.label.level == Level.INTERNAL, made
            assert made.author == people.recorder, made
    page = recorder.get(answer["Location"]).content.decode()
    for words in ("Exchange of prisoners, 500 for 500", "All the wounded", "Settle the order of handover"):
        assert words in page


def test_nothing_is_written_when_one_row_is_refused(world, recorder):
    answer = recorder.post(reverse("desk:meeting-add"), whole(world, **{"commitments-0-quantity": ""}))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Say how many, or choose “number not agreed”" in page
    assert 'href="#id_commitments-0-quantity"' in page
    answer = recorder.post(reverse("desk:meeting-add"), whole(world, **{"outcomes-0-direction": "to_mars"}))
    assert answer.status_code == 200
    for broken in ({"outcomes-0-claimant": ""}, {"outcomes-0-number": "-5"}, {"outcomes-0-started_on": ""}):
        answer = recorder.post(reverse("desk:meeting-add"), whole(world, **broken))
        assert answer.status_code == 200, broken
        [name] = broken
        assert name.rsplit("-", 1)[1] in answer.context["formsets"][2].forms[0].errors, broken
    with acting_as(SYSTEM):
        assert Meeting.objects.count() == Commitment.objects.count() == Outcome.objects.count() == 1


def test_what_is_entered_with_a_draft_is_part_of_it_until_it_is_submitted(people, world, recorder):
    recorder.post(reverse("desk:meeting-add"), whole(world, draft="1"))

    def made() -> list[Record]:
        with acting_as(SYSTEM):
            meeting = entered(world)
            outcome = meeting.outcome_links.get().outcome
            commitment = meeting.commitments.order_by("position")[0]
            source = meeting.citations.get().source
            return [meeting, outcome, outcome.claims.get(), commitment, *commitment.claims.all(), source,
                    *meeting.participants.all(), *meeting.follow_ups.all(), meeting.outcome_links.get(),
                    meeting.citations.get()]  # fmt: skip

    drafted = made()
    assert {one.draft_of for one in drafted} == {people.recorder.pk}
    with acting_as(user_principal(people.analyst)):
        assert not any(type(one).objects.filter(pk=one.pk).exists() for one in drafted)
    meeting = drafted[0]
    answer = recorder.post(reverse("desk:meeting-edit", args=[meeting.pk]), edit(world, meeting))
    assert answer.status_code == 302, answer.context["form"].errors
    submitted = made()
    assert {one.draft_of for one in submitted} == {None}
    assert {one.review_state for one in submitted} == {"submitted"}
    with acting_as(user_principal(people.analyst)):
        assert all(type(one).objects.filter(pk=one.pk).exists() for one in submitted)


def test_what_is_reported_at_a_secret_meeting_is_as_secret(people, world, recorder):
    """Also where not the meeting's own marking but its channel's makes it secret."""
    with acting_as(SYSTEM):
        world.channel.level = Level.CONFIDENTIAL
        world.channel.save()
    answer = recorder.post(reverse("desk:meeting-add"), whole(world, level="1"))
    assert answer.status_code == 302
    with acting_as(SYSTEM):
        outcome = entered(world).outcome_links.get().outcome
        assert outcome.label.level == Level.CONFIDENTIAL
        assert Source.objects.get(publisher="Reuters").label.level == Level.CONFIDENTIAL


def test_editing_keeps_what_is_there_and_adds_nothing_twice(world, recorder):
    recorder.post(reverse("desk:meeting-add"), whole(world))
    with acting_as(SYSTEM):
        meeting = entered(world)
    page = recorder.get(reverse("desk:meeting-edit", args=[meeting.pk]))
    context = page.context
    data = {}
    for form in (
        context["form"],
        *(row for rows in context["formsets"] for row in (*rows.forms, rows.management_form)),
    ):
        for field in form:
            data |= {name: values for name, values in as_posted(field).items() if values}
    data["key"] = str(uuid.uuid4())
    with acting_as(SYSTEM):
        before = [model.objects.count() for model in (Commitment, Claim, Outcome, FollowUp, Agreement)]
        versions = [one.version for one in meeting.commitments.all()]
    answer = recorder.post(reverse("desk:meeting-edit", args=[meeting.pk]), data)
    assert answer.status_code == 302, answer.context["form"].errors
    with acting_as(SYSTEM):
        assert [model.objects.count() for model in (Commitment, Claim, Outcome, FollowUp, Agreement)] == before
        assert [one.version for one in meeting.commitments.all()] == versions
    assert "Recorded already" in page.content.decode()


@pytest.mark.parametrize(
    ("given", "when"),
    [
        ({"date_precision": "quarter", "started_on_day": "", "started_on_month": "5"}, "quarter 2 of 2026"),
        ({"date_precision": "month", "started_on_day": "", "started_on_month": "5"}, "May 2026"),
        ({"date_precision": "year", "started_on_day": "", "started_on_month": ""}, "2026"),
        (
            {"date_precision": "range", "ended_on_day": "20", "ended_on_month": "2", "ended_on_year": "2026"},
            "between 17 February 2026 and 20 February 2026",
        ),
        ({"ended_on_day": "18", "ended_on_month": "2", "ended_on_year": "2026"}, "17–18 February 2026"),
        ({"date_precision": "unknown", "started_on_day": "", "started_on_month": "", "started_on_year": ""},
         "not known"),
    ],
)  # fmt: skip
def test_a_date_is_as_precise_as_known(world, recorder, given, when):
    answer = recorder.post(reverse("desk:meeting-add"), typed(world, **given))
    assert answer.status_code == 302, answer.context["form"].errors
    with acting_as(SYSTEM):
        assert entered(world).when == when


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"date_precision": "quarter", "started_on_day": "", "started_on_month": ""}, "started_on"),
        ({"date_precision": "range"}, "ended_on"),
        ({"started_on_day": "", "started_on_month": "", "started_on_year": ""}, "started_on"),
    ],
)
def test_a_date_that_says_too_little_is_refused_at_its_field(world, recorder, given, field):
    answer = recorder.post(reverse("desk:meeting-add"), typed(world, **given))
    assert answer.status_code == 200
    assert field in answer.context["form"].errors

"""What stands in a report: every figure leads to records, nothing hidden gets in, nothing forbidden is added up."""

import copy
import datetime as dt
import hashlib
import json
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from access.context import SYSTEM, acting_as, user_principal
from access.levels import Level
from access.models import Membership, User
from exchanges.models import Claim, Outcome
from negotiations.models import Agreement, Channel, Meeting
from records.models import Attachment
from records.queued import RunState
from reports import services
from reports.models import ReportRun
from reports.selectors.kept_results import readable_result
from reports.selectors.period_summary import STEPS, Gathered, sections_of
from reports.selectors.summary_result import result_of
from reports.tasks import make_report
from tests.factories import make, make_world

pytestmark = pytest.mark.django_db

DAYS = {"period_from": "2025-05-01", "period_to": "2025-05-31"}
MODELS = {model.kind_of(): model for model in (Outcome, Meeting, Agreement, Channel, Claim, Attachment)}


@pytest.fixture
def world(open_world):
    made = open_world
    with acting_as(SYSTEM):
        made.conflict.refresh_from_db()
    return made


def asked(user, conflict, **period) -> ReportRun:
    with acting_as(user_principal(user), door="page") as reader:
        days = {name: dt.date.fromisoformat(day) for name, day in (DAYS | period).items()}
        return services.request_report(reader, conflict=conflict, **days)


def made(user, conflict, **period) -> ReportRun:
    """Have a report made here and now, by the task itself, and return it as its asker sees it."""
    run = asked(user, conflict, **period)
    make_report.apply(args=[run.principal, str(run.pk)], throw=True)
    with acting_as(user_principal(user)):
        return ReportRun.objects.with_names().get(pk=run.pk)


def figures(run: ReportRun, code: str = "") -> list[dict]:
    return [line for part in run.result["sections"] if code in ("", part["code"]) for line in part["figures"]]


def without_times(result: dict) -> dict:
    plain = copy.deepcopy(result)
    for name in ("made_at", "reference"):
        plain.pop(name)
    return plain


def test_every_figure_leads_to_records_that_are_there_and_visible(people, world):
    run = made(people.analyst, world.conflict)
    assert run.state == RunState.DONE
    assert len(figures(run)) >= 5
    with acting_as(user_principal(people.analyst)):
        for line in figures(run):
            assert line["records"], line
            for record in line["records"]:
                found = MODELS[record["kind"]].objects.get(pk=record["id"])
                assert (str(found), found.reference, found.page_url) == (
                    record["name"],
                    record["reference"],
                    record["url"],
                )
            assert Claim.objects.filter(pk__in=line["claims"]).count() == len(line["claims"])
    stated = figures(run, "events-exchange")
    assert [line["value"] for line in stated] == ["777"]
    assert stated[0]["claims"] == [str(world.claim.pk)]


def test_the_digest_is_of_the_file(people, world):
    run = made(people.analyst, world.conflict)
    assert hashlib.sha256(services.canonical(run.result)).hexdigest() == run.result_sha256
    assert json.loads(services.canonical(run.result)) == run.result


@pytest.mark.parametrize("who", ["outsider", "analyst", "administrator"])
def test_what_the_asker_may_not_see_changes_nothing(people, world, who):
    before = made(getattr(people, who), world.conflict).result
    with acting_as(SYSTEM):
        make_world("Secret", level=Level.CONFIDENTIAL, conflict=world.conflict, actor=world.actor, party=world.party)
        make_world("Inside", compartments=[people.room.pk], conflict=world.conflict)
        make(
            Claim, outcome=world.outcome, claimant=world.actor, category="total", direction=world.party.direction,
            number=1000, level=Level.CONFIDENTIAL,
        )  # fmt: skip
    with acting_as(user_principal(people.recorder)):
        make(
            Meeting, channel=world.channel, title="Draft", started_on="2025-05-20", review_state="draft",
            author=people.recorder,
        )  # fmt: skip
    after = made(getattr(people, who), world.conflict).result
    assert services.canonical(without_times(after)) == services.canonical(without_times(before))
    cleared = made(people.member, world.conflict)
    assert b"Secret" in services.canonical(cleared.result)
    assert b"Inside" in services.canonical(cleared.result)
    assert "777–1,000" in [line["value"] for line in figures(cleared, "events-exchange")]


def test_a_report_is_as_secret_as_all_that_is_in_it_and_closes_with_the_clearance(people, world):
    with acting_as(SYSTEM):
        make_world("Inside", level=Level.RESTRICTED, compartments=[people.room.pk], conflict=world.conflict)
        make_world("Secret", level=Level.CONFIDENTIAL, conflict=world.conflict)
    run = made(people.member, world.conflict)
    assert (run.label.level, run.label.compartments) == (Level.CONFIDENTIAL, [people.room.pk])
    assert run.result["confidentiality"]["tlp"] == "TLP:AMBER+STRICT"

    def seen() -> bool:
        with acting_as(user_principal(people.member)):
            return ReportRun.objects.filter(pk=run.pk).exists()

    assert seen()
    with acting_as(SYSTEM):
        Membership.objects.all().delete()
    assert not seen()
    with acting_as(SYSTEM):
        Membership.objects.create(user=people.member, compartment=people.room)
    assert seen()
    with acting_as(SYSTEM):
        User.objects.filter(pk=people.member.pk).update(clearance=Level.RESTRICTED)
    assert not seen()


def test_clearance_withdrawn_while_it_is_made_ends_it_without_a_result(people, world, monkeypatch):
    with acting_as(SYSTEM):
        make_world("Secret", level=Level.CONFIDENTIAL, conflict=world.conflict)

    def withdraw(run, gathered):
        with acting_as(SYSTEM):
            User.objects.filter(pk=people.member.pk).update(clearance=Level.PUBLIC)
        return result_of(run, gathered)

    monkeypatch.setattr("reports.tasks.result_of", withdraw)
    run = made(people.member, world.conflict)
    assert run.state == RunState.QUEUED
    assert run.result is None
    assert run.error


def test_a_record_closed_after_the_report_was_made_closes_its_copy(people, world):
    run = made(people.analyst, world.conflict)

    def shown() -> bool:
        with acting_as(user_principal(people.analyst)):
            return readable_result(ReportRun.objects.get(pk=run.pk)) is not None

    assert shown()
    for model in (Claim, Meeting, Channel):
        with acting_as(SYSTEM):
            model.objects.update(level=Level.CONFIDENTIAL)
        assert not shown(), model
        with acting_as(SYSTEM):
            model.objects.update(level=Level.PUBLIC)
        assert shown(), model


def test_nobody_else_sees_a_report(people, world):
    run = made(people.analyst, world.conflict)
    for other in (people.outsider, people.reviewer, people.member, people.administrator):
        with acting_as(user_principal(other)):
            assert not ReportRun.objects.filter(pk=run.pk).exists()


def test_dates_only_as_precise_as_known_fall_into_every_period_they_can_lie_in(people, world):
    with acting_as(SYSTEM):
        for title, day, precision in (
            ("of the month", "2025-05-01", "month"),
            ("of the quarter", "2025-04-01", "quarter"),
            ("of the year", "2025-01-01", "year"),
            ("of another month", "2025-04-01", "month"),
            ("of the day before", "2025-04-30", "day"),
        ):
            make(
                Outcome, conflict=world.conflict, outcome_kind="exchange", title=title, started_on=day,
                date_precision=precision,
            )  # fmt: skip
    found = {line["event"] for line in figures(made(people.analyst, world.conflict), "events-exchange")}
    assert found == {"Open exchange", "of the month", "of the quarter", "of the year"}


def test_the_living_and_the_dead_are_never_one_figure_and_aborted_events_stand_apart(people, world):
    with acting_as(SYSTEM):
        for category, number in (("remains", 1000), ("pow", 300)):
            make(
                Claim, outcome=world.outcome, claimant=world.actor, category=category, number=number,
                direction=world.party.direction,
            )  # fmt: skip
        aborted = make(
            Outcome, conflict=world.conflict, outcome_kind="exchange", title="Called off", started_on="2025-05-09",
            status="aborted",
        )  # fmt: skip
        make(Claim, outcome=aborted, claimant=world.actor, category="total", number=5555)
    run = made(people.analyst, world.conflict)
    told = {line["label"]: line["value"] for line in figures(run, "events-exchange")}
    assert sorted(told.values()) == ["1,000", "300", "777"]
    assert [line["event"] for line in figures(run, "not-happened")] == ["Called off"]
    whole = services.canonical(run.result).decode()
    assert not {"1,300", "1,077", "2,077", "1,777"} & set(whole.split('"'))
    assert "5,555" not in " ".join(line["value"] for line in figures(run))


def test_what_is_not_disclosed_is_said_and_is_no_zero(people, world):
    with acting_as(SYSTEM):
        silent = make(Outcome, conflict=world.conflict, outcome_kind="release", title="Silent", started_on="2025-05-02")
        make(Claim, outcome=silent, claimant=world.actor, category="total", number=None)
        make(Outcome, conflict=world.conflict, outcome_kind="release", title="Nothing said", started_on="2025-05-03")
    run = made(people.analyst, world.conflict)
    assert {line["value"] for line in figures(run, "events-release")} == {"not disclosed"}
    told = [(line["label"], line["value"]) for line in figures(run, "not-disclosed")]
    assert ("Nothing said", "no figure at all") in told
    assert any(label == "Silent" and "not disclosed" in value for label, value in told)
    assert not any(line["value"] == "0" for line in figures(run))


def test_parts_of_an_event_are_counted_instead_of_the_whole(people, world):
    with acting_as(SYSTEM):
        for part in (1, 2):
            make(
                Outcome, conflict=world.conflict, outcome_kind="exchange", title=f"Part {part}", parent=world.outcome,
                started_on="2025-05-24",
            )  # fmt: skip
    (events,) = figures(made(people.analyst, world.conflict), "events")
    assert events["value"] == "2 events"
    assert {record["name"] for record in events["records"]} == {"Part 1", "Part 2"}


def test_silence_is_counted_to_the_end_of_the_period(people, world):
    (contact,) = figures(made(people.analyst, world.conflict), "contacts")
    assert (contact["value"], contact["state"]) == ("8 days", "Active")  # 23 to 31 May
    (contact,) = figures(made(people.analyst, world.conflict, period_to="2025-09-23"), "contacts")
    assert (contact["value"], contact["state"]) == ("123 days", "Stalled")


def test_the_number_of_statements_does_not_grow_with_the_period(people, world):
    def statements() -> int:
        with acting_as(user_principal(people.analyst)), CaptureQueriesContext(connection) as captured:
            gathered = Gathered(world.conflict, dt.date(2025, 1, 1), dt.date(2025, 12, 31))
            for step in STEPS:
                step.run(gathered)
            sections_of(gathered)
        return len(captured)

    few = statements()
    with acting_as(SYSTEM):
        for _number in range(10):
            make_world("More", conflict=world.conflict, actor=world.actor, party=world.party)
    assert statements() == few <= 17


def test_only_who_asked_is_named_and_only_uuids_identify(people, world):
    run = made(people.analyst, world.conflict)
    assert run.result["made_for"] == "analyst"
    for line in figures(run):
        for record in line["records"]:
            UUID(record["id"])


def test_an_attachment_is_a_line_with_its_hash_for_those_who_may_read_it(people, world):
    with acting_as(SYSTEM):
        Attachment.objects.filter(pk=world.attachment.pk).update(level=Level.RESTRICTED)
    (line,) = figures(made(people.recorder, world.conflict), "attachments")
    assert (line["label"], line["value"]) == ("Open paper", "plain text, 14\xa0bytes")
    assert line["said"] == f"SHA-256 {world.attachment.sha256}"
    assert [record["kind"] for record in line["records"]] == ["outcome", "attachment"]
    assert "on paper" not in str(made(people.recorder, world.conflict).result)
    run = made(people.outsider, world.conflict)
    assert figures(run, "attachments") == []
    assert world.attachment.sha256 not in str(run.result)
    assert "attachments" not in {part["code"] for part in run.result["sections"]}

"""What becomes of the rows of a file: new, changed, the same, bad; all of them or none."""

import csv
import io

import pytest
from django.conf import settings
from django.contrib.contenttypes.models import ContentType

from access.context import SYSTEM, acting_as
from access.levels import Level
from exchanges.models import Claim, Outcome, OutcomeChannel
from intake import services
from intake.models import ImportedRecord
from intake.writing import Refused
from negotiations.models import Channel, Meeting
from records.models import HistoryEntry
from records.services import withdraw_record
from sources.models import Citation, Source
from tests.factories import verified

FOLDER = settings.PUBLIC_RECORD_DIR
FILES = [
    "sources", "meetings", "prisoner_exchanges", "remains_returns", "child_repatriations", "safe_passages",
    "exchange_claims", "remains_claims", "child_claims", "safe_passage_claims",
]  # fmt: skip

MEETINGS = (
    "meeting_id,channel_id,started_on,place,format,participants,summary,source_ids\n"
    "new-1,ch-uae,2026-03-01,Abu Dhabi,in_person,umerov;other:a UAE official,Lists were compared.,lcil\n"
    "new-2,ch-uae,2026-03-02,,call,,,\n"
)


def rows(name: str) -> int:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8") as file:
        return sum(1 for _row in csv.reader(file)) - 1


@pytest.mark.parametrize("name", FILES)
def test_the_public_record_uploaded_again_changes_nothing(importer, name):
    run = importer.checked((FOLDER / f"{name}.csv").read_bytes(), name=f"{name}.csv")
    assert run.found["problems"] == []
    assert run.found["counts"] == {"rows": rows(name), "bad": 0, "same": rows(name), "alike": 0}


def test_meetings_come_with_their_place_people_and_sources(importer):
    run = importer.imported(MEETINGS)
    assert run.found["counts"]["new"] == 2
    with importer.reader():
        first = Meeting.objects.get(external_id="new-1")
        assert first.author == importer.user
        assert first.review_state == "submitted"
        assert str(first.place) == "Abu Dhabi"
        assert [str(one) for one in first.participants.all()] == ["Rustem Umerov", "a UAE official"]
        assert [one.source.external_id for one in first.citations.all()] == ["lcil"]
        entry = HistoryEntry.objects.get(record_id=first.pk)
        assert (entry.door, entry.user) == ("import", importer.user)
        assert set(ImportedRecord.objects.values_list("line", "record_table")) == {
            (2, "negotiations_meeting"),
            (3, "negotiations_meeting"),
        }


def test_twice_is_once(importer):
    importer.imported(MEETINGS)
    with importer.reader():
        entries = HistoryEntry.objects.count()
    again = importer.checked(MEETINGS)
    assert again.found["counts"] == {"rows": 2, "bad": 0, "same": 2, "alike": 0}
    assert not again.may_be_written
    with importer.reader():
        assert HistoryEntry.objects.count() == entries


def test_rows_without_identifiers_are_found_again(importer):
    nameless = (
        "publisher,title,address\nReuters,Talks,https://example.org/1\nReuters,More talks,https://example.org/2\n"
    )
    assert importer.imported(nameless).found["counts"]["new"] == 2
    assert importer.checked(nameless).found["counts"] == {"rows": 2, "bad": 0, "same": 2, "alike": 0}


def test_a_changed_row_changes_the_record_and_says_why(importer):
    importer.imported(MEETINGS)
    run = importer.imported(MEETINGS.replace("Lists were compared.", "Lists were exchanged."))
    assert run.found["counts"] == {"rows": 2, "changed": 1, "same": 1}
    with importer.reader():
        meeting = Meeting.objects.get(external_id="new-1")
        assert (meeting.summary, meeting.version) == ("Lists were exchanged.", 2)
        assert "rows.csv" in HistoryEntry.objects.filter(record_id=meeting.pk).first().reason


def test_outcomes_and_claims_in_one_file(importer):
    one_file = (
        "outcome_id,outcome_kind,date,channel_id,source_ids,claim_id,claimed_by,direction,category,count,qualifier,"
        "source_id\n"
        "o-1,exchange,2026-03-05,ch-uae,lcil,o-1-a,Ukraine,to_ukraine,total,150,exact,lcil\n"
        "o-1,,,,,o-1-b,Russia,to_ukraine,total,149,at_least,lcil\n"
        "o-1,,,,,o-1-c,Russia,to_ukraine,total,149,at_least,tbs-220322\n"
        "o-2,remains_transfer,2026-03-06,,,,,,,,,\n"
    )
    run = importer.imported(one_file)
    assert run.found["counts"] == {"rows": 4, "new": 4}
    with importer.reader():
        outcome = Outcome.objects.get(external_id="o-1")
        assert {str(claim) for claim in outcome.claims.all()} == {"Ukraine: 150", "Russia: at least 149"}
        assert {claim.claim_kind for claim in outcome.claims.all()} == {"official"}
        assert OutcomeChannel.objects.get(outcome=outcome).channel.external_id == "ch-uae"
        kind = ContentType.objects.get_for_model(Claim)
        russian = outcome.claims.get(number=149)
        assert Citation.objects.filter(record_type=kind, record_id=russian.pk).count() == 2
    assert importer.checked(one_file).found["counts"] == {"rows": 4, "bad": 0, "same": 4, "alike": 0}


def test_a_changed_figure_supersedes_the_old_claim(importer):
    claims = "claim_id,exchange_id,claimed_by,direction,category,count,qualifier,source_id\n"
    importer.imported(claims + "c-9,ex-2024-12-30,Ukraine,to_ukraine,officers,12,exact,lcil\n")
    run = importer.imported(claims + "c-9,ex-2024-12-30,Ukraine,to_ukraine,officers,13,exact,lcil\n")
    assert run.found["counts"] == {"rows": 1, "changed": 1}
    with importer.reader():
        old, new = Claim.objects.filter(external_id="c-9").order_by("recorded_at")
        assert (old.number, new.number, new.supersedes_id) == (12, 13, old.pk)
    verified(Claim, external_id="c-9")
    with importer.reader():
        states = Claim.objects.filter(external_id="c-9").with_state().order_by("recorded_at")
        assert [claim.state_found for claim in states] == ["superseded", "current"]


def test_one_bad_row_and_nothing_is_written(importer):
    run = importer.checked(MEETINGS.replace("2026-03-02", "2 March").replace("umerov", "nobody"))
    assert [(one["line"], one["column"], one["value"]) for one in run.found["problems"]] == [
        (3, "started_on", "2 March"),
        (2, "participants", "nobody"),
    ]
    assert all(one["reason"] and one["remedy"] for one in run.found["problems"])
    assert run.found["counts"]["bad"] == 2
    assert not run.may_be_written
    given_back = list(csv.DictReader(io.StringIO(importer.stored(run.bad_rows))))
    assert [(row["parley_row"], row["meeting_id"]) for row in given_back] == [("2", "new-1"), ("3", "new-2")]
    assert "is no date" in given_back[1]["parley_reason"]


def test_a_row_that_became_bad_after_the_check_stops_everything(importer):
    run = importer.checked(MEETINGS)
    with acting_as(SYSTEM) as system:
        withdraw_record(system, Channel.objects.get(external_id="ch-uae"), reason="test")
    with importer.reader() as actor:
        services.confirm(actor, run)
    with pytest.raises(Refused, match="no longer fits"):
        importer.work(run)
    with importer.reader():
        assert not Meeting.objects.filter(external_id__startswith="new-").exists()


def test_what_is_hidden_is_met_like_what_is_not_there(people, importer):
    """The same file with and without a hidden record of that identifier, on that day: no difference is told."""
    plain = importer.checked(MEETINGS).found
    with acting_as(SYSTEM):
        room = {"compartments": [people.room.pk], "level": Level.PUBLIC}
        channel = Meeting.objects.first().channel
        Meeting.objects.create(external_id="new-1", channel=channel, started_on="2026-03-01", **room)
        Source.objects.create(external_id="hidden-source", publisher="p", **room)
    assert importer.checked(MEETINGS).found == plain
    for named in ("hidden-source", "missing-source"):
        (told,) = importer.checked(MEETINGS.replace("lcil", named)).found["problems"]
        assert told["reason"] == f"{named!r} is not known here"
    assert importer.imported(MEETINGS).found["counts"]["new"] == 2


def test_what_looks_alike_is_told_and_not_refused(importer):
    with importer.reader():
        there = Meeting.objects.filter(channel__external_id="ch-belarus-2022").first()
    run = importer.checked(f"meeting_id,channel_id,started_on\nx-1,ch-belarus-2022,{there.started_on}\n")
    assert run.found["alike"] == [{"line": 2, "table": "negotiations_meeting", "id": str(there.pk)}]
    assert run.may_be_written


def test_the_marking_chosen_is_the_records(importer):
    importer.imported(MEETINGS, level=2)
    with importer.reader():
        meeting = Meeting.objects.get(external_id="new-1")
        assert (meeting.level, meeting.label.level) == (2, 2)
        assert {one.label.level for one in meeting.citations.all()} == {2}


def test_a_withdrawn_record_is_left_as_it_is(importer):
    importer.imported(MEETINGS)
    with importer.reader() as actor:
        withdraw_record(actor, Meeting.objects.get(external_id="new-1"), reason="entered twice")
    assert importer.checked(MEETINGS.replace("compared", "read")).found["counts"]["left"] == 1


def test_what_looks_like_personal_data_is_a_bad_row(importer):
    telephone = "+380 44 123 45 67"
    said = MEETINGS.replace("Lists were compared.", f"Ask {telephone}.").replace("a UAE official", f"aide {telephone}")
    run = importer.checked(said)
    assert sorted((one["line"], one["column"], one["value"]) for one in run.found["problems"]) == [
        (2, "participants", f"umerov;other:aide {telephone}"),
        (2, "summary", f"Ask {telephone}."),
    ]
    assert all("telephone number" in one["reason"] and "Take it out" in one["remedy"] for one in run.found["problems"])
    assert not run.may_be_written
    # With a reason in the row it is written; the history keeps the reason with what the row made, and only with that.
    head, first, second = said.splitlines()
    with_reason = f"{head},personal_data_reason\n{first},A switchboard.\n{second},\n"
    assert importer.imported(with_reason).found["counts"]["new"] == 2
    with importer.reader():
        one, two = (Meeting.objects.get(external_id=key) for key in ("new-1", "new-2"))
        assert telephone in one.summary
        written = [one, *one.participants.all(), *one.citations.all()]
        reasons = {HistoryEntry.objects.get(record_id=record.pk).reason for record in written}
        assert reasons == {"Personal data kept: A switchboard."}
        assert HistoryEntry.objects.get(record_id=two.pk).reason == ""
    assert importer.checked(with_reason).found["counts"] == {"rows": 2, "bad": 0, "same": 2, "alike": 0}
    # The reason itself is looked through, too.
    itself = importer.checked(with_reason.replace("A switchboard.", f"Of {telephone}."))
    assert [one["column"] for one in itself.found["problems"]] == ["personal_data_reason"]


def test_what_a_new_row_may_be_is_told_by_the_rules_of_its_kind(importer):
    """The rules are those of the forms: a shared day in the channel, the counts of one claimant, the same page."""
    meetings = MEETINGS.replace("new-1,ch-uae,2026-03-01", "new-1,ch-belarus-2022,2022-02-28")
    alike = importer.checked(meetings).found["alike"]
    with importer.reader():
        assert [(one["line"], str(Meeting.objects.get(pk=one["id"]).external_id)) for one in alike] == [
            (2, "mt-2022-02-28")
        ]
    claim = "id,kind,started_on,claimant,direction,category,number\no-9,exchange,2024-12-30,{},to_ukraine,{},{}\n"
    for said, is_alike in (
        (("Ukraine", "total", 189), True),
        (("Ukraine", "total", 7), False),
        (("Russia", "total", 7), True),  # Russia has counted the military only
        (("Russia", "military", 7), False),
    ):
        found = importer.checked(claim.format(*said)).found["alike"]
        assert len(found) == is_alike, said
    with importer.reader():
        url = Source.objects.get(external_id="lcil").url
    again = importer.checked(f"publisher,address\nReuters,{url.replace('https://', 'http://')}?utm_source=x\n")
    assert [one["line"] for one in again.found["alike"]] == [2]

"""What becomes of candidates: proposed, accepted, merged, refused, taken back; until then they count nowhere."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import DatabaseError, transaction

from access.context import SYSTEM, acting_as, user_principal
from access.levels import Level
from exchanges.models import Claim, Outcome
from intake import inbox, proposals
from intake.models import Candidate, CandidateRecord, CandidateState
from negotiations.models import Conflict, Meeting
from records import guard
from records.models import HistoryEntry, SearchEntry
from records.search import found_ids
from records.services import StaleVersion, withdraw_record
from sources.models import Citation, Source
from tests.factories import make

CLAIMS = [
    {"claimant": "Ukraine", "direction": "to_ukraine", "category": "total", "number": 150, "source": "lcil"},
    {"claimant": "Russia", "direction": "to_ukraine", "category": "total", "number": 149, "quantifier": "at_least"},
]
OUTCOME = {
    "proposes": "outcome",
    "data": {
        "kind": "exchange",
        "started_on": "2026-04-01",
        "channel": "ch-uae",
        "source_ids": "lcil",
        "claims": CLAIMS,
    },
    "found_at": "https://example.org/news/150",
}
MEETING = {
    "proposes": "meeting",
    "data": {"channel": "ch-uae", "started_on": "2026-04-02", "participants": "umerov", "source_ids": "lcil"},
}
SOURCE = {"proposes": "source", "data": {"publisher": "Reuters", "title": "Talks", "url": "https://example.org/talks"}}


class Inbox:
    """Somebody at the inbox."""

    def __init__(self, user):
        self.user = user

    def acting(self):
        return acting_as(user_principal(self.user), door="page", request_id="test")

    def propose(self, **fields) -> Candidate:
        with self.acting() as actor:
            return inbox.propose(actor, Candidate(**{"level": Level.INTERNAL} | fields))

    def do(self, act: str, candidate: Candidate, *rest, **given):
        with self.acting() as actor, transaction.atomic():
            version = Candidate.objects.get(pk=candidate.pk).version
            return getattr(inbox, act)(actor, candidate, *rest, expected_version=version, **given)

    def now(self, candidate: Candidate) -> Candidate:
        with self.acting():
            return Candidate.objects.get(pk=candidate.pk)

    def became(self, candidate: Candidate) -> list[tuple[str, str]]:
        with self.acting():
            found = inbox.became_of([candidate])[candidate.pk]
            return [(link.became, record.kind) for link, record in found]


@pytest.fixture
def box(people) -> Inbox:
    return Inbox(people.recorder)


def test_a_proposal_waits_and_nothing_else_happens(box):
    with box.acting():
        before = {model: model.objects.count() for model in (Outcome, Claim, Citation, Source)}
    candidate = box.propose(**OUTCOME)
    assert (candidate.state, candidate.author, candidate.version) == ("waiting", box.user, 1)
    # Numbers are kept as text, the only conflict is meant.
    assert candidate.data["claims"][0]["number"] == "150"
    with box.acting():
        assert candidate.conflict == Conflict.objects.get()
        assert {model: model.objects.count() for model in before} == before
        assert found_ids("example") == [] or candidate.pk not in {pk for _table, pk in found_ids("example")}
    with acting_as(SYSTEM):
        assert not SearchEntry.objects.filter(record_id=candidate.pk).exists()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"started_on": "2026-04-01", "number": "5"}, "no field “number”"),
        ({"kind": ["exchange"]}, "kind: give a text"),
        ({"title": "x" * 20_001}, "at most 20,000"),
        ({"claims": "many"}, "a list of at most"),
        ({"claims": [{}]}, "Claim 1: give its fields"),
        ({"claims": [{"claimant": "Ukraine", "title": "x"}]}, "Claim 1: There is no field “title”"),
        ([], "as an object"),
        ({}, "as an object"),
    ],
)
def test_what_cannot_be_kept_is_refused_by_field(box, data, told):
    with pytest.raises(ValidationError) as caught:
        box.propose(proposes="outcome", data=data)
    assert told in " ".join(caught.value.message_dict["data"])


def test_sent_twice_with_an_identifier_it_is_one(box, people):
    first = box.propose(**OUTCOME, external_id="bot-1")
    assert box.propose(**OUTCOME, external_id="bot-1") == first
    assert box.propose(**OUTCOME | {"data": OUTCOME["data"] | {"title": "More"}}, external_id="bot-1") != first
    assert Inbox(people.reviewer).propose(**OUTCOME, external_id="bot-1") != first


def test_an_outcome_is_accepted_with_its_claims_and_sources(box):
    candidate = box.propose(**OUTCOME)
    record = box.do("accept", candidate)
    with box.acting():
        outcome = Outcome.objects.get(pk=record.pk)
        assert (outcome.outcome_kind, str(outcome.started_on), outcome.level) == ("exchange", "2026-04-01", 1)
        assert (outcome.review_state, outcome.author) == ("submitted", box.user)
        assert outcome.external_id == candidate.reference
        assert {str(claim) for claim in outcome.claims.all()} == {"Ukraine: 150", "Russia: at least 149"}
        assert [link.channel.external_id for link in outcome.channel_links.all()] == ["ch-uae"]
        cited = {citation.source.url for citation in outcome.citations.select_related("source")}
        assert "https://example.org/news/150" in cited
        assert len(cited) == 2
        assert candidate.reference in HistoryEntry.objects.filter(record_id=outcome.pk).first().reason
        assert Outcome.objects.counted().filter(pk=outcome.pk).count() == 0, "it is verified first"
    decided = box.now(candidate)
    assert (decided.state, decided.decided_by) == ("taken", box.user)
    assert box.became(candidate) == [("made", "outcome")]
    with pytest.raises(ValidationError, match="already"):
        box.do("accept", candidate)


def test_meetings_and_sources_are_accepted_too(box):
    meeting = box.do("accept", box.propose(**MEETING))
    source = box.do("accept", box.propose(**SOURCE))
    with box.acting():
        assert [str(one) for one in Meeting.objects.get(pk=meeting.pk).participants.all()] == ["Rustem Umerov"]
        assert Meeting.objects.get(pk=meeting.pk).citations.count() == 1
        assert Source.objects.get(pk=source.pk).title == "Talks"


def test_what_is_wrong_is_told_and_not_accepted(box):
    wrong = box.propose(proposes="meeting", data={"channel": "nowhere", "started_on": "2 April"})
    with box.acting():
        assert [problem.column for problem in proposals.problems_of(wrong)] == ["started_on"]
    with pytest.raises(ValidationError, match="is no date"):
        box.do("accept", wrong)
    unknown = box.propose(proposes="meeting", data={"channel": "nowhere", "started_on": "2026-04-02"})
    with pytest.raises(ValidationError, match="'nowhere' is not known here"):
        box.do("accept", unknown)
    assert box.now(wrong).state == "waiting"


def test_an_identifier_that_is_recorded_is_not_recorded_again(box):
    candidate = box.propose(proposes="outcome", data=OUTCOME["data"] | {"id": "ex-2024-12-30"})
    with box.acting():
        (there,) = [one for one in proposals.alike(candidate) if one.external_id == "ex-2024-12-30"]
        before = there.version
    with pytest.raises(ValidationError, match="already"):
        box.do("accept", candidate)
    with box.acting():
        assert Outcome.objects.get(pk=there.pk).version == before


def test_it_is_merged_into_the_record_it_duplicates(box):
    with box.acting():
        there = Outcome.objects.get(external_id="ex-2024-12-30")
        before = (there.version, there.claims.count(), there.citations.count())
    data = OUTCOME["data"] | {"started_on": "2024-12-30", "title": "Another title", "source_ids": "tbs-220322"}
    # Ukraine counts 189 to Ukraine: whoever says that Ukraine counts 150 speaks of another exchange.
    other = box.propose(**OUTCOME | {"data": data})
    data["claims"] = [CLAIMS[0] | {"direction": "to_russia"}, CLAIMS[1]]
    candidate = box.propose(**OUTCOME | {"data": data})
    with box.acting():
        assert there not in proposals.alike(other)
        assert there in proposals.alike(candidate)
    box.do("merge", candidate, there)
    with box.acting():
        there = Outcome.objects.get(pk=there.pk)
        assert (there.version, there.claims.count(), there.citations.count()) == (
            before[0], before[1] + 2, before[2] + 2,
        )  # fmt: skip
        assert there.title != "Another title"
    assert box.now(candidate).state == "taken"
    kinds = box.became(candidate)
    assert kinds[0] == ("merged", "outcome")
    assert sorted(kinds[1:]) == [("brought", "citation")] * 3 + [("brought", "claim")] * 2


def test_meetings_and_sources_are_merged(box):
    with box.acting():
        meeting = Meeting.objects.filter(channel__external_id="ch-uae").first()
        source = Source.objects.exclude(url="").first()
        cited = meeting.citations.count()
    data = MEETING["data"] | {"started_on": str(meeting.started_on), "source_ids": "tbs-220322"}
    candidate = box.propose(proposes="meeting", data=data, found_at="https://example.org/met")
    with box.acting():
        assert proposals.alike(candidate) == [meeting]
    box.do("merge", candidate, meeting)
    with box.acting():
        assert meeting.citations.count() == cited + 2
    link = box.propose(proposes="source", data={"url": source.url.replace("https://", "http://www.")})
    with box.acting():
        assert proposals.alike(link) == [source]
    box.do("merge", link, source)
    assert box.became(link) == [("merged", "source")]


def test_it_is_merged_into_its_own_kind_only(box, people):
    candidate = box.propose(**OUTCOME)
    with box.acting():
        meeting = Meeting.objects.first()
    with pytest.raises(ValidationError, match="Choose one of the outcomes"):
        box.do("merge", candidate, meeting)
    with acting_as(SYSTEM):
        other = make(Outcome, conflict=make(Conflict, name="Another war"), outcome_kind="exchange")
        gone = Outcome.objects.exclude(conflict=other.conflict).first()
    with pytest.raises(ValidationError, match="another conflict"):
        box.do("merge", candidate, other)
    with acting_as(SYSTEM) as system:
        gone = withdraw_record(system, gone, reason="entered twice")
    with pytest.raises(ValidationError, match="withdrawn"):
        box.do("merge", candidate, gone)


def test_it_is_refused_with_a_reason_and_kept(box):
    candidate = box.propose(**OUTCOME)
    with pytest.raises(ValidationError, match="Say why"):
        box.do("refuse", candidate, reason=" ")
    box.do("refuse", candidate, reason="A rumour")
    refused = box.now(candidate)
    assert (refused.state, refused.refused_reason, refused.decided_by) == ("refused", "A rumour", box.user)
    with box.acting():
        assert Candidate.objects.waiting().count() == 0
        assert HistoryEntry.objects.filter(record_id=candidate.pk).first().reason == "A rumour"


def test_each_decision_can_be_taken_back(box):
    refused = box.propose(**SOURCE)
    box.do("refuse", refused, reason="A rumour")
    box.do("undo", refused)
    assert box.now(refused).state == "waiting"
    accepted = box.propose(**OUTCOME)
    record = box.do("accept", accepted)
    box.do("undo", accepted)
    with box.acting():
        assert Outcome.objects.get(pk=record.pk).is_withdrawn
        there = Outcome.objects.get(external_id="ex-2024-12-30")
        before = there.claims.current().count()
    box.do("merge", accepted, there)
    box.do("undo", accepted)
    with box.acting():
        there = Outcome.objects.get(pk=there.pk)
        assert not there.is_withdrawn
        assert there.claims.current().count() == before
    again = box.now(accepted)
    assert (again.state, again.decided_at, again.decided_by) == ("waiting", None, None)
    assert box.became(accepted) == []
    box.do("accept", again)


def test_what_was_verified_since_is_not_taken_back(box, people):
    candidate = box.propose(**OUTCOME)
    record = box.do("accept", candidate)
    with acting_as(SYSTEM):
        Outcome.objects.filter(pk=record.pk).update(review_state="verified")
    with pytest.raises(ValidationError, match="changed or verified since"):
        box.do("undo", candidate)
    assert box.now(candidate).state == "taken"


def test_a_decision_is_taken_back_by_whoever_took_it_or_a_reviewer(box, people):
    candidate = Inbox(people.reviewer).propose(**SOURCE)
    Inbox(people.reviewer).do("refuse", candidate, reason="A rumour")
    with pytest.raises(PermissionDenied):
        box.do("undo", candidate)
    with box.acting(), pytest.raises(DatabaseError, match="taken back by whoever took it"), transaction.atomic():
        Candidate.objects.filter(pk=candidate.pk).update(
            state="waiting", decided_at=None, decided_by=None, refused_reason=""
        )
    box_candidate = box.propose(**SOURCE)
    box.do("refuse", box_candidate, reason="A rumour")
    Inbox(people.reviewer).do("undo", box_candidate)


def test_the_database_itself_keeps_a_decision(box):
    candidate = box.propose(**OUTCOME)
    with box.acting(), pytest.raises(DatabaseError, match="waits before it is decided"), transaction.atomic():
        Candidate(
            **SOURCE, author_id=box.user.pk, state="refused", refused_reason="x", decided_at=candidate.recorded_at
        ).save(force_insert=True)
    box.do("refuse", candidate, reason="A rumour")
    for change in ({"data": {"title": "x"}}, {"refused_reason": "Another"}, {"decided_by": None}):
        with box.acting(), pytest.raises(DatabaseError, match="decided about is not changed"), transaction.atomic():
            Candidate.objects.filter(pk=candidate.pk).update(**change)
    with box.acting(), pytest.raises(DatabaseError, match="decided about once"), transaction.atomic():
        Candidate.objects.filter(pk=candidate.pk).update(state="taken", refused_reason="")


def test_two_who_decide_at_once_are_told(box, people):
    candidate = box.propose(**OUTCOME)
    box.do("refuse", candidate, reason="A rumour")
    with Inbox(people.reviewer).acting() as actor, pytest.raises(StaleVersion):
        inbox.accept(actor, candidate, expected_version=1)


def test_who_may_not_write_sees_no_candidate(box, people):
    candidate = box.propose(**OUTCOME | {"level": Level.PUBLIC})
    for person in (people.outsider, people.analyst, people.member, people.administrator):
        with acting_as(user_principal(person)):
            assert not Candidate.objects.filter(pk=candidate.pk).exists()
            assert not HistoryEntry.objects.filter(record_id=candidate.pk).exists()
            assert not CandidateRecord.objects.exists()
    with Inbox(people.reviewer).acting():
        assert Candidate.objects.filter(pk=candidate.pk).exists()


def test_what_it_became_is_seen_by_who_sees_both(box, people):
    """Merged into a record of a room, a public candidate does not tell the others of it."""
    with acting_as(SYSTEM):
        hidden = make(Outcome, conflict=Conflict.objects.get(), outcome_kind="exchange", compartments=[people.room.pk])
        candidate = box.propose(**SOURCE | {"level": Level.PUBLIC})
        held = Candidate.objects.get(pk=candidate.pk)
        inbox.decide(held, CandidateState.TAKEN, made=[(Outcome, hidden.pk)])
    assert box.now(candidate).state == "taken"
    assert box.became(candidate) == []
    with pytest.raises(PermissionDenied):
        box.do("undo", candidate)
    with Inbox(people.reviewer).acting():
        assert inbox.became_of([candidate])[candidate.pk] == []
    with pytest.raises(ValidationError, match="can no longer be taken back"):
        Inbox(people.reviewer).do("undo", candidate)


def test_a_pasted_link_is_a_candidate_source(box):
    with box.acting() as actor:
        candidate = inbox.paste_link(actor, "https://www.example.org/a?utm_source=x", level=1, compartments=[])
        assert candidate.data == {"url": "https://www.example.org/a?utm_source=x", "publisher": "example.org"}
        assert (candidate.origin, candidate.origin_words) == ("link", "example.org")
        for wrong in ("javascript:alert(1)", "not an address", "https://" + "x" * 1100):
            with pytest.raises(ValidationError) as caught:
                inbox.paste_link(actor, wrong, level=1, compartments=[])
            assert "found_at" in caught.value.message_dict


TELEPHONE = "+380 44 123 45 67"
WHY = "A ministry’s switchboard."
KEPT = f"Personal data kept: {WHY}"


def test_what_looks_like_personal_data_is_flagged_and_its_reason_goes_along(box):
    data = MEETING["data"] | {"summary": f"Ask {TELEPHONE}."}
    with pytest.raises(ValidationError) as caught:
        box.propose(**MEETING | {"data": data})
    assert "telephone number" in caught.value.message_dict["data"][0]
    with box.acting(), pytest.raises(ValidationError):
        guard.allow(f"Of {TELEPHONE}")
    with pytest.raises(ValidationError, match="telephone number"):
        box.propose(**MEETING | {"data": data | {guard.REASON: f"Of {TELEPHONE}"}})
    # The reason is given for the whole act, as on every door, or stands among the data, as in a file.
    with box.acting() as actor:
        guard.allow(WHY)
        asked = inbox.propose(actor, Candidate(level=Level.INTERNAL, **MEETING | {"data": data}))
    told = box.propose(**MEETING | {"data": data | {guard.REASON: WHY, "started_on": "2026-04-03"}})
    assert asked.data[guard.REASON] == WHY
    with box.acting() as actor:
        asked.note = "Seen."
        asked = inbox.amend(actor, asked, expected_version=asked.version)
        with pytest.raises(ValidationError, match="telephone number"):
            inbox.amend(actor, Candidate.objects.get(pk=asked.pk), expected_version=2, reason=f"Ask {TELEPHONE}")
    for candidate in (asked, told):
        with acting_as(SYSTEM):
            assert HistoryEntry.objects.get(record_id=candidate.pk, version=1).reason == KEPT
        meeting = box.do("accept", candidate)
        with acting_as(SYSTEM):
            reason = HistoryEntry.objects.get(record_id=meeting.pk).reason
        assert reason == f"From the inbox, candidate {candidate.reference} {KEPT}"


def test_the_reason_of_a_refusal_is_looked_through(box):
    candidate = box.propose(**MEETING)
    with pytest.raises(ValidationError) as caught:
        box.do("refuse", candidate, reason=f"Ask {TELEPHONE}")
    assert list(caught.value.message_dict) == ["reason"]
    assert box.now(candidate).state == "waiting"

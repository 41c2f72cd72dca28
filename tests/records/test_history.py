"""The history of a record, as different readers are told it: sentences, links, levels, drafts, parts, reads."""

import html
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.context import ANONYMOUS, SYSTEM, acting_as, because, refresh_labels, user_principal
from access.levels import Level
from access.models import User
from exchanges.models import Claim, Outcome
from negotiations.models import Conflict, Meeting, Party, Place
from records.history import entries_of, tell
from records.models import HistoryEntry
from sources.models import Citation, Source
from tests.factories import make
from tests.people import signed_in
from tests.records.kinds import KINDS, api_of

pytestmark = pytest.mark.django_db


def update(record, user=None, reason="", **fields):
    """Change a record as somebody (or the system), on a page, and return it as stored."""
    with acting_as(user_principal(user) if user else SYSTEM, door="page", request_id="r42"), because(reason):
        type(record).objects.filter(pk=record.pk).update(**fields)
        refresh_labels()
        return type(record).objects.get(pk=record.pk)


def told_to(user, record, **options) -> list[dict]:
    with acting_as(user_principal(user) if user else ANONYMOUS):
        return tell(entries_of(record, **options), record)


def newest(user, record) -> dict:
    return told_to(user, record)[0]


def whats(user, record, **options) -> list[str]:
    return [entry["what"] for entry in told_to(user, record, **options)]


def page_of(user, record, query: str = "") -> str:
    answer = signed_in(user).get(f"{record.get_absolute_url()}history/{query}")
    assert answer.status_code == 200
    return " ".join(html.unescape(answer.content.decode()).split())


def test_codes_are_told_in_the_words_that_the_reader_may_know(people, world):
    """A direction as its conflict calls it, unless the party is hidden or two conflicts call it differently."""
    about = {"direction": world.party.direction, "category": "pow", "number": 9}
    with acting_as(SYSTEM):
        claim = make(Claim, outcome=world.outcome, claimant=world.actor, **about)
    words = {one.field: one.words_after for one in newest(people.outsider, claim)["changes"]}
    assert (words["direction"], words["category"]) == (world.party.direction_label, "prisoners of war")
    party = update(world.party, level=Level.CONFIDENTIAL)
    words = {one.field: one.words_after for one in newest(people.outsider, claim)["changes"]}
    assert words["direction"] == party.direction
    words = {one.field: one.words_after for one in newest(people.reviewer, claim)["changes"]}
    assert words["direction"] == party.direction_label
    other = {"direction": party.direction, "direction_label": "Homewards"}
    with acting_as(SYSTEM):
        make(Party, conflict=make(Conflict, name="Another war"), actor=world.actor, position=1, **other)
    words = {one.field: one.words_after for one in newest(people.reviewer, claim)["changes"]}
    assert words["direction"] == party.direction


def test_a_change_is_one_plain_sentence_with_who_where_when_and_why(people, world):
    claim = update(world.claim, people.reviewer, "the ministry corrected itself.", number=160)
    told = newest(people.outsider, claim)
    moment = rf"\d{{1,2}} \w+ {told['at'].year}, \d\d:\d\d UTC"
    expected = f"reviewer changed number from 777 to 160 on a page, {moment}, because: the ministry corrected itself."
    assert re.fullmatch(expected.replace("itself.", r"itself\."), told["sentence"]), told["sentence"]
    assert (told["role_words"], told["version"], told["request_id"]) == ("Reviewer", 2, "r42")
    assert [change.sentence for change in told["changes"]] == [
        "Review state changed from Verified to Verified, then changed.",
        "Number changed from 777 to 160.",
    ]
    text = page_of(people.outsider, claim)
    assert told["sentence"] in text
    assert "Reviewer · version 2 · request <code>r42</code>" in text


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"notes": ""}, "Emptied notes, which was “Open”"),
        ({"publisher": "Reuters", "language": "uk"}, "Changed publisher and language"),
        ({"publisher": "R", "language": "uk", "title": "x", "url": "https://example.org/b"}, "Changed 4 fields"),
        ({"source_kind": "igo"}, "Changed kind from News medium to Intergovernmental organisation"),
        ({"published_on": "2025-06-03"}, "Changed published on from 23 May 2025 to 3 June 2025"),
        ({"notes": "word " * 30}, "Changed notes"),
        ({"level": 2}, "Raised the level from Public to Restricted"),
        ({"review_state": "verified"}, "Verified the record"),
        ({"review_state": "returned"}, "Returned the record"),
        ({"withdrawn_at": "2025-06-03T10:12Z", "withdrawn_reason": "twice"}, "Withdrew the record"),
    ],
)
def test_every_sort_of_change_has_its_words(people, world, fields, what):
    update(world.source, notes="Open", review_state="submitted")
    source = update(world.source, **fields)
    assert newest(people.reviewer, source)["what"] == what


def test_restoring_lowering_and_compartments_have_their_words(people, world):
    update(world.source, withdrawn_at="2025-06-03T10:12Z", withdrawn_reason="twice")
    update(world.source, withdrawn_at=None, withdrawn_reason="")
    update(world.source, level=2, compartments=[people.room.pk])
    update(world.source, level=1, compartments=[])
    assert whats(people.member, world.source)[:3] == [
        "Lowered the level from Restricted to Internal and took it out of the compartment The room",
        "Raised the level from Public to Restricted and put it into the compartment The room",
        "Restored the record",
    ]


def test_a_record_that_followed_another_says_so(people, world):
    update(world.meeting, level=2)
    assert newest(people.reviewer, world.follow_up)["what"] == (
        "Changed a record that the record belongs to, which made it Restricted"
    )


def test_words_of_a_long_text_are_marked_as_removed_and_added(people, world):
    begin = "The envoys met for three hours in the old customs house by the river and agreed on"
    update(world.meeting, summary=f"{begin} nothing at all.")
    meeting = update(world.meeting, summary=f"{begin} two lists.")
    (change,) = newest(people.outsider, meeting)["changes"]
    assert "".join(text for kind, text in change.pieces if kind != "added") == f"{begin} nothing at all."
    assert "".join(text for kind, text in change.pieces if kind != "removed") == f"{begin} two lists."
    text = page_of(people.outsider, meeting)
    assert '<del><span class="vh">[removed: </span>nothing at all.' in text
    assert '<ins><span class="vh">[added: </span>two lists.' in text


def test_markup_in_a_value_stays_text(people, world):
    meeting = update(world.meeting, summary="<script>x</script> " * 10)
    meeting = update(meeting, summary="<script>y</script> " * 10)
    answer = signed_in(people.outsider).get(f"{meeting.get_absolute_url()}history/")
    assert b"&lt;script&gt;y" in answer.content
    assert b"<script>y" not in answer.content


# Who is told what ---------------------------------------------------------------------------------------------------


def test_a_raised_record_takes_its_history_along(people, world):
    source = update(world.source, title="before")
    update(source, level=Level.RESTRICTED)
    assert told_to(people.outsider, source) == []
    assert len(told_to(people.recorder, source)) == 3


def test_a_lowered_record_does_not_show_what_it_held_before(people):
    with acting_as(SYSTEM):
        source = make(Source, publisher="Secret press", level=Level.RESTRICTED)
    update(source, title="secret title")
    # Cleaned and lowered at once: this very entry holds the record as it was.
    source = update(source, people.reviewer, "released", publisher="Press", title="", level=Level.PUBLIC)
    assert told_to(people.outsider, source) == []
    source = update(source, language="uk")
    assert whats(people.outsider, source) == ["Set language to “uk”"]
    assert len(told_to(people.recorder, source)) == 4
    for text in (page_of(people.outsider, source), json.dumps(api_history(people.outsider, source))):
        assert "ecret" not in text
    with acting_as(user_principal(people.outsider)):
        assert "ecret" not in str(list(HistoryEntry.objects.values("before", "after")))


def test_a_record_moved_from_one_compartment_to_another_shows_the_move_to_who_belongs_to_both(people):
    with acting_as(SYSTEM):
        other = type(people.room).objects.create(code="OTHER", name="The other room")
        source = make(Source, publisher="Press", compartments=[people.room.pk])
        source = update(source, compartments=[other.pk])
        User.objects.get(pk=people.analyst.pk).memberships.create(compartment=other)
    assert told_to(people.analyst, source) == []
    assert told_to(people.member, source) == []
    with acting_as(SYSTEM):
        people.member.memberships.create(compartment=other)
    assert len(told_to(people.member, source)) == 2


def test_what_was_written_in_a_draft_stays_its_authors_and_the_reviewers(people, world):
    with acting_as(user_principal(people.recorder)):
        meeting = make(
            Meeting, channel=world.channel, title="rash words", started_on="2025-05-01", review_state="draft",
            author=people.recorder,
        )  # fmt: skip
    meeting = update(meeting, people.recorder, title="calm words", review_state="submitted")
    assert told_to(people.analyst, meeting) == []
    assert (
        whats(people.recorder, meeting)[0]
        == "Submitted the record for review and changed title from “rash words” to “calm words”"
    )
    assert len(told_to(people.reviewer, meeting)) == 2
    update(meeting, summary="said")
    assert whats(people.analyst, meeting) == ["Set what was said to “said”"]
    assert "rash" not in page_of(people.analyst, meeting)


def test_a_record_below_somebody_elses_draft_is_hidden_only_while_it_is_one(people, world):
    with acting_as(user_principal(people.recorder)):
        source = make(Source, publisher="Press", author=people.recorder)
        citation = make(Citation, source=source, record=world.outcome, author=people.recorder)
    assert whats(people.analyst, citation) == ["Created the record"]
    update(source, review_state="draft")
    assert whats(people.analyst, citation) == []
    assert len(whats(people.recorder, citation)) == 2
    update(source, review_state="submitted")
    assert whats(people.analyst, citation) == ["Created the record"]


def api_history(user, record, **query) -> dict:
    answer = api_of(user).get(reverse(f"api:{record.kind}-history", args=[record.pk]), query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_a_link_to_a_record_hidden_since_is_told_as_no_link(people, world):
    with acting_as(SYSTEM):
        hidden = make(Place, name="Safe house")
        outcome = make(Outcome, conflict=world.conflict, outcome_kind="exchange", started_on="2025-05-23", place=hidden)
    outcome = update(outcome, place=world.place)
    outcome = update(outcome, place=hidden)
    outcome = update(outcome, place=None)
    citation = make_citation(world, hidden)
    citation = update(citation, record_type=content_type(world.outcome), record_id=world.outcome.pk)
    before = whats(people.outsider, outcome)
    assert before[0] == "Emptied place, which was Safe house"
    assert newest(people.outsider, citation)["what"] == f"Changed record from Safe house to {world.outcome}"
    update(hidden, level=Level.CONFIDENTIAL)
    assert whats(people.outsider, outcome) == [
        "Saved the record", "Emptied place, which was Open town", "Set place to Open town", "Created the record"
    ]  # fmt: skip
    assert newest(people.outsider, citation)["what"] == f"Set record to {world.outcome}"
    for record in (outcome, citation):
        for text in (page_of(people.outsider, record), json.dumps(api_history(people.outsider, record))):
            assert "Safe house" not in text
            assert str(hidden.pk) not in text
    by_place = api_history(people.outsider, outcome, field="place")
    assert (by_place["count"], len(by_place["results"])) == (2, 2)
    assert [(one["before"], one["after"]) for entry in by_place["results"] for one in entry["changes"]] == [
        ({"id": str(world.place.pk), "name": "Open town"}, None),
        (None, {"id": str(world.place.pk), "name": "Open town"}),
    ]
    assert api_history(people.reviewer, outcome, field="place")["count"] == 4


def content_type(record):
    return Citation._meta.get_field("record_type").remote_field.model.objects.get_for_model(record)


def make_citation(world, record) -> Citation:
    with acting_as(SYSTEM):
        return make(Citation, source=world.source, record=record)


# The page: filters, permalinks, parts, reads -------------------------------------------------------------------------


def test_filtered_by_field_and_person(people, world):
    update(world.source, people.recorder, title="one")
    source = update(world.source, people.reviewer, language="uk")
    assert "language" not in page_of(people.analyst, source, "?field=title").split('class="results"')[1]
    by_person = page_of(people.analyst, source, "?person=reviewer").split('class="results"')[1]
    assert "reviewer set language" in by_person
    assert "recorder" not in by_person
    assert "The system created" in page_of(people.analyst, source, "?person=-")
    refused = page_of(people.analyst, source, "?field=author")
    assert "errorlist" in refused
    assert "set language" not in refused
    assert api_history(people.analyst, source, person="recorder")["count"] == 1
    for wrong in ({"field": "author"}, {"person": "nobody"}, {"nonsense": "1"}):
        answer = api_of(people.analyst).get(reverse("api:source-history", args=[source.pk]), wrong)
        assert (answer.status_code, set(answer.json()["error"]["fields"])) == (400, set(wrong))


def test_an_entry_has_an_address_of_its_own_that_counts_nothing(people, world):
    source = update(world.source, title="one")
    update(source, title="two")
    _newest, middle, _first = told_to(people.analyst, source)
    alone = page_of(people.analyst, source, f"?entry={middle['token']}")
    assert middle["sentence"] in alone
    assert "to two" not in alone
    assert re.fullmatch(r"[0-9a-f]{16}", middle["token"])
    for unknown in ("0" * 16, "x", "00", middle["token"] + "00"):
        assert "No change that you may see fits this." in page_of(people.analyst, source, f"?entry={unknown}")
    with acting_as(SYSTEM):
        numbers = {str(entry.pk) for entry in HistoryEntry.objects.filter(record_id=source.pk)}
    assert not numbers & {one["id"] for one in api_history(people.analyst, source)["results"]}


def test_the_parts_of_a_record_are_told_with_it_under_the_readers_rights(people, world):
    update(world.claim, people.recorder, number=150)
    with acting_as(SYSTEM):
        make(Citation, source=world.source, record=world.outcome, quote="hidden quote", level=Level.RESTRICTED)
    assert "changed number" not in page_of(people.analyst, world.outcome)
    with_parts = page_of(people.analyst, world.outcome, "?parts=on")
    assert "recorder changed number from 777 to 150 on the claim “Open ministry: 150” on a page" in with_parts
    assert "created the citation “Open title”" in with_parts
    assert "hidden quote" not in with_parts
    assert "hidden quote" in page_of(people.recorder, world.outcome, "?parts=on")


def test_who_keeps_watch_sees_who_has_read_a_restricted_record(people, world):
    secret = update(world.source, level=Level.RESTRICTED)
    signed_in(people.recorder).get(secret.get_absolute_url())
    signed_in(people.member).get(f"{secret.get_absolute_url()}history/")
    page = page_of(people.reviewer, secret)
    reads = page.split('id="reads"')[1]
    assert "recorder</th>" in reads
    assert "member</th>" in reads
    assert "Who has read this" not in page_of(people.recorder, secret)
    assert "Who has read this" not in page_of(people.reviewer, world.place)


def test_reading_only_the_history_of_a_restricted_part_is_a_read_of_it(people, world):
    claim = update(world.claim, level=Level.RESTRICTED)
    page_of(people.recorder, world.outcome, "?parts=on")
    assert "recorder</th>" in page_of(people.reviewer, claim).split('id="reads"')[1]


def test_a_long_history_is_paged_and_costs_no_more_statements(people, world):
    client = signed_in(people.analyst)
    actor = world.actor

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"{actor.get_absolute_url()}history/").status_code == 200
        return len(queries)

    update(actor, notes="0")
    statements()
    few = statements()
    for number in range(1, 60):
        update(actor, notes=str(number))
    assert statements() <= few
    first, second = (page_of(people.analyst, actor, query) for query in ("", "?page=2"))
    assert "?page=2" in first
    assert ("created the record" in first, "created the record" in second) == (False, True)
    pages = [api_history(people.analyst, actor, page=page) for page in (1, 2)]
    assert [len(page["results"]) for page in pages] == [50, 11]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.model.kind_of())
def test_every_resource_tells_its_history(kind, api, world):
    url = api.post(reverse(f"api:{kind.model.kind_of()}-list"), kind.filled(world)).json()["url"]
    name, value = kind.change
    assert api.patch(url, {name: value}, headers={"If-Match": '"1"'}).status_code == 200
    told = api.get(f"{url}history/").json()
    assert [entry["operation"] for entry in told["results"]] == ["UPDATE", "INSERT"]
    changed, created = told["results"]
    assert name in {change["field"] for change in changed["changes"]}
    assert changed["sentence"].startswith("reviewer ")
    assert (changed["user"], changed["role"], changed["door"], changed["version"]) == ("reviewer", "reviewer", "api", 2)
    assert created["changes"]

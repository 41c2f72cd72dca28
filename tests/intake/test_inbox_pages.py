"""The inbox as people see it: the list, one candidate beside what it may duplicate, each decision, the forms."""

import pytest
from django.urls import reverse
from django.utils.html import escape

from access.context import SYSTEM, acting_as
from access.levels import Level
from desk.models import KeptForm
from exchanges.models import Outcome
from intake import inbox
from intake.models import Candidate
from negotiations.models import Conflict, Meeting
from sources.models import Source
from tests.desk.sending import data_of, form_of, sent
from tests.intake.test_inbox import CLAIMS, MEETING, OUTCOME, SOURCE, Inbox
from tests.people import signed_in

LIST = reverse("intake:candidate-list")


class Page(Inbox):
    """Somebody at the inbox, on its pages."""

    def __init__(self, user):
        super().__init__(user)
        self.client = signed_in(user)

    def of(self, candidate: Candidate, act: str = "detail") -> str:
        return reverse(f"intake:candidate-{act}", args=[candidate.pk])

    def shows(self, candidate: Candidate) -> str:
        answer = self.client.get(self.of(candidate))
        assert answer.status_code == 200
        return answer.content.decode()

    def decides(self, candidate: Candidate, act: str, **given):
        return self.client.post(self.of(candidate, act), {"version": candidate.version} | given, follow=True)


@pytest.fixture
def box(people) -> Page:
    return Page(people.recorder)


def test_the_list_is_oldest_first_with_its_number_in_the_navigation(box):
    assert "Nothing has been recorded here yet." in box.client.get(LIST).content.decode()
    first, second = box.propose(**OUTCOME), box.propose(**SOURCE)
    refused = box.propose(**SOURCE, note="Refused one")
    box.do("refuse", refused, reason="A rumour")
    answer = box.client.get(LIST)
    page = answer.content.decode()
    assert page.index(box.of(first)) < page.index(box.of(second))
    assert box.of(refused) not in page
    (work,) = [group for group in answer.context["navigation"] if group["label"] == "My work"]
    assert [(item["label"], item["count"]) for item in work["items"] if item["label"] == "Inbox"] == [("Inbox", 2)]
    assert box.of(refused) in box.client.get(LIST, {"state": "refused"}).content.decode()
    assert box.of(first) in box.client.get(LIST, {"state": "any", "q": "2026-04-01"}).content.decode()
    assert box.of(first) not in box.client.get(LIST, {"q": "no such words"}).content.decode()


def test_who_may_not_write_has_no_inbox(people, box):
    candidate = box.propose(**OUTCOME | {"level": Level.PUBLIC})
    for person in (people.analyst, people.administrator):
        client = signed_in(person)
        answer = client.get(LIST)
        assert answer.status_code == 403
        assert "Inbox" not in answer.content.decode().replace("<title>", "")
        assert client.get(box.of(candidate)).status_code == 404
        for act in ("accept", "merge", "refuse", "undo"):
            assert client.post(box.of(candidate, act), {"version": 1, "reason": "x"}).status_code == 404
    assert signed_in(None).get(LIST).status_code == 302
    assert signed_in(None).get(box.of(candidate)).status_code == 404


def test_nothing_of_it_is_shown_outside(box):
    """A word that stands in a candidate alone is found on no page but the inbox's."""
    box.propose(**OUTCOME | {"data": OUTCOME["data"] | {"title": "Wiedehopf"}, "level": Level.PUBLIC})
    for name in (
        "reports:overview",
        "exchanges:outcome-list",
        "exchanges:ledger",
        "sources:source-list",
        "desk:drafts",
    ):
        assert "Wiedehopf" not in box.client.get(reverse(name)).content.decode()
    assert "Nothing" in box.client.get(reverse("reports:search"), {"q": "Wiedehopf"}).content.decode()
    assert "Wiedehopf" in box.client.get(LIST).content.decode()


def test_a_candidate_stands_beside_what_it_may_duplicate(box):
    with box.acting():
        there = Outcome.objects.get(external_id="ex-2024-12-30")
    # Whoever has counted the recorded one counts this one the same, or not at all.
    claims = [CLAIMS[0] | {"number": 189}, CLAIMS[1]]
    candidate = box.propose(**OUTCOME | {"data": OUTCOME["data"] | {"started_on": "2024-12-30", "claims": claims}})
    page = box.shows(candidate)
    assert there.get_absolute_url() in page
    assert f'value="{there.pk}"' in page
    for told in (
        "Exchange of prisoners",
        "To Ukraine",
        "at least",
        "https://example.org/news/150",
        "Record it as it is",
    ):
        assert told in page
    merged = box.decides(candidate, "merge", record=str(there.pk))
    assert merged.redirect_chain == [(there.get_absolute_url(), 302)]
    assert "Merged: its claims and sources are on the record." in merged.content.decode()
    taken = box.shows(candidate)
    assert "Merged into" in taken
    assert "Undo: let it wait again" in taken
    back = box.decides(box.now(candidate), "undo")
    assert "The candidate waits again." in back.content.decode()
    assert box.now(candidate).state == "waiting"


def test_it_is_merged_by_reference_too(box, people):
    candidate = box.propose(**OUTCOME)
    with box.acting():
        there = Outcome.objects.first()
    with acting_as(SYSTEM):
        hidden = Outcome.objects.create(
            conflict=Conflict.objects.get(), outcome_kind="exchange", compartments=[people.room.pk]
        )
    for wrong in ("00000-00000", hidden.reference):
        refused = box.decides(candidate, "merge", reference=wrong)
        assert "There is no outcome with this reference." in refused.content.decode()
    assert "Choose a record, or give the reference of one." in box.decides(candidate, "merge").content.decode()
    merged = box.decides(candidate, "merge", reference=there.reference.lower())
    assert merged.redirect_chain == [(there.get_absolute_url(), 302)]


def test_it_is_recorded_as_it_is(box):
    candidate = box.propose(**MEETING)
    done = box.decides(candidate, "accept")
    with box.acting():
        meeting = Meeting.objects.get(started_on="2026-04-02")
    assert done.redirect_chain == [(meeting.get_absolute_url(), 302)]
    stale = box.decides(candidate, "accept")
    assert "Look at it again before you decide." in stale.content.decode()
    again = box.decides(box.now(candidate), "accept")
    assert "Somebody has decided about this candidate already." in again.content.decode()


def test_what_is_wrong_stands_on_the_page_and_is_mended_in_the_form(box):
    data = MEETING["data"] | {"started_on": "2 April", "place": "Nowhere", "participants": "umerov;an aide"}
    candidate = box.propose(proposes="meeting", data=data, found_at="https://example.org/met", note="line 3")
    page = box.shows(candidate)
    assert "is no date" in page
    assert "Record it as it is" not in page
    address = f"{reverse('desk:meeting-add')}?candidate={candidate.pk}"
    assert f'href="{address}"' in page
    form = box.client.get(address)
    told = form.content.decode()
    assert "Filled in from the inbox:" in told
    assert "2 April" in told
    assert "Nowhere" in told
    sent_as = data_of(form_of(told))
    with box.acting():
        umerov = Meeting.participants.rel.related_model.objects.filter(representative__name="Rustem Umerov").first()
        lcil = Source.objects.get(external_id="lcil")
    assert sent_as["candidate"] == [str(candidate.pk)]
    assert sent_as["participants-0-representative"] == [str(umerov.representative_id)]
    assert sent_as["participants-1-words"] == ["an aide"]
    assert sent_as["sources-0-source"] == [str(lcil.pk)]
    assert sent_as["sources-1-url"] == ["https://example.org/met"]
    assert sent_as["level"] == [str(candidate.level)]
    date = {"started_on_day": "2", "started_on_month": "4", "started_on_year": "2026"}
    refused = sent(box.client, address, started_on_year="26")
    assert 'name="candidate"' in refused.content.decode()
    assert box.now(candidate).state == "waiting"
    done = box.client.post(address, sent_as | date, follow=True)
    with box.acting():
        meeting = Meeting.objects.get(started_on="2026-04-02")
        assert meeting.citations.count() == 2
    assert done.redirect_chain[-1][0] == meeting.get_absolute_url()
    assert box.became(candidate) == [("made", "meeting")]
    undone = box.decides(box.now(candidate), "undo")
    assert "The candidate waits again." in undone.content.decode()


def test_a_form_that_was_left_still_knows_its_candidate(box):
    candidate = box.propose(**MEETING)
    address = f"{reverse('desk:meeting-add')}?candidate={candidate.pk}"
    form = form_of(box.client.get(address).content.decode())
    kept = box.client.post(form["data-keep"], data_of(form) | {"form": "meeting", "record": "", "summary": "Left"})
    assert kept.status_code == 200
    with box.acting():
        key = KeptForm.objects.get().pk
    put_back = form_of(box.client.get(f"{reverse('desk:meeting-add')}?kept={key}").content.decode())
    assert data_of(put_back)["candidate"] == [str(candidate.pk)]
    box.client.post(reverse("desk:meeting-add"), data_of(put_back))
    assert box.became(candidate) == [("made", "meeting")]


def test_a_form_of_a_candidate_that_was_decided_about_meanwhile_is_told(box, people):
    candidate = box.propose(**MEETING)
    address = f"{reverse('desk:meeting-add')}?candidate={candidate.pk}"
    data = data_of(form_of(box.client.get(address).content.decode()))
    Page(people.reviewer).do("refuse", candidate, reason="A rumour")
    refused = box.client.post(address, data)
    assert "was decided about meanwhile" in refused.content.decode()
    with box.acting():
        assert not Meeting.objects.filter(started_on="2026-04-02").exists()


def test_a_pasted_link_is_recorded_and_leads_to_a_meeting(box):
    page = box.client.get(LIST).content.decode()
    assert "Paste a link" in page
    wrong = box.client.post(LIST, {"found_at": "no address at all", "level": 1})
    assert "This is no web address." in wrong.content.decode()
    assert "no address at all" in wrong.content.decode()
    pasted = box.client.post(LIST, {"found_at": "https://example.org/new-talks", "level": 1}, follow=True)
    with box.acting():
        candidate = Candidate.objects.get()
    assert pasted.redirect_chain == [(box.of(candidate), 302)]
    page = pasted.content.decode()
    assert "Nothing that you may see looks like it." in page
    assert f"{reverse('desk:meeting-add')}?candidate={candidate.pk}" in page
    done = box.decides(candidate, "accept").content.decode()
    with box.acting():
        source = Source.objects.get(url="https://example.org/new-talks")
    follow = f"{reverse('desk:meeting-add')}?source={source.pk}"
    assert follow in done
    form = data_of(form_of(box.client.get(follow).content.decode()))
    assert form["sources-0-source"] == [str(source.pk)]
    second = box.client.post(LIST, {"found_at": "http://www.example.org/new-talks/#top", "level": 1}, follow=True)
    assert source.get_absolute_url() in second.content.decode()


def test_a_link_can_become_a_meeting_at_once(box):
    with box.acting() as actor:
        candidate = inbox.paste_link(actor, "https://example.org/met", level=1, compartments=[])
    address = f"{reverse('desk:meeting-add')}?candidate={candidate.pk}"
    form = data_of(form_of(box.client.get(address).content.decode()))
    assert form["sources-0-url"] == ["https://example.org/met"]
    assert form["sources-0-publisher"] == ["example.org"]


def test_a_refusal_needs_a_reason(box):
    candidate = box.propose(**OUTCOME)
    refused = box.decides(candidate, "refuse", reason=" ")
    assert "Say why it is refused." in refused.content.decode()
    done = box.decides(candidate, "refuse", reason="A rumour")
    assert "Refused. It is kept with the reason." in done.content.decode()
    assert "A rumour" in box.shows(candidate)


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "\u202eabc", "x" * 5000, "{{ 7|add:7 }}", "\u200b"])
def test_hostile_text_is_shown_as_text(box, text):
    candidate = box.propose(proposes="outcome", data={"title": text, "claims": [{"claimant": text}]}, note=text)
    page = box.shows(candidate) + box.client.get(LIST).content.decode()
    assert "<script>alert" not in page
    assert escape(text[:60]) in page

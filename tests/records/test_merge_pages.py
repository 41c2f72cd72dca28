"""The pages and the API of merging: two records side by side, what follows, redirects, undoing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.context import SYSTEM, acting_as, user_principal
from access.models import ApiToken
from exchanges.models import Outcome
from intermediaries.models import Representative
from negotiations.models import Meeting, Participant
from records.merging import kept_of
from records.models import Merge
from records.querysets import kinds
from tests.attacks.answers import comparable
from tests.factories import DAY, make, unknown_id, verified
from tests.people import signed_in
from tests.records.kinds import api_of
from tests.records.merging import fresh, merge, undo

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(world):
    with acting_as(SYSTEM):
        world.other = make(Meeting, channel=world.channel, title="Same meeting", started_on=DAY, summary="They met.")
        world.aide = make(Participant, meeting=world.other, words="An aide")
        world.same = make(Participant, meeting=world.other, representative=world.representative, words="Open")
    verified(Participant, pk=world.participant.pk)
    return world


def merge_page(record) -> str:
    return reverse(f"{record._meta.app_label}:{record.kind}-merge", args=[record.pk])


def test_the_page_shows_both_field_by_field_and_what_moves(two, people):
    client = signed_in(people.reviewer)
    assert merge_page(two.meeting) in client.get(two.meeting.get_absolute_url()).content.decode()
    found = client.get(merge_page(two.meeting)).content.decode()
    assert two.other.reference in found  # of the same day: offered
    for words in (two.other.reference, two.other.reference.lower(), str(two.other.pk),
                  f"https://parley.example{two.other.get_absolute_url()}"):  # fmt: skip
        page = client.get(merge_page(two.meeting), {"other": words})
        assert page.context["other"] == two.other, words
    text = page.content.decode()
    assert {one["pair"].name for one in page.context["pairs"] if one["pair"].differs} == {
        "title", "place", "summary", "assessment", "topics", "own_topics",
    }  # fmt: skip
    for shown in ("They met.", "Open said", "An aide", "Said by both", "Keep the other one instead"):
        assert shown in text
    swapped = client.get(page.context["swap_url"])
    assert (swapped.context["object"], swapped.context["other"]) == (two.other, two.meeting)


def test_merging_by_page_and_undoing(two, people):
    client = signed_in(people.reviewer)
    url = f"{merge_page(two.meeting)}?other={two.other.reference}"
    given = {"version": 1, "other_version": 1, "take-summary": "other", "take-title": "kept", "reason": "One meeting"}
    assert "Say why" in client.post(url, given | {"reason": " "}).content.decode()
    stale = client.post(url, given | {"other_version": 7})
    assert "was changed since" in stale.content.decode()
    assert [one["pair"].name for one in stale.context["pairs"] if one["is_taken"]] == ["summary"]
    done = client.post(url, given, follow=True)
    assert done.redirect_chain == [(two.meeting.get_absolute_url(), 302)]
    assert "was merged into this record" in done.content.decode()
    with acting_as(SYSTEM):
        made = Merge.objects.get(record_id=two.other.pk)
        assert (fresh(two.meeting).summary, fresh(two.meeting).title) == ("They met.", "Open meeting")
    # The old address leads on, for whoever may see both; the history of the old record stays where it was.
    for user in (people.outsider, people.reviewer, None):
        answer = signed_in(user).get(two.other.get_absolute_url())
        assert (answer.status_code, answer.headers["Location"]) == (301, two.meeting.get_absolute_url())
    history = client.get(reverse("negotiations:meeting-history", args=[two.other.pk]))
    assert "merged into" in history.content.decode()
    page = client.get(made.get_absolute_url()).content.decode()
    for shown in ("One meeting", "An aide", "Undo this merge"):
        assert shown in page
    assert "Same meeting" in client.get(reverse("records:merge-list")).content.decode()
    assert made.reference in client.get(two.meeting.get_absolute_url()).content.decode()
    undo_url = reverse("records:merge-withdraw", args=[made.pk])
    before = client.get(undo_url).content.decode()
    assert "would go back" in before and "An aide" in before
    assert "Say why" in client.post(undo_url, {"reason": " ", "version": 1}).content.decode()
    undone = client.post(undo_url, {"reason": "They were two", "version": 1}, follow=True)
    assert "This merge was undone" in undone.content.decode()
    assert client.get(two.other.get_absolute_url()).status_code == 200
    assert client.get(undo_url).status_code == 404


def test_what_cannot_be_merged_is_said_where_the_other_is_named(two, people):
    client = signed_in(people.reviewer)
    with acting_as(SYSTEM):
        hidden = make(Meeting, channel=two.channel, title="Hidden", compartments=[people.room.pk])
        reference = fresh(hidden).reference
    for words, gone in ((str(hidden.pk), str(unknown_id())), (reference, "AAAAA-AAAAA")):
        answers = [comparable(client.get(merge_page(two.meeting), {"other": one}), one) for one in (words, gone)]
        assert answers[0] == answers[1]
        assert b"There is no record of this kind" in answers[0][2]
    itself = client.get(merge_page(two.meeting), {"other": two.meeting.reference})
    assert "This is the same record" in itself.content.decode()
    assert client.post(f"{merge_page(two.meeting)}?other=x", {"reason": "x"}).status_code == 200
    with acting_as(user_principal(people.reviewer)):
        own = make(Meeting, channel=fresh(two.channel), title="Mine", started_on=DAY, author=people.reviewer)
    refused = client.get(merge_page(two.meeting), {"other": own.reference})
    assert refused.status_code == 403
    assert "another reviewer" in refused.content.decode()
    for user in (people.recorder, people.administrator, None):
        assert signed_in(user).get(merge_page(two.meeting)).status_code == 403
        assert "Merge a duplicate" not in signed_in(user).get(two.meeting.get_absolute_url()).content.decode()


def test_two_representatives_are_told_apart_by_their_office(two, people):
    """The position of a representative is words, not a place in a list."""
    with acting_as(SYSTEM):
        twin = make(Representative, name="Open envoy", actor=two.actor, position="Another office")
    page = signed_in(people.reviewer).get(merge_page(two.representative), {"other": twin.reference})
    assert "Another office" in page.content.decode()


def test_the_withdrawn_and_the_hidden_are_no_address(two, people):
    with acting_as(SYSTEM):
        secret = make(Meeting, channel=two.channel, title="Kept", started_on=DAY, level=2)
    merge(people.reviewer, two.other, secret)
    api = reverse("api:meeting-detail", args=[two.other.pk])
    for url in (two.other.get_absolute_url(), api, reverse("negotiations:meeting-history", args=[two.other.pk])):
        told = []
        for pk in (two.other.pk, unknown_id()):
            answer = signed_in(people.analyst).get(url.replace(str(two.other.pk), str(pk)))
            assert answer.status_code == 404
            told.append(comparable(answer, pk))
        assert told[0] == told[1]
    answer = signed_in(people.recorder).get(two.other.get_absolute_url())
    assert (answer.status_code, answer.headers["Location"]) == (301, secret.get_absolute_url())


# The API -------------------------------------------------------------------------------------------------------------


def body(other, kept, **more) -> dict:
    return {
        "record_kind": kept.kind, "record_id": str(other.pk), "record_version": 1, "into_id": str(kept.pk),
        "into_version": 1, "reason": "One meeting", **more,
    }  # fmt: skip


def test_the_api_merges_redirects_and_undoes(two, people):
    api = api_of(people.reviewer)
    url = reverse("api:merge-list")
    made = api.post(url, body(two.other, two.meeting, take=["summary"]))
    assert made.status_code == 201, made.content
    told = made.json()
    assert (told["record_kind"], told["into_id"], told["merged_into"]["name"], told["taken_version"]) == (
        "meeting", str(two.meeting.pk), "Open meeting", 2,
    )  # fmt: skip
    detail = reverse("api:meeting-detail", args=[two.other.pk])
    moved = api.get(detail)
    assert moved.status_code == 301
    assert moved.json()["merged_into"]["id"] == str(two.meeting.pk)
    assert moved.headers["Location"].endswith(reverse("api:meeting-detail", args=[two.meeting.pk]))
    assert api.get(moved.headers["Location"]).json()["summary"] == "They met."
    found = api.get(url, {"record_id": str(two.other.pk)}).json()["results"]
    assert [one["id"] for one in found] == [told["id"]]
    parts = api.get(url, {"part_of": told["id"]}).json()["results"]
    assert [one["record_kind"] for one in parts] == ["participant"]
    changed = api.patch(detail, {"title": "x", "version": 2})
    assert changed.status_code == 400
    restored = api.post(f"{detail}restore/", {"reason": "x", "version": 2})
    assert "Undo the merge" in str(restored.json())
    undone = api.post(f"{told['url']}withdraw/", {"reason": "They were two", "version": 1})
    assert undone.status_code == 200, undone.content
    assert api.get(detail).status_code == 200


def test_the_api_refuses_by_field_and_alike_for_hidden_and_missing(two, people):
    api = api_of(people.reviewer)
    url = reverse("api:merge-list")
    with acting_as(SYSTEM):
        hidden = make(Meeting, channel=two.channel, title="Hidden", compartments=[people.room.pk])
    for name, other, kept in (("record_id", hidden, two.meeting), ("into_id", two.meeting, hidden)):
        told = []
        for pk in (hidden.pk, unknown_id()):
            given = body(other, kept) | {name: str(pk)}
            answer = api.post(url, given)
            assert answer.status_code == 400
            assert set(answer.json()["error"]["fields"]) == {name}
            told.append(answer.content)
        assert told[0] == told[1]
    for wrong, name in (
        ({"record_kind": "party"}, "record_kind"),
        ({"take": ["nonsense"]}, "take"),
        ({"into_id": str(two.other.pk)}, "into_id"),
        ({"reason": ""}, "reason"),
        ({"part_of": str(two.merge.pk)}, "part_of"),
        ({"level": 2}, "level"),
    ):
        answer = api.post(url, body(two.other, two.meeting) | wrong)
        assert answer.status_code == 400
        assert set(answer.json()["error"]["fields"]) == {name}, wrong
    assert api.post(url, body(two.other, two.meeting, record_version=9)).status_code == 412
    assert api_of(people.recorder).post(url, body(two.other, two.meeting)).status_code == 403
    patched = api.patch(reverse("api:merge-detail", args=[two.merge.pk]), {"reason": "x", "version": 1})
    assert set(patched.json()["error"]["fields"]) == {"reason"}


def test_a_token_merges_only_the_kinds_in_its_scope(two, people):
    for writes, status in (
        (["records.merge"], 403),
        (["negotiations.meeting"], 403),
        (["records.merge", "negotiations.meeting"], 201),
    ):
        api = api_of(people.reviewer)
        with acting_as(SYSTEM):
            newest = ApiToken.objects.filter(user=people.reviewer).order_by("-created_at").first()
        with acting_as(user_principal(people.reviewer)):
            _made, secret = ApiToken.issue(
                people.reviewer, "narrow", writes=writes, max_level=3, expires_at=newest.expires_at
            )
        api.credentials(HTTP_AUTHORIZATION=f"Token {secret}")
        answer = api.post(reverse("api:merge-list"), body(two.other, two.meeting))
        assert answer.status_code == status, (writes, answer.content)


def test_every_mergeable_kind_has_a_page_that_merges(world, people):
    client = signed_in(people.reviewer)
    for model in kinds():
        if not model.is_mergeable:
            continue
        kept = next(one for one in vars(world).values() if type(one) is model)
        with acting_as(SYSTEM):
            fields = {
                one.attname: getattr(kept, one.attname)
                for one in model._meta.local_concrete_fields
                if one.editable and not one.primary_key
            }
            other = make(model, **fields)
        url = f"{merge_page(kept)}?other={other.reference}"
        assert client.get(url).context["other"] == other, model
        with acting_as(SYSTEM):
            versions = {"version": fresh(kept).version, "other_version": fresh(other).version}
        answer = client.post(url, versions | {"reason": "Entered twice"})
        assert answer.status_code == 302, (model, answer.context["form"].errors)
        answer = client.get(other.get_absolute_url())
        assert (answer.status_code, answer.headers["Location"]) == (301, kept.get_absolute_url())
        with acting_as(SYSTEM):
            assert kept_of(fresh(other)) == kept
            made = Merge.objects.current().of(other).get()
        undo(people.reviewer, made)


def test_the_pages_cost_the_same_for_one_part_and_for_twenty(two, people):
    client = signed_in(people.reviewer)
    url = f"{merge_page(two.meeting)}?other={two.other.reference}"
    other, kept = make_two(two)
    made = merge(people.reviewer, other, kept)
    pages = [url, made.get_absolute_url(), reverse("records:merge-withdraw", args=[made.pk])]
    for page in pages:
        client.get(page)
    few = [count(client, page) for page in pages]
    with acting_as(SYSTEM):
        for number in range(20):
            make(Participant, meeting=two.other, words=f"Aide {number}")
    undo(people.reviewer, made)
    with acting_as(SYSTEM):
        for number in range(20):
            make(Outcome, conflict=two.conflict, outcome_kind="exchange", parent=other, title=f"Part {number}")
    made = merge(people.reviewer, other, kept)
    pages[1:] = [made.get_absolute_url(), reverse("records:merge-withdraw", args=[made.pk])]
    many = [count(client, page) for page in pages]
    assert [max(0, b - a) for a, b in zip(few, many, strict=True)] == [0, 0, 0], (few, many)
    assert max(many) < 80


def make_two(two):
    with acting_as(SYSTEM):
        pair = [make(Outcome, conflict=two.conflict, outcome_kind="exchange", title=f"Twin {n}") for n in range(2)]
        make(Outcome, conflict=two.conflict, outcome_kind="exchange", parent=pair[0], title="A part")
        return pair


def count(client, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)

"""What holds for the API resource of every kind of record: the way in, the way back, and every refusal."""

import json

import pytest
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.levels import Level
from records.models import HistoryEntry
from tests.factories import make_world, unknown_id
from tests.records.kinds import KINDS, api_of

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.model.kind_of()),
]
REVIEWERS_OWN = {"estimate", "estimate-claim", "field-check", "assignment", "merge", "locked-period"}


def list_url(kind) -> str:
    return reverse(f"api:{kind.model.kind_of()}-list")


def error(response, status: int) -> dict:
    """Check the one shape of every error and return it."""
    assert response.status_code == status, response.content
    body = response.json()
    assert set(body) == {"error"}
    assert set(body["error"]) == {"code", "message", "fields"}
    return body["error"]


def test_a_record_is_made_read_changed_and_withdrawn(kind, api, people, world):
    made = api.post(list_url(kind), kind.filled(world))
    assert made.status_code == 201, made.content
    assert made.json()["author"] == "reviewer"
    assert made.json()["review_state"] == kind.state
    url = made.headers["Location"]
    assert made.headers["ETag"].startswith('"1-')
    assert api.get(url).json() == made.json()
    name, value = kind.change

    changed = api.patch(url, {name: value}, headers={"If-Match": made.headers["ETag"]})
    assert changed.status_code == 200, changed.content
    assert (changed.json()[name], changed.json()["version"]) == (value, 2)

    error(api.post(f"{url}withdraw/", {"reason": " "}, headers={"If-Match": '"2"'}), 400)
    withdrawn = api.post(f"{url}withdraw/", {"reason": "entered twice", "version": 2})
    assert withdrawn.status_code == 200, withdrawn.content
    assert withdrawn.json()["withdrawn_reason"] == "entered twice"
    assert api.get(url).json() == withdrawn.json()
    pk = made.json()["id"]
    assert pk not in {record["id"] for record in api.get(list_url(kind)).json()["results"]}
    assert pk in {record["id"] for record in api.get(list_url(kind), {"withdrawn": "only"}).json()["results"]}
    error(api.patch(url, {name: value}, headers={"If-Match": '"3"'}), 400)
    with acting_as(SYSTEM):
        entries = HistoryEntry.objects.filter(record_id=pk).order_by("id").values_list("operation", "door", "reason")
        (first, door, reason), *rest = entries
        assert (first, door, reason.rpartition(": ")[2]) == ("INSERT", "api", kind.reason)
        assert rest == [("UPDATE", "api", ""), ("UPDATE", "api", "entered twice")]


def test_a_change_says_which_version_it_was_made_from(kind, api, world):
    url = api.post(list_url(kind), kind.filled(world)).json()["url"]
    change = dict([kind.change])
    assert error(api.patch(url, change), 428)["code"] == "version_required"
    assert error(api.patch(url, change, headers={"If-Match": '"7"'}), 412)["code"] == "stale_version"
    assert error(api.patch(url, change, headers={"If-Match": "*"}), 400)["fields"]["version"]
    assert error(api.post(f"{url}withdraw/", {"reason": "x"}), 428)
    assert error(api.post(f"{url}withdraw/", {"reason": "x", "version": 7}), 412)
    assert api.get(url).json()["version"] == 1


def test_what_nobody_may_set_is_refused_by_name(kind, api, world):
    body = kind.filled(world)
    for name in (
        "author",
        "review_state",
        "version",
        "id",
        "reference",
        "recorded_at",
        "withdrawn_at",
        "label",
        "nonsense",
    ):
        assert name in error(api.post(list_url(kind), body | {name: "x"}), 400)["fields"]
    url = api.post(list_url(kind), body).json()["url"]
    for name in ("author", "review_state", "id", "withdrawn_reason", "label", "nonsense"):
        refused = api.patch(url, {name: "x"}, headers={"If-Match": '"1"'})
        assert name in error(refused, 400)["fields"]


def test_wrong_types_are_refused_by_field(kind, api, world):
    body = kind.filled(world)
    for wrong in ({"level": "high"}, {"level": 9}, {"compartments": "x"}, {"external_id": {"a": 1}}):
        assert set(error(api.post(list_url(kind), body | wrong), 400)["fields"]) == set(wrong)
    for name in kind.body:
        assert name in error(api.post(list_url(kind), body | {name: [{}]}), 400)["fields"]
    for whole in ([], "text", 7, None):
        error(api.post(list_url(kind), json.dumps(whole), content_type="application/json"), 400)
    error(api.post(list_url(kind), {}), 400)


def test_hostile_bodies_are_refused(kind, api, world):
    deep = "[" * 100_000 + "]" * 100_000
    for body in (deep, '{"external_id": "a\\u0000b"}', '{"external_id": "\\ud800"}', "{", '{"level": NaN}', b"\xff"):
        error(api.post(list_url(kind), body, content_type="application/json"), 400)


def test_a_hidden_record_is_answered_like_a_missing_one(kind, people, world):
    with acting_as(SYSTEM):
        hidden = make_world("Hidden", level=Level.CONFIDENTIAL)
    secret = next(value for value in vars(hidden).values() if type(value) is kind.model)
    api = api_of(people.recorder, level=Level.INTERNAL)
    detail = f"api:{kind.model.kind_of()}-detail"
    for method in (api.get, api.patch):
        answers = [method(reverse(detail, args=[pk])) for pk in (secret.pk, unknown_id())]
        assert answers[0].content == answers[1].content
        if kind.model.kind_of() in REVIEWERS_OWN and method == api.patch:
            error(answers[0], 403)
        else:
            error(answers[0], 404)


def test_who_may_not_write_is_refused(kind, client, people, world):
    body = kind.filled(world)
    url = reverse(f"api:{kind.model.kind_of()}-detail", args=[unknown_id()])
    assert error(client.post(list_url(kind), body, content_type="application/json"), 401)["code"] == "not_authenticated"
    error(client.post(f"{url}withdraw/", {"reason": "x"}, content_type="application/json"), 401)
    for api in (api_of(people.analyst), api_of(people.reviewer, may_write=False)):
        error(api.post(list_url(kind), body), 403)
        error(api.patch(url, {}), 403)
        error(api.post(f"{url}withdraw/", {"reason": "x"}), 403)
    assert api_of(people.recorder).post(list_url(kind), body).status_code == (
        403 if kind.model.kind_of() in REVIEWERS_OWN else 201
    )


def test_lists_are_ordered_and_paged_and_refuse_what_they_do_not_offer(kind, api, world):
    for _time in range(3):
        assert api.post(list_url(kind), kind.filled(world)).status_code == 201
    pages = [api.get(list_url(kind), {"page_size": 2, "page": page}).json() for page in (1, 2)]
    assert [len(page["results"]) for page in pages] == [2, 2]
    assert pages[0]["count"] == 4
    assert pages[0]["next"]
    assert not pages[1]["next"]
    assert len({record["id"] for page in pages for record in page["results"]}) == 4
    oldest = api.get(list_url(kind), {"ordering": "recorded_at"}).json()["results"]
    newest = api.get(list_url(kind), {"ordering": "-recorded_at"}).json()["results"]
    assert [record["recorded_at"] for record in oldest] == [record["recorded_at"] for record in reversed(newest)]
    for wrong in (
        {"ordering": "author__password"}, {"page": "0"}, {"page_size": "9999"}, {"level": "x"}, {"nonsense": "1"},
        {"withdrawn": "x"}, {"q": "a\x00b"},
    ):  # fmt: skip
        assert set(error(api.get(list_url(kind), wrong), 400)["fields"]) == set(wrong)

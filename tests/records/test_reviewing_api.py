"""The review by program: what waits, what is to check, checks, queries, answers, verifying, returning, submitting."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.levels import Level
from access.models import ApiToken
from records.models import ReviewState
from tests.factories import DAY, make_world
from tests.records.kinds import api_of
from tests.records.test_every_resource import error

pytestmark = pytest.mark.django_db


@pytest.fixture
def recorder(people):
    return api_of(people.recorder)


@pytest.fixture
def reviewer(people):
    return api_of(people.reviewer)


@pytest.fixture
def outcome(world, recorder) -> dict:
    """An outcome with a claim, entered by the recorder."""
    body = {"conflict": str(world.conflict.pk), "outcome_kind": "exchange", "started_on": DAY.isoformat()}
    made = recorder.post("/api/v1/outcomes/", body | {"title": "Third exchange"})
    assert made.status_code == 201, made.content
    claim = {"outcome": made.json()["id"], "claimant": str(world.actor.pk), "category": "total", "number": 300}
    assert recorder.post("/api/v1/claims/", claim).status_code == 201
    return made.json()


def at(version: int) -> dict:
    return {"headers": {"If-Match": f'"{version}"'}}


def about(item: dict) -> dict:
    return {"record_kind": item["record_kind"], "record_id": item["record_id"], "field": item["field"]}


def check_open(api, url: str) -> None:
    for item in api.get(f"{url}review/").json()["items"]:
        if item["state"] == "open":
            made = api.post("/api/v1/field-checks/", about(item))
            assert made.status_code == 201, made.content


def test_a_record_goes_its_way_by_program(outcome, recorder, reviewer):
    url = outcome["url"]
    (waits,) = [one for one in reviewer.get("/api/v1/to-review/").json()["results"] if one["kind"] == "outcome"]
    assert (waits["id"], waits["author"], waits["parts"], waits["queries_open"]) == (outcome["id"], "recorder", 1, 0)
    sheet = reviewer.get(f"{url}review/").json()
    assert (sheet["version"], sheet["is_settled"], sheet["is_own"]) == (1, False, False)
    title = next(item for item in sheet["items"] if item["field"] == "title")
    assert (title["label"], title["words"], title["state"]) == ("Title", "Third exchange", "open")

    refused = error(reviewer.post(f"{url}verify/", **at(1)), 400)
    assert "Title" in refused["fields"]["record"][0]
    asked = reviewer.post("/api/v1/queries/", about(title) | {"text": "Why the third?"})
    assert asked.status_code == 201, asked.content
    check_open(reviewer, url)
    assert not reviewer.get(f"{url}review/").json()["is_settled"]
    answer = f"{asked.json()['url']}answer/"
    assert error(reviewer.post(answer, {"answer": "x"}, **at(1)), 403)
    assert error(recorder.post(answer, {"answer": " "}, **at(1)), 400)["fields"]["answer"]
    error(recorder.post(answer, {"answer": "By its numbering."}), 428)
    error(recorder.post(answer, {"answer": "By its numbering."}, **at(9)), 412)
    answered = recorder.post(answer, {"answer": "By its numbering."}, **at(1))
    assert (answered.json()["answered_by"], answered.json()["answer"]) == ("recorder", "By its numbering.")

    error(reviewer.post(f"{url}verify/"), 428)
    error(reviewer.post(f"{url}verify/", **at(7)), 412)
    verified = reviewer.post(f"{url}verify/", **at(1))
    assert verified.status_code == 200, verified.content
    assert verified.json()["review_state"] == ReviewState.VERIFIED
    assert {claim["review_state"] for claim in verified.json()["claims"]} == {ReviewState.VERIFIED}
    assert verified.headers["ETag"].startswith(f'"{verified.json()["version"]}-')
    assert outcome["id"] not in {one["id"] for one in reviewer.get("/api/v1/to-review/").json()["results"]}


def test_return_and_submit_again(outcome, recorder, reviewer):
    url = outcome["url"]
    assert error(reviewer.post(f"{url}return/", {"note": " "}, **at(1)), 400)["fields"]["note"]
    error(reviewer.post(f"{url}return/", {"note": "No source"}), 428)
    returned = reviewer.post(f"{url}return/", {"note": "No source", "version": 1})
    assert returned.json()["review_state"] == ReviewState.RETURNED
    error(reviewer.post(f"{url}submit/", **at(2)), 403)
    changed = recorder.patch(url, {"notes": "A source was added."}, **at(2))
    submitted = recorder.post(f"{url}submit/", **at(changed.json()["version"]))
    assert submitted.json()["review_state"] == ReviewState.SUBMITTED
    assert recorder.get(f"{url}history/").json()["results"][2]["reason"] == "No source"


def test_the_author_and_who_may_not_review_are_refused(people, outcome, recorder, reviewer):
    url, own = outcome["url"], reviewer.post("/api/v1/actors/", {"name": "A body", "kind_of_actor": "ngo"}).json()
    assert reviewer.get(f"{own['url']}review/").json()["is_own"]
    check = {"record_kind": "actor", "record_id": own["id"], "field": "name"}
    error(reviewer.post("/api/v1/field-checks/", check), 403)
    error(reviewer.post(f"{own['url']}verify/", **at(1)), 403)
    for api in (recorder, api_of(people.analyst), api_of(people.reviewer, may_write=False)):
        error(api.get(f"{url}review/"), 403)
        error(api.get("/api/v1/to-review/"), 403)
        error(api.post(f"{url}verify/", **at(1)), 403)
        error(api.post(f"{url}return/", {"note": "x"}, **at(1)), 403)


def test_what_is_not_to_review_is_refused_in_words(world, reviewer):
    verified = reverse("api:actor-detail", args=[world.actor.pk])
    version = reviewer.get(verified).json()["version"]
    for act, body in (("verify", {}), ("return", {"note": "x"})):
        told = error(reviewer.post(f"{verified}{act}/", body, **at(version)), 400)["fields"]["record"]
        assert told == ["This record does not wait for review."]
    told = error(reviewer.post(f"{verified}submit/", **at(version)), 400)["fields"]["record"]
    assert told == ["Only a draft or a returned record can be submitted."]
    check = {"record_kind": "participant", "record_id": str(world.participant.pk), "field": "number"}
    assert error(reviewer.post("/api/v1/field-checks/", check), 400)["fields"]["field"]
    assert error(reviewer.post("/api/v1/queries/", check | {"text": "?"}), 400)["fields"]["field"]
    unreviewed = {"record_kind": "estimate", "record_id": str(world.estimate.pk), "field": "", "text": "?"}
    assert error(reviewer.post("/api/v1/queries/", unreviewed), 400)["fields"]["record_kind"]
    for kind in ("follow-up", "estimate", "embargo", "query"):
        part = getattr(world, kind.replace("-", "_"))
        assert reviewer.post(f"{reverse(f'api:{kind}-detail', args=[part.pk])}verify/").status_code == 404


def test_a_token_verifies_only_the_kinds_it_may_write(people, outcome, reviewer):
    check_open(reviewer, outcome["url"])
    for writes, status in ((["exchanges.claim"], 403), (["exchanges.outcome", "exchanges.claim"], 200)):
        narrow = api_of(people.reviewer)
        with acting_as(SYSTEM):
            newest = ApiToken.objects.filter(user=people.reviewer).latest("created_at")
            newest.writes = writes
            newest.save()
        assert narrow.post(f"{outcome['url']}verify/", **at(1)).status_code == status


def test_assignments_are_made_found_and_done(people, outcome, recorder, reviewer):
    about_it = {"record_kind": "outcome", "record_id": outcome["id"]}
    for name in ("recorder", "analyst", "nobody"):
        assert error(reviewer.post("/api/v1/assignments/", about_it | {"to": name}), 400)["fields"]["to"]
    made = reviewer.post("/api/v1/assignments/", about_it | {"to": "reviewer"})
    assert made.status_code == 201, made.content
    (waits,) = [one for one in reviewer.get("/api/v1/to-review/").json()["results"] if one["id"] == outcome["id"]]
    assert waits["assigned_to"] == ["reviewer"]
    error(recorder.post(f"{made.json()['url']}done/", **at(1)), 403)
    assert reviewer.post(f"{made.json()['url']}done/", **at(1)).json()["done_at"]
    found = reviewer.get("/api/v1/assignments/", {"record_id": outcome["id"], "is_done": "no"}).json()
    assert found["results"] == []


def test_what_was_said_is_never_changed_and_taken_back_by_whoever_said_it(outcome, recorder, reviewer):
    about_it = {"record_kind": "outcome", "record_id": outcome["id"], "field": "title"}
    query = reviewer.post("/api/v1/queries/", about_it | {"text": "Why?"}).json()
    assert error(reviewer.patch(query["url"], {"text": "Because"}, **at(1)), 400)["fields"]["text"]
    error(recorder.post(f"{query['url']}withdraw/", {"reason": "x"}, **at(1)), 403)
    assert reviewer.post(f"{query['url']}withdraw/", {"reason": "Found it"}, **at(1)).status_code == 200


def test_hidden_records_are_missing_ones_in_the_review(people, world):
    with acting_as(SYSTEM):
        hidden = make_world("Zeisig", level=Level.PUBLIC, compartments=[people.room.pk])
    reviewer = api_of(people.reviewer)
    listed = reviewer.get("/api/v1/to-review/")
    assert "Zeisig" not in listed.content.decode()
    assert [one["id"] for one in listed.json()["results"]] == [str(world.participant.pk)]
    missing = "00000000-0000-4000-8000-000000000000"
    for name, body in (("queries", {"text": "?"}), ("field-checks", {}), ("assignments", {"to": "reviewer"})):
        told = [
            reviewer.post(f"/api/v1/{name}/", body | {"record_kind": "participant", "record_id": pk}).content
            for pk in (str(hidden.participant.pk), missing)
        ]
        assert told[0] == told[1]
    for act in ("review", "submit", "verify", "return"):
        answers = [
            (reviewer.get if act == "review" else reviewer.post)(reverse(f"api:participant-{act}", args=[pk]))
            for pk in (hidden.participant.pk, missing)
        ]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].content == answers[1].content


def statements(api, url: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert api.get(url).status_code == 200
    return len(queries)


def test_what_waits_costs_the_same_for_two_rows_and_for_twenty(people, reviewer):
    urls = ["/api/v1/to-review/", "/api/v1/queries/", "/api/v1/field-checks/", "/api/v1/assignments/"]
    with acting_as(SYSTEM):
        for number in range(2):
            make_world(f"Word{number}")
    for url in urls:
        statements(reviewer, url)
    two = {url: statements(reviewer, url) for url in urls}
    with acting_as(SYSTEM):
        for number in range(2, 20):
            make_world(f"Word{number}")
    twenty = {url: statements(reviewer, url) for url in urls}
    assert twenty == two
    assert max(twenty.values()) < 40

"""The pages of reports over real HTTP: ask, watch, read, download, try again; nothing for anybody else."""

import hashlib
import html
import re
import time

import pytest

GOOD = {"template": "period_summary", "period_from": "2025-01-01", "period_to": "2025-06-30"}


@pytest.fixture
def person(house):
    return house.signed_in("analyst")


def ask(person, desk, **data) -> str:
    """Ask on the page as a person does and return the address of the report's page."""
    answer = person.post("/reports/", {**GOOD, "conflict": desk.conflict, **data})
    assert answer.status == 302, answer.text
    return answer.headers["Location"]


def until(house, person, page: str, words: str) -> str:
    def look():
        text = html.unescape(person.get(page).text)
        return text if words in text else None

    return house.wait_for(look, f"{page} to say {words}")


def test_a_report_asked_for_on_the_page_is_read_there(house, desk, person):
    began = time.monotonic()
    page = ask(person, desk)
    text = until(house, person, page, "SHA-256")
    print(f"\nasked on the page to read there: {time.monotonic() - began:.2f} s")
    assert "Made for" in text
    assert "Events by kind and state" in text
    links = set(re.findall(r'href="(/[a-z]+/[0-9a-f-]{36}/)"', text))
    assert len(links) > 20
    for address in sorted(links)[:12]:
        assert person.get(address).status == 200, address
    file = person.get(f"{page}result.json")
    assert file.headers["Content-Type"] == "application/json"
    assert "no-store" in file.headers["Cache-Control"]
    assert hashlib.sha256(file.body).hexdigest() in text
    assert page in person.get("/reports/").text


def test_while_it_is_made_the_page_names_the_steps_and_needs_no_script(house, desk, person):
    house.kill("worker")
    house.start_worker(step_seconds=1.5)
    try:
        page = ask(person, desk)
        text = until(house, person, page, "Step 2 of 6")
        assert "Look again" in text
        assert 'aria-current="step"' in text
        assert "http-equiv" not in text
        part = person.get(f"{page}progress/", **{"HX-Request": "true"})
        assert part.status == 200
        assert b"<html" not in part.body
        assert person.get(f"{page}result.json").status == 404
        until(house, person, page, "SHA-256")
        part = person.get(f"{page}progress/", **{"HX-Request": "true"})
        assert (part.status, part.headers["HX-Refresh"]) == (204, "true")
    finally:
        house.kill("worker")
        house.start_worker()


@pytest.mark.parametrize(
    ("wrong", "field", "words"),
    [
        ({"period_to": "2024-12-31"}, "period_to", "The last day lies before the first day."),
        ({"period_from": ""}, "period_from", "Give the first day of the period."),
        ({"period_to": ""}, "period_to", "Give the last day of the period."),
        ({"period_from": "1 May"}, "period_from", "Give the first day as year, month, day"),
        ({"period_from": "1995-01-01"}, "period_to", "at most 30 years"),
        ({"conflict": "00000000-0000-4000-8000-000000000000"}, "conflict", "Choose a conflict from the list."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(desk, person, wrong, field, words):
    given = {**GOOD, "conflict": desk.conflict, **wrong}
    answer = person.post("/reports/", given)
    assert answer.status == 200
    text = html.unescape(answer.text)
    assert re.search(rf'<a href="#id_{field}">[^<]*{re.escape(words)}', text)
    assert 'class="esum"' in text
    assert "<title>Error:" in text
    for name in ("period_from", "period_to"):
        assert not given[name] or f'value="{given[name]}"' in text


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"period_to": "2024-12-31"}, "period_to"),
        ({"period_from": None}, "period_from"),
        ({"period_to": "soon"}, "period_to"),
        ({"period_from": "0001-01-01", "period_to": "9999-12-31"}, "period_to"),
        ({"conflict": "00000000-0000-4000-8000-000000000000"}, "conflict"),
        ({"template": "everything"}, "template"),
    ],
)
def test_the_api_says_the_same_by_field(house, desk, wrong, field):
    body = {"conflict": desk.conflict, "period_from": "2025-01-01", "period_to": "2025-06-30", **wrong}
    answer = house.script("analyst").post_json("/api/v1/report-runs/", body)
    assert answer.status == 400
    assert list(answer.json()["error"]["fields"]) == [field]


def test_without_an_account_there_are_no_reports(house, desk):
    visitor = house.visitor()
    for path in ("/reports/", "/reports/00000000-0000-4000-8000-000000000000/"):
        answer = visitor.get(path)
        assert answer.status == 302
        assert answer.headers["Location"].startswith("/sign-in/?next=/reports/")
    answer = visitor.post_json("/api/v1/report-runs/", {"conflict": desk.conflict, **GOOD})
    assert answer.status in {401, 403}
    assert answer.json()["error"]["code"]
    assert visitor.get("/api/v1/report-runs/").status in {401, 403}


def test_another_persons_report_is_nowhere(house, desk, person):
    page = ask(person, desk)
    until(house, person, page, "SHA-256")
    run_id = page.rstrip("/").rsplit("/")[-1]
    for name in ("outsider", "reviewer", "administrator"):
        other, script = house.signed_in(name), house.script(name)
        for path in (page, f"{page}result.json", f"{page}progress/", f"/api/v1/report-runs/{run_id}/"):
            assert other.get(path).status == 404, (name, path)
        assert other.post(f"{page}retry/").status == 404
        assert script.post_json(f"/api/v1/report-runs/{run_id}/retry/").status == 404
        assert run_id not in script.get("/api/v1/report-runs/").text
        assert run_id not in other.get("/reports/").text
    assert run_id in house.script("analyst").get("/api/v1/report-runs/").text


def test_trying_again_what_has_not_failed_changes_nothing(house, desk):
    run = desk.done("analyst")
    answer = house.script("analyst").post_json(f"/api/v1/report-runs/{run['id']}/retry/")
    assert answer.status == 200
    assert answer.json()["result_sha256"] == run["result_sha256"]


def test_a_hidden_conflict_cannot_be_reported_on(house, desk):
    """Refused in the same words as one that does not exist."""
    hidden = house.as_owner(
        "INSERT INTO negotiations_conflict (id, reference, external_id, name, notes, level, compartments, label_id,"
        " review_state, version, recorded_at, updated_at, withdrawn_reason, date_precision, date_words)"
        " VALUES (gen_random_uuid(), 'ZZZZZ-ZZZZZ', '', 'Hidden', '', 3, '{}', 1, 'submitted', 1, now(), now(), '',"
        " 'unknown', '') RETURNING id::text"
    )[0][0]
    unknown = "00000000-0000-4000-8000-000000000000"
    told = [
        house.script("analyst").post_json(
            "/api/v1/report-runs/", {"conflict": pk, "period_from": "2025-01-01", "period_to": "2025-02-01"}
        )
        for pk in (hidden, unknown)
    ]
    assert [answer.status for answer in told] == [400, 400]
    assert told[0].body == told[1].body
    # Not deleted: the history would rightly be found broken.
    house.as_owner(
        "UPDATE negotiations_conflict SET withdrawn_at = now(), withdrawn_reason = 'A test' WHERE id = %s", hidden
    )

"""Reports made by a real worker through a real Redis, asked for on the page and through the API."""

import hashlib
import time

import pytest

PERIOD = {"period_from": "2025-01-01", "period_to": "2025-06-30"}


@pytest.fixture(scope="module")
def conflict(house) -> str:
    return str(house.as_owner("SELECT id FROM negotiations_conflict LIMIT 1")[0][0])


def asked(house, name, conflict, **period) -> str:
    """Ask through the API and return the address of the run."""
    answer = house.script(name).post_json("/api/v1/report-runs/", {"conflict": conflict, **PERIOD, **period})
    assert answer.status == 201, answer.text
    return answer.headers["Location"]


def finished(house, name, url, seconds=60) -> dict:
    script = house.script(name)

    def look():
        run = script.get(url).json()
        return run if run["state"] in {"done", "failed"} else None

    return house.wait_for(look, f"report {url}", seconds)


def test_a_report_asked_for_by_script_is_made(house, conflict):
    began = time.monotonic()
    run = finished(house, "analyst", asked(house, "analyst", conflict))
    print(f"\nasked to done: {time.monotonic() - began:.2f} s")
    assert run["state"] == "done", run
    assert run["progress"] == 100
    assert run["attempts"] == 1
    assert run["result"]["sections"][0]["code"] == "events"
    file = house.script("analyst").get(run["page"] + "result.json")
    assert hashlib.sha256(file.body).hexdigest() == run["result_sha256"]
    assert file.headers["Content-Disposition"].startswith("attachment")

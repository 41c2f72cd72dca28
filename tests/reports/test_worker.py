"""Reports made by a real worker through a real Redis: what is asked for is made, whatever is killed meanwhile."""

import contextlib
import os
import signal
import time
import uuid

import pytest

WITHIN = 120  # seconds after which a report must be made or shown as failed


@pytest.fixture
def usual_worker(house):
    """Leave the house as it was found: its usual worker, whatever the test did to it."""
    yield
    for name in [name for name in house.children if name.startswith("worker")]:
        house.kill(name)
    house.start_worker()


def row(house, url: str) -> dict:
    """What is stored of a run."""
    names = ("state", "attempts", "runner", "result_sha256")
    ((values,),) = house.as_owner(
        "SELECT json_build_array(state, attempts, runner, result_sha256) FROM reports_reportrun WHERE id = %s",
        id_of(url),
    )
    return dict(zip(names, values, strict=True))


def id_of(url: str) -> str:
    return url.rstrip("/").rsplit("/")[-1]


def test_a_report_asked_for_by_script_is_made(desk):
    began = time.monotonic()
    run = desk.done("analyst")
    print(f"\nasked to done: {time.monotonic() - began:.2f} s")
    assert (run["progress"], run["attempts"], run["error"]) == (100, 1, "")


def test_a_worker_killed_in_the_middle_loses_nothing(house, desk, usual_worker):
    house.kill("worker")
    house.start_worker(step_seconds=2)
    url = desk.ask("analyst")
    house.wait_for(lambda: desk.look("analyst", url)["step"], "the first step", 60)
    house.kill("worker")
    killed = time.monotonic()
    house.start_worker()
    run = desk.until("analyst", url, "done", "failed", seconds=WITHIN)
    print(f"\nkilled to {run['state']}: {time.monotonic() - killed:.1f} s")
    assert (run["state"], run["attempts"]) == ("done", 2)


def test_a_worker_cut_off_and_come_back_writes_nothing_more(house, desk, usual_worker):
    house.kill("worker")
    slow = house.start_worker(step_seconds=2, name="worker-slow")
    url = desk.ask("analyst")
    desk.until("analyst", url, "running")
    stop_group(slow, signal.SIGSTOP)
    house.as_owner("UPDATE reports_reportrun SET lease_until = now() - interval '1 second' WHERE state = 'running'")
    house.start_worker()
    desk.until("analyst", url, "done", seconds=WITHIN)
    before = row(house, url)
    stop_group(slow, signal.SIGCONT)
    time.sleep(4)
    assert row(house, url) == before
    assert before["attempts"] == 2


def stop_group(child, number) -> None:
    """Signal a worker and the processes it works with."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.process.pid, number)


def test_two_messages_for_one_row_make_one_result(house, desk):
    """The same report sent ten times over, while it is made and after: one attempt, one result."""
    url = desk.ask("analyst")
    run_id = id_of(url)
    principal = f"user:{house.ids['analyst']}"
    send = "from config.celery import app\n" + "\n".join(
        f"app.send_task('reports.tasks.make_report', args=[{principal!r}, {run_id!r}])" for _ in range(10)
    )
    desk.until("analyst", url, "done")
    before = row(house, url)
    house.run("-c", send)
    time.sleep(2)
    assert row(house, url) == before
    assert before["attempts"] == 1


def test_redis_killed_and_back_loses_nothing(house, desk, usual_worker):
    hanging = house.redis.child.process.pid
    os.kill(hanging, signal.SIGSTOP)
    began = time.monotonic()
    first = desk.ask("analyst")
    assert time.monotonic() - began < 4, "a page must not hang because Redis does"
    house.redis.child.stop(grace=0)
    began = time.monotonic()
    url = desk.ask("analyst")
    asked = time.monotonic() - began
    assert asked < 4, "a page must not hang because Redis is down"
    assert house.visitor().get("/readyz").status == 503
    house.redis.start()
    back = time.monotonic()
    run = desk.until("analyst", url, "done", "failed", seconds=WITHIN)
    print(f"\nasked without Redis in {asked:.2f} s; Redis back to {run['state']}: {time.monotonic() - back:.1f} s")
    assert run["state"] == "done"
    assert desk.until("analyst", first, "done", "failed", seconds=WITHIN)["state"] == "done"


def test_after_three_attempts_it_has_failed_and_can_be_tried_again(house, desk):
    """The worker may not read what it needs; three attempts later the reader is told, and trying again works."""
    house.as_owner("REVOKE SELECT ON negotiations_agreement FROM parley_app")
    try:
        url = desk.ask("analyst")
        run = desk.until("analyst", url, "failed", seconds=WITHIN)
    finally:
        house.as_owner("GRANT SELECT ON negotiations_agreement TO parley_app")
    assert run["attempts"] == 3
    assert run["error"]
    person = house.signed_in("analyst")
    page = person.get(run["page"])
    assert "Try again" in page.text
    assert run["error"] in page.text
    assert person.post(f"{run['page']}retry/").status == 302
    assert desk.until("analyst", url, "done")["attempts"] == 1


def test_a_report_nobody_takes_up_is_shown_as_failed_within_two_minutes(house, desk, usual_worker):
    house.kill("worker")
    url = desk.ask("analyst")
    house.as_owner("UPDATE reports_reportrun SET queued_at = now() - interval '121 seconds' WHERE state = 'queued'")
    run = desk.look("analyst", url)
    assert run["state"] == "failed"
    assert "worker" in run["error"]
    assert "Try again" in house.signed_in("analyst").get(run["page"]).text
    house.start_worker()
    assert desk.until("analyst", url, "done", seconds=WITHIN)["error"] == ""


def test_a_token_stays_a_token_and_a_revoked_one_gets_no_report(house, desk, usual_worker):
    run = desk.done("reviewer")
    ((principal,),) = house.as_owner("SELECT principal FROM reports_reportrun WHERE id = %s", run["id"])
    assert principal.startswith("token:")
    house.kill("worker")
    url = desk.ask("member")
    run_id = id_of(url)
    ((principal,),) = house.as_owner("SELECT principal FROM reports_reportrun WHERE id = %s", run_id)
    token = principal.removeprefix("token:")
    house.as_owner("UPDATE access_apitoken SET revoked_at = now() WHERE id = %s", token)
    house.start_worker()
    run = house.wait_for(lambda: (found := row(house, url))["state"] == "failed" and found, "the refusal", 60)
    house.as_owner("UPDATE access_apitoken SET revoked_at = NULL WHERE id = %s", token)
    assert run["result_sha256"] == ""
    assert "may no longer read" in desk.look("member", url)["error"]


def test_the_worker_says_that_it_is_there(house):
    answer = house.visitor().get("/readyz")
    assert answer.status == 200
    assert answer.json()["worker"] == "up"


@pytest.mark.parametrize(
    "command", [["-m", "celery", "-A", "config", "worker", "-c", "1"], ["-c", "import config.wsgi"]]
)
def test_nothing_starts_with_a_role_that_the_policies_do_not_bind(house, command):
    with pytest.raises(AssertionError, match="row-level security would not apply"):
        house.run(*command, DATABASE_URL=house.owner_url)


def test_an_unknown_run_is_nobodys(house):
    assert house.script("analyst").get(f"/api/v1/report-runs/{uuid.uuid4()}/").status == 404

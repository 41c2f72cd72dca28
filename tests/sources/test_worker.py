"""Copies made by a real worker through a real Redis, from a real server: kept once, whatever is killed meanwhile."""

import threading

import pytest

from tests import papers
from tests.sources.publisher import answer, publishing

WITHIN = 120  # seconds after which a copy must be made


@pytest.fixture
def publisher(house):
    with publishing(house.publisher_port) as made:
        yield made


@pytest.fixture
def usual_worker(house):
    """Leave the house as it was found."""
    yield
    if "worker" not in house.children:
        house.start_worker()


def source_at(script, url: str) -> str:
    made = script.post_json("/api/v1/sources/", {"publisher": "A paper", "address": url})
    assert made.status == 201, made.text
    return made.json()["id"]


def asked(script, url: str) -> str:
    """Ask for a copy of what stands at an address and return the copy's address in the API."""
    made = script.post_json("/api/v1/archived-copies/", {"source": source_at(script, url)})
    assert made.status == 201, made.text
    return made.json()["url"]


def made(house, script, url: str) -> dict:
    """Wait until a copy is kept or has failed."""
    return house.wait_for(
        lambda: (told := script.get(url).json())["state"] != "waiting" and told, "the copy to be made", WITHIN
    )


def test_a_copy_is_fetched_and_read_by_the_worker(house, publisher):
    publisher.pages["/talks.pdf"] = answer(body=papers.pdf("Each side freed 150."), Content_Type="application/pdf")
    script = house.script("recorder")
    copy = made(house, script, asked(script, publisher.url("/talks.pdf")))
    assert (copy["state"], copy["told"], copy["file_name"]) == ("kept", "", "talks.pdf")
    assert script.get(copy["file_url"]).body == papers.pdf("Each side freed 150.")
    assert script.get(copy["text_url"]).json()["text"] == "Each side freed 150."
    assert len(publisher.requests) == 1
    gone = made(house, script, asked(script, publisher.url("/gone")))
    assert (gone["state"], gone["told"]) == ("failed", "The server answered: 404 Not Found.")


def test_a_file_is_given_and_read_by_the_worker(house):
    script = house.script("recorder")
    source = source_at(script, "")
    sent = script.post_file("/api/v1/archived-copies/", "page.html", papers.html("All for all."), {"source": source})
    assert sent.status == 201, sent.text
    copy = made(house, script, sent.json()["url"])
    assert copy["state"] == "kept"
    assert "All for all." in script.get(copy["text_url"]).json()["text"]


def test_a_worker_killed_while_it_fetches_loses_nothing(house, publisher, usual_worker):
    begun, go_on = threading.Event(), threading.Event()
    page = papers.html("Each side freed 150.")

    def slow(connection, _path):
        begun.set()
        go_on.wait(WITHIN)
        answer(body=page)(connection, _path)

    publisher.pages["/a"] = slow
    script = house.script("recorder")
    url = asked(script, publisher.url("/a"))
    assert begun.wait(WITHIN)
    house.kill("worker")
    assert script.get(url).json()["state"] == "waiting"
    go_on.set()
    house.start_worker()
    copy = made(house, script, url)
    assert (copy["state"], copy["version"]) == ("kept", 2)
    assert script.get(copy["file_url"]).body == page
    run = "SELECT r.state, r.attempts FROM sources_archiverun r WHERE r.copy_id = %s"
    assert house.as_owner(run, copy["id"]) == [("done", 2)]


def test_two_messages_for_one_copy_make_one(house, publisher):
    publisher.pages["/a"] = answer(body=papers.html("Each side freed 150."))
    script = house.script("recorder")
    copy = made(house, script, asked(script, publisher.url("/a")))
    ((run, principal),) = house.as_owner(
        "SELECT id::text, principal FROM sources_archiverun WHERE copy_id = %s", copy["id"]
    )
    send = "from config.celery import app\n" + "\n".join(
        f"app.send_task('sources.tasks.archive', args=[{principal!r}, {run!r}])" for _ in range(5)
    )
    house.run("-c", send)
    # Another copy, asked for afterwards, is made after what was sent before it.
    made(house, script, asked(script, publisher.url("/a")))
    assert script.get(copy["url"]).json() == copy
    assert house.as_owner("SELECT attempts FROM sources_archiverun WHERE id = %s", run) == [(1,)]


@pytest.mark.parametrize("command", [["-c", "import config.wsgi"], ["-m", "celery", "-A", "config", "worker"]])
def test_nothing_starts_in_production_with_the_door_of_the_tests_open(house, command):
    with pytest.raises(AssertionError, match="PARLEY_FETCH_LOOPBACK_PORT is set"):
        house.run(*command, PARLEY_HTTP="")

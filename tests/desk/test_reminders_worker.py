"""Reminders on a whole running Parley: the worker is woken, a mail goes over the wire, once."""

import pytest
from django.utils import timezone

from tests.post import HOST, mail_server

WAKE = "from config.celery import app; app.send_task('desk.tasks.send_reminders', args=['system'])"


@pytest.fixture
def post(house):
    """A mail server, and a worker that has been told of it in place of the usual one."""
    with mail_server() as post:
        house.kill("worker")
        mailing = {"EMAIL_HOST": HOST, "EMAIL_PORT": str(post.port), "PARLEY_ADDRESS": "https://parley.example"}
        house.env |= mailing
        house.start_worker()
        yield post
        house.kill("worker")
        for name in mailing:
            del house.env[name]
        house.start_worker()


def undertake(house, name: str, task: str) -> None:
    """Enter a follow-up that is due today, and where its owner wants to be reminded."""
    script = house.script("recorder")
    meeting = script.get("/api/v1/meetings/?page_size=1").json()["results"][0]
    body = {"meeting": meeting["id"], "task": task, "owner": name, "due_on": timezone.localdate().isoformat()}
    made = script.post_json("/api/v1/follow-ups/", body)
    assert made.status == 201, made.text
    kept = house.signed_in(name).post("/account/mail/", {"address": f"{name}@example.org"})
    assert kept.status == 302, kept.text


def test_a_mail_goes_out_once(house, post):
    undertake(house, "reviewer", "Ask the Kestrel desk")
    house.run("-c", WAKE)
    house.wait_for(lambda: post.to("reviewer@example.org"), "the mail", seconds=120)
    house.run("-c", WAKE)
    # By the time somebody else's has come, a second one to the first would have come, too.
    undertake(house, "recorder", "Write to the Kestrel desk")
    house.run("-c", WAKE)
    house.wait_for(lambda: post.to("recorder@example.org"), "the other mail", seconds=120)
    (mail,) = post.to("reviewer@example.org")
    assert "https://parley.example/my-work/" in mail.message.get_content()
    assert b"Kestrel" not in mail.content
    page = house.signed_in("reviewer").get("/my-work/").text
    assert "Ask the Kestrel desk" in page
    assert "You were reminded of" in page

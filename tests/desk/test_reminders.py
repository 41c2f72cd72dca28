"""Reminders: once for each thing and day, in the app and by mail over real SMTP; a mail holds nothing of any record."""

import datetime as dt
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test.utils import override_settings
from django.urls import reverse
from django.utils import timezone

from access.context import SYSTEM, acting_as, user_principal
from access.levels import Level
from access.models import MailAddress
from config.celery import app
from desk import reminders
from desk.models import Reminder
from desk.tasks import send_reminders
from negotiations.models import FollowUp
from records import reviewing
from records.models import Assignment
from tests.factories import make, make_world
from tests.people import signed_in
from tests.post import HOST, mail_server

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
ADDRESS = "recorder@example.org"


@pytest.fixture
def world(people):
    with acting_as(SYSTEM):
        made = make_world("Kestrel")
        Assignment.objects.update(withdrawn_at=timezone.now(), withdrawn_reason="x")
        made.participant.refresh_from_db()
    return made


@pytest.fixture
def follow_up(people, world):
    with acting_as(SYSTEM):
        return make(FollowUp, meeting=world.meeting, task="Call the Kestrel desk", owner=people.recorder, due_on=TODAY)


@pytest.fixture
def addressed(people):
    with acting_as(user_principal(people.recorder)):
        MailAddress.objects.create(user=people.recorder, address=ADDRESS)


@contextmanager
def post_office():
    """A mail server, and settings as an installation that uses it has them."""
    with mail_server() as post, override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend", EMAIL_HOST=HOST, EMAIL_PORT=post.port,
        PARLEY_ADDRESS="https://parley.example", DEFAULT_FROM_EMAIL="Parley <parley@parley.example>",
    ):  # fmt: skip
        yield post


def of(user) -> list[Reminder]:
    with acting_as(user_principal(user)):
        return list(Reminder.objects.order_by("made_at"))


def test_what_is_due_is_reminded_of_once(people, world, follow_up):
    with acting_as(SYSTEM):
        make(FollowUp, meeting=world.meeting, task="Later", owner=people.recorder, due_on=TODAY + dt.timedelta(days=1))
        make(FollowUp, meeting=world.meeting, task="Some day", owner=people.recorder)
        make(FollowUp, meeting=world.meeting, task="Done", owner=people.recorder, due_on=TODAY, done_on=TODAY)
    for _time in range(3):
        send_reminders(SYSTEM)
    (one,) = of(people.recorder)
    assert (one.item, one.due_on, one.mailed_at) == (follow_up.pk, TODAY, None)
    assert of(people.reviewer) == []
    page = signed_in(people.recorder).get(reverse("desk:my-work")).content.decode()
    assert f"reminded {TODAY.day} " in page
    assert "You were reminded of 1." in page


def test_another_due_date_is_another_reminder(people, follow_up):
    send_reminders(SYSTEM)
    with acting_as(SYSTEM):
        FollowUp.objects.filter(pk=follow_up.pk).update(due_on=TODAY - dt.timedelta(days=3))
    for _time in range(2):
        send_reminders(SYSTEM)
    assert [one.due_on for one in of(people.recorder)] == [TODAY, TODAY - dt.timedelta(days=3)]


def test_one_mail_says_how_many_things_wait_and_where_and_nothing_else(people, follow_up, addressed):
    with post_office() as post:
        for _time in range(3):
            send_reminders(SYSTEM)
    (mail,) = post.mails
    assert (mail.to, mail.sender) == ([ADDRESS], "parley@parley.example")
    message = mail.message
    assert message["Subject"] == "Parley: something waits for you"
    assert message.get_content().split() == ["You", "have", "1", "thing", "waiting.", "https://parley.example/my-work/"]
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@parley.example>")
    for word in ("Kestrel", "recorder ", str(follow_up.pk), follow_up.reference, people.recorder.username + "\n"):
        assert word.encode() not in mail.content, word
    assert of(people.recorder)[0].mailed_at is not None


def test_everything_that_waits_is_in_one_mail(people, world, follow_up, addressed):
    with acting_as(user_principal(people.reviewer)) as actor:
        reviewing.raise_query(actor, world.participant, field="words", text="@recorder, who was it?")
    with post_office() as post:
        send_reminders(SYSTEM)
    (mail,) = post.mails
    assert "You have 2 things waiting." in mail.message.get_content()
    assert b"who was it" not in mail.content


def test_a_server_that_refuses_gets_it_at_the_next_run(people, follow_up, addressed):
    with post_office() as post:
        post.is_refusing = True
        send_reminders(SYSTEM)
        assert post.mails == []
        assert [one.mailed_at for one in of(people.recorder)] == [None]
        post.is_refusing = False
        send_reminders(SYSTEM)
        send_reminders(SYSTEM)
    assert len(post.mails) == 1


def test_a_server_that_is_away_stops_nobody_elses_reminder(people, world, follow_up, addressed):
    with acting_as(SYSTEM):
        make(FollowUp, meeting=world.meeting, task="Of another", owner=people.reviewer, due_on=TODAY)
    with mail_server() as gone:
        port = gone.port
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(EMAIL_BACKEND=smtp, EMAIL_HOST=HOST, EMAIL_PORT=port):
        send_reminders(SYSTEM)
    assert len(of(people.recorder)) == len(of(people.reviewer)) == 1


def test_what_was_done_before_the_mail_could_be_sent_is_not_mailed(people, follow_up):
    send_reminders(SYSTEM)
    with acting_as(user_principal(people.recorder)):
        MailAddress.objects.create(user=people.recorder, address=ADDRESS)
        FollowUp.objects.filter(pk=follow_up.pk).update(done_on=TODAY)
    with post_office() as post:
        send_reminders(SYSTEM)
    assert post.mails == []


def test_the_same_mail_sent_again_has_the_same_name(people, follow_up, addressed):
    with acting_as(user_principal(people.recorder)) as actor:
        reminders.remind(actor, TODAY)
        held = list(Reminder.objects.all())
        names = {reminders.message(ADDRESS, 1, held).extra_headers["Message-ID"] for _time in range(2)}
    assert len(names) == 1


def test_nobody_is_reminded_of_what_they_may_no_longer_see(people, world, follow_up, addressed):
    with acting_as(SYSTEM):
        secret = make_world("Secret", level=Level.CONFIDENTIAL)
        make(FollowUp, meeting=secret.meeting, task="Secret task", owner=people.recorder, due_on=TODAY)
        people.recorder.clearance = Level.PUBLIC
        people.recorder.save()
    with post_office() as post:
        send_reminders(SYSTEM)
    (mail,) = post.mails
    assert "You have 1 thing waiting." in mail.message.get_content()
    assert [one.item for one in of(people.recorder)] == [follow_up.pk]


def test_a_reminder_of_what_was_hidden_since_is_hidden_too(people, world, follow_up):
    send_reminders(SYSTEM)
    assert len(of(people.recorder)) == 1
    with acting_as(SYSTEM):
        type(world.meeting).objects.filter(pk=world.meeting.pk).update(compartments=[people.room.pk])
    assert of(people.recorder) == []


def test_a_reminder_is_its_readers_alone(people, follow_up):
    send_reminders(SYSTEM)
    for user in people.all().values():
        assert len(of(user)) == (user == people.recorder)
    for principal in (SYSTEM, "anonymous", f"entry:{people.recorder.pk}"):
        with acting_as(principal):
            assert not Reminder.objects.exists()
    with acting_as(user_principal(people.reviewer)):
        forged = {"user": people.recorder, "item_table": "negotiations_followup", "item": follow_up.pk}
        for fields in (forged, forged | {"user": people.reviewer, "item_table": "access_user"}):
            with pytest.raises(DatabaseError), transaction.atomic():
                Reminder.objects.create(due_on=TODAY - dt.timedelta(days=9), **fields)
        with connection.cursor() as cursor:
            cursor.execute("UPDATE desk_reminder SET mailed_at = now()")
            assert cursor.rowcount == 0
    with acting_as(user_principal(people.recorder)):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            Reminder.objects.update(due_on=TODAY - dt.timedelta(days=9))
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            Reminder.objects.all().delete()


def test_who_is_shut_out_is_left_out(people, follow_up):
    with acting_as(SYSTEM):
        people.recorder.is_active = False
        people.recorder.save()
    send_reminders(SYSTEM)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('parley.reader', '', true)")
    with acting_as(SYSTEM):
        people.recorder.is_active = True
        people.recorder.save()
    assert of(people.recorder) == []


def test_the_clock_knows_the_task():
    (entry,) = [one for one in settings.CELERY_BEAT_SCHEDULE.values() if one["task"] == "desk.tasks.send_reminders"]
    app.loader.import_default_modules()
    assert entry["task"] in app.tasks
    assert entry["args"] == [SYSTEM]

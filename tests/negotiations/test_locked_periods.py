"""A locked period: nothing in it changes by any door; what it holds, whom it refuses, and what it does not tell."""

import datetime as dt
import io
import json
import uuid

import psycopg2
import pytest
from django.apps import apps
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.urls import reverse

from access.context import SYSTEM, acting_as, sign, user_principal
from access.levels import Level
from exchanges.models import Claim, Delivery, Estimate, Outcome, RunningTotal
from exchanges.services import record_claim, refute_claim
from intermediaries.models import Actor
from negotiations.models import Channel, Conflict, LockedPeriod, Meeting, Participant
from negotiations.periods import lock_period, unlock_period
from records.hanging import relations
from records.locking import lock_of
from records.merging import kept_of, plan_of, undo_plan
from records.models import HistoryEntry, Record, ReviewState
from records.reviewing import restore, submit
from records.services import add_record, change_marking, change_record, withdraw_record
from sources.models import Citation
from tests.desk.test_entry_meeting import typed
from tests.factories import DAY, make, make_world
from tests.people import signed_in
from tests.records.kinds import api_of
from tests.records.merging import fresh, merge, undo

pytestmark = pytest.mark.django_db
CLOSED = "Everything up to"
# The parts of the world that lie in the period of its day.
INSIDE = (
    "meeting", "participant", "agreement", "agreement_party", "commitment", "outcome", "outcome_channel",
    "outcome_meeting", "outcome_agreement", "outcome_role", "delivery", "claim", "estimate", "estimate_claim",
    "running_total", "citation",
)  # fmt: skip
# Parts of such records that go on when the period is closed.
OPEN = {"FollowUp": "what is still to be done"}


@pytest.fixture
def world(open_world):
    return open_world


def lock(user, conflict, until=DAY, reason="The year is closed") -> LockedPeriod:
    with acting_as(user_principal(user)) as actor:
        return lock_period(actor, fresh(conflict), until=until, reason=reason)


def unlock(user, period) -> LockedPeriod:
    with acting_as(user_principal(user)) as actor:
        return unlock_period(actor, period, reason="A mistake was found", expected_version=fresh(period).version)


def held(record) -> bool:
    """Whether the database refuses to withdraw the record, as the system, by SQL."""
    try:
        with acting_as(SYSTEM), transaction.atomic():
            kind = type(record)
            kind.objects.filter(pk=record.pk).update(withdrawn_at="2026-01-01T00:00Z", withdrawn_reason="x")
            transaction.set_rollback(True)
    except IntegrityError as error:
        assert error.__cause__.diag.constraint_name == "period_locked"
        return True
    return False


def test_the_period_holds_what_happened_in_it_and_all_its_parts(world, people):
    records = {name: one for name, one in vars(world).items() if isinstance(one, Record) and name != "twin"}
    assert not any(map(held, records.values()))
    period = lock(people.reviewer, world.conflict)
    assert {name for name, one in records.items() if held(one)} == set(INSIDE)
    with acting_as(user_principal(people.outsider)):
        # Those of the open records that anybody reads: some are for writers only.
        seen = {name: one for name, one in records.items() if type(one).objects.filter(pk=one.pk).exists()}
        assert len(seen) > len(INSIDE)
        found = {name for name, one in seen.items() if lock_of(fresh(one)) == period.pk}
        assert found == set(INSIDE) & seen.keys()
    unlock(people.reviewer, period)
    assert not any(map(held, records.values()))


def test_every_kind_of_part_is_held_or_named_as_open(world, people):
    """A new kind of part cannot be forgotten: it is held with its record, or stands in OPEN with a reason."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'v_guard_period'")
        guarded = {table for (table,) in cursor.fetchall()}
    models = [model for model in apps.get_models() if issubclass(model, Record)]
    inside = [model for model in models if model._meta.db_table in guarded]
    assert len(inside) == len(INSIDE)
    for model in inside:
        for part, _link in relations(model):
            assert part._meta.db_table in guarded or part.__name__ in OPEN, part


@pytest.mark.parametrize(
    ("until", "is_held"),
    [(DAY - dt.timedelta(days=1), False), (DAY, True), (DAY + dt.timedelta(days=400), True)],
    ids=["the day before", "the day itself", "later"],
)
def test_a_record_lies_in_the_period_when_it_began_by_its_last_day(world, people, until, is_held):
    with acting_as(SYSTEM):
        Meeting.objects.filter(pk=world.meeting.pk).update(ended_on=DAY + dt.timedelta(days=3))
    lock(people.reviewer, world.conflict, until)
    assert held(world.meeting) is is_held
    assert held(world.outcome) is is_held


def test_another_conflict_and_what_has_no_date_stay_open(world, people):
    with acting_as(SYSTEM):
        undated = make(Meeting, channel=world.channel, title="Once", date_precision="unknown")
        other = make_world("Ouvert")
    lock(people.reviewer, world.conflict)
    assert not held(undated)
    assert not any(held(getattr(other, name)) for name in INSIDE)


def test_nothing_is_added_changed_or_withdrawn_by_any_verb(world, people):
    with acting_as(user_principal(people.recorder)) as actor:
        draft = add_record(actor, Meeting(channel=fresh(world.channel), title="Draft", started_on=DAY), draft=True)
    with acting_as(SYSTEM) as actor:
        gone = make(Meeting, channel=world.channel, title="Gone", started_on=DAY)
        withdraw_record(actor, gone, reason="x")
    lock(people.reviewer, world.conflict)
    later = DAY + dt.timedelta(days=1)

    def changed(record, **fields):
        for name, value in fields.items():
            setattr(record, name, value)
        return record

    with acting_as(user_principal(people.reviewer)) as actor:
        meeting, outcome, claim = fresh(world.meeting), fresh(world.outcome), fresh(world.claim)
        figure = {"claimant": fresh(world.actor), "direction": "third_country", "category": "total", "number": 3}
        verbs = {
            "added": lambda: add_record(actor, Meeting(channel=meeting.channel, title="New", started_on=DAY)),
            "a part added": lambda: add_record(actor, Participant(meeting=meeting, words="Somebody")),
            "a claim": lambda: record_claim(actor, Claim(outcome=outcome, **figure), []),
            "a source": lambda: add_record(actor, Citation(record=claim, source=fresh(world.source))),
            "a delivery": lambda: add_record(actor, Delivery(outcome=outcome, commitment=fresh(world.commitment))),
            "an estimate": lambda: add_record(actor, Estimate(outcome=outcome, low=1, reason="x")),
            "a total": lambda: add_record(actor, RunningTotal(conflict=fresh(world.conflict), as_of=DAY, **figure)),
            "changed": lambda: change_record(actor, changed(meeting, summary="x"), expected_version=1),
            "moved out": lambda: change_record(actor, changed(meeting, started_on=later), expected_version=1),
            "refuted": lambda: refute_claim(actor, claim, reason="x"),
            "withdrawn": lambda: withdraw_record(actor, fresh(world.outcome), reason="x"),
            "restored": lambda: restore(actor, fresh(gone), reason="x", expected_version=2),
        }
        for what, verb in verbs.items():
            with pytest.raises(ValidationError, match=CLOSED):
                verb()
            assert fresh(world.meeting).version == 1, what
    with acting_as(user_principal(people.recorder)) as actor:
        with pytest.raises(ValidationError, match=CLOSED):
            submit(actor, draft, expected_version=1)
        # What is typed is not lost: a draft is still changed, and leaves the period to be submitted.
        kept = change_record(actor, changed(fresh(draft), summary="Still typed"), expected_version=1)
        moved = change_record(actor, changed(kept, started_on=later), expected_version=2)
        assert submit(actor, moved, expected_version=3).review_state == ReviewState.SUBMITTED
        with pytest.raises(ValidationError, match=CLOSED):
            change_record(actor, changed(fresh(draft), started_on=DAY), expected_version=4)


@pytest.mark.parametrize("name", INSIDE)
def test_no_row_is_added_by_sql(world, people, name):
    """A copy of a row, in the period and with it open."""
    record = getattr(world, name)
    table, copy = record._meta.db_table, {"id": str(uuid.uuid4()), "reference": "ZZZZZ-ZZZZZ", "author_id": None}
    statement = f'INSERT INTO "{table}" SELECT (jsonb_populate_record(r, %s)).* FROM "{table}" r WHERE id = %s'
    for is_locked in (False, True):
        if is_locked:
            lock(people.reviewer, world.conflict)
        with acting_as(SYSTEM), connection.cursor() as cursor:
            try:
                with transaction.atomic():
                    cursor.execute(statement, [json.dumps(copy), record.pk])
                    transaction.set_rollback(True)
            except IntegrityError as error:
                assert is_locked
                assert error.__cause__.diag.constraint_name == "period_locked"
            else:
                assert not is_locked


def test_who_can_see_it_is_still_decided(world, people):
    lock(people.reviewer, world.conflict)
    with acting_as(user_principal(people.reviewer)) as actor:
        closed = change_marking(actor, fresh(world.meeting), level=2, compartments=[], reason="", expected_version=1)
        assert closed.label.level == Level.RESTRICTED
        change_marking(actor, closed, level=0, compartments=[], reason="Known now", expected_version=2)


def test_a_channel_is_not_moved_to_another_conflict_with_its_meetings(world, people):
    with acting_as(SYSTEM):
        war = make(Conflict, name="Another war")
        far = make(Channel, conflict=war, name="Far", mode="direct")
    lock(people.reviewer, world.conflict)
    for channel, conflict in ((world.channel, war), (far, world.conflict)):
        with acting_as(user_principal(people.recorder)) as actor:
            now = fresh(channel)
            now.conflict = fresh(conflict)
            with pytest.raises(ValidationError, match=CLOSED):
                change_record(actor, now, expected_version=1)


# Merging -------------------------------------------------------------------------------------------------------------


def test_nothing_in_the_period_is_merged_and_a_merge_in_it_is_not_undone(world, people):
    with acting_as(SYSTEM):
        other = make(Meeting, channel=world.channel, title="Again", started_on=DAY)
        late = make(Meeting, channel=world.channel, title="Later", started_on=DAY + dt.timedelta(days=1))
    made = merge(people.reviewer, other, world.meeting)
    period = lock(people.reviewer, world.conflict)
    for one, kept in ((late, world.meeting), (world.meeting, late)):
        with pytest.raises(ValidationError, match=CLOSED):
            merge(people.reviewer, one, kept)
    with pytest.raises(ValidationError, match=CLOSED):
        undo(people.reviewer, made)
    unlock(people.reviewer, period)
    undo(people.reviewer, made)


def test_what_lasts_is_merged_and_its_links_in_the_period_stay_seen_or_unseen(world, people):
    with acting_as(SYSTEM):
        twin = make(Actor, name="Twin", kind_of_actor="ngo")
        closed = make(Participant, meeting=world.meeting, actor=twin)
        hidden = make(Participant, meeting=world.meeting, actor=twin, compartments=[people.room.pk])
        now = make(Meeting, channel=world.channel, title="Now", started_on=DAY + dt.timedelta(days=1))
        free = make(Participant, meeting=now, actor=twin)
    lock(people.reviewer, world.conflict)
    with acting_as(user_principal(people.reviewer)):
        plan = plan_of(fresh(twin), fresh(world.actor))
        assert [one.records for one in plan.locked] == [[closed]]
        assert [one.records for one in plan.moving] == [[free]]
    made = merge(people.reviewer, twin, world.actor)
    with acting_as(SYSTEM):
        assert {fresh(closed).actor_id, fresh(hidden).actor_id} == {twin.pk}
        assert fresh(free).actor_id == world.actor.pk
        assert kept_of(fresh(twin)) == world.actor
        assert (fresh(closed).version, fresh(hidden).version) == (1, 1)
    # Locked since, the moved one is not put back.
    with acting_as(SYSTEM) as actor:
        lock_period(actor, fresh(world.conflict), until=DAY + dt.timedelta(days=1), reason="x")
    with acting_as(user_principal(people.reviewer)):
        assert [one.records for one in undo_plan(made).locked] == [[free]]
    undo(people.reviewer, made)
    with acting_as(SYSTEM):
        assert fresh(free).actor_id == world.actor.pk
        assert not fresh(twin).is_withdrawn


# Locking -------------------------------------------------------------------------------------------------------------


def test_a_reviewer_locks_and_unlocks_with_a_reason_and_it_is_kept(world, people):
    for user in (people.recorder, people.administrator, people.analyst):
        with pytest.raises(PermissionDenied):
            lock(user, world.conflict)
    for wrong, told in (
        ({"reason": " "}, "Say why"),
        ({"until": dt.date(2999, 1, 1)}, "has not come yet"),
    ):
        with pytest.raises(ValidationError, match=told):
            lock(people.reviewer, world.conflict, **wrong)
    period = lock(people.reviewer, world.conflict)
    with pytest.raises(ValidationError, match="already"):
        lock(people.reviewer, world.conflict, DAY - dt.timedelta(days=9))
    for user in (people.recorder, people.administrator):
        with pytest.raises(PermissionDenied):
            unlock(user, period)
    with acting_as(user_principal(people.reviewer)) as actor, pytest.raises(ValidationError, match="Say why"):
        unlock_period(actor, period, reason=" ", expected_version=1)
    unlock(people.reviewer, period)
    with acting_as(user_principal(people.reviewer)) as actor, pytest.raises(ValidationError, match="already"):
        unlock_period(actor, period, reason="x", expected_version=2)
    with acting_as(SYSTEM):
        entries = HistoryEntry.objects.filter(record_id=period.pk).order_by("id").values_list("user", "reason")
        assert list(entries) == [(people.reviewer.pk, ""), (people.reviewer.pk, "A mistake was found")]


def test_a_lock_waits_for_nobody_and_whoever_writes_waits_for_it(people):
    """No row is committed beside a lock that its writer did not see: the other session is a writer of its own."""
    with acting_as(SYSTEM):
        war = make(Conflict, name="A war")
    other = psycopg2.connect(**connection.get_connection_params())
    try:
        with other.cursor() as cursor:

            def write() -> None:
                cursor.execute("SELECT extract(epoch FROM now())::text")
                cursor.execute("SELECT set_config('parley.reader', %s, true)", [sign(SYSTEM, cursor.fetchone()[0])])
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
                cursor.execute("UPDATE negotiations_meeting SET title = title WHERE false")

            write()
            with pytest.raises(ValidationError, match="Somebody is saving a record at this moment"):
                lock(people.reviewer, war)
            other.rollback()
            lock(people.reviewer, war)
            with pytest.raises(psycopg2.errors.LockNotAvailable):
                write()
    finally:
        other.close()


def test_a_lock_is_as_secret_as_its_conflict_and_never_more(world, people):
    with acting_as(user_principal(people.reviewer)) as actor:
        with pytest.raises(ProgrammingError, match="never changed"), transaction.atomic():
            add_record(actor, LockedPeriod(conflict=fresh(world.conflict), until=DAY, reason="x", level=2))
        period = lock_period(actor, fresh(world.conflict), until=DAY, reason="x")
        change_marking(actor, fresh(world.conflict), level=2, compartments=[], reason="", expected_version=1)
    with acting_as(user_principal(people.outsider)):
        assert not LockedPeriod.objects.filter(pk=period.pk).exists()
    with acting_as(user_principal(people.recorder)):
        assert fresh(period).label.level == Level.RESTRICTED


def test_the_command_locks_and_unlocks(world, people):
    with acting_as(SYSTEM):
        reference = fresh(world.conflict).reference
    out = io.StringIO()
    call_command("lock_period", reference, DAY.isoformat(), reason="Closed", stdout=out)
    assert held(world.meeting)
    with pytest.raises(CommandError, match="already"):
        call_command("lock_period", reference, DAY.isoformat(), reason="Closed")
    with pytest.raises(CommandError, match="is not locked up to"):
        call_command("lock_period", reference, "2001-01-01", "--unlock", reason="x")
    with pytest.raises(CommandError, match="no conflict"):
        call_command("lock_period", "AAAAA-AAAAA", DAY.isoformat(), reason="x")
    call_command("lock_period", reference, DAY.isoformat(), "--unlock", reason="Opened", stdout=out)
    assert not held(world.meeting)
    assert out.getvalue().splitlines() == [
        "Locked: Open war up to 23 May 2025", "Unlocked: Open war up to 23 May 2025",
    ]  # fmt: skip


# Pages and API -------------------------------------------------------------------------------------------------------


def test_the_pages_say_that_it_is_closed_and_whom_to_ask(world, people):
    client = signed_in(people.reviewer)
    add = reverse("negotiations:locked-period-add")
    assert signed_in(people.recorder).get(add).status_code == 403
    given = {"conflict": world.conflict.pk, "until": DAY.isoformat(), "reason": "The year is closed"}
    assert "has not come yet" in client.post(add, given | {"until": "2999-01-01"}).content.decode()
    answer = client.post(add, given, follow=True)
    (page, _status) = answer.redirect_chain[0]
    assert "The period is locked" in answer.content.decode()
    for record, user in ((world.meeting, people.recorder), (world.claim, people.outsider), (world.outcome, None)):
        told = signed_in(user).get(record.get_absolute_url()).content.decode()
        assert "In a locked period" in told
        assert page in told
        for verb in ("edit", "withdraw", "merge"):
            assert f"{record.pk}/{verb}/" not in told
    assert "In a locked period" not in client.get(world.channel.get_absolute_url()).content.decode()
    withdraw = reverse("negotiations:meeting-withdraw", args=[world.meeting.pk])
    assert CLOSED in client.post(withdraw, {"reason": "x", "version": 1}).content.decode()
    assert "Ask a reviewer" in client.post(withdraw, {"reason": "x", "version": 1}).content.decode()
    unlocked = client.post(f"{page}withdraw/", {"reason": "A mistake was found", "version": 1}, follow=True)
    assert "A mistake was found" in unlocked.content.decode()
    assert "In a locked period" not in client.get(world.meeting.get_absolute_url()).content.decode()


def test_the_form_keeps_what_was_typed_for_a_day_in_the_period(world, people):
    lock(people.reviewer, world.conflict)
    given = typed(world, started_on_day=str(DAY.day), started_on_month=str(DAY.month), started_on_year=str(DAY.year))
    asked = signed_in(people.recorder).post(reverse("desk:meeting-add"), given)
    given |= {"alike": asked.context["asked"]["word"]}  # there is a meeting on that day
    answer = signed_in(people.recorder).post(reverse("desk:meeting-add"), given)
    assert answer.status_code == 200
    text = answer.content.decode()
    assert CLOSED in text
    assert "Both delegations confirmed lists of 500 names." in text
    # As a draft it is kept.
    drafted = signed_in(people.recorder).post(reverse("desk:meeting-add"), given | {"draft": "1"})
    assert drafted.status_code == 302


def test_the_api_refuses_in_the_one_shape(world, people):
    lock(people.reviewer, world.conflict)
    api = api_of(people.recorder)
    added = api.post(reverse("api:participant-list"), {"meeting": str(world.meeting.pk), "words": "x"})
    url = reverse("api:meeting-detail", args=[world.meeting.pk])
    changed = api.patch(url, {"summary": "x", "version": 1})
    withdrawn = api.post(f"{url}withdraw/", {"reason": "x", "version": 1})
    for answer in (added, changed, withdrawn):
        assert answer.status_code == 400
        (told,) = answer.json()["error"]["fields"]["record"]
        assert told.startswith(CLOSED)


def test_a_lock_tells_nothing_of_hidden_records(world, people):
    """With something hidden in the period or without: the same answers to who does not see it."""
    with acting_as(SYSTEM):
        twin, kept = (make(Actor, name=f"Body {n}", kind_of_actor="ngo") for n in range(2))

    def told() -> list:
        client = signed_in(people.recorder)
        period = lock(people.reviewer, world.conflict)
        pages = [period.get_absolute_url(), world.conflict.get_absolute_url(), world.channel.get_absolute_url()]
        found = [client.get(page).status_code for page in pages]
        with acting_as(user_principal(people.reviewer)):
            found.append(plan_of(fresh(twin), fresh(kept)))
        undo(people.reviewer, merge(people.reviewer, twin, kept))
        unlock(people.reviewer, period)
        return found

    without = told()
    with acting_as(SYSTEM):
        hidden = make(Outcome, conflict=world.conflict, outcome_kind="exchange", started_on=DAY,
                      compartments=[people.room.pk])  # fmt: skip
        make(Claim, outcome=hidden, claimant=twin, category="total", number=5)
    assert told() == without

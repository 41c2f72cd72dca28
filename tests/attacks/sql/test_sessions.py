"""Names that were signed elsewhere, earlier, or not at all; what one session learns of another; sessions of browsers.

These attacks need connections of their own, as a pool hands them out, beside the one the tests use.
"""

import datetime as dt

import psycopg2
import pytest
from django.conf import settings
from django.db import ProgrammingError, connection
from django.utils import timezone

from access.context import ANONYMOUS, SYSTEM, acting_as, because, sign, token_principal, user_principal
from access.levels import Level
from access.models import ApiToken, BreakGlass, Membership, User
from access.sessions import SessionStore, digest
from intermediaries.models import Actor
from records.models import HistoryEntry
from tests.attacks.sql.attack import DENIED
from tests.standing import CANARY, refusal, run, undone

READ = "SELECT count(*) FROM intermediaries_actor"
# Asked by a policy for the rows it has; asked for here by name, because a table without rows asks no policy.
DOOR = "SELECT access.my_role(), access.my_labels(), access.my_user()"
START = "extract(epoch FROM now())::text"


@pytest.fixture
def session(world):
    """Open connections with the application's own credentials; each is closed at the end."""
    opened = []

    def connect():
        opened.append(psycopg2.connect(**connection.get_connection_params()))
        return opened[-1]

    yield connect
    for one in opened:
        one.close()


def ask(session, statement: str, *params) -> list[tuple]:
    """Run one statement in a session and return its rows."""
    with session.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchall() if cursor.description else []


def name(session, value: str, local: bool = True) -> None:
    ask(session, "SELECT set_config('parley.reader', %s, %s)", value, local)


def enter(session, principal: str = SYSTEM) -> str:
    """Name a reader as the application does, and return the signed value."""
    signed = sign(principal, ask(session, f"SELECT {START}")[0][0])
    name(session, signed)
    return signed


def refused(session, statement: str = DOOR) -> bool:
    """Whether the statement is refused for want of a reader; the transaction is over afterwards."""
    try:
        ask(session, statement)
    except psycopg2.Error as error:
        return error.pgcode == DENIED
    finally:
        session.rollback()
    return False


def test_a_signed_name_works_where_it_was_signed(session):
    """The control for this whole file."""
    one = session()
    enter(one)
    assert not refused(one)


def values(start: str) -> dict[str, str]:
    """Return names that are not signed for a transaction begun at ``start``, each with what is wrong with it."""
    good = sign(SYSTEM, start)
    name, _start, signature = good.split("|")
    return {
        "empty": "",
        "only a name": "system",
        "no signature": f"system|{start}",
        "empty signature": f"system|{start}|",
        "a signature of zeros": f"system|{start}|{'0' * 64}",
        "a truncated signature": good[:-1],
        "a longer signature": f"{good}0",
        "a signature in capitals": f"{name}|{start}|{signature.upper()}",
        "another name under it": f"{ANONYMOUS}|{start}|{signature}",
        "a fourth part": f"{good}|",
        "an earlier moment": sign(SYSTEM, "1.000000"),
        "a later moment": sign(SYSTEM, str(float(start) + 1)),
        "a moment written otherwise": sign(SYSTEM, f"{start}0"),
        "a moment not a number": sign(SYSTEM, "NaN"),
        "an unknown principal": sign("user:00000000-0000-0000-0000-000000000000", start),
        "a principal with SQL inside": sign("system' OR true --", start),
        "a pattern": sign("user:%", start),
        "no principal": sign("", start),
        "a principal with a bar": sign("system|x", start),
        "bars only": "||",
    }


@pytest.mark.parametrize("kind", values("1.5"))
def test_a_name_not_signed_for_this_transaction_is_nobodys(kind, session):
    one = session()
    start = ask(one, f"SELECT {START}")[0][0]
    name(one, values(start)[kind])
    assert refused(one)


def test_a_name_signed_with_another_key_is_nobodys(session):
    one = session()
    key, settings.PARLEY_CONTEXT_KEY = settings.PARLEY_CONTEXT_KEY, b"x" * 32
    try:
        enter(one)
    finally:
        settings.PARLEY_CONTEXT_KEY = key
    assert refused(one)


def test_a_name_ends_with_its_transaction(session):
    for end in ("commit", "rollback"):
        one = session()
        signed = enter(one)
        getattr(one, end)()
        assert ask(one, "SELECT current_setting('parley.reader', true)")[0][0] in ("", None)
        assert refused(one), end
        name(one, signed)  # and said again in the next transaction of the same session
        assert refused(one), end


def test_a_name_copied_from_a_living_session_is_nobodys(session):
    one, other = session(), session()
    signed = enter(one)
    ask(other, "SELECT 1")
    name(other, signed)
    assert refused(other)
    assert not refused(one)


def test_a_name_left_on_a_pooled_connection_is_nobodys(session):
    one = session()
    start = ask(one, f"SELECT {START}")[0][0]
    name(one, sign(SYSTEM, start), local=False)
    one.commit()
    assert ask(one, "SELECT current_setting('parley.reader')")[0][0].startswith("system|")
    assert refused(one)


def test_a_name_set_in_a_savepoint_ends_with_it(session):
    one = session()
    ask(one, "SAVEPOINT a")
    enter(one)
    ask(one, "ROLLBACK TO SAVEPOINT a")
    assert refused(one)


def test_a_snapshot_brings_no_name_along(session):
    one, other = session(), session()
    enter(one)
    (snapshot,) = ask(one, "SELECT pg_export_snapshot()")[0]
    ask(other, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    ask(other, f"SET TRANSACTION SNAPSHOT '{snapshot}'")
    name(other, ask(one, "SELECT current_setting('parley.reader')")[0][0])
    assert refused(other)


@pytest.mark.parametrize("statement", ["PREPARE TRANSACTION 'left'", "COMMIT AND CHAIN"])
def test_a_transaction_is_not_handed_on(session, statement):
    one = session()
    enter(one)
    try:
        ask(one, statement)
    except psycopg2.Error:
        one.rollback()
    assert refused(one)


def test_a_prepared_statement_asks_again(session):
    one = session()
    enter(one)
    ask(one, "PREPARE found AS SELECT access.my_labels()")
    ask(one, "SET plan_cache_mode = force_generic_plan")
    ask(one, "EXECUTE found")
    one.commit()
    assert refused(one, "EXECUTE found")


def test_a_held_cursor_holds_only_what_was_read(session):
    one = session()
    enter(one, ANONYMOUS)
    ask(one, "DECLARE kept CURSOR WITH HOLD FOR SELECT access.my_role()")
    one.commit()
    assert ask(one, "FETCH ALL FROM kept") == [("anonymous",)]
    assert refused(one, "SELECT access.my_role()")


def test_what_one_session_runs_is_not_shown_to_another(session):
    one, other = session(), session()
    enter(one)
    ask(one, f"SELECT '{CANARY}'")
    shown = ask(other, "SELECT datname, query, state FROM pg_stat_activity WHERE pid = %s", one.info.backend_pid)
    assert shown
    assert CANARY not in repr(shown)
    assert "parley.reader" not in repr(shown)
    for view in ("pg_prepared_statements", "pg_cursors", "pg_locks", "pg_prepared_xacts"):
        assert CANARY not in repr(ask(other, f"SELECT * FROM {view}")), view


# Readers whose right ended ------------------------------------------------------------------------------------------


def test_a_deactivated_account_ends_in_the_middle_of_its_transaction(world):
    with undone(world.who["member"]):
        with acting_as(SYSTEM):
            User.objects.filter(pk=world.member.pk).update(is_active=False)
        assert refusal(READ).pgcode == DENIED


@pytest.mark.parametrize("column", ["revoked_at", "expires_at"])
def test_a_token_that_ended_is_nobody(world, column):
    with undone(world.who["low token"]):
        with acting_as(SYSTEM):
            ended = timezone.now() - dt.timedelta(seconds=1)
            ApiToken.objects.filter(pk=world.tokens["low token"].pk).update(**{column: ended})
        assert refusal(READ).pgcode == DENIED


def test_a_token_of_a_deactivated_account_is_nobody(world):
    with undone(world.who["low token"]):
        with acting_as(SYSTEM):
            User.objects.filter(pk=world.recorder.pk).update(is_active=False)
        assert refusal(READ).pgcode == DENIED


def test_a_membership_that_ended_closes_at_once(world):
    with undone(world.who["member"]):
        assert run("SELECT count(*) FROM intermediaries_actor WHERE id = %s", [world.hidden.actor.pk]) == [(1,)]
        with acting_as(SYSTEM):
            Membership.objects.filter(user=world.member).delete()
        assert run("SELECT count(*) FROM intermediaries_actor WHERE id = %s", [world.hidden.actor.pk]) == [(0,)]


def test_a_closed_house_answers_nobody(world):
    with undone(world.who["administrator"]):
        with because("A laptop was lost"):
            run("SELECT access.set_house_state('closed')")
        for name, principal in world.who.items():
            if name not in ("administrator", "system"):
                with acting_as(principal):
                    assert run(READ) == [(0,)], name
                    assert run("SELECT * FROM records.search('Open', 10)") == [], name


def test_broken_glass_widens_what_is_read_not_what_is_written(world):
    with undone(world.who["recorder"]):
        BreakGlass.objects.create(user=world.recorder, reason="x", until=timezone.now() + dt.timedelta(minutes=9))
        hidden = [world.hidden.actor.pk]
        assert run("SELECT name FROM intermediaries_actor WHERE id = %s", hidden) == [(f"{CANARY}Room state",)]
        assert run("UPDATE intermediaries_actor SET notes = 'x' WHERE id = %s", hidden) == 0
        raised = "UPDATE intermediaries_actor SET compartments = %s WHERE id = %s"
        assert refusal(raised, [[world.room], world.own.pk]).pgcode == DENIED
        assert run("UPDATE intermediaries_actor SET notes = 'x' WHERE id = %s", [world.own.pk]) == 1


# What the history tells ---------------------------------------------------------------------------------------------


def test_lowering_and_clearing_at_once_does_not_show_what_was_cleared(world):
    """The entry of a change holds the row before it: it stays under the label the record had then."""
    pk = world.secret.actor.pk
    with undone(world.who["reviewer"]):
        with because("Announced"):
            run("UPDATE intermediaries_actor SET level = 0, notes = '', name = 'Announced' WHERE id = %s", [pk])
        with acting_as(ANONYMOUS):
            assert run("SELECT name FROM intermediaries_actor WHERE id = %s", [pk]) == [("Announced",)]
            assert run("SELECT before FROM records_historyentry WHERE record_id = %s", [pk]) == []
        Actor.objects.filter(pk=pk).update(notes="later")
        with acting_as(ANONYMOUS):
            assert run("SELECT version FROM records_historyentry WHERE record_id = %s", [pk]) == [(3,)]
        with acting_as(user_principal(world.recorder)):
            found = HistoryEntry.objects.filter(record_id=pk)
            assert {entry.version for entry in found} == {1, 2, 3}
            assert {entry.label_id for entry in found if entry.version < 3} == {
                found.get(version=1).label_id  # the confidential label, with no compartment made up beside it
            }


def test_moving_between_compartments_is_told_to_who_may_read_both(world):
    with undone(SYSTEM):
        pk = world.hidden.place.pk
        run("UPDATE negotiations_place SET compartments = ARRAY[%s] WHERE id = %s", [world.elsewhere, pk])
        ((level, compartments),) = run(
            "SELECT l.level, l.compartments FROM records_historyentry h JOIN access_label l ON l.id = h.label_id"
            " WHERE record_id = %s ORDER BY h.id DESC LIMIT 1",
            [pk],
        )
        assert (level, sorted(compartments)) == (Level.CONFIDENTIAL, sorted([world.room, world.elsewhere]))


# Sessions of browsers -----------------------------------------------------------------------------------------------


def test_a_copied_session_row_opens_nobodys_session(world):
    """Somebody with SQL writes the reviewer's session under the key of their own cookie."""
    with undone(SYSTEM):
        theirs, mine = SessionStore(), SessionStore()
        for store, user in ((theirs, world.reviewer), (mine, world.outsider)):
            store["_auth_user_id"] = str(user.pk)
            store.create()
        copied = "UPDATE access_session SET session_data = (SELECT session_data FROM access_session WHERE session_key ="
        run(f"{copied} %s) WHERE session_key = %s", [digest(theirs.session_key), digest(mine.session_key)])
        assert SessionStore(theirs.session_key)["_auth_user_id"] == str(world.reviewer.pk)
        assert SessionStore(mine.session_key).get("_auth_user_id") is None
        assert SessionStore(digest(theirs.session_key)).get("_auth_user_id") is None


def test_a_name_that_does_not_exist_does_not_enter(world):
    for principal in (token_principal(ApiToken()), user_principal(User()), "owner", "entry:x", ""):
        with undone(None), pytest.raises(ProgrammingError), acting_as(principal):
            pass

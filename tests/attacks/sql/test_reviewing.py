"""Four eyes by attack: raw SQL in the role of the application, as whoever wrote a record or took part in writing it."""

import pytest

from tests.attacks.sql.attack import DENIED, Attack, try_out
from tests.standing import CANARY, run, undone

ACTOR, QUERY, CHECK, ASKED = "intermediaries_actor", "records_query", "records_fieldcheck", "records_assignment"
VERIFY = f"UPDATE {ACTOR} SET review_state = 'verified' WHERE id = '{{own.pk}}'"
EDIT = f"UPDATE {ACTOR} SET notes = 'x' WHERE id = '{{own.pk}}'"
RETURN = f"UPDATE {ACTOR} SET review_state = 'returned' WHERE id = '{{own.pk}}'"
REASON = "SELECT set_config('parley.act', '{{\"reason\": \"x\"}}', true)"
OF_ACTOR = "(SELECT id FROM django_content_type WHERE app_label = 'intermediaries' AND model = 'actor')"


def said(table: str, who: str = "reviewer", about: str = "own", **columns: str) -> str:
    """Return an INSERT into one of the tables of the review, about an actor, each column to an SQL expression."""
    given = {
        "id": "'{new}'", "reference": "'ZZZZZ-ZZZZZ'", "external_id": "''", "level": "0", "compartments": "'{{}}'",
        "review_state": "'submitted'", "version": "1", "recorded_at": "now()", "updated_at": "now()",
        "withdrawn_reason": "''", "author_id": f"'{{{who}.pk}}'", "record_type_id": OF_ACTOR,
        "record_id": f"'{{{about}.pk}}'",
    } | columns  # fmt: skip
    return f"INSERT INTO {table} ({', '.join(given)}) VALUES ({', '.join(given.values())})"


def check(who: str = "reviewer", about: str = "own", **columns: str) -> str:
    return said(CHECK, who, about, **{"field": "'name'", "checked_version": "0"} | columns)


def query(who: str = "reviewer", **columns: str) -> str:
    return said(QUERY, who, **{"field": "'name'", "text": "'?'", "answer": "''"} | columns)


def ask(who: str = "reviewer", about: str = "own", **columns: str) -> str:
    return said(ASKED, who, about, **{"to_id": "'{reviewer.pk}'", "is_mention": "false"} | columns)


ANSWER = f"UPDATE {QUERY} SET answer = 'x', answered_at = now(), answered_by_id = '{{who}}' WHERE text = '?'"

ATTACKS = [
    # Who verifies; one's own without more is among the attacks on writing
    Attack("verifying one's own draft", f"UPDATE {ACTOR} SET review_state = 'verified' WHERE id = '{{draft.pk}}'",
           DENIED, "reviewer"),
    Attack("submitting and verifying one's own", f"UPDATE {ACTOR} SET review_state = 'submitted' WHERE id ="
           f" '{{draft.pk}}'; UPDATE {ACTOR} SET review_state = 'verified' WHERE id = '{{draft.pk}}'", DENIED,
           "reviewer"),
    Attack("verifying after editing", f"{EDIT}; {VERIFY}", DENIED, "reviewer"),
    Attack("editing and verifying at once", f"UPDATE {ACTOR} SET notes = 'x', review_state = 'verified' WHERE id ="
           " '{own.pk}'", DENIED, "reviewer"),
    Attack("editing, putting it back, verifying", f"{EDIT}; UPDATE {ACTOR} SET notes = '' WHERE id = '{{own.pk}}';"
           f" {VERIFY}", DENIED, "reviewer"),
    Attack("verifying after editing, with a token", f"{EDIT}; {VERIFY}", DENIED, "reviewer's token"),
    Attack("another's name put on it before", f"UPDATE {ACTOR} SET author_id = '{{reviewer.pk}}' WHERE id ="
           f" '{{own.pk}}'; {VERIFY}", DENIED),
    Attack("verifying with a token of a recorder", VERIFY, 0, "narrow token"),
    Attack("verifying as an analyst", VERIFY, 0, "analyst"),
    Attack("verifying as an administrator", VERIFY, 0, "administrator"),
    Attack("as the owner, in the middle of it", f"UPDATE {ACTOR} SET review_state = 'verified' || set_config("
           "'parley.reader', '', true) WHERE id = '{own.pk}'", DENIED),
    Attack("returning one's own", f"{REASON}; {RETURN}", DENIED),
    Attack("returning without a note", RETURN, "23514", "reviewer"),
    Attack("submitting what came back to somebody else", f"{REASON}; {RETURN}; UPDATE {ACTOR} SET review_state ="
           " 'submitted' WHERE id = '{own.pk}'", DENIED, "reviewer"),
    Attack("a verified record said to be only submitted", f"UPDATE {ACTOR} SET review_state = 'submitted' WHERE id ="
           " '{open.actor.pk}'", DENIED, "reviewer"),
    Attack("a changed record said to be verified still", f"UPDATE {ACTOR} SET notes = 'x', review_state = 'verified'"
           " WHERE id = '{open.actor.pk}' RETURNING review_state", [("changed",)]),
    Attack("a reviewer's verification, the control", f"{VERIFY} RETURNING review_state", [("verified",)], "reviewer"),
    # Checks
    Attack("checking one's own", check("recorder"), DENIED),
    Attack("checking what one has edited", f"{EDIT}; {check()}", DENIED, "reviewer"),
    Attack("a check in another's name", check("recorder"), DENIED, "reviewer"),
    Attack("a check of a version to come", check(checked_version="99") + " RETURNING checked_version", [(1,)],
           "reviewer"),
    Attack("a check of a hidden record", check(about="hidden.actor"), DENIED, "reviewer"),
    Attack("a check of a missing record", check(record_id="'{new}'"), DENIED, "reviewer"),
    Attack("a check moved to another field", f"UPDATE {CHECK} SET field = 'notes' WHERE id ="
           " '{open.field_check.pk}'", DENIED, "reviewer"),
    Attack("a check made new", f"UPDATE {CHECK} SET checked_version = 99 WHERE id = '{{open.field_check.pk}}'", DENIED,
           "reviewer"),
    # Queries
    Attack("a query that is answered already", query(answer="'x'", answered_at="now()"), DENIED, "reviewer"),
    Attack("answering one's own", f"{query()}; {ANSWER.replace('{who}', '{reviewer.pk}')}", DENIED, "reviewer"),
    Attack("answering in another's name", f"{query()}; {ANSWER.replace('{who}', '{recorder.pk}')}", DENIED,
           "reviewer"),
    Attack("another question", f"UPDATE {QUERY} SET text = 'x' WHERE id = '{{open.query.pk}}'", DENIED),
    Attack("settling as a recorder", f"UPDATE {QUERY} SET settled_at = now() WHERE id = '{{open.query.pk}}'", DENIED),
    Attack("settling what nobody answered", f"UPDATE {QUERY} SET settled_at = now() WHERE id = '{{open.query.pk}}'",
           DENIED, "reviewer"),
    Attack("taking back another's query", f"UPDATE {QUERY} SET withdrawn_at = now(), withdrawn_reason = 'x' WHERE id ="
           " '{open.query.pk}'", DENIED),
    # Who is asked
    Attack("asking somebody who may not see it", ask(about="secret.actor", to_id="'{outsider.pk}'"), DENIED,
           "reviewer"),
    Attack("asking nobody", ask(to_id="'{new}'"), DENIED, "reviewer"),
    Attack("another's assignment done", f"UPDATE {ASKED} SET done_at = now() WHERE id = '{{open.assignment.pk}}'",
           DENIED),
    Attack("an assignment handed on", f"UPDATE {ASKED} SET to_id = '{{recorder.pk}}' WHERE id ="
           " '{open.assignment.pk}'", DENIED, "reviewer"),
    # Read by who takes no part
    *(
        Attack(f"{table} read by {who}", f"SELECT * FROM {table}", [], who)
        for table in (QUERY, CHECK, ASKED)
        for who in ("anonymous", "analyst", "member", "administrator", "reading token")
    ),
    Attack("what was said, in the history", "SELECT * FROM records_historyentry WHERE record_table IN"
           f" ('{QUERY}', '{CHECK}', '{ASKED}')", [], "analyst"),
    # Estimates are a right of their own
    Attack("an estimate, as a recorder", "INSERT INTO exchanges_estimate SELECT (jsonb_populate_record(r,"
           " '{{\"id\": \"{new}\", \"reference\": \"ZZZZZ-ZZZZZ\", \"author_id\": \"{recorder.pk}\"}}')).* FROM"
           " exchanges_estimate r WHERE id = '{open.estimate.pk}'", DENIED),
    Attack("another best figure, as a recorder", "UPDATE exchanges_estimate SET best = 1", 0),
    Attack("a claim weighed, as a recorder", "UPDATE exchanges_estimateclaim SET use = 'excluded'", 0),
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_reviewing(attack, world):
    try_out(attack, world)


@pytest.mark.parametrize("table", [QUERY, CHECK, ASKED])
def test_nothing_said_about_hidden_records_is_read(table, world):
    for who in ("recorder", "reviewer", "anonymous", "analyst"):
        with undone(world.who[who]):
            assert CANARY not in repr(run(f"SELECT * FROM {table}"))

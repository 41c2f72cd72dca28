"""Writing what one may not write: rights, others' records, history, review, labels; and what tells by failing."""

import json

import pytest

from tests.attacks.sql.attack import DENIED, Attack, answer, try_out
from tests.standing import CANARY, run, undone

CHECK, UNIQUE = "23514", "23505"
ACTOR = "intermediaries_actor"
LINKED = {"meeting": "negotiations_meeting", "actor": ACTOR, "citation": "sources_citation"}


def copy_of(part: str, author: str = "recorder", tail: str = "", **changes) -> str:
    """Return an INSERT of a copy of the open world's record, in the author's name, changed by hand."""
    fields = {"id": "{new}", "reference": "ZZZZZ-ZZZZZ", "author_id": f"{{{author}.pk}}"} | changes
    given = "{{" + json.dumps(fields)[1:-1] + "}}"
    return (
        f"INSERT INTO {LINKED[part]} SELECT (jsonb_populate_record(r, '{given}')).*"
        f" FROM {LINKED[part]} r WHERE id = '{{open.{part}.pk}}' {tail}"
    )


def change(**columns: str) -> str:
    """Return an UPDATE of the recorder's own actor, each column to an SQL expression."""
    told = ", ".join(f"{name} = {value}" for name, value in columns.items())
    return f"UPDATE {ACTOR} SET {told} WHERE id = '{{own.pk}}'"


def report_with(**changes: str) -> str:
    """Return an INSERT of a copy of the member's report, in the member's name, changed by hand."""
    fields = {"id": "{new}", "principal": "user:{member.pk}"} | changes
    given = "{{" + json.dumps(fields)[1:-1] + "}}"
    return f"INSERT INTO reports_reportrun SELECT (jsonb_populate_record(r, '{given}')).* FROM reports_reportrun r"


ATTACKS = [
    # Promoting oneself
    Attack("own clearance", "UPDATE access_user SET clearance = 3 WHERE id = '{outsider.pk}'", DENIED, "outsider"),
    Attack("own role", "UPDATE access_user SET role = 'reviewer' WHERE id = '{recorder.pk}'", DENIED),
    Attack("own role, as administrator", "UPDATE access_user SET role = 'reviewer' WHERE id = '{administrator.pk}'",
           DENIED, "administrator"),
    Attack("everybody's role", "UPDATE access_user SET role = 'administrator'", DENIED),
    Attack("own role beside the password", "UPDATE access_user SET password = 'x', role = 'reviewer' WHERE id ="
           " '{recorder.pk}'", DENIED),
    Attack("another's password", "UPDATE access_user SET password = 'x' WHERE id = '{reviewer.pk}'", DENIED),
    Attack("another's password, as a visitor", "UPDATE access_user SET password = 'x'", DENIED, "anonymous"),
    Attack("own password, with a token", "UPDATE access_user SET password = 'x' WHERE id = '{recorder.pk}'", DENIED,
           "low token"),
    Attack("own password, before the second factor", "UPDATE access_user SET password = 'x' WHERE id ="
           " '{reviewer.pk}'", DENIED, "entering"),
    Attack("a name for another's account", "UPDATE access_user SET username = 'x' WHERE id = '{reviewer.pk}'", DENIED),
    Attack("waking a deactivated account", "UPDATE access_user SET is_active = true, clearance = 3", DENIED),
    Attack("a new account", "INSERT INTO access_user (id, password, username, role, clearance, is_active, created_at)"
           " VALUES ('{new}', 'x', 'x', 'reviewer', 3, true, now())", DENIED),
    Attack("a new account, as administrator, without a reason", "INSERT INTO access_user (id, password, username, role,"
           " clearance, is_active, created_at) VALUES ('{new}', 'x', 'x', 'reviewer', 3, true, now())", CHECK,
           "administrator"),
    Attack("ending an account", "DELETE FROM access_user WHERE id = '{reviewer.pk}'", DENIED),
    Attack("joining a compartment", "INSERT INTO access_membership (user_id, compartment_id) VALUES ('{recorder.pk}',"
           " {room})", DENIED),
    Attack("joining one, as administrator", "INSERT INTO access_membership (user_id, compartment_id) VALUES"
           " ('{administrator.pk}', {room})", DENIED, "administrator"),
    Attack("taking over a membership", "UPDATE access_membership SET user_id = '{recorder.pk}'", DENIED),
    Attack("taking a membership away", "DELETE FROM access_membership", 0),
    Attack("taking one's own away unseen",
           "DELETE FROM access_membership WHERE user_id = '{member.pk}'", DENIED, "member"),
    Attack("a compartment of one's own",
           "INSERT INTO access_compartment (code, name, created_at) VALUES ('x', 'x', now())",
           DENIED),
    Attack("a compartment's code taken",
           f"INSERT INTO access_compartment (code, name, created_at) VALUES ('{CANARY}-1',"
           " 'x', now())", DENIED),
    Attack("a compartment's code, if free", f"INSERT INTO access_compartment (code, name, created_at) VALUES"
           f" ('{CANARY}-1', 'x', now()) ON CONFLICT DO NOTHING", DENIED),
    Attack("another name for a compartment", "UPDATE access_compartment SET name = 'x'", 0),
    Attack("another name for one's own compartment", "UPDATE access_compartment SET name = 'x'", DENIED, "member"),
    Attack("a label", "INSERT INTO access_label (level, compartments) VALUES (0, '{{{room}}}')", DENIED),
    Attack("an easier label", "UPDATE access_label SET level = 0", DENIED),
    Attack("another's token", "INSERT INTO access_apitoken (id, user_id, name, prefix, digest, max_level, networks,"
           " created_at, expires_at) VALUES ('{new}', '{reviewer.pk}', 'x', 'x', 'x', 3, '{{}}', now(), now() +"
           " interval '1 day')", DENIED),
    Attack("a token made by a token",
           "INSERT INTO access_apitoken (id, user_id, name, prefix, digest, max_level, networks,"
           " created_at, expires_at) VALUES ('{new}', '{recorder.pk}', 'x', 'x', 'x', 3, '{{}}', now(), now() +"
           " interval '1 day')", DENIED, "low token"),
    Attack("a wider token", "UPDATE access_apitoken SET max_level = 3, writes = NULL", DENIED),
    Attack("another's token made one's own", "UPDATE access_apitoken SET user_id = '{recorder.pk}'", DENIED),
    Attack("another's token's secret",
           "UPDATE access_apitoken SET digest = 'x' WHERE user_id = '{reviewer.pk}'", DENIED),
    Attack("another's token revoked", "UPDATE access_apitoken SET revoked_at = now() WHERE user_id = '{reviewer.pk}'",
           DENIED),
    Attack("a token deleted", "DELETE FROM access_apitoken", DENIED),
    Attack("revoking by a guess", "SELECT access.revoke_token('x'' OR true --')", [(False,)]),
    Attack("revoking by the digest", "SELECT bool_or(access.revoke_token(digest)) FROM access_apitoken", [(False,)]),
    Attack("glass broken for another", "INSERT INTO access_breakglass (id, user_id, reason, started_at, until) VALUES"
           " ('{new}', '{reviewer.pk}', 'x', now(), now() + interval '1 minute')", DENIED),
    Attack("glass broken by an administrator", "INSERT INTO access_breakglass (id, user_id, reason, started_at, until)"
           " VALUES ('{new}', '{administrator.pk}', 'x', now(), now() + interval '1 minute')", DENIED, "administrator"),
    Attack("glass broken by a token", "INSERT INTO access_breakglass (id, user_id, reason, started_at, until) VALUES"
           " ('{new}', '{reviewer.pk}', 'x', now(), now() + interval '1 minute')", DENIED, "reviewer's token"),
    Attack("glass broken for a week", "INSERT INTO access_breakglass (id, user_id, reason, started_at, until) VALUES"
           " ('{new}', '{recorder.pk}', 'x', now(), now() + interval '7 days')", DENIED),
    Attack("glass already mended", "INSERT INTO access_breakglass (id, user_id, reason, started_at, until, ended_at)"
           " VALUES ('{new}', '{recorder.pk}', 'x', now(), now() + interval '1 minute', now())", DENIED),
    Attack("a notice seen by another", "UPDATE access_breakglassnotice SET seen_at = now()", 0),
    Attack("a notice seen by a token", "UPDATE access_breakglassnotice SET seen_at = now()", DENIED,
           "reviewer's token"),
    Attack("a notice of one's own making", "INSERT INTO access_breakglassnotice (break_glass_id, reviewer_id) VALUES"
           " ('{new}', '{recorder.pk}')", DENIED),
    Attack("the permission table", "INSERT INTO access_private.permission VALUES ('recorder', 'review')", DENIED),
    Attack("the principals", "UPDATE access_private.principal SET labels = '{{1,2,3,4,5,6,7}}'", DENIED),
    Attack("the signing key", "UPDATE access_private.house SET key = 'x'", DENIED),
    Attack("the house's state by hand", "UPDATE access_private.house SET state = 'closed'", DENIED),
    Attack("the emergency switch", "SELECT access.set_house_state('closed')", DENIED),
    Attack("the emergency switch, by a token",
           "SELECT access.set_house_state('closed')", DENIED, "administrator's token"),
    Attack("the emergency switch, with SQL inside", "SELECT access.set_house_state('open''; DROP TABLE x --')", CHECK,
           "administrator"),
    # Second factors and invitations
    Attack("a secret put in another's factor", "UPDATE mfa_authenticator SET data = '{{\"secret\": \"x\"}}'", DENIED),
    Attack("a secret put in before the second factor",
           "UPDATE mfa_authenticator SET data = '{{\"secret\": \"x\"}}'", DENIED, "entering"),
    Attack("a factor made another kind", "UPDATE mfa_authenticator SET type = 'recovery_codes'", DENIED, "entering"),
    Attack("a factor handed on", "UPDATE mfa_authenticator SET user_id = '{recorder.pk}'", DENIED, "entering"),
    Attack("a factor taken away", "DELETE FROM mfa_authenticator", DENIED),
    Attack("a factor taken away before it is asked for", "DELETE FROM mfa_authenticator", DENIED, "entering"),
    Attack("the only factor, by a token", "DELETE FROM mfa_authenticator", DENIED, "reviewer's token"),
    Attack("a factor for another",
           "INSERT INTO mfa_authenticator (type, data, created_at, user_id) VALUES ('totp', '{{}}',"
           " now(), '{reviewer.pk}')", DENIED),
    Attack("an invitation", "INSERT INTO access_invitation (id, user_id, made_by_id, digest, activates, created_at,"
           " expires_at) VALUES ('{new}', '{reviewer.pk}', '{recorder.pk}', 'x', true, now(), now())", DENIED),
    Attack("an invitation accepted by a guess", "SELECT access.accept_invitation('x'' OR true --', 'x')", [(None,)]),
    # History and events
    Attack("a seal", "SELECT records.seal_history()", DENIED),
    Attack("a seal broken", "UPDATE records_historyseal SET hash = ''", DENIED),
    Attack("rewriting the history", "UPDATE records_historyentry SET reason = 'x'", DENIED),
    Attack("deleting history", "DELETE FROM records_historyentry", DENIED),
    Attack("inventing history", "INSERT INTO records_historyentry (record_table) VALUES ('x')", DENIED),
    Attack("emptying the history", "TRUNCATE records_historyentry", DENIED),
    Attack("rewriting events", "UPDATE access_event SET reason = 'x'", DENIED),
    Attack("inventing events", "INSERT INTO access_event (kind) VALUES ('sign_in')", DENIED),
    Attack("an event about rights", "SELECT access.note('rights.user', NULL, '', '{{}}', NULL, '{{}}')", DENIED),
    Attack("an event of an unknown kind",
           "SELECT access.note('x''); DROP TABLE access_event; --', NULL, '', '{{}}', NULL,"
           " '{{}}')", DENIED),
    Attack("an event of no kind", "SELECT access.note(NULL, NULL, '', '{{}}', NULL, '{{}}')", "23502"),
    Attack("an event under a hidden label",
           "SELECT access.note('read', NULL, '', '{{}}', {hidden.label}, '{{}}')", DENIED),
    Attack("an event under no label", "SELECT access.note('read', NULL, '', '{{}}', 999999, '{{}}')", DENIED),
    Attack("an event by nobody", "SELECT access.note('sign_in', NULL, '', '{{}}', NULL, '{{}}')", DENIED, None),
    Attack("an event as the owner",
           "SELECT set_config('parley.reader', '', true), access.note('sign_in', NULL, '', '{{}}',"
           " NULL, '{{}}')", DENIED),
    Attack("an event written past the door", "SELECT access_private.add_event('rights.user', NULL, '', '{{}}', NULL,"
           " '{{}}')", DENIED),
    Attack("search entries by hand", "UPDATE records_searchentry SET label_id = 1", DENIED),
    # Records of others, records one may not write
    Attack("a hidden record", f"UPDATE {ACTOR} SET notes = 'x' WHERE id = '{{hidden.actor.pk}}'", 0),
    Attack("hidden records by their words",
           f"UPDATE {ACTOR} SET notes = 'x' WHERE name LIKE 'Rohr%' RETURNING name", []),
    Attack("UPDATE FROM", f"UPDATE {ACTOR} a SET notes = h.name FROM {ACTOR} h WHERE h.name LIKE 'Rohr%'", 0),
    Attack("MERGE",
           f"MERGE INTO {ACTOR} a USING (SELECT '{{hidden.actor.pk}}'::uuid AS id) h ON a.id = h.id WHEN MATCHED"
           " THEN UPDATE SET notes = 'x' WHEN NOT MATCHED THEN DO NOTHING", 0),
    Attack("deleting", f"DELETE FROM {ACTOR} WHERE id = '{{own.pk}}'", DENIED),
    Attack("DELETE USING", f"DELETE FROM {ACTOR} a USING {ACTOR} b WHERE a.id = b.id", DENIED),
    Attack("TRUNCATE", f"TRUNCATE {ACTOR} CASCADE", DENIED),
    Attack("writing as an analyst", f"UPDATE {ACTOR} SET notes = 'x'", 0, "analyst"),
    Attack("adding as an analyst", copy_of("actor", "analyst"), DENIED, "analyst"),
    Attack("writing as a visitor", f"UPDATE {ACTOR} SET notes = 'x'", 0, "anonymous"),
    Attack("writing with a reading token", f"UPDATE {ACTOR} SET notes = 'x'", 0, "reading token"),
    Attack("writing outside a token's scope", f"UPDATE {ACTOR} SET notes = 'x'", 0, "narrow token"),
    Attack("adding outside a token's scope", copy_of("actor"), DENIED, "narrow token"),
    Attack("in another's name", copy_of("actor", "reviewer"), DENIED),
    Attack("in nobody's name", copy_of("actor").replace('"{recorder.pk}"', "null"), DENIED),
    Attack("already verified", copy_of("actor", review_state="verified"), DENIED),
    Attack("already withdrawn", copy_of("actor", withdrawn_at="2025-01-01", withdrawn_reason="x"), DENIED),
    Attack("above one's clearance", copy_of("actor", level=1), DENIED, "low token"),
    Attack("in a compartment one does not belong to", copy_of("actor", compartments=["{room}"]), DENIED),
    Attack("in a compartment that is not there", copy_of("actor", compartments=["999999"]), DENIED),
    Attack("under a hidden parent", copy_of("meeting", channel_id="{hidden.channel.pk}"), DENIED),
    Attack("under a missing parent", copy_of("meeting", channel_id="{new}"), DENIED),
    Attack("a citation on a hidden record", copy_of("citation", record_id="{hidden.outcome.pk}"), DENIED),
    Attack("a citation on a missing record", copy_of("citation", record_id="{new}"), DENIED),
    Attack("COPY into a record", f"COPY {ACTOR} (id) FROM '/etc/hostname'", DENIED),
    Attack("a hidden identifier, if free",
           copy_of("actor", id="{hidden.actor.pk}", tail="ON CONFLICT (id) DO UPDATE SET"
           " notes = 'x' RETURNING name"), DENIED),
    # What the database keeps by itself
    Attack("raising into a compartment", change(compartments="ARRAY[{room}]"), DENIED),
    Attack("raising into a missing one", change(compartments="ARRAY[999999]"), DENIED),
    Attack("from confidential into a hidden public room",
           f"UPDATE {ACTOR} SET level = 0, compartments = ARRAY[{{room}}]"
           " WHERE id = '{secret.actor.pk}'", DENIED),
    Attack("from confidential into a missing room",
           f"UPDATE {ACTOR} SET level = 0, compartments = ARRAY[999999] WHERE id ="
           " '{secret.actor.pk}'", DENIED),
    Attack("moving under a hidden parent", "UPDATE negotiations_meeting SET place_id = '{hidden.place.pk}' WHERE id ="
           " '{open.meeting.pk}'", DENIED),
    Attack("moving under a missing parent", "UPDATE negotiations_meeting SET place_id = '{new}' WHERE id ="
           " '{open.meeting.pk}'", DENIED),
    Attack("verifying one's own", change(review_state="'verified'"), DENIED),
    Attack("verifying as a recorder", "UPDATE negotiations_participant SET review_state = 'verified' WHERE id ="
           " '{open.participant.pk}'", DENIED),
    Attack("back to a draft", change(review_state="'draft'"), DENIED),
    Attack("an unknown review state", change(review_state="'x'"), DENIED),
    Attack("lowering", f"UPDATE {ACTOR} SET level = 0 WHERE id = '{{secret.actor.pk}}'", DENIED),
    Attack("lowering as reviewer without a reason", f"UPDATE {ACTOR} SET level = 0 WHERE id = '{{secret.actor.pk}}'",
           CHECK, "reviewer"),
    Attack("lowering by way of one's own draft", "UPDATE intermediaries_actorname SET actor_id = '{own_draft.pk}'"
           " WHERE id = '{secret.actor_name.pk}'", DENIED),
    Attack("hiding a record in one's own draft", "UPDATE intermediaries_actorname SET actor_id = '{own_draft.pk}'"
           " WHERE id = '{open.actor_name.pk}'", DENIED),
    Attack("waking a withdrawn record", f"UPDATE {ACTOR} SET withdrawn_at = now(), withdrawn_reason = 'x' WHERE id ="
           f" '{{own.pk}}'; UPDATE {ACTOR} SET withdrawn_at = NULL, withdrawn_reason = '' WHERE id ="
           " '{own.pk}'", DENIED),
    Attack("withdrawing without a reason", change(withdrawn_at="now()"), CHECK),
    # The setting emptied in the middle of a statement, after its policies were asked
    Attack("past the guard as the owner", f"UPDATE {ACTOR} SET notes = CASE WHEN id = '{{own.pk}}' THEN"
           " set_config('parley.reader', '', true) ELSE notes END, review_state = CASE WHEN id = '{own.pk}' THEN"
           " 'verified' ELSE review_state END WHERE id IN ('{open.actor.pk}', '{own.pk}')", DENIED),
    Attack("history signed by the owner", f"WITH changed AS (UPDATE {ACTOR} SET notes = 'x' WHERE id = '{{own.pk}}'"
           " RETURNING id) SELECT set_config('parley.reader', '', true) FROM changed", DENIED),
    Attack("rights past the guard", "UPDATE access_user SET role = 'reviewer', username = username ||"
           " set_config('parley.reader', '', true) WHERE id = '{recorder.pk}'", DENIED),
    Attack("label forged beside the principal", "SELECT set_config('parley.reader', replace(current_setting("
           "'parley.reader'), '{recorder.pk}', '{reviewer.pk}'), true), access.my_role()", DENIED),
    # Reports
    Attack("a report in another's name", report_with(owner_id="{reviewer.pk}"), DENIED, "member"),
    Attack("a report made as somebody else", report_with(principal="system"), DENIED, "member"),
    Attack("a report on a conflict not seen", report_with(conflict_id="{new}"), DENIED, "member"),
    Attack("a report turned over to the system", "UPDATE reports_reportrun SET principal = 'system'", DENIED, "member"),
    Attack("a report given away", "UPDATE reports_reportrun SET owner_id = '{recorder.pk}'", DENIED, "member"),
    Attack("another's report changed", "UPDATE reports_reportrun SET owner_id = '{recorder.pk}'", 0),
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_writing(attack, world):
    try_out(attack, world)


@pytest.mark.parametrize(
    ("hidden", "missing"),
    [
        ("under a hidden parent", "under a missing parent"),
        ("a citation on a hidden record", "a citation on a missing record"),
        ("in a compartment one does not belong to", "in a compartment that is not there"),
        ("raising into a compartment", "raising into a missing one"),
        ("moving under a hidden parent", "moving under a missing parent"),
        ("from confidential into a hidden public room", "from confidential into a missing room"),
        ("an event under a hidden label", "an event under no label"),
    ],
)
def test_hidden_is_refused_word_for_word_like_missing(hidden, missing, world):
    by_name = {attack.name: attack for attack in ATTACKS}
    told = []
    for name in (hidden, missing):
        with undone(world.who["recorder"]):
            told.append(answer(by_name[name].statement.format(**vars(world), new="0" * 32)))
    assert told[0] == told[1]


def test_what_is_set_by_hand_is_set_by_the_database(world):
    """Label, draft, version, times, author and reference are the database's, whatever a statement says."""
    with undone(world.who["recorder"]):
        kept = "label_id, draft_of, author_id, reference, recorded_at"
        before = run(f"SELECT {kept}, version FROM {ACTOR} WHERE id = %s", [world.own.pk])
        run(
            f"UPDATE {ACTOR} SET label_id = 4, draft_of = %s, author_id = %s, reference = 'x', recorded_at = now()"
            " - interval '1 year', updated_at = now() - interval '1 year', version = 99, notes = 'x' WHERE id = %s",
            [world.reviewer.pk, world.reviewer.pk, world.own.pk],
        )
        after = run(f"SELECT {kept}, version FROM {ACTOR} WHERE id = %s", [world.own.pk])
        assert after == [(*before[0][:-1], before[0][-1] + 1)]
        assert run(f"SELECT updated_at > now() - interval '1 day' FROM {ACTOR} WHERE id = %s", [world.own.pk]) == [
            (True,)
        ]


def test_a_copied_draft_is_the_writers_own(world):
    """draft_of set by hand to somebody else leaves the writer's own name, and the label is the marking's."""
    with undone(world.who["recorder"]):
        fields = {"draft_of": str(world.reviewer.pk), "label_id": 4, "version": 9, "review_state": "draft", "level": 2}
        run(copy_of("actor", **fields).format(**vars(world), new="0" * 32))
        found = run(f"SELECT a.draft_of, l.level, a.version FROM {ACTOR} a JOIN access_label l ON l.id = a.label_id"
                    " WHERE reference = 'ZZZZZ-ZZZZZ'")  # fmt: skip
        assert found == [(world.recorder.pk, 2, 1)]

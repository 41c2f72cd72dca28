"""Merging and closed periods by plain SQL: who may not, what cannot be, and what would tell of hidden records."""

import pytest

from access.context import acting_as
from tests.attacks.sql.attack import DENIED, Attack, answer, try_out
from tests.standing import CANARY, run, undone

CHECK = "23514"
PLACE = "negotiations_place"
MEETING = "negotiations_meeting"
MINE = "gen_random_uuid()"


def merging(
    record: str, into: str, *, kind: str = "place", author: str = "reviewer", part_of: str = "NULL", **columns: str
) -> str:
    """Return an INSERT that merges one record into another; ids as the world names them."""
    state, reason = columns.get("state", "submitted"), columns.get("reason", "x")
    return (
        "INSERT INTO records_merge (id, reference, external_id, level, compartments, review_state, author_id, version,"
        " recorded_at, updated_at, withdrawn_reason, record_type_id, record_id, into_id, reason, part_of_id)"
        f" SELECT {MINE}, 'ZZZZZ-ZZZZZ', '', {columns.get('level', '0')}, '{{{{}}}}', '{state}',"
        f" '{{{author}.pk}}', 1, now(), now(), '', t.id, '{record}', '{into}', '{reason}', {part_of}"
        f" FROM django_content_type t WHERE t.model = '{kind}' AND t.app_label IN ('negotiations', 'intermediaries',"
        " 'exchanges')"
    )


def locking(conflict: str = "{open.conflict.pk}", *, author: str = "reviewer", level: int = 0, state="submitted"):
    """Return an INSERT that locks a conflict up to the world's day."""
    return (
        "INSERT INTO negotiations_lockedperiod (id, reference, external_id, level, compartments, review_state,"
        " author_id, version, recorded_at, updated_at, withdrawn_reason, conflict_id, until, reason)"
        f" VALUES ({MINE}, 'YYYYY-YYYYY', '', {level}, '{{{{}}}}', '{state}', '{{{author}.pk}}', 1, now(), now(), '',"
        f" '{conflict}', '2025-05-23', 'x')"
    )


def closed(statement: str) -> str:
    """Return the statement after one that locks the open conflict up to the world's day."""
    return f"{locking()}; {statement}"


OWN = (
    'INSERT INTO negotiations_place SELECT (jsonb_populate_record(r, \'{{"id": "{new}", "reference":'
    ' "XXXXX-XXXXX", "author_id": "{reviewer.pk}", "review_state": "submitted"}}\')).*'
    " FROM negotiations_place r WHERE id = '{open.spare.pk}'"
)
TWO = ("{open.spare.pk}", "{open.place.pk}")
WITHDRAW = "withdrawn_at = now(), withdrawn_reason = 'x'"
BACK = "withdrawn_at = NULL, withdrawn_reason = ''"

ATTACKS = [
    # Merging
    Attack("merging, which a reviewer may", merging(*TWO), 1, "reviewer"),
    Attack("merging as a recorder", merging(*TWO, author="recorder"), DENIED),
    Attack("merging in another's name", merging(*TWO, author="recorder"), DENIED, "reviewer"),
    Attack("merging with a recorder's token", merging(*TWO, author="recorder"), DENIED, "low token"),
    Attack("merging a kind that the token leaves out", merging(*TWO), DENIED, "merging token"),
    Attack("merging as administrator", merging(*TWO, author="administrator"), DENIED, "administrator"),
    Attack("merging one's own", f"{OWN}; {merging('{new}', '{open.place.pk}')}", DENIED, "reviewer"),
    Attack("merging into one's own", f"{OWN}; {merging('{open.spare.pk}', '{new}')}", DENIED, "reviewer"),
    Attack("merging what was merged", merging("{open.twin.pk}", "{open.spare.pk}"), CHECK, "reviewer"),
    Attack("merging into what was merged", merging("{open.spare.pk}", "{open.twin.pk}"), CHECK, "reviewer"),
    Attack("merging with itself", merging("{open.spare.pk}", "{open.spare.pk}"), CHECK, "reviewer"),
    Attack("merging a draft", merging("{draft.pk}", "{open.actor.pk}", kind="actor"), CHECK, "reviewer"),
    Attack("merging a kind that is not merged", merging("{open.party.pk}", "{secret.party.pk}", kind="party"), CHECK,
           "reviewer"),
    Attack("merging as a part", merging(*TWO, part_of="'{open.merge.pk}'"), CHECK, "reviewer"),
    Attack("merging as a draft", merging(*TWO, state="draft"), CHECK, "reviewer"),
    Attack("merging as verified", merging(*TWO, state="verified"), DENIED, "reviewer"),
    Attack("merging without a reason", merging(*TWO, reason=""), CHECK, "reviewer"),
    Attack("merging a hidden record", merging("{hidden.spare.pk}", "{open.place.pk}"), DENIED, "reviewer"),
    Attack("merging a missing record", merging("{new}", "{open.place.pk}"), DENIED, "reviewer"),
    Attack("merging into a hidden record", merging("{open.spare.pk}", "{hidden.place.pk}"), DENIED, "reviewer"),
    Attack("merging into a missing record", merging("{open.spare.pk}", "{new}"), DENIED, "reviewer"),
    # What was merged
    Attack("leading a merge elsewhere", "UPDATE records_merge SET into_id = '{open.spare.pk}' WHERE id ="
           " '{open.merge.pk}'", DENIED, "reviewer"),
    Attack("another reason for a merge", "UPDATE records_merge SET reason = 'y' WHERE id = '{open.merge.pk}'", DENIED,
           "reviewer"),
    Attack("a merge made a part", "UPDATE records_merge SET part_of_id = id WHERE id = '{open.merge.pk}'", DENIED,
           "reviewer"),
    Attack("undoing a merge as recorder", f"UPDATE records_merge SET {WITHDRAW} WHERE id = '{{open.merge.pk}}'", 0),
    Attack("undoing a merge without a reason", "UPDATE records_merge SET withdrawn_at = now() WHERE id ="
           " '{open.merge.pk}'", CHECK, "reviewer"),
    Attack("undoing a merge, which a reviewer may", f"UPDATE records_merge SET {WITHDRAW} WHERE id ="
           " '{open.merge.pk}'", 1, "reviewer"),
    Attack("doing an undone merge again", f"UPDATE records_merge SET {WITHDRAW} WHERE id = '{{open.merge.pk}}';"
           f" UPDATE records_merge SET {BACK} WHERE id = '{{open.merge.pk}}'", DENIED, "reviewer"),
    Attack("waking a merged record", f"UPDATE {PLACE} SET {BACK} WHERE id = '{{open.twin.pk}}'", DENIED, "reviewer"),
    Attack("waking a merged record in a block", f"DO $$ BEGIN UPDATE {PLACE} SET {BACK} WHERE id ="
           " '{open.twin.pk}'; END $$", DENIED, "reviewer"),
    Attack("marking a merged record", f"UPDATE {PLACE} SET level = 2 WHERE id = '{{open.twin.pk}}'", DENIED,
           "reviewer"),
    Attack("changing a merged record", f"UPDATE {PLACE} SET name = 'x' WHERE id = '{{open.twin.pk}}'", DENIED,
           "reviewer"),
    Attack("what was moved, read", "SELECT * FROM access_private.moved", DENIED, "reviewer"),
    Attack("what was moved, forged", "INSERT INTO access_private.moved VALUES (gen_random_uuid(), 'x',"
           " '{open.meeting.pk}', 'title', 2)", DENIED, "reviewer"),
    Attack("another rule of merging", "UPDATE access_private.merge_rule SET alone = true", DENIED, "reviewer"),
    Attack("the whole plan", "SELECT access_private.merge_plan(1, '{open.spare.pk}', '{open.place.pk}')", DENIED,
           "reviewer"),
    Attack("the plan of hidden records", "SELECT p.* FROM django_content_type t, records.merge_plan(t.id,"
           " '{hidden.place.pk}', '{open.place.pk}') p WHERE t.model = 'place'", [], "reviewer"),
    Attack("the plan into hidden records", "SELECT p.* FROM django_content_type t, records.merge_plan(t.id,"
           " '{open.place.pk}', '{hidden.place.pk}') p WHERE t.model = 'place'", [], "reviewer"),
    Attack("hidden rows of a plan", "SELECT count(*) FROM django_content_type t, records.merge_plan(t.id,"
           " '{open.actor.pk}', '{secret.actor.pk}') p WHERE t.model = 'actor' AND p.child_id IN"
           " ('{hidden.participant.pk}', '{hidden.claim.pk}')", [(0,)], "reviewer"),
    Attack("what a hidden merge moved", "SELECT * FROM records.undo_plan('{hidden.merge.pk}')", [], "reviewer"),
    Attack("a hidden merge by its record", "SELECT into_id FROM records_merge WHERE record_id = '{hidden.twin.pk}'",
           [], "reviewer"),
    # Closed periods
    Attack("locking, which a reviewer may", locking(), 1, "reviewer"),
    Attack("locking as a recorder", locking(author="recorder"), DENIED),
    Attack("locking as administrator", locking(author="administrator"), DENIED, "administrator"),
    Attack("locking in secret", locking(level=3), DENIED, "reviewer"),
    Attack("locking in a draft", locking(state="draft"), DENIED, "reviewer"),
    Attack("locking a hidden conflict", locking("{hidden.conflict.pk}"), DENIED, "reviewer"),
    Attack("locking a missing conflict", locking("{new}"), DENIED, "reviewer"),
    Attack("unlocking as a recorder", f"UPDATE negotiations_lockedperiod SET {WITHDRAW}", 0),
    Attack("unlocking without a reason", closed("UPDATE negotiations_lockedperiod SET withdrawn_at = now() WHERE"
           " reference = 'YYYYY-YYYYY'"), CHECK, "reviewer"),
    Attack("another day for a lock", closed("UPDATE negotiations_lockedperiod SET until = '1980-01-01' WHERE reference"
           " = 'YYYYY-YYYYY'"), DENIED, "reviewer"),
    Attack("another conflict for a lock", closed("UPDATE negotiations_lockedperiod SET conflict_id ="
           " '{secret.conflict.pk}' WHERE reference = 'YYYYY-YYYYY'"), DENIED, "reviewer"),
    Attack("locking again what was unlocked", closed(f"UPDATE negotiations_lockedperiod SET {WITHDRAW} WHERE reference"
           f" = 'YYYYY-YYYYY'; UPDATE negotiations_lockedperiod SET {BACK} WHERE reference = 'YYYYY-YYYYY'"), DENIED,
           "reviewer"),
    Attack("changed in a closed period", closed(f"UPDATE {MEETING} SET title = 'x' WHERE id = '{{open.meeting.pk}}'"),
           CHECK, "reviewer"),
    Attack("withdrawn in a closed period", closed(f"UPDATE {MEETING} SET {WITHDRAW} WHERE id = '{{open.meeting.pk}}'"),
           CHECK, "reviewer"),
    Attack("everything changed at once", closed("UPDATE exchanges_claim SET notes = 'x'"), CHECK, "reviewer"),
    Attack("taken out of a closed period", closed(f"UPDATE {MEETING} SET started_on = '2026-01-01' WHERE id ="
           " '{open.meeting.pk}'"), CHECK, "reviewer"),
    Attack("a claim taken to another outcome", closed("UPDATE exchanges_claim SET outcome_id = '{secret.outcome.pk}'"
           " WHERE id = '{open.claim.pk}'"), CHECK, "reviewer"),
    Attack("a part taken from its record", closed("UPDATE negotiations_participant SET meeting_id ="
           " '{secret.meeting.pk}' WHERE id = '{open.participant.pk}'"), CHECK, "reviewer"),
    Attack("added by a copy", closed("INSERT INTO negotiations_participant SELECT (jsonb_populate_record(r, '{{\"id\":"
           " \"{new}\", \"reference\": \"XXXXX-XXXXX\", \"author_id\": \"{reviewer.pk}\", \"review_state\":"
           " \"submitted\"}}')).* FROM negotiations_participant r WHERE id = '{open.participant.pk}'"), CHECK,
           "reviewer"),
    Attack("verified in a closed period", closed("UPDATE exchanges_outcome SET review_state = 'changed' WHERE id ="
           " '{open.outcome.pk}'"), CHECK, "reviewer"),
    Attack("a channel with its meetings to another conflict", closed("UPDATE negotiations_channel SET conflict_id ="
           " '{secret.conflict.pk}' WHERE id = '{open.channel.pk}'"), CHECK, "reviewer"),
    Attack("raised in a closed period, which may be", closed(f"UPDATE {MEETING} SET level = 2 WHERE id ="
           " '{open.meeting.pk}'"), 1, "reviewer"),
    Attack("another conflict, which is open", closed(f"UPDATE {MEETING} SET title = 'x' WHERE id ="
           " '{secret.meeting.pk}'"), 1, "reviewer"),
    Attack("the lock of a hidden record", "SELECT records.lock_of('negotiations_meeting', '{hidden.meeting.pk}')",
           [(None,)], "reviewer"),
    Attack("the lock of no record's table", "SELECT records.lock_of('pg_class', '{hidden.meeting.pk}')", [(None,)],
           "reviewer"),
    Attack("the day of a hidden record", "SELECT access_private.day_of('negotiations_meeting', '{{}}')", DENIED,
           "reviewer"),
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_merging(attack, world):
    try_out(attack, world)


@pytest.mark.parametrize(
    ("hidden", "missing"),
    [
        ("merging a hidden record", "merging a missing record"),
        ("merging into a hidden record", "merging into a missing record"),
        ("locking a hidden conflict", "locking a missing conflict"),
    ],
)
def test_hidden_is_refused_word_for_word_like_missing(hidden, missing, world):
    by_name = {attack.name: attack for attack in ATTACKS}
    told = []
    for name in (hidden, missing):
        with undone(world.who["reviewer"]):
            told.append(answer(by_name[name].statement.format(**vars(world), new="0" * 32)))
    assert told[0] == told[1]


def test_a_whole_and_its_part_are_not_merged(world):
    with undone(world.who["system"]):
        outcomes = ("{open.outcome.pk}", "{secret.outcome.pk}")
        run(
            "UPDATE exchanges_outcome SET parent_id = %s WHERE id = %s",
            [world.open.outcome.pk, world.secret.outcome.pk],
        )
        with acting_as(world.who["reviewer"]):
            for pair in (outcomes, outcomes[::-1]):
                told, _words = answer(merging(*pair, kind="outcome", level="3").format(**vars(world)))
                assert told == CHECK, pair


def test_what_is_hidden_moves_along_and_is_told_by_nothing(world):
    """A hidden claim by the merged actor: the reviewer's statement touches one row, and reads no more than before."""
    with undone(world.who["system"]):
        run("UPDATE exchanges_claim SET claimant_id = %s WHERE id = %s", [world.own.pk, world.hidden.claim.pk])
        with acting_as(world.who["reviewer"]):
            found, words = answer(
                merging("{own.pk}", "{open.actor.pk}", kind="actor").format(**vars(world), new="0" * 32)
            )
            assert (found, CANARY in words) == (1, False)
            assert run("SELECT count(*) FROM exchanges_claim WHERE id = %s", [world.hidden.claim.pk]) == [(0,)]
        assert run("SELECT claimant_id FROM exchanges_claim WHERE id = %s", [world.hidden.claim.pk]) == [
            (world.open.actor.pk,)
        ]

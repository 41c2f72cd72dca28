"""Reading what one may not read: every form of SELECT, oracles, catalogues, files, other sessions."""

import pytest

from tests.attacks.sql.attack import DENIED, Attack, try_out
from tests.standing import CANARY, run, undone

TEXT_FILTER = f"name LIKE '{CANARY}%'"
TABLE = "intermediaries_actor"

# The hidden rows are as if they were not there: the recorder sees what is open, confidential without a compartment
# ("Covered") and their own.
ATTACKS = [
    # No reader named
    Attack("nobody reads a record", f"SELECT * FROM {TABLE}", DENIED, None),
    Attack("nobody counts records", f"SELECT count(*) FROM {TABLE}", DENIED, None),
    Attack("nobody reads the history", "SELECT * FROM records_historyentry", DENIED, None),
    Attack("nobody searches", f"SELECT * FROM records.search('{CANARY}', 10)", DENIED, None),
    Attack("nobody reads labels", "SELECT * FROM access_label", DENIED, None),
    Attack("nobody reads events", "SELECT * FROM access_event", DENIED, None),
    Attack("nobody reads reports", "SELECT * FROM reports_reportrun", DENIED, None),
    # Forms of SELECT
    Attack("whole row", f"SELECT a FROM {TABLE} a WHERE {TEXT_FILTER}", []),
    Attack("row as JSON", f"SELECT to_jsonb(a) FROM {TABLE} a WHERE {TEXT_FILTER}", []),
    Attack("TABLE", f"SELECT count(*) FROM (TABLE {TABLE}) a WHERE {TEXT_FILTER}", [(0,)]),
    Attack("ONLY", f"SELECT name FROM ONLY {TABLE} WHERE {TEXT_FILTER}", []),
    Attack("by primary key", f"SELECT name FROM {TABLE} WHERE id = '{{hidden.actor.pk}}'", []),
    Attack("by reference", f"SELECT name FROM {TABLE} WHERE reference = '{{hidden.actor.reference}}'", []),
    Attack("CTE", f"WITH a AS MATERIALIZED (SELECT * FROM {TABLE}) SELECT name FROM a WHERE {TEXT_FILTER}", []),
    Attack("lateral join",
           f"SELECT b.name FROM access_user u, LATERAL (SELECT * FROM {TABLE} WHERE {TEXT_FILTER}) b", []),
    Attack("DISTINCT ON", f"SELECT DISTINCT ON (level) name FROM {TABLE} WHERE {TEXT_FILTER}", []),
    Attack("window", f"SELECT name, lag(name) OVER (ORDER BY name) FROM {TABLE} WHERE {TEXT_FILTER}", []),
    Attack("aggregate", f"SELECT string_agg(name, ',') FILTER (WHERE {TEXT_FILTER}) FROM {TABLE}", [(None,)]),
    Attack("extremes", f"SELECT max(name) FROM {TABLE} WHERE name >= '{CANARY}' AND name < '{CANARY}z'", [(None,)]),
    Attack("grouping sets",
           f"SELECT name, count(*) FROM {TABLE} WHERE {TEXT_FILTER} GROUP BY ROLLUP (name)", [(None, 0)]),
    Attack("set operations", f"SELECT name FROM {TABLE} WHERE {TEXT_FILTER} EXCEPT SELECT 'x'", []),
    Attack("recursive", f"WITH RECURSIVE r AS (SELECT name FROM {TABLE} WHERE {TEXT_FILTER} UNION SELECT name FROM r)"
           " SELECT * FROM r", []),
    Attack("sample", f"SELECT name FROM {TABLE} TABLESAMPLE SYSTEM (100) WHERE {TEXT_FILTER}", []),
    Attack("where the row lies", f"SELECT name FROM {TABLE} WHERE ctid = ANY (SELECT format('(%s,%s)', p, r)::tid FROM"
           f" generate_series(0, 3) p, generate_series(1, 60) r) AND {TEXT_FILTER}", []),
    Attack("who wrote the row", f"SELECT name FROM {TABLE} WHERE xmin::text::bigint > 0 AND {TEXT_FILTER}", []),
    Attack("which table", f"SELECT tableoid::regclass, name FROM {TABLE} WHERE {TEXT_FILTER}", []),
    Attack("locked rows", f"SELECT name FROM {TABLE} WHERE {TEXT_FILTER} FOR UPDATE SKIP LOCKED", []),
    Attack("shared lock", f"SELECT name FROM {TABLE} WHERE id = '{{hidden.actor.pk}}' FOR KEY SHARE", []),
    Attack("join to a part", "SELECT c.number FROM exchanges_claim c WHERE c.claimant_id = '{hidden.actor.pk}'", []),
    Attack("correlated EXISTS", f"SELECT EXISTS (SELECT 1 FROM {TABLE} WHERE {TEXT_FILTER})", [(False,)]),
    Attack("cursor", f"DECLARE c CURSOR FOR SELECT * FROM {TABLE} WHERE {TEXT_FILTER}; FETCH ALL FROM c", []),
    Attack("prepared, then run", f"PREPARE p AS SELECT name FROM {TABLE} WHERE {TEXT_FILTER}; EXECUTE p", []),
    Attack("anonymous block", f"DO $$ BEGIN RAISE EXCEPTION '%', (SELECT count(*) FROM {TABLE} WHERE {TEXT_FILTER});"
           " END $$", "P0001"),
    Attack("block without a count", f"DO $$ BEGIN IF EXISTS (SELECT 1 FROM {TABLE} WHERE {TEXT_FILTER}) THEN"
           " RAISE EXCEPTION 'there is'; END IF; END $$", -1),
    Attack("copy out", f"COPY (SELECT name FROM {TABLE} WHERE {TEXT_FILTER}) TO '/tmp/x'", DENIED),
    Attack("copy to a program", f"COPY {TABLE} TO PROGRAM 'cat'", DENIED),
    Attack("SELECT INTO", f"SELECT * INTO taken FROM {TABLE}", DENIED),
    Attack("what stood in a summary before its release", "SELECT count(*) FROM records_historyentry WHERE"
           " record_table = 'records_publicsummary'", [(0,)], "analyst"),
    # Values in errors
    Attack("cast of a name", f"SELECT name::int FROM {TABLE} WHERE {TEXT_FILTER}", []),
    Attack("cast before the policy",
           f"SELECT 1 FROM {TABLE} WHERE left(name, 6)::text = 'Rohrdo' AND name::int > 0", []),
    Attack("division by nothing",
           f"SELECT 1 FROM {TABLE} WHERE 1 / (CASE WHEN {TEXT_FILTER} THEN 0 ELSE 1 END) = 0", []),
    Attack("division on hidden figures",
           "SELECT 1 FROM exchanges_claim WHERE claimant_words LIKE 'Rohr%' AND 1 / (number - 777) = 0",
           []),
    Attack("square root",
           f"SELECT sqrt(CASE WHEN {TEXT_FILTER} THEN -1 ELSE 1 END) < 0 FROM {TABLE} WHERE {TEXT_FILTER}", []),
    Attack("as XML", f"SELECT name::xml FROM {TABLE} WHERE {TEXT_FILTER}", []),
    Attack("as JSON", f"SELECT name::json FROM {TABLE} WHERE {TEXT_FILTER}", []),
    Attack("bad pattern", f"SELECT 1 FROM {TABLE} WHERE '[' ~ name AND {TEXT_FILTER}", []),
    Attack("query_to_xml",
           f"SELECT query_to_xml('SELECT name FROM {TABLE} WHERE name LIKE ''{CANARY[:5]}%''', false, true,"
           " '')::text NOT LIKE '%<name>%'", [(True,)]),
    Attack("table_to_xml",
           f"SELECT table_to_xml('{TABLE}', false, true, '')::text LIKE '%' || 'Rohr' || '%'", [(False,)]),
    Attack("words of a query", "SELECT word FROM ts_stat('SELECT document FROM records_searchentry') WHERE word LIKE"
           " 'rohr%'", []),
    # Search and history
    Attack("search for a word", f"SELECT * FROM records.search('{CANARY}', 10)", []),
    Attack("search with SQL inside", "SELECT * FROM records.search('x'') OR true --', 10)", []),
    Attack("search with quoting", r"SELECT * FROM records.search('\'' || '' %L %1$L $$ ', 10)", []),
    Attack("search for everything",
           "SELECT count(*) FROM records.search('Rohrdommel OR \"rohrdommelroom\"', NULL)", [(0,)]),
    Attack("search wildcards", "SELECT count(*) FROM records.search('ohrdomm%', 1000)", [(0,)]),
    Attack("search entries", "SELECT * FROM records_searchentry WHERE words LIKE 'rohr%'", []),
    Attack("history of a hidden record",
           "SELECT * FROM records_historyentry WHERE record_id = '{hidden.actor.pk}'", []),
    Attack("history by its words", "SELECT * FROM records_historyentry WHERE after::text LIKE '%Rohr%'", []),
    Attack("another's draft", "SELECT * FROM intermediaries_actor WHERE id = '{draft.pk}'", []),
    Attack("another's draft's history", "SELECT * FROM records_historyentry WHERE record_id = '{draft.pk}'", []),
    Attack("another's report", "SELECT result FROM reports_reportrun", []),
    Attack("another's report, watched", "SELECT result FROM reports_reportrun", [], "administrator"),
    # Labels, compartments, who belongs to them
    Attack("compartments", "SELECT code FROM access_compartment", []),
    Attack("compartments one is no member of", "SELECT count(*) FROM access_compartment", [(1,)], "member"),
    Attack("members of compartments", "SELECT * FROM access_membership", []),
    Attack("labels one cannot read", "SELECT * FROM access_label WHERE compartments <> '{{}}'", []),
    Attack("join of a label one cannot read", "SELECT access.join_labels(ARRAY[{hidden.label}])", DENIED),
    Attack("join of a label that is not there", "SELECT access.join_labels(ARRAY[999999])", DENIED),
    Attack("join by guessing", "SELECT access.join_labels(ARRAY(SELECT generate_series(1, 100)))", DENIED),
    Attack("making a label", "SELECT access_private.label_for(3, ARRAY[{room}])", DENIED),
    Attack("making a label of nothing", "SELECT access_private.label_for(3, ARRAY[999999])", DENIED),
    Attack("readers of a hidden label", "SELECT access.readers_of({hidden.label})", [(0,)]),
    Attack("readers of no label", "SELECT access.readers_of(999999)", [(0,)]),
    Attack("events of others", "SELECT count(*) FROM access_event WHERE detail::text LIKE '%Rohr%'", [(0,)]),
    Attack("events of a compartment, by who keeps watch", "SELECT count(*) FROM access_event WHERE kind = 'export'",
           [(0,)], "reviewer"),
    Attack("broken glass of others", "SELECT * FROM access_breakglass", []),
    Attack("invitations", "SELECT * FROM access_invitation", []),
    Attack("how much there is, by verifying", "SELECT * FROM records.verify_history(NULL, NULL)", DENIED),
    Attack("how much there is, by the seals", "SELECT * FROM records_historyseal", []),
    Attack("who was told of it", "SELECT * FROM access_breakglassnotice", []),
    # What must stay closed to everybody
    Attack("the signing key", "SELECT key FROM access_private.house", DENIED),
    Attack("the principals", "SELECT * FROM access_private.principal", DENIED),
    Attack("the permission table", "SELECT * FROM access_private.permission", DENIED),
    Attack("the edges", "SELECT * FROM access_private.edge", DENIED),
    Attack("password hashes of the server", "SELECT rolpassword FROM pg_authid", DENIED),
    Attack("statistics of the server", "SELECT * FROM pg_statistic", DENIED),
    Attack("statistics of a table", f"SELECT most_common_vals FROM pg_stats WHERE tablename = '{TABLE}'", []),
    Attack("statistics of what search holds", "SELECT * FROM pg_stats WHERE tablename = 'records_searchentry'", []),
    Attack("extended statistics", "SELECT * FROM pg_stats_ext", []),
    Attack("large objects", "SELECT * FROM pg_largeobject", DENIED),
    Attack("prepared transactions", "SELECT * FROM pg_prepared_xacts", []),
    Attack("a sequence's value", "SELECT last_value FROM access_event_id_seq", DENIED),
    Attack("a sequence's next value", "SELECT nextval('access_event_id_seq')", DENIED),
    Attack("a sequence's current value", "SELECT currval('records_historyentry_id_seq')", DENIED),
    Attack("sequences listed", "SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL", []),
    Attack("a file", "SELECT pg_read_file('PG_VERSION')", DENIED),
    Attack("a folder", "SELECT pg_ls_dir('.')", DENIED),
    Attack("the data folder's name", "SHOW data_directory", DENIED),
    Attack("the server's settings files", "SELECT * FROM pg_hba_file_rules", DENIED),
    Attack("a large object to a file", "SELECT lo_export(1, '/tmp/x')", DENIED),
    Attack("a file to a large object", "SELECT lo_import('/etc/hostname')", DENIED),
    Attack("another server", "SELECT dblink('dbname=parley', 'SELECT 1')", "42883"),
    Attack("a library", "LOAD 'auto_explain'", DENIED),
    Attack("switch on the watching of statements", "SET track_activities = on", DENIED),
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_reading(attack, world):
    try_out(attack, world)


def test_who_may_sees_what_the_attacks_look_for(world):
    """The control: the same questions by the one who may are answered."""
    with undone(world.who["member"]):
        assert run(f"SELECT count(*) FROM {TABLE} WHERE {TEXT_FILTER}") == [(1,)]
        assert run(f"SELECT count(*) > 5 FROM records.search('{CANARY}', 100)") == [(True,)]
        assert run("SELECT count(*) FROM records_historyentry WHERE after::text LIKE '%Rohr%'")[0][0] > 20
        assert CANARY in repr(run("SELECT result FROM reports_reportrun"))
        assert CANARY in repr(run("SELECT code FROM access_compartment"))
        ((label,),) = run("SELECT label_id FROM intermediaries_actor WHERE id = %s", [world.hidden.actor.pk])
        assert run("SELECT access.join_labels(ARRAY[%s])", [label]) == [(f"(3,{{{world.room}}})",)]
        assert run("SELECT access.readers_of(%s)", [label]) == [(1,)]
    with undone(world.who["reviewer"]):
        assert CANARY in repr(run("SELECT reason FROM access_breakglass"))
        assert run("SELECT count(*) > 0 FROM access_breakglassnotice") == [(True,)]
    with undone(world.who["system"]):
        assert run("SELECT count(*) > 0 FROM records_historyseal") == [(True,)]
        assert CANARY in repr(run("SELECT detail FROM access_event WHERE kind = 'export'"))

"""Changing the database, its roles and its settings; bringing objects of one's own; the settings of a session."""

import pytest

from tests.attacks.sql.attack import DENIED, Attack, try_out
from tests.standing import CANARY, run, undone

ACTOR = "intermediaries_actor"

ATTACKS = [
    # Another role
    Attack("the owner's role", "SET LOCAL ROLE parley_owner", DENIED),
    Attack("the owner's session", "SET LOCAL SESSION AUTHORIZATION parley_owner", DENIED),
    Attack("the superuser's role", "SET LOCAL ROLE postgres", DENIED),
    Attack("membership of the owner", "GRANT parley_owner TO parley_app", DENIED),
    Attack("reading everything", "GRANT pg_read_all_data TO parley_app", DENIED),
    Attack("bypassing the policies", "ALTER ROLE parley_app BYPASSRLS", DENIED),
    Attack("a superuser", "ALTER ROLE parley_app SUPERUSER", DENIED),
    Attack("a new role", "CREATE ROLE mole LOGIN", DENIED),
    Attack("watching from now on", "ALTER ROLE parley_app SET track_activities = on", DENIED),
    Attack("replaying as a replica", "SET LOCAL session_replication_role = replica", DENIED),
    # Rights
    Attack("a right on the history", "GRANT UPDATE ON records_historyentry TO parley_app; SELECT"
           " has_table_privilege('records_historyentry', 'UPDATE')", [(False,)]),
    Attack("rights on everything", "GRANT ALL ON ALL TABLES IN SCHEMA public TO parley_app", DENIED),
    Attack("a right for everybody", f"GRANT SELECT ON {ACTOR} TO PUBLIC; SELECT count(*) FROM information_schema"
           f".role_table_grants WHERE grantee = 'PUBLIC' AND table_name = '{ACTOR}'", [(0,)]),
    Attack("the private schema", "GRANT USAGE ON SCHEMA access_private TO parley_app", DENIED),
    Attack("owning a table", f"ALTER TABLE {ACTOR} OWNER TO parley_app", DENIED),
    Attack("owning what the owner has", "REASSIGN OWNED BY parley_owner TO parley_app", DENIED),
    # Policies and triggers
    Attack("no policies", f"ALTER TABLE {ACTOR} DISABLE ROW LEVEL SECURITY", DENIED),
    Attack("no force", f"ALTER TABLE {ACTOR} NO FORCE ROW LEVEL SECURITY", DENIED),
    Attack("a policy opened", f"ALTER POLICY read ON {ACTOR} USING (true)", DENIED),
    Attack("a policy dropped", f"DROP POLICY read ON {ACTOR}", DENIED),
    Attack("a policy added", f"CREATE POLICY mine ON {ACTOR} USING (true)", DENIED),
    Attack("no triggers", f"ALTER TABLE {ACTOR} DISABLE TRIGGER ALL", DENIED),
    Attack("no guard", f"DROP TRIGGER c_guard_record ON {ACTOR}", DENIED),
    Attack("a trigger of one's own", f"CREATE TRIGGER mine BEFORE UPDATE ON {ACTOR} FOR EACH ROW EXECUTE FUNCTION"
           " suppress_redundant_updates_trigger()", DENIED),
    Attack("a rule", f"CREATE RULE mine AS ON SELECT TO {ACTOR} DO INSTEAD SELECT 1", DENIED),
    Attack("a column", f"ALTER TABLE {ACTOR} ADD COLUMN mine int DEFAULT 1", DENIED),
    Attack("no constraint", f"ALTER TABLE {ACTOR} DROP CONSTRAINT actor_level_known", DENIED),
    Attack("an index with a function", f"CREATE INDEX ON {ACTOR} (upper(name))", DENIED),
    Attack("statistics of one's own", f"CREATE STATISTICS mine ON name, notes FROM {ACTOR}", DENIED),
    Attack("the door itself", "CREATE OR REPLACE FUNCTION access.my_labels() RETURNS int[] LANGUAGE sql AS 'SELECT"
           " ARRAY[1,2,3,4,5,6]'", DENIED),
    Attack("protecting anew", f"CALL access.protect('{ACTOR}', '{{{{}}}}', 'read')", DENIED),
    Attack("unprotecting", f"CALL access.unprotect('{ACTOR}')", DENIED),
    Attack("a guard called by hand", "SELECT access_private.guard_record()", DENIED),
    Attack("a definer made an invoker", "ALTER FUNCTION access.me() SECURITY INVOKER", DENIED),
    Attack("a definer's path", "ALTER FUNCTION access.me() SET search_path = pg_temp", DENIED),
    Attack("the database's settings", "ALTER DATABASE parley SET row_security = off", DENIED),
    Attack("the server's settings", "SELECT set_config('log_statement', 'all', true)", DENIED),
    # Objects of one's own, to stand before the real ones or to talk while they are asked
    Attack("a temporary table", "CREATE TEMP TABLE access_label (id int, level int, compartments int[])", DENIED),
    Attack("a temporary function",
           "CREATE FUNCTION pg_temp.leak(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS"
           " 'BEGIN RAISE NOTICE ''%'', $1; RETURN true; END'", DENIED),
    Attack("a temporary view", f"CREATE TEMP VIEW all_of_it AS SELECT * FROM {ACTOR}", DENIED),
    Attack("a temporary sequence", "CREATE TEMP SEQUENCE mine", DENIED),
    Attack("a table", "CREATE TABLE public.mine (id int)", DENIED),
    Attack("a view", f"CREATE VIEW public.mine AS SELECT * FROM {ACTOR}", DENIED),
    Attack("a kept view", f"CREATE MATERIALIZED VIEW public.mine AS SELECT * FROM {ACTOR}", DENIED),
    Attack("a function before the real one", "CREATE FUNCTION public.unaccent(text, int) RETURNS text LANGUAGE sql AS"
           " 'SELECT 1'", DENIED),
    Attack("a function in the door", "CREATE FUNCTION access.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'", DENIED),
    Attack("a function in the catalogue",
           "CREATE FUNCTION pg_catalog.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'", DENIED),
    Attack("an operator", "CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = int, FUNCTION = texteq)", DENIED),
    Attack("a cast", "CREATE CAST (text AS int) WITH INOUT AS IMPLICIT", DENIED),
    Attack("a type", "CREATE TYPE public.mine AS (a int)", DENIED),
    Attack("a domain", "CREATE DOMAIN public.mine AS text", DENIED),
    Attack("a schema", "CREATE SCHEMA mine", DENIED),
    Attack("an extension", "CREATE EXTENSION dblink SCHEMA public", DENIED),
    Attack("a foreign server", "CREATE SERVER mine FOREIGN DATA WRAPPER postgres_fdw", "42704"),
    Attack("an event trigger", "CREATE EVENT TRIGGER mine ON ddl_command_start EXECUTE FUNCTION pg_notify()", DENIED),
    Attack("a publication", f"CREATE PUBLICATION mine FOR TABLE {ACTOR}", DENIED),
    Attack("a subscription", "CREATE SUBSCRIPTION mine CONNECTION 'dbname=parley' PUBLICATION p"
           " WITH (connect = false)", DENIED),
    Attack("a replication slot", "SELECT pg_create_physical_replication_slot('mine')", DENIED),
    Attack("a dictionary", "ALTER TEXT SEARCH CONFIGURATION records.plain DROP MAPPING FOR word", DENIED),
    Attack("words about a column", f"COMMENT ON TABLE {ACTOR} IS 'x'", DENIED),
    Attack("a security label", f"SECURITY LABEL ON TABLE {ACTOR} IS 'x'", "22023"),
    # Transactions
    Attack("policies off", f"SET LOCAL row_security = off; SELECT name FROM {ACTOR}", DENIED),
    Attack("constraints put off",
           f"SET CONSTRAINTS ALL DEFERRED; SELECT name FROM {ACTOR} WHERE name LIKE 'Rohr%'", []),
    Attack("savepoints",
           f"SAVEPOINT a; SELECT set_config('parley.reader', 'system', true); ROLLBACK TO a; SELECT name FROM"
           f" {ACTOR} WHERE name LIKE 'Rohr%'", []),
    Attack("a savepoint released", "SAVEPOINT a; SELECT set_config('parley.reader', 'system', true); RELEASE a; SELECT"
           " access.my_role()", DENIED),
]  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
def test_structure(attack, world):
    try_out(attack, world)


SETTINGS = [
    "plan_cache_mode = force_generic_plan", "plan_cache_mode = force_custom_plan", "jit = on", "jit_above_cost = 0",
    "max_parallel_workers_per_gather = 8", "parallel_setup_cost = 0", "force_parallel_mode = on",
    "enable_seqscan = off", "enable_indexscan = off", "enable_bitmapscan = off", "enable_hashagg = off",
    "work_mem = '64kB'", "default_transaction_read_only = on", "search_path = records, access, public",
    "search_path = pg_temp, public", "standard_conforming_strings = off", "escape_string_warning = off",
    "DateStyle = 'German'", "IntervalStyle = 'sql_standard'", "TimeZone = 'Asia/Kathmandu'", "extra_float_digits = -15",
    "bytea_output = 'escape'", "xmlbinary = 'hex'", "array_nulls = off", "transform_null_equals = on",
    "quote_all_identifiers = on", "constraint_exclusion = on", "geqo_threshold = 2", "from_collapse_limit = 1",
    "statement_timeout = '60s'", "lock_timeout = '60s'", "check_function_bodies = off", "lc_numeric = 'C'",
    "default_text_search_config = 'pg_catalog.english'", "debug_print_plan = on", "client_min_messages = debug5",
    "parley.act = '{\"door\": \"page\", \"reason\": \"x\"}'", "parley.labels = '{1,2,3,4,5,6,7,8,9}'",
]  # fmt: skip


@pytest.mark.parametrize("setting", SETTINGS)
def test_a_setting_changes_nothing_of_what_is_read(setting, world):
    with undone(world.who["recorder"]):
        before = run(f"SELECT count(*) FROM public.{ACTOR}")
        run(f"SET LOCAL {setting}")
        assert run(f"SELECT count(*) FROM public.{ACTOR}") == before
        assert run("SELECT access.my_role()") == [("recorder",)]
        assert run(f"SELECT name FROM public.{ACTOR} WHERE name LIKE '{CANARY}%'") == []
        assert run(f"SELECT * FROM records.search('{CANARY}', 10)") == []
        assert run(r"SELECT * FROM records.search(E'\\'' OR true -- ' || '\\', 10)") == []

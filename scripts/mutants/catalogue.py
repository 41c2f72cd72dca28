"""Every way in which the rules are damaged, read from the catalogue of a whole database."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

ROLE = "parley_app"


POLICIES = "tests/access/test_policies.py"
RECORDS = ("intermediaries_", "sources_", "negotiations_", "exchanges_", "records_publicsummary", "records_summaryof",
           "records_embargo")  # fmt: skip
LOCKS = "tests/access/test_two_locks.py"
# Tables that are about one thing have their own tests.
OWN_TESTS = {
    "access_mailaddress": ("tests/access/test_mail_address.py",),
    "desk_keptform": ("tests/desk/test_entry_keeping.py",),
    "desk_reminder": ("tests/desk/test_reminders.py",),
    "intake_candidate": ("tests/intake/test_inbox.py",),
    "intake_candidaterecord": ("tests/attacks/sql/test_brought.py",),
    "intake_importedrecord": ("tests/attacks/sql/test_brought.py",),
    "intake_importrun": ("tests/attacks/sql/test_brought.py", "tests/attacks/sql/test_runs.py"),
}


@dataclass(frozen=True)
class Mutant:
    """One damage: the statement that does it as the owner, or the plugin that does it in Python."""

    name: str
    statement: str = ""
    plugin: str = ""
    first: tuple[str, ...] = ()  # what is asked before all other tests, because it should notice


def all_mutants(ask: Callable[[str], list[tuple]]) -> Iterator[Mutant]:
    """Yield every mutant; ``ask`` runs a query as the owner of an undamaged database."""
    yield from policies(ask)
    yield from triggers(ask)
    yield from permissions(ask)
    yield from rights(ask)
    yield from functions(ask)
    for plugin, what in (
        ("unsigned", "acting_as signs nothing"),
        ("unnamed", "acting_as names nobody"),
        ("generous", "may() says yes to everything"),
        ("unwatched", "reads of restricted records are not noted"),
    ):
        yield Mutant(f"python: {what}", plugin=f"scripts.mutants.plugins.{plugin}")


def of(table: str) -> tuple[str, ...]:
    """Return the tests that should notice damage to one table: a record's are named after it."""
    if table.startswith(RECORDS):
        return (POLICIES, "-k", f"[{table}]")
    return OWN_TESTS.get(table, ())


def policies(ask) -> Iterator[Mutant]:
    """Each policy dropped; each condition of it replaced by true."""
    for table, name, command, using, check in ask(
        "SELECT tablename, policyname, cmd, qual IS NOT NULL, with_check IS NOT NULL FROM pg_policies"
        " WHERE schemaname = 'public' ORDER BY 1, 2"
    ):
        on = f'"{name}" ON "{table}"'
        yield Mutant(f"policy {table}.{name} dropped", f"DROP POLICY {on}", first=of(table))
        if using:
            yield Mutant(f"policy {table}.{name} USING true", f"ALTER POLICY {on} USING (true)", first=of(table))
        # Without a WITH CHECK the condition of USING is checked, so there is always one to open.
        if check or command in ("UPDATE", "ALL"):
            yield Mutant(
                f"policy {table}.{name} WITH CHECK true", f"ALTER POLICY {on} WITH CHECK (true)", first=of(table)
            )
    for (table,) in ask(
        "SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace ORDER BY 1"
    ):
        statement = f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY'
        yield Mutant(f"policies of {table} switched off", statement, first=of(table))


def triggers(ask) -> Iterator[Mutant]:
    """Each trigger of ours disabled."""
    for schema, table, name in ask(
        "SELECT c.relnamespace::regnamespace::text, c.relname, t.tgname FROM pg_trigger t"
        " JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal AND c.relnamespace::regnamespace::text IN"
        " ('public', 'access_private') ORDER BY 2, 3"
    ):
        statement = f'ALTER TABLE {schema}."{table}" DISABLE TRIGGER "{name}"'
        yield Mutant(f"trigger {table}.{name} disabled", statement, first=of(table))


def permissions(ask) -> Iterator[Mutant]:
    """Each permission taken away; each that a role has not, given."""
    asked = (LOCKS, "-k", "permission")
    rows = set(ask("SELECT role, action FROM access_private.permission"))
    roles, actions = sorted({role for role, _ in rows}), sorted({action for _, action in rows})
    for role in roles:
        for action in actions:
            if (role, action) in rows:
                statement = f"DELETE FROM access_private.permission WHERE role = '{role}' AND action = '{action}'"
                yield Mutant(f"permission {role}: no {action}", statement, first=asked)
            else:
                statement = f"INSERT INTO access_private.permission VALUES ('{role}', '{action}')"
                yield Mutant(f"permission {role}: also {action}", statement, first=asked)


def rights(ask) -> Iterator[Mutant]:
    """Each right on a table that the application has not, given; the schemas, the functions and the database opened."""
    asked = (POLICIES, "-k", "written_down or private_schema")
    for table, right in ask(
        "SELECT c.relname, r.name FROM pg_class c, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS r(name)"
        " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
        f" AND NOT has_table_privilege('{ROLE}', c.oid, r.name) ORDER BY 1, 2"
    ):
        yield Mutant(f"right {right} on {table}", f'GRANT {right} ON "{table}" TO {ROLE}', first=asked)
    for what, statement in {
        "the private schema": "GRANT USAGE ON SCHEMA access_private",
        "making labels": "GRANT EXECUTE ON FUNCTION access_private.label_for",
        "unprotecting": "GRANT EXECUTE ON PROCEDURE access.unprotect",
        "tables of its own": "GRANT CREATE ON SCHEMA public",
        "sequences": "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public",
    }.items():
        yield Mutant(f"right: {what}", f"{statement} TO {ROLE}", first=asked)
    yield Mutant("right: temporary objects", "DO $$ BEGIN EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO PUBLIC',"
                 " current_database()); END $$")  # fmt: skip


# Function, what is found in its text, what stands there instead.
EDITS = [
    ("access.me", r"OR parts\[3\] <> .*?'hex'\)", "", "signature not checked"),
    ("access.me", r"parts\[2\] <> extract\(epoch FROM now\(\)\)::text\s+OR", "", "transaction not checked"),
    ("access.me", r"OR found_principal\.expires_at <= statement_timestamp\(\)", "", "expiry not checked"),
    ("access.me", r"house\.state = 'closed' AND", "false AND", "a closed house stays open"),
    ("access.me", r"house\.state <> 'open' AND", "false AND", "the emergency switch does nothing"),
    ("access.me", r"found_principal\.role <> 'administrator'\s+OR found_principal\.name NOT LIKE 'user:%'",
     "found_principal.role <> 'administrator'", "an administrator's token in a closed house"),
    ("access.me", r"found_principal\.wide_until > statement_timestamp\(\)", "found_principal.wide_until IS NOT NULL",
     "broken glass stays broken"),
    ("access.me", r"'read' <> ALL \(found_principal\.permissions\)", "false", "labels without the right to read"),
    ("access.my_own_labels", r"\(SELECT labels FROM .*?\(access\.me\(\)\)\.name\)", "access.my_labels()",
     "broken glass widens writing"),
    ("access.may_write", r"\(write_tables IS NULL OR .*?\)\)", "true", "a token's scope not checked"),
    ("access_private.owner_at_work", r"AND pg_has_role\(.*'MEMBER'\)", "", "an empty setting passes for the owner"),
    ("access.join_labels", r"NOT labels <@ access\.my_labels\(\)", "false", "labels of others joined"),
    ("access.readers_of", r"AND asked_label = ANY \(access\.my_labels\(\)\)", "", "readers of hidden labels counted"),
    ("access.note", r"under_label <> ALL \(access\.my_labels\(\)\)", "false", "events under hidden labels"),
    ("access.note", r"kind NOT IN \(.*?\)", "false", "events of any kind"),
    ("access.set_house_state", r"NOT access\.may\('manage'\)", "false", "anybody closes the house"),
    ("access.revoke_token", r"digest = encode\(.*?'hex'\) AND", "", "any secret revokes every token"),
    ("records.search", r"s\.label_id = ANY \(%2\$L::int\[\]\) AND", "true OR", "search without labels"),
    ("records.search", r"AND \(s\.draft_of IS NULL OR s\.draft_of = %3\$L OR %4\$L\)", "", "search finds drafts"),
    ("access_private.label_with", r"parent\.compartments;", "'{}'::int[];", "compartments of parents not inherited"),
    ("access_private.label_with", r"greatest\(joined_level, parent\.level\)", "joined_level",
     "levels of parents not inherited"),
    ("access_private.set_label", r"cardinality\(labels\) = 1", "cardinality(labels) > 0", "one parent is enough"),
    ("access_private.set_label", r"NEW\.level = 0 AND NEW\.compartments = '\{\}'", "true", "own marking not asked"),
    ("access_private.set_label", r"coalesce\(draft_author, parent\.draft_of\)", "draft_author", "drafts not inherited"),
    ("access_private.set_label", r"IF NOT NEW\.compartments <@ .*? THEN", "IF false THEN", "missing compartments told"),
    ("access_private.guard_record", r"NEW\.draft_of IS NOT NULL AND NEW\.draft_of IS DISTINCT",
     "false AND NEW.draft_of IS DISTINCT", "records vanish into drafts"),
    ("access_private.guard_record", r"'lower' <> ALL \(reader\.permissions\)", "false", "anybody lowers"),
    ("access_private.guard_record", r"access\.reason_given\(\) = ''", "false", "lowering without a reason"),
    ("access_private.guard_record", r"needed <> ALL \(reader\.permissions\)", "false", "anybody wakes the withdrawn"),
    ("access_private.guard_record",
     r"AND NOT access_private\.has_written\(OLD\.id, OLD\.author_id, reader\.user_id\)", "", "one verifies one's own"),
    ("access_private.guard_record", r"AND NOT rewritten", "", "rewritten while it is verified"),
    ("access_private.guard_record", r"NEW\.review_state := 'changed';", "NULL;", "changed and still verified"),
    ("access_private.guard_record", r"NEW\.review_state = 'returned' AND OLD\.review_state <> 'returned' AND",
     "false AND", "returned without a note"),
    ("access_private.guard_record", r"AND 'review' = ANY \(reader\.permissions\)", "", "anybody verifies"),
    ("access_private.guard_record", r"OR NEW\.label_id <> ALL \(reader\.labels\)", "",
     "the guard tells of labels above"),
    ("access_private.guard_record", r"PERFORM access_private\.check_unmerged\(.*?\)\);", "", "merged records changed"),
    ("access_private.rewrites", r"AND \(new_row ->> 'version'\)::int IN \(m\.version, m\.version_back\)", "",
     "a link once moved is moved unseen for ever"),
    ("access_private.check_unmerged", r"pg_trigger_depth\(\) = 1", "false", "merged records woken"),
    ("access_private.guard_merge", r"access_private\.has_written\(.*?reader\.user_id\)", "false",
     "one merges one's own"),
    ("access_private.guard_merge", r"OR told ->> 'draft_of' IS NOT NULL", "", "drafts merged"),
    ("access_private.guard_merge", r"told ->> 'withdrawn_at' IS NOT NULL OR", "", "merged twice"),
    ("access_private.guard_merge", r"access_private\.hang_together\(.*?\)", "false", "wholes merged into their parts"),
    ("access_private.guard_merge", r"OR is_part <> \(NEW\.part_of_id IS NOT NULL\)", "", "parts merged alone"),
    ("access_private.guard_merge", r"NOT access\.may_write\(kind, 'merge'\)", "false", "tokens merge any kind"),
    ("access_private.guard_merge", r"OLD\.withdrawn_at IS NOT NULL AND NEW\.withdrawn_at IS NULL", "false",
     "undone merges done again"),
    ("access_private.guard_merge", r"IF until IS NOT NULL THEN", "IF false THEN", "merged into a locked period"),
    ("access_private.merge", r"SELECT NOT \(ours\.level", "SELECT false AND NOT (ours.level",
     "parts of secret records opened"),
    ("access_private.follow_kept", r"greatest\(r\.level, l\.level\)", "r.level", "merged records below the kept one"),
    ("access_private.merge_plan", r"AND t\.is_level >= o\.is_level AND t\.is_in @> o\.is_in", "",
     "visible parts swallowed by hidden ones"),
    ("access_private.unmerge", r"CASE WHEN falls\.no_lower THEN m\.was_level ELSE r\.level END",
     "coalesce(m.was_level, r.level)", "undoing opens"),
    ("records.merge_plan", r"WHERE p\.label_id = ANY \(reader\.labels\)\s+AND", "WHERE", "hidden parts of a plan"),
    ("records.merge_plan", r"IF seen = 2 THEN", "IF true THEN", "plans of hidden records"),
    ("records.undo_plan", r"WHERE p\.label_id = ANY \(reader\.labels\)\s+AND", "WHERE", "hidden parts of a merge"),
    ("access_private.lock_on", r"told ->> 'draft_of' IS NOT NULL\s+OR", "", "drafts locked"),
    ("access_private.guard_period", r"WHERE to_jsonb\(b\) - decided IS DISTINCT FROM to_jsonb\(w\) - decided", "",
     "marking locked"),
    ("access_private.guard_period", r"access_private\.lock_on\(TG_TABLE_NAME, to_jsonb\(b\)\)", "NULL",
     "moved out of a locked period"),
    ("access_private.guard_lock", r"NEW\.review_state = 'draft'\s+OR", "", "locks in drafts"),
    ("access_private.write_history", r"IF TG_OP = 'UPDATE' AND OLD\.label_id <> NEW\.label_id THEN", "IF false THEN",
     "lowering shows the row before"),
    ("access_private.guard_authenticator", r"AND to_jsonb\(NEW\) - 'last_used_at'.*?THEN", "THEN",
     "factors changed before they are shown"),
    ("access_private.guard_authenticator", r"IF is_own AND access\.my_name\(\) LIKE 'user:%'",
     "IF access.my_name() LIKE 'user:%'", "factors of others changed"),
    ("access_private.guard_invitation", r"access\.my_name\(\) LIKE 'user:%' AND access\.may\('manage'\)", "true",
     "anybody invites"),
    ("records.seal_history", r"access\.my_role\(\) <> 'system'", "false", "anybody seals"),
    ("records.verify_history", r"access\.my_role\(\) <> 'system'", "false", "anybody verifies the history"),
    ("access_private.refuse_rewriting", r"RAISE EXCEPTION.*?;", "RETURN NEW;", "history rewritten"),
    ("access_private.set_own_label", r"NEW\.principal <> access\.my_name\(\)", "false", "reports as somebody else"),
    ("access_private.guard", r"NEW\.id = access\.my_user\(\) AND to_jsonb\(NEW\) - 'password'",
     "to_jsonb(NEW) - 'password'", "anybody sets passwords"),
    ("access_private.guard", r"is_manager AND coalesce\(NEW\.id, OLD\.id\) IS DISTINCT FROM access\.my_user\(\)",
     "is_manager", "administrators promote themselves"),
    ("access_private.guard", r"PERFORM access\.need_reason\(\);", "", "rights without a reason"),
    ("access_private.guard", r"is_person AND access\.may\('manage'\)", "access.may('manage')", "tokens manage"),
    ("access_private.guard", r"AND NEW\.until <= statement_timestamp\(\) \+ interval '1 hour'", "", "glass for longer"),
    ("access_private.refresh_principals", r"l\.compartments <@ w\.compartments", "true", "compartments not asked"),
    ("access_private.refresh_principals", r"l\.level <= w\.clearance AND", "", "levels not asked"),
    ("access_private.refresh_principals", r"least\(p\.clearance, t\.max_level\)", "p.clearance", "tokens of any level"),
    ("access_private.refresh_principals", r"WHERE u\.is_active", "", "the deactivated stay"),
    ("access_private.refresh_principals", r"t\.revoked_at IS NULL AND", "", "revoked tokens stay"),
]  # fmt: skip


def functions(ask) -> Iterator[Mutant]:
    """Each rule inside a function taken out; raises LookupError where the text to damage is no longer there."""
    for function, pattern, instead, what in EDITS:
        ((text,),) = ask(f"SELECT pg_get_functiondef('{function}'::regproc)")
        damaged, count = re.subn(pattern, lambda _match, instead=instead: instead, text, flags=re.DOTALL)
        if not count:
            raise LookupError(f"{function} no longer holds what “{what}” would damage: {pattern}")
        refresh = "; UPDATE access_user SET role = role" if function.endswith("refresh_principals") else ""
        yield Mutant(f"function {function}: {what}", damaged + refresh)

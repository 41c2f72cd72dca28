"""The migration operations that put a model's table behind the reading door, and take it from there."""

from django.db import router
from django.db.migrations.operations.base import Operation

TRIGGERS = ("b_keep_version", "zz_begin_history", "zz_write_history", "z_index_words", "z_index_words_anew")


class Protect(Operation):
    """Give a record's table its label, policies, version, history, search entry, indexes of what waits and what
    was withdrawn.

    The parents, whose labels it inherits, are its foreign keys to other records, read from the model itself; a
    generic link (``record_type`` with ``record_id``, or ``into_id``) counts as one. ``search`` names the columns
    whose words are found by the search, ``action`` what the permission table must allow to whoever writes. Reversible.
    """

    reversible = True

    def __init__(self, model_name: str, search: tuple[str, ...] = (), action: str = "write"):
        self.model_name = model_name
        self.search = search
        self.action = action

    def state_forwards(self, app_label, state):
        pass

    def parents(self, model) -> list[str]:
        """Return parent table and column, alternating."""
        found = []
        names = {field.name for field in model._meta.get_fields()}
        for field in model._meta.local_fields:
            target = field.remote_field and field.remote_field.model
            if target and any(f.name == "draft_of" for f in target._meta.local_fields):
                found += [target._meta.db_table, field.column]
        for link in ("record_id", "into_id"):
            if {"record_type", link} <= names:
                found += ["@record_type_id", link]
        return found

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        model = to_state.apps.get_model(app_label, self.model_name)
        if not router.allow_migrate_model(schema_editor.connection.alias, model):
            return
        table = model._meta.db_table
        schema_editor.execute("CALL access.protect(%s, %s::text[], %s)", [table, self.parents(model), self.action])
        schema_editor.execute(
            f'CREATE TRIGGER b_keep_version BEFORE INSERT OR UPDATE ON "{table}" FOR EACH ROW'
            " EXECUTE FUNCTION access_private.keep_version()"
        )
        schema_editor.execute(
            f'CREATE TRIGGER zz_begin_history AFTER INSERT ON "{table}" REFERENCING NEW TABLE AS added'
            " FOR EACH STATEMENT EXECUTE FUNCTION access_private.begin_history()"
        )
        schema_editor.execute(
            f'CREATE TRIGGER zz_write_history AFTER UPDATE OR DELETE ON "{table}" FOR EACH ROW'
            " EXECUTE FUNCTION access_private.write_history()"
        )
        # Asked for the number of records that wait for review, on every page of a reviewer; and of one's own that were
        # not submitted yet or came back, on every page of whoever writes.
        schema_editor.execute(
            f'CREATE INDEX "{table}_waits" ON "{table}" (recorded_at)'
            " WHERE review_state IN ('submitted', 'changed', 'returned') AND withdrawn_at IS NULL"
        )
        schema_editor.execute(
            f'CREATE INDEX "{table}_own" ON "{table}" (author_id)'
            " WHERE review_state IN ('draft', 'returned') AND withdrawn_at IS NULL"
        )
        # Few of many: for the list of all that was withdrawn.
        schema_editor.execute(
            f'CREATE INDEX "{table}_withdrawn" ON "{table}" (withdrawn_at) WHERE withdrawn_at IS NOT NULL'
        )
        if self.search:
            columns = ", ".join(f"'{column}'" for column in self.search)
            for name, act in (("z_index_words", "INSERT"), ("z_index_words_anew", "UPDATE")):
                schema_editor.execute(
                    f'CREATE TRIGGER {name} AFTER {act} ON "{table}" REFERENCING NEW TABLE AS written'
                    f" FOR EACH STATEMENT EXECUTE FUNCTION access_private.index_words({columns})"
                )

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        model = from_state.apps.get_model(app_label, self.model_name)
        if not router.allow_migrate_model(schema_editor.connection.alias, model):
            return
        table = model._meta.db_table
        schema_editor.execute("CALL access.unprotect(%s)", [table])
        for trigger in TRIGGERS:
            schema_editor.execute(f'DROP TRIGGER IF EXISTS {trigger} ON "{table}"')
        for index in ("waits", "own", "withdrawn"):
            schema_editor.execute(f'DROP INDEX IF EXISTS "{table}_{index}"')

    def describe(self) -> str:
        return f"Put {self.model_name} behind the reading door"

    @property
    def migration_name_fragment(self) -> str:
        return f"protect_{self.model_name.lower()}"


class Unprotect(Protect):
    """Take a table from behind the reading door; ``search`` and ``action`` as it was protected with. Reversible.

    For the time of one migration that gives the table another parent: what it inherits its label from is set up by
    ``Protect``, which must follow in the same migration.
    """

    def database_forwards(self, app_label, schema_editor, from_state, to_state):
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(self, app_label, schema_editor, from_state, to_state):
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return f"Take {self.model_name} from behind the reading door"

    @property
    def migration_name_fragment(self) -> str:
        return f"unprotect_{self.model_name.lower()}"

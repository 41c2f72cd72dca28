"""Fills the measured database, quickly: the owner copies bare facts into a temporary table and makes the rows from it.

Triggers, foreign keys and indexes are put aside meanwhile and back afterwards, so that the database ends as the
application would have left it, but without history: what a row's label, search entry and version would have become is
written with it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile

from django.db import connections, models

from access.context import SYSTEM, acting_as
from access.models import Compartment, Label, Membership, User
from exchanges.models import Claim, Outcome, OutcomeChannel, OutcomeRole
from intermediaries.models import Actor
from negotiations.models import Channel, Conflict, Party, Place
from records.models import Record, SearchEntry
from scripts.bench.world import ACTORS, PLACES, READERS, World

FILLED = (Outcome, OutcomeChannel, OutcomeRole, Claim, Channel, SearchEntry)
RECORDED = "timestamptz '2022-02-24 08:00+00' + n * interval '2 minutes'"
# Every row's marking is its label's.
MARKED = {"label_id": "label_id", "level": "l.level", "compartments": "l.compartments"}
IS_DRAFT = "n % 200 = 0"
DRAFT_OF = f"CASE WHEN {IS_DRAFT} THEN (SELECT id FROM access_user WHERE username = 'author') END"
ACTOR = "(n * 7 % (SELECT count(*) FROM actor_no))"
SEARCHED = "lower(unaccent(concat_ws(' ', o.reference, o.external_id, o.title, o.date_words, o.notes)))"


def fill(world: World, make_claims: Callable | None = None) -> dict[str, User]:
    """Write everything; return the readers by name. ``make_claims`` writes other claims than ``few_claims``."""
    labels = make_labels(world)
    readers = make_readers(world)
    make_surroundings()
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '512MB'")
        copy(cursor, "told_channel (n int, label_id int)", enumerate((labels[m] for m in world.channel_markings()), 1))
        copy(
            cursor,
            "told (n int, label_id int, channel int, kind text, status text, day date, place int, words text)",
            world.outcomes(labels),
        )
        with bare(cursor, [model._meta.db_table for model in FILLED]):
            make_rows(cursor)
            (make_claims or few_claims)(cursor)
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("DROP TABLE told, told_channel")
    return readers


def make_labels(world: World) -> list[int]:
    """Make compartments and labels beforehand; return the labels' numbers in the order of the world's markings."""
    with connections["owner"].cursor() as cursor:
        codes = [f"C{number:02}" for number in range(60)]
        cursor.execute(
            "INSERT INTO access_compartment (code, name, created_at) SELECT c, 'Circle ' || c, now()"
            " FROM unnest(%s) c RETURNING id",
            [codes],
        )
        ids = [row[0] for row in cursor.fetchall()]
        numbers = []
        for marking in world.markings:
            cursor.execute(
                "SELECT access_private.label_for(%s, %s)", [marking.level, [ids[c] for c in marking.compartments]]
            )
            numbers.append(cursor.fetchone()[0])
    return numbers


def make_readers(world: World) -> dict[str, User]:
    """Make the three readers. They are reviewers, whom drafts are not hidden from: both sides then answer alike."""
    found = {}
    with acting_as(SYSTEM):
        compartments = list(Compartment.objects.order_by("code"))
        for name, share, clearance in READERS:
            found[name] = User.objects.create(username=name, password="!", role="reviewer", clearance=clearance)  # noqa: S106
            Membership.objects.bulk_create(
                Membership(user=found[name], compartment=compartments[number])
                for number in world.compartments_for(share, clearance)
            )
        User.objects.create(username="author", password="!", role="recorder", clearance=3)  # noqa: S106
    return found


def make_surroundings() -> None:
    """Make what outcomes stand in, open to all: the conflict with its parties, places, actors."""
    with acting_as(SYSTEM):
        conflict = Conflict(name="Conflict")
        conflict.save(force_insert=True)
        actors = Actor.objects.bulk_create(
            Actor(name=f"Body {n:03}", kind_of_actor="ngo") for n in range(1, ACTORS + 1)
        )
        Place.objects.bulk_create(Place(name=f"Town {n:03}") for n in range(1, PLACES + 1))
        for position, code in enumerate(("a", "b")):
            Party(
                conflict=conflict, actor=actors[position], position=position, colour=code, direction=f"to_{code}",
                direction_label=f"To {code}",
            ).save(force_insert=True)  # fmt: skip


def copy(cursor, table: str, rows) -> None:
    """COPY rows of plain values into a new temporary table; an empty value is NULL."""
    cursor.execute(f"CREATE TEMPORARY TABLE {table}")
    with TemporaryFile("w+", encoding="utf-8") as file:
        file.writelines("\t".join(map(str, row)) + "\n" for row in rows)
        file.seek(0)
        cursor.copy_expert(f"COPY {table.partition(' ')[0]} FROM STDIN (NULL '')", file)
    cursor.execute(f"ANALYZE {table.partition(' ')[0]}")


@contextmanager
def bare(cursor, tables: list[str]) -> Iterator[None]:
    """Put triggers, foreign keys and those indexes that hold up no constraint aside; put them back afterwards."""
    cursor.execute(
        "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid = ANY (%s::regclass[])",
        [tables],
    )
    keys = cursor.fetchall()
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY (%s::regclass[])"
        " AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid AND contype IN ('p', 'u', 'x'))",
        [tables],
    )
    indexes = cursor.fetchall()
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    for table, name, _definition in keys:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _name, definition in indexes:
        cursor.execute(definition)
    for table, name, definition in keys:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")
    for table in tables:
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def make_rows(cursor) -> None:
    """Make channels, outcomes with their links and roles, and search entries."""
    insert(
        cursor,
        Channel,
        "told_channel JOIN access_label l ON l.id = label_id",
        conflict_id="(SELECT id FROM negotiations_conflict)",
        name="'Line ' || n",
        mode="'direct'",
    )
    cursor.execute(
        "CREATE TEMPORARY TABLE place_no AS SELECT row_number() OVER (ORDER BY name) no, id FROM negotiations_place"
    )
    cursor.execute(
        "CREATE TEMPORARY TABLE actor_no AS SELECT row_number() OVER (ORDER BY name) no, id FROM intermediaries_actor"
    )
    told = "told JOIN access_label l ON l.id = label_id"
    drafts = {
        "review_state": f"CASE WHEN {IS_DRAFT} THEN 'draft' ELSE 'verified' END",
        "draft_of": DRAFT_OF,
        "author_id": "(SELECT id FROM access_user WHERE username = 'author')",
    }
    insert(
        cursor,
        Outcome,
        f"{told} JOIN place_no p ON p.no = place",
        conflict_id="(SELECT id FROM negotiations_conflict)",
        outcome_kind="kind",
        status="status",
        title="initcap(split_part(words, ' ', 1) || ' ' || split_part(words, ' ', 2))",
        started_on="day",
        date_precision="CASE WHEN day IS NULL THEN 'unknown' ELSE 'day' END",
        place_id="p.id",
        notes="words",
        withdrawn_at=f"CASE WHEN n % 100 = 1 THEN {RECORDED} END",
        withdrawn_reason="CASE WHEN n % 100 = 1 THEN 'Entered twice' ELSE '' END",
        **drafts,
    )
    outcome = of_outcome()
    insert(cursor, OutcomeChannel, told, channel_id=identity(Channel, "channel"), **outcome)
    insert(
        cursor, OutcomeRole, f"{told} JOIN actor_no a ON a.no = {ACTOR} + 1 WHERE n % 4 = 0", actor_id="a.id", **outcome
    )
    search_columns = "record_id, record_table, words, document, label_id, draft_of, is_withdrawn"
    cursor.execute(
        f"INSERT INTO records_searchentry ({search_columns}) SELECT id, 'exchanges_outcome', told,"
        " to_tsvector('records.plain', told), label_id, draft_of, withdrawn_at IS NOT NULL"
        f" FROM (SELECT *, {SEARCHED} AS told FROM exchanges_outcome o) o"
    )


def few_claims(cursor) -> None:
    """One side says a figure, of every fourth outcome both; every tenth claim is confidential within its circle."""
    raised = (
        "(SELECT *, label_id AS own FROM told) t CROSS JOIN generate_series(1, 2) side"
        f" JOIN actor_no a ON a.no = {ACTOR} + 1 JOIN access_label o ON o.id = t.own"
        " JOIN access_label l ON l.compartments = o.compartments"
        " AND l.level = CASE WHEN (n + side) % 10 = 0 THEN 3 ELSE o.level END WHERE side = 1 OR n % 4 = 0"
    )
    insert(
        cursor, Claim, raised, number_of="n * 2 + side - 2", label_id="l.id", claimant_id="a.id",
        direction="CASE side WHEN 1 THEN 'to_a' ELSE 'to_b' END", category="'total'", number="n % 300", **of_outcome(),
    )  # fmt: skip


def of_outcome() -> dict[str, str]:
    """Return the columns that parts of an outcome have from it."""
    return {"outcome_id": identity(Outcome, "n"), "draft_of": DRAFT_OF}


def identity(model: type[Record], number: str) -> str:
    """Return the SQL of a row's identity, from the expression of its number."""
    return f"md5('{model._meta.db_table}' || ({number})::text)::uuid"


def insert(cursor, model: type[Record], source: str, number_of: str = "n", **values: str) -> None:
    """INSERT … SELECT from ``source``; columns not named in ``values`` (SQL) get the model's default.

    Every record is a verified one unless ``values`` say otherwise: nothing else counts in a figure.
    """
    row = model()
    given = {
        "id": identity(model, number_of),
        "reference": f"to_char({number_of}, 'FM00000\"-\"00000')",
        "recorded_at": RECORDED,
        "updated_at": RECORDED,
        "review_state": "'verified'",
        **MARKED,
        **values,
    }
    columns, expressions = [], []
    for column in model._meta.local_concrete_fields:
        columns.append(column.column)
        expressions.append(given.get(column.column) or literal(cursor, column, row))
    cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) SELECT {', '.join(expressions)} FROM {source}"
    )


def literal(cursor, column: models.Field, row: models.Model) -> str:
    """Return a column's default as SQL."""
    value = column.get_db_prep_save(getattr(row, column.attname), connections["owner"])
    return f"{cursor.mogrify('%s', [value]).decode()}::{column.db_type(connections['owner']).partition(' COLLATE')[0]}"


def sizes() -> list[tuple[str, int, int]]:
    """Return table, number of rows and bytes with indexes, the largest first."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT relname, reltuples::bigint, pg_total_relation_size(oid) FROM pg_class"
            " WHERE relkind = 'r' AND relname = ANY (%s) ORDER BY 3 DESC",
            [[model._meta.db_table for model in FILLED] + [Label._meta.db_table]],
        )
        return cursor.fetchall()

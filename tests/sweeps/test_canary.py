"""Two worlds: what a less cleared reader is answered does not depend on what they may not see. By every address."""

import datetime as dt

import pytest
from django.db import connections, transaction
from django.db.models import Model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from access.context import ANONYMOUS, SYSTEM, acting_as, sign, user_principal
from access.installation import classified_tables
from access.levels import Level
from access.models import ApiToken, BreakGlass, Compartment, Membership
from exchanges.models import Claim, OutcomeChannel
from negotiations.models import Meeting
from records.models import Record
from reports.models import ReportRun
from sources.models import Citation
from tests.factories import make, make_world, unknown_id
from tests.people import signed_in
from tests.sweeps.walk import addresses, without_noise

pytestmark = pytest.mark.django_db

CANARY = "Zeisig"
LESS_CLEARED = ["anonymous", "outsider", "analyst", "administrator"]
# They list what their reader did, the sweep's own requests too; tests/access/test_activity.py compares their worlds.
GROWING = ("access:own-activity", "access:access-log", "access:user-detail")
# Whoever manages compartments knows of each.
COMPARTMENTS_OF_ALL = ("access:user-", "access:compartment-", "access:access-log")
TABLES = [*classified_tables(), "records_historyentry", "records_searchentry"]


def client_of(people, name: str) -> Client:
    user = None if name == "anonymous" else getattr(people, name)
    return signed_in(user, raise_request_exception=False)


def secrets_on(people, open_world) -> None:
    """Write a hidden record of every kind, by level and by compartment, also hanging on visible records."""
    with acting_as(SYSTEM):
        circle = Compartment.objects.create(code=CANARY, name=f"{CANARY} circle")
        Membership.objects.create(user=people.member, compartment=circle)
        make_world(f"{CANARY}A", level=Level.CONFIDENTIAL)
        hidden = make_world(f"{CANARY}B", level=Level.RESTRICTED, compartments=[people.room.pk])
        secret = {"level": Level.CONFIDENTIAL, "compartments": [people.room.pk], "external_id": CANARY}
        given = {
            name: getattr(open_world, name)
            for name in (
                "actor",
                "conflict",
                "channel",
                "meeting",
                "outcome",
                "source",
                "place",
                "party",
                "agreement",
                "commitment",
            )
        }
        make_world(f"{CANARY}C", level=Level.CONFIDENTIAL, compartments=[people.room.pk], **given)
        make(
            Claim,
            outcome=open_world.outcome,
            claimant=open_world.actor,
            category="total",
            direction=open_world.party.direction,
            number=987654,
            **secret,
        )
        make(OutcomeChannel, outcome=open_world.outcome, channel=hidden.channel, external_id=CANARY)
        make(Citation, record=open_world.outcome, source=hidden.source, quote=CANARY)
    with acting_as(user_principal(people.recorder)):
        make(
            Meeting,
            channel=open_world.channel,
            title=f"{CANARY} draft",
            started_on="2025-05-01",
            review_state="draft",
            author=people.recorder,
        )


def targets(open_world) -> dict[type, Model]:
    return {type(record): record for record in vars(open_world).values()}


def accounts_of(people) -> dict[type, Model]:
    """Return what pages about people are about: the recorder with a token and a broken glass, the room, its member."""
    until = timezone.now() + dt.timedelta(minutes=30)
    with acting_as(SYSTEM):
        token, _secret = ApiToken.issue(people.recorder, "sweep", expires_at=until)
    with acting_as(user_principal(people.recorder)):
        glass = BreakGlass.objects.create(user=people.recorder, reason="Somebody is in danger", until=until)
    with acting_as(SYSTEM):
        membership = Membership.objects.get(user=people.member, compartment=people.room)
    return {type(one): one for one in (people.recorder, people.room, membership, token, glass)}


# Tells when and where one signed in, which differs each time; tested by itself.
ABOUT_ONE_SESSION = {"account_sessions"}


def every_answer(client: Client, records: dict[type, Model]) -> dict[str, tuple]:
    """Fetch every address as one person and return status, headers and body by address."""
    answers = {}
    for address in addresses():
        paths = []
        if address.name in ABOUT_ONE_SESSION:
            continue
        if address.model is None:
            path = reverse(address.name)
            paths = [
                path,
                f"{path}?q={CANARY}",
                f"{path}?ordering=-recorded_at&page_size=1",
                f"{path}?withdrawn=include",
            ]
        elif address.model is ReportRun:
            paths = [reverse(address.name, args=[unknown_id_fixed()])]
        else:
            paths = [reverse(address.name, args=[records[address.model].pk])]
        for path in paths:
            response = client.get(path)
            headers = {key: value for key, value in response.headers.items() if key not in {"Set-Cookie", "Location"}}
            answers[path] = (
                response.status_code,
                headers.items() >= set(),
                without_noise(response.content),
                headers.get("ETag"),
            )
    return answers


def unknown_id_fixed():
    return "00000000-0000-4000-8000-000000000000"


def paths_of(beginnings: tuple[str, ...], records: dict[type, Model]) -> tuple[str, ...]:
    """Return the paths of the addresses whose names begin so."""
    return tuple(
        reverse(address.name, args=[records[address.model].pk] if address.model else [])
        for address in addresses()
        if address.name.startswith(beginnings)
    )


@pytest.fixture
def open_world(people):
    with acting_as(SYSTEM):
        return make_world("Open")


@pytest.mark.parametrize("name", LESS_CLEARED)
def test_two_worlds_are_equal_byte_for_byte(people, open_world, name):
    client, records = client_of(people, name), targets(open_world) | accounts_of(people)
    before = every_answer(client, records)
    assert not [path for path, answer in before.items() if answer[0] >= 500]
    secrets_on(people, open_world)
    after = every_answer(client, records)
    growing = paths_of(GROWING, records)
    known = paths_of(COMPARTMENTS_OF_ALL, records) if name == "administrator" else ()
    different = [
        path for path in before if before[path] != after[path] and path.partition("?")[0] not in (*growing, *known)
    ]
    leaking = [
        path
        for path, answer in after.items()
        if CANARY.encode() in answer[2] and f"q={CANARY}" not in path and path.partition("?")[0] not in known
    ]
    assert (different, leaking) == ([], [])


def test_the_sweep_can_see_a_leak(people, open_world):
    """The control: a member of the room, cleared for it, meets the canary in many places."""
    secrets_on(people, open_world)
    answers = every_answer(client_of(people, "member"), targets(open_world) | accounts_of(people))
    met = [path for path, answer in answers.items() if CANARY.encode() in answer[2] and f"q={CANARY}" not in path]
    assert len(met) >= 30


def test_a_hidden_record_is_answered_like_a_missing_one(people, open_world):
    with acting_as(SYSTEM):
        hidden = targets(make_world(CANARY, level=Level.CONFIDENTIAL))
    for name in LESS_CLEARED:
        client = client_of(people, name)
        for address in addresses():
            if address.model is None or not issubclass(address.model, Record):
                continue
            for method in ("get", "post"):
                told = [
                    getattr(client, method)(reverse(address.name, args=[pk]))
                    for pk in (hidden[address.model].pk, unknown_id())
                ]
                statuses = {response.status_code for response in told}
                assert len(statuses) == 1, (name, method, address.name, statuses)
                if method == "get" and "withdraw" not in address.name and "edit" not in address.name:
                    assert statuses == {404} or statuses == {405}, (name, address.name, statuses)
                bodies = {
                    without_noise(r.content).replace(str(pk).encode(), b"")
                    for r, pk in zip(told, (hidden[address.model].pk, ""), strict=True)
                }
                assert not any(CANARY.encode() in body for body in bodies), (name, address.name)


def test_a_hidden_account_is_answered_like_a_missing_one(people, open_world):
    """Pages about people: whoever may not see them is told the same of one that exists and one that does not."""
    records = accounts_of(people)
    for name in ("anonymous", "outsider", "analyst"):
        client = client_of(people, name)
        for address in addresses():
            if address.model not in records:
                continue
            missing = 999_999 if isinstance(records[address.model].pk, int) else unknown_id()
            for method in ("get", "post"):
                told = []
                for pk in (records[address.model].pk, missing):
                    path = reverse(address.name, args=[pk])
                    answer = getattr(client, method)(path)
                    parts = (without_noise(answer.content), answer.headers.get("Location", "").encode())
                    told.append((answer.status_code, *(part.replace(path.encode(), b"") for part in parts)))
                assert told[0] == told[1], (name, method, address.name)
                assert told[0][0] in ({302} if name == "anonymous" else {404, 405}), (name, address.name, told[0][0])


# The same by plain SQL: what is left when somebody forgets every filter ------------------------------------------


@pytest.fixture
def owner_world():
    """Both worlds, written by the owner in one transaction, in which a policy can be damaged and then rolled back."""
    with transaction.atomic(using="owner"):
        make_world("Open", using="owner")
        make_world(CANARY, using="owner", level=Level.CONFIDENTIAL)
        with connections["owner"].cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else a table with pending checks cannot be altered
        yield connections["owner"]
        transaction.set_rollback(True, using="owner")


def tables_that_leak(connection, principal: str = ANONYMOUS) -> list[str]:
    """Return the tables of which the application's role, as this reader, reads a row with the canary in it."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM now())::text")
        start = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('parley.reader', %s, true)", [sign(principal, start)])
        cursor.execute(f"SET LOCAL ROLE {connections['default'].settings_dict['USER']}")
        for table in TABLES:
            cursor.execute(f"SELECT 1 FROM {table} t WHERE t::text ILIKE %s LIMIT 1", [f"%{CANARY}%"])
            if cursor.fetchone():
                found.append(table)
        cursor.execute("RESET ROLE")
    return found


@pytest.mark.django_db(databases=["default", "owner"])
def test_no_table_leaks_to_plain_sql(owner_world):
    assert tables_that_leak(owner_world) == []
    assert set(tables_that_leak(owner_world, SYSTEM)) == set(TABLES)


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("table", TABLES)
def test_the_sweep_is_red_when_one_policy_is_gone(owner_world, table):
    with owner_world.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    assert tables_that_leak(owner_world) == [table]


@pytest.mark.django_db(databases=["default", "owner"])
@pytest.mark.parametrize("table", TABLES)
def test_a_dropped_policy_closes_the_table_to_everybody(owner_world, table):
    with owner_world.cursor() as cursor:
        cursor.execute(f"DROP POLICY read ON {table}")
    assert set(tables_that_leak(owner_world, SYSTEM)) == set(TABLES) - {table}

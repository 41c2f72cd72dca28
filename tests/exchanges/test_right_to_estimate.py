"""Setting estimates is a right of its own, in the database: whoever verifies need not have it."""

import json
import uuid

import pytest
from django.db import DatabaseError, connections, transaction

from access.context import sign
from access.models import User
from intermediaries.models import Actor
from tests.factories import make, make_world

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


@pytest.fixture
def as_reviewer():
    """Return what runs a statement in the application's role as a reviewer, within a transaction of the owner's."""
    with transaction.atomic(using="owner"), connections["owner"].cursor() as cursor:
        world = make_world("Open", using="owner")
        world.waits = make(Actor, "owner", name="A body", kind_of_actor="ngo", review_state="submitted")
        reviewer = User.objects.using("owner").create(username="estimator", role="reviewer", clearance=3)

        def run(statement: str, *params):
            with transaction.atomic(using="owner"):
                cursor.execute("SELECT extract(epoch FROM now())::text")
                signed = sign(f"user:{reviewer.pk}", cursor.fetchone()[0])
                cursor.execute("SELECT set_config('parley.reader', %s, true)", [signed])
                cursor.execute(f"SET LOCAL ROLE {connections['default'].settings_dict['USER']}")
                cursor.execute(statement, params)
                found = cursor.fetchall()
                # A refusal undoes this with the rest.
                cursor.execute("RESET ROLE; SELECT set_config('parley.reader', '', true)")
                return found

        yield run, world, reviewer, cursor
        transaction.set_rollback(True, using="owner")


def set_estimate(run, world, reviewer):
    new = {"id": str(uuid.uuid4()), "reference": "ZZZZZ-ZZZZZ", "author_id": str(reviewer.pk)}
    return run(
        "INSERT INTO exchanges_estimate SELECT (jsonb_populate_record(r, %s)).* FROM exchanges_estimate r"
        " WHERE id = %s RETURNING low",
        json.dumps(new | {"review_state": "submitted"}),
        world.estimate.pk,
    )


def verify(run, world):
    statement = "UPDATE intermediaries_actor SET review_state = 'verified' WHERE id = %s RETURNING review_state"
    return run(statement, world.waits.pk)


def test_with_the_right_an_estimate_is_set(as_reviewer):
    run, world, reviewer, _owner = as_reviewer
    assert set_estimate(run, world, reviewer) == [(777,)]


def test_without_it_a_reviewer_verifies_and_sets_no_estimate(as_reviewer):
    run, world, reviewer, owner = as_reviewer
    owner.execute("DELETE FROM access_private.permission WHERE role = 'reviewer' AND action = 'estimate'")
    with pytest.raises(DatabaseError, match="row-level security"):
        set_estimate(run, world, reviewer)
    assert verify(run, world) == [("verified",)]


def test_the_right_alone_verifies_nothing(as_reviewer):
    run, world, reviewer, owner = as_reviewer
    owner.execute("DELETE FROM access_private.permission WHERE role = 'reviewer' AND action = 'review'")
    with pytest.raises(DatabaseError, match="step of the review"):
        verify(run, world)
    assert set_estimate(run, world, reviewer) == [(777,)]

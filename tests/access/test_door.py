"""The reading door: who is named, what they see, what cannot be forged."""

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from access.context import ANONYMOUS, SYSTEM, NoReader, acting_as, because, sign, user_principal
from access.levels import Level
from access.models import Membership, User
from intermediaries.models import Actor
from negotiations.models import Conflict, Party

pytestmark = pytest.mark.django_db


def make(model, **fields):
    """Write a record as the system."""
    with acting_as(SYSTEM):
        return model.objects.create(**fields)


def sql(query: str, *params):
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall()


def names() -> set[str]:
    return set(Actor.objects.values_list("name", flat=True))


def test_the_tests_run_as_a_role_that_the_policies_bind():
    assert sql(
        "SELECT rolsuper, rolbypassrls, pg_has_role(current_user, 'parley_owner', 'MEMBER') FROM pg_roles"
        " WHERE rolname = current_user"
    ) == [(False, False, False)]


def test_without_a_reader_nothing_is_answered(db):
    make(Actor, name="open", kind_of_actor="state")
    with pytest.raises(NoReader):
        Actor.objects.count()
    with pytest.raises(ProgrammingError, match="no reader"), transaction.atomic():
        sql("SELECT count(*) FROM intermediaries_actor")


def test_a_reader_sees_what_clearance_and_compartments_allow(people):
    make(Actor, name="open", kind_of_actor="state")
    make(Actor, name="internal", kind_of_actor="state", level=Level.INTERNAL)
    make(Actor, name="confidential", kind_of_actor="state", level=Level.CONFIDENTIAL)
    make(Actor, name="in the room", kind_of_actor="state", level=Level.RESTRICTED, compartments=[people.room.pk])
    seen = {}
    for name, user in people.all().items():
        with acting_as(user_principal(user)):
            seen[name] = names()
    with acting_as(ANONYMOUS):
        seen["anonymous"] = names()
    everything = {"open", "internal", "confidential", "in the room"}
    assert seen == {
        "outsider": {"open"},
        "analyst": {"open", "internal"},
        "recorder": everything - {"in the room"},
        "reviewer": everything - {"in the room"},
        "member": everything,
        "administrator": {"open"},
        "anonymous": {"open"},
    }


def test_the_policy_alone_refuses_what_the_manager_forgets(people):
    make(Actor, name="confidential", kind_of_actor="state", level=Level.CONFIDENTIAL)
    with acting_as(user_principal(people.outsider)):
        assert sql("SELECT name FROM intermediaries_actor") == []


def test_a_name_cannot_be_forged_or_replayed(people):
    make(Actor, name="confidential", kind_of_actor="state", level=Level.CONFIDENTIAL)
    principal = user_principal(people.reviewer)
    (start,) = sql("SELECT extract(epoch FROM now())::text")[0]
    other_transaction = sign(principal, "1.0")
    for forged in (f"{principal}|{start}|{'0' * 64}", other_transaction, "system", "", f"{principal}|{start}"):
        with pytest.raises(ProgrammingError), transaction.atomic():
            sql("SELECT set_config('parley.reader', %s, true)", forged)
            sql("SELECT name FROM intermediaries_actor")


def test_contexts_nest_and_come_back_after_an_error(people):
    make(Actor, name="confidential", kind_of_actor="state", level=Level.CONFIDENTIAL)
    with acting_as(user_principal(people.outsider)):
        assert names() == set()
        with acting_as(user_principal(people.reviewer)):
            assert names() == {"confidential"}
        assert names() == set()
        with pytest.raises(KeyError), acting_as(user_principal(people.reviewer)):
            raise KeyError
        assert names() == set()
        assert sql("SELECT count(*) FROM intermediaries_actor") == [(0,)]


def test_withdrawn_clearance_counts_from_the_next_statement(people):
    make(Actor, name="internal", kind_of_actor="state", level=Level.INTERNAL)
    with acting_as(user_principal(people.analyst)):
        assert sql("SELECT count(*) FROM intermediaries_actor") == [(1,)]
        with acting_as(SYSTEM):
            User.objects.filter(pk=people.analyst.pk).update(clearance=Level.PUBLIC)
        assert sql("SELECT count(*) FROM intermediaries_actor") == [(0,)]


def test_a_deactivated_user_is_nobody(people):
    with acting_as(SYSTEM):
        User.objects.filter(pk=people.analyst.pk).update(is_active=False)
    with pytest.raises(ProgrammingError, match="unknown"), acting_as(user_principal(people.analyst)):
        pass


def test_a_child_is_at_least_as_secret_as_its_parents_and_follows_them(people):
    actor = make(Actor, name="open", kind_of_actor="state")
    conflict = make(Conflict, name="war", level=Level.RESTRICTED, compartments=[people.room.pk])
    make(Party, conflict=conflict, actor=actor, position=1, direction="to_a", direction_label="To A")
    with acting_as(user_principal(people.reviewer)):
        assert Party.objects.count() == 0
    with acting_as(user_principal(people.member)):
        assert Party.objects.get().label.level == Level.RESTRICTED
    with acting_as(SYSTEM):
        Conflict.objects.update(level=Level.PUBLIC, compartments=[])
    with acting_as(user_principal(people.outsider)):
        assert Party.objects.count() == 1


def test_a_new_combination_of_compartments_can_be_written_and_read_in_one_transaction(people):
    with acting_as(SYSTEM):
        second = people.room.__class__.objects.create(code="SECOND", name="Second room")
        Membership.objects.create(user=people.recorder, compartment=people.room)
        Membership.objects.create(user=people.recorder, compartment=second)
    with acting_as(user_principal(people.recorder)):
        record = Actor.objects.create(
            name="both rooms",
            kind_of_actor="state",
            level=2,
            compartments=[people.room.pk, second.pk],
            author=people.recorder,
        )
        assert sql("SELECT name FROM intermediaries_actor WHERE id = %s", record.pk) == [("both rooms",)]


@pytest.mark.parametrize("name", ["outsider", "analyst", "member", "administrator"])
def test_who_may_not_write_is_refused_by_the_database(people, name):
    user = getattr(people, name)
    with acting_as(user_principal(user)), pytest.raises(ProgrammingError, match="row-level security"):
        Actor.objects.create(name="x", kind_of_actor="state", author=user)


def test_nobody_writes_in_another_name_or_above_their_clearance(people):
    with acting_as(SYSTEM):
        User.objects.filter(pk=people.recorder.pk).update(clearance=Level.INTERNAL)
    with acting_as(user_principal(people.recorder)):
        with pytest.raises(ProgrammingError), transaction.atomic():
            Actor.objects.create(name="x", kind_of_actor="state", author=people.reviewer)
        with pytest.raises(ProgrammingError), transaction.atomic():
            Actor.objects.create(name="x", kind_of_actor="state", author=people.recorder, level=Level.RESTRICTED)
        with pytest.raises(ProgrammingError), transaction.atomic():
            Actor.objects.create(name="x", kind_of_actor="state", author=people.recorder, compartments=[people.room.pk])


def test_nothing_is_ever_deleted(people):
    actor = make(Actor, name="open", kind_of_actor="state")
    with acting_as(SYSTEM), pytest.raises(ProgrammingError, match="permission denied"):
        actor.delete()


def test_a_draft_is_its_authors_and_the_reviewers_only(people):
    with acting_as(user_principal(people.recorder)):
        Actor.objects.create(name="draft", kind_of_actor="state", author=people.recorder, review_state="draft")
        assert names() == {"draft"}
    with acting_as(user_principal(people.reviewer)):
        assert names() == {"draft"}
    with acting_as(user_principal(people.member)):
        assert names() == set()


def test_nobody_promotes_anybody_but_the_administrator_and_never_oneself(people):
    for user in (people.recorder, people.administrator):
        with acting_as(user_principal(user)), pytest.raises(ProgrammingError, match="not yours"):
            User.objects.filter(pk=user.pk).update(clearance=Level.CONFIDENTIAL, role="reviewer")
    with acting_as(user_principal(people.administrator)):
        with pytest.raises(IntegrityError, match="needs a reason"), transaction.atomic():
            User.objects.filter(pk=people.analyst.pk).update(clearance=Level.RESTRICTED)
        with because("Joins the desk"):
            User.objects.filter(pk=people.analyst.pk).update(clearance=Level.RESTRICTED)

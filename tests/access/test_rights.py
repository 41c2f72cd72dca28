"""Rights: the permission table in the database, tokens, broken glass, the emergency switch, what is written down."""

import datetime as dt

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from access.context import ANONYMOUS, SYSTEM, acting_as, because, token_principal, user_principal
from access.events import note
from access.levels import Level
from access.models import ApiToken, BreakGlass, BreakGlassNotice, Compartment, Event, Membership, User
from access.permissions import ALLOWED, may
from intermediaries.models import Actor
from tests.factories import make_world
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def sql(query: str, *params):
    with connection.cursor() as cursor:
        cursor.execute(query, params)
        return cursor.fetchall() if cursor.description else []


def actor(name: str, **fields) -> Actor:
    with acting_as(SYSTEM):
        return Actor.objects.create(name=name, kind_of_actor="state", **fields)


def names() -> set[str]:
    return set(Actor.objects.values_list("name", flat=True))


def token(user, **fields) -> ApiToken:
    with acting_as(user_principal(user)):
        made, _secret = ApiToken.issue(
            user, "test", **{"expires_at": timezone.now() + dt.timedelta(days=1), "writes": None, **fields}
        )
    return made


def test_the_database_knows_the_permission_table(people):
    for user in people.all().values():
        with acting_as(user_principal(user)) as reader:
            assert reader.permissions == ALLOWED[user.role]
            assert {action for action in ALLOWED["system"] if may(action)} == reader.permissions - {"break_glass"}


# Tokens -----------------------------------------------------------------------------------------------------------


def test_a_token_is_never_wider_than_its_user_or_its_own_limits(people):
    with acting_as(SYSTEM):
        Membership.objects.create(user=people.recorder, compartment=people.room)
    actor("internal", level=Level.INTERNAL)
    actor("confidential", level=Level.CONFIDENTIAL)
    actor("room", compartments=[people.room.pk])
    seen = {}
    for name, fields in {
        "all": {"max_level": 3},
        "public": {"max_level": 0},
        "no room": {"max_level": 3, "compartments": []},
        "internal": {"max_level": 1, "compartments": []},
    }.items():
        with acting_as(token_principal(token(people.recorder, **fields))):
            seen[name] = names()
    assert seen == {
        "all": {"internal", "confidential", "room"},
        "public": {"room"},
        "no room": {"internal", "confidential"},
        "internal": {"internal"},
    }


def test_the_database_refuses_a_token_what_its_scope_leaves_out(people):
    for writes, allowed in (
        (None, True),
        ([], False),
        (["negotiations.meeting"], False),
        (["intermediaries.actor"], True),
    ):
        with acting_as(token_principal(token(people.recorder, writes=writes))):
            if allowed:
                Actor.objects.create(name="x", kind_of_actor="state", author=people.recorder)
            else:
                with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                    Actor.objects.create(name="x", kind_of_actor="state", author=people.recorder)


def test_a_token_manages_nobody_and_breaks_no_glass(people):
    for user in (people.administrator, people.reviewer):
        with acting_as(token_principal(token(user))) as reader:
            assert not reader.permissions & {"manage", "audit", "break_glass"}


def test_a_token_ends_with_its_day_and_with_its_revocation(people):
    actor("open")
    made = token(people.analyst, expires_at=timezone.now() + dt.timedelta(milliseconds=300))
    with pytest.raises(ProgrammingError, match="unknown"), acting_as(token_principal(made)):
        sql("SELECT pg_sleep(0.4)")
        names()
    made = token(people.analyst)
    with pytest.raises(ProgrammingError, match="unknown"), acting_as(token_principal(made)):
        with acting_as(user_principal(people.analyst)):
            ApiToken.objects.filter(pk=made.pk).update(revoked_at=timezone.now())
        names()


def test_a_token_lasts_a_year_at_most_and_is_never_widened_or_woken(people):
    with pytest.raises(IntegrityError, match="token_expires_within_a_year"), transaction.atomic():
        token(people.analyst, expires_at=timezone.now() + dt.timedelta(days=400))
    made = token(people.analyst)
    for fields in ({"max_level": 3}, {"writes": ["x"]}, {"user": people.reviewer}, {"expires_at": timezone.now()}):
        with pytest.raises(ProgrammingError, match="not yours"), acting_as(user_principal(people.analyst)):
            ApiToken.objects.filter(pk=made.pk).update(**fields)
    with acting_as(user_principal(people.administrator)):
        ApiToken.objects.filter(pk=made.pk).update(revoked_at=timezone.now())
        with pytest.raises(ProgrammingError, match="not yours"), transaction.atomic():
            ApiToken.objects.filter(pk=made.pk).update(revoked_at=None)


def test_whoever_holds_a_token_may_revoke_it(people):
    with acting_as(user_principal(people.analyst)):
        made, secret = ApiToken.issue(people.analyst, "lost", expires_at=timezone.now() + dt.timedelta(days=1))
    with acting_as(ANONYMOUS):
        assert sql("SELECT access.revoke_token('parley_unknown')") == [(False,)]
        assert sql("SELECT access.revoke_token(%s)", secret) == [(True,)]
    made.refresh_from_db()
    assert made.revoked_at is not None


# Broken glass -----------------------------------------------------------------------------------------------------


def break_glass(who, minutes=15, **fields) -> BreakGlass:
    until = timezone.now() + dt.timedelta(minutes=minutes)
    with acting_as(user_principal(who)):
        return BreakGlass.objects.create(**{"user": who, "reason": "A life depends on it", "until": until} | fields)


def test_broken_glass_shows_everything_for_a_while_and_every_reviewer_is_told(people):
    actor("room", level=Level.CONFIDENTIAL, compartments=[people.room.pk])
    with acting_as(user_principal(people.analyst)):
        assert names() == set()
        glass = break_glass(people.analyst)
        assert sql("SELECT name FROM intermediaries_actor") == [("room",)]
    with acting_as(user_principal(people.analyst)):
        assert names() == {"room"}
        with pytest.raises(ProgrammingError):  # it widens what is read, not what is done
            Actor.objects.create(name="x", kind_of_actor="state", author=people.analyst)
    with acting_as(user_principal(people.reviewer)):
        told = BreakGlassNotice.objects.filter(break_glass=glass)
        assert {notice.reviewer for notice in told} == {people.reviewer, people.administrator}
        assert Event.objects.filter(kind="rights.breakglass", subject=people.analyst).count() == 1
        BreakGlass.objects.filter(pk=glass.pk).update(ended_at=timezone.now())
    with acting_as(user_principal(people.analyst)):
        assert names() == set()


def test_broken_glass_mends_itself(people):
    actor("confidential", level=Level.CONFIDENTIAL)
    break_glass(people.analyst, minutes=0.005)
    with acting_as(user_principal(people.analyst)):
        sql("SELECT pg_sleep(0.4)")
        assert sql("SELECT name FROM intermediaries_actor") == []


def test_the_glass_is_broken_only_by_oneself_with_a_reason_and_for_an_hour(people):
    for fields in ({"user": people.recorder}, {"until": timezone.now() + dt.timedelta(hours=2)}):
        with pytest.raises(ProgrammingError, match="not yours"), transaction.atomic():
            break_glass(people.analyst, **fields)
    with pytest.raises(IntegrityError, match="break_glass_has_reason"), transaction.atomic():
        break_glass(people.analyst, reason="")
    with pytest.raises(ProgrammingError, match="not yours"), transaction.atomic():
        break_glass(people.administrator)
    glass = break_glass(people.analyst)
    with pytest.raises(ProgrammingError, match="not yours"), acting_as(user_principal(people.analyst)):
        BreakGlass.objects.filter(pk=glass.pk).update(until=timezone.now() + dt.timedelta(hours=9))


# The emergency switch ---------------------------------------------------------------------------------------------


def switch(user, state: str) -> None:
    with acting_as(user_principal(user)), because("A token leaked"):
        sql("SELECT access.set_house_state(%s)", state)


def test_read_only_stops_every_writer_and_reports(people):
    switch(people.administrator, "read_only")
    actor("open")
    for user in (people.recorder, people.reviewer):
        with acting_as(user_principal(user)) as reader:
            assert reader.permissions <= {"read", "audit", "manage"}
            assert names() == {"open"}
            with pytest.raises(ProgrammingError):
                Actor.objects.create(name="x", kind_of_actor="state", author=user)


def test_closed_shows_nobody_anything_and_the_administrator_opens_again(people):
    actor("open")
    switch(people.administrator, "closed")
    for principal in (ANONYMOUS, user_principal(people.reviewer), token_principal(token(people.reviewer))):
        with acting_as(principal) as reader:
            assert (reader.permissions, names()) == (frozenset(), set())
            assert sql("SELECT name FROM intermediaries_actor") == []
    switch(people.administrator, "open")
    with acting_as(ANONYMOUS):
        assert names() == {"open"}


def test_the_switch_is_the_administrators_and_needs_a_reason(people):
    with pytest.raises(ProgrammingError, match="not yours"), transaction.atomic():
        switch(people.reviewer, "closed")
    with pytest.raises(IntegrityError, match="needs a reason"), acting_as(user_principal(people.administrator)):
        sql("SELECT access.set_house_state('closed')")


# Records: steps that compare with what was --------------------------------------------------------------------------


def test_lowering_is_a_reviewers_act_with_a_reason(people):
    secret = actor("secret", level=Level.RESTRICTED)
    with acting_as(user_principal(people.recorder)), pytest.raises(ProgrammingError, match="lowering"):
        Actor.objects.filter(pk=secret.pk).update(level=Level.PUBLIC)
    with acting_as(user_principal(people.reviewer)):
        with pytest.raises(IntegrityError, match=r"lowering .* needs a reason"), transaction.atomic():
            Actor.objects.filter(pk=secret.pk).update(level=Level.PUBLIC)
        with because("Announced by both sides"):
            Actor.objects.filter(pk=secret.pk).update(level=Level.PUBLIC)
    with acting_as(user_principal(people.recorder)):
        Actor.objects.filter(pk=secret.pk).update(level=Level.CONFIDENTIAL)  # raising is anybody's who may write


def test_moving_a_record_under_a_less_secret_parent_is_lowering(people):
    with acting_as(SYSTEM):
        world = make_world("Secret", level=Level.RESTRICTED)
        other = make_world("Open")
    party = type(world.party).objects.filter(pk=world.party.pk)
    with acting_as(SYSTEM):
        party.update(level=Level.PUBLIC)
    with pytest.raises(ProgrammingError, match="lowering"), acting_as(user_principal(people.recorder)):
        party.update(conflict=other.conflict, actor=other.actor, position=2)


def test_nobody_verifies_their_own_record_and_recorders_verify_nothing(people):
    with acting_as(user_principal(people.reviewer)):
        own = Actor.objects.create(name="own", kind_of_actor="state", author=people.reviewer)
        with pytest.raises(ProgrammingError, match="step of the review"), transaction.atomic():
            Actor.objects.filter(pk=own.pk).update(review_state="verified")
    with acting_as(user_principal(people.recorder)):
        with pytest.raises(ProgrammingError, match="step of the review"), transaction.atomic():
            Actor.objects.filter(pk=own.pk).update(review_state="verified")
        mine = Actor.objects.create(name="mine", kind_of_actor="state", author=people.recorder)
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            Actor.objects.create(name="x", kind_of_actor="state", author=people.recorder, review_state="verified")
    with acting_as(user_principal(people.reviewer)):
        assert Actor.objects.filter(pk=mine.pk).update(review_state="verified") == 1


def test_recorders_set_no_estimates(people):
    with acting_as(SYSTEM):
        world = make_world("Open")
    estimate = world.estimate
    with acting_as(user_principal(people.recorder)):
        assert type(estimate).objects.filter(pk=estimate.pk).update(reason="x") == 0
    with acting_as(user_principal(people.reviewer)):
        assert type(estimate).objects.filter(pk=estimate.pk).update(reason="x") == 1


# What is written down -----------------------------------------------------------------------------------------------


def test_changes_of_rights_are_written_down_with_the_reason(people):
    with acting_as(user_principal(people.administrator), door="page", request_id="r1", address="192.0.2.7"):
        with because("Joins the desk"):
            User.objects.filter(pk=people.analyst.pk).update(clearance=Level.RESTRICTED)
            Membership.objects.create(user=people.analyst, compartment=people.room)
        told = Event.objects.filter(kind="rights.user", subject=people.analyst).first()
        assert told.detail["changes"] == {"clearance": [1, 2]}
        assert (told.reason, told.door, told.request_id, told.address, told.user_id) == (
            "Joins the desk",
            "page",
            "r1",
            "192.0.2.7",
            people.administrator.pk,
        )
        assert told.previous_hash is None
        assert bytes(Event.objects.get(kind="rights.membership", user=people.administrator).previous_hash) == bytes(
            told.hash
        )
    with acting_as(user_principal(people.reviewer)):  # who is no member of the room hears nothing of it
        kinds = set(Event.objects.filter(user=people.administrator).values_list("kind", flat=True))
        assert kinds == {"rights.user"}


def test_the_system_belongs_to_a_compartment_as_soon_as_there_is_one(people):
    with acting_as(user_principal(people.administrator)):
        made = Compartment.objects.create(code="NEW", name="New")
    with acting_as(SYSTEM) as system:
        assert made.pk in system.compartments
    with acting_as(user_principal(people.member)) as member:
        assert made.pk not in member.compartments


def test_tokens_and_compartments_are_written_down_without_the_digest(people):
    with acting_as(user_principal(people.recorder)):
        until = timezone.now() + dt.timedelta(days=1)
        token, _secret = ApiToken.issue(people.recorder, "A script", writes=[], max_level=1, expires_at=until)
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=timezone.now())
        ApiToken.objects.filter(pk=token.pk).update(revoked_at=timezone.now())
        made, revoked = Event.objects.filter(kind="rights.apitoken", subject=people.recorder).order_by("pk")
    assert (made.detail["operation"], revoked.detail["operation"]) == ("insert", "update")
    assert made.detail["changes"]["max_level"] == [None, 1]
    assert "digest" not in made.detail["changes"]
    assert list(revoked.detail["changes"]) == ["revoked_at"]
    with acting_as(user_principal(people.administrator)), because("A new circle"):
        circle = Compartment.objects.create(code="circle", name="A circle")
        told = Event.objects.get(kind="rights.compartment", detail__id=circle.pk)
    assert (told.reason, told.user_id) == ("A new circle", people.administrator.pk)


def test_reads_of_restricted_records_are_written_down_whatever_the_page(people):
    secret = actor("secret", level=Level.RESTRICTED)
    actor("open")
    client = signed_in(people.recorder)
    page = secret.get_absolute_url()
    for path in (page, f"{page}history/", f"/api/v1/actors/{secret.pk}/", "/api/v1/actors/"):
        assert b"secret" in client.get(path).content, path
    with acting_as(user_principal(people.reviewer)):
        told = Event.objects.filter(kind="read", user=people.recorder)
        assert [(event.record_table, event.records, event.label.level) for event in told] == [
            ("intermediaries_actor", [secret.pk], Level.RESTRICTED)
        ] * 4
        assert {event.door for event in told} == {"page", "api"}
    with acting_as(user_principal(people.administrator)):  # not cleared for the record, so not for its readers
        assert not Event.objects.filter(kind="read").exists()


def test_events_are_only_added_and_only_of_known_kinds(people):
    with acting_as(user_principal(people.reviewer)):
        note("export", what="actors")
        for statement in (
            "UPDATE access_event SET reason = 'x'",
            "DELETE FROM access_event",
            "INSERT INTO access_event (kind) VALUES ('x')",
            "SELECT access.note('rights.user', NULL, '', '{}', NULL, '{}')",
        ):
            with pytest.raises(ProgrammingError), transaction.atomic():
                sql(statement)


def test_who_can_see_it_is_a_number_of_people(people):
    secret = actor("secret", level=Level.CONFIDENTIAL)
    room = actor("room", level=Level.CONFIDENTIAL, compartments=[people.room.pk])
    with acting_as(user_principal(people.member)):
        secret, room = Actor.objects.get(pk=secret.pk), Actor.objects.get(pk=room.pk)
        assert sql("SELECT access.readers_of(%s), access.readers_of(%s)", secret.label_id, room.label_id) == [(3, 1)]
    with acting_as(user_principal(people.recorder)):
        assert sql("SELECT access.readers_of(%s)", room.label_id) == [(0,)]


def test_reasons_nest_and_end(people):
    with acting_as(SYSTEM):
        with because("outer"):
            with because("inner"):
                assert sql("SELECT access.reason_given()") == [("inner",)]
            with because(""):
                assert sql("SELECT access.reason_given()") == [("outer",)]
            assert sql("SELECT access.reason_given()") == [("outer",)]
            with pytest.raises(KeyError), because("inner"):
                raise KeyError
            assert sql("SELECT access.reason_given()") == [("outer",)]
        assert sql("SELECT access.reason_given()") == [("",)]

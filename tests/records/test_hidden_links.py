"""A link to a hidden record is answered like one to a missing record, for every kind that links to another."""

import pytest

from access.context import SYSTEM, acting_as
from access.levels import Level
from tests.factories import make_world, unknown_id
from tests.records.kinds import KINDS, api_of
from tests.records.test_every_resource import error, list_url

LINKING = [kind for kind in KINDS if kind.link]
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.parametrize("kind", LINKING, ids=lambda kind: kind.model.kind_of()),
]


def test_a_hidden_link_is_answered_like_a_missing_one(kind, people, world):
    target = kind.model._meta.get_field(kind.link).remote_field.model
    with acting_as(SYSTEM):
        hidden = make_world("Hidden", level=Level.RESTRICTED, compartments=[people.room.pk])
    secret = next(value for value in vars(hidden).values() if type(value) is target)
    api, body = api_of(people.reviewer), kind.filled(world)
    answers = [
        error(api.post(list_url(kind), body | {kind.link: str(pk)}), 400) for pk in (secret.pk, unknown_id(), "no-uuid")
    ]
    assert answers[0] == answers[1] == answers[2]
    assert set(answers[0]["fields"]) == {kind.link}
    # As a filter, too, where the link is one.
    filtered = [api.get(list_url(kind), {kind.link: str(pk)}) for pk in (secret.pk, unknown_id())]
    assert filtered[0].content == filtered[1].content

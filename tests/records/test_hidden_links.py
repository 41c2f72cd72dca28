"""A record one may not see is, in a body and in a filter, answered like one that does not exist."""

import pytest
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.levels import Level
from tests.factories import make_world, unknown_id
from tests.records.kinds import KINDS

pytestmark = pytest.mark.django_db
LINKED = [kind for kind in KINDS if kind.link]


@pytest.mark.parametrize("kind", LINKED, ids=lambda kind: kind.model.kind_of())
def test_a_hidden_link_is_answered_like_a_missing_one(kind, api, people, world):
    target = kind.model._meta.get_field(kind.link).remote_field.model
    with acting_as(SYSTEM):
        hidden = make_world("Hidden", level=Level.RESTRICTED, compartments=[people.room.pk])
    secret = next(value for value in vars(hidden).values() if type(value) is target)
    url, body = reverse(f"api:{kind.model.kind_of()}-list"), kind.filled(world)
    answers = [api.post(url, body | {kind.link: str(pk)}) for pk in (secret.pk, unknown_id(), "no-uuid")]
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert answers[0].content == answers[1].content == answers[2].content
    assert set(answers[0].json()["error"]["fields"]) == {kind.link}
    filtered = [api.get(url, {kind.link: str(pk)}) for pk in (secret.pk, unknown_id())]
    assert [answer.status_code for answer in filtered] == [400, 400]
    assert filtered[0].content == filtered[1].content

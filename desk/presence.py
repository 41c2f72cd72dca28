"""Who has a record open for editing just now: kept in Redis for less than a minute, and kept up while the form is open.

Nothing of it is stored. The keys tell neither record nor person, and only people who may see the record are asked for.
"""

import logging
import uuid

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

from access.context import Reader
from access.models import User
from records.models import Record
from records.reviewing import people_who_see

log = logging.getLogger(__name__)

# Seconds after which somebody who was not heard of is gone; and how often an open form says that it is still there.
GONE_AFTER = 50
HEARD_EVERY = 20


def key_of(record_id: uuid.UUID, user_id: uuid.UUID) -> str:
    told = f"{record_id} {user_id}"
    return f"parley.present.{salted_hmac('parley.desk.presence', told, algorithm='sha256').hexdigest()}"


def note_and_find(actor: Reader, model: type[Record], pk: uuid.UUID) -> list[User] | None:
    """Note that the actor has a record open for editing and return who else has, by name.

    None where there is no such record, or the actor may not see it. Nobody is found who may no longer see it
    themselves, nor while Redis is away. The record does not count as read: the actor has it before them already.
    """
    marked = model.objects.current().filter(pk=pk).values_list("label_id", "draft_of").first()
    if marked is None:
        return None
    others = {key_of(pk, user.pk): user for user in people_who_see(*marked) if user.pk != actor.user_id}
    try:
        cache.set(key_of(pk, actor.user_id), 1, GONE_AFTER)
        there = cache.get_many(others)
    except RedisError as error:
        log.warning("Nobody is told who else edits while Redis is away (%s).", type(error).__name__)
        return []
    return [others[key] for key in others if key in there]

"""Slows down who asks too often, by address, with a counter in Redis."""

import logging

from django.core.cache import cache

log = logging.getLogger(__name__)


def is_too_often(what: str, address: str, *, most: int, seconds: int) -> bool:
    """Count this and return whether ``address`` has done it more than ``most`` times in ``seconds``.

    Where Redis does not answer nobody is held up: what is throttled here does no harm by itself.
    """
    key = f"parley.throttle.{what}.{address}"
    try:
        cache.add(key, 0, seconds)
        return cache.incr(key) > most
    except Exception as error:
        log.warning("Nothing is throttled while Redis is away (%s).", type(error).__name__)
        return False

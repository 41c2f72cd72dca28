"""Addresses Celery understands."""

import pytest
from kombu import Connection

from config.environment import redis_for_celery


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("unix:///run/parley/redis.sock?db=1", "redis+socket:///run/parley/redis.sock?virtual_host=1"),
        ("unix:///run/parley/redis.sock", "redis+socket:///run/parley/redis.sock?virtual_host=0"),
        ("redis://localhost:6379/2", "redis://localhost:6379/2"),
    ],
)
def test_a_socket_is_spelt_as_celery_spells_it(given, wanted):
    assert redis_for_celery(given) == wanted
    assert Connection(wanted).transport.driver_name == "redis"

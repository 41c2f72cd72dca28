"""Attempts are counted in Redis, which no transaction rolls back: every test begins without any."""

import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_attempts_yet():
    cache.clear()
    yield
    cache.clear()

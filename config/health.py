"""``/healthz``: the process answers. ``/readyz``: database, Redis and worker answer too."""

import time

from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse

from reports.tasks import HEARTBEAT_KEY

HEARTBEAT_SECONDS = 60


class HealthMiddleware:
    """Answers both before any reader is named; tells nothing but up and down."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == "/healthz":
            return JsonResponse({"status": "alive"})
        if request.path == "/readyz":
            parts = {"database": database_answers(), "redis": redis_answers(), "worker": worker_answers()}
            status = 200 if all(parts.values()) else 503
            words = {name: "up" if up else "down" for name, up in parts.items()}
            return JsonResponse({"status": "ready" if status == 200 else "not ready"} | words, status=status)
        return self.get_response(request)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return cursor.fetchone() == (1,)
    except Exception:  # whatever is wrong, the answer is that it is down
        connection.close()
        return False


def redis_answers() -> bool:
    try:
        cache.set("parley.ready", 1, 10)
        return cache.get("parley.ready") == 1
    except Exception:
        return False


def worker_answers() -> bool:
    """Whether a worker has done the heartbeat task within the last minute."""
    try:
        seen = cache.get(HEARTBEAT_KEY)
    except Exception:
        return False
    return seen is not None and time.time() - seen < HEARTBEAT_SECONDS

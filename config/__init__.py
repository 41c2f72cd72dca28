"""The project: settings, addresses, the Celery application and the start-up checks."""

from config.celery import app as celery_app

__all__ = ["celery_app"]

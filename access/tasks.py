"""The base of every Celery task: it enters the reading door before it does anything."""

from celery import Task

from access.context import SYSTEM, acting_as


class ReaderTask(Task):
    """A task whose first argument is the principal that asked; it runs as that reader, never as more.

    A token stays a token. Scheduled tasks have no asker and are sent as ``SYSTEM``, aloud.
    """

    abstract = True

    def __call__(self, principal: str = SYSTEM, *args, **kwargs):
        with acting_as(principal, door="task", request_id=self.request.id or ""):
            return super().__call__(*args, **kwargs)

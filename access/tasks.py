"""The base of every Celery task that touches records: it knows who asked, and does nothing as anybody else."""

from contextlib import AbstractContextManager
from dataclasses import dataclass

from celery import Task

from access.context import Reader, acting_as


@dataclass(frozen=True)
class Asker:
    """Who asked for a task. A token stays a token; scheduled tasks are asked for by ``SYSTEM``, aloud."""

    principal: str
    request_id: str = ""

    def transaction(self) -> AbstractContextManager[Reader]:
        """Run what is inside in one transaction as the asker. A task may open several, one after the other."""
        return acting_as(self.principal, door="task", request_id=self.request_id)


class ReaderTask(Task):
    """A task that is sent with the principal that asked as its first argument and gets an ``Asker`` in its place.

    It enters the reading door itself, with ``asker.transaction()``, as often as it needs: what a long task has done
    so far is then seen by others, and it holds no transaction open while it works. Outside, nothing is answered.
    """

    abstract = True

    def __call__(self, principal: str, *args, **kwargs):
        return super().__call__(Asker(principal, self.request.id or ""), *args, **kwargs)

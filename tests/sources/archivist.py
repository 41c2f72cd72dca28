"""Asking for copies as people do, and making them as the worker does."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from access.context import SYSTEM, acting_as, user_principal
from access.tasks import Asker
from records.queued import claim_run
from sources import archiving
from sources.models import ArchivedCopy, ArchiveRun, Citation, Source
from tests.factories import content_type, make

QUOTE = "each side freed 150"


def archive_url(source) -> str:
    return reverse("sources:source-archive", args=[source.pk])


def asked(user, source, **options) -> ArchivedCopy:
    with acting_as(user_principal(user)) as actor:
        return archiving.ask_for_copy(actor, Source.objects.select_related("label").get(pk=source.pk), **options)


def worked(copy: ArchivedCopy) -> ArchivedCopy:
    """Do what a worker does, with the rights of whoever asked, and return the copy as the system sees it."""
    with acting_as(SYSTEM):
        run = ArchiveRun.objects.get(copy=copy)
    asker = Asker(run.principal)
    with asker.transaction():
        lease = claim_run(ArchiveRun, run.pk)
    try:
        with asker.transaction():
            order = archiving.order_of(lease)
        made = archiving.make(order)
        with asker.transaction() as actor:
            archiving.complete(actor, lease, order, made)
    except archiving.Failed as failed:
        archiving.fail(asker, lease, str(failed), **failed.fields)
    return stored(copy)


def stored(copy: ArchivedCopy) -> ArchivedCopy:
    with acting_as(SYSTEM):
        return ArchivedCopy.objects.select_related("label", "source").get(pk=copy.pk)


def run_of(copy: ArchivedCopy) -> ArchiveRun:
    with acting_as(SYSTEM):
        return ArchiveRun.objects.get(copy=copy)


def cite(source, record, quote: str) -> Citation:
    with acting_as(SYSTEM):
        return make(
            Citation, source=source, record_type=content_type(record, "default"), record_id=record.pk, quote=quote
        )


@contextmanager
def refused(principal: str, words: str) -> Iterator[None]:
    """Expect that the database refuses what is done inside as ``principal``, in these words."""
    with acting_as(principal), pytest.raises(DatabaseError, match=words), transaction.atomic():
        yield

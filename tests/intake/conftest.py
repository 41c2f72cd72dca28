"""A file in the hands of an importer, without browser and worker: what the worker calls is called here."""

import pytest
from django.conf import settings
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test.utils import override_settings

from access.context import acting_as, user_principal
from intake import services, work
from intake.models import ImportRun, Stage
from negotiations.models import Conflict
from records.queued import RunState
from reports.public_record.importing import import_folder
from tests import people as cast


@pytest.fixture(scope="package")
def standing(django_db_setup, django_db_blocker) -> cast.People:
    """The standing cast in a database with the public record, made once for all tests of this package."""
    with django_db_blocker.unblock(), transaction.atomic():
        people = cast.gather()
        assert import_folder().imported
        yield people
        transaction.set_rollback(True)


@pytest.fixture
def people(standing) -> cast.People:
    """The standing cast; what a test writes is undone."""
    with transaction.atomic():
        yield standing
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def own_store(tmp_path):
    """The store of files is a folder of this test's own."""
    stores = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": {"location": tmp_path}}}
    with override_settings(STORAGES=stores):
        yield tmp_path


class Importer:
    """One account that imports files into one conflict."""

    def __init__(self, user, conflict=None):
        self.user, self.conflict = user, conflict

    def reader(self, door="import"):
        return acting_as(user_principal(self.user), door=door, request_id="test")

    def start(self, content: str | bytes, *, name="rows.csv", level=0, compartments=()) -> ImportRun:
        content = content.encode() if isinstance(content, str) else content
        with self.reader() as actor:
            conflict = self.conflict or Conflict.objects.get()
            upload = SimpleUploadedFile(name, content)
            return services.start_import(actor, upload, conflict=conflict, level=level, compartments=list(compartments))

    def checked(self, content: str | bytes, *, kind="", **options) -> ImportRun:
        run = self.start(content, **options)
        with self.reader() as actor:
            services.check_file(actor, run, mapping=run.mapping, outcome_kind=kind or run.outcome_kind)
        return self.work(run)

    def imported(self, content: str | bytes, **options) -> ImportRun:
        run = self.checked(content, **options)
        assert run.found["problems"] == []
        with self.reader() as actor:
            services.confirm(actor, run)
        return self.work(run)

    def work(self, run: ImportRun) -> ImportRun:
        """Do what a worker would do."""
        with self.reader() as actor:
            run = ImportRun.objects.get(pk=run.pk)
            if run.stage == Stage.CHECK:
                run.found = work.check(run, lambda _step, _percent: None)
            else:
                run.found |= {"counts": work.write(run, actor, lambda _step, _percent: None)}
            run.state = RunState.DONE
            run.save()
        return run

    def stored(self, name: str) -> str:
        with default_storage.open(name) as file:
            return file.read().decode("utf-8-sig")


@pytest.fixture
def importer(people) -> Importer:
    """A recorder, in a database with the public record."""
    return Importer(people.recorder)

"""``manage.py export_public_record FOLDER``: the records as the fifteen CSV files, as one reader sees them."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from django.utils.translation import gettext as _
from psycopg2 import errorcodes

from access.context import ANONYMOUS, acting_as
from access.events import note
from access.models import Label
from reports.public_record.exporting import export_folder
from reports.public_record.files import FILES


class Command(BaseCommand):
    help = "Export the records in the shape of the public record, as a reader sees them."

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--as",
            dest="principal",
            default=ANONYMOUS,
            help="whose rights to read with: anonymous (default), system, user:<id> or token:<id>",
        )
        parser.add_argument("--overwrite", action="store_true", help="write over files that are there already")

    def handle(self, *args, folder: Path, principal: str, overwrite: bool, verbosity: int, **options):
        there = [f"{file}.csv" for file in FILES if (folder / f"{file}.csv").exists()]
        if there and not overwrite:
            raise CommandError(
                _("%(folder)s holds %(files)s already. Choose another folder, or say --overwrite.")
                % {"folder": folder, "files": ", ".join(there)}
            )
        try:
            with acting_as(principal):
                counts = export_folder(folder)
                note("export", what="public_record", files=len(counts), rows=sum(counts.values()))
                marking = Label.of_what_was_read()
        except ProgrammingError as error:
            if getattr(error.__cause__, "pgcode", "") != errorcodes.INSUFFICIENT_PRIVILEGE:
                raise
            raise CommandError(_("There is no reader %(name)s.") % {"name": repr(principal)}) from error
        except OSError as error:
            raise CommandError(
                _("Cannot write to %(folder)s: %(error)s.") % {"folder": folder, "error": error.strerror}
            ) from error
        if verbosity:
            for file, count in counts.items():
                self.stdout.write(f"{file:<20} {count:>5}")
            # The files have the shape of the public record, which has no place for a marking.
            self.stdout.write(_("Together they are %(level)s, %(tlp)s.") % {"level": marking, "tlp": marking.tlp})

"""``manage.py import_public_record [folder]``: the public record, in one transaction, as often as one likes."""

import json
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reports.public_record.importing import import_folder
from reports.public_record.progress import Progress, Silence
from reports.public_record.reporting import Report


class Command(BaseCommand):
    help = "Import the fifteen CSV files of the public record. Importing them again changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("folder", nargs="?", default=settings.PUBLIC_RECORD_DIR, type=Path)
        parser.add_argument("--report", type=Path, metavar="FILE", help="write what happened as JSON")

    def handle(self, *args, folder: Path, report: Path | None, verbosity: int, **options):
        progress = Progress() if verbosity else Silence()
        result = import_folder(folder, progress)
        if report:
            self.write_report(result, report)
        if not result.imported:
            self.tell_refusals(result)
            count = len(result.refusals)
            raise CommandError(
                ngettext("Nothing was imported: %(count)s refusal.", "Nothing was imported: %(count)s refusals.", count)
                % {"count": count}
            )
        if verbosity:
            self.tell_counts(result)

    def write_report(self, result: Report, file: Path) -> None:
        try:
            file.write_text(json.dumps(result.as_dict(), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            self.stderr.write(_("The report was not written: %(error)s.") % {"error": error})

    def tell_refusals(self, report: Report) -> None:
        """Print file, line, column, reason and remedy of each refusal, aligned."""
        rows = [(_("Where"), _("Column"), _("Refused because"))]
        for refusal in report.refusals:
            where = f"{refusal.file}:{refusal.line}" if refusal.line else refusal.file
            rows.append((where, refusal.column, f"{refusal.reason}. {refusal.remedy}".strip()))
        self.table(self.stderr, rows)

    def tell_counts(self, report: Report) -> None:
        """Print what became of the rows of each file."""
        rows = [(_("File"), _("read"), _("created"), _("changed"), _("unchanged"), _("refused"))]
        for file, count in [*report.files.items(), (_("together"), report.total)]:
            rows.append((file, count.read, count.created, count.changed, count.unchanged, count.refused))
        self.table(self.stdout, rows)
        for note in report.notes:
            self.stdout.write(f"{note.file} {note.row}: {note.text}")
        self.stdout.write(_("Done in %(seconds)s s.") % {"seconds": report.seconds})

    def table(self, stream, rows: list[tuple]) -> None:
        """Print rows in columns as wide as their widest cell; numbers to the right, no padding at the end."""
        widths = [max(len(str(cell)) for cell in column) for column in zip(*rows, strict=True)]
        for row in rows:
            cells = (
                str(cell).rjust(width) if isinstance(cell, int) else str(cell).ljust(width)
                for cell, width in zip(row, widths, strict=True)
            )
            stream.write("  ".join(cells).rstrip())

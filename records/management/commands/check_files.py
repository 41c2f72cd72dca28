"""``manage.py check_files``: is every file in the store that a record names, and is it what was received?"""

from django.apps import apps
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError

from access.context import SYSTEM, acting_as
from records.files import Missing
from records.models import StoredFile, Upload

FOLDERS = ("uploads", "attachments", "archive")


class Command(BaseCommand):
    help = "Compare the store of files with the records: what is missing, what was changed, what no record names."

    def handle(self, **options) -> None:
        with acting_as(SYSTEM):
            named, wrong, checked = self.check()
        unnamed = [path for path in stored() if path not in named]
        for told in wrong:
            self.stdout.write(told)
        for path in unnamed:
            self.stdout.write(f"named by no record: {path}")
        self.stdout.write(f"{checked} files checked, {len(wrong)} wrong, {len(unnamed)} named by no record")
        if wrong:
            raise CommandError("Some files are missing or are not what was received. A backup may have them.")

    def check(self) -> tuple[set[str], list[str], int]:
        """Return every path that is named, what is wrong in one line each, and how many files were compared."""
        named: set[str] = set()
        wrong: list[str] = []
        checked = 0
        for model in apps.get_models():
            if not issubclass(model, StoredFile):
                continue
            files = model.objects.exclude(file="")
            for one in (files.filter(gone_at=None) if model is Upload else files).iterator():
                named |= {one.file, getattr(one, "text_file", "")}
                checked += 1
                try:
                    one.content()
                except Missing:
                    wrong.append(f"missing or changed: {model._meta.verbose_name} {one.pk}, {one.file}")
        return named, wrong, checked


def stored() -> list[str]:
    """Return the paths of all files in the folders of records."""
    return [
        f"{folder}/{name}"
        for folder in FOLDERS
        if default_storage.exists(folder)
        for name in sorted(default_storage.listdir(folder)[1])
    ]

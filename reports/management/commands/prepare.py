"""Makes a database ready to serve: what the launcher calls before it starts anything."""

import os
import secrets
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from access.context import SYSTEM, acting_as
from access.levels import Level, Role
from access.models import User
from exchanges.models import Outcome

DEMO_ACCOUNTS = {
    "analyst": (Role.ANALYST, Level.INTERNAL),
    "recorder": (Role.RECORDER, Level.RESTRICTED),
    "reviewer": (Role.REVIEWER, Level.CONFIDENTIAL),
    "admin": (Role.ADMINISTRATOR, Level.PUBLIC),
}


def refuse_newer_database() -> None:
    """Raise CommandError for a database that a newer Parley has migrated: this one would misread it."""
    loader = MigrationLoader(connections["owner"])
    rooms = {config.label for config in apps.get_app_configs()}
    unknown = [name for name in loader.applied_migrations if name[0] in rooms and name not in loader.disk_migrations]
    if unknown:
        told = _(
            "This database was made by a newer Parley (it has %(migration)s). Update Parley, or use another database."
        )
        raise CommandError(told % {"migration": ".".join(min(unknown))})


class Command(BaseCommand):
    help = "Migrate, collect static files, import the public record into an empty database, create the demo accounts."

    def add_arguments(self, parser):
        parser.add_argument("--accounts-file", type=Path, help="Where to keep the demo accounts' passwords (0600).")

    def handle(self, *, accounts_file: Path | None, **options):
        if "owner" not in settings.DATABASES:
            raise CommandError(_("Set DATABASE_OWNER_URL: the tables belong to the owner, not to the application."))
        refuse_newer_database()
        self.say(_("Migrating the database"))
        call_command("migrate", database="owner", interactive=False, verbosity=0)
        self.say(_("Collecting static files"))
        call_command("collectstatic", interactive=False, verbosity=0)
        with acting_as(SYSTEM):
            is_empty = not Outcome.objects.exists()
        if is_empty:
            self.say(_("Importing the public record"))
            call_command("import_public_record", stdout=self.stdout, stderr=self.stderr)
        if accounts_file is not None:
            self.create_accounts(accounts_file)

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def create_accounts(self, file: Path) -> None:
        """Create the demo accounts that are not there yet, each with a random password, kept in ``file``."""
        made = {}
        with acting_as(SYSTEM):
            for name, (role, clearance) in DEMO_ACCOUNTS.items():
                if User.objects.filter(username=name).exists():
                    continue
                made[name] = secrets.token_urlsafe(12)
                User.objects.create_user(name, made[name], role=role, clearance=clearance)
        if made:
            self.say(_("Creating the demo accounts"))
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as kept:
                kept.writelines(f"{name:<10} {password}\n" for name, password in made.items())

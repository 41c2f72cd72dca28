"""Makes an API token for an account and prints it, once."""

import datetime as dt

from django.core.management import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from access.context import SYSTEM, acting_as
from access.levels import Level
from access.models import ApiToken, User


class Command(BaseCommand):
    help = "Make an API token for an account; the token is shown once and kept only as a digest."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--name", default="command line")
        parser.add_argument("--write", action="store_true", help="May also write what the account's role allows.")
        parser.add_argument(
            "--level", type=int, choices=Level.values, default=Level.PUBLIC, help="Highest level, 0 to 3."
        )
        parser.add_argument("--days", type=int, default=90, help="Days until it expires; at most 365.")

    def handle(self, *, username, name, write, level, days, **options):
        if not 1 <= days <= 365:
            raise CommandError(_("A token expires after 1 to 365 days."))
        with acting_as(SYSTEM):
            user = User.objects.filter(username=username, is_active=True).first()
            if user is None:
                raise CommandError(_("There is no active account with the name %(name)s.") % {"name": username})
            _token, secret = ApiToken.issue(
                user,
                name,
                writes=None if write else [],
                max_level=level,
                expires_at=timezone.now() + dt.timedelta(days=days),
            )
        self.stdout.write(secret)

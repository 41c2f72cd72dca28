"""Makes an API token for an account and prints it, once."""

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.utils.translation import gettext as _

from access.context import SYSTEM, acting_as
from access.levels import Level
from access.models import Compartment, User
from access.services.tokens import USUAL_DAYS, make_token


class Command(BaseCommand):
    help = "Make an API token for an account; the token is shown once and kept only as a digest."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--name", default="command line")
        parser.add_argument("--write", action="store_true", help="May also write what the account's role allows.")
        kinds = {"action": "append", "metavar": "KIND", "help": "For example negotiations.meeting; may be repeated."}
        parser.add_argument("--reads", **kinds)
        parser.add_argument("--writes", **kinds)
        parser.add_argument(
            "--level", type=int, choices=Level.values, default=Level.PUBLIC, help="Highest level, 0 to 3."
        )
        parser.add_argument("--compartment", action="append", metavar="CODE", help="Only these; may be repeated.")
        parser.add_argument("--no-compartments", action="store_true", help="None of the account's compartments.")
        parser.add_argument("--network", action="append", default=[], help="Only from here (CIDR); may be repeated.")
        parser.add_argument("--days", type=int, default=USUAL_DAYS, help="Days until it expires; at most 365.")

    def handle(self, *, username, name, write, reads, writes, level, compartment, no_compartments, network, days, **_o):
        with acting_as(SYSTEM):
            user = User.objects.filter(username=username, is_active=True).first()
            if user is None:
                raise CommandError(_("There is no active account with the name %(name)s.") % {"name": username})
            only = [] if no_compartments else None
            if compartment:
                found = dict(Compartment.objects.filter(code__in=compartment).values_list("code", "pk"))
                missing = sorted(set(compartment) - set(found))
                if missing:
                    raise CommandError(_("There is no compartment %(codes)s.") % {"codes": ", ".join(missing)})
                only = list(found.values())
            try:
                _token, secret = make_token(
                    user,
                    name=name,
                    reads=reads,
                    writes=None if write else writes or [],
                    max_level=level,
                    compartments=only,
                    networks=network,
                    days=days,
                )
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(secret)

"""Makes an account and prints the link with which its owner sets the password, once."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.levels import Level, Role
from access.models import User
from access.services import invitations


class Command(BaseCommand):
    help = "Make an account, or with --reset end the password of one, and print the link that sets a new password."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--role", choices=Role.values, default=Role.ANALYST)
        parser.add_argument("--clearance", choices=[level.name.lower() for level in Level], default="public")
        parser.add_argument("--reset", action="store_true", help="The account exists: its password ends at once.")
        parser.add_argument("--lost-device", action="store_true", help="With --reset: its second factors end too.")
        parser.add_argument("--reason", default="Invited from the command line")
        parser.add_argument("--address", default="", help="How people reach Parley: https://parley.example")

    def handle(self, *, username, role, clearance, reset, lost_device, reason, address, **options):
        with acting_as(SYSTEM):
            try:
                if reset:
                    user = User.objects.filter(username=username).first()
                    if user is None:
                        raise CommandError(f"There is no account with the name {username}.")
                    invitation, secret = invitations.reset_access(None, user, reason, also_second_factors=lost_device)
                else:
                    invitation, secret = invitations.invite(
                        None, username=username, role=role, clearance=Level[clearance.upper()], reason=reason
                    )
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from None
        base = address.rstrip("/") or settings.PARLEY_ADDRESS
        self.stdout.write(f"{base}{reverse('invitation-link', args=[secret])}")
        self.stdout.write(f"Valid once, until {invitation.expires_at:%d %B %Y, %H:%M} UTC. It is shown only now.")

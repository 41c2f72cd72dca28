"""Turns the emergency switch from the command line, where no page answers or nobody can sign in."""

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError

from access.context import SYSTEM, acting_as
from access.services.emergency import HouseState, set_house_state

STATES = {"open": HouseState.OPEN, "read-only": HouseState.READ_ONLY, "everyone-out": HouseState.CLOSED}


class Command(BaseCommand):
    help = "Close Parley to everybody but administrators, make it read-only, or open it again. It counts at once."

    def add_arguments(self, parser):
        parser.add_argument("state", choices=STATES)
        parser.add_argument("--reason", required=True, help="Shown to everybody, and kept.")

    def handle(self, *, state, reason, **options):
        try:
            with acting_as(SYSTEM) as actor:
                set_house_state(actor, STATES[state], reason=reason)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Parley: {STATES[state].label}")

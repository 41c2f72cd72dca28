"""Locks or unlocks a closed period of a conflict from the command line."""

import datetime as dt

from django.core.exceptions import ValidationError
from django.core.management import BaseCommand, CommandError

from access.context import SYSTEM, acting_as
from negotiations.models import Conflict, LockedPeriod
from negotiations.periods import lock_period, unlock_period


class Command(BaseCommand):
    help = (
        "Lock everything in a conflict up to and including a day, or, with --unlock, unlock it. Records in the period"
        " are then no longer added to, changed, withdrawn or merged, by whatever door."
    )

    def add_arguments(self, parser):
        parser.add_argument("conflict", help="Reference of the conflict, for example 7KQ2X-F4HMP.")
        parser.add_argument("until", type=dt.date.fromisoformat, help="The last day, for example 2024-12-31.")
        parser.add_argument("--reason", required=True, help="Shown to everybody who is refused, and kept.")
        parser.add_argument("--unlock", action="store_true", help="Unlock the period that ends on this day.")

    def handle(self, *, conflict, until, reason, unlock, **options):
        with acting_as(SYSTEM) as actor:
            found = Conflict.objects.current().filter(reference=conflict).first()
            if found is None:
                raise CommandError(f"There is no conflict {conflict}.")
            try:
                if unlock:
                    period = LockedPeriod.objects.current().filter(conflict=found, until=until).first()
                    if period is None:
                        raise CommandError(f"{found} is not locked up to {until}.")
                    done = unlock_period(actor, period, reason=reason, expected_version=period.version)
                else:
                    done = lock_period(actor, found, until=until, reason=reason)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            self.stdout.write(f"{'Unlocked' if unlock else 'Locked'}: {done}")

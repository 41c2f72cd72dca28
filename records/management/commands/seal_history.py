"""``manage.py seal_history``: seal what was written since the last seal, and print the seal to keep it elsewhere."""

from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from access.context import SYSTEM, acting_as
from records import sealing
from records.models import HistorySeal


class Command(BaseCommand):
    help = "Seal the history and print the seal; without news the last seal is printed again."

    def handle(self, *args, **options):
        with acting_as(SYSTEM):
            seal = sealing.seal_history() or HistorySeal.objects.first()
        self.stdout.write(sealing.in_one_line(seal) if seal else _("Nothing has been written that could be sealed."))

"""A file with rows in a locked period is not imported, and says why."""

import datetime as dt

import pytest

from access.context import SYSTEM, acting_as
from intake import services, work
from negotiations.models import Conflict, Meeting
from negotiations.periods import lock_period

pytestmark = pytest.mark.django_db
MEETINGS = "meeting_id,channel_id,started_on,format\nnew-1,ch-uae,{day},call\n"


@pytest.mark.parametrize(("day", "is_closed"), [("2025-12-31", True), ("2026-01-01", False)])
def test_nothing_is_written_into_a_closed_period(importer, day, is_closed):
    with acting_as(SYSTEM) as actor:
        lock_period(actor, Conflict.objects.get(), until=dt.date(2025, 12, 31), reason="The year is closed")
    run = importer.checked(MEETINGS.format(day=day))
    with importer.reader() as actor:
        services.confirm(actor, run)
    if is_closed:
        with pytest.raises(work.Refused, match="Everything up to 31 December 2025 is closed"):
            importer.work(run)
    else:
        importer.work(run)
    with importer.reader():
        assert Meeting.objects.filter(external_id="new-1").exists() is not is_closed

"""Of two rival claims no answer of any address holds the sum: not a total, a chart, a ledger, a report or an export."""

import pytest
from django.urls import reverse

from access.context import SYSTEM, acting_as, user_principal
from exchanges.models import Claim, Delivery
from intermediaries.models import Actor
from negotiations.models import Party
from reports.models import ReportRun
from reports.services import request_report
from reports.tasks import make_report
from tests.factories import DAY, make
from tests.people import signed_in
from tests.sweeps.walk import addresses
from tests.sweeps.worlds import open_world

pytestmark = pytest.mark.django_db
ONE, OTHER = 100_001, 200_002
SUMS = {f"{ONE + OTHER}", f"{ONE + OTHER:,}", f"{2 * ONE + OTHER}", f"{2 * ONE + OTHER:,}"}
SAID = {f"{ONE}", f"{ONE:,}"}


@pytest.fixture
def world(people):
    """An outcome of which two claimants say different numbers, one of them twice, and which delivers a promise."""
    opened = open_world()
    with acting_as(SYSTEM):
        Claim.objects.update(number=None)
        Delivery.objects.update(share=None)
        make(
            Party, conflict=opened.first.conflict, actor=opened.first.actor, position=2, direction="to_other",
            direction_label="To the other",
        )  # fmt: skip
        about = {"outcome": opened.first.outcome, "direction": opened.first.party.direction, "category": "total"}
        rival = make(Actor, name="The other", kind_of_actor="state")
        for claimant, number in ((opened.first.actor, ONE), (rival, OTHER), (opened.first.actor, ONE)):
            make(Claim, claimant=claimant, number=number, **about)
    return opened


def test_no_answer_holds_the_sum_of_rival_claims(world, people):
    client = signed_in(people.reviewer)
    told = set()
    for address in addresses():
        record = address.model and world.one(address.model)
        if (address.model and record is None) or "format" in address.pattern.pattern.regex.groupindex:
            continue
        body = client.get(reverse(address.name, args=[record.pk] if record else [])).content.decode(errors="replace")
        assert not any(number in body for number in SUMS), address.name
        told |= {address.name} if any(number in body for number in SAID) else set()
    # Where the claims are told at all, so that the test could have found their sum.
    assert told >= {
        "exchanges:outcome-detail", "exchanges:outcome-list", "exchanges:claim-list", "exchanges:ledger",
        "negotiations:channel-detail", "reports:overview", "reports:parity", "api:outcome-detail", "api:claim-list",
        "api:ledger-list", "api:parity-list",
    }  # fmt: skip


def test_no_report_holds_the_sum_of_rival_claims(world, people):
    with acting_as(user_principal(people.reviewer)) as reader:
        world.first.conflict.refresh_from_db()
        days = {"period_from": DAY, "period_to": DAY}
        run = request_report(reader, conflict=world.first.conflict, **days)
    make_report.apply(args=[run.principal, str(run.pk)], throw=True)
    with acting_as(user_principal(people.reviewer)):
        text = str(ReportRun.objects.get(pk=run.pk).result)
    assert any(number in text for number in SAID)
    assert not any(number in text for number in SUMS)

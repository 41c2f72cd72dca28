"""Checks that compare with something empty must not let it pass: for SQL the comparison is unknown, not false."""

import pytest
from django.db import IntegrityError, transaction

from access.context import SYSTEM, acting_as
from exchanges.models import Claim
from negotiations.models import Commitment, Place
from tests.factories import make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("model", "fields"),
    [
        (Claim, {"quantifier": "between", "number": 10}),
        (Claim, {"quantifier": "between", "number_high": 10}),
        (Claim, {"quantifier": "between"}),
        (Claim, {"quantifier": "between", "number": 10, "number_high": 9}),
        (Place, {"latitude": 50}),
        (Place, {"longitude": 30}),
        (Commitment, {"quantity_kind": "number"}),
    ],
)
def test_half_of_what_belongs_together_is_refused(world, model, fields):
    needed = {
        Claim: {"outcome": world.outcome, "claimant": world.actor, "category": "total"},
        Place: {"name": "Somewhere"},
        Commitment: {"agreement": world.agreement, "subject": "prisoners"},
    }[model]
    with acting_as(SYSTEM), pytest.raises(IntegrityError), transaction.atomic():
        make(model, **(needed | fields))

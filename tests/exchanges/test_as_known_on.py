"""What was known on an earlier day: said, published or recorded by then, and not yet superseded or refuted."""

import datetime as dt

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from access.context import ANONYMOUS, SYSTEM, acting_as
from access.levels import Level
from exchanges.models import Claim
from exchanges.querysets import figures_of
from records.known import KnownOn
from sources.models import Citation, Source
from tests.exchanges.test_outcomes import claim
from tests.factories import content_type, make

pytestmark = pytest.mark.django_db
DAY = dt.date(2025, 6, 12)


def stated(world, **options) -> list[str]:
    with acting_as(ANONYMOUS):
        figures = figures_of([world.outcome], KnownOn(**{"day": DAY} | options))[world.outcome.pk]
    return [figure.stated for figure in figures if figure.direction == "to_second"]


def cited(record, published_on, **fields):
    with acting_as(SYSTEM):
        source = make(Source, publisher="A paper", published_on=published_on)
        make(Citation, source=source, record_type=content_type(Claim, "default"), record_id=record.pk, **fields)


def test_a_claim_is_known_from_when_it_was_said_published_or_recorded(world):
    claim(world, number=150, said_on=DAY)
    assert stated(world) == ["150"]
    assert stated(world, day=DAY - dt.timedelta(days=1)) == []
    claim(world, number=160)
    assert stated(world) == ["150"]
    cited(claim(world, number=170), DAY)
    cited(claim(world, number=180), DAY + dt.timedelta(days=1))
    assert stated(world) == ["150–170"]
    assert stated(world, recorded_only=True) == []
    today = timezone.localdate()
    assert stated(world, recorded_only=True, day=today) == ["150–180"]
    assert stated(world, recorded_only=True, day=today - dt.timedelta(days=1)) == []


def test_a_claim_stands_until_it_is_superseded_refuted_or_withdrawn(world):
    old = claim(world, number=150, said_on=DAY - dt.timedelta(days=2))
    claim(world, number=189, said_on=DAY + dt.timedelta(days=1), supersedes=old)
    assert stated(world) == ["150"]
    assert stated(world, day=DAY + dt.timedelta(days=1)) == ["189"]
    with acting_as(SYSTEM):
        Claim.objects.filter(number=189).update(refuted_at=timezone.now(), refuted_reason="Another day")
    assert stated(world, day=DAY + dt.timedelta(days=1)) == ["189"]
    with acting_as(SYSTEM):
        Claim.objects.update(withdrawn_at=timezone.now(), withdrawn_reason="Twice", number=F("number"))
    assert stated(world) == ["150"]
    with acting_as(ANONYMOUS):
        assert figures_of([world.outcome])[world.outcome.pk] == []


def test_todays_rights_decide_what_was_known(world):
    claim(world, number=150, said_on=DAY, level=Level.RESTRICTED)
    hidden = claim(world, number=160)
    cited(hidden, DAY, level=Level.RESTRICTED)
    assert stated(world) == []


def test_the_api_answers_as_known_on_a_day_and_refuses_what_is_none(client, world):
    old = claim(world, number=150, said_on=DAY)
    claim(world, number=189, supersedes=old)
    url = reverse("api:outcome-detail", args=[world.outcome.pk])
    then, now = client.get(f"{url}?as_known_on=2025-06-12").json(), client.get(url).json()
    assert [f["stated"] for f in then["figures"]] == ["150"]
    assert "189" in [f["stated"] for f in now["figures"]]
    assert [(c["number"], c["state"]) for c in then["claims"]] == [(150, "current")]
    listed = client.get(f"{reverse('api:claim-list')}?as_known_on=2025-06-12").json()["results"]
    assert [(c["number"], c["state"]) for c in listed] == [(150, "current")]
    assert client.get(f"{reverse('api:estimate-list')}?as_known_on=2025-06-12").json()["results"] == []
    for query, field in (
        ("as_known_on=yesterday", "as_known_on"),
        ("as_known_on=2999-01-01", "as_known_on"),
        ("as_known_on=2025-06-12&known_by=hearsay", "known_by"),
    ):
        for address in (url, reverse("api:claim-list"), reverse("api:outcome-list")):
            refused = client.get(f"{address}?{query}")
            assert (refused.status_code, set(refused.json()["error"]["fields"])) == (400, {field})

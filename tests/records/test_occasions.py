"""Which days a date may mean, and which of many occasions share one with another."""

import calendar
import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.context import SYSTEM, acting_as
from negotiations.models import Channel, Meeting
from records.dates import Calendar, DatePrecision, Occasion, Span, span_of
from sources import addresses
from tests.factories import make, make_world

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2026, 12, 31))


@settings(deadline=None)
@given(DAYS, st.sampled_from(DatePrecision.values), st.none() | st.integers(0, 900))
def test_a_date_means_the_days_of_its_period(day, precision, lasted):
    end = None if lasted is None else day + dt.timedelta(days=lasted)
    if precision in ("month", "quarter", "year"):
        day = {"month": day.replace(day=1), "quarter": dt.date(day.year, 3 * ((day.month - 1) // 3) + 1, 1),
               "year": dt.date(day.year, 1, 1)}[precision]  # fmt: skip
    span = span_of(day, end, precision)
    if precision == "unknown":
        assert span is None
        return
    months = {"month": 1, "quarter": 3, "year": 12}.get(precision)
    if months:
        month = day.month + months - 1
        last = dt.date(day.year, month, calendar.monthrange(day.year, month)[1])
    else:
        last = day
    assert span == Span(day, max(last, end or day))
    assert span_of(None, end, precision) is None


@st.composite
def occasions(draw):
    first = draw(DAYS)
    length = draw(st.sampled_from([0, 0, 0, 1, 2, 30, 90, 365, 399, 401, 900]))
    return Occasion((draw(st.sampled_from("ab")),), Span(first, first + dt.timedelta(days=length)))


@settings(deadline=None)
@given(st.lists(occasions(), min_size=1, max_size=30), occasions())
def test_of_many_occasions_those_are_found_that_share_a_day(many, other):
    met = {one for one in many if one.about == other.about and one.span.meets(other.span)}
    assert set(Calendar(many).met_by(other)) == met
    assert {one for one in many if set(one.span.days()) & set(other.span.days()) and one.about == other.about} == met
    assert list(Calendar(many).met_by(None)) == []


@pytest.mark.django_db
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_statement_finds_what_comparing_each_with_each_finds(people, data):
    """The statement leaves none out, whatever dates and precisions there are."""
    with acting_as(SYSTEM):
        if not Channel.objects.exists():
            world = make_world("Open")
            make(Channel, conflict=world.conflict, name="Another", mode="direct")
        channels = list(Channel.objects.order_by("name"))
        Meeting.objects.exclude(withdrawn_at__isnull=False).update(
            withdrawn_at="2026-01-01T00:00:00Z", withdrawn_reason="test"
        )
        recorded = []
        for _number in range(data.draw(st.integers(1, 4))):
            day, precision = data.draw(DAYS), data.draw(st.sampled_from(DatePrecision.values))
            lasted = data.draw(st.none() | st.sampled_from([0, 1, 40, 500]))
            end = None if lasted is None else day + dt.timedelta(days=lasted)
            channel = data.draw(st.sampled_from(channels))
            recorded.append(make(Meeting, channel=channel, started_on=day, ended_on=end, date_precision=precision))
        wanted = [
            Occasion((data.draw(st.sampled_from(channels)).pk,), one.span)
            for one in data.draw(st.lists(occasions(), min_size=1, max_size=3))
        ]
        found = Meeting.objects.alike(wanted)
        for occasion in wanted:
            expected = {
                one.pk
                for one in recorded
                if one.occasion and one.occasion.about == occasion.about and one.span.meets(occasion.span)
            }
            assert {one.pk for one in found.get(occasion, ())} == expected


@settings(deadline=None)
@given(
    st.sampled_from(["", "http://", "https://", "HTTPS://", "ftp://"]),
    st.sampled_from(["", "www.", "www.www."]),
    st.sampled_from(
        ["example.org", "a-b.example.co.uk", "www.org", "xn--80ak6aa92e.com", "example", "EXAMPLE.org", "1.2"]
    ),
    st.sampled_from(["", "/", "/a", "/a/", "/a//", "/a%20b", "/ü", "/a?x=1&utm_source=y", "/a#b", ":443/a", ":8080/a"]),
)
def test_plain_addresses_need_no_taking_apart(scheme, www, host, path):
    url = f"{scheme}{www}{host}{path}"
    with pytest.MonkeyPatch.context() as patch:
        quick = addresses.normalised(url)
        patch.setattr(addresses, "PLAIN", addresses.re.compile("(?!)"))
        assert addresses.normalised(url) == quick
    assert addresses.normalised(quick) == quick

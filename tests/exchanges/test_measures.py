"""Arithmetic over events, by properties that hold whatever the numbers. Rules: DOMAIN.md section 4."""

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanges.measures.bounds import Bounds, add_up, between, stated_of
from exchanges.measures.lag import Days, Window, days_between, typical, usual_gap
from exchanges.measures.parity import Pair, in_words, running
from exchanges.measures.totals import Covered, Explanation, explanations
from exchanges.reconciling import PlainClaim, ranges

DAYS = st.dates(dt.date(2022, 1, 1), dt.date(2026, 12, 31))


@st.composite
def bounds(draw) -> Bounds:
    low = draw(st.integers(0, 2000))
    return Bounds(low, draw(st.none() | st.integers(low, low + 500)))


def inside(draw, one: Bounds) -> int:
    return draw(st.integers(one.low, one.low + 900 if one.high is None else one.high))


@st.composite
def windows(draw) -> Window:
    first = draw(DAYS)
    return Window(first, first + dt.timedelta(days=draw(st.integers(0, 90))))


@given(st.lists(st.none() | bounds()), st.data())
def test_a_sum_holds_every_sum_of_what_each_range_allows(numbers, data):
    found = add_up(numbers)
    true = sum(inside(data.draw, one) for one in numbers if one is not None)
    assert found.low <= true
    assert found.high is None or true <= found.high
    assert (found.high is None) == any(one is not None and one.high is None for one in numbers)
    assert (found.events, found.without_number) == (len(numbers), numbers.count(None))


@given(st.lists(st.none() | bounds()), st.randoms())
def test_the_order_of_events_and_the_undisclosed_change_no_sum(numbers, random):
    mixed = list(numbers)
    random.shuffle(mixed)
    assert add_up(mixed) == add_up(numbers)
    told = add_up(one for one in numbers if one is not None)
    assert (told.low, told.high) == (add_up(numbers).low, add_up(numbers).high)


@given(bounds(), bounds(), st.data())
def test_a_difference_holds_every_difference_and_turns_with_its_ends(one, other, data):
    found, turned = between(one, other), between(other, one)
    true = inside(data.draw, one) - inside(data.draw, other)
    assert found.low is None or found.low <= true
    assert found.high is None or true <= found.high
    assert turned.low == (None if found.high is None else -found.high)
    assert turned.high == (None if found.low is None else -found.low)


@given(st.none() | bounds(), st.none() | bounds())
def test_parity_is_known_only_where_both_directions_are(first, second):
    pair = Pair(first, second)
    words = in_words(pair.difference, "To Ukraine", "To Russia")
    if first is None or second is None:
        assert words == "not known"
    exact = first is not None and first == second and first.low == first.high
    assert (words == "equal") == exact


@pytest.mark.parametrize(
    ("first", "second", "words"),
    [
        ((146, 146), (154, 154), "+8 to Russia"),
        ((150, 189), (150, 150), "+0–39 to Ukraine"),
        ((95, 103), (100, 101), "+3 to Ukraine up to +6 to Russia"),
        ((1000, None), (900, 900), "at least +100 to Ukraine"),
        ((900, 900), (1000, None), "at least +100 to Russia"),
        ((1000, None), (1200, 1200), "not known: at most +200 to Russia"),
        ((1000, None), (900, None), "not known"),
        ((390, 390), (390, 390), "equal"),
    ],
)
def test_a_difference_reads_in_words(first, second, words):
    assert in_words(Pair(Bounds(*first), Bounds(*second)).difference, "To Ukraine", "To Russia") == words


@given(st.lists(st.builds(Pair, st.none() | bounds(), st.none() | bounds()), min_size=1))
def test_the_running_sums_end_with_the_whole_and_never_fall(pairs):
    sums = running(pairs)
    assert sums[-1] == (add_up(p.first for p in pairs), add_up(p.second for p in pairs))
    for (earlier, _one), (later, _other) in itertools.pairwise(sums):
        assert later.low >= earlier.low
        assert later.without_number >= earlier.without_number


@given(windows(), windows(), st.data())
def test_days_between_hold_every_pair_of_days(start, end, data):
    found = days_between(start, end)
    one = data.draw(st.dates(start.first, start.last))
    other = data.draw(st.dates(end.first, end.last))
    assert found.low <= (other - one).days <= found.high
    assert found.is_exact == (start.first == start.last and end.first == end.last)


@given(st.lists(st.builds(lambda low, more: Days(low, low + more), st.integers(-50, 400), st.integers(0, 30))))
def test_a_median_is_of_exact_spans_and_tells_what_it_leaves_out(spans):
    found = typical(spans)
    assert found.n + found.imprecise + found.before == len(spans)
    counted = [span.low for span in spans if span.is_exact and span.low >= 0]
    assert (found.median is None) == (not counted)
    assert not counted or min(counted) <= found.median <= max(counted)


@given(st.lists(DAYS))
def test_the_usual_gap_lies_between_the_shortest_and_the_longest(contacts):
    days = sorted(set(contacts))
    gaps = [(b - a).days for a, b in itertools.pairwise(days)]
    assert usual_gap(contacts) is None if not gaps else min(gaps) <= usual_gap(contacts) <= max(gaps)


def test_the_military_stand_for_a_total_and_civilians_never():
    def said(category, number):
        return PlainClaim("A", "to_a", category, "exactly", number)

    assert stated_of(ranges([said("military", 150)]), "to_a", "total") == Bounds(150, 150)
    assert stated_of(ranges([said("civilian", 2)]), "to_a", "total") is None
    assert stated_of(ranges([said("total", None), said("military", 150)]), "to_a", "total") == Bounds(150, 150)
    assert stated_of(ranges([said("total", 152), said("military", 150)]), "to_a", "total") == Bounds(152, 152)
    assert stated_of(ranges([said("total", 152)]), "to_b", "total") is None


@given(st.builds(
    Covered, st.none() | DAYS, DAYS, st.none() | DAYS, st.integers(0, 3), st.booleans(), st.booleans(), st.booleans(),
    st.sampled_from(["", "families"]),
))  # fmt: skip
def test_an_explanation_is_given_only_where_the_data_support_it(covered):
    found = explanations(covered)
    assert (Explanation.NO_NUMBER in found) == (covered.without_number > 0)
    assert (Explanation.CIVILIANS in found) == covered.has_civilians
    assert (Explanation.CUT_OFF in found) == covered.near_cut_off
    assert (Explanation.WINDOW_NOT_STATED in found) == (covered.since is None)
    assert (Explanation.COUNTING_BASIS in found) == (covered.counting_basis != "")
    assert (Explanation.REPATRIATIONS in found) == covered.has_repatriations
    if covered.since and covered.record_begins and covered.since >= covered.record_begins:
        assert Explanation.BEFORE_RECORD not in found

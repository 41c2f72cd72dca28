"""The ledger's arithmetic: order never matters, nothing is negative, and nothing untold counts as delivered."""

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from exchanges.ledger import PlainCommitment, PlainDelivery, line
from exchanges.vocabulary import LedgerState as State

TODAY = dt.date(2025, 7, 1)
DAYS = st.none() | st.dates(dt.date(2025, 1, 1), dt.date(2025, 12, 31))
NUMBERS = st.integers(0, 10_000)


@st.composite
def deliveries(draw):
    """Draw what several events delivered: numbers, open ranges, and none disclosed."""
    found = []
    for identity in range(draw(st.integers(0, 6))):
        if draw(st.booleans()):
            low = draw(NUMBERS)
            high = draw(st.none() | st.integers(low, 20_000))
            best = draw(st.none() | st.integers(low, low if high is None else high))
            found.append(PlainDelivery(identity, draw(DAYS), low, best, high))
        else:
            found.append(PlainDelivery(identity, draw(DAYS)))
    return found


@st.composite
def promises(draw):
    kind = draw(st.sampled_from(["number", "all", "not_agreed", "words"]))
    low = draw(st.integers(1, 10_000)) if kind == "number" else None
    high = None if low is None else draw(st.none() | st.integers(low, 10_000))
    return PlainCommitment(
        identity=1,
        direction="to_one",
        quantity_kind=kind,
        low=low,
        high=high,
        is_minimum=draw(st.booleans()),
        differs=draw(st.booleans()),
        certainty=draw(st.sampled_from(["agreed_by_both", "unknown", "offered", "demanded", "refused"])),
        due_on=draw(DAYS),
        agreement_status=draw(st.sampled_from(["agreed", "collapsed", "proposed", "implemented"])),
        is_withdrawn=draw(st.booleans()),
    )


def number(quantity: int, **given) -> PlainCommitment:
    return PlainCommitment(1, "to_one", "number", quantity, quantity, **given)


def of(*figures, day=dt.date(2025, 5, 23)) -> list[PlainDelivery]:
    """Return one event for each figure: a number, a pair, or None where nothing was disclosed."""
    pairs = [one if isinstance(one, tuple) else (one, one) for one in figures]
    return [
        PlainDelivery(position, day + dt.timedelta(days=position), low, low if low == high else None, high)
        for position, (low, high) in enumerate(pairs)
    ]


@given(promises(), deliveries(), st.randoms())
def test_the_order_of_deliveries_never_matters(promise, found, random):
    shuffled = list(found)
    random.shuffle(shuffled)
    assert line(promise, found, TODAY) == line(promise, shuffled, TODAY)


@given(promises(), deliveries())
def test_figures_follow_one_another_and_nothing_is_negative(promise, found):
    told = line(promise, found, TODAY)
    if told.high is not None:
        assert told.low <= told.high
    if told.best is not None:
        assert told.low <= told.best
        assert told.high is None or told.best <= told.high
    for owed in (told.remaining_low, told.remaining_high, told.days_late):
        assert owed is None or owed >= 0
    if told.remaining_low is not None and told.remaining_high is not None:
        assert told.remaining_low <= told.remaining_high


@given(promises(), deliveries())
def test_what_remains_and_what_was_delivered_make_the_promise_or_more(promise, found):
    told = line(promise, found, TODAY)
    if told.remaining_high is not None and promise.high is not None:
        assert told.remaining_high + (told.low or 0) >= promise.high
        assert told.remaining_high <= promise.high
    if told.state in {State.FULFILLED, State.EXCEEDED} and promise.high is not None:
        assert told.remaining_high == 0
        assert told.implementation == 3


@given(promises(), deliveries())
def test_nothing_untold_fulfils_a_promise(promise, found):
    untold = [replace(one, low=None, best=None, high=None) for one in found]
    told = line(promise, untold, TODAY)
    assert told.state not in {State.FULFILLED, State.EXCEEDED}
    assert told.undisclosed == len(untold)
    assert told.low is None
    assert told.implementation in {None, 0}


@given(promises(), deliveries())
def test_a_promise_without_a_number_is_never_fulfilled_by_arithmetic(promise, found):
    told = line(replace(promise, quantity_kind="all", low=None, high=None), found, TODAY)
    assert told.state not in {State.FULFILLED, State.EXCEEDED}
    assert told.remaining_high is None


@given(promises(), deliveries())
def test_what_binds_nobody_is_never_due(promise, found):
    told = line(replace(promise, certainty="offered"), found, TODAY)
    assert told.state not in {State.DUE, State.OVERDUE}
    assert told.days_late is None


def test_tranches_fulfil_a_promise():
    told = line(number(1000, due_on=dt.date(2025, 5, 24)), of(390, 307, 303), TODAY)
    assert (told.low, told.best, told.high, told.remaining_high) == (1000, 1000, 1000, 0)
    assert (told.state, told.implementation, told.days_late) == (State.FULFILLED, 3, 1)


def test_two_sides_figures_above_the_promise_exceed_it():
    told = line(number(6000), of(1212, 1200, 1200, 1200, (1245, 1248)), TODAY)
    assert (told.low, told.best, told.high, told.state) == (6057, None, 6060, State.EXCEEDED)


def test_at_least_is_fulfilled_by_more():
    assert line(number(1000, is_minimum=True), of(1200), TODAY).state == State.FULFILLED


def test_it_is_disputed_where_the_answer_depends_on_whose_figure_one_takes():
    assert line(number(180), of((150, 189)), TODAY).state == State.DISPUTED
    assert line(number(190), of((150, 189)), TODAY).state == State.PART_DELIVERED


def test_of_what_was_not_disclosed_nobody_can_say_that_it_is_lacking():
    due = number(100, due_on=dt.date(2025, 6, 1))
    assert line(due, [], TODAY).state == State.OVERDUE
    assert line(due, of(40), TODAY).state == State.OVERDUE
    told = line(due, of(40, None), TODAY)
    assert (told.state, told.low, told.high, told.undisclosed) == (State.PART_DELIVERED, 40, None, 1)
    assert (told.remaining_low, told.remaining_high, told.days_late) == (0, 60, None)


def test_a_promise_is_open_due_or_lapsed_before_anything_follows():
    assert line(number(5), [], TODAY).state == State.OPEN
    assert line(number(5, due_on=TODAY), [], TODAY).state == State.DUE
    assert line(number(5, agreement_status="collapsed"), [], TODAY).state == State.LAPSED
    assert line(number(5, is_withdrawn=True), of(5), TODAY).state == State.WITHDRAWN

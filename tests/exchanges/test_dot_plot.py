"""The picture of claims: every number where it belongs, whatever the numbers; nothing drawn that nobody said."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanges.dot_plot import Range, Said, domain, hatched, plot, ticks_of

WORDS = {
    "low": "low",
    "best": "best",
    "high": "high",
    "and": " and ",
    "open": "open upward",
    "undisclosed": "none told",
}
numbers = st.integers(0, 10**9)


def exactly(name: str, number: int) -> Said:
    return Said(name, number, number, f"{number:,}")


def drawn(said, band=None, wide=True):
    return plot(said, band, WORDS, wide=wide)


@given(st.lists(numbers, min_size=1, max_size=8), st.booleans())
def test_greater_numbers_stand_further_right_and_all_within(stated, wide):
    made = drawn([exactly(str(place), number) for place, number in enumerate(stated)], wide=wide)
    at = {number: row.dots[0] for number, row in zip(stated, made.rows, strict=True)}
    assert [at[number] for number in sorted(at)] == sorted(at.values())
    assert all(made.left <= x <= made.right for x in at.values())
    assert all(made.left <= x <= made.right for x, _words in made.ticks)
    assert len({row.y for row in made.rows}) == len(stated)


@given(st.lists(numbers, min_size=2, max_size=6, unique=True))
def test_the_band_reaches_from_the_least_dot_to_the_greatest(stated):
    made = drawn([exactly(str(n), n) for n in stated], Range(min(stated), None, max(stated)))
    places = [row.dots[0] for row in made.rows]
    start, width = made.band
    assert start == min(places)
    assert start + width == pytest.approx(max(places), abs=0.2)
    assert (made.low_x, made.best_x, made.high_x) == (min(places), None, max(places))


@given(numbers, numbers)
def test_ticks_are_few_round_and_within(one, two):
    first, last = domain([one, two])
    ticks = ticks_of(first, last)
    assert all(first <= tick <= last for tick in ticks)
    assert len(ticks) <= 6
    assert len({b - a for a, b in itertools.pairwise(ticks)}) <= 1


def test_lines_at_one_number_share_their_words():
    made = drawn([exactly("A", 150), exactly("B", 189)], Range(150, 189, 189))
    assert [head.words for head in made.heads] == ["Low 150", "Best and high 189"]
    made = drawn([exactly("A", 150), exactly("B", 150)], Range(150, 150, 150))
    assert [head.words for head in made.heads] == ["Low, best and high 150"]


def test_at_least_and_at_most_are_open_on_their_side():
    made = drawn([Said("A", 1000, None, "at least 1,000"), Said("B", None, 900, "at most 900")], Range(0, None, None))
    least, most = made.rows
    assert least.line == (least.dots[0], made.right)
    assert least.arrow
    assert most.line == (made.left, most.dots[0])
    assert most.arrow
    assert made.high_x is None
    assert made.opens_at
    assert made.band[0] + made.band[1] == pytest.approx(made.right)
    assert made.heads[-1].words == "open upward"


def test_between_has_two_dots_and_a_line():
    (row,) = drawn([Said("A", 100, 120, "100–120")]).rows
    assert row.line == row.dots
    assert row.dots[0] < row.dots[1]


def test_who_gives_no_number_is_named_without_a_dot():
    made = drawn([exactly("A", 5), Said("B", None, None, "not disclosed")], Range(5, 5, 5))
    silent = made.rows[1]
    assert silent.name.words == "B"
    assert silent.dots == ()
    assert silent.line is None
    assert silent.label.words == "not disclosed"


def test_numbers_that_nobody_gave_are_hatched_and_no_nought_is_drawn():
    made = drawn([Said("A", None, None, "not disclosed")])
    assert made.hatch == hatched(made.left, made.top, made.right - made.left, made.bottom - made.top)
    assert made.hatch
    assert made.ticks == []
    assert made.band is None
    assert [head.words for head in made.heads] == ["none told"]


def test_what_is_not_to_be_banded_has_dots_alone():
    made = drawn([exactly("A", 100), exactly("B", 120)])
    assert made.band is None
    assert made.heads == []
    assert [bool(row.dots) for row in made.rows] == [True, True]


def test_a_long_name_is_shortened_and_a_short_one_kept():
    long = "A ministry with a name that never comes to an end at all"
    wide, narrow = (drawn([exactly(long, 1)], wide=wide).rows[0].name.words for wide in (True, False))
    assert wide.endswith("…")
    assert narrow.startswith(wide[:-1].rstrip())
    assert drawn([exactly("Short", 1)]).rows[0].name.words == "Short"

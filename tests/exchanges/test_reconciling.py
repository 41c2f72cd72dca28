"""Rival claims side by side: never a sum, whatever the order. Rules: DOMAIN.md section 3."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanges.reconciling import Agreement, PlainClaim, headline, parts_beside, ranges
from exchanges.vocabulary import Category, Stage
from sources.models import ClaimState, Quantifier


def claim(claimant="A", number=100, quantifier="exactly", high=None, **given_) -> PlainClaim:
    return PlainClaim(
        claimant, given_.pop("direction", "to_a"), given_.pop("category", "total"), quantifier, number, high, **given_
    )


@st.composite
def claims(draw) -> PlainClaim:
    quantifier = draw(st.sampled_from(Quantifier.values))
    number = draw(st.none() | st.integers(0, 2000))
    high = None
    if quantifier == Quantifier.BETWEEN:
        number = number or 0
        high = number + draw(st.integers(0, 500))
    return PlainClaim(
        draw(st.sampled_from("ABCD")),
        draw(st.sampled_from(["to_a", "to_b", "both", ""])),
        draw(st.sampled_from(["total", "military", "civilian", "remains", "women"])),
        quantifier,
        number,
        high,
        draw(st.sampled_from(Stage.values)),
        draw(st.sampled_from([ClaimState.CURRENT, ClaimState.CURRENT, *ClaimState.values])),
        draw(st.none() | st.dates(dt.date(2025, 1, 1), dt.date(2025, 1, 4))),
    )


@given(st.lists(claims(), max_size=12), st.randoms(use_true_random=False))
def test_the_order_of_claims_never_matters(given_claims, random):
    shuffled = list(given_claims)
    random.shuffle(shuffled)
    assert ranges(shuffled) == ranges(given_claims)


@given(st.lists(claims(), max_size=12))
def test_nothing_is_ever_added_up(given_claims):
    """Every bound of a range is a number somebody stated, or 0 where the range is open downward."""
    for figure in ranges(given_claims):
        same = [
            c for c in given_claims
            if (c.direction, c.category, c.stage) == (figure.direction, figure.category, figure.stage)
        ]  # fmt: skip
        stated = {number for c in same for number in (c.number, c.number_high) if number is not None}
        if not figure.is_composed:
            assert figure.high is None or figure.high in stated
            assert figure.low is None or figure.low in stated or figure.low == 0


@given(st.lists(claims(), max_size=12))
def test_low_is_never_above_high_and_unknown_is_never_nought(given_claims):
    for figure in ranges(given_claims):
        assert (figure.low is None) == (figure.agreement == Agreement.UNDISCLOSED)
        if figure.low is not None and figure.high is not None:
            assert figure.low <= figure.high
        if figure.agreement == Agreement.AGREED:
            assert figure.claimants > 1


@given(st.lists(claims(), max_size=12))
def test_only_claims_in_force_count(given_claims):
    assert ranges(given_claims) == ranges(c for c in given_claims if c.state == ClaimState.CURRENT)


@given(st.lists(claims(), max_size=8), st.integers(1, 5))
def test_a_claim_repeated_is_one_claim(given_claims, times):
    assert ranges(given_claims * times) == ranges(given_claims)


@given(st.lists(claims(), max_size=12), st.sampled_from(["to_a", "to_b", "both", ""]))
def test_headlines_and_parts_are_ranges_of_deliveries_of_that_direction(given_claims, direction):
    figures = ranges(given_claims)
    shown = headline(figures, direction) + parts_beside(figures, direction)
    assert all(figure in figures for figure in shown)
    assert {(figure.direction, figure.stage) for figure in shown} <= {(direction, Stage.DELIVERED)}
    assert len({figure.category for figure in shown}) == len(shown)


@pytest.mark.parametrize(
    ("stated", "low", "high", "agreement", "words"),
    [
        ([claim("A", 150), claim("B", 189)], 150, 189, "disputed", "150–189"),
        ([claim("A", 150), claim("B", 150)], 150, 150, "agreed", "150"),
        ([claim("A", 150)], 150, 150, "single_source", "150"),
        ([claim("A", 150), claim("A", 160)], 150, 160, "disputed", "150–160"),
        ([claim("A", None)], None, None, "undisclosed", "not disclosed"),
        ([claim("A", None), claim("B", 0)], 0, 0, "single_source", "0"),
        ([claim("A", 1000, "at_least")], 1000, None, "single_source", "at least 1,000"),
        ([claim("A", 1000, "at_least"), claim("B", 1200)], 1000, 1200, "compatible", "1,000–1,200"),
        ([claim("A", 1000, "at_least"), claim("B", 1000)], 1000, 1000, "compatible", "1,000"),
        ([claim("A", 1000, "more_than"), claim("B", 1000)], 1000, None, "disputed", "at least 1,000"),
        ([claim("A", 1000, "at_least"), claim("B", 900)], 900, None, "disputed", "at least 900"),
        ([claim("A", 50, "at_most")], 0, 50, "single_source", "0–50"),
        ([claim("A", 50, "at_most"), claim("B", 40)], 40, 50, "compatible", "40–50"),
        ([claim("A", 50, "at_most"), claim("B", 100, "at_least")], 0, None, "disputed", "at least 0"),
        ([claim("A", 10, "between", 20), claim("B", 15)], 10, 20, "compatible", "10–20"),
        ([claim("A", 90, "about")], 90, 90, "single_source", "about 90"),
        ([claim("A", 90, "about"), claim("B", 90)], 90, 90, "compatible", "90"),
        ([claim("A", 90, "about"), claim("B", 100)], 90, 100, "unresolved", "90–100"),
        ([claim("A", 90, "about"), claim("B", 100), claim("C", 110)], 90, 110, "disputed", "90–110"),
        ([claim("A", 21, as_of=dt.date(2022, 8, 15)), claim("A", 900, as_of=dt.date(2023, 7, 1))], 900, 900,
         "single_source", "900"),
        ([claim("A", 150), claim("B", 189, state="superseded")], 150, 150, "single_source", "150"),
    ],
)  # fmt: skip
def test_ranges_by_example(stated, low, high, agreement, words):
    (figure,) = ranges(stated)
    assert (figure.low, figure.high, figure.agreement, figure.stated) == (low, high, agreement, words)


def test_what_is_not_comparable_stays_apart():
    first = claim("A", 5)
    others = [
        replace(first, direction="to_b"),
        replace(first, category="military"),
        replace(first, stage="planned"),
    ]
    assert [figure.low for figure in ranges([first, *others])] == [5, 5, 5, 5]


def test_the_total_stands_at_the_head_and_parts_beside_it():
    figures = ranges([claim("A", 189), claim("B", 150, category="military"), claim("A", 2, category="civilian")])
    assert [figure.category for figure in headline(figures, "to_a")] == ["total"]
    assert [figure.category for figure in parts_beside(figures, "to_a")] == ["military", "civilian"]


def test_one_claimants_parts_make_its_total_and_attributes_are_never_added():
    figures = ranges(
        [claim("A", 270, category="military"), claim("A", 120, category="civilian"), claim("A", 3, category="women")]
    )
    assert [(figure.category, figure.low, figure.is_composed) for figure in headline(figures, "to_a")] == [
        ("total", 390, True)
    ]
    assert [(figure.category, figure.low) for figure in parts_beside(figures, "to_a")] == [
        ("military", 270),
        ("civilian", 120),
    ]


def test_one_part_alone_is_named_as_what_it_is():
    figures = ranges([claim("A", 82, category="military"), claim("B", 82, category="military")])
    assert [(figure.category, figure.stated) for figure in headline(figures, "to_a")] == [("military", "82")]


def test_the_dead_stand_beside_the_living():
    figures = ranges([claim("A", 100), claim("A", 7, category="remains")])
    assert [(figure.category, figure.low) for figure in headline(figures, "to_a")] == [("total", 100), ("remains", 7)]


def test_every_category_has_a_name():
    assert all(ranges([claim(category=category)])[0].category_label for category in Category.values)


def claimed(claimant: str, category: str, number: int) -> PlainClaim:
    return PlainClaim(claimant, "to_a", category, "exactly", number)


def top(*claims: PlainClaim) -> tuple[str, str]:
    (figure,) = headline(ranges(claims), "to_a")
    return figure.stated, figure.agreement.value


def test_a_side_that_counts_only_its_military_is_compared_with_the_others_total():
    # 30 December 2024: Russia "150 servicemen"; Ukraine 189, two of them civilians.
    given = claimed("A", "total", 189), claimed("A", "civilian", 2), claimed("B", "military", 150)
    assert top(*given) == ("150–189", "disputed")


def test_a_claimants_own_parts_make_its_total_and_nobody_elses():
    # 17 October 2022: one claimant gives the total, the other its two parts.
    given = claimed("A", "total", 110), claimed("B", "military", 30), claimed("B", "civilian", 80)
    assert top(*given) == ("110", "agreed")
    rivals = claimed("A", "military", 1), claimed("B", "civilian", 2)
    assert all("3" not in figure.stated for figure in ranges(rivals))


def test_the_part_another_breakdown_has_too_is_no_rival_of_its_total():
    # 2 October 2025: 205 with 20 civilians; the other side speaks of 185 servicemen.
    given = claimed("A", "total", 205), claimed("A", "civilian", 20), claimed("B", "military", 185)
    assert top(*given) == ("205", "single_source")


def test_a_mention_of_a_few_civilians_is_no_total():
    assert top(claimed("A", "total", 189), claimed("B", "civilian", 2)) == ("189", "single_source")

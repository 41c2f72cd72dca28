"""Best figures, independent sources, differences and checks of parts. Rules: DOMAIN.md section 3."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exchanges.reconciling import check_parts, in_force, independent_sources, ranges
from tests.exchanges.test_reconciling import claim, claims

RECEIVING = {"to_a": "A", "to_b": "B"}


def only(stated, receiving=RECEIVING, category="total"):
    (figure,) = [figure for figure in ranges(stated, receiving) if figure.category == category]
    return figure


@given(st.lists(claims(), max_size=12))
def test_the_best_figure_lies_within_the_range_or_is_unresolved(given_claims):
    for figure in ranges(given_claims, RECEIVING):
        if figure.best is None:
            assert figure.rule == "unresolved"
        else:
            assert figure.low <= figure.best
            assert figure.high is None or figure.best <= figure.high


@given(st.lists(claims(), max_size=10), st.data())
def test_one_more_citation_of_a_claim_changes_no_figure(given_claims, data):
    """The same claim on another source: nothing but the number of its own sources may change."""
    cited = [replace(one, identity=number, sources=frozenset({number})) for number, one in enumerate(given_claims)]
    if cited:
        place = data.draw(st.integers(0, len(cited) - 1))
        more = [*cited[:place], replace(cited[place], sources=frozenset({place, "another"})), *cited[place + 1 :]]
        assert ranges(more, RECEIVING) == ranges(cited, RECEIVING)


@given(st.lists(claims(), max_size=10), st.data())
def test_superseding_removes_the_old_claim(given_claims, data):
    cited = [replace(one, identity=number) for number, one in enumerate(given_claims)]
    if cited:
        new = replace(data.draw(claims()), identity="new", supersedes=0, state="current")
        assert ranges([*cited, new], RECEIVING) == ranges([*cited[1:], new], RECEIVING)


@given(st.integers(1, 900), st.integers(1, 900))
def test_rivals_are_never_summed(one, other):
    """The sum of what two claimants say is found nowhere in what is made of it, unless one of them says it."""
    stated = [claim("A", one), claim("B", other), claim("A", one, direction="to_b"), claim("B", other, category="pow")]
    found = ranges(stated, RECEIVING)
    numbers = {n for f in found for n in (f.low, f.best, f.high, f.difference and f.difference.size)}
    assert one + other not in numbers - {one, other, abs(one - other)}


def test_one_and_two_are_never_three():
    assert "3" not in repr(ranges([claim("A", 1), claim("B", 2)], RECEIVING))


@pytest.mark.parametrize(
    ("stated", "best", "rule"),
    [
        ([claim("A", 5), claim("B", 5)], 5, "all_agree"),
        ([claim("B", 5)], 5, "only_claim"),
        ([claim("B", 90, "about")], None, "unresolved"),
        ([claim("A", 1000, "at_least"), claim("B", 1000)], 1000, "all_agree"),
        ([claim("A", 1000, "at_least"), claim("B", 1200)], None, "unresolved"),
        # The receiving side's own count, with its own parts.
        ([claim("A", 189), claim("B", 150), claim("A", 2, category="civilian")], 189, "receiving_side"),
        ([claim("A", 189), claim("B", 150)], None, "unresolved"),
        ([claim("A", 189), claim("B", 150), claim("B", 2, category="civilian")], None, "unresolved"),
        ([claim("A", 189), claim("A", 190), claim("B", 150), claim("A", 2, category="civilian")], None, "unresolved"),
        (
            [claim("A", 189), claim("B", 150), claim("A", 2, category="civilian"), claim("A", 180, category="pow")],
            None,
            "unresolved",
        ),
    ],
)
def test_the_best_figure_by_rule(stated, best, rule):
    figure = only(stated)
    assert (figure.best, figure.rule) == (best, rule)


def test_echoes_and_repetitions_are_one_source():
    first, second, third = (
        replace(claim(name, 150), identity=name, sources=frozenset({source}))
        for name, source in (("A", "agency"), ("B", "agency"), ("C", "eyewitness"))
    )
    again = replace(first, identity="again", sources=frozenset({"paper"}))
    assert independent_sources([first, second, third, again]) == 2
    assert independent_sources([first, second, third, again, replace(claim("D", None), sources=frozenset({"x"}))]) == 2
    bridge = replace(claim("A", 150), identity="bridge", sources=frozenset({"eyewitness"}))
    assert independent_sources([third, first, bridge]) == 1


@pytest.mark.parametrize(
    ("stated", "size", "reason"),
    [
        ([claim("A", 230), claim("B", 224), claim("A", 6, category="civilian")], 6, "civilians"),
        ([claim("A", 230), claim("B", 224), claim("B", 6, category="wounded")], 6, "wounded"),
        ([claim("A", 230), claim("B", 224)], 6, "unexplained"),
    ],
)
def test_a_difference_has_a_size_and_a_reason(stated, size, reason):
    difference = only(stated).difference
    assert (difference.size, difference.reason) == (size, reason)


def test_agreement_on_the_total_hides_no_dispute_about_the_parts():
    stated = [
        claim("A", 200),
        claim("B", 200),
        claim("A", 150, category="military"),
        claim("B", 140, category="military"),
    ]
    figure = only(stated)
    assert (figure.agreement, figure.parts_differ, figure.differs) == ("agreed", True, True)


@pytest.mark.parametrize(
    ("parts", "state", "rest"),
    [
        ({"military": 187, "civilian": 2}, "add_up", 0),
        ({"civilian": 2}, "incomplete", 187),
        ({"military": 180, "civilian": 2}, "contradict", 7),
        ({"military": 190}, "contradict", -1),
    ],
)
def test_parts_are_checked_against_their_claimants_total(parts, state, rest):
    stated = [claim("A", 189), claim("B", 150, category="military")]
    (check,) = check_parts([*stated, *(claim("A", number, category=name) for name, number in parts.items())])
    assert (check.claimant, check.total, check.state, check.rest) == ("A", 189, state, rest)


def test_overlapping_attributes_are_no_parts():
    assert check_parts([claim("A", 100), claim("A", 90, category="women"), claim("A", 20, category="officers")]) == []


def test_a_refuted_claim_does_not_bring_back_the_one_it_replaced():
    old = replace(claim("A", 1), identity="old")
    new = replace(claim("A", 2), identity="new", supersedes="old", state="refuted")
    assert in_force([old, new]) == []

"""The whole record in one statement says what ``figures_of`` says, whoever asks and whatever was claimed."""

import datetime as dt

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.context import ANONYMOUS, SYSTEM, acting_as, user_principal
from access.levels import Level
from exchanges.models import Claim, Estimate, Outcome
from exchanges.querysets import figures_of
from exchanges.whole_record import Reconciled, reconcile
from intermediaries.models import Actor
from negotiations.models import Party
from records.known import KnownOn
from sources.models import Quantifier
from tests.factories import make

pytestmark = pytest.mark.django_db
DAYS = [dt.date(2025, 6, day) for day in (10, 11, 12)]
MOMENTS = [dt.datetime(2025, 6, day, 12, tzinfo=dt.UTC) for day in (11, 12)]
STATUSES = ["completed", "completed", "announced", "collapsed"]


@pytest.fixture
def events(world, people):
    """Four outcomes, one of which has not taken place and one of which not everybody may see; three who claim."""
    with acting_as(SYSTEM):
        world.third = make(Actor, name="A third", kind_of_actor="state")
        world.claimants = [world.actor, world.third, make(Actor, name="A body", kind_of_actor="ngo")]
        make(
            Party, conflict=world.conflict, actor=world.third, position=3, colour="a", direction="to_third",
            direction_label="To the third",
        )  # fmt: skip
        world.events = [
            make(
                Outcome, conflict=world.conflict, outcome_kind="exchange", status=status, started_on=DAYS[0],
                level=Level.INTERNAL if place == 1 else Level.PUBLIC,
            )
            for place, status in enumerate(STATUSES)
        ]  # fmt: skip
    world.readers = [ANONYMOUS, SYSTEM] + [user_principal(one) for one in (people.analyst, people.member)]
    world.room = people.room
    return world


def compare(readers: list[str], knowns=(None,)) -> list[Reconciled]:
    """Compare both answers about all outcomes for each reader; return every figure there was."""
    found = []
    for reader in readers:
        for known in knowns:
            with acting_as(reader):
                outcomes = Outcome.objects.counted()
                plain = {
                    outcome: [Reconciled.of(figure) for figure in figures]
                    for outcome, figures in figures_of(outcomes, known).items()
                    if figures
                }
                whole = dict(reconcile(outcomes, known))
            assert {one: figures for one, figures in whole.items() if figures} == plain, (reader, known)
            found += [figure for figures in whole.values() for figure in figures]
    return found


@st.composite
def stated(draw, categories) -> dict:
    """A claim: of which outcome, by whom, what, and what became of it; mostly about few things, so that rivals meet."""
    number = draw(st.sampled_from([None, 0, 1, 2, 2, 3, 3, 4]))
    quantifier = draw(st.sampled_from(Quantifier.values)) if number is not None else "exactly"
    return {
        "place": draw(st.integers(0, len(STATUSES) - 1)),
        "by": draw(st.integers(0, 2)),
        "direction": draw(st.sampled_from(["to_third"] * 6 + ["to_second", ""])),
        "category": draw(st.sampled_from(categories)),
        "stage": draw(st.sampled_from(["delivered"] * 6 + ["planned"])),
        "quantifier": quantifier,
        "number": number,
        "number_high": number + draw(st.integers(0, 2)) if quantifier == "between" else None,
        "as_of": draw(st.sampled_from([None, None, *DAYS])),
        "said_on": draw(st.sampled_from([None, None, *DAYS])),
        "level": draw(st.sampled_from([0] * 6 + [Level.INTERNAL])),
        "is_of_room": draw(st.sampled_from([False] * 6 + [True])),
        "supersedes": draw(st.sampled_from([None] * 6 + [0, 1, 2, 5])),
        "end": draw(st.sampled_from([""] * 9 + ["refuted", "withdrawn", "draft"])),
        "moment": draw(st.sampled_from(MOMENTS)),
    }


def write(world, told: list[dict]) -> None:
    """Write the claims as they were drawn; a claim supersedes one written before it, also of another outcome."""
    written = []
    for one in told:
        place, by, end, moment = (one[name] for name in ("place", "by", "end", "moment"))
        fields = {
            name: one[name]
            for name in ("direction", "category", "stage", "quantifier", "number", "number_high", "as_of", "said_on")
        }
        if end in ("refuted", "withdrawn"):
            fields |= {f"{end}_at": moment, f"{end}_reason": "Said twice"}
        if one["supersedes"] is not None and one["supersedes"] < len(written):
            fields["supersedes"] = written[one["supersedes"]]
        written.append(
            make(
                Claim, outcome=world.events[place], claimant=world.claimants[by], level=one["level"],
                compartments=[world.room.pk] if one["is_of_room"] else [],
                review_state="draft" if end == "draft" else "submitted", **fields,
            )
        )  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=st.lists(stated(["total"]), min_size=9, max_size=18), day=st.sampled_from(DAYS))
def test_of_one_category_both_say_the_same(events, told, day):
    with transaction.atomic():
        with acting_as(SYSTEM):
            write(events, told)
        compare(events.readers, [None, KnownOn(day), KnownOn(day, recorded_only=True)])
        transaction.set_rollback(True)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=st.lists(stated(["total", "total", "military", "civilian", "wounded", "remains"]), min_size=9, max_size=18),
    judged=st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=2),
)
def test_of_several_categories_and_with_estimates_both_say_the_same(events, told, judged):
    with transaction.atomic():
        with acting_as(SYSTEM):
            write(events, told)
            for place, is_hidden in judged:
                make(
                    Estimate, outcome=events.events[place], direction="to_third", category="total", low=1, best=2,
                    reason="Heard from both", difference="unverified", level=Level.INTERNAL if is_hidden else 0,
                )  # fmt: skip
        compare(events.readers, [None, KnownOn(DAYS[1])])
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ([("exactly", 5), ("exactly", 5)], (5, 5, "agreed", 5, "all_agree", None, None)),
        ([("exactly", 5), ("exactly", 7)], (5, 7, "disputed", None, "unresolved", 2, "unexplained")),
        ([("at_least", 5), ("exactly", 5)], (5, 5, "compatible", 5, "all_agree", None, None)),
        ([("at_least", 5), ("exactly", 4)], (4, None, "disputed", None, "unresolved", 1, "unexplained")),
        ([("more_than", 5), ("exactly", 5)], (5, None, "disputed", None, "unresolved", None, None)),
        ([("more_than", 5), ("exactly", 6)], (5, 6, "compatible", None, "unresolved", 1, "unexplained")),
        ([("at_most", 5), ("exactly", 5)], (5, 5, "compatible", 5, "all_agree", None, None)),
        ([("at_most", 5), ("exactly", 6)], (0, 6, "disputed", None, "unresolved", 1, "unexplained")),
        ([("fewer_than", 5), ("exactly", 5)], (0, 5, "disputed", None, "unresolved", None, None)),
        ([("fewer_than", 5), ("at_least", 4)], (4, 5, "compatible", None, "unresolved", 1, "unexplained")),
        ([("about", 5), ("exactly", 6)], (5, 6, "unresolved", None, "unresolved", 1, "unexplained")),
        ([("about", 5), ("about", 5)], (5, 5, "agreed", None, "unresolved", None, None)),
        ([("exactly", 5), ("exactly", None)], (5, 5, "single_source", 5, "only_claim", None, None)),
        ([("exactly", None), ("exactly", None)], (None, None, "undisclosed", None, "unresolved", None, None)),
        ([("at_least", 5), ("at_least", 5)], (5, None, "agreed", None, "unresolved", None, None)),
        (
            [("at_least", 5), ("at_least", 3), ("exactly", 4)],
            (3, None, "disputed", None, "unresolved", 2, "unexplained"),
        ),
        (
            [("more_than", 5), ("more_than", 3), ("exactly", 5)],
            (3, None, "disputed", None, "unresolved", 2, "unexplained"),
        ),
        ([("at_most", 3), ("at_most", 5), ("exactly", 4)], (0, 5, "disputed", None, "unresolved", 2, "unexplained")),
        (
            [("fewer_than", 3), ("fewer_than", 5), ("exactly", 4)],
            (0, 5, "disputed", None, "unresolved", 2, "unexplained"),
        ),
        ([("between", 3, 6), ("between", 5, 6)], (3, 6, "compatible", None, "unresolved", 3, "unexplained")),
        ([("between", 3, 5), ("between", 3, 6)], (3, 6, "compatible", None, "unresolved", 3, "unexplained")),
    ],
)
def test_what_is_said_side_by_side(events, told, expected):
    """The rules themselves, one by one, by the statement alone."""
    with acting_as(SYSTEM):
        for by, (quantifier, number, *high) in enumerate(told):
            make(
                Claim, outcome=events.events[0], claimant=events.claimants[by], direction="to_third",
                category="total", quantifier=quantifier, number=number, number_high=high[0] if high else None,
            )  # fmt: skip
    with acting_as(ANONYMOUS), CaptureQueriesContext(connection) as asked:
        ((outcome, (figure,)),) = reconcile(Outcome.objects.filter(pk=events.events[0].pk))
    assert outcome == events.events[0].pk
    assert len([one for one in asked if "exchanges_claim" in one["sql"]]) == 2  # figures, labels
    names = ("low", "high", "agreement", "best", "rule", "difference", "why")
    assert tuple(getattr(figure, name) for name in names) == expected
    compare(events.readers)


def test_of_one_claimants_counts_the_latest_stands(events):
    with acting_as(SYSTEM):
        for by, as_of, number in (
            (0, DAYS[0], 5),
            (0, DAYS[1], 7),
            (1, DAYS[0], 7),
            (2, DAYS[0], 7),
            (2, DAYS[1], None),
        ):
            make(
                Claim, outcome=events.events[0], claimant=events.claimants[by], direction="to_third",
                category="total", number=number, as_of=as_of,
            )  # fmt: skip
    with acting_as(ANONYMOUS):
        ((_outcome, (figure,)),) = reconcile(Outcome.objects.filter(pk=events.events[0].pk))
    assert (figure.low, figure.high, figure.claimants, figure.agreement) == (7, 7, 2, "agreed")
    compare(events.readers)


def test_what_is_hidden_supersedes_nothing_for_who_cannot_see_it(events, people):
    with acting_as(SYSTEM):
        given_ = {"outcome": events.events[0], "claimant": events.claimants[0], "direction": "to_third"}
        old = make(Claim, category="total", number=5, **given_)
        make(Claim, category="total", number=9, supersedes=old, level=Level.INTERNAL, **given_)
    told = []
    for reader in (ANONYMOUS, user_principal(people.analyst)):
        with acting_as(reader):
            told += [figure.best for _outcome, (figure,) in reconcile(Outcome.objects.filter(pk=events.events[0].pk))]
    assert told == [5, 9]


def test_the_number_of_statements_does_not_grow_with_the_record(events):
    """Two outcomes and twenty, a few of them with parts: the same statements."""
    asked = []
    for wanted in (2, 20):
        with acting_as(SYSTEM):
            for number in range(Outcome.objects.filter(notes="counted").count(), wanted):
                event = make(Outcome, conflict=events.conflict, outcome_kind="exchange", notes="counted")
                for category in ("total", "civilian") if number % 2 else ("total",):
                    make(
                        Claim, outcome=event, claimant=events.actor, direction="to_third", category=category,
                        number=number,
                    )  # fmt: skip
        with acting_as(ANONYMOUS), CaptureQueriesContext(connection) as context:
            found = dict(reconcile(Outcome.objects.filter(notes="counted")))
        assert len(found) == wanted
        asked.append(len(context))
    assert asked[0] == asked[1]


def test_without_outcomes_there_is_nothing_to_ask(events):
    with acting_as(ANONYMOUS), CaptureQueriesContext(connection) as asked:
        assert list(reconcile(Outcome.objects.none())) == []
    assert not any("exchanges_" in one["sql"] for one in asked)


def test_the_rows_stay_with_the_server_until_they_are_asked_for(events):
    """And other statements may be asked meanwhile."""
    with acting_as(SYSTEM):
        for event in events.events:
            make(Claim, outcome=event, claimant=events.actor, direction="to_third", category="total", number=1)
    with acting_as(SYSTEM):
        found = reconcile(Outcome.objects.counted())
        next(found)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_cursors WHERE statement LIKE '%exchanges_claim%'")
            assert cursor.fetchone() == (1,)
        assert list(found)

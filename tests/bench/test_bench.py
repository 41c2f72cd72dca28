"""The measuring of what reconciling costs runs, on claims of every kind, and refuses to compare unlike answers."""

import re

import pytest
from django.db import connections

from access.context import acting_as, user_principal
from exchanges.models import Claim, Outcome
from exchanges.reconciling import Agreement
from exchanges.whole_record import reconcile
from scripts.bench import filling, reconciling, whole
from scripts.bench.claims import three_claims
from scripts.bench.database import own_database
from scripts.bench.world import World
from sources.models import Quantifier
from tests.template import template_for

ROWS = 5000


@pytest.fixture(scope="module")
def reader(django_db_setup, django_db_blocker):
    """A small measured database: its reader who sees much."""
    with django_db_blocker.unblock(), own_database(template_for(connections["owner"])):
        yield filling.fill(World(ROWS), three_claims)["broad"]


def test_there_are_three_claims_of_each_outcome_and_every_kind_among_them(reader):
    with acting_as(user_principal(reader)):
        # Who sees so little as a tenth fewer claims still sees most outcomes with all three.
        assert Claim.objects.count() > 2.5 * Outcome.objects.count()
        kinds = set(Claim.objects.order_by().values_list("quantifier", flat=True).distinct())
        assert kinds >= {Quantifier.EXACTLY, Quantifier.AT_LEAST, Quantifier.ABOUT, Quantifier.BETWEEN}
        assert Claim.objects.filter(supersedes__isnull=False).exists()
        figures = [figure for _outcome, found in reconcile(Outcome.objects.counted()) for figure in found]
    assert {figure.agreement for figure in figures} == set(Agreement)
    assert {figure.rule for figure in figures} >= {"all_agree", "only_claim", "unresolved"}
    parts = sum(figure.category == "civilian" for figure in figures)
    assert 0.02 < parts / len(figures) < 0.05


def test_a_line_is_printed_for_each_question(reader, capsys):
    missed = whole.report(reader, most_rounds=2)
    told = capsys.readouterr().out
    lines = re.findall(r"^(.{44}) +[\d,.]+ ms +[\d,.]+ ms +[\d.]+(?: +[\d.]+  (?:pass|FAIL))?$", told, re.MULTILINE)
    assert len(lines) == len(set(lines)) == 8
    assert missed == told.count("FAIL")


def test_the_bare_sql_groups_the_claims_that_are_reconciled(reader):
    with acting_as(user_principal(reader)):
        bare = {row[0] for row in reconciling.fetched(*reconciling.bare_sql(reconciling.claims_of()))}
        whole_record = {outcome for outcome, _figures in reconcile(Outcome.objects.counted())}
    assert whole_record
    assert whole_record <= bare


def test_unlike_answers_are_refused(reader):
    with acting_as(user_principal(reader)):
        outcome, figures = next(reconcile(Outcome.objects.counted()))
        reconciling.refuse_other({outcome: figures})
        with pytest.raises(reconciling.DifferentRows):
            reconciling.refuse_other({outcome: [figures[0]._replace(claimants=9), *figures[1:]]})


def test_a_number_of_rows_that_cannot_be_is_refused_with_the_remedy(monkeypatch, capsys):
    monkeypatch.setenv("ROWS", "many")
    assert whole.main() == 2
    assert "ROWS=100000" in capsys.readouterr().err

"""A list costs the same number of statements for two rows and for twenty, as a page and as a resource."""

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from access.context import SYSTEM, acting_as, user_principal
from desk.work import number_of_drafts, tasks_of
from intake.models import Candidate
from records import querysets
from records.models import Record
from records.waiting import number_to_review
from tests.factories import make_world
from tests.people import signed_in

pytestmark = pytest.mark.django_db
MODELS = [model for model in apps.get_models() if issubclass(model, Record)]


def lists() -> list[str]:
    found = [reverse(f"api:{model.kind_of()}-list") for model in MODELS]
    for model in MODELS:
        try:
            found.append(model.list_url())
        except NoReverseMatch:
            continue
    return found


def counts(client, writer) -> dict[str, int]:
    """Return the number of statements by address, asked by a visitor; the inbox by one who may write."""
    found = {}
    for url in lists():
        asker = writer if url == Candidate.list_url() else client
        with CaptureQueriesContext(connection) as queries:
            assert asker.get(url).status_code == 200
        found[url] = len(queries)
    return found


def test_lists_cost_the_same_for_two_rows_and_for_twenty(client, people):
    with acting_as(SYSTEM):
        for number in range(2):
            make_world(f"Word{number}")
    writer = signed_in(people.reviewer)
    counts(client, writer)  # content types and the like are asked once
    two = counts(client, writer)
    with acting_as(SYSTEM):
        for number in range(2, 20):
            make_world(f"Word{number}")
    twenty = counts(client, writer)
    assert {url: (two[url], n) for url, n in twenty.items() if n > two[url]} == {}
    assert max(twenty.values()) < 40


def test_a_connection_that_knows_too_many_statements_begins_anew(people, monkeypatch):
    monkeypatch.setattr(querysets, "MOST_PREPARED", 1)
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
    querysets._prepared.clear()
    with acting_as(user_principal(people.reviewer)) as actor:
        for _turn in range(3):
            assert (tasks_of(actor), number_of_drafts(actor), number_to_review(actor)) == ([], 0, 0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE name LIKE 'composed%'")
            assert cursor.fetchone() == (1,)

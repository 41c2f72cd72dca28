"""What is asked, through the application's own views, selectors and managers, and the SQL that comes of it."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count
from django.db.models.functions import TruncMonth
from django.test import RequestFactory

from access.context import acting_as, current_reader, user_principal
from access.installation import classified_tables
from access.models import User
from exchanges.filters import OutcomeFilter
from exchanges.models import Outcome
from exchanges.views.outcomes import OutcomeDetail, OutcomeList
from exchanges.viewsets import OutcomeViewSet
from exchanges.vocabulary import OutcomeKind
from records.search import MOST, found_ids
from scripts.bench.world import World

NEWEST = ("-started_on", "-recorded_at", "pk")
# The query in records.search, with what it asks of the reader put in by hand.
SEARCH_BY_HAND = """
SELECT record_table, record_id FROM (
    SELECT s.record_table::text, s.record_id,
           (ts_rank(s.document, q) + word_similarity(%(told)s, s.words))::real AS rank
    FROM records_searchentry s, websearch_to_tsquery('records.plain', %(told)s) q
    WHERE s.label_id = ANY (%(labels)s::int[]) AND (s.draft_of IS NULL OR s.draft_of = %(user)s OR true)
      AND NOT s.is_withdrawn AND (s.document @@ q OR s.words LIKE %(like)s)
    ORDER BY rank DESC, s.record_id LIMIT %(most)s
) found
"""


@dataclass(frozen=True)
class Question:
    """One thing asked; ``target`` is the most it may cost with the policies, as a multiple of without."""

    name: str
    target: float
    ask: Callable[[User, World], object]
    by_hand: Callable[[World], str] | None = None


def newest(_user, _world):
    return list(Outcome.objects.current().order_by(*NEWEST)[:50])


def page(user, _world):
    """The list page of outcomes: its rows with what they join, the count, the figures, the conflict's directions."""
    view = OutcomeList()
    view.setup(request(user, "/outcomes/"))
    view.object_list = view.get_queryset()
    return view.get_context_data()


def resource(user, _world):
    """The API's list of outcomes, with the claims, roles, links and citations it holds."""
    return OutcomeViewSet.as_view({"get": "list"})(request(user, "/api/v1/outcomes/"))


def record(user, _world):
    """One outcome, as its page fetches it."""
    view = OutcomeDetail()
    view.setup(request(user, "/"), pk=Outcome.objects.current().order_by("pk").values_list("pk", flat=True)[0])
    return view.get_object()


def filtered_count(_user, _world):
    asked = {"outcome_kind": OutcomeKind.CHILD_RETURN, "since": "2024-01-01", "until": "2024-06-30"}
    return OutcomeFilter(asked, queryset=Outcome.objects.all()).qs.count()


def count(_user, _world):
    return Outcome.objects.current().count()


def months(_user, _world):
    by_month = Outcome.objects.counted().annotate(month=TruncMonth("started_on")).order_by("month", "outcome_kind")
    return list(by_month.values("month", "outcome_kind").annotate(n=Count("pk")))


def searching(word: str) -> dict:
    """Return how a word of the world is searched: through records.search, and by hand."""
    return {
        "ask": lambda _user, world: found_ids(getattr(world, word)),
        "by_hand": lambda world: search_by_hand(getattr(world, word)),
    }


def search_by_hand(word: str) -> str:
    reader = current_reader()
    given = {
        "told": word, "labels": list(reader.labels), "user": str(reader.user_id), "like": f"%{word}%", "most": MOST
    }  # fmt: skip
    with connection.cursor() as cursor:
        return cursor.mogrify(SEARCH_BY_HAND, given).decode()


QUESTIONS = [
    Question("list of 50, newest first", 1.5, newest),
    Question("list page of outcomes", 1.5, page),
    Question("API list of outcomes", 1.5, resource),
    Question("detail by id", 2, record),
    Question("count, filtered", 1.5, filtered_count),
    Question("count of all", 2, count),
    Question("monthly aggregate", 1.5, months),
    Question("search, rare word", 1.5, **searching("rare_word")),
    Question("search, common word", 1.5, **searching("common_word")),
]


def request(user: User, path: str):
    made = RequestFactory().get(path, headers={"host": "localhost"})
    made.user, made.api_token = user, None
    return made


def statements(question: Question, user: User, world: World) -> tuple[list[str], list[str]]:
    """Ask as the reader; return what was sent to the database, with the policies and without them.

    Without is the same SQL, for the owner to run; for the search the function's query written by hand. Left out is what
    is not asked of records (names of compartments, who may see a record): there the managers add no labels, so that
    the owner would get another answer.
    """
    sent = []
    tables = [f'"{table}"' for table in classified_tables()]

    def note(execute, sql, params, many, context):
        sent.append(context["cursor"].mogrify(sql, params).decode())
        return execute(sql, params, many, context)

    with acting_as(user_principal(user)):
        with connection.execute_wrapper(note):
            question.ask(user, world)
        if question.by_hand:
            return sent, [question.by_hand(world)]
    of_records = [statement for statement in sent if any(table in statement for table in tables)]
    # Only the last statement of a detail is the detail; those before chose which.
    kept = of_records[-1:] if question.ask is record else of_records
    return kept, kept

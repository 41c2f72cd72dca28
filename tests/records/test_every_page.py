"""What holds for the pages of every kind of record: list, record, history, withdrawal."""

import pytest
from django.apps import apps
from django.urls import NoReverseMatch, reverse

from access.context import SYSTEM, acting_as
from access.levels import Level
from records.models import Record
from tests.factories import make_world, unknown_id
from tests.people import signed_in

REVIEWERS_OWN = {"estimate"}
# Kinds whose history is for their author and for reviewers.
HISTORY_OF_OWN = {"public-summary"}
# Kinds that nobody sees but those who may write.
FOR_WRITERS = {"candidate"}


def has_pages(model) -> bool:
    try:
        return bool(model.list_url())
    except NoReverseMatch:
        return False


PAGED = [model for model in apps.get_models() if issubclass(model, Record) and has_pages(model)]
pytestmark = [pytest.mark.django_db, pytest.mark.parametrize("model", PAGED, ids=lambda model: model.kind_of())]


def of_kind(world, model):
    return next(value for value in vars(world).values() if type(value) is model)


@pytest.fixture
def reader(model, client, people):
    """A visitor; of what is for those who write, a recorder."""
    return signed_in(people.recorder) if model.kind_of() in FOR_WRITERS else client


def page(record, name: str) -> str:
    return reverse(f"{record._meta.app_label}:{record.kind}-{name}", args=[record.pk])


def test_the_list_shows_sorts_and_refuses_in_words(model, reader, world):
    client = reader
    record = of_kind(world, model)
    answer = client.get(model.list_url())
    assert answer.status_code == 200
    assert record.get_absolute_url() in answer.content.decode()
    for column in answer.context["columns"]:
        if column["sort_url"]:
            for url in (column["sort_url"], column["sort_url"].replace("ordering=", "ordering=-")):
                assert client.get(url).status_code == 200
    for query in ("level=x", "q=%00", "withdrawn=x", "review_state=x"):
        refused = client.get(f"{model.list_url()}?{query}")
        assert refused.status_code == 200
        assert "errorlist" in refused.content.decode()
        assert refused.context["rows"] == []
    for query in ("ordering=author__password", "page=x", "page=99999999999999999999", "page=-1", "nonsense=1"):
        assert client.get(f"{model.list_url()}?{query}").status_code == 200
    assert client.get(f"{model.list_url()}?page=2").context["rows"] == []


def test_the_record_shows_itself_its_history_and_where_to_read_it_by_program(model, reader, people, world):
    client = reader
    record = of_kind(world, model)
    if model.kind_of() in HISTORY_OF_OWN:
        for page_of_record in (record.get_absolute_url(), page(record, "history")):
            assert "Record created" not in client.get(page_of_record).content.decode()
        client = signed_in(people.reviewer)
    answer = client.get(record.get_absolute_url())
    assert answer.status_code == 200
    text = answer.content.decode()
    assert record.reference in text
    assert reverse(f"api:{record.kind}-detail", args=[record.pk]) in text
    assert "Created the record" in text
    assert (page(record, "withdraw") in text) == (model.kind_of() in HISTORY_OF_OWN | FOR_WRITERS)
    history = client.get(page(record, "history"))
    assert history.status_code == 200
    assert "created the record" in history.content.decode()


def test_the_record_is_not_found_below_its_level(model, people):
    with acting_as(SYSTEM):
        record = of_kind(make_world("Hidden", level=Level.RESTRICTED), model)
    for user, status in ((people.analyst, 404), (people.recorder, 200)):
        client = signed_in(user)
        for url in (record.get_absolute_url(), page(record, "history")):
            assert client.get(url).status_code == status
        assert (record.get_absolute_url() in client.get(model.list_url()).content.decode()) == (status == 200)
    assert signed_in(people.analyst).get(page(record, "withdraw")).status_code == 404
    missing = model(pk=unknown_id())
    client = signed_in(people.analyst)
    assert client.get(missing.get_absolute_url()).status_code == 404


def test_withdrawing_needs_a_reason_a_role_and_the_version_looked_at(model, people, world):
    record = of_kind(world, model)
    url = page(record, "withdraw")
    for refused in (people.analyst, people.administrator):
        status = 404 if model.kind_of() in FOR_WRITERS else 403
        assert signed_in(refused).get(url).status_code == status
        assert signed_in(refused).post(url, {"reason": "x", "version": 1}).status_code == status
    if model.kind_of() in REVIEWERS_OWN:
        assert signed_in(people.recorder).get(url).status_code == 403
    client = signed_in(people.reviewer)
    assert client.get(url).status_code == 200
    assert "Say why" in client.post(url, {"reason": " ", "version": 1}).content.decode()
    stale = client.post(url, {"reason": "twice", "version": 0})
    assert "Look at it again" in stale.content.decode()
    done = client.post(url, {"reason": "entered twice", "version": 1}, follow=True)
    assert done.redirect_chain == [(record.get_absolute_url(), 302)]
    assert "entered twice" in done.content.decode()
    assert record.get_absolute_url() not in client.get(model.list_url()).content.decode()
    assert record.get_absolute_url() in client.get(f"{model.list_url()}?withdrawn=only").content.decode()
    assert "withdrew the record" in client.get(page(record, "history")).content.decode()
    assert client.get(url).status_code == 404

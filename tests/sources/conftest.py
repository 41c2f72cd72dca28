"""A publisher on loopback, a source that names a page of it, and a world of records to cite it for."""

import pytest

from access.context import SYSTEM, acting_as
from sources.models import Source
from tests import papers
from tests.factories import make
from tests.people import signed_in
from tests.sources.publisher import answer, publishing


@pytest.fixture
def world(open_world):
    return open_world


@pytest.fixture
def server(settings):
    """A publisher, and the one setting that lets tests reach it."""
    with publishing() as made:
        settings.FETCH_LOOPBACK_PORT = made.port
        made.pages["/a"] = answer(body=papers.html("He said: «Each side  freed <b>150</b>».", title="Talks"))
        yield made


@pytest.fixture
def source(people, server):
    with acting_as(SYSTEM):
        return make(Source, publisher="A paper", url=server.url("/a"))


@pytest.fixture
def recorder(people):
    return signed_in(people.recorder)

"""Whether quoted words stand in the archived copies, on every page that shows them."""

import pytest

from access.context import SYSTEM, acting_as
from access.levels import Level
from sources.evidence import look_up
from sources.models import Citation, Source
from tests import papers
from tests.factories import make
from tests.people import signed_in
from tests.sources.archivist import QUOTE, asked, cite, worked
from tests.sources.publisher import answer

pytestmark = pytest.mark.django_db


# Quoted ---------------------------------------------------------------------------------------------------------------


def test_quotes_are_found_in_the_copy_on_every_page_that_shows_them(client, people, world, source):
    copy = worked(asked(people.recorder, source))
    found, lost = cite(source, world.outcome, QUOTE), cite(source, world.outcome, "each side freed 390")
    for page in (
        source.get_absolute_url(), world.outcome.get_absolute_url(), found.get_absolute_url(), copy.get_absolute_url()
    ):  # fmt: skip
        text = client.get(page).content.decode()
        assert "found in th" in text, page
        assert copy.get_absolute_url() in text, page
    assert "not found in the archived copy" in client.get(lost.get_absolute_url()).content.decode()
    text = client.get(copy.get_absolute_url()).content.decode()
    number = next(one["number"] for one in client.get(copy.get_absolute_url()).context["quotes"] if one["is_found"])
    assert f'<mark id="quote-{number}">Each side freed 150</mark>' in text
    assert f'href="#quote-{number}"' in text
    assert "not found in this copy" in text


def test_a_quote_is_found_in_the_copy_that_still_had_it(people, world, source, server):
    worked(asked(people.recorder, source))
    server.pages["/a"] = answer(body=papers.html("We have corrected this."))
    newest = worked(asked(people.recorder, source))
    citations = [cite(source, world.outcome, words) for words in (QUOTE, "corrected this", "never said", "")]
    with acting_as(SYSTEM):
        found = list(Citation.objects.filter(source=source).select_related("source").order_by("recorded_at"))
        look_up(found)
    told = {one.quote: one.evidence for one in found}
    assert [told[one.quote].is_found for one in citations] == [True, True, False, None]
    assert told["corrected this"].url == newest.get_absolute_url()
    assert told[QUOTE].url != newest.get_absolute_url()
    assert told[""].words.startswith("archived copy kept")


def test_words_heard_are_looked_through_like_a_copy(client, world):
    with acting_as(SYSTEM):
        statement = make(Source, publisher="A delegate", source_kind="statement", words="“All for all”, he said.")
    citation = cite(statement, world.meeting, "all for all")
    assert "found in the words noted" in client.get(citation.get_absolute_url()).content.decode()
    citation = cite(statement, world.meeting, "some for some")
    assert "not found in the words noted" in client.get(citation.get_absolute_url()).content.decode()


def test_a_copy_the_reader_may_not_see_proves_nothing_to_them(client, people, world, source):
    worked(asked(people.recorder, source, level=Level.RESTRICTED))
    citation = cite(source, world.outcome, QUOTE)
    assert "no archived copy" in client.get(citation.get_absolute_url()).content.decode()
    assert "found in the archived copy" in signed_in(people.recorder).get(citation.get_absolute_url()).content.decode()


def test_looking_up_costs_as_much_for_many_citations_as_for_few(people, world, source, django_assert_num_queries):
    worked(asked(people.recorder, source))
    for number in range(12):
        cite(source, world.outcome, f"quote {number}")
    with acting_as(SYSTEM):
        found = list(Citation.objects.select_related("source"))
        with django_assert_num_queries(1):
            look_up(found)

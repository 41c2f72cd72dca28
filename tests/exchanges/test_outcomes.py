"""The outcome: both directions from the conflict's own words, ranges of what is claimed, what it came from."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access.context import ANONYMOUS, SYSTEM, acting_as
from access.levels import Level
from exchanges.models import Claim, Delivery, Outcome, OutcomeChannel
from exchanges.querysets import figures_of
from sources.models import Citation
from tests.factories import content_type, make
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def claim(world, **fields):
    given = {"outcome": world.outcome, "claimant": world.actor, "direction": "to_second", "category": "total"}
    with acting_as(SYSTEM):
        return make(Claim, **(given | fields))


def directions_of(client, query="") -> list[str]:
    """Return what the only row of the list shows under the two parties' directions, as text."""
    context = client.get(f"{reverse('exchanges:outcome-list')}?{query}").context
    (row,) = context["rows"]
    cells = dict(zip([str(column["label"]) for column in context["columns"]], row["cells"], strict=True))
    return [str(cells[label]["value"]) for label in ("To Open", "To the second")]


def test_the_list_names_its_directions_after_the_parties(client, world):
    claim(world, number=150)
    claim(world, number=189)
    answer = client.get(reverse("exchanges:outcome-list"))
    labels = [str(column["label"]) for column in answer.context["columns"]]
    assert labels.index("To the second") == labels.index("To Open") + 1
    first, second = directions_of(client)
    assert "777" in first
    assert "150–189" in second
    assert "claims differ" in second
    assert "339" not in second


def test_what_is_not_disclosed_is_no_nought(client, world):
    with acting_as(SYSTEM):
        Claim.objects.update(number=None)
    first, _second = directions_of(client)
    assert "not disclosed" in first
    assert ">0<" not in first
    page = client.get(world.outcome.get_absolute_url()).content.decode()
    assert "not disclosed" in page
    (figure,) = client.get(reverse("api:outcome-detail", args=[world.outcome.pk])).json()["figures"]
    assert (figure["low"], figure["high"], figure["agreement"]) == (None, None, "undisclosed")


@pytest.mark.parametrize("status", ["aborted", "postponed", "scheduled", "denied", "offered_not_accepted"])
def test_what_did_not_take_place_counts_nothing(client, world, status):
    with acting_as(SYSTEM):
        Outcome.objects.update(status=status)
    assert directions_of(client) == ["", ""]
    answer = client.get(world.outcome.get_absolute_url())
    assert answer.context["sides"] == []
    assert "Nothing is counted as delivered" in answer.content.decode()
    assert client.get(reverse("api:outcome-detail", args=[world.outcome.pk])).json()["figures"] == []


def test_the_record_shows_both_directions_and_every_claim(client, world):
    old = claim(world, number=140, claimant_words="An older paper")
    claim(world, number=150, claimant_words="A newspaper", supersedes=old)
    answer = client.get(world.outcome.get_absolute_url())
    first, second = answer.context["sides"]
    assert (first["label"], second["label"]) == ("To Open", "To the second")
    assert [shown["figure"].stated for shown in first["figures"]] == ["777"]
    assert [shown["figure"].stated for shown in second["figures"]] == ["150"]
    text = answer.content.decode()
    for words in ("Open ministry", "A newspaper", "An older paper", "Superseded", "Open promise", "Open channel"):
        assert words in text
    assert old.get_absolute_url() in text
    assert world.meeting.get_absolute_url() in text
    assert world.agreement.get_absolute_url() in text


def test_tranches_show_their_own_figures(client, world):
    with acting_as(SYSTEM):
        tranche = make(
            Outcome, conflict=world.conflict, outcome_kind="exchange", title="Second day", parent=world.outcome
        )
        make(Claim, outcome=tranche, claimant=world.actor, direction="to_second", category="military", number=307)
    text = client.get(world.outcome.get_absolute_url()).content.decode()
    assert "Second day" in text
    assert "307" in text
    assert "Open exchange" in client.get(tranche.get_absolute_url()).content.decode()
    nested = client.get(reverse("api:outcome-detail", args=[world.outcome.pk])).json()
    assert [part["id"] for part in nested["tranches"]] == [str(tranche.pk)]


def test_filters_sort_and_page(client, world):
    with acting_as(SYSTEM):
        other = make(Outcome, conflict=world.conflict, outcome_kind="remains_transfer", started_on="2024-01-05")
    list_url = reverse("exchanges:outcome-list")

    def shown(query: str) -> set:
        return {row["url"] for row in client.get(f"{list_url}?{query}").context["rows"]}

    open_url, other_url = world.outcome.get_absolute_url(), other.get_absolute_url()
    assert shown("") == {open_url, other_url}
    for query, expected in {
        "outcome_kind=exchange": {open_url},
        "outcome_kind=remains_transfer": {other_url},
        "until=2024-12-31": {other_url},
        f"channel={world.channel.pk}": {open_url},
        f"actor={world.actor.pk}": {open_url},
        f"conflict={world.conflict.pk}": {open_url, other_url},
        "q=Open": {open_url},
        "status=aborted": set(),
        f"channel={world.actor.pk}": set(),
        "since=tomorrow": set(),
    }.items():
        assert shown(query) == expected, query
        page = client.get(f"{list_url}?{query}")
        assert page.status_code == 200
    rows = client.get(f"{list_url}?ordering=started_on").context["rows"]
    assert [row["url"] for row in rows] == [other_url, open_url]


def test_the_api_nests_claims_with_sources_and_links_both_ways(client, world):
    with acting_as(SYSTEM):
        make(
            Citation, source=world.source, record_type=content_type(world.claim, "default"), record_id=world.claim.pk,
            quote="they said",
        )  # fmt: skip
    body = client.get(reverse("api:outcome-detail", args=[world.outcome.pk])).json()
    (told,) = body["claims"]
    assert told["citations"][0]["quote"] == "they said"
    assert told["citations"][0]["source_id"] == str(world.source.pk)
    for name, end, link in (
        ("channels", world.channel, world.outcome_channel),
        ("meetings", world.meeting, world.outcome_meeting),
        ("agreements", world.agreement, world.outcome_agreement),
    ):
        (linked,) = body[name]
        assert (linked["id"], linked["name"], linked["link_id"]) == (str(end.pk), str(end), str(link.pk))
        assert client.get(linked["url"]).status_code == 200
        assert client.get(linked["link_url"]).json()["outcome"]["id"] == str(world.outcome.pk)
    assert body["roles"][0]["credited_by"]["id"] == str(world.actor.pk)


def test_a_hidden_claim_or_channel_changes_nothing_for_those_below(client, world):
    url = reverse("api:outcome-detail", args=[world.outcome.pk])
    before = client.get(url).content
    page = client.get(world.outcome.get_absolute_url()).context["sides"]
    claim(world, number=5, direction=world.party.direction, level=Level.RESTRICTED)
    with acting_as(SYSTEM):
        make(OutcomeChannel, outcome=world.outcome, channel=world.channel, level=Level.INTERNAL)
    assert client.get(url).content == before
    assert client.get(world.outcome.get_absolute_url()).context["sides"] == page


@pytest.mark.parametrize("address", ["exchanges:outcome-list", "reports:overview", "exchanges:ledger"])
def test_a_page_is_as_secret_as_the_claims_its_figures_rest_on(world, people, address):
    with acting_as(SYSTEM):
        Delivery.objects.update(share=None)
    client = signed_in(people.recorder)
    assert "TLP:AMBER" not in client.get(reverse(address)).content.decode()
    claim(world, number=5, direction=world.party.direction, level=Level.RESTRICTED)
    assert "TLP:AMBER" in client.get(reverse(address)).content.decode()
    assert "TLP:AMBER" not in signed_in(people.outsider).get(reverse(address)).content.decode()


def test_figures_of_many_outcomes_cost_what_those_of_one_cost(world):
    with acting_as(ANONYMOUS), CaptureQueriesContext(connection) as few:
        figures_of([world.outcome])
    with acting_as(SYSTEM):
        for number in range(5):
            outcome = make(Outcome, conflict=world.conflict, outcome_kind="exchange")
            make(Claim, outcome=outcome, claimant=world.actor, direction="to_second", category="total", number=number)
            make(Claim, outcome=outcome, claimant=world.actor, category="total", number=9, review_state="draft")
    with acting_as(ANONYMOUS):
        outcomes = list(Outcome.objects.current())
        with CaptureQueriesContext(connection) as queries:
            figures = figures_of(outcomes)
    assert len(queries) == len(few)
    assert len(figures) == 6
    assert sorted(figure.low for told in figures.values() for figure in told) == [0, 1, 2, 3, 4, 777]

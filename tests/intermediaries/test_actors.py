"""The intermediaries: the list opened from the navigation, all actors on request, and what an actor's page gathers."""

import pytest
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.levels import Level
from intermediaries.models import Actor, Mandate
from reports.selectors.counts import navigation_counts
from tests.factories import make

pytestmark = pytest.mark.django_db
LIST = "/intermediaries/"


@pytest.fixture
def world(open_world):
    world = open_world
    with acting_as(SYSTEM):
        world.party_only = make(Actor, name="A party", kind_of_actor="state", iso_code="UKR")
    return world


def names(client, query="") -> list[str]:
    return [row["title"] for row in client.get(f"{LIST}?{query}").context["rows"]]


def test_the_list_shows_intermediaries_and_says_so(client, world):
    assert reverse("intermediaries:actor-list") == LIST
    answer = client.get(LIST)
    assert [row["title"] for row in answer.context["rows"]] == ["Open state"]
    assert '<option value="with" selected>' in answer.content.decode()
    assert names(client, "mandate=") == ["Open state"]
    assert names(client, "mandate=without") == ["A party"]
    assert names(client, "mandate=any") == ["A party", "Open state"]
    assert names(client, "mandate=any&ordering=-name") == ["Open state", "A party"]
    assert names(client, "role=unspecified") == ["Open state"]
    assert names(client, "role=hosting") == []
    assert names(client, "mandate=x") == []
    # The resource is of actors; it leaves nobody out.
    assert client.get(reverse("api:actor-list")).json()["count"] == 2
    assert client.get(reverse("api:actor-list"), {"mandate": "with"}).json()["count"] == 1


def test_the_navigation_counts_what_its_page_shows(client, world):
    with acting_as(SYSTEM):
        make(Mandate, actor=world.actor, role="hosting")
        make(Mandate, actor=world.party_only, role="hosting", level=Level.RESTRICTED)
    answer = client.get(LIST)
    items = {item["url"]: item["count"] for group in answer.context["navigation"] for item in group["items"]}
    assert items[LIST] == len(answer.context["rows"]) == 1
    with acting_as(SYSTEM):
        assert navigation_counts()["intermediary"] == 2


def test_an_actors_page_gathers_what_names_it(client, world):
    text = client.get(world.actor.get_absolute_url()).content.decode()
    for record in (world.mandate, world.channel, world.outcome, world.representative, world.claim, world.actor_name):
        assert record.get_absolute_url() in text, record
    assert f"{reverse('exchanges:claim-list')}?claimant={world.actor.pk}" in text


def test_an_actors_resource_nests_names_mandates_and_representatives(client, world):
    body = client.get(reverse("api:actor-detail", args=[world.actor.pk])).json()
    assert [name["name"] for name in body["names"]] == ["Open alias"]
    assert [mandate["role"] for mandate in body["mandates"]] == ["unspecified"]
    assert [person["name"] for person in body["representatives"]] == ["Open envoy"]

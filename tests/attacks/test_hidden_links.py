"""A link to a hidden record, in whatever is sent, is answered exactly like a link to one that does not exist."""

import pytest
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.models import Membership
from negotiations.models import Meeting
from records.api.serializers import LinkedRecordField
from records.models import Record
from tests.attacks.answers import comparable, missing, refused, send
from tests.desk.test_entry_meeting import typed
from tests.people import signed_in
from tests.records.kinds import KINDS
from tests.sweeps.walk import addresses

pytestmark = pytest.mark.django_db


def serializer_of(kind):
    name = f"api:{kind.model.kind_of()}-list"
    return next(address for address in addresses() if address.name == name).view.serializer_class()


def links_of(kind) -> dict[str, type[Record]]:
    """Return the fields of a resource that name another record, with its class."""
    return {
        name: field.queryset.model
        for name, field in serializer_of(kind).fields.items()
        if isinstance(field, LinkedRecordField) and not field.read_only
    }


def of_kind(world, model):
    return next(record for record in vars(world).values() if type(record) is model)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.model.kind_of())
def test_the_api_says_the_same_of_hidden_and_missing(kind, api, world, closed):
    url, body = reverse(f"api:{kind.model.kind_of()}-list"), kind.filled(world)
    visible = reverse(f"api:{kind.model.kind_of()}-detail", args=[of_kind(world, kind.model).pk])
    targets = {name: of_kind(closed, model).pk for name, model in links_of(kind).items()}
    if kind.model.kind_of() == "citation":
        targets["record_id"] = closed.outcome.pk
    for name, secret in targets.items():
        unknown = missing()
        for given in (lambda pk: str(pk), lambda pk: {"id": str(pk)}):
            if name == "record_id" and not isinstance(given(secret), str):
                continue
            added = [send(api, "post", url, body | {name: given(pk)}) for pk in (secret, unknown)]
            changed = [send(api, "patch", visible, {name: given(pk), "version": 1}) for pk in (secret, unknown)]
            for hidden, gone in (added, changed):
                assert comparable(hidden, secret) == comparable(gone, unknown), name
                assert set(refused(hidden, 400)["fields"]) == {name}
        filtered = [api.get(url, {name: str(pk)}) for pk in (secret, unknown)]
        assert comparable(filtered[0], secret) == comparable(filtered[1], unknown), name
    for marked in (added_to(body, closed.room.pk), added_to(body, 2**31 - 1)):
        assert set(refused(send(api, "post", url, marked), 400)["fields"]) == {"compartments"}
    told = [comparable(send(api, "post", url, added_to(body, pk))) for pk in (closed.room.pk, 2**31 - 1)]
    assert told[0] == told[1]


def added_to(body: dict, compartment: int) -> dict:
    return body | {"compartments": [compartment]}


LINKS_OF_FORM = {
    "channel": "channel",
    "place": "place",
    "participants-0-representative": "representative",
    "participants-0-actor": "actor",
    "participants-0-id": "participant",
    "sources-0-source": "source",
    "sources-0-id": "citation",
    "compartments": "room",
}


@pytest.mark.parametrize("name", LINKS_OF_FORM)
@pytest.mark.parametrize("page", ["add", "edit"])
def test_the_meeting_form_says_the_same_of_hidden_and_missing(people, world, closed, name, page):
    client = signed_in(people.recorder, raise_request_exception=False)
    secret = getattr(closed, LINKS_OF_FORM[name]).pk
    # As long as the hidden one: what is refused is repeated.
    unknown = "9" * len(str(secret)) if name == "compartments" else missing()
    with acting_as(SYSTEM):  # else the form has no field for compartments
        Membership.objects.create(user=people.recorder, compartment=people.room)
    path = reverse("desk:meeting-add")
    # One form, sent twice: two would be two drafts, and the navigation says how many there are.
    data = typed(world) | {"key": str(missing())}
    if page == "edit":
        path = reverse("desk:meeting-edit", args=[world.meeting.pk])
        # A version that is not there any more: whatever else is right, nothing is written and both are told the same.
        data["version"] = 1 if name not in ("participants-0-id", "sources-0-id") else 99
    elif name.endswith("-id"):
        data["channel"] = ""
    # The number of a compartment is short: it is left out only where it is repeated.
    own = " {} is not one of" if name == "compartments" else "{}"
    told = [comparable(client.post(path, data | {name: str(pk)}), own.format(pk)) for pk in (secret, unknown)]
    assert told[0] == told[1]
    assert told[0][0] in (200, 302, 409)
    with acting_as(SYSTEM):
        assert Meeting.objects.filter(channel=closed.channel).count() == 1
        of_closed = getattr(closed, LINKS_OF_FORM[name])
        if isinstance(of_closed, Record):
            assert type(of_closed).objects.get(pk=of_closed.pk).version == 1


def test_a_hidden_part_is_not_taken_over_by_naming_its_id(people, world, closed):
    """The hidden row of a form names a record one may not see: it is left alone, and a new one is made."""
    client = signed_in(people.recorder)
    given = {"participants-0-id": closed.participant.pk, "sources-0-id": closed.citation.pk}
    assert client.post(reverse("desk:meeting-add"), typed(world) | given).status_code == 302
    with acting_as(SYSTEM):
        for record in (closed.participant, closed.citation):
            assert type(record).objects.get(pk=record.pk).version == 1

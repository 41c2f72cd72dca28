"""Nothing is set by naming it: what Parley keeps itself is refused by name, and nothing is written."""

import pytest
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.levels import Level
from access.models import User
from negotiations.models import Meeting
from tests.attacks.answers import refused, send
from tests.desk.test_entry_meeting import typed
from tests.people import signed_in
from tests.records.kinds import KINDS, api_of
from tests.sweeps.walk import addresses

pytestmark = pytest.mark.django_db
# Columns of the table, names an attacker would guess, and names of Python.
GUESSED = (
    "label", "label_id", "draft_of", "author_id", "pk", "hash", "principal", "role", "clearance", "is_staff",
    "__class__", "_state", "objects", "",
)  # fmt: skip


def protected_of(kind) -> list[str]:
    """Return every name that may not be set: fields only read, and columns that are no field of the resource."""
    name = f"api:{kind.model.kind_of()}-list"
    fields = next(address for address in addresses() if address.name == name).view.serializer_class().fields
    read = [name for name, field in fields.items() if field.read_only]
    columns = [field.attname for field in kind.model._meta.concrete_fields if field.attname not in fields]
    return [*read, *columns, *(name for name in GUESSED if name not in fields and name not in columns)]


def stored(model) -> list[dict]:
    with acting_as(SYSTEM):
        return list(model.objects.order_by("pk").values())


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.model.kind_of())
def test_protected_and_unknown_fields_are_refused_by_name(kind, api, world):
    url, body = reverse(f"api:{kind.model.kind_of()}-list"), kind.filled(world)
    record = next(one for one in vars(world).values() if type(one) is kind.model)
    detail = reverse(f"api:{kind.model.kind_of()}-detail", args=[record.pk])
    protected, before = protected_of(kind), stored(kind.model)
    assert {"id", "reference", "author", "review_state", "version", "label_id", "draft_of"} <= set(protected)
    for value in ("x", None, 1, {"id": str(record.pk)}):
        fields = refused(send(api, "post", url, body | dict.fromkeys(protected, value)), 400)["fields"]
        assert set(fields) == set(protected)
        change = dict.fromkeys(protected, value) | {"version": 1}
        fields = refused(send(api, "patch", detail, change), 400)["fields"]
        # A change says in its body which version it was made from.
        assert set(fields) == set(protected) - {"version"}
    assert stored(kind.model) == before


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.model.kind_of())
def test_nobody_writes_above_what_they_may_read(kind, people, world):
    url, body = reverse(f"api:{kind.model.kind_of()}-list"), kind.filled(world)
    record = next(one for one in vars(world).values() if type(one) is kind.model)
    detail = reverse(f"api:{kind.model.kind_of()}-detail", args=[record.pk])
    narrow, before = api_of(people.reviewer, level=Level.INTERNAL), stored(kind.model)
    for marking in ({"level": Level.RESTRICTED}, {"compartments": [people.room.pk]}):
        for method, path, sent in (("post", url, body | marking), ("patch", detail, marking | {"version": 1})):
            assert set(refused(send(narrow, method, path, sent), 400)["fields"]) == set(marking)
    assert stored(kind.model) == before


def test_more_fields_in_a_form_have_no_effect(people, world):
    """Everything a browser's owner can add to the form of a meeting is left out of what is written."""
    more = {
        "id": "00000000-0000-4000-8000-00000000beef", "reference": "AAAAA-AAAAA", "author": people.reviewer.pk,
        "author_id": people.reviewer.pk, "review_state": "verified", "label": 1, "label_id": 1, "draft_of": "x",
        "recorded_at": "2001-01-01", "updated_at": "2001-01-01", "withdrawn_at": "2001-01-01",
        "withdrawn_reason": "because", "external_id": "taken", "title": "set by hand",
    }  # fmt: skip
    made = signed_in(people.recorder).post(reverse("desk:meeting-add"), typed(world) | more)
    assert made.status_code == 302
    with acting_as(SYSTEM):
        meeting = Meeting.objects.exclude(pk=world.meeting.pk).get()
        assert (str(meeting.pk) == more["id"], meeting.reference == more["reference"]) == (False, False)
        assert (meeting.author, meeting.review_state, meeting.version) == (people.recorder, "submitted", 1)
        assert (meeting.draft_of, meeting.withdrawn_at, meeting.external_id, meeting.title) == (None, None, "", "")
        assert meeting.label.level == Level.INTERNAL
        assert meeting.recorded_at.year > 2001


def test_a_form_is_not_written_above_what_its_writer_may_read(people, world):
    with acting_as(SYSTEM):
        User.objects.filter(pk=people.recorder.pk).update(clearance=Level.INTERNAL)
    client, path = signed_in(people.recorder), reverse("desk:meeting-add")
    for level in ("2", "3", "4", "-1"):
        assert client.post(path, typed(world, level=level)).context["form"].errors["level"]
    assert [row["id"] for row in stored(Meeting)] == [world.meeting.pk]
    # A compartment one does not belong to is no choice, whether there is one or not.
    for compartment in (people.room.pk, 2**31 - 1):
        refusal = client.post(path, typed(world) | {"compartments": [compartment]}).context["form"].errors
        assert set(refusal) == {"compartments"}
    assert [row["id"] for row in stored(Meeting)] == [world.meeting.pk]

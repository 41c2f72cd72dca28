"""Field by field: whatever points to a hidden record is hidden too, in every resource, and its identifier nowhere."""

from dataclasses import dataclass

import pytest
from django.contrib.contenttypes.models import ContentType
from django.urls import reverse

from access.context import SYSTEM, acting_as
from access.levels import Level
from access.models import User
from config.api import RESOURCES
from intake.models import Candidate
from negotiations.models import LockedPeriod
from records.marking import link_names
from records.models import Assignment, FieldCheck, Merge, Query, Record
from sources.models import ArchivedCopy
from tests.factories import make_world
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Link:
    """One link of one resource's records: the name of a foreign key, or ``record`` for a generic one."""

    model: type[Record]
    name: str

    def __str__(self) -> str:
        return f"{self.model.kind_of()}.{self.name}"


MODELS = [viewset.queryset.model for _prefix, viewset in RESOURCES]
# What these name is never changed: tests/records/test_merging_hidden.py, tests/negotiations/test_locked_periods.py,
# tests/sources/test_copies_given.py.
NEVER_CHANGED = {Merge, LockedPeriod, ArchivedCopy}
# Only who writes reads these.
OF_WRITERS = {Candidate, Query, Assignment, FieldCheck}
LINKS = [Link(model, name) for model in MODELS if model not in NEVER_CHANGED for name in link_names(model)]
# What may be about one thing only lets go of the other.
INSTEAD = {"claim.commitment": {"outcome": None}, "mute.commitment": {"channel": None}}


def of_kind(world, model):
    return next(value for value in vars(world).values() if type(value) is model)


# Where every list is asked afterwards; for a kind's other links the lists of the two and of
# what stands next to them.
WHOLE = set({link.model: link for link in LINKS}.values())


def lists(client, models) -> str:
    """Fetch the lists of these resources, withdrawn records too, in one text."""
    urls = [reverse(f"api:{model.kind_of()}-list") for model in models]
    answers = [client.get(url, {"page_size": 200, "withdrawn": "include"}) for url in urls]
    assert {answer.status_code for answer in answers} == {200}
    return "".join(answer.content.decode() for answer in answers)


def test_every_relation_that_a_resource_shows_is_tested():
    """The control: the links below are those of the serializers, and the generic ones with them."""
    shown = set()
    for _prefix, viewset in RESOURCES:
        if viewset.queryset.model in NEVER_CHANGED:
            continue
        fields = viewset.serializer_class().fields
        for name, field in fields.items():
            target = getattr(field, "queryset", None)
            if target is not None and issubclass(target.model, Record):
                shown.add((viewset.queryset.model, name))
        if "record_id" in fields:
            shown.add((viewset.queryset.model, "record"))
    assert shown <= {(link.model, link.name) for link in LINKS}
    assert len(shown) > 40
    names = {link.name for link in LINKS}
    assert {"supersedes", "derived_from", "amends", "parent", "record"} <= names


def neighbours(model) -> list[type[Record]]:
    """Return the resources whose records point to those of a kind, or to which those point."""
    near = {field.related_model for field in model._meta.get_fields() if field.is_relation}
    return [one for one in MODELS if one in near]


@pytest.mark.parametrize("link", LINKS, ids=str)
def test_a_record_that_points_to_a_hidden_one_is_hidden_with_it(link, people):
    with acting_as(SYSTEM):
        world, hidden = make_world("Open"), make_world("Zeisig", level=Level.CONFIDENTIAL)
    pointing = of_kind(world, link.model)
    with acting_as(SYSTEM):
        User.objects.filter(pk=people.recorder.pk).update(clearance=Level.INTERNAL)
    client = signed_in(people.recorder if link.model in OF_WRITERS else people.analyst)
    detail = reverse(f"api:{link.model.kind_of()}-detail", args=[pointing.pk])
    assert client.get(detail).status_code == 200
    assert str(pointing.pk) in lists(client, [link.model])
    with acting_as(SYSTEM):
        if link.name == "record":
            target = hidden.outcome
            changes = {"record_type": ContentType.objects.get_for_model(target), "record_id": target.pk}
        else:
            target = of_kind(hidden, link.model._meta.get_field(link.name).remote_field.model)
            changes = {link.name: target} | INSTEAD.get(str(link), {})
        assert link.model.objects.filter(pk=pointing.pk).update(**changes) == 1
    assert client.get(detail).status_code == 404
    after = lists(client, MODELS if link in WHOLE else {link.model, type(target), *neighbours(link.model)})
    for record in (pointing, target):
        assert str(record.pk) not in after, record
        assert record.reference not in after, record
    assert "Zeisig" not in after
    if link.model.kind_of() not in {"conflict", "actor"}:
        reviewer = signed_in(people.reviewer)
        assert str(target.pk) in reviewer.get(detail).content.decode()

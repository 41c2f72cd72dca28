"""The same import with django-import-export: a resource for each model, with nothing changed of what it ships."""

from collections.abc import Iterator

import tablib
from django.contrib.contenttypes.models import ContentType
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget

from exchanges.models import Claim, Outcome, OutcomeChannel
from intermediaries.models import Actor
from negotiations.models import Channel, Conflict, Place
from sources.models import Citation, Source


def linked(attribute: str, model, field: str) -> Field:
    """Return a field whose cell names another record by one of its fields."""
    return Field(attribute=attribute, column_name=attribute, widget=ForeignKeyWidget(model, field))


class Written(ModelResource):
    """The policies want to know who writes."""

    def __init__(self, user):
        super().__init__()
        self.user = user

    def before_save_instance(self, instance, row, **kwargs):
        instance.author = self.user


class PlaceResource(Written):
    class Meta:
        model = Place
        import_id_fields = ("name",)
        fields = ("name",)


class OutcomeResource(Written):
    conflict = linked("conflict", Conflict, "name")
    place = linked("place", Place, "name")

    class Meta:
        model = Outcome
        import_id_fields = ("external_id",)
        fields = ("external_id", "conflict", "outcome_kind", "started_on", "place", "notes")


class ChannelResource(Written):
    outcome = linked("outcome", Outcome, "external_id")
    channel = linked("channel", Channel, "external_id")

    class Meta:
        model = OutcomeChannel
        import_id_fields = ("external_id",)
        fields = ("external_id", "outcome", "channel")


class ClaimResource(Written):
    outcome = linked("outcome", Outcome, "external_id")
    claimant = linked("claimant", Actor, "name")

    class Meta:
        model = Claim
        import_id_fields = ("external_id",)
        fields = ("external_id", "outcome", "claimant", "direction", "category", "number")


class CitationResource(Written):
    source = linked("source", Source, "external_id")
    record_type = linked("record_type", ContentType, "pk")

    class Meta:
        model = Citation
        import_id_fields = ("external_id",)
        fields = ("external_id", "source", "record_type", "record_id")


class OutcomeCitationResource(CitationResource):
    """The sources of the outcomes themselves."""

    def before_save_instance(self, instance, row, **kwargs):
        super().before_save_instance(instance, row, **kwargs)
        instance.record_id = Outcome.objects.only("pk").get(external_id=row["about"]).pk


def resources(user) -> list[Written]:
    """Return the resources in the order in which they must be imported."""
    kinds = (PlaceResource, OutcomeResource, ChannelResource, OutcomeCitationResource, ClaimResource, CitationResource)
    return [kind(user) for kind in kinds]


def datasets(rows: list[dict[str, str]]) -> Iterator[tablib.Dataset]:
    """Yield the rows of the file as the resources want them, in the same order."""
    outcomes = list({row["outcome_id"]: row for row in reversed(rows)}.values())
    kinds = {model: str(ContentType.objects.get_for_model(model).pk) for model in (Outcome, Claim)}
    yield table("places", ("name",), ((name,) for name in dict.fromkeys(row["place"] for row in rows)))
    yield table(
        "outcomes",
        ("external_id", "conflict", "outcome_kind", "started_on", "place", "notes"),
        ((r["outcome_id"], "A war", r["kind"], r["date"], r["place"], r["notes"]) for r in outcomes),
    )
    yield table(
        "channels",
        ("external_id", "outcome", "channel"),
        ((f"{r['outcome_id']}/channel", r["outcome_id"], r["channel_id"]) for r in outcomes),
    )
    yield table(
        "sources of outcomes",
        ("external_id", "source", "record_type", "about"),
        ((f"{r['outcome_id']}/source", r["source_ids"], kinds[Outcome], r["outcome_id"]) for r in outcomes),
    )
    yield table(
        "claims",
        ("external_id", "outcome", "claimant", "direction", "category", "number"),
        (
            (
                r["claim_id"],
                r["outcome_id"],
                r["claimed_by"],
                r["direction"],
                r["category"],
                r["count"],
            )
            for r in rows
        ),
    )
    yield table(
        "citations",
        ("external_id", "source", "record_type", "about"),
        ((r["claim_id"], r["source_id"], kinds[Claim], r["claim_id"]) for r in rows),
    )


def table(title: str, headers: tuple[str, ...], rows) -> tablib.Dataset:
    return tablib.Dataset(*rows, headers=headers, title=title)

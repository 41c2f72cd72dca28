"""The same import with django-import-export: a resource for each model, with nothing changed of what it ships."""

import tablib
from django.contrib.contenttypes.models import ContentType
from import_export.fields import Field
from import_export.resources import ModelResource
from import_export.widgets import ForeignKeyWidget

from exchanges.models import Claim, Outcome, OutcomeChannel
from intermediaries.models import Actor
from negotiations.models import Channel, Conflict, Place
from sources.models import Citation, Source


class IdentityWidget(ForeignKeyWidget):
    """A cell that names a record of this model, for a column that holds its identity and is no foreign key."""

    def clean(self, value, row=None, **kwargs):
        return super().clean(value, row, **kwargs).pk


def cell(attribute: str, column: str) -> Field:
    """Return a field whose cell is the value."""
    return Field(attribute=attribute, column_name=column)


def linked(attribute: str, column: str, model, field: str, widget=ForeignKeyWidget) -> Field:
    """Return a field whose cell names another record by one of its fields."""
    return Field(attribute=attribute, column_name=column, widget=widget(model, field))


class Written(ModelResource):
    """What is in no column of the file: who writes, which the policies want to know, and what is alike for all rows.

    ``once`` names the columns in which rows that tell the same of this model are alike.
    """

    once: tuple[str, ...] = ()

    def __init__(self, **alike):
        super().__init__()
        self.alike = alike

    def init_instance(self, row=None):
        return self._meta.model(**self.alike)


class PlaceResource(Written):
    once = ("place",)
    name = cell("name", "place")

    class Meta:
        model = Place
        fields = import_id_fields = ("name",)


class OutcomeResource(Written):
    once = ("outcome_id",)
    external_id = cell("external_id", "outcome_id")
    outcome_kind = cell("outcome_kind", "kind")
    started_on = cell("started_on", "date")
    place = linked("place", "place", Place, "name")

    class Meta:
        model = Outcome
        import_id_fields = ("external_id",)
        fields = ("external_id", "outcome_kind", "started_on", "place", "notes")


class ChannelResource(Written):
    once = ("outcome_id",)
    outcome = linked("outcome", "outcome_id", Outcome, "external_id")
    channel = linked("channel", "channel_id", Channel, "external_id")

    class Meta:
        model = OutcomeChannel
        fields = import_id_fields = ("outcome", "channel")


class ClaimResource(Written):
    once = ("claim_id",)
    external_id = cell("external_id", "claim_id")
    outcome = linked("outcome", "outcome_id", Outcome, "external_id")
    claimant = linked("claimant", "claimed_by", Actor, "name")
    number = cell("number", "count")
    number_qualifier = cell("number_qualifier", "qualifier")

    class Meta:
        model = Claim
        import_id_fields = ("external_id",)
        fields = ("external_id", "outcome", "claimant", "direction", "category", "number", "number_qualifier")


class CitationResource(Written):
    once = ("claim_id",)
    source = linked("source", "source_id", Source, "external_id")
    record_id = linked("record_id", "claim_id", Claim, "external_id", IdentityWidget)

    class Meta:
        model = Citation
        fields = import_id_fields = ("source", "record_id")


class OutcomeCitationResource(CitationResource):
    once = ("outcome_id",)
    source = linked("source", "source_ids", Source, "external_id")
    record_id = linked("record_id", "outcome_id", Outcome, "external_id", IdentityWidget)


def resources(user) -> list[Written]:
    """Return the resources in the order in which they must be imported."""
    outcomes, claims = (ContentType.objects.get_for_model(model) for model in (Outcome, Claim))
    return [
        PlaceResource(author=user),
        OutcomeResource(author=user, conflict=Conflict.objects.get()),
        ChannelResource(author=user),
        OutcomeCitationResource(author=user, record_type=outcomes),
        ClaimResource(author=user),
        CitationResource(author=user, record_type=claims),
    ]


def without_repeats(rows: tablib.Dataset, columns: tuple[str, ...]) -> tablib.Dataset:
    """Return the first of all rows that are alike in these columns."""
    places = [rows.headers.index(column) for column in columns]
    first = {tuple(row[place] for place in places): row for row in reversed(rows[:])}
    return tablib.Dataset(*reversed(first.values()), headers=rows.headers)

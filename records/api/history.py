"""The history of a record in the API: the sentences of its page, and before and after for programs."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from rest_framework import exceptions, serializers

from records import history
from records.forms import HistoryFilterForm
from records.models import Record

PARAMETERS = frozenset({"field", "person", "page", "page_size", "format"})


class ChangeSerializer(serializers.Serializer):
    """One changed field. Of a link, its id and name; null where there is none that the reader may see."""

    field = serializers.CharField()
    label = serializers.CharField()
    before = serializers.JSONField(allow_null=True)
    after = serializers.JSONField(allow_null=True)
    sentence = serializers.CharField()


class HistorySerializer(serializers.Serializer):
    """One entry of a record's history."""

    id = serializers.CharField(source="token", help_text="The first sixteen characters of the entry's hash.")
    version = serializers.IntegerField(help_text="The record's version after it.")
    operation = serializers.ChoiceField([("INSERT", "created"), ("UPDATE", "changed"), ("DELETE", "deleted")])
    at = serializers.DateTimeField()
    user = serializers.CharField(allow_null=True, help_text="User name; null for the system.")
    role = serializers.CharField(help_text="Of then.")
    door = serializers.CharField(help_text="page, api, import, task or command.")
    request_id = serializers.CharField()
    reason = serializers.CharField()
    sentence = serializers.CharField(help_text="The entry as the record's page tells it.")
    changes = ChangeSerializer(many=True)


def entries_asked(record: Record, params) -> tuple:
    """Return the entries a request asks for, and the field it asks for; raise ValidationError by parameter."""
    unknown = set(params) - PARAMETERS
    if unknown:
        raise exceptions.ValidationError({name: [_("There is no such filter.")] for name in sorted(unknown)})
    entries = history.entries_of(record)
    form = HistoryFilterForm(params, model=type(record), entries=entries)
    if not form.is_valid():
        raise ValidationError(form.errors.as_data())
    if form.cleaned_data["person"]:
        entries = history.by_person(entries, form.cleaned_data["person"])
    field = form.cleaned_data["field"]
    return (history.changing(entries, type(record), field) if field else entries), field


def as_told(entries: list, record: Record, field: str) -> list[dict]:
    """Return the data of these entries."""
    told = history.tell(entries, record)
    return HistorySerializer(history.only(told, field) if field else told, many=True).data

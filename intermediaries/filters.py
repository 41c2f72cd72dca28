"""Filter sets of actors, their names, mandates and representatives: one for each kind, for page and API alike."""

import django_filters
from django.utils.translation import gettext_lazy as _

from intermediaries import models
from records.filters import RecordFilterSet, among, choice, since, until

WITH, WITHOUT, ANY = "with", "without", "any"
MANDATE_CHOICES = [
    (WITH, _("intermediaries only")),
    (WITHOUT, _("without a mandate")),
    (ANY, _("all actors")),
]


class ActorFilter(RecordFilterSet):
    mandate = choice(_("Mandate"), MANDATE_CHOICES, method="filter_mandate")
    role = choice(_("Role"), models.MandateRole.choices, method="filter_role")
    kind_of_actor = choice(_("Kind"), models.ActorKind.choices)
    iso_code = django_filters.CharFilter(label=_("ISO 3166 code"), lookup_expr="iexact")

    class Meta:
        model = models.Actor
        fields = []

    api_only = (*RecordFilterSet.api_only, "iso_code")

    def filter_mandate(self, queryset, name, value):
        if value == ANY:
            return queryset
        mandated = models.Mandate.objects.current().values("actor")
        return queryset.filter(pk__in=mandated) if value == WITH else queryset.exclude(pk__in=mandated)

    def filter_role(self, queryset, name, value):
        return queryset.filter(pk__in=models.Mandate.objects.current().filter(role=value).values("actor"))


class ActorPageFilter(ActorFilter):
    """The page's list: intermediaries only, unless the reader chooses otherwise; the choice always shows."""

    mandate = django_filters.ChoiceFilter(
        label=_("Mandate"), choices=MANDATE_CHOICES, method="filter_mandate", empty_label=None
    )

    def __init__(self, data=None, *args, **kwargs):
        data = data.copy()
        if not data.get("mandate"):
            data["mandate"] = WITH
        super().__init__(data, *args, **kwargs)


class ActorNameFilter(RecordFilterSet):
    actor = among(_("Actor"), models.Actor)
    name_kind = choice(_("Kind of name"), models.NameKind.choices)
    language = django_filters.CharFilter(label=_("Language"), lookup_expr="iexact")

    class Meta:
        model = models.ActorName
        fields = []


class MandateFilter(RecordFilterSet):
    actor = among(_("Actor"), models.Actor)
    role = choice(_("Role"), models.MandateRole.choices)
    since = since(_("Since"))
    until = until(_("Until"))

    class Meta:
        model = models.Mandate
        fields = []


class RepresentativeFilter(RecordFilterSet):
    actor = among(_("Acts for"), models.Actor)

    class Meta:
        model = models.Representative
        fields = []

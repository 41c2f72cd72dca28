"""Filter sets of sources and citations, for page and API alike."""

import django_filters
from django.utils.translation import gettext_lazy as _

from records.filters import RecordFilterSet, choice, since, until
from sources import models
from sources.admiralty import Credibility, Reliability


class SourceFilter(RecordFilterSet):
    publisher = django_filters.CharFilter(label=_("Publisher"), lookup_expr="icontains")
    source_kind = choice(_("Kind"), models.SourceKind.choices)
    language = django_filters.CharFilter(label=_("Language"), lookup_expr="iexact")
    reliability = choice(_("Reliability"), Reliability.choices)
    since = since(_("Since"), "published_on")
    until = until(_("Until"), "published_on")

    class Meta:
        model = models.Source
        fields = ["url", "derived_from"]

    api_only = (*RecordFilterSet.api_only, "url", "derived_from")


class CitationFilter(RecordFilterSet):
    credibility = choice(_("Credibility"), Credibility.choices)

    class Meta:
        model = models.Citation
        fields = ["source", "record_id"]

    api_only = (*RecordFilterSet.api_only, "source", "record_id")


class ArchivedCopyFilter(RecordFilterSet):
    state = choice(_("Outcome"), models.CopyState.choices)
    origin = choice(_("How it came"), models.CopyOrigin.choices)

    class Meta:
        model = models.ArchivedCopy
        fields = ["source", "sha256"]

    api_only = (*RecordFilterSet.api_only, "source", "sha256")

"""Pages of sources and citations."""

from itertools import groupby

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from access import permissions
from records.display import Column, Section, link
from records.views import RecordDetailView, RecordListView
from sources import filters
from sources.copy_views import COPY_COLUMNS
from sources.evidence import look_up
from sources.models import Citation, Source
from sources.querysets import with_cited_records


def original(source: Source):
    """Return a link to where the source was published; nothing where it has no address."""
    return source.url and format_html('<a href="{0}" rel="noreferrer">{0}</a>', source.url)


def kind_in_words(citation: Citation) -> str:
    """Return the kind of record a citation supports."""
    return str(citation.record_type.model_class()._meta.verbose_name_plural)


def cited_record(citation: Citation):
    return link(citation.record) if citation.record else ""


def evidence_of(citation: Citation):
    """Return whether the words quoted stand in the archived copy, with a link to it."""
    look_up([citation])
    return render_to_string("sources/evidence.html", {"evidence": citation.evidence})


def quote_and_evidence(citation: Citation):
    """Return the words quoted, and whether they stand in the archived copy."""
    evidence = render_to_string("sources/evidence.html", {"evidence": citation.evidence})
    return format_html('{} <span class="sub2">{}</span>', citation.quote, evidence) if citation.quote else ""


class SourceList(RecordListView):
    model = Source
    filterset_class = filters.SourceFilter
    columns = [
        Column(_("Title"), str, sort="title"),
        Column(_("Publisher"), "publisher", sort="publisher"),
        Column(_("Published"), "published_on", sort="published_on"),
        Column(_("Kind"), "source_kind", sort="source_kind"),
        Column(_("Language"), "language", sort="language"),
        Column(_("Reliability"), "reliability", sort="reliability"),
    ]


class SourceDetail(RecordDetailView):
    model = Source
    related = ("derived_from",)
    facts = [
        "publisher",
        "source_kind",
        "language",
        "reliability",
        Column(_("Where it was published"), original),
        "said_on",
        "published_on",
        "retrieved_on",
        "title_from",
        "derived_from",
    ]
    template_name = "sources/source_detail.html"
    sections = [
        Section(
            "copies",
            _("Archived copies"),
            COPY_COLUMNS,
            lambda source: source.copies.current().select_related("label", "author", "source"),
            _("None is kept."),
            lede=_("What the source was on the day it was read. None replaces another."),
        ),
        Section(
            "echoes",
            _("Sources derived from this one"),
            [Column(_("Title"), str), Column(_("Publisher"), "publisher"), Column(_("Published"), "published_on")],
            lambda source: source.echoes.current().select_related("label"),
            _("None is recorded. A derived source counts as no independent one."),
        ),
    ]

    def lede(self):
        words = self.object.words
        return f"“{words}”" if words else super().lede()

    def get_context_data(self, **kwargs):
        may_archive = permissions.may(permissions.WRITE) and not self.object.is_withdrawn
        return super().get_context_data(**kwargs) | {
            "archive_url": reverse("sources:source-archive", args=[self.object.pk]) if may_archive else None,
        }

    def section_list(self):
        """Put first what the source supports, one table for each kind of record."""
        return [*self.supported(), *super().section_list()]

    def supported(self) -> list[dict]:
        cited = self.object.cited_by.current().select_related("source", "label", "record_type")
        found = sorted(cited.prefetch_related(with_cited_records()).with_evidence(), key=kind_in_words)
        columns = [
            Column(_("Record"), "record"),
            Column(_("About"), "record.outcome"),
            Column(_("Words quoted"), quote_and_evidence),
            Column(_("Grade"), "grade"),
            Column(_("Citation"), lambda citation: format_html('<a href="{}">{}</a>', citation.page_url, _("open"))),
        ]
        return [
            self.section(
                Section(
                    f"supports-{index}",
                    _("Supports: %(kind)s") % {"kind": kind},
                    columns,
                    lambda _source, group=list(group): [citation for citation in group if citation.record],
                    _("Nothing rests on this source."),
                )
            )
            for index, (kind, group) in enumerate(groupby(found, kind_in_words), start=1)
        ]


class CitationList(RecordListView):
    model = Citation
    filterset_class = filters.CitationFilter
    related = ("source", "record_type")
    prefetch = (with_cited_records(),)
    columns = [
        Column(_("Source"), str),
        Column(_("Publisher"), "source.publisher", sort="source__publisher"),
        Column(_("Supports"), cited_record),
        Column(_("Kind of record"), kind_in_words),
        Column(_("Grade"), "grade"),
    ]


class CitationDetail(RecordDetailView):
    model = Citation
    related = ("source", "record_type")
    facts = [
        "source",
        Column(_("Supports"), cited_record),
        "pinpoint",
        Column(_("Grade"), "grade"),
        "credibility",
        Column(_("Archived copy"), evidence_of),
    ]

    def lede(self):
        return f"“{self.object.quote}”" if self.object.quote else ""

"""Pages of the analysis: parity, lag, silence, credit, running totals against events."""

from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView

from access import permissions
from exchanges.models import Outcome, RunningTotal
from exchanges.vocabulary import Category
from negotiations.models import Channel
from records.display import link, links, shown
from reports import filters
from reports.selectors import measures
from reports.selectors.credit import matrix_of


class MeasurePage(TemplateView):
    """What is computed over the records that match the filters.

    Subclasses give ``model``, ``filterset_class``, ``measured`` and, where not all counted ones are meant, ``records``.
    """

    model = Outcome
    filterset_class = filters.EventFilter
    title = ""
    lede = ""

    def records(self):
        return self.model.objects.counted()

    def measured(self, records) -> dict:
        raise NotImplementedError

    def get_context_data(self, **kwargs):
        filterset = self.filterset_class(self.request.GET, queryset=self.records())
        is_valid = filterset.is_valid()
        self.asked = filterset.form.cleaned_data if is_valid else {}
        given = self.request.GET
        return super().get_context_data(**kwargs) | {
            "title": self.title,
            "lede": self.lede,
            "filterset": filterset,
            "filters_active": any(given[name] for name in given if name in filterset.form.fields),
            "clear_url": self.request.path,
            **self.measured(filterset.qs if is_valid else filterset.queryset.none()),
        }


def table(columns: list[str | tuple[str, str]], rows: list[list]) -> dict:
    """Return what components/table.html draws; ``columns`` are words, or words with the class of their cells."""
    heads = [(one, "") if isinstance(one, str) or not isinstance(one, tuple) else one for one in columns]
    return {
        "columns": [{"label": label, "css": css} for label, css in heads],
        "rows": [
            {"cells": [{"value": value, "css": css} for value, (_label, css) in zip(row, heads, strict=True)]}
            for row in rows
        ],
    }


def unknown(number) -> str:
    return _("not disclosed") if number is None else number.stated


def claim_links(claims) -> str:
    """Return links to claims, each saying who says what."""
    return format_html_join("; ", '<a href="{}">{}</a>', ((claim.page_url, claim) for claim in claims))


def sum_told(found) -> str:
    """Return a sum of ranges with the number of events that have none."""
    if not found.without_number:
        return found.stated
    missing = ngettext("%(n)s event without a number", "%(n)s events without a number", found.without_number)
    return f"{found.stated} ({missing % {'n': found.without_number}})"


class ParityPage(MeasurePage):
    template_name = "reports/parity.html"
    filterset_class = filters.ParityFilter
    title = gettext_lazy("Parity")
    lede = gettext_lazy(
        "What went each way in every exchange, from the lowest to the highest claim in force, and what that comes to "
        "so far. The living and the dead are never in one figure. Events that did not take place count nowhere."
    )

    def measured(self, records):
        return {"parities": [{"parity": one, "table": parity_table(one)} for one in measures.parity(records)]}


def parity_table(parity) -> dict:
    """Return the lines of a parity as a table; chart.html draws the same lines."""
    first, second = (party.direction_label for party in parity.parties)
    columns = [
        _("Event"), (first, "n"), (second, "n"), _("Difference"), _("By category"), _("Claims"),
        (_("%(direction)s, so far") % {"direction": first}, "n"),
        (_("%(direction)s, so far") % {"direction": second}, "n"),
    ]  # fmt: skip
    rows = []
    for line in parity.lines:
        pair, parts = line.head.pair, []
        for one in line.categories:
            numbers = {"first": unknown(one.pair.first), "second": unknown(one.pair.second)}
            parts.append(f"{one.label}: " + _("%(first)s against %(second)s") % numbers)
        state = line.outcome.get_status_display()
        rows.append(
            [
                link(line.outcome),
                unknown(pair.first) if line.counts else "–",
                unknown(pair.second) if line.counts else "–",
                line.head.difference if line.counts else state,
                "; ".join(parts),
                claim_links(line.claims),
                sum_told(line.so_far[0]),
                sum_told(line.so_far[1]),
            ]
        )
    return table(columns, rows)


class LagPage(MeasurePage):
    template_name = "reports/lag.html"
    title = gettext_lazy("Lag")
    lede = gettext_lazy(
        "Days from a promise to its first and last delivery, and from a meeting to the outcomes tied to it. A date "
        "known only to the month or year gives a range, which is shown but left out of the median."
    )

    def measured(self, records):
        columns = [_("From"), _("On"), _("To"), _("On"), (_("Days"), "n")]
        return {
            "lags": [
                {
                    "lag": lag,
                    "table": table(
                        columns,
                        [
                            [link(case.start), said_on(case.start), link(case.end), case.end.when, case.days.stated]
                            for case in lag.cases
                        ],
                    ),
                }
                for lag in measures.lags(records)
            ]
        }


def said_on(record) -> str:
    """Return when a promise was made, or a meeting held, in words."""
    made_in = getattr(record, "agreement", None) or getattr(record, "meeting", None) or record
    if getattr(made_in, "started_on", None) is None and getattr(made_in, "meeting", None) is not None:
        made_in = made_in.meeting
    return made_in.when


class SilencePage(MeasurePage):
    template_name = "reports/table.html"
    model = Channel
    filterset_class = filters.SilenceFilter
    title = gettext_lazy("Alarms")
    lede = gettext_lazy(
        "Days since the last meeting held or outcome that took place, against the channel's own usual gap (the median "
        "between its contacts). Active: up to 30 days, or the usual gap. Quiet: up to 90 days, or three usual gaps. "
        "Stalled: longer; this is an alarm unless somebody muted it. Ended: as declared."
    )

    def measured(self, records):
        found = measures.silences(records, timezone.localdate(), self.asked.get("state", ""))
        columns = [
            _("Channel"), _("State"), (_("Days of silence"), "n"), (_("Usual gap"), "n"), _("Last contact"),
            (_("Days of contact"), "n"), _("Alarm"),
        ]  # fmt: skip
        rows = [
            [
                link(line.channel), line.since.state.label, shown(line.since.days),
                "–" if line.usual_gap is None else f"{line.usual_gap:g}", shown(line.last), shown(line.contacts),
                alarm_told(line),
            ]
            for line in found
        ]  # fmt: skip
        return {"table": table(columns, rows)}


def alarm_told(line) -> str:
    """Return whether a silence is an alarm, or muted until when, by whom and why; a recorder may mute it."""
    if line.mutes:
        return format_html_join(
            "; ", '<a href="{}">{}</a>: {}', ((mute.page_url, muted_until(mute), mute.reason) for mute in line.mutes)
        )
    if not line.is_alarm:
        return ""
    if not permissions.may(permissions.WRITE):
        return _("Alarm")
    url = f"{reverse('negotiations:mute-add')}?{urlencode({'channel': line.channel.pk})}"
    return format_html('{}. <a href="{}">{}<span class="vh"> {}</span></a>', _("Alarm"), url, _("Mute"), line.channel)


def muted_until(mute) -> str:
    return _("Muted until %(day)s") % {"day": shown(mute.until)} if mute.until else _("Muted")


class CreditPage(MeasurePage):
    template_name = "reports/table.html"
    title = gettext_lazy("Credit")
    lede = gettext_lazy(
        "In how many events that took place somebody credits an intermediary with a role, by kind of event. Events "
        "are counted, never people; credit given twice is two rows, one for each who gives it."
    )

    def measured(self, records):
        kinds, lines = matrix_of(measures.credit(records))
        columns = [_("Intermediary"), _("Credited by"), *((str(kind.label), "n") for kind in kinds)]
        rows = [
            [
                link(line.intermediary),
                link(line.credited_by) or _("not stated"),
                *(cell_of(one) for _k, one in line.cells),
            ]
            for line in lines
        ]
        return {"table": table(columns, rows)}


def cell_of(credit) -> str:
    return "–" if credit is None else format_html('<a href="{}">{}</a>', credit.page, f"{credit.events:,}")


class GapsPage(MeasurePage):
    template_name = "reports/table.html"
    model = RunningTotal
    filterset_class = filters.GapFilter
    title = gettext_lazy("Running totals against events")
    lede = gettext_lazy(
        "What a claimant says it comes to so far, against its own figures for the recorded events in that time, added "
        "up, and against the lowest and highest claims of everybody. A running total is never added to events. An "
        "intermediary’s is compared only with the events that somebody credits it with."
    )

    def records(self):
        return RunningTotal.objects.in_force()

    def measured(self, records):
        columns = [
            _("Running total"), _("Of what"), _("Window"), _("Own claims, added up"), _("All claims"), _("Events"),
            _("Gap"), _("What may explain it"),
        ]  # fmt: skip
        return {"table": table(columns, [gap_row(one) for one in measures.gaps(records)])}


def gap_row(one) -> list:
    """Return the row of one running total."""
    total = one.total
    since = shown(total.since) if total.since else _("start not stated")
    words = total.conflict.directions().get(total.direction, total.direction)
    return [
        link(total),
        f"{Category(total.category).label}, {words}",
        _("%(since)s to %(as_of)s") % {"since": since, "as_of": shown(total.as_of)},
        sum_told(one.own) if one.own else _("compared with no kind of event"),
        sum_told(one.all_claims) if one.all_claims else "",
        format_html(
            "<details><summary>{}</summary>{}</details>{}",
            ngettext("%(n)s event", "%(n)s events", len(one.events)) % {"n": len(one.events)},
            links(one.events),
            format_html('<span class="sub2">{}</span>', _("it is credited with")) if one.of_credited else "",
        )
        if one.events
        else "0",
        one.gap.stated if one.gap else _("not known"),
        "; ".join(str(explanation.label) for explanation in one.explanations),
    ]

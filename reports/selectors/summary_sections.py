"""The sections of a summary for a period: pure functions from records already read to plain values.

Nothing is added up but events, meetings and agreements. Claims stand as ranges beside their event, so that the
living and the dead, rival claims and different events are never in one figure.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exchanges.measures.lag import usual_gap
from exchanges.models import Outcome
from exchanges.vocabulary import OutcomeKind, OutcomeStatus
from negotiations.models import Agreement, Channel, Meeting
from records.dates import Dated, DatePrecision
from records.models import Attachment, Record
from reports.selectors.alarms import has_ended
from reports.selectors.periods import last_day
from reports.selectors.ranges import Stated
from reports.selectors.silence import since_contact

AHEAD = frozenset({OutcomeStatus.PROPOSED, OutcomeStatus.ANNOUNCED, OutcomeStatus.SCHEDULED})


def reference(record: Record) -> dict:
    """Return what leads from a figure to a record behind it."""
    return {
        "kind": record.kind,
        "id": str(record.pk),
        "reference": record.reference,
        "name": str(record),
        "url": record.page_url,
    }


def figure(label: Any, value: Any, records: Iterable[Record], claims: Iterable[str] = (), **more: Any) -> dict:
    """Return one figure with everything it rests on."""
    found = {
        "label": str(label),
        "value": str(value),
        "records": [reference(record) for record in records],
        "claims": list(claims),
    }
    return found | {name: str(words) for name, words in more.items() if words}


def section(
    code: str, title: Any, columns: tuple[str, ...], figures: list[dict], note: Any = "", empty: Any = ""
) -> dict:
    """Return a section; ``columns`` are the words for a figure's label, its value and what is said of it."""
    return {
        "code": code,
        "title": str(title),
        "note": str(note),
        "empty": str(empty),
        "columns": dict(zip(("label", "value", "said"), columns, strict=False)),
        "figures": figures,
    }


def counted_once(outcomes: list[Outcome]) -> list[Outcome]:
    """Return the events without those whose parts are there themselves."""
    with_parts = {outcome.parent_id for outcome in outcomes if outcome.parent_id}
    return [outcome for outcome in outcomes if outcome.pk not in with_parts]


def events_by_kind_and_state(outcomes: list[Outcome]) -> dict:
    groups: dict[tuple, list[Outcome]] = {}
    for outcome in counted_once(outcomes):
        groups.setdefault((outcome.outcome_kind, outcome.status), []).append(outcome)
    order = {code: place for place, code in enumerate([*OutcomeKind.values, *OutcomeStatus.values])}
    figures = [
        figure(
            OutcomeKind(kind).label,
            ngettext("%(count)s event", "%(count)s events", len(found)) % {"count": f"{len(found):,}"},
            found,
            state=OutcomeStatus(status).label,
        )
        for (kind, status), found in sorted(groups.items(), key=lambda item: (order[item[0][0]], order[item[0][1]]))
    ]
    return section(
        "events",
        _("Events by kind and state"),
        (_("Kind"), _("Events")),
        figures,
        _("Events are counted, not people. An event recorded in parts counts by its parts."),
        _("No event is recorded in this period."),
    )


def events_of_kind(kind: str, outcomes: list[Outcome], ranges: dict) -> dict:
    """Return the events of one kind that took place, each with the ranges of what is said of it."""
    figures = [line for outcome in outcomes for line in lines_of(outcome, ranges.get(outcome.pk, []))]
    return section(
        f"events-{kind}",
        OutcomeKind(kind).label,
        (_("Of what"), _("Claims"), _("Who says what")),
        figures,
        _("What is said of each event: the lowest and the highest claim in force. Nothing is added up across events."),
    )


def lines_of(outcome: Outcome, ranges: list[Stated]) -> list[dict]:
    """Return one line for each direction and category of an event; one that says so where nothing was disclosed."""
    about = {"event": outcome, "when": outcome.when}
    if outcome.status != OutcomeStatus.COMPLETED:
        about["state"] = outcome.get_status_display()
    if not ranges:
        return [figure(_("No figure"), _("not disclosed"), [outcome], **about)]
    return [
        figure(
            found.what,
            found.value,
            [outcome],
            found.claims,
            said=found.said,
            standing=found.range.agreement.value,
            **about,
        )
        for found in ranges
    ]


def events_apart(code: str, title: Any, note: Any, outcomes: list[Outcome], ranges: dict) -> dict:
    """Return events that delivered nothing, each with its state; their figures are plans and offers."""
    figures = [
        figure(
            outcome.get_outcome_kind_display(),
            outcome.get_status_display(),
            [outcome],
            [claim for found in ranges.get(outcome.pk, []) for claim in found.claims],
            event=outcome,
            when=outcome.when,
            said="; ".join(f"{found.what}: {found.value}" for found in ranges.get(outcome.pk, [])),
        )
        for outcome in outcomes
    ]
    columns = (_("Kind"), _("State"), _("What was planned or claimed"))
    return section(code, title, columns, figures, note, _("None recorded."))


def meetings_by_channel(meetings: list[Meeting]) -> dict:
    groups: dict[tuple, list[Meeting]] = {}
    for meeting in meetings:
        groups.setdefault((meeting.channel.name, str(meeting.channel_id), meeting.get_status_display()), []).append(
            meeting
        )
    figures = [
        figure(
            name,
            ngettext("%(count)s meeting", "%(count)s meetings", len(found)) % {"count": f"{len(found):,}"},
            [found[0].channel, *found],
            state=status,
        )
        for (name, _pk, status), found in sorted(groups.items())
    ]
    columns = (_("Channel"), _("Meetings"))
    return section("meetings", _("Meetings by channel"), columns, figures, empty=_("None is recorded in this period."))


def agreements_made(agreements: list[Agreement]) -> dict:
    figures = [
        figure(
            agreement.title,
            agreement.get_status_display(),
            [agreement, agreement.channel],
            when=agreement.when,
            said=agreement.get_form_display(),
        )
        for agreement in agreements
    ]
    columns = (_("Agreement"), _("State"), _("Form"))
    return section("agreements", _("Agreements"), columns, figures, empty=_("None is recorded in this period."))


def attached(attachments: list[Attachment], records: list[Record]) -> dict:
    """Return the files attached to the records of the report: a line for each, never the file."""
    figures = [
        figure(
            attachment.title,
            _("%(type)s, %(size)s") % {"type": attachment.type_words, "size": attachment.size_words},
            [record, attachment],
            said=f"SHA-256 {attachment.sha256}",
        )
        for attachment, record in zip(attachments, records, strict=True)
    ]
    note = _("The files themselves are not part of the report; their SHA-256 tells whether one is the same.")
    return section("attachments", _("Attachments"), (_("What it is"), _("File"), _("SHA-256")), figures, note)


def last_contacts(channels: list[Channel], contacts: dict[Any, list[Dated]], as_of: dt.date) -> dict:
    """Return how long each channel has been silent on a day, by its own usual gap, as the alarms tell it.

    A range of days where the date of the last contact is not known to the day.
    """
    figures = []
    for channel in channels:
        found = contacts.get(channel.pk)
        if not found:
            figures.append(figure(channel, _("no contact recorded by then"), [channel]))
            continue
        last = max(found, key=lambda contact: contact.started_on)
        gap = usual_gap(contact.started_on for contact in found)
        told = since_contact(last.started_on, as_of, has_ended=has_ended(channel, as_of), usual_gap=gap)
        days = ngettext("%(days)s day", "%(days)s days", told.days) % {"days": f"{told.days:,}"}
        least = (as_of - min(last_day(last), as_of)).days
        if last.date_precision != DatePrecision.DAY and least != told.days:
            days = _("%(least)s–%(most)s days") % {"least": f"{least:,}", "most": f"{told.days:,}"}
        figures.append(figure(channel, days, [channel, last], when=last.when, state=told.state.label))
    return section(
        "contacts",
        _("Days since the last contact"),
        (_("Channel"), _("Since then")),
        figures,
        _(
            "Counted to the last day of the period, or to today if earlier. A contact is a meeting that was held or an "
            "outcome that took place; what is long is judged by the channel's own usual gap."
        ),
        _("No channel is recorded."),
    )


def not_disclosed(outcomes: list[Outcome], ranges: dict, meetings: list[Meeting]) -> dict:
    """Return what nobody has published: unknown is a value, and none of it is 0."""
    figures = []
    for outcome in outcomes:
        found = ranges.get(outcome.pk, [])
        if not found:
            figures.append(figure(outcome, _("no figure at all"), [outcome], when=outcome.when))
        for missing in found:
            if missing.withheld:
                told = _("%(what)s: number not disclosed") % {"what": missing.what}
                figures.append(figure(outcome, told, [outcome], missing.withheld, when=outcome.when))
        if outcome.place_id is None:
            figures.append(figure(outcome, _("place not published"), [outcome], when=outcome.when))
    figures += [
        figure(meeting, _("place withheld"), [meeting], when=meeting.when)
        for meeting in meetings
        if meeting.place_withheld
    ]
    return section(
        "not-disclosed",
        _("What was not disclosed"),
        (_("Record"), _("What is missing")),
        figures,
        _("Not disclosed is a value of its own and never counts as zero."),
        _("Everything asked for has been disclosed."),
    )

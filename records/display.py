"""How values of records are shown in tables and lists of facts: declared on a view, rendered here."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from access import permissions
from records.models import Record, ReviewState

STATE_CSS = {
    ReviewState.DRAFT: "no",
    ReviewState.SUBMITTED: "half",
    ReviewState.RETURNED: "diff",
    ReviewState.VERIFIED: "ok",
    ReviewState.CHANGED: "half",
}


@dataclass(frozen=True)
class Column:
    """One column: ``value`` is an attribute path (``channel.name``) or a function of the record.

    ``sort`` is the ordering's name where the column can be sorted by.
    """

    label: str
    value: str | Callable[[Any], Any]
    sort: str = ""
    css: str = ""

    def raw(self, record: Any) -> Any:
        return self.value(record) if callable(self.value) else attribute(record, self.value)

    def of(self, record: Any) -> Any:
        return shown(self.raw(record))


@dataclass(frozen=True)
class Section:
    """A table of related records on a detail page. ``records`` is a function of the page's record.

    ``all_url`` says where all of them are listed, ``add_url`` where another is entered, if the reader may.
    """

    id: str
    title: str
    columns: list[Column]
    records: Callable[[Any], Any]
    empty: str
    lede: str = ""
    all_url: Callable[[Any], str] | None = None
    add_url: Callable[[Any], str | None] | None = None


def begun_from(kind: str, **fields: str) -> Callable[[Record], str | None]:
    """Return a function that gives the address at which a record of a kind is entered from another record's page.

    ``fields`` name the fields of its form that are filled, and the attribute of the other record that fills each. None
    for who may not write, and for what was withdrawn.
    """

    def address(record: Record) -> str | None:
        if record.is_withdrawn or not permissions.may(permissions.WRITE):
            return None
        return f"{reverse(f'desk:{kind}-add')}?{urlencode({name: getattr(record, of) for name, of in fields.items()})}"

    return address


def attribute(record: Any, path: str) -> Any:
    """Follow a dotted path; a choice field gives its words; a missing link gives None."""
    *steps, last = path.split(".")
    for step in steps:
        record = getattr(record, step, None)
        if record is None:
            return None
    words = getattr(record, f"get_{last}_display", None)
    value = words() if words else getattr(record, last, None)
    return value() if callable(value) else value


def link(record: Record | None) -> SafeString | str:
    """Return a link to the record's page, or its name where it has none."""
    if record is None:
        return ""
    if record.page_url is None:
        return str(record)
    return format_html('<a href="{}">{}</a>', record.page_url, record)


def links(records: Any) -> SafeString | str:
    """Return links to several records, separated by commas."""
    return format_html_join(", ", "{}", ((link(record),) for record in records))


def actors(party_links: Any) -> SafeString | str:
    """Return links to the actors of a record's party links."""
    return links(link.actor for link in party_links.current().select_related("actor"))


def shown(value: Any) -> Any:
    """Return a value as it stands on a page: dates in words, numbers with commas, records as links."""
    if value is None:
        return ""
    if isinstance(value, Record):
        return link(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dt.datetime):
        return _("%(moment)s UTC") % {"moment": date_format(value, "SHORT_DATETIME_FORMAT")}
    if isinstance(value, dt.date):
        return date_format(value)
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, list | tuple):
        return ", ".join(str(item) for item in value)
    return value


def field_label(model: type[models.Model], name: str) -> str:
    """Return a field's words, beginning with a capital letter."""
    label = str(model._meta.get_field(name).verbose_name)
    return label[:1].upper() + label[1:]


def state_of(record: Record) -> dict:
    """Return the review state as a word and the class of its shape."""
    if record.is_withdrawn:
        return {"css": "bad", "word": _("Withdrawn")}
    return {"css": STATE_CSS[record.review_state], "word": record.get_review_state_display()}


def row(record: Any, columns: list[Column]) -> dict:
    """Return one row of a table for templates/components/table.html.

    The first cell links to the row's record, or to the record it names: never both, a link within a link.
    """
    head, *rest = columns
    value = head.raw(record)
    named = value if isinstance(value, Record) else record
    first = str(value) if named is value else shown(value)
    return {
        "url": getattr(named, "page_url", None),
        "title": str(record),
        "cells": [
            {"value": first, "css": head.css},
            *({"value": column.of(record), "css": column.css} for column in rest),
        ],
        "label": record.label,
        "state": state_of(record),
    }


def drawn(section: Section, record: Any) -> dict:
    """Return a section about a record for templates/components/section.html."""
    return {
        "id": section.id,
        "title": section.title,
        "lede": section.lede,
        "columns": [{"label": column.label, "css": column.css} for column in section.columns],
        "rows": [row(found, section.columns) for found in section.records(record)],
        "empty": section.empty,
        "all_url": section.all_url(record) if section.all_url else None,
        "add_url": section.add_url(record) if section.add_url else None,
    }

"""Choosing one record among many: a plain select, which static/js/combobox.js makes searchable."""

from functools import cached_property

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django.urls import NoReverseMatch, reverse
from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import mark_safe

from access import permissions
from access.context import has_reader
from records.querysets import kinds

# So many records are listed in the select itself; the search finds all of them.
MOST_LISTED = 300
SELECTED = mark_safe(" selected")


def address(name: str) -> str | None:
    """Return the address of a page, or None where there is none of this name."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return None


class OfKind:
    """What both widgets share: the kind they choose from, and where records of it are found and made.

    ``kind`` is the kind's name, for example ``actor``. Of more than ``MOST_LISTED`` records those chosen are listed
    and the first others; the page says so to who has no script. ``shared`` keeps what was asked once for all the rows
    of a form set, by the field's name.
    """

    template_name = "records/widgets/combobox.html"

    def __init__(self, kind: str, attrs=None, choices=()):
        super().__init__({"data-combobox": kind} | (attrs or {}), choices)
        self.kind = kind
        self.shared: dict[str, list] | None = None

    @cached_property
    def model(self):
        return next(model for model in kinds() if model.kind_of() == self.kind)

    def add_url(self) -> str | None:
        """Return where a record of the kind is entered, if the reader may."""
        if not has_reader() or not permissions.may(permissions.WRITE):
            return None
        return address(f"desk:{self.kind}-add")

    def optgroups(self, name, value, attrs=None):
        """Draw the options of records at once: one template for each of hundreds, in each row, takes its time."""
        self.options, self.is_cut = "", False
        if not isinstance(self.choices, ModelChoiceIterator):
            return super().optgroups(name, value, attrs)
        chosen = set(value if self.allow_multiple_selected else value[:1])
        self.options = format_html_join(
            "",
            '<option value="{}"{}>{}</option>',
            ((pk, SELECTED if pk in chosen else "", words) for pk, words in self.listed(value, name)),
        )
        return []

    def listed(self, value: list[str], name: str) -> list[tuple[str, str]]:
        """Return the identities and words that stand in the select of the field of this name."""
        field = self.choices.field
        shared, own_name = {} if self.shared is None else self.shared, name.rpartition("-")[2]
        if own_name not in shared:
            shared[own_name] = [self.pair(record) for record in field.queryset[: MOST_LISTED + 1]]
        pairs = shared[own_name]
        self.is_cut = len(pairs) > MOST_LISTED
        if self.is_cut:
            pairs = pairs[:MOST_LISTED]
            missing = set(value) - {pk for pk, _words in pairs}
            pairs += [self.pair(record) for record in self.chosen(missing)] if missing else []
        return pairs if field.empty_label is None else [("", field.empty_label), *pairs]

    def pair(self, record) -> tuple[str, str]:
        field = self.choices.field
        return str(field.prepare_value(record)), conditional_escape(field.label_from_instance(record))

    def chosen(self, missing: set[str]) -> list:
        """Return those records that were chosen; what is no identifier names none."""
        to_python = self.model._meta.pk.to_python
        found = []
        for given in missing - {""}:
            try:
                found.append(to_python(given))
            except ValidationError:
                continue
        return list(self.choices.field.queryset.filter(pk__in=found))

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        add_url = self.add_url()
        told = context["widget"]["attrs"]
        told["data-find"] = address(f"desk:choices-{self.kind}")
        told["data-create"] = address(f"desk:create-{self.kind}") if add_url else None
        context["widget"] |= {
            "options": self.options,
            "add_url": add_url,
            "name_of_kind": self.model._meta.verbose_name,
            "is_cut": self.is_cut,
            "most": MOST_LISTED,
        }
        return context


class Combobox(OfKind, forms.Select):
    """Chooses one record of a kind."""


class ComboboxMultiple(OfKind, forms.SelectMultiple):
    """Chooses several records of a kind; they stand in the order in which they were chosen, before the others."""

    def listed(self, value, name):
        order = {pk: place for place, pk in enumerate(value)}
        return sorted(super().listed(value, name), key=lambda pair: order.get(pair[0], len(order)))

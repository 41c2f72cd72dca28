"""Choosing one record among many: a plain select, which static/js/combobox.js makes searchable."""

from functools import cached_property

from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django.urls import NoReverseMatch, reverse

from access import permissions
from access.context import has_reader
from records.querysets import kinds

# So many records are listed in the select itself; the search finds all of them.
MOST_LISTED = 300


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
        self.is_cut = False
        if isinstance(self.choices, ModelChoiceIterator):
            # The iterator stays as it is: the field's list of choices goes with its queryset.
            whole, self.choices = self.choices, self.listed(value, name.rpartition("-")[2])
            try:
                return super().optgroups(name, value, attrs)
            finally:
                self.choices = whole
        return super().optgroups(name, value, attrs)

    def listed(self, value: list[str], name: str) -> list[tuple]:
        """Return the choices that stand in the select of the field of this name."""
        field = self.choices.field
        empty = [("", field.empty_label)] if field.empty_label is not None else []
        if self.shared is None:
            records = list(field.queryset[: MOST_LISTED + 1])
        else:
            if name not in self.shared:
                self.shared[name] = list(field.queryset[: MOST_LISTED + 1])
            records = self.shared[name]
        self.is_cut = len(records) > MOST_LISTED
        if self.is_cut:
            records = records[:MOST_LISTED]
            missing = {str(pk) for pk in value} - {str(record.pk) for record in records}
            records += self.chosen(missing) if missing else []
        return empty + [self.choices.choice(record) for record in records]

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
        order = {str(pk): place for place, pk in enumerate(value)}
        return sorted(super().listed(value, name), key=lambda choice: order.get(str(choice[0]), len(order)))

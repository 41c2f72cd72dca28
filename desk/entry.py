"""The base of every form in which a record is entered or edited."""

from copy import copy
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView

from access import permissions
from access.context import current_reader
from access.levels import Level
from desk.parts import Part
from desk.services import UNSUBMITTED, RefusedRow, record_with_parts
from records.api.errors import REFUSED_BY_POLICY
from records.display import field_label
from records.entry_forms import EntryForm
from records.history import value_shown
from records.models import Record, ReviewState
from records.services import StaleVersion
from records.views import KindMixin


@dataclass(frozen=True)
class FormSection:
    """A section of the form. ``items`` are names of fields and prefixes of parts, in the order of the page.

    With ``is_folded`` it stays closed until something stands in it; ``state`` is what the task list says of it while
    it has neither rows nor problems.
    """

    id: str
    title: str
    items: tuple[str, ...]
    lede: str = ""
    is_folded: bool = False
    state: str = gettext_lazy("Optional")


READERS = FormSection("readers", gettext_lazy("Who can see it"), ("level", "compartments"))


class EntryView(KindMixin, FormView):
    """Enter a new record, or edit the one whose ``pk`` stands in the address. Nothing that was typed is lost.

    A subclass gives ``model``, ``form_class`` (an ``EntryForm``), ``parts`` (classes of desk/parts.py) and
    ``sections``, which name every field and part; "Who can see it" comes last by itself. It may give ``title_new``,
    ``title_edit``, ``lede``, ``done`` (said when it is saved), and override:

    - ``get_initial``: what a new form begins with, for example from the query string;
    - ``write(form, formsets, draft)``: write everything in one transaction and return the record as stored.

    Addresses: ``desk:<kind>-add`` and ``desk:<kind>-edit``, both of the same view. Whatever is refused comes back
    beside its field with everything that was typed; what ``write`` raises (ValidationError by field, RefusedRow,
    StaleVersion, a refusal of the policies) is answered here.
    """

    model: type[Record]
    form_class: type[EntryForm]
    parts: tuple[type[Part], ...] = ()
    sections: tuple[FormSection, ...] = ()
    template_name = "desk/entry_form.html"
    title_new = ""
    title_edit = ""
    lede = gettext_lazy("Only the first section is needed to save. Everything else can follow.")
    done = gettext_lazy("The record is saved and waits for review.")
    drafted = gettext_lazy("The draft is kept. Only you and reviewers see it.")
    conflict: list[dict] | None = None

    def dispatch(self, request, *args, **kwargs):
        self.object = self.find_object()
        permissions.demand(permissions.WRITE)
        return super().dispatch(request, *args, **kwargs)

    def find_object(self) -> Record:
        """Return the record to edit, or a new one; 404 for what is withdrawn, hidden or missing."""
        if "pk" not in self.kwargs:
            return self.model()
        return get_object_or_404(self.model.objects.current().select_related("label"), pk=self.kwargs["pk"])

    @property
    def is_new(self) -> bool:
        return self.object._state.adding

    def get_form_kwargs(self):
        # A copy: checking a form writes into its instance what was typed.
        return super().get_form_kwargs() | {"instance": copy(self.object)}

    def formsets(self, data=None) -> dict[str, tuple[Part, object]]:
        """Return part and form set by prefix: of what was sent, or of the parts as they are stored."""
        found = {}
        for part in (made() for made in self.parts):
            initial = [part.initial(one) for one in part.stored(self.object)]
            found[part.prefix] = (part, part.formset(data, prefix=part.prefix, initial=initial))
        return found

    def post(self, request, *args, **kwargs):
        form, formsets = self.get_form(), self.formsets(request.POST)
        if not all([form.is_valid(), *(rows.is_valid() for _part, rows in formsets.values())]):
            return self.again(form, formsets)
        try:
            with transaction.atomic():
                record = self.write(form, formsets, draft="draft" in request.POST)
        except StaleVersion as stale:
            return self.stale(form, formsets, stale)
        except RefusedRow as refused:
            refuse(refused.row, refused)
            return self.again(form, formsets)
        except ValidationError as error:
            refuse(form, error)
            return self.again(form, formsets)
        except DatabaseError as error:
            if getattr(error.__cause__, "pgcode", None) != REFUSED_BY_POLICY:
                raise
            form.add_error("level", _("You may not write a record at this level. Choose one you may read yourself."))
            return self.again(form, formsets)
        messages.success(request, self.drafted if record.review_state == ReviewState.DRAFT else self.done)
        return HttpResponseRedirect(record.get_absolute_url())

    def write(self, form: EntryForm, formsets: dict, *, draft: bool) -> Record:
        return record_with_parts(
            current_reader(),
            form.instance,
            formsets.values(),
            expected_version=form.cleaned_data.get("version"),
            draft=draft,
        )

    def again(self, form, formsets, status: int = 200) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, formsets=formsets), status=status)

    def stale(self, form, formsets, stale: StaleVersion) -> HttpResponse:
        """Show both versions; saving again with what stands in the form is then a choice."""
        current = stale.current
        theirs = {name: current.serializable_value(name) for name in form.Meta.fields}
        yours = {name: form.instance.serializable_value(name) for name in form.Meta.fields}
        self.conflict = [
            {
                "label": field_label(self.model, name),
                "yours": value_shown(self.model._meta.get_field(name), yours[name]),
                "theirs": value_shown(self.model._meta.get_field(name), theirs[name]),
            }
            for name in form.Meta.fields
            if yours[name] != theirs[name]
        ]
        form.data = form.data.copy()
        form.data["version"] = current.version
        return self.again(form, formsets, status=409)

    # The page ---------------------------------------------------------------------------------------------------------

    def get_context_data(self, **kwargs):
        form = kwargs.pop("form", None) or self.get_form()
        formsets = kwargs.pop("formsets", None) or self.formsets()
        sections = [self.section(one, form, formsets) for one in (*self.sections, READERS)]
        name = self.model._meta.verbose_name
        titles = (
            self.title_new or _("New %(kind)s") % {"kind": name},
            self.title_edit or _("Edit %(kind)s") % {"kind": name},
        )
        return super().get_context_data(form=form, **kwargs) | {
            "title": titles[not self.is_new],
            "lede": self.lede,
            "object": None if self.is_new else self.object,
            "cancel_url": self.page_url("list") if self.is_new else self.object.get_absolute_url(),
            "formsets": [rows for _part, rows in formsets.values()],
            "sections": sections,
            "conflict": self.conflict,
            "may_be_draft": self.is_new or self.object.review_state in UNSUBMITTED,
        }

    def section(self, section: FormSection, form: EntryForm, formsets: dict) -> dict:
        """Return a section for the page: its fields and rows, and how far it is."""
        items, problems, filled = [], 0, 0
        for name in section.items:
            if name in formsets:
                rows = formsets[name][1]
                items.append({"rows": rows})
                problems += rows.total_error_count() if rows.is_bound else 0
                filled += rows.initial_form_count()
            elif name in form.fields:
                items.append({"field": form[name]})
                problems += len(form.errors.get(name, ())) if form.is_bound else 0
        return {
            "id": section.id,
            "title": section.title,
            "lede": section.lede,
            "items": items,
            "is_folded": section.is_folded and not problems and not filled,
            "can_fold": section.is_folded,
            "problems": problems,
            "state": self.state_of(section, form, problems, filled),
        }

    def state_of(self, section: FormSection, form: EntryForm, problems: int, filled: int) -> str:
        """Return the state of a section in words, for the task list."""
        if problems:
            return ngettext("%(n)s problem", "%(n)s problems", problems) % {"n": problems}
        if section is READERS:
            chosen = str(form["level"].value())
            return str(Level(int(chosen)).label) if chosen in map(str, Level.values) else ""
        if filled:
            return ngettext("%(n)s entry", "%(n)s entries", filled) % {"n": filled}
        return str(section.state)


def refuse(form, error: ValidationError) -> None:
    """Put what was refused beside the fields it is about; what is about none of them stands above the form."""
    told = error.message_dict if hasattr(error, "error_dict") else {None: error.messages}
    for name, found in told.items():
        form.add_error(name if name in form.fields else None, found)

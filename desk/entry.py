"""The base of every form in which a record is entered or edited."""

import uuid
from collections.abc import Collection
from contextlib import suppress
from copy import copy
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import FormView

from access import permissions
from access.context import current_reader
from access.levels import Level
from access.models import User
from access.refusals import REFUSED_BY_POLICY
from desk import keeping
from desk.alike import told_alike, word_for
from desk.candidates import Begun, begun_from, candidate_of
from desk.conflicts import Reconciling
from desk.models import KeptForm
from desk.parts import Attachments, Part
from desk.presence import HEARD_EVERY, note_and_find
from desk.services import UNSUBMITTED, RefusedRow, record_with_parts
from intake.inbox import accept_as
from records.entry_forms import EntryForm
from records.guarded_forms import add_refused, flags
from records.models import Record, ReviewState
from records.review_told import review_told
from records.services import StaleVersion
from records.uploads import take_in
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


FILES = FormSection(
    "files", gettext_lazy("Attachments"), ("attachments",), gettext_lazy("Notes, an agreement as signed."), True
)
READERS = FormSection("readers", gettext_lazy("Who can see it"), ("level", "compartments"))


class EntryView(KindMixin, FormView):
    """Enter a new record, or edit the one whose ``pk`` stands in the address. Nothing that was typed is lost.

    A subclass gives ``model``, ``form_class`` (an ``EntryForm``), ``parts`` (classes of desk/parts.py) and
    ``sections``, which name every field and part; attachments and "Who can see it" come last by themselves. It may
    give ``title_new``, ``title_edit``, ``lede``, ``done`` (said when it is saved), and override:

    - ``begun_from``: names of fields that the query string fills in a new form; or ``get_initial``;
    - ``alike_by``: names of the fields and parts by which a record that may be the same is found (``Record.alike``);
    - ``write(form, formsets, draft)``: write everything in one transaction and return the record as stored.

    Addresses: ``desk:<kind>-add`` and ``desk:<kind>-edit``, both of the same view. Whatever is refused comes back
    beside its field with everything that was typed; what ``write`` raises (ValidationError by field, RefusedRow,
    StaleVersion, a refusal of the policies) is answered here. ``?candidate=`` begins a new form with what a candidate
    of the inbox says; ``?source=`` with a source that the record rests on.
    """

    model: type[Record]
    form_class: type[EntryForm]
    parts: tuple[type[Part], ...] = ()
    sections: tuple[FormSection, ...] = ()
    begun_from: tuple[str, ...] = ()
    alike_by: tuple[str, ...] = ()
    template_name = "desk/entry_form.html"
    title_new = ""
    title_edit = ""
    lede = gettext_lazy("Only the first section is needed to save. Everything else can follow.")
    done = gettext_lazy("The record is saved and waits for review.")
    drafted = gettext_lazy("The draft is kept. Only you and reviewers see it.")
    kept: KeptForm | None = None
    present: Collection[User] | None = ()

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
    def form_name(self) -> str:
        return self.model.kind_of()

    @property
    def is_new(self) -> bool:
        return self.object._state.adding

    def get_initial(self):
        given = self.request.GET
        return {name: given.getlist(name) for name in self.begun_from if name in given} if self.is_new else {}

    def bound(self, data) -> tuple[EntryForm, dict]:
        """Return form and form sets filled with what was sent or kept."""
        return self.form_class(data, instance=copy(self.object)), self.formsets(data)

    def formsets(self, data=None) -> dict[str, tuple[Part, object]]:
        """Return part and form set by prefix: of what was sent, or of the parts as they are stored."""
        found = {}
        for part in (made() for made in (*self.parts, Attachments)):
            # A part that was not sent at all has no rows; what is recorded of it stays.
            is_missing = data is not None and f"{part.prefix}-TOTAL_FORMS" not in data
            sent = no_rows(part.prefix) if is_missing else data
            found[part.prefix] = (part, part.rows(self.object, sent))
        return found

    # Opened -----------------------------------------------------------------------------------------------------------

    def get(self, request, *args, **kwargs):
        """Show the form: what was kept of it, else the record, else an empty one."""
        if not self.is_new:
            self.present = note_and_find(current_reader(), self.model, self.object.pk)
        found = keeping.unfinished_of(current_reader(), self.form_name, self.object)
        asked = request.GET.get("kept")
        kept = found.filter(pk=keeping.key_of(asked)).first() if asked else found.first()
        begun = begun_from(request.GET, self.form_name) if self.is_new else Begun()
        initial = self.get_initial() | begun.fields
        # Who asks for a form with something in it wants that one; what was kept is offered then.
        if kept is None or ((initial or begun.rows) and not asked):
            form = self.form_class(initial=initial, instance=copy(self.object))
            formsets = self.formsets()
            for prefix in begun.rows.keys() & formsets.keys():
                part = formsets[prefix][0]
                formsets[prefix] = (part, part.formset(prefix=prefix, initial=begun.rows[prefix]))
            return self.show(form, formsets, key=uuid.uuid4(), offered=kept, begun=begun)
        form, formsets = self.bound(keeping.as_data(kept))
        form.is_unjudged = True
        for _part, rows in formsets.values():
            rows.leave_unjudged()
        return self.show(form, formsets, key=kept.pk, put_back=kept)

    # Sent -------------------------------------------------------------------------------------------------------------

    def post(self, request, *args, **kwargs):
        # Files are kept first, whatever becomes of the form: it names them from now on.
        files_refused = take_in(request)
        self.lock()
        draft = "draft" in request.POST
        sent = keeping.typed(request.POST)
        try:
            with transaction.atomic():
                self.kept = keeping.hold(
                    current_reader(), keeping.key_of(request.POST.get("key")), self.form_name, self.object
                )
        except DatabaseError as error:
            return self.refused_by_policy(*self.bound(request.POST), error)
        digest = keeping.digest(sent, draft=draft)
        if self.kept.saved_as is not None and (response := self.sent_before(digest)):
            return response
        form, formsets = self.bound(request.POST)
        if not is_valid(form, formsets) or files_refused:
            refuse_files(form, formsets, files_refused)
            return self.again(form, formsets)
        if not self.is_new:
            found = Reconciling(form, formsets, self.object)
            if not found.is_settled:
                return self.conflicting(found)
            form, formsets = self.bound(found.settle())
            if not is_valid(form, formsets):
                return self.again(form, formsets)
        if found := self.not_shown_yet(form, formsets):
            return self.again(form, formsets, asked=found)
        return self.save(form, formsets, draft, digest)

    def alike(self, form: EntryForm, formsets: dict) -> list[Record]:
        """Return what may be recorded already, as far as the form says by now what it is about."""
        changed = self.is_new or any(name in form.changed_data for name in self.alike_by)
        found = self.may_be(form.instance, formsets) if self.alike_by and changed else []
        for name in self.alike_by:
            if name in formsets:
                part, rows = formsets[name]
                found += part.alike(form.instance, rows)
        return list(dict.fromkeys(found))

    def may_be(self, record: Record, formsets: dict) -> list[Record]:
        """Return the records that may be the one entered."""
        return record.alike()

    def not_shown_yet(self, form: EntryForm, formsets: dict) -> list[Record]:
        """Return what may be recorded already, unless the form comes from a page that has shown it."""
        found = self.alike(form, formsets)
        return found if found and self.request.POST.get("alike") != word_for(found) else []

    def lock(self) -> None:
        """Hold the record that is edited, so that nobody changes it between comparing and writing."""
        if not self.is_new:
            rows = self.model.objects.select_for_update(of=("self",)).select_related("label")
            # Who may read it and not write it goes on, and is refused in words by the policies.
            self.object = rows.filter(pk=self.object.pk).first() or self.object

    def save(self, form, formsets, draft: bool, digest: str) -> HttpResponse:
        """Write everything, and answer what refuses it."""
        try:
            with transaction.atomic():
                record = self.write(form, formsets, draft=draft)
                self.take_candidate(form, record)
                keeping.note_saved(self.kept, record, digest)
                keeping.note_added(current_reader(), self.request.POST.get("began_as"), record)
        except StaleVersion as stale:
            form.add_error(None, _("%(error)s Look at it again before you save.") % {"error": stale})
        except RefusedRow as refused:
            add_refused(refused.row, refused)
        except ValidationError as error:
            add_refused(form, error)
        except DatabaseError as error:
            return self.refused_by_policy(form, formsets, error)
        else:
            messages.success(self.request, self.drafted if record.review_state == ReviewState.DRAFT else self.done)
            return HttpResponseRedirect(record.get_absolute_url())
        return self.again(form, formsets)

    def take_candidate(self, form: EntryForm, record: Record) -> None:
        """Write down what became of the candidate the form was begun from. Raises ValidationError."""
        given = form.data.get("candidate")
        if given and self.is_new:
            candidate = candidate_of(given)
            if candidate is None:
                told = _("The candidate of the inbox that this was begun from was decided about meanwhile.")
                raise ValidationError(told)
            accept_as(current_reader(), candidate, record)

    def write(self, form: EntryForm, formsets: dict, *, draft: bool) -> Record:
        return record_with_parts(
            current_reader(),
            form.instance,
            formsets.values(),
            form.ties(),
            expected_version=form.cleaned_data.get("version"),
            draft=draft,
        )

    def sent_before(self, digest: str) -> HttpResponse | None:
        """Answer a form that was saved already: sent again as it was, it makes nothing; changed, it needs a new key."""
        made = self.model.objects.filter(pk=self.kept.saved_as).first()
        if digest == self.kept.saved_digest and made is not None:
            messages.info(self.request, _("This form was saved already; nothing was written twice."))
            return HttpResponseRedirect(made.get_absolute_url())
        self.kept = keeping.hold(current_reader(), uuid.uuid4(), self.form_name, self.object)
        if not self.is_new or made is None:
            return None
        form, formsets = self.bound(self.request.POST)
        is_valid(form, formsets)
        told = _("This form was saved already, as %(record)s. Save again to make another record of what stands here.")
        form.add_error(None, told % {"record": made})
        return self.again(form, formsets, asked=self.alike(form, formsets))

    def refused_by_policy(self, form, formsets, error: DatabaseError) -> HttpResponse:
        if getattr(error.__cause__, "pgcode", None) != REFUSED_BY_POLICY:
            raise error
        is_valid(form, formsets)
        form.add_error("level", _("You may not write a record at this level. Choose one you may read yourself."))
        return self.again(form, formsets)

    def conflicting(self, found: Reconciling) -> HttpResponse:
        """Show both versions, with a choice for each field that both have changed; nothing of either is lost."""
        # Opened on the version it was: what is taken over stands in the form, what is chosen is asked again.
        data = found.data
        form, formsets = self.bound(data)
        is_valid(form, formsets)
        context = {
            "conflict": found.differences,
            "seen": found.seen,
            "asked_again": "seen" in self.request.POST,
            "saved": found.last_saved,
            "is_other": form.cleaned_data.get("version") is None,
        }
        return self.again(form, formsets, 409, **context)

    def began_as(self) -> str:
        """Return the key under which what was sent was begun, where that was for another record; else nothing."""
        given = self.request.POST.get("began_as") or self.request.POST.get("key", "")
        return given if self.kept is not None and given != str(self.kept.pk) else ""

    def again(self, form, formsets, status: int = 200, **context) -> HttpResponse:
        """Show the form with what was sent, and keep that."""
        if any(flags(row) for _part, rows in formsets.values() for row in rows.forms):
            form.ask_why()
        if self.kept is not None:
            with suppress(ValidationError):
                keeping.keep(self.kept, keeping.typed(form.data))
        return self.show(form, formsets, status, key=self.kept.pk if self.kept else uuid.uuid4(), **context)

    def show(self, form, formsets, status: int = 200, **context) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form, formsets=formsets, **context), status=status)

    # The page ---------------------------------------------------------------------------------------------------------

    def get_context_data(self, **kwargs):
        form, formsets = kwargs["form"], kwargs.pop("formsets")
        sections = [self.section(one, form, formsets) for one in (*self.sections, FILES, READERS)]
        name = self.model._meta.verbose_name
        titles = (
            self.title_new or _("New %(kind)s") % {"kind": name},
            self.title_edit or _("Edit %(kind)s") % {"kind": name},
        )
        return super().get_context_data(**kwargs) | {
            "title": titles[not self.is_new],
            "lede": self.lede,
            "object": None if self.is_new else self.object,
            "cancel_url": self.page_url("list") if self.is_new else self.object.get_absolute_url(),
            # In the order of the page, as the summary of what is wrong tells it.
            "formsets": [
                formsets[name][1] for one in (*self.sections, FILES) for name in one.items if name in formsets
            ],
            "sections": sections,
            "form_name": self.form_name,
            # What Alt C adds a row to, if the form has it; see static/js/entry.js.
            "added_by_key": next((formsets[name][1] for name in ("commitments", "claims") if name in formsets), None),
            "kept_at": self.kept.kept_at if self.kept and self.kept.data else None,
            "may_be_draft": self.is_new or self.object.review_state in UNSUBMITTED,
            "alike_url": reverse(f"desk:alike-{self.form_name}") if self.alike_by else None,
            "alike_by": " ".join(self.alike_by),
            "asked": told_alike(kwargs["asked"], self.model) if kwargs.get("asked") else None,
            "is_draft": "draft" in self.request.POST,
            "began_as": self.began_as(),
            "present": self.present,
            "heard_every": HEARD_EVERY,
            "review": None if self.is_new else review_told(current_reader(), self.object),
        }

    def section(self, section: FormSection, form: EntryForm, formsets: dict) -> dict:
        """Return a section for the page: its fields and rows, and how far it is."""
        items, problems, filled, said = [], 0, 0, False
        for name in section.items:
            if name in formsets:
                part, rows = formsets[name]
                recorded = part.recorded(self.object)
                items.append({"rows": rows, "recorded": recorded, "recorded_template": part.recorded_template})
                problems += rows.total_error_count() if rows.is_bound else 0
                filled += rows.initial_form_count() + len(recorded)
            elif name in form.fields:
                items.append({"field": form[name]})
                problems += len(form.errors.get(name, ())) if form.is_bound else 0
                said = said or (section.is_folded and form.says_something(name))
        return {
            "id": section.id,
            "title": section.title,
            "lede": section.lede,
            "items": items,
            "is_folded": section.is_folded and not (problems or filled or said),
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


def no_rows(prefix: str) -> dict[str, str]:
    """Return what a form set without rows is sent as."""
    return {f"{prefix}-TOTAL_FORMS": "0", f"{prefix}-INITIAL_FORMS": "0"}


def is_valid(form: EntryForm, formsets: dict) -> bool:
    """Check everything, so that every problem is told at once."""
    return all([form.is_valid(), *(rows.is_valid() for _part, rows in formsets.values())])


def refuse_files(form: EntryForm, formsets: dict, refused: dict[str, str]) -> None:
    """Say beside each file why it was not kept."""
    rows = [row for _part, rows in formsets.values() for row in rows.forms]
    for name, told in refused.items():
        for one in (form, *rows):
            field = name.removeprefix(f"{one.prefix}-") if one.prefix else name
            if field in one.fields and one.add_prefix(field) == name:
                one.add_error(field, told)

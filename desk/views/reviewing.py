"""The page on which one record is reviewed: field by field beside its sources, then verified or returned."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import TemplateView

from access import permissions
from access.context import current_reader
from desk.keeping import key_of
from desk.review_forms import AssignForm, QueryForm, QueueForm, ReturnForm
from desk.source_texts import source_texts
from desk.views.review import review_url
from records import history, reviewing
from records.checking import WAITING, Item, ItemState, Sheet, sheet_of
from records.display import state_of
from records.models import Assignment, FieldCheck, Query, Record
from records.querysets import named, whole_number
from records.review_told import query_told
from records.services import StaleVersion
from records.views import KindMixin
from records.waiting import waiting

WHOLE = "whole"
MOST_TOLD = 5


class ReviewRecord(KindMixin, TemplateView):
    """Review one record. Every act is a form of this page, named by its button ``act``; nothing typed is lost.

    For reviewers; whoever wrote the record reads here why somebody else checks it. A returned record is submitted
    again by the same address, by whoever wrote it.
    """

    model: type[Record] = Record
    template_name = "desk/review/record.html"

    def setup(self, request, *args, **kwargs):
        super().setup(request, *args, **kwargs)
        self.errors: dict[str, list[str]] = {}
        self.stale: Record | None = None

    def dispatch(self, request, *args, **kwargs):
        self.object = get_object_or_404(named(self.model).select_related("author"), pk=self.kwargs["pk"])
        self.query = request.GET.urlencode()
        is_submitting = request.method == "POST" and request.POST.get("act") == "submit"
        permissions.demand(permissions.WRITE if is_submitting else permissions.REVIEW)
        return super().dispatch(request, *args, **kwargs)

    # What is done --------------------------------------------------------------------------------------------------

    def post(self, request, *args, **kwargs):
        acts = {
            "matches": self.matches, "query": self.ask, "back": self.take_back, "assign": self.assign,
            "verify": self.verify, "return": self.send_back, "submit": self.submit,
        }  # fmt: skip
        act = acts.get(request.POST.get("act", ""))
        if act is None:
            return HttpResponseRedirect(self.address())
        try:
            return HttpResponseRedirect(act())
        except StaleVersion as stale:
            self.stale = stale.current
        except ValidationError as error:
            found = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            self.errors = {("" if name == "__all__" else name): told for name, told in found.items()}
        self.object = get_object_or_404(named(self.model).select_related("author"), pk=self.object.pk)
        return self.render_to_response(self.get_context_data(), status=409 if self.stale else 200)

    @property
    def version(self) -> int:
        """The version that was looked at; none is ever 0."""
        return whole_number(self.request.POST.get("version", "")) or 0

    def address(self, anchor: str = "") -> str:
        return review_url(self.model, self.object.pk, self.query) + (f"#{anchor}" if anchor else "")

    def item(self) -> tuple[Record, str]:
        """Return record and field that the form is about; raise ValidationError where there is nothing of that name."""
        sent = self.request.POST.get("item", "")
        if sent == WHOLE:
            return self.object, ""
        for one in sheet_of(self.object).items:
            if one.key == sent:
                return one.record, one.name
        raise ValidationError(_("What you looked at is no longer to be checked here. Look at the record again."))

    def given(self, form) -> str:
        """Return what was typed into the first field of a form; raise ValidationError where the form refuses it."""
        name = next(iter(form.fields))
        if not form.is_valid():
            raise ValidationError(form.errors.as_data())
        return form.cleaned_data[name]

    def matches(self) -> str:
        record, field = self.item()
        reviewing.check_field(current_reader(), record, field, expected_version=self.version)
        return self.address(self.next_anchor(f"{record.pk}:{field}"))

    def next_anchor(self, key: str) -> str:
        """Return where to go on after an item: to the next that is open, from the beginning where it was the last."""
        items = sheet_of(self.object).items
        here = next((number for number, one in enumerate(items) if one.key == key), 0)
        rest = [one for one in (*items[here:], *items[:here]) if one.state == ItemState.OPEN]
        return anchor_of(rest[0]) if rest else anchor_of(items[here])

    def ask(self) -> str:
        record, field = self.item()
        reviewing.raise_query(current_reader(), record, field=field, text=self.given(QueryForm(self.request.POST)))
        messages.success(self.request, _("The query is asked. Whoever wrote the record finds it under “My work”."))
        return self.address("queries" if record == self.object and not field else f"item-{record.pk}-{field}")

    def take_back(self) -> str:
        """Withdraw one's own check or query, or, as a reviewer, an assignment."""
        about = [self.object.pk, *(part.pk for part in sheet_of(self.object).everything)]
        for model in (FieldCheck, Query, Assignment):
            sent = key_of(self.request.POST.get(model.kind_of()))
            said = model.objects.current().filter(pk=sent, record_id__in=about).first()
            if said is not None:
                reviewing.take_back(current_reader(), said, expected_version=self.version)
        return self.address(self.request.POST.get("anchor", "") or "sheet")

    def assign(self) -> str:
        form = AssignForm(self.request.POST, self.object, set())
        asked = reviewing.assign(current_reader(), self.object, to=self.given(form))
        messages.success(self.request, _("%(person)s is asked to check it.") % {"person": asked.to})
        return self.address("people")

    def verify(self) -> str:
        after = self.place()["next"]
        reviewing.verify(current_reader(), self.object, expected_version=self.version)
        messages.success(self.request, _("Verified: %(record)s.") % {"record": self.object})
        return self.onward(after)

    def send_back(self) -> str:
        after, note = self.place()["next"], self.given(ReturnForm(self.request.POST))
        reviewing.return_record(current_reader(), self.object, note=note, expected_version=self.version)
        messages.success(self.request, _("Returned with your note: %(record)s.") % {"record": self.object})
        return self.onward(after)

    def submit(self) -> str:
        reviewing.submit(current_reader(), self.object, expected_version=self.version)
        messages.success(self.request, _("The record is submitted and waits for review."))
        return self.object.page_url or reverse("desk:my-work")

    def onward(self, after: str | None) -> str:
        if after is None:
            messages.info(self.request, _("That was the last record in this list."))
        return after or self.list_url()

    def list_url(self) -> str:
        """Return the list the record was taken from, with its filters."""
        return reverse("desk:to-review") + (f"?{self.query}" if self.query else "")

    # The page ------------------------------------------------------------------------------------------------------

    def place(self) -> dict:
        """Return where the record stands in the list it was taken from: ``number`` of ``total``, and what follows."""
        form = QueueForm(self.request.GET, waiting())
        entries = form.entries(current_reader())
        here = next((number for number, entry in enumerate(entries) if entry.pk == self.object.pk), None)
        others = [*entries[here + 1 :], *entries[:here]] if here is not None else entries
        following = next((one for one in others if one.pk != self.object.pk), None)
        return {
            "number": None if here is None else here + 1,
            "total": len(entries),
            "next": following and review_url(following.model, following.pk, self.query),
        }

    def get_context_data(self, **kwargs):
        record, actor = self.object, current_reader()
        sheet = sheet_of(record)
        waits = record.review_state in WAITING and not record.is_withdrawn
        may_check = waits and record.is_reviewed and not sheet.is_own
        people = list(
            Assignment.objects.of(record).current().filter(done_at=None, is_mention=False).select_related("to", "label")
        )
        return super().get_context_data(**kwargs) | {
            "title": _("Check: %(record)s") % {"record": record},
            "record": record,
            "since": entered(record),
            "state": state_of(record),
            "label": record.label,
            "sheet": sheet,
            "waits": waits,
            "may_check": may_check,
            "items": [self.item_told(one, number, actor, may_check) for number, one in enumerate(sheet.items)],
            "own_parts": sheet.own_parts,
            "whole_queries": [self.query_told(one) for one in sheet.queries if not one.field],
            "progress": progress(sheet),
            "sources": source_texts(sheet.everything),
            "place": self.place(),
            "list_url": self.list_url(),
            "action": self.address(),
            "stale": self.stale and self.changed_meanwhile(),
            "general_errors": self.errors.get("", []),
            "form": self.form_in_error(),
            "whole_form": self.query_form(WHOLE),
            "return_form": self.bound("return", ReturnForm, "note", auto_id="return-%s"),
            "people": people,
            "assign_form": self.assign_form({one.to_id for one in people}) if may_check else None,
        }

    def changed_meanwhile(self) -> list[str]:
        """Return in sentences what happened to what was looked at since."""
        since = history.entries_of(self.stale).filter(version__gt=self.version)
        return [told["sentence"] for told in history.tell(since[:MOST_TOLD], self.stale)] or [""]

    def item_told(self, item: Item, number: int, actor, may_check: bool) -> dict:
        """Return one item for the page: its words, how far it is, its queries, its forms."""
        return {
            "item": item,
            "anchor": anchor_of(item),
            "ask": f"ask-{number}",
            "form": self.query_form(item.key, number) if may_check else None,
            "is_asked": self.is_sent("query", item.key),
            "queries": [
                self.query_told(one, item) for one in item.queries if one.field or one.record_id != self.object.pk
            ],
            "own_check": item.check if item.check is not None and item.check.author_id == actor.user_id else None,
        }

    def query_told(self, query: Query, item: Item | None = None) -> dict:
        query.record = item.record if item else self.object
        return query_told(current_reader(), query)

    def is_sent(self, act: str, item: str = "") -> bool:
        """Whether this form was sent and refused."""
        sent = self.request.POST
        refused = bool(self.stale or self.errors)
        return refused and sent.get("act") == act and (not item or sent.get("item") == item)

    def bound(self, act: str, form: type, *names: str, item: str = "", **options):
        """Return an act's form: with what was typed and what is wrong with it, where it was sent and refused."""
        if not self.is_sent(act, item):
            return form(**options)
        found = form(self.request.POST, **options)
        found.is_valid()
        for name in names:
            if not found.has_error(name):
                for told in self.errors.get(name, ()):
                    found.add_error(name, told)
        return found

    def query_form(self, item: str, number: int | str = WHOLE) -> QueryForm:
        return self.bound("query", QueryForm, "text", item=item, auto_id=f"ask-{number}-%s")

    def assign_form(self, asked: set) -> AssignForm:
        is_sent = self.is_sent("assign")
        form = AssignForm(self.request.POST if is_sent else None, self.object, asked, auto_id="assign-%s")
        if is_sent and form.is_valid():
            for told in self.errors.get("to", ()):
                form.add_error("to", told)
        return form

    def form_in_error(self):
        """Return the form whose errors head the page."""
        if self.is_sent("return"):
            return self.bound("return", ReturnForm, "note", auto_id="return-%s")
        if self.is_sent("query"):
            sent = self.request.POST.get("item", "")
            number = next((n for n, one in enumerate(sheet_of(self.object).items) if one.key == sent), WHOLE)
            return self.query_form(sent, number)
        return None


def anchor_of(item: Item) -> str:
    """Return where an item stands in the page."""
    return f"item-{item.record.pk}-{item.name}"


def entered(record: Record) -> str:
    """Return who entered the record, in words."""
    return str(record.author) if record.author else _("the system")


def progress(sheet: Sheet) -> str:
    """Return in words what is left before the record can be verified; empty where nothing is."""
    still_open = sum(item.state == ItemState.OPEN for item in sheet.items)
    asked = sum(item.state == ItemState.QUERIED for item in sheet.items)
    asked += sum(one.is_open and not one.field for one in sheet.queries)
    told = []
    if still_open:
        told.append(ngettext("%(n)s field is still to check.", "%(n)s fields are still to check.", still_open))
        told[-1] %= {"n": still_open}
    if asked:
        told.append(
            ngettext("%(n)s has a query that is not answered.", "%(n)s have queries that are not answered.", asked)
            % {"n": asked}
        )
    return " ".join(told)

"""What a combobox asks of the server: records to choose from; and, for its dialog, a new one."""

from django import forms
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.http import HttpRequest, JsonResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import FormView

from access import permissions
from access.context import current_reader
from access.refusals import REFUSED_BY_POLICY
from desk.alike import told_alike, word_for
from desk.choices import find, option_of
from records import guard
from records.entry_forms import EntryForm
from records.guarded_forms import add_refused
from records.services import add_record

# Asked only where something was refused that may be kept all the same.
ASKED_LATER = ("again", guard.REASON)


class Choices(View):
    """The records of one kind that answer ``?q=``: only what the reader may see."""

    http_method_names = ["get", "head", "options"]
    kind = ""

    def get(self, request: HttpRequest) -> JsonResponse:
        return JsonResponse({"options": find(self.kind, request.GET.get("q", ""))})


class Create(FormView):
    """A new record in few fields: the form as a piece of a page; posted, the new option or the errors, as JSON.

    The record is submitted in the writer's name and marked as the form it is made for (``level``, ``compartments``);
    without a marking it is internal, so that nothing becomes public by accident. What is refused is answered with
    ``errors`` by field, like on every page 200, and ``asked``: the fields, as a piece of the page, that are asked now.
    """

    http_method_names = ["get", "head", "post", "options"]
    template_name = "desk/create.html"
    form_class: type[EntryForm]

    def dispatch(self, request, *args, **kwargs):
        permissions.demand(permissions.WRITE)
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self):
        named, given = self.form_class.short[0], self.request.GET
        found = {named: given.get("name", "")}
        if given.get("level"):
            found["level"] = given["level"]
        return found | ({"compartments": given.getlist("compartments")} if "compartments" in given else {})

    def get_form(self, form_class=None):
        form = super().get_form(form_class)
        form.initial |= self.get_initial()  # what was asked for comes before what a form begins with by itself
        for name in list(form.fields):
            if name in ("level", "compartments"):
                form.fields[name].widget = form.fields[name].hidden_widget()
            elif name not in (*form.short, *ASKED_LATER):
                del form.fields[name]
        return form

    def get_context_data(self, **kwargs):
        name = self.form_class.Meta.model._meta.verbose_name
        return super().get_context_data(**kwargs) | {
            "title": _("Add a new %(kind)s") % {"kind": name},
            "lede": _("It is submitted for review, as secret as the record you are writing. The rest can follow."),
        }

    def form_valid(self, form):
        found = form.instance.alike()
        if found and self.request.POST.get("alike") != word_for(found):
            told = told_alike(found, type(form.instance))
            piece = render_to_string("desk/alike_dialog.html", {"told": told}, self.request)
            return JsonResponse({"errors": {}, "asked": piece})
        try:
            with transaction.atomic():
                record = add_record(current_reader(), form.instance)
        except ValidationError as error:
            add_refused(form, error)
            return self.form_invalid(form)
        except DatabaseError as error:
            if getattr(error.__cause__, "pgcode", None) != REFUSED_BY_POLICY:
                raise
            form.add_error(None, _("You may not write a record at this level. Choose one you may read yourself."))
            return self.form_invalid(form)
        return JsonResponse({"option": option_of(record)})

    def form_invalid(self, form):
        errors: dict[str, list[str]] = {}
        for name, told in form.errors.items():
            # Nobody sees a field that is hidden: what is wrong with it stands above the form.
            is_seen = name in form.fields and not isinstance(form.fields[name].widget, forms.HiddenInput)
            errors.setdefault(name if is_seen else "__all__", []).extend(map(str, told))
        asked = [form[name] for name in ASKED_LATER if name in form.fields and not form[name].is_hidden]
        return JsonResponse({"errors": errors, "asked": "".join(field.as_field_group() for field in asked)})

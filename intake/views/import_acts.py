"""What is done with an import: read it otherwise, check it, write it, stop it, mend it, discard it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views import View

from access.context import current_reader
from intake import services
from intake.files import Unreadable
from intake.forms import ColumnsForm, MendForm, ReadAsForm
from intake.models import ImportRun
from intake.views.imports import ImportRunDetail, OwnRun, first_rows
from records.guarded_forms import add_refused


class Act(OwnRun, View):
    """One act on an import, and back to its page. What is refused is said there."""

    http_method_names = ["post"]

    def act(self, run: ImportRun) -> str | None:
        """Do it; return what to say, if anything."""
        raise NotImplementedError

    def post(self, request: HttpRequest, pk) -> HttpResponse:
        run = self.run()
        try:
            told = self.act(run)
        except (ValidationError, Unreadable) as error:
            messages.error(request, " ".join(getattr(error, "messages", [str(error)])))
        else:
            if told:
                messages.success(request, told)
        return self.answer(run)

    def answer(self, run: ImportRun) -> HttpResponse:
        return HttpResponseRedirect(run.get_absolute_url())


class Shows(ImportRunDetail):
    """An act of a form on the run's page, which is shown again with what is wrong."""

    http_method_names = ["post"]

    def post(self, request, *args, **kwargs):
        self.object = self.run()
        refused = self.act(self.object)
        if refused is None:
            return HttpResponseRedirect(self.object.get_absolute_url())
        self.object = self.run()
        return self.render_to_response(self.get_context_data())


class ImportRunReadAgain(Shows):
    """Read the file otherwise."""

    def act(self, run):
        form = ReadAsForm(self.request.POST, run=run)
        if form.is_valid():
            given = {"encoding": run.encoding, "delimiter": run.delimiter} | form.cleaned_data
            try:
                services.read_again(current_reader(), run, **given)
            except ValidationError as error:
                add_refused(form, error)
        self.read_form = form
        return form if form.errors else None


class ImportRunCheck(Shows):
    """Have every row checked with these columns."""

    def act(self, run):
        form = ColumnsForm(self.request.POST, run=run, examples=first_rows(run)[0])
        if form.is_valid():
            kind = form.cleaned_data.get("outcome_kind", "")
            try:
                services.check_file(current_reader(), run, mapping=form.mapping(), outcome_kind=kind)
            except ValidationError as error:
                add_refused(form, error)
        self.columns_form = form
        return form if form.errors else None


class ImportRunMend(Shows):
    """Take mended rows in."""

    def act(self, run):
        form = MendForm(self.request.POST, self.request.FILES)
        if form.is_valid():
            try:
                services.mend(current_reader(), run, form.cleaned_data["mended"])
            except ValidationError as error:
                add_refused(form, error)
        self.mend_form = form
        return form if form.errors else None


class ImportRunConfirm(Act):
    """Have it written."""

    def act(self, run):
        services.confirm(current_reader(), run)


class ImportRunRetry(Act):
    """Try again."""

    def act(self, run):
        services.try_again(current_reader(), run)


class ImportRunCancel(Act):
    """Stop the worker."""

    def act(self, run):
        before = run.state
        held = services.cancel(current_reader(), run)
        return _("Stopped. Nothing was written.") if before != held.state else _("It was finished already.")


class ImportRunColumns(Act):
    """Back to the columns."""

    def act(self, run):
        services.choose_again(current_reader(), run)


class ImportRunToInbox(Act):
    """Send the bad rows to the inbox; the rest is checked again."""

    def act(self, run):
        n = len(services.send_to_inbox(current_reader(), run))
        return ngettext("%(n)s row is in the inbox.", "%(n)s rows are in the inbox.", n) % {"n": n}


class ImportRunDiscard(Act):
    """Delete the files and take the import off the list."""

    def act(self, run):
        services.discard(current_reader(), run)
        return _("The import is off the list and its files are deleted. What was imported stays.")

    def answer(self, run):
        is_gone = not self.get_queryset().filter(pk=run.pk).exists()
        return HttpResponseRedirect(reverse("intake:import-run-list") if is_gone else run.get_absolute_url())

"""Pages of imports: upload a file, say what its columns hold, look at what would become of it, import it."""

import itertools
from collections import defaultdict
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db.models.fields.json import KT
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import DetailView
from django.views.generic.edit import FormView

from access.context import current_reader
from access.events import note
from intake import services, work
from intake.files import DELIMITERS, ENCODINGS, Unreadable
from intake.forms import ColumnsForm, MendForm, ReadAsForm, UploadForm
from intake.models import ImportRun, Stage
from intake.planning import CHANGED, LEFT, NEW, SAME
from intake.reporting import report_lines
from intake.shapes import FIELDS
from intake.views import WritersOnly
from records.display import field_label
from records.history import models_by_table
from records.querysets import named
from records.queued import RunState

SHOWN = 50
EXAMPLES = 5
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORDS_OF_FATE = {
    NEW: gettext_lazy("new"),
    CHANGED: gettext_lazy("changes a record"),
    SAME: gettext_lazy("recorded already"),
    LEFT: gettext_lazy("left as it is: withdrawn here"),
}
STEPS = {Stage.CHECK: (work.READING,), Stage.WRITE: (work.WAITING, work.WRITING)}


class OwnRun(WritersOnly):
    """About one of the reader's own imports; the policies leave no others."""

    model = ImportRun

    def get_queryset(self):
        return ImportRun.objects.filter(discarded_at=None).select_related("label", "conflict", "conflict__label")

    def run(self) -> ImportRun:
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["pk"])


class ImportRunList(WritersOnly, FormView):
    """The form that takes a file, and one's own imports."""

    model = ImportRun
    template_name = "intake/import_run_list.html"
    form_class = UploadForm

    def form_valid(self, form):
        given = form.cleaned_data
        try:
            run = services.start_import(
                current_reader(),
                given["file"],
                conflict=given["conflict"],
                level=given["level"],
                compartments=given.get("compartments", []),
            )
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        return HttpResponseRedirect(run.get_absolute_url())

    def get_context_data(self, **kwargs):
        own = ImportRun.objects.filter(discarded_at=None).select_related("label")
        runs = list(own.defer("found").annotate(bad=KT("found__counts__bad"))[: SHOWN + 1])
        return super().get_context_data(**kwargs) | {
            "title": _("Imports"),
            "lede": _("Meetings, outcomes with who says what, and sources, from a table."),
            "runs": [{"run": run, "state": state_of(run)} for run in runs[:SHOWN]],
            "has_more": len(runs) > SHOWN,
        }


def state_of(run: ImportRun) -> dict:
    """Return how far an import is: a word and the class of its shape. ``bad`` is annotated: how many rows are."""
    if run.state_now == RunState.FAILED:
        return {"css": "bad", "word": _("Failed")}
    if run.state != RunState.DONE:
        return {"css": "half", "word": run.state_words}
    if run.is_checked and run.bad not in (None, "0"):
        return {"css": "diff", "word": _("Checked: some rows are bad")}
    css = {Stage.COLUMNS: "no", Stage.CHECK: "half", Stage.WRITE: "ok"}[Stage(run.stage)]
    return {"css": css, "word": Stage(run.stage).label}


class ImportRunDetail(OwnRun, DetailView):
    """One import: whichever step it is at."""

    read_form: ReadAsForm | None = None
    columns_form: ColumnsForm | None = None
    mend_form: MendForm | None = None

    def get_template_names(self):
        run = self.object
        if run.state_now == RunState.FAILED:
            return ["intake/import_run_failed.html"]
        if run.state != RunState.DONE:
            return ["intake/import_run_working.html"]
        return [f"intake/import_run_{Stage(run.stage).value}.html"]

    def get_context_data(self, **kwargs):
        run = self.object
        context = super().get_context_data(**kwargs) | {"run": run, "title": run.file_name, "label": run.label}
        if run.state_now == RunState.FAILED:
            return context
        if run.state != RunState.DONE:
            return context | progress_of(run)
        if run.stage == Stage.COLUMNS:
            return context | self.columns(run)
        return context | found_of(run) | {"form": self.mend_form or MendForm(), "read_as": read_as(run)}

    def columns(self, run: ImportRun) -> dict:
        """Return the forms, with the first rows of the file."""
        rows, unreadable = first_rows(run)
        form = self.columns_form or ColumnsForm(run=run, examples=rows)
        needed = {one.name for one in FIELDS[run.shape] if one.needed}
        return {
            "read_form": self.read_form or ReadAsForm(run=run),
            "form": form,
            "bound_fields": [
                {"field": form[one.name], "is_needed": one.name in needed, "example": form.fields[one.name].example}
                for one in FIELDS[run.shape]
            ],
            "header": run.header,
            "rows": rows,
            "unreadable": unreadable,
            "is_hxl": bool(run.tags),
            "remembered": services.mapped_before(run),
            "read_as": read_as(run),
        }


def first_rows(run: ImportRun) -> tuple[list[list[str]], str]:
    """Return the first rows of the file, and why it cannot be read where it cannot."""
    try:
        return [cells for _line, cells in itertools.islice(work.table_of(run).rows(), EXAMPLES)], ""
    except Unreadable as error:
        return [], str(error)


def read_as(run: ImportRun) -> str:
    """Return in words how the file is read."""
    if run.table(None).is_xlsx:
        return _("XLSX, first sheet")
    told = _("CSV, %(encoding)s, columns separated by %(delimiter)s")
    return told % {"encoding": ENCODINGS[run.encoding], "delimiter": DELIMITERS[run.delimiter]}


def progress_of(run: ImportRun) -> dict:
    """Return the steps of a run, each done, being done or to come."""
    titles = [str(title) for title in STEPS[Stage(run.stage)]]
    here = titles.index(run.step) if run.step in titles else -1
    steps = [
        {"title": title, "state": "done" if place < here else "now" if place == here else ""}
        for place, title in enumerate(titles)
    ]
    return {"run": run, "steps": steps, "number": here + 1, "of": len(titles)}


def found_of(run: ImportRun) -> dict:
    """Return what was found in the file, for the page; records are named as the reader sees them now."""
    found = run.found or {}
    counts = found.get("counts", {})
    bad = counts.get("bad", 0)
    fates = [*((fate, word, counts.get(fate, 0)) for fate, word in WORDS_OF_FATE.items()), ("bad", _("bad"), bad)]
    seen = records_named([*found.get("alike", ()), *found.get("changes", ())])
    shape = {one.name: one.label for one in FIELDS[run.shape]}
    sample = found.get("sample", [])
    columns = [name for name in shape if any(name in row["values"] for row in sample)]
    return {
        "counts": counts,
        "fates": fates,
        "problems": found.get("problems", []),
        "more_problems": bad > len({one["line"] for one in found.get("problems", ())}),
        "alike": [one | {"record": seen[one["id"]]} for one in found.get("alike", ()) if one["id"] in seen],
        "changes": [
            one
            | {
                "record": seen[one["id"]],
                "words": ", ".join(field_label(type(seen[one["id"]]), name) for name in one["fields"]),
            }
            for one in found.get("changes", ())
            if one["id"] in seen
        ],
        "columns": [shape[name] for name in columns],
        "sample": [
            {"line": row["line"], "fate": WORDS_OF_FATE.get(row["fate"], row["fate"]),
             "cells": [row["values"].get(name, "") for name in columns]}
            for row in sample
        ],
        "may_go_to_inbox": 0 < bad <= services.MOST_TO_INBOX,
    }  # fmt: skip


def records_named(found: list[dict]) -> dict[str, object]:
    """Return the records of these tables and identities that the reader sees, by identity: one query for each kind."""
    wanted = defaultdict(set)
    for one in found:
        wanted[one["table"]].add(one["id"])
    return {
        str(record.pk): record
        for table, ids in wanted.items()
        for record in named(models_by_table()[table]).filter(pk__in=ids)
    }


class ImportRunProgress(OwnRun, View):
    """How far an import is, as the part of its page that changes. When it is finished the page is asked for anew."""

    def get(self, request: HttpRequest, pk) -> HttpResponse:
        run = self.get_queryset().defer("found").filter(pk=pk).first()
        if run is None:
            if "HX-Request" not in request.headers:
                raise Http404
            return HttpResponse(status=404, headers={"HX-Refresh": "true"})
        if run.is_finished:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return HttpResponse(render_to_string("reports/report_run_progress.html", progress_of(run)))


class ImportRunBadRows(OwnRun, View):
    """The bad rows as a file, each with the reasons."""

    def get(self, request: HttpRequest, pk) -> HttpResponse:
        run = self.run()
        if not run.bad_rows or not default_storage.exists(run.bad_rows):
            raise Http404
        suffix = ".xlsx" if run.table(None).is_xlsx else ".csv"
        name = f"{Path(run.file_name).stem}-bad-rows{suffix}"
        with default_storage.open(run.bad_rows) as file:
            return download(file.read(), name, XLSX_TYPE if suffix == ".xlsx" else CSV_TYPE)


def download(content: str | bytes, name: str, content_type: str) -> HttpResponse:
    """Answer with a file to be kept by whoever asked, and by nobody between."""
    headers = {"Content-Disposition": content_disposition_header(True, name), "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=content_type, headers=headers)


class ImportRunReport(OwnRun, View):
    """What was imported, as CSV: each record with its row, as far as the reader sees it now."""

    def get(self, request: HttpRequest, pk) -> HttpResponse:
        run = self.run()
        if not run.is_imported:
            raise Http404
        note("export", table=ImportRun._meta.db_table, records=[run.pk], label=run.label_id, what="import")
        lines = report_lines(run, request.build_absolute_uri)
        return download("".join(lines), f"parley-import-{run.reference}.csv", CSV_TYPE)

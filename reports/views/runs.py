"""Pages of reports: ask for one, watch it being made, read it, try again."""

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views import View
from django.views.generic import DetailView
from django.views.generic.edit import FormView

from access import permissions
from access.context import current_reader
from access.events import note
from exchanges.reconciling import Agreement
from records.queued import RunState
from reports.forms import ReportRequestForm
from reports.models import ReportRun
from reports.selectors.kept_results import readable_result
from reports.selectors.period_summary import step_titles
from reports.services import canonical, request_report, retry_report

SHOWN = 50
STATE_CSS = {RunState.QUEUED: "no", RunState.RUNNING: "half", RunState.DONE: "ok", RunState.FAILED: "bad"}


class AskersOnly:
    """Whoever is not signed in is asked to; whoever may not have reports made is told so."""

    def dispatch(self, request, *args, **kwargs):
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        permissions.demand(permissions.REPORT)
        return super().dispatch(request, *args, **kwargs)


class ReportRunList(AskersOnly, FormView):
    """The form that asks for a report, and one's own reports."""

    template_name = "reports/report_run_list.html"
    form_class = ReportRequestForm

    def get_initial(self):
        given = self.request.GET
        return {name: given[name] for name in ("conflict", "period_from", "period_to") if given.get(name)}

    def form_valid(self, form):
        run = request_report(current_reader(), **form.cleaned_data)
        return HttpResponseRedirect(run.get_absolute_url())

    def get_context_data(self, **kwargs):
        runs = list(ReportRun.objects.with_names().defer("result")[: SHOWN + 1])
        return super().get_context_data(**kwargs) | {
            "title": _("Reports"),
            "lede": _("Made from the records you may see, with every figure traced to its records."),
            "runs": [{"run": run, "css": STATE_CSS[run.state_now]} for run in runs[:SHOWN]],
            "has_more": len(runs) > SHOWN,
        }


class ReportRunDetail(AskersOnly, DetailView):
    """One report: how far it is, what came of it, or why it failed."""

    model = ReportRun
    template_name = "reports/report_run_detail.html"

    def get_queryset(self):
        return ReportRun.objects.with_names()

    def get_context_data(self, **kwargs):
        run = self.object
        result = readable_result(run)
        title = _("%(report)s, %(period)s") % {"report": run, "period": run.period_words}
        return (
            super().get_context_data(**kwargs)
            | progress_of(run)
            | {
                "title": title,
                "label": run.label,
                "result": result,
                "sections": [laid_out(section) for section in result["sections"]] if result else [],
            }
        )


class ReportRunProgress(AskersOnly, View):
    """How far a report is, as the part of its page that changes. When it is finished the page is asked for anew."""

    model = ReportRun

    def get(self, request: HttpRequest, pk) -> HttpResponse:
        run = ReportRun.objects.with_names().defer("result").filter(pk=pk).first()
        if run is None:
            if "HX-Request" not in request.headers:
                raise Http404
            return HttpResponse(status=404, headers={"HX-Refresh": "true"})
        if run.is_finished:
            return HttpResponse(status=204, headers={"HX-Refresh": "true"})
        return HttpResponse(render_to_string("reports/report_run_progress.html", progress_of(run)))


class ReportRunResult(AskersOnly, View):
    """The result as a file: exactly the bytes its SHA-256 was taken of."""

    model = ReportRun

    def get(self, request: HttpRequest, pk) -> HttpResponse:
        run = ReportRun.objects.with_names().filter(pk=pk, state=RunState.DONE).first()
        result = readable_result(run) if run else None
        if result is None:
            raise Http404
        note("export", table=ReportRun._meta.db_table, records=[run.pk], label=run.label_id, what="report")
        name = f"parley-{run.reference}-{run.period_from}-{run.period_to}.json"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
        return HttpResponse(canonical(result), content_type="application/json", headers=headers)


class ReportRunRetry(AskersOnly, View):
    """Try again."""

    model = ReportRun
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk) -> HttpResponse:
        run = ReportRun.objects.filter(pk=pk).first()
        if run is None:
            raise Http404
        run = retry_report(current_reader(), run)
        if run.state != RunState.QUEUED:
            messages.info(request, _("It had already been taken up."))
        return HttpResponseRedirect(run.get_absolute_url())


def progress_of(run: ReportRun) -> dict:
    """Return the steps of a run, each done, being done or to come."""
    titles = step_titles()
    here = titles.index(run.step) if run.step in titles else -1
    steps = [
        {"title": title, "state": "done" if place < here else "now" if place == here else ""}
        for place, title in enumerate(titles)
    ]
    return {"run": run, "steps": steps, "number": here + 1, "of": len(titles), "css": STATE_CSS[run.state_now]}


def laid_out(section: dict) -> dict:
    """Return a section with the columns it has, and its figures grouped by event."""
    figures = [line | standing(line) for line in section["figures"]]
    groups: list[dict] = []
    for figure in figures:
        about = figure.get("event")
        if not about or not groups or groups[-1]["records"][0]["id"] != figure["records"][0]["id"]:
            when = figure.get("when", "")
            groups.append(
                {
                    "event": about,
                    "when": "" if about and when in about else when,
                    "records": figure["records"],
                    "figures": [],
                }
            )
        groups[-1]["figures"].append(figure)
    has = {name: any(figure.get(name) for figure in figures) for name in ("event", "when", "state", "said")}
    return section | {"groups": groups, "has": has}


def standing(figure: dict) -> dict:
    """Return how the claims of a figure stand to one another, as a word and the class of its shape."""
    told = figure.get("standing")
    if told in (None, Agreement.UNDISCLOSED):
        return {}
    return {"standing_css": Agreement(told).css, "standing_words": Agreement(told).label}

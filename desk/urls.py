"""Addresses of the desk: entering, reviewing, one's own work."""

from django.urls import path

from desk.choices import FINDABLE
from desk.entry import EntryView
from desk.views import beside, bulk, choices, drafts, meetings, my_work, outcomes, review, shortcuts, standing
from desk.views.reviewing import ReviewRecord
from records.waiting import reviewed_kinds

app_name = "desk"


def form(route: str, view: type[EntryView]) -> list:
    """Return the addresses of the form of a kind."""
    kind = view.model.kind_of()
    alike = path(f"desk/alike/{kind}/", beside.Alike.as_view(entry=view), name=f"alike-{kind}")
    return [
        *([alike] if view.alike_by else []),
        path(f"{route}/add/", view.as_view(), name=f"{kind}-add"),
        path(f"{route}/<uuid:pk>/edit/", view.as_view(), name=f"{kind}-edit"),
    ]


def entry(route: str, kind: str) -> list:
    """Return the addresses of a kind's form and of the dialog in which comboboxes make one."""
    view = standing.ENTRIES[kind]
    create = choices.Create.as_view(form_class=view.form_class)
    return [*form(route, view), path(f"desk/create/{kind}/", create, name=f"create-{kind}")]


def reviewing(model):
    """Return the address at which records of one kind are reviewed."""
    kind = model.kind_of()
    return path(f"review/{kind}/<uuid:pk>/", ReviewRecord.as_view(model=model), name=f"{kind}-review")


urlpatterns = [
    path("my-work/", my_work.MyWork.as_view(), name="my-work"),
    path("review/", review.ToReview.as_view(), name="to-review"),
    path("review/imports/", bulk.Imports.as_view(), name="review-imports"),
    path("review/imports/verify/", bulk.VerifyImport.as_view(), name="review-import"),
    *map(reviewing, reviewed_kinds()),
    path("desk/drafts/", drafts.Drafts.as_view(), name="drafts"),
    path("desk/kept/<uuid:pk>/", drafts.KeepForm.as_view(), name="kept"),
    path("desk/kept/<uuid:pk>/discard/", drafts.DiscardForm.as_view(), name="kept-discard"),
    path("desk/present/", beside.Present.as_view(), name="present"),
    path("desk/shortcuts/", shortcuts.Shortcuts.as_view(), name="shortcuts"),
    *form("meetings", meetings.MeetingEntry),
    *form("outcomes", outcomes.OutcomeEntry),
    *form("agreements", outcomes.AgreementEntry),
    *form("commitments", outcomes.CommitmentEntry),
    *entry("channels", "channel"),
    *entry("intermediaries", "actor"),
    *entry("representatives", "representative"),
    *entry("places", "place"),
    *entry("sources", "source"),
    *(path(f"desk/choices/{kind}/", choices.Choices.as_view(kind=kind), name=f"choices-{kind}") for kind in FINDABLE),
    path("desk/same-source/", standing.SameSource.as_view(), name="same-source"),
]

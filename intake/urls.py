"""Addresses of the inbox and of imports."""

from django.urls import path

from intake import models
from intake.views import import_acts, imports, inbox
from records.history_views import RecordHistoryView
from records.marking_views import RecordMarkingView
from records.views import RecordWithdrawView
from records.withdrawn_views import RecordRestoreView

app_name = "intake"

ACTS = {
    "read": import_acts.ImportRunReadAgain,
    "check": import_acts.ImportRunCheck,
    "columns": import_acts.ImportRunColumns,
    "confirm": import_acts.ImportRunConfirm,
    "retry": import_acts.ImportRunRetry,
    "cancel": import_acts.ImportRunCancel,
    "mend": import_acts.ImportRunMend,
    "inbox": import_acts.ImportRunToInbox,
    "discard": import_acts.ImportRunDiscard,
    "progress": imports.ImportRunProgress,
}

urlpatterns = [
    path("imports/", imports.ImportRunList.as_view(), name="import-run-list"),
    path("imports/<uuid:pk>/", imports.ImportRunDetail.as_view(), name="import-run-detail"),
    *(path(f"imports/<uuid:pk>/{act}/", view.as_view(), name=f"import-run-{act}") for act, view in ACTS.items()),
    path("imports/<uuid:pk>/bad-rows/", imports.ImportRunBadRows.as_view(), name="import-run-bad-rows"),
    path("imports/<uuid:pk>/report.csv", imports.ImportRunReport.as_view(), name="import-run-report"),
    path("inbox/", inbox.CandidateList.as_view(), name="candidate-list"),
    path("inbox/<uuid:pk>/", inbox.CandidateDetail.as_view(), name="candidate-detail"),
    path("inbox/<uuid:pk>/accept/", inbox.CandidateAccept.as_view(), name="candidate-accept"),
    path("inbox/<uuid:pk>/merge/", inbox.CandidateMerge.as_view(), name="candidate-merge"),
    path("inbox/<uuid:pk>/refuse/", inbox.CandidateRefuse.as_view(), name="candidate-refuse"),
    path("inbox/<uuid:pk>/undo/", inbox.CandidateUndo.as_view(), name="candidate-undo"),
    path("inbox/<uuid:pk>/history/", RecordHistoryView.as_view(model=models.Candidate), name="candidate-history"),
    path("inbox/<uuid:pk>/marking/", RecordMarkingView.as_view(model=models.Candidate), name="candidate-marking"),
    path("inbox/<uuid:pk>/withdraw/", RecordWithdrawView.as_view(model=models.Candidate), name="candidate-withdraw"),
    path("inbox/<uuid:pk>/restore/", RecordRestoreView.as_view(model=models.Candidate), name="candidate-restore"),
]

"""Addresses of what is about records of every kind: attachments, embargoes, queries, public summaries, merges, what was
withdrawn."""

from django.urls import path

from records import file_views, marking_views, merge_views, models, review_views, summary_views, withdrawn_views
from records.history_views import RecordHistoryView
from records.views import RecordWithdrawView

app_name = "records"

urlpatterns = [
    path("uploads/", file_views.UploadFile.as_view(), name="upload"),
    path("attachments/", file_views.AttachmentList.as_view(), name="attachment-list"),
    path("attachments/add/", file_views.AttachmentAdd.as_view(), name="attachment-add"),
    path("attachments/<uuid:pk>/", file_views.AttachmentDetail.as_view(), name="attachment-detail"),
    path("attachments/<uuid:pk>/file/", file_views.AttachmentFile.as_view(), name="attachment-file"),
    path(
        "attachments/<uuid:pk>/history/", RecordHistoryView.as_view(model=models.Attachment), name="attachment-history"
    ),
    path(
        "attachments/<uuid:pk>/marking/",
        marking_views.RecordMarkingView.as_view(model=models.Attachment),
        name="attachment-marking",
    ),
    path(
        "attachments/<uuid:pk>/withdraw/",
        RecordWithdrawView.as_view(model=models.Attachment),
        name="attachment-withdraw",
    ),
    path(
        "attachments/<uuid:pk>/restore/",
        withdrawn_views.RecordRestoreView.as_view(model=models.Attachment),
        name="attachment-restore",
    ),
    path("embargoes/", marking_views.EmbargoList.as_view(), name="embargo-list"),
    path("embargoes/<uuid:pk>/", marking_views.EmbargoDetail.as_view(), name="embargo-detail"),
    path("embargoes/<uuid:pk>/agree/", marking_views.EmbargoAgree.as_view(), name="embargo-agree"),
    path("embargoes/<uuid:pk>/history/", RecordHistoryView.as_view(model=models.Embargo), name="embargo-history"),
    path("embargoes/<uuid:pk>/withdraw/", marking_views.EmbargoCancel.as_view(), name="embargo-withdraw"),
    path("queries/<uuid:pk>/", review_views.QueryPage.as_view(), name="query"),
    path("summaries/", summary_views.PublicSummaryList.as_view(), name="public-summary-list"),
    path("summaries/add/", summary_views.PublicSummaryAdd.as_view(), name="public-summary-add"),
    path("summaries/<uuid:pk>/", summary_views.PublicSummaryDetail.as_view(), name="public-summary-detail"),
    path("summaries/<uuid:pk>/edit/", summary_views.PublicSummaryEdit.as_view(), name="public-summary-edit"),
    path(
        "summaries/<uuid:pk>/history/",
        RecordHistoryView.as_view(model=models.PublicSummary),
        name="public-summary-history",
    ),
    path(
        "summaries/<uuid:pk>/marking/",
        marking_views.RecordMarkingView.as_view(model=models.PublicSummary),
        name="public-summary-marking",
    ),
    path(
        "summaries/<uuid:pk>/withdraw/",
        RecordWithdrawView.as_view(model=models.PublicSummary),
        name="public-summary-withdraw",
    ),
    path(
        "summaries/<uuid:pk>/restore/",
        withdrawn_views.RecordRestoreView.as_view(model=models.PublicSummary),
        name="public-summary-restore",
    ),
    path(
        "summary-links/<uuid:pk>/restore/",
        withdrawn_views.RecordRestoreView.as_view(model=models.SummaryOf),
        name="summary-of-restore",
    ),
    path("merges/", merge_views.MergeList.as_view(), name="merge-list"),
    path("merges/<uuid:pk>/", merge_views.MergeDetail.as_view(), name="merge-detail"),
    path("merges/<uuid:pk>/history/", RecordHistoryView.as_view(model=models.Merge), name="merge-history"),
    path("merges/<uuid:pk>/withdraw/", merge_views.MergeUndo.as_view(), name="merge-withdraw"),
    path("withdrawn/", withdrawn_views.WithdrawnList.as_view(), name="withdrawn-list"),
]

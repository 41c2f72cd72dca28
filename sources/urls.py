"""Addresses of the sources room."""

from django.urls import path

from records.history_views import RecordHistoryView
from records.marking_views import RecordMarkingView
from records.merge_views import RecordMergeView
from records.views import RecordWithdrawView
from records.withdrawn_views import RecordRestoreView
from sources import copy_views, models, views

app_name = "sources"


def restore(model):
    return RecordRestoreView.as_view(model=model)


def merge(model):
    return RecordMergeView.as_view(model=model)


urlpatterns = [
    path("sources/", views.SourceList.as_view(), name="source-list"),
    path("sources/<uuid:pk>/", views.SourceDetail.as_view(), name="source-detail"),
    path("sources/<uuid:pk>/history/", RecordHistoryView.as_view(model=models.Source), name="source-history"),
    path("sources/<uuid:pk>/marking/", RecordMarkingView.as_view(model=models.Source), name="source-marking"),
    path("sources/<uuid:pk>/withdraw/", RecordWithdrawView.as_view(model=models.Source), name="source-withdraw"),
    path("sources/<uuid:pk>/archive/", copy_views.SourceArchive.as_view(), name="source-archive"),
    path("copies/", copy_views.ArchivedCopyList.as_view(), name="archived-copy-list"),
    path("copies/<uuid:pk>/", copy_views.ArchivedCopyDetail.as_view(), name="archived-copy-detail"),
    path("copies/<uuid:pk>/file/", copy_views.ArchivedCopyFile.as_view(), name="archived-copy-file"),
    path(
        "copies/<uuid:pk>/history/",
        RecordHistoryView.as_view(model=models.ArchivedCopy),
        name="archived-copy-history",
    ),
    path(
        "copies/<uuid:pk>/marking/",
        RecordMarkingView.as_view(model=models.ArchivedCopy),
        name="archived-copy-marking",
    ),
    path(
        "copies/<uuid:pk>/withdraw/",
        RecordWithdrawView.as_view(model=models.ArchivedCopy),
        name="archived-copy-withdraw",
    ),
    path("copies/<uuid:pk>/restore/", restore(models.ArchivedCopy), name="archived-copy-restore"),
    path("sources/<uuid:pk>/restore/", restore(models.Source), name="source-restore"),
    path("sources/<uuid:pk>/merge/", merge(models.Source), name="source-merge"),
    path("citations/", views.CitationList.as_view(), name="citation-list"),
    path("citations/<uuid:pk>/", views.CitationDetail.as_view(), name="citation-detail"),
    path("citations/<uuid:pk>/history/", RecordHistoryView.as_view(model=models.Citation), name="citation-history"),
    path("citations/<uuid:pk>/marking/", RecordMarkingView.as_view(model=models.Citation), name="citation-marking"),
    path("citations/<uuid:pk>/withdraw/", RecordWithdrawView.as_view(model=models.Citation), name="citation-withdraw"),
    path("citations/<uuid:pk>/restore/", restore(models.Citation), name="citation-restore"),
]

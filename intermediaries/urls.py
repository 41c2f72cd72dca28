"""Addresses of the intermediaries room."""

from django.urls import path

from intermediaries import models, views
from records.history_views import RecordHistoryView
from records.marking_views import RecordMarkingView
from records.merge_views import RecordMergeView
from records.views import RecordWithdrawView
from records.withdrawn_views import RecordRestoreView

app_name = "intermediaries"


def history(model):
    return RecordHistoryView.as_view(model=model)


def marking(model):
    return RecordMarkingView.as_view(model=model)


def withdraw(model):
    return RecordWithdrawView.as_view(model=model)


def restore(model):
    return RecordRestoreView.as_view(model=model)


def merge(model):
    return RecordMergeView.as_view(model=model)


urlpatterns = [
    path("intermediaries/", views.ActorList.as_view(), name="actor-list"),
    path("intermediaries/<uuid:pk>/", views.ActorDetail.as_view(), name="actor-detail"),
    path("intermediaries/<uuid:pk>/history/", history(models.Actor), name="actor-history"),
    path("intermediaries/<uuid:pk>/marking/", marking(models.Actor), name="actor-marking"),
    path("intermediaries/<uuid:pk>/withdraw/", withdraw(models.Actor), name="actor-withdraw"),
    path("intermediaries/<uuid:pk>/restore/", restore(models.Actor), name="actor-restore"),
    path("intermediaries/<uuid:pk>/merge/", merge(models.Actor), name="actor-merge"),
    path("actor-names/", views.ActorNameList.as_view(), name="actor-name-list"),
    path("actor-names/<uuid:pk>/", views.ActorNameDetail.as_view(), name="actor-name-detail"),
    path("actor-names/<uuid:pk>/history/", history(models.ActorName), name="actor-name-history"),
    path("actor-names/<uuid:pk>/marking/", marking(models.ActorName), name="actor-name-marking"),
    path("actor-names/<uuid:pk>/withdraw/", withdraw(models.ActorName), name="actor-name-withdraw"),
    path("actor-names/<uuid:pk>/restore/", restore(models.ActorName), name="actor-name-restore"),
    path("mandates/", views.MandateList.as_view(), name="mandate-list"),
    path("mandates/<uuid:pk>/", views.MandateDetail.as_view(), name="mandate-detail"),
    path("mandates/<uuid:pk>/history/", history(models.Mandate), name="mandate-history"),
    path("mandates/<uuid:pk>/marking/", marking(models.Mandate), name="mandate-marking"),
    path("mandates/<uuid:pk>/withdraw/", withdraw(models.Mandate), name="mandate-withdraw"),
    path("mandates/<uuid:pk>/restore/", restore(models.Mandate), name="mandate-restore"),
    path("representatives/", views.RepresentativeList.as_view(), name="representative-list"),
    path("representatives/<uuid:pk>/", views.RepresentativeDetail.as_view(), name="representative-detail"),
    path("representatives/<uuid:pk>/history/", history(models.Representative), name="representative-history"),
    path("representatives/<uuid:pk>/marking/", marking(models.Representative), name="representative-marking"),
    path("representatives/<uuid:pk>/withdraw/", withdraw(models.Representative), name="representative-withdraw"),
    path("representatives/<uuid:pk>/restore/", restore(models.Representative), name="representative-restore"),
    path("representatives/<uuid:pk>/merge/", merge(models.Representative), name="representative-merge"),
]

"""Addresses of the exchanges room."""

from django.urls import path

from access import permissions
from exchanges import models
from exchanges.views import claim_forms, claims, estimate_forms, estimates, ledger, links, outcomes
from negotiations.models import Commitment
from records.history_views import RecordHistoryView
from records.marking_views import RecordMarkingView
from records.merge_views import RecordMergeView
from records.views import RecordWithdrawView
from records.withdrawn_views import RecordRestoreView

app_name = "exchanges"


def history(model):
    return RecordHistoryView.as_view(model=model)


def marking(model, permission=permissions.WRITE):
    return RecordMarkingView.as_view(model=model, permission=permission)


def withdraw(model):
    return RecordWithdrawView.as_view(model=model)


def restore(model):
    return RecordRestoreView.as_view(model=model)


def merge(model):
    return RecordMergeView.as_view(model=model)


urlpatterns = [
    path("outcomes/", outcomes.OutcomeList.as_view(), name="outcome-list"),
    path("outcomes/<uuid:pk>/", outcomes.OutcomeDetail.as_view(), name="outcome-detail"),
    path("outcomes/<uuid:pk>/history/", history(models.Outcome), name="outcome-history"),
    path("outcomes/<uuid:pk>/marking/", marking(models.Outcome), name="outcome-marking"),
    path("outcomes/<uuid:pk>/withdraw/", withdraw(models.Outcome), name="outcome-withdraw"),
    path("outcomes/<uuid:pk>/restore/", restore(models.Outcome), name="outcome-restore"),
    path("outcomes/<uuid:pk>/merge/", merge(models.Outcome), name="outcome-merge"),
    path("outcomes/<uuid:pk>/claims/add/", claim_forms.ClaimAdd.as_view(), name="outcome-claim-add"),
    path(
        "commitments/<uuid:pk>/claims/add/",
        claim_forms.ClaimAdd.as_view(model=Commitment),
        name="commitment-claim-add",
    ),
    path("outcomes/<uuid:pk>/estimates/add/", estimate_forms.EstimateAdd.as_view(), name="outcome-estimate-add"),
    path("outcomes/<uuid:pk>/deliver/", links.DeliverPromise.as_view(), name="outcome-deliver"),
    path("claims/", claims.ClaimList.as_view(), name="claim-list"),
    path("claims/<uuid:pk>/", claims.ClaimDetail.as_view(), name="claim-detail"),
    path("claims/<uuid:pk>/history/", history(models.Claim), name="claim-history"),
    path("claims/<uuid:pk>/marking/", marking(models.Claim), name="claim-marking"),
    path("claims/<uuid:pk>/withdraw/", withdraw(models.Claim), name="claim-withdraw"),
    path("claims/<uuid:pk>/restore/", restore(models.Claim), name="claim-restore"),
    path("claims/<uuid:pk>/supersede/", claim_forms.ClaimSupersede.as_view(), name="claim-supersede"),
    path("claims/<uuid:pk>/refute/", claim_forms.ClaimRefute.as_view(), name="claim-refute"),
    path("estimates/", estimates.EstimateList.as_view(), name="estimate-list"),
    path("estimates/<uuid:pk>/", estimates.EstimateDetail.as_view(), name="estimate-detail"),
    path("estimates/<uuid:pk>/history/", history(models.Estimate), name="estimate-history"),
    path("estimates/<uuid:pk>/marking/", marking(models.Estimate, permissions.ESTIMATE), name="estimate-marking"),
    path("estimates/<uuid:pk>/withdraw/", estimates.EstimateWithdraw.as_view(), name="estimate-withdraw"),
    path("estimates/<uuid:pk>/restore/", restore(models.Estimate), name="estimate-restore"),
    path("estimates/<uuid:pk>/supersede/", estimate_forms.EstimateSupersede.as_view(), name="estimate-supersede"),
    path("ledger/", ledger.LedgerList.as_view(), name="ledger"),
    path("deliveries/", links.DeliveryList.as_view(), name="delivery-list"),
    path("deliveries/<uuid:pk>/", links.DeliveryDetail.as_view(), name="delivery-detail"),
    path("deliveries/<uuid:pk>/history/", history(models.Delivery), name="delivery-history"),
    path("deliveries/<uuid:pk>/marking/", marking(models.Delivery), name="delivery-marking"),
    path("deliveries/<uuid:pk>/withdraw/", withdraw(models.Delivery), name="delivery-withdraw"),
    path("deliveries/<uuid:pk>/restore/", restore(models.Delivery), name="delivery-restore"),
    path("outcome-roles/", links.OutcomeRoleList.as_view(), name="outcome-role-list"),
    path("outcome-roles/<uuid:pk>/", links.OutcomeRoleDetail.as_view(), name="outcome-role-detail"),
    path("outcome-roles/<uuid:pk>/history/", history(models.OutcomeRole), name="outcome-role-history"),
    path("outcome-roles/<uuid:pk>/marking/", marking(models.OutcomeRole), name="outcome-role-marking"),
    path("outcome-roles/<uuid:pk>/withdraw/", withdraw(models.OutcomeRole), name="outcome-role-withdraw"),
    path("outcome-roles/<uuid:pk>/restore/", restore(models.OutcomeRole), name="outcome-role-restore"),
    path("running-totals/", claims.RunningTotalList.as_view(), name="running-total-list"),
    path("running-totals/<uuid:pk>/", claims.RunningTotalDetail.as_view(), name="running-total-detail"),
    path("running-totals/<uuid:pk>/history/", history(models.RunningTotal), name="running-total-history"),
    path("running-totals/<uuid:pk>/marking/", marking(models.RunningTotal), name="running-total-marking"),
    path("running-totals/<uuid:pk>/withdraw/", withdraw(models.RunningTotal), name="running-total-withdraw"),
    path("running-totals/<uuid:pk>/restore/", restore(models.RunningTotal), name="running-total-restore"),
    # Parts have no other page of their own.
    path("outcome-channels/<uuid:pk>/restore/", restore(models.OutcomeChannel), name="outcome-channel-restore"),
    path("outcome-meetings/<uuid:pk>/restore/", restore(models.OutcomeMeeting), name="outcome-meeting-restore"),
    path("outcome-agreements/<uuid:pk>/restore/", restore(models.OutcomeAgreement), name="outcome-agreement-restore"),
    path("estimate-claims/<uuid:pk>/restore/", restore(models.EstimateClaim), name="estimate-claim-restore"),
]

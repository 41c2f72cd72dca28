"""Filter sets of the exchanges room: one for each kind, for page and API alike."""

import uuid

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from exchanges import models
from exchanges.credit import credits_given
from exchanges.ledger import NOT_AGREED
from exchanges.promises import ledger
from exchanges.vocabulary import (
    ActorRole,
    Category,
    EstimateMethod,
    LedgerState,
    OutcomeKind,
    OutcomeStatus,
    Stage,
    TotalScope,
)
from intermediaries.models import Actor
from negotiations.models import Channel, Commitment, Conflict
from negotiations.vocabulary import AgreementStatus, CommitmentKind
from records.filters import RecordFilterSet, among, choice, since, until
from sources.models import ClaimKind, ClaimState


class OutcomeFilter(RecordFilterSet):
    conflict = among(_("Conflict"), Conflict)
    outcome_kind = choice(_("Kind"), OutcomeKind.choices)
    status = choice(_("Status"), OutcomeStatus.choices)
    channel = among(_("Channel"), Channel, method="filter_channel")
    actor = among(_("Intermediary"), Actor, method="filter_actor")
    since = since(_("Since"))
    until = until(_("Until"))

    class Meta:
        model = models.Outcome
        fields = ["parent", "place"]

    api_only = (*RecordFilterSet.api_only, "parent", "place")

    def filter_channel(self, queryset, name, value: uuid.UUID):
        return queryset.filter(pk__in=models.OutcomeChannel.objects.current().filter(channel=value).values("outcome"))

    def filter_actor(self, queryset, name, value: uuid.UUID):
        return queryset.filter(pk__in=models.OutcomeRole.objects.current().filter(actor=value).values("outcome"))


class ClaimFilter(RecordFilterSet):
    claimant = among(_("Claimed by"), Actor)
    category = choice(_("Of what"), Category.choices)
    state = choice(_("In force"), ClaimState.choices, field_name="state_found")
    claim_kind = choice(_("Kind"), ClaimKind.choices)
    stage = choice(_("Stage"), Stage.choices)
    since = since(_("Since"), "outcome__started_on")
    until = until(_("Until"), "outcome__started_on")

    class Meta:
        model = models.Claim
        fields = ["outcome", "commitment", "direction", "supersedes"]

    api_only = (*RecordFilterSet.api_only, "outcome", "commitment", "direction", "supersedes")


class EstimateFilter(RecordFilterSet):
    category = choice(_("Of what"), Category.choices)
    method = choice(_("Rule"), EstimateMethod.choices)

    class Meta:
        model = models.Estimate
        fields = ["outcome", "direction", "supersedes"]

    api_only = (*RecordFilterSet.api_only, "outcome", "direction", "supersedes")


class EstimateClaimFilter(RecordFilterSet):
    class Meta:
        model = models.EstimateClaim
        fields = ["estimate", "claim", "use"]


class RunningTotalFilter(RecordFilterSet):
    conflict = among(_("Conflict"), Conflict)
    claimant = among(_("Claimed by"), Actor)
    category = choice(_("Of what"), Category.choices)
    scope = choice(_("Scope"), TotalScope.choices)
    state = choice(_("In force"), ClaimState.choices, field_name="state_found")
    since = since(_("Since"), "as_of")
    until = until(_("Until"), "as_of")

    class Meta:
        model = models.RunningTotal
        fields = ["direction"]

    api_only = (*RecordFilterSet.api_only, "direction")


class OutcomeChannelFilter(RecordFilterSet):
    class Meta:
        model = models.OutcomeChannel
        fields = ["outcome", "channel"]


class OutcomeMeetingFilter(RecordFilterSet):
    class Meta:
        model = models.OutcomeMeeting
        fields = ["outcome", "meeting"]


class OutcomeAgreementFilter(RecordFilterSet):
    class Meta:
        model = models.OutcomeAgreement
        fields = ["outcome", "agreement"]


class OutcomeRoleFilter(RecordFilterSet):
    actor = among(_("Actor"), Actor)
    role = choice(_("Role"), ActorRole.choices)
    outcome_kind = choice(_("Kind"), OutcomeKind.choices, field_name="outcome__outcome_kind")
    credited_by = among(_("Credited by"), Actor, null_label=_("not stated"))
    counts = choice(_("Counted"), [("credit", _("as credit"))], method="filter_counts")
    since = since(_("Since"), "outcome__started_on")
    until = until(_("Until"), "outcome__started_on")

    class Meta:
        model = models.OutcomeRole
        fields = ["outcome"]

    def filter_counts(self, queryset, name, value):
        return queryset.filter(pk__in=credits_given().values("pk"))

    api_only = (*RecordFilterSet.api_only, "outcome")


class DeliveryFilter(RecordFilterSet):
    category = choice(_("Of what"), Category.choices)

    class Meta:
        model = models.Delivery
        fields = ["outcome", "commitment", "direction"]

    api_only = (*RecordFilterSet.api_only, "outcome", "commitment", "direction")


TERMS = [("agreed", _("agreed terms")), ("offered", _("offers and demands"))]


class LedgerFilter(RecordFilterSet):
    """Promises by channel, kind, whether they were agreed, and how they stand for the reader."""

    channel = among(_("Channel"), Channel, method="filter_channel")
    commitment_kind = choice(_("Kind"), CommitmentKind.choices)
    terms = choice(_("Terms"), TERMS, method="filter_terms")
    state = choice(_("Status"), LedgerState.choices, method="filter_state")

    class Meta:
        model = Commitment
        fields = ["agreement", "meeting"]

    api_only = (*RecordFilterSet.api_only, "agreement", "meeting")

    def filter_channel(self, queryset, name, value: uuid.UUID):
        return queryset.filter(Q(agreement__channel=value) | Q(agreement=None, meeting__channel=value))

    def filter_terms(self, queryset, name, value):
        apart = Q(certainty__in=NOT_AGREED) | Q(agreement__status=AgreementStatus.PROPOSED)
        # Not by exclude(): a promise made at a meeting has no agreement, and is neither proposed nor lost.
        offered = queryset.filter(apart).values("pk")
        return queryset.filter(pk__in=offered) if value == "offered" else queryset.exclude(pk__in=offered)

    def filter_state(self, queryset, name, value):
        """Keep the promises of which a line stands so; nothing derived is stored, so it is computed here."""
        lines = ledger(queryset.select_related(*LEDGER_RELATED))
        return queryset.filter(pk__in={one.commitment.pk for one in lines if one.line.state == value})


LEDGER_RELATED = ("agreement__channel", "meeting__channel", "owed_by", "owed_to")

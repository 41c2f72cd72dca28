"""What the API shows of outcomes, claims, estimates, deliveries and running totals."""

from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import exceptions, serializers

from exchanges import models
from exchanges.querysets import figures_of
from exchanges.reconciling import Agreement
from exchanges.vocabulary import Category, DifferenceReason, EstimateMethod, LedgerState, Stage
from negotiations.serializers import DATED, WhenMixin
from records.api.serializers import LinkedRecordField, RecordSerializer, api_url
from sources.models import ClaimState
from sources.serializers import NestedCitationSerializer


class StatedOnceMixin(serializers.Serializer):
    """What was stated is never edited: another is added that supersedes it. ``stated_once`` names those fields."""

    stated_once: tuple[str, ...] = ()

    def to_internal_value(self, data):
        if self.instance is not None and isinstance(data, dict):
            remedy = _(
                "What was stated is never edited. Add a new one that supersedes it: POST with supersedes = %(id)s."
            )
            errors = {name: [remedy % {"id": self.instance.pk}] for name in self.stated_once if name in data}
            if errors:
                raise exceptions.ValidationError(errors)
        return super().to_internal_value(data)


def state_field() -> serializers.ChoiceField:
    return serializers.ChoiceField(
        choices=ClaimState.choices,
        read_only=True,
        help_text="Whether it is in force, as far as you may see what supersedes it.",
    )


STATED = ("claimant", "claimant_words", "direction", "category", "quantifier", "number", "number_high", "said_on")


class ClaimSerializer(StatedOnceMixin, RecordSerializer):
    stated = serializers.CharField(
        read_only=True, help_text="The figure in words; “not disclosed” where there is none."
    )
    category = serializers.ChoiceField(choices=Category.choices)
    direction = serializers.CharField(
        max_length=40, required=False, allow_blank=True, help_text="One of the conflict's directions, or empty."
    )
    citations = NestedCitationSerializer(many=True, read_only=True)

    state = state_field()

    stated_once = (*STATED, "outcome", "commitment", "stage", "as_of", "supersedes", "claim_kind")

    class Meta:
        model = models.Claim
        fields = (
            *RecordSerializer.base_fields, "outcome", "commitment", *STATED, "stated", "stage", "as_of", "claim_kind",
            "state", "supersedes", "notes", "citations",
        )  # fmt: skip


class NestedClaimSerializer(ClaimSerializer):
    """A claim as part of its outcome."""

    class Meta(ClaimSerializer.Meta):
        fields = tuple(name for name in ClaimSerializer.Meta.fields if name not in {"outcome", "commitment"})


class DifferenceSerializer(serializers.Serializer):
    """By how much the claims differ, and why."""

    size = serializers.IntegerField()
    reason = serializers.ChoiceField(choices=DifferenceReason.choices)


class FigureRangeSerializer(serializers.Serializer):
    """The range of the claims in force about one direction, category and stage; rivals are never added up."""

    direction = serializers.CharField()
    category = serializers.ChoiceField(choices=Category.choices)
    stage = serializers.ChoiceField(choices=Stage.choices)
    low = serializers.IntegerField(allow_null=True, help_text="Null where no number was disclosed.")
    high = serializers.IntegerField(allow_null=True, help_text="Null where the range is open upward or undisclosed.")
    stated = serializers.CharField(help_text="The range in words.")
    is_approximate = serializers.BooleanField()
    claimants = serializers.IntegerField(help_text="How many claimants state a number.")
    agreement = serializers.ChoiceField(choices=[(state.value, state.value) for state in Agreement])
    parts_differ = serializers.BooleanField(help_text="Whether the claims about the parts of this total differ.")
    independent_sources = serializers.IntegerField(help_text="Echoes and one claimant's repetitions count once.")
    best = serializers.IntegerField(allow_null=True, help_text="Null while unresolved.")
    rule = serializers.ChoiceField(choices=EstimateMethod.choices, help_text="By which rule the best figure was set.")
    estimate = serializers.UUIDField(allow_null=True, help_text="The reviewer's estimate that sets the best figure.")
    difference = DifferenceSerializer(allow_null=True)


class WeighedClaimSerializer(serializers.ModelSerializer):
    """A claim that an estimate weighs: how it is used, and why it is not."""

    claim = LinkedRecordField(queryset=models.Claim.objects.all())

    class Meta:
        model = models.EstimateClaim
        fields = ("claim", "use", "reason")


class EstimateSerializer(StatedOnceMixin, RecordSerializer):
    claims = WeighedClaimSerializer(many=True, source="claim_links", help_text="Those weighed, as far as you see them.")

    stated_once = (
        "claims",
        "outcome",
        "direction",
        "category",
        "low",
        "best",
        "high",
        "method",
        "reason",
        "difference",
        "supersedes",
    )

    class Meta:
        model = models.Estimate
        fields = (
            *RecordSerializer.base_fields, "outcome", "direction", "category", "low", "best", "high", "method",
            "reason", "difference", "claims", "supersedes",
        )  # fmt: skip


class EstimateClaimSerializer(RecordSerializer):
    class Meta:
        model = models.EstimateClaim
        fields = (*RecordSerializer.base_fields, "estimate", "claim", "use", "reason")


class RunningTotalSerializer(StatedOnceMixin, RecordSerializer):
    stated = serializers.CharField(
        read_only=True, help_text="The figure in words; “not disclosed” where there is none."
    )
    category = serializers.ChoiceField(choices=Category.choices)
    citations = NestedCitationSerializer(many=True, read_only=True)

    state = state_field()

    stated_once = (*STATED, "conflict", "scope", "counting_basis", "since", "as_of", "supersedes")

    class Meta:
        model = models.RunningTotal
        fields = (
            *RecordSerializer.base_fields, "conflict", *STATED, "stated", "scope", "counting_basis", "since", "as_of",
            "supersedes", "state", "notes", "citations",
        )  # fmt: skip


class OutcomeChannelSerializer(RecordSerializer):
    class Meta:
        model = models.OutcomeChannel
        fields = (*RecordSerializer.base_fields, "outcome", "channel")


class OutcomeMeetingSerializer(RecordSerializer):
    class Meta:
        model = models.OutcomeMeeting
        fields = (*RecordSerializer.base_fields, "outcome", "meeting")


class OutcomeAgreementSerializer(RecordSerializer):
    class Meta:
        model = models.OutcomeAgreement
        fields = (*RecordSerializer.base_fields, "outcome", "agreement")


class OutcomeRoleSerializer(RecordSerializer):
    class Meta:
        model = models.OutcomeRole
        fields = (*RecordSerializer.base_fields, "outcome", "actor", "role", "credited_by", "position")


class DeliverySerializer(RecordSerializer):
    class Meta:
        model = models.Delivery
        fields = (
            *RecordSerializer.base_fields, "outcome", "commitment", "direction", "category", "share", "notes",
        )  # fmt: skip


class SuggestionSerializer(serializers.Serializer):
    """A promise an outcome may deliver, and why."""

    commitment = serializers.SerializerMethodField(help_text="The commitment.")
    stated = serializers.CharField(source="commitment.stated")
    reasons = serializers.ListField(child=serializers.CharField())

    def get_commitment(self, one) -> str:
        return api_url(one.commitment, self.context["request"])


class LedgerLineSerializer(serializers.Serializer):
    """A promise in one direction. Sums are over different events, never over rival claims."""

    direction = serializers.CharField(source="line.direction")
    promised_low = serializers.IntegerField(source="line.commitment.low", allow_null=True)
    promised_high = serializers.IntegerField(source="line.commitment.high", allow_null=True)
    is_minimum = serializers.BooleanField(source="line.commitment.is_minimum")
    is_agreed = serializers.BooleanField(
        source="line.commitment.is_agreed", help_text="False: an offer, a demand, or refused."
    )
    delivered_low = serializers.IntegerField(
        source="line.low", allow_null=True, help_text="Null where no event gave a number."
    )
    delivered_best = serializers.IntegerField(source="line.best", allow_null=True)
    delivered_high = serializers.IntegerField(source="line.high", allow_null=True, help_text="Null where open upward.")
    events = serializers.SerializerMethodField()
    undisclosed_events = serializers.IntegerField(source="line.undisclosed")
    changed_events = serializers.IntegerField(
        source="changed", help_text="Events that changed, or whose figure did, since they were verified: not counted."
    )
    remaining_low = serializers.IntegerField(source="line.remaining_low", allow_null=True)
    remaining_high = serializers.IntegerField(source="line.remaining_high", allow_null=True)
    first_on = serializers.DateField(source="line.first_on", allow_null=True)
    last_on = serializers.DateField(source="line.last_on", allow_null=True)
    days_late = serializers.IntegerField(source="line.days_late", allow_null=True)
    state = serializers.ChoiceField(source="line.state", choices=LedgerState.choices)
    implementation = serializers.IntegerField(
        source="line.implementation", allow_null=True, help_text="Kroc PAM, 0 to 3; null where it cannot be told."
    )
    deliveries = serializers.SerializerMethodField()

    def get_events(self, one) -> int:
        return len(one.deliveries)

    def get_deliveries(self, one) -> list[str]:
        return [api_url(delivery, self.context["request"]) for delivery in one.deliveries]


class LedgerSerializer(serializers.Serializer):
    """A promise with its lines, and where the claims behind it are."""

    id = serializers.UUIDField()
    stated = serializers.CharField(help_text="The promise in words.")
    url = serializers.SerializerMethodField(help_text="The commitment.")
    claims_url = serializers.SerializerMethodField(help_text="The claims about what was promised.")
    due_on = serializers.DateField(allow_null=True)
    lines = serializers.SerializerMethodField()

    def get_url(self, commitment) -> str:
        return api_url(commitment, self.context["request"])

    def get_claims_url(self, commitment) -> str:
        claims = f"{reverse('api:claim-list')}?commitment={commitment.pk}"
        return self.context["request"].build_absolute_uri(claims)

    @extend_schema_field(LedgerLineSerializer(many=True))
    def get_lines(self, commitment) -> list[dict]:
        mine = [one for one in self.context["lines"] if one.commitment.pk == commitment.pk]
        return LedgerLineSerializer(mine, many=True, context=self.context).data


@extend_schema_field(
    {
        "type": "object",
        "required": ["id", "name", "url", "link_id", "link_url"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "name": {"type": "string"},
            "url": {"type": "string", "format": "uri"},
            "link_id": {"type": "string", "format": "uuid"},
            "link_url": {"type": "string", "format": "uri"},
        },
        "description": "The linked record, and the link itself, which is a record of its own.",
    }
)
class LinkField(serializers.Field):
    """What an outcome is linked to, with the link's own identifier: ``end`` names the link's other end."""

    def __init__(self, end: str, **options):
        self.end = end
        super().__init__(read_only=True, **options)

    def to_representation(self, link) -> dict:
        request, linked = self.context["request"], getattr(link, self.end)
        return {
            "id": str(linked.pk),
            "name": str(linked),
            "url": api_url(linked, request),
            "link_id": str(link.pk),
            "link_url": api_url(link, request),
        }


class CurrentLinks(serializers.ListField):
    """The links that were fetched with their outcome."""

    def __init__(self, source: str, end: str):
        super().__init__(source=f"{source}.all", child=LinkField(end), read_only=True)


class NestedOutcomeRoleSerializer(OutcomeRoleSerializer):
    """A role as part of its outcome."""

    class Meta(OutcomeRoleSerializer.Meta):
        fields = tuple(name for name in OutcomeRoleSerializer.Meta.fields if name != "outcome")


class OutcomeSerializer(WhenMixin, RecordSerializer):
    figures = serializers.SerializerMethodField(
        help_text="Ranges of the claims in force. What did not take place has no range of what was delivered."
    )
    claims = NestedClaimSerializer(many=True, read_only=True)
    roles = NestedOutcomeRoleSerializer(many=True, read_only=True)
    channels = CurrentLinks("channel_links", "channel")
    meetings = CurrentLinks("meeting_links", "meeting")
    agreements = CurrentLinks("agreement_links", "agreement")
    tranches = LinkedRecordField(many=True, read_only=True)
    citations = NestedCitationSerializer(many=True, read_only=True)

    class Meta:
        model = models.Outcome
        fields = (
            *RecordSerializer.base_fields, "conflict", "outcome_kind", "variant", "title", *DATED, "status", "place",
            "place_to", "series_number", "parent", "tranches", "legal_basis", "notes", "figures", "claims", "roles",
            "channels", "meetings", "agreements", "citations",
        )  # fmt: skip

    @extend_schema_field(FigureRangeSerializer(many=True))
    def get_figures(self, outcome) -> list[dict]:
        if "figures" not in self.context:  # of all that stand on the page at once
            shown = self.parent.instance if isinstance(self.parent, serializers.ListSerializer) else [outcome]
            self.context["figures"] = figures_of(shown, self.context.get("known"))
        return FigureRangeSerializer(self.context["figures"][outcome.pk], many=True).data

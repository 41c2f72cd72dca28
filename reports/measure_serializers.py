"""What the API shows of the analysis: every figure with the records and claims behind it."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from exchanges.measures.totals import Explanation
from exchanges.vocabulary import Category, OutcomeKind
from records.api.serializers import api_url
from reports.selectors.lags import LagKind
from reports.selectors.silence import Silence


@extend_schema_field(
    {
        "type": "object",
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "name": {"type": "string"},
            "url": {"type": "string", "format": "uri"},
        },
    }
)
class ReferenceField(serializers.Field):
    """A record behind a figure: read as id, name and url."""

    def __init__(self, **options):
        super().__init__(read_only=True, **options)

    def to_representation(self, value) -> dict:
        return {"id": str(value.pk), "name": str(value), "url": api_url(value, self.context["request"])}


def references(**options) -> serializers.ListField:
    return serializers.ListField(child=ReferenceField(), read_only=True, **options)


class BoundsSerializer(serializers.Serializer):
    """The lowest and the highest claim; `high` is null where it is open upward."""

    low = serializers.IntegerField()
    high = serializers.IntegerField(allow_null=True)
    stated = serializers.CharField()


class SumSerializer(BoundsSerializer):
    """Lowest and highest claims of different events, added up; `without_number` of the events have none.

    `low` and `high` are null where no event has a number: that is not 0.
    """

    low = serializers.SerializerMethodField()
    high = serializers.SerializerMethodField(help_text="Also null where it is open upward.")

    events = serializers.IntegerField()
    without_number = serializers.IntegerField()

    def get_low(self, found) -> int | None:
        return found.low if found.is_known else None

    def get_high(self, found) -> int | None:
        return found.high if found.is_known else None


class CategoryPairSerializer(serializers.Serializer):
    """One category of one event: `first` and `second` direction, null where no number was disclosed."""

    category = serializers.ChoiceField(choices=Category.choices)
    first = BoundsSerializer(source="pair.first", allow_null=True)
    second = BoundsSerializer(source="pair.second", allow_null=True)
    difference = serializers.CharField(help_text="In words: equal, +8 to one side, not known.")


class ParityLineSerializer(serializers.Serializer):
    """One event. `counts` is false where it did not take place: then no sum holds anything of it."""

    outcome = ReferenceField()
    when = serializers.CharField(source="outcome.when")
    status = serializers.CharField(source="outcome.status")
    counts = serializers.BooleanField()
    head = CategoryPairSerializer()
    categories = CategoryPairSerializer(many=True)
    claims = references(help_text="The claims in force behind these figures.")
    so_far = SumSerializer(many=True, help_text="Up to and with this event, in the two directions.")


class ParitySerializer(serializers.Serializer):
    """Events of one kind in one conflict with two parties, the oldest first."""

    conflict = ReferenceField()
    outcome_kind = serializers.ChoiceField(source="kind", choices=OutcomeKind.choices)
    directions = serializers.SerializerMethodField(help_text="The two directions, in the order of the figures.")
    difference_so_far = serializers.CharField()
    lines = ParityLineSerializer(many=True)

    def get_directions(self, parity) -> list[str]:
        return [party.direction for party in parity.parties]


class LagCaseSerializer(serializers.Serializer):
    """One span of days; a range where a date is not known to the day."""

    start = ReferenceField()
    end = ReferenceField()
    low = serializers.IntegerField(source="days.low")
    high = serializers.IntegerField(source="days.high")


class LagSerializer(serializers.Serializer):
    """The median of the exact spans and of how many; all cases; how many were left out of it and why."""

    span = serializers.ChoiceField(source="kind", choices=LagKind.choices)
    median_days = serializers.FloatField(source="typical.median", allow_null=True)
    n = serializers.IntegerField(source="typical.n")
    imprecise = serializers.IntegerField(source="typical.imprecise", help_text="Cases without exact dates.")
    before = serializers.IntegerField(source="typical.before", help_text="Cases in which the end came first.")
    undated = serializers.IntegerField(help_text="Cases without any date; not listed.")
    cases = LagCaseSerializer(many=True)


class SilenceMuteSerializer(serializers.Serializer):
    """Who muted an alarm is in the record; here until when and why."""

    mute = ReferenceField(source="*")
    until = serializers.DateField(allow_null=True)
    reason = serializers.CharField()


class SilenceSerializer(serializers.Serializer):
    """A channel's days since its last contact against its own usual gap."""

    channel = ReferenceField()
    state = serializers.ChoiceField(source="since.state", choices=Silence.choices)
    days = serializers.IntegerField(source="since.days", allow_null=True)
    usual_gap = serializers.FloatField(allow_null=True, help_text="Median of days between contacts.")
    last = serializers.DateField(allow_null=True)
    contacts = serializers.IntegerField(help_text="Days with a contact.")
    is_alarm = serializers.BooleanField(help_text="Stalled and not muted.")
    mutes = SilenceMuteSerializer(many=True)


class CreditSerializer(serializers.Serializer):
    """In how many events of a kind somebody credits an intermediary; `records` leads to the roles behind."""

    intermediary = ReferenceField()
    outcome_kind = serializers.ChoiceField(source="kind", choices=OutcomeKind.choices)
    credited_by = ReferenceField(allow_null=True, help_text="Null where it is not stated.")
    events = serializers.IntegerField()
    records = serializers.SerializerMethodField()

    def get_records(self, credit) -> str:
        return self.context["request"].build_absolute_uri(credit.api_page)


class GapSerializer(serializers.Serializer):
    """A running total against its events; figures are null where there is nothing to compare with."""

    running_total = ReferenceField(source="total")
    claimant = ReferenceField(source="total.claimant")
    direction = serializers.CharField(source="total.direction")
    category = serializers.ChoiceField(source="total.category", choices=Category.choices)
    stated = serializers.CharField(source="total.stated")
    since = serializers.DateField(source="total.since", allow_null=True)
    as_of = serializers.DateField(source="total.as_of")
    compared_with = serializers.ListField(source="kinds", child=serializers.CharField())
    own_claims = SumSerializer(source="own", allow_null=True)
    all_claims = SumSerializer(allow_null=True)
    gap_low = serializers.SerializerMethodField(help_text="The total less the claimant's own claims, at the least.")
    gap_high = serializers.SerializerMethodField(help_text="The same at the most.")
    explanations = serializers.ListField(child=serializers.ChoiceField(choices=Explanation.choices))
    of_credited = serializers.BooleanField(
        help_text="The claimant is an intermediary: only events that somebody credits it with are compared."
    )
    events = references()

    def get_gap_low(self, gap) -> int | None:
        return gap.gap.low if gap.gap else None

    def get_gap_high(self, gap) -> int | None:
        return gap.gap.high if gap.gap else None

"""What the API shows of reports."""

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from negotiations.models import Conflict
from records.api.serializers import LABEL, LinkedRecordField, label_told
from reports.models import ReportRun, ReportTemplate
from reports.selectors.kept_results import readable_result
from reports.services import check_period


class ReportRunSerializer(serializers.ModelSerializer):
    """A report somebody asked for: what, for which period, how far it is. Asked for with four fields."""

    url = serializers.SerializerMethodField(help_text="This report in the API.")
    page = serializers.SerializerMethodField(help_text="The report's page.")
    template = serializers.ChoiceField(choices=ReportTemplate.choices, default=ReportTemplate.PERIOD_SUMMARY)
    conflict = LinkedRecordField(queryset=Conflict.objects.current())
    state = serializers.CharField(
        source="state_now", read_only=True, help_text="queued, running, done, failed. Finished: done or failed."
    )
    step = serializers.CharField(read_only=True, help_text="What is being done, in words.")
    progress = serializers.IntegerField(read_only=True, help_text="Per cent.")
    error = serializers.CharField(source="error_now", read_only=True, help_text="Why it failed; empty otherwise.")
    confidentiality = serializers.SerializerMethodField(help_text="Level of everything in it, and TLP 2.0 marking.")

    class Meta:
        model = ReportRun
        fields = (
            "id", "reference", "url", "page", "template", "conflict", "period_from", "period_to", "state", "step",
            "progress", "attempts", "requested_at", "started_at", "finished_at", "error", "confidentiality",
            "result_sha256",
        )  # fmt: skip
        read_only_fields = (
            "id", "reference", "attempts", "requested_at", "started_at", "finished_at", "result_sha256",
        )  # fmt: skip

    def get_url(self, run) -> str:
        return self.context["request"].build_absolute_uri(reverse("api:report-run-detail", args=[run.pk]))

    def get_page(self, run) -> str:
        return self.context["request"].build_absolute_uri(run.get_absolute_url())

    @extend_schema_field(LABEL)
    def get_confidentiality(self, run) -> dict:
        return label_told(run.label)

    def validate(self, attrs):
        check_period(attrs.get("period_from"), attrs.get("period_to"))
        return attrs


class ReportRunDetailSerializer(ReportRunSerializer):
    """One report with its result: sections of figures, each with the records and claims behind it."""

    result = serializers.SerializerMethodField(
        help_text="The report, once it is done; null before, and when a record in it was closed to you since."
    )

    class Meta(ReportRunSerializer.Meta):
        fields = (*ReportRunSerializer.Meta.fields, "result")

    @extend_schema_field({"type": "object", "nullable": True})
    def get_result(self, run) -> dict | None:
        return readable_result(run)

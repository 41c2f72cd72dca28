"""The filters of the inbox, for page and API alike."""

import django_filters
from django.db.models import TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from intake.models import Candidate, CandidateKind, CandidateState, Origin
from negotiations.models import Conflict
from records.filters import RecordFilterSet, among, choice

ANY = "any"


class CandidateFilter(RecordFilterSet):
    """Candidates by what they would be, where they come from, and what became of them: those that wait unless asked."""

    state = django_filters.ChoiceFilter(
        label=_("What became of it"),
        choices=[(ANY, _("All")), *CandidateState.choices],
        method="filter_state",
        empty_label=CandidateState.WAITING.label,
    )
    proposes = choice(_("What it would be"), CandidateKind.choices)
    origin = choice(_("Where from"), Origin.choices)
    conflict = among(_("Conflict"), Conflict)

    class Meta:
        model = Candidate
        fields = []

    api_only = (*RecordFilterSet.api_only, "conflict", "review_state")

    def filter_words(self, queryset, name, value):
        """Look into what the candidates say; they are in no index, so that no search finds them elsewhere."""
        return queryset.annotate(said=Cast("data", TextField())).filter(said__icontains=value)

    def filter_state(self, queryset, name, value):
        return queryset if value == ANY else queryset.filter(state=value)

    def left_out(self, queryset):
        """Return those that wait, where nobody asks for others."""
        queryset = super().left_out(queryset)
        return queryset if self.form.cleaned_data.get("state") else queryset.filter(state=CandidateState.WAITING)

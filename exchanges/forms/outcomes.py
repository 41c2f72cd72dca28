"""The form of an outcome."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from exchanges.models import Outcome
from exchanges.vocabulary import LegalBasis, OutcomeKind
from negotiations.channel_forms import offer_conflicts
from negotiations.models import Agreement, Channel, Meeting, Place
from records.entry_forms import DatedForm, LinkedRecords, WholeNumber, offer
from records.widgets import Combobox


class OutcomeForm(DatedForm):
    """An outcome's own fields and what led to it. It carries no figure: figures are claims."""

    channels = LinkedRecords(
        "channel", "channel_links", "channel", label=gettext_lazy("Channels"), queryset=Channel.objects.current(),
        help_text=gettext_lazy("Through which it came."),
    )  # fmt: skip
    meetings = LinkedRecords(
        "meeting", "meeting_links", "meeting", label=gettext_lazy("Meetings"),
        queryset=Meeting.objects.current().select_related("channel"),
        help_text=gettext_lazy("At which it was prepared or announced."),
    )  # fmt: skip
    agreements = LinkedRecords(
        "agreement", "agreement_links", "agreement", label=gettext_lazy("Agreements"),
        queryset=Agreement.objects.current(), help_text=gettext_lazy("Under which it was carried out."),
    )  # fmt: skip
    series_number = WholeNumber(
        label=gettext_lazy("Number in a party’s own count"), required=False,
        help_text=gettext_lazy("As a party numbers its exchanges; it may contradict itself."),
    )  # fmt: skip
    legal_basis = forms.MultipleChoiceField(
        label=gettext_lazy("Legal basis invoked"), choices=LegalBasis.choices, widget=forms.CheckboxSelectMultiple,
        required=False, help_text=gettext_lazy("What somebody invokes, not what applies."),
    )  # fmt: skip

    class Meta:
        model = Outcome
        fields = [
            "conflict", "outcome_kind", "status", "started_on", "ended_on", "date_precision", "date_words", "place",
            "place_to", "variant", "title", "series_number", "parent", "legal_basis", "notes", "level", "compartments",
        ]  # fmt: skip
        labels = {
            "outcome_kind": gettext_lazy("What kind of outcome is it?"),
            "status": gettext_lazy("Did it take place?"),
            "place": gettext_lazy("Place, or place of departure"),
            "parent": gettext_lazy("Part of a greater outcome"),
        }
        help_texts = {"parent": gettext_lazy("For example the second of three parts of one exchange.")}
        widgets = {
            "place": Combobox("place"),
            "place_to": Combobox("place"),
            "parent": Combobox("outcome"),
            "notes": forms.Textarea(attrs={"rows": 4}),
        }
        error_messages = {
            "conflict": {"required": gettext_lazy("Choose the conflict the outcome belongs to")},
            "outcome_kind": {"required": gettext_lazy("Choose what kind of outcome it is")},
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome_kind"].choices = [("", _("Choose a kind")), *OutcomeKind.choices]
        offer_conflicts(self)
        for name in ("place", "place_to"):
            offer(self, name, Place.objects.current(), _("Not published"))
        offer(self, "parent", Outcome.objects.current().exclude(pk=self.instance.pk), _("Stands by itself"))

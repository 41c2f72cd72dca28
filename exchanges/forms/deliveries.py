"""The form that allots an outcome to a promise."""

from django import forms
from django.utils.translation import gettext_lazy as _

from exchanges.deliveries import suggest
from exchanges.models import Outcome
from exchanges.vocabulary import Category
from negotiations.models import Commitment
from records.guarded_forms import GuardedForm


class PromiseChoice(forms.ModelChoiceField):
    """Promises with the reasons why each is suggested."""

    reasons: dict = {}

    def label_from_instance(self, promise):
        made_in = promise.agreement or promise.meeting
        return f"{promise} · {made_in} ({'; '.join(self.reasons[promise.pk])})"


class DeliveryForm(GuardedForm, forms.Form):
    """Which promise, which way, of what, and how many of the outcome count; only suggested promises are offered."""

    commitment = PromiseChoice(
        label=_("Which promise does it deliver?"),
        queryset=Commitment.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": _("Choose the promise that this outcome delivers")},
    )
    direction = forms.ChoiceField(label=_("Direction"), required=False)
    category = forms.ChoiceField(label=_("Of what"), choices=Category.choices, initial=Category.TOTAL)
    share = forms.IntegerField(
        label=_("Share"), required=False, help_text=_("How many of the outcome count here. Leave empty for all of it.")
    )
    notes = forms.CharField(label=_("Notes"), required=False, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args, outcome: Outcome, **kwargs):
        super().__init__(*args, **kwargs)
        suggested = suggest(outcome)
        field = self.fields["commitment"]
        field.reasons = {one.commitment.pk: one.reasons for one in suggested}
        field.queryset = Commitment.objects.filter(pk__in=field.reasons).select_related("agreement", "meeting__channel")
        field.choices = [(one.commitment.pk, field.label_from_instance(one.commitment)) for one in suggested]
        self.fields["direction"].choices = [("", _("Every direction")), *outcome.conflict.directions().items()]

"""The forms of imports and of the inbox."""

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.context import current_reader
from exchanges.vocabulary import OutcomeKind
from intake.files import DELIMITERS, ENCODINGS
from intake.inbox import usual_level
from intake.models import Candidate, ImportRun
from intake.shapes import FIELDS, REASON, ROW, Shape
from negotiations.models import Conflict
from records.forms import ReadersForm
from records.guarded_forms import GuardedForm
from records.models import Record


class MarkedForm(ReadersForm):
    """Who can see what comes in; nothing becomes public by accident."""

    errors_name_field = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["level"].initial = usual_level(current_reader())


class UploadForm(MarkedForm):
    """Which file, of which conflict, and who can see what it brings."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV or XLSX, with the names of the columns in the first line."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.tsv,.txt,.xlsx"}),
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty. Choose one with a line of column names and at least one row."),
        },
    )
    conflict = forms.ModelChoiceField(
        label=gettext_lazy("Conflict"),
        queryset=Conflict.objects.current(),
        empty_label=None,
        error_messages={"required": gettext_lazy("Choose a conflict.")},
    )
    field_order = ["file", "conflict"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.fields["conflict"].queryset.count() > 1:
            self.fields["conflict"].empty_label = _("Choose a conflict")


class ReadAsForm(forms.Form):
    """How the file is read."""

    shape = forms.ChoiceField(label=gettext_lazy("What is in each row?"), choices=Shape.choices)
    encoding = forms.ChoiceField(label=gettext_lazy("Encoding"), choices=list(ENCODINGS.items()))
    delimiter = forms.ChoiceField(label=gettext_lazy("Between the columns"), choices=list(DELIMITERS.items()))

    def __init__(self, *args, run: ImportRun, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial = {"shape": run.shape, "encoding": run.encoding, "delimiter": run.delimiter}
        if run.table(None).is_xlsx:
            del self.fields["encoding"], self.fields["delimiter"]


class ColumnsForm(forms.Form):
    """Which column holds each field. ``examples`` are the first values of every column."""

    def __init__(self, *args, run: ImportRun, examples: list[list[str]], **kwargs):
        super().__init__(*args, **kwargs)
        self.run = run
        columns = [(str(n), name) for n, name in enumerate(run.header) if name and name not in (ROW, REASON)]
        for one in FIELDS[run.shape]:
            place = run.mapping.get(one.name)
            self.fields[one.name] = forms.ChoiceField(
                label=one.label,
                choices=[("", _("– no column –")), *columns],
                required=one.needed,
                initial="" if place is None else str(place),
                error_messages={"required": _("Choose the column: every row needs it.")},
            )
            told = [] if place is None else [row[place] for row in examples if row[place]]
            self.fields[one.name].example = told[0][:80] if told else ""
        if run.shape == Shape.OUTCOMES:
            self.fields["outcome_kind"] = forms.ChoiceField(
                label=_("Kind of the outcomes whose row does not say it"),
                choices=[("", _("– each row says it –")), *OutcomeKind.choices],
                required=False,
                initial=run.outcome_kind,
            )

    def mapping(self) -> dict[str, int]:
        """Return the place of the column of each field that has one."""
        chosen = {name: value for name, value in self.cleaned_data.items() if name != "outcome_kind"}
        return {name: int(value) for name, value in chosen.items() if value}


class MendForm(forms.Form):
    """The bad rows, mended."""

    errors_name_field = True

    mended = forms.FileField(
        label=gettext_lazy("Mended rows"),
        help_text=gettext_lazy("The file of bad rows, with its cells corrected. Leave the column parley_row as it is."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx"}),
        error_messages={"required": gettext_lazy("Choose the file of mended rows.")},
    )


class LinkForm(MarkedForm):
    """A link to something that may be worth recording."""

    found_at = forms.URLField(
        label=gettext_lazy("Paste a link"),
        assume_scheme="https",
        max_length=1000,
        widget=forms.TextInput(attrs={"inputmode": "url", "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Paste the address of a page."),
            "invalid": gettext_lazy("This is no web address. Paste it whole, with https://."),
        },
    )
    field_order = ["found_at"]


class DecisionForm(forms.Form):
    """A decision about a candidate as it was looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class RefuseForm(GuardedForm, DecisionForm):
    """Why a candidate is refused."""

    reason = forms.CharField(
        label=gettext_lazy("Why is it refused?"),
        help_text=gettext_lazy("Kept with the candidate."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        error_messages={"required": gettext_lazy("Say why it is refused.")},
    )


class MergeForm(DecisionForm):
    """Into which record a candidate is merged: one that looks like it, or another one by its reference."""

    record = forms.ChoiceField(label=gettext_lazy("Into which record?"), required=False, widget=forms.RadioSelect)
    reference = forms.CharField(
        label=gettext_lazy("or another, by its reference"), required=False, max_length=200,
        help_text=gettext_lazy("For example 7KQ2X-F4HMP. It stands on the record’s page."),
    )  # fmt: skip

    def __init__(self, *args, candidate: Candidate, alike: list[Record], **kwargs):
        super().__init__(*args, **kwargs)
        self.candidate = candidate
        self.fields["record"].choices = [(str(record.pk), f"{record} ({record.reference})") for record in alike]
        if alike:
            self.fields["record"].initial = str(alike[0].pk)
        else:
            del self.fields["record"]
            self.fields["reference"].label = _("Into which record? Its reference")

    def clean(self):
        """Find the record; one that is hidden is met like one that does not exist."""
        cleaned = super().clean()
        asked, chosen = cleaned.get("reference", "").strip(), cleaned.get("record")
        records = self.candidate.would_be.objects.current().select_related("label")
        if asked:
            cleaned["into"] = records.filter(reference=asked.upper()).first()
            if cleaned["into"] is None:
                told = _("There is no %(kind)s with this reference.")
                self.add_error("reference", told % {"kind": self.candidate.would_be._meta.verbose_name})
        elif chosen:
            cleaned["into"] = records.filter(pk=chosen).first()
        elif not self.errors:
            self.add_error("reference", _("Choose a record, or give the reference of one."))
        return cleaned

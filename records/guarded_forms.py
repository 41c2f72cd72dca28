"""Forms whose free text is looked through for personal data before anything is saved; see ``records.guard``."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from records import guard


class LooksThrough(forms.BaseForm):
    """Flags personal data in what was typed, beside its field; lets it through where the form gives a reason.

    What stands in the record already and was not touched is not looked at again. Rows of a form are such forms: the
    reason is given once, for all that is sent together.
    """

    def clean(self):
        cleaned = super().clean()
        typed = {name: cleaned[name] for name in self.changed_data if name in cleaned and self.is_words(name)}
        is_taken_out = cleaned.get("DELETE", False)
        if not is_taken_out and not self.data.get(guard.REASON, "").strip():
            for name, text in typed.items():
                if found := guard.look(text):
                    self.add_error(name, guard.refusal(found))
        return cleaned

    def is_words(self, name: str) -> bool:
        """Whether a field takes what somebody writes in their own words: one text, or several."""
        field = self.fields[name]
        return name not in guard.NO_WORDS and type(getattr(field, "base_field", field)) is forms.CharField


class GuardedForm(LooksThrough):
    """A form that asks why personal data must stay, once it has flagged some.

    Checking it tells the writing services the reason (``guard.allow``); it is not among ``cleaned_data``.
    """

    asks_why = False

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields[guard.REASON] = forms.CharField(
            label=_("Why must it stay?"),
            help_text=_("The history keeps your reason with the record. Leave empty and take out what was flagged."),
            required=False,
            max_length=400,
            widget=forms.HiddenInput,
        )
        if self.initial.get(guard.REASON) or (self.is_bound and self.data.get(guard.REASON, "").strip()):
            self.ask_why()

    def ask_why(self) -> None:
        """Show the field for the reason."""
        self.asks_why = True
        self.fields[guard.REASON].widget = forms.Textarea(attrs={"rows": 2})

    def add_error(self, field, error):
        super().add_error(field, error)
        if flags(self):
            self.ask_why()

    def clean(self):
        reason = self.cleaned_data.pop(guard.REASON, "")
        cleaned = super().clean()
        try:
            guard.allow(reason)
        except ValidationError as error:
            self.add_error(None, error)
        return cleaned


def flags(form: forms.BaseForm) -> bool:
    """Whether a form that was checked has flagged personal data."""
    return any(error.code == guard.CODE for errors in form.errors.as_data().values() for error in errors)


def add_refused(form: forms.BaseForm, error: ValidationError) -> None:
    """Put what a service refused beside the fields it is about; what is about none of them stands above the form."""
    told = error.error_dict if hasattr(error, "error_dict") else {None: error.error_list}
    for name, errors in told.items():
        form.add_error(name if name in form.fields else None, ValidationError(errors))

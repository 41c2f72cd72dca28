"""The form of a source."""

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _

from records.entry_forms import EntryForm
from records.filters import DayInput
from records.widgets import Combobox
from sources.addresses import same_address
from sources.fields import agreed_field, fetch_field, file_field
from sources.models import Source, SourceKind


class AddressInput(forms.URLInput):
    """Where something was published; says as soon as it is typed whether it is already recorded."""

    input_type = "text"  # a URL field of the browser forgets what was mistyped
    template_name = "sources/widgets/address.html"

    def get_context(self, name, value, attrs):
        context = super().get_context(name, value, attrs)
        context["widget"]["attrs"] |= {
            "inputmode": "url",
            "hx-get": reverse("desk:same-source"),
            "hx-trigger": "load, input changed delay:400ms, change",
            "hx-target": "next .same-source",
        }
        return context


class SourceEntryForm(EntryForm):
    """A source: an address, a file or a statement; who says it, when, how far it is to be trusted."""

    short = ("url", "publisher", "title", "source_kind", "words")

    upload = file_field()
    fetch = fetch_field()
    is_agreed = agreed_field()
    again = forms.BooleanField(label=_("Record it once more all the same"), required=False, widget=forms.HiddenInput)

    class Meta:
        model = Source
        fields = [
            "source_kind", "url", "words", "publisher", "title", "language", "said_on", "published_on", "retrieved_on",
            "reliability", "derived_from", "notes", "level", "compartments",
        ]  # fmt: skip
        labels = {
            "url": _("Address"),
            "publisher": _("Publisher, or who said it"),
            "source_kind": _("What kind of source is it?"),
            "words": _("What was said"),
            "reliability": _("How reliable is the source?"),
            "derived_from": _("Repeats another source"),
        }
        help_texts = {
            "url": _("Of the page or the file. Leave empty for a statement heard or a document received."),
            "words": _("For a statement that was heard: its words, as closely as they were noted."),
            "publisher": _("The medium or body, not a private person."),
            "title": _("In the source’s own words."),
            "said_on": _("The day the words were spoken."),
            "published_on": _("The day they were published."),
            "retrieved_on": _("The day you read them."),
            "derived_from": _("A source that only repeats another does not count as an independent one."),
        }
        widgets = {
            "url": AddressInput,
            "said_on": DayInput,
            "published_on": DayInput,
            "retrieved_on": DayInput,
            "derived_from": Combobox("source"),
            "notes": forms.Textarea(attrs={"rows": 3}),
            "words": forms.Textarea(attrs={"rows": 3}),
        }
        error_messages = {"publisher": {"required": _("Name who published it, or who said it")}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        derived_from = self.fields["derived_from"]
        derived_from.queryset = Source.objects.current().exclude(pk=self.instance.pk)
        derived_from.empty_label = _("Not known to repeat another")
        # What is recorded for the first time is fetched unless that is not wanted; later only when it is asked for.
        self.fields["fetch"].initial = self.instance._state.adding
        if not settings.SOURCE_FETCHING:
            del self.fields["fetch"], self.fields["is_agreed"]

    def clean(self):
        cleaned = super().clean()
        is_page = cleaned.get("source_kind") not in {SourceKind.STATEMENT, SourceKind.DOCUMENT}
        has_file = cleaned.get("upload") or "upload" in self.errors or self.has_copies()
        if is_page and not has_file and not cleaned.get("url") and not {"url", "source_kind"} & set(self.errors):
            self.add_error("url", _("Give the address or a file, or choose “Statement” or “Document” as its kind"))
        same = same_address(cleaned.get("url") or "", besides=self.instance.pk)
        if same and "url" in self.changed_data:
            self.fields["again"].widget = forms.CheckboxInput()
            if not cleaned.get("again"):
                self.add_error("url", self.already_recorded(same))
        return cleaned

    def has_copies(self) -> bool:
        """Whether the source already has a file."""
        return not self.instance._state.adding and self.instance.copies.current().exists()

    def already_recorded(self, same: list[Source]):
        """Say which sources have this address."""
        named = format_html_join(", ", '<a href="{}">{}</a>', ((one.page_url, one) for one in same))
        return format_html("{}: {}", _("This address is already recorded"), named)

"""The forms of what lasts: channels, actors, representatives, places, sources."""

from django.contrib import messages
from django.utils.translation import gettext_lazy as _
from django.views.generic import TemplateView

from access import permissions
from access.context import current_reader
from desk.entry import EntryView, FormSection
from desk.parts import Citations
from desk.standing_parts import Intermediaries, Mandates, Names
from intermediaries.forms import ActorForm, RepresentativeForm
from intermediaries.models import Actor, Representative
from negotiations.channel_forms import ChannelForm, PlaceForm
from negotiations.models import Channel, Place
from sources.addresses import same_address
from sources.archiving import archive_as_asked
from sources.forms import SourceEntryForm
from sources.models import Source

NEEDED = _("Needed to save")
SOURCES = FormSection("citations", _("Sources"), ("sources",), state=_("None yet"))
WHEN = ("date_precision", "started_on", "ended_on")
DATE = (*WHEN, "date_words")


class ChannelEntry(EntryView):
    """Enter or edit a channel with its parties and intermediaries."""

    model = Channel
    form_class = ChannelForm
    alike_by = ("conflict", "name")
    parts = (Intermediaries, Citations)
    sections = (
        FormSection("essentials", _("Essentials"), ("name", "conflict", "mode", "parties"), state=NEEDED),
        FormSection("intermediaries-section", _("Intermediaries"), ("intermediaries",), state=_("None yet")),
        FormSection("what", _("What it is for"), ("topics", "own_topics", "status", "openness", "track", "notes")),
        FormSection("when", _("Since when"), DATE),
        SOURCES,
    )


class ActorEntry(EntryView):
    """Enter or edit an actor with its names and mandates."""

    model = Actor
    form_class = ActorForm
    alike_by = ("name",)
    parts = (Names, Mandates, Citations)
    sections = (
        FormSection("essentials", _("Essentials"), ("name", "kind_of_actor", "iso_code"), state=NEEDED),
        FormSection("names-section", _("Names"), ("names",), state=_("None yet")),
        FormSection("mandates-section", _("Mandates"), ("mandates",), state=_("None yet")),
        FormSection("more", _("Notes"), ("notes",)),
        SOURCES,
    )


class RepresentativeEntry(EntryView):
    """Enter or edit an official."""

    model = Representative
    form_class = RepresentativeForm
    alike_by = ("name",)
    begun_from = ("actor",)
    parts = (Citations,)
    sections = (
        FormSection("essentials", _("Essentials"), ("name", "actor", "actor_words", "position"), state=NEEDED),
        FormSection("when", _("Time in office"), DATE),
        FormSection("more", _("Notes"), ("notes",)),
        SOURCES,
    )


class PlaceEntry(EntryView):
    """Enter or edit a place."""

    model = Place
    form_class = PlaceForm
    alike_by = ("name", "country_code")
    parts = (Citations,)
    sections = (
        FormSection("essentials", _("Essentials"), ("name", "country_code", "precision"), state=NEEDED),
        FormSection("position", _("Position"), ("latitude", "longitude", "is_withheld")),
        FormSection("more", _("Notes"), ("notes",)),
        SOURCES,
    )


class SourceEntry(EntryView):
    """Enter or edit a source."""

    model = Source
    form_class = SourceEntryForm
    sections = (
        FormSection(
            "essentials",
            _("Essentials"),
            ("source_kind", "url", "again", "fetch", "is_agreed", "upload", "words", "publisher", "title"),
            state=NEEDED,
        ),
        FormSection("dates", _("Dates and language"), ("said_on", "published_on", "retrieved_on", "language")),
        FormSection("trust", _("How far it is to be trusted"), ("reliability", "derived_from")),
        FormSection("more", _("Notes"), ("notes",)),
    )

    def write(self, form, formsets, *, draft):
        source = super().write(form, formsets, draft=draft)
        asked = {name: form.cleaned_data.get(name) for name in ("upload", "fetch", "is_agreed")}
        if told := archive_as_asked(current_reader(), source, **asked):
            messages.warning(self.request, told)
        return source


class SameSource(TemplateView):
    """A piece of a page: the sources the reader may see that are recorded with the address typed."""

    template_name = "desk/same_source.html"

    def get_context_data(self, **kwargs):
        permissions.demand(permissions.WRITE)
        # In a repeated row the field's name begins with the row's.
        typed = next((value for name, value in self.request.GET.items() if name.split("-")[-1] == "url"), "")
        return super().get_context_data(**kwargs) | {"same": same_address(typed)}


ENTRIES = {
    view.model.kind_of(): view for view in (ActorEntry, RepresentativeEntry, PlaceEntry, SourceEntry, ChannelEntry)
}

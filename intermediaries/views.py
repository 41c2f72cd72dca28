"""Pages of actors, their names, mandates and representatives. What lies in upper rooms is reached by name."""

from django.apps import apps
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from intermediaries import filters
from intermediaries.models import Actor, ActorName, Mandate, Representative
from records.display import Column, Section
from records.querysets import current
from records.views import RecordDetailView, RecordListView

# The newest rows of what an actor has much of; the section's link leads to all of them.
MOST = 12


def roles(actor: Actor) -> list[str]:
    """Return the actor's roles as intermediary, each once."""
    return sorted({str(mandate.get_role_display()) for mandate in actor.mandates.all()})


def named_in(kind: str, parameter: str):
    """Return a function that gives the address of a list of what names the actor."""
    return lambda actor: f"{reverse(kind)}?{parameter}={actor.pk}"


def category_of(claim) -> str:
    """Return of what a claim speaks."""
    return claim.category.replace("_", " ")


def direction_of(claim) -> str:
    """Return which way a claim's figure goes, in its conflict's words."""
    return claim.outcome.conflict.directions().get(claim.direction, claim.direction) if claim.outcome else ""


class ActorList(RecordListView):
    model = Actor
    filterset_class = filters.ActorPageFilter
    lede = _("Who carries messages, hosts, guarantees and escorts; choose “all actors” for parties and claimants too.")
    prefetch = (current("mandates", Mandate),)
    columns = [
        Column(_("Name"), "name", sort="name"),
        Column(_("Kind"), "kind_of_actor", sort="kind_of_actor"),
        Column(_("Roles"), roles),
        Column(_("ISO 3166 code"), "iso_code"),
    ]


class ActorDetail(RecordDetailView):
    model = Actor
    facts = ["kind_of_actor", "iso_code"]
    sections = [
        Section(
            "mandates",
            _("As intermediary"),
            [Column(_("Role"), "role"), Column(_("When"), "when"), Column(_("Notes"), "notes")],
            lambda actor: actor.mandates.current().select_related("label"),
            _("No mandate as intermediary is recorded."),
        ),
        Section(
            "channels",
            _("Channels as intermediary"),
            [
                Column(_("Channel"), "channel"),
                Column(_("Role"), "role"),
                Column(_("When"), "when"),
                Column(_("Credited by"), "credited_by"),
            ],
            lambda actor: (
                actor.intermediary_in.current()
                .filter(channel__withdrawn_at=None)
                .select_related("label", "channel", "credited_by")
                .order_by("channel__name", "position")
            ),
            _("No channel is recorded in which this actor stands between the parties."),
        ),
        Section(
            "party-channels",
            _("Channels as party"),
            [Column(_("Channel"), "channel"), Column(_("Status"), "channel.status")],
            lambda actor: (
                actor.channel_links.current()
                .filter(channel__withdrawn_at=None)
                .select_related("label", "channel")
                .order_by("channel__name")
            ),
            _("No channel is recorded to which this actor is a party."),
        ),
        Section(
            "outcomes",
            _("Outcomes"),
            [
                Column(_("Outcome"), "outcome"),
                Column(_("Date"), "outcome.when"),
                Column(_("Role"), "role"),
                Column(_("Credited by"), "credited_by"),
            ],
            lambda actor: (
                actor.outcome_roles.current()
                .filter(outcome__withdrawn_at=None)
                .select_related("label", "outcome", "credited_by")
                .order_by("-outcome__started_on", "position")[:MOST]
            ),
            _("No role in an outcome is recorded."),
            all_url=named_in("exchanges:outcome-role-list", "actor"),
        ),
        Section(
            "representatives",
            _("Representatives"),
            [Column(_("Name"), "name"), Column(_("Position"), "position"), Column(_("When"), "when")],
            lambda actor: actor.representatives.current().select_related("label")[:MOST],
            _("No representative is recorded."),
            all_url=named_in("intermediaries:representative-list", "actor"),
        ),
        Section(
            "claims",
            _("Claims made"),
            [
                Column(_("Figure"), "stated"),
                Column(_("Of what"), category_of),
                Column(_("Direction"), direction_of),
                Column(_("Outcome or promise"), lambda claim: claim.outcome or claim.commitment),
                Column(_("State"), "state"),
            ],
            lambda actor: (
                apps.get_model("exchanges", "Claim")
                .objects.current()
                .filter(claimant=actor)
                .select_related("label", "outcome__conflict", "commitment")
                .prefetch_related("outcome__conflict__parties")
                .order_by("-outcome__started_on", "-recorded_at")[:MOST]
            ),
            _("No claim by this actor is recorded."),
            all_url=named_in("exchanges:claim-list", "claimant"),
        ),
        Section(
            "names",
            _("Names"),
            [
                Column(_("Name"), "name"),
                Column(_("Kind of name"), "name_kind"),
                Column(_("Language"), "language"),
                Column(_("Script"), "script"),
            ],
            lambda actor: actor.names.current().select_related("label"),
            _("No other name is recorded."),
        ),
    ]


class ActorNameList(RecordListView):
    model = ActorName
    filterset_class = filters.ActorNameFilter
    related = ("actor",)
    columns = [
        Column(_("Name"), "name", sort="name"),
        Column(_("Actor"), "actor", sort="actor__name"),
        Column(_("Kind of name"), "name_kind", sort="name_kind"),
        Column(_("Language"), "language", sort="language"),
        Column(_("Script"), "script"),
    ]


class ActorNameDetail(RecordDetailView):
    model = ActorName
    related = ("actor",)
    facts = ["actor", "name_kind", "language", "script"]


class MandateList(RecordListView):
    model = Mandate
    filterset_class = filters.MandateFilter
    related = ("actor",)
    columns = [
        Column(_("Mandate"), str),
        Column(_("Actor"), "actor", sort="actor__name"),
        Column(_("Role"), "role", sort="role"),
        Column(_("When"), "when", sort="started_on"),
    ]


class MandateDetail(RecordDetailView):
    model = Mandate
    related = ("actor",)
    facts = ["actor", "role", Column(_("When"), "when")]
    sections = [
        Section(
            "conflicts",
            _("Conflicts"),
            [Column(_("Conflict"), "conflict"), Column(_("Date"), "conflict.when")],
            lambda mandate: mandate.conflict_links.current().select_related("label", "conflict"),
            _("No conflict is recorded for this mandate."),
        ),
    ]


class RepresentativeList(RecordListView):
    model = Representative
    filterset_class = filters.RepresentativeFilter
    related = ("actor",)
    lede = _("Officials acting in office, the only persons Parley names.")
    columns = [
        Column(_("Name"), "name", sort="name"),
        Column(_("Acts for"), "actor", sort="actor__name"),
        Column(_("Position"), "position"),
        Column(_("When"), "when", sort="started_on"),
    ]


class RepresentativeDetail(RecordDetailView):
    model = Representative
    related = ("actor",)
    facts = ["actor", "actor_words", "position", Column(_("When"), "when")]
    sections = [
        Section(
            "meetings",
            _("Meetings"),
            [
                Column(_("Meeting"), "meeting"),
                Column(_("Date"), "meeting.when"),
                Column(_("Channel"), "meeting.channel"),
                Column(_("Role"), "role"),
            ],
            lambda representative: (
                representative.participations.current()
                .filter(meeting__withdrawn_at=None)
                .select_related("label", "meeting__channel")
                .order_by("-meeting__started_on")
            ),
            _("No meeting is recorded."),
        ),
    ]

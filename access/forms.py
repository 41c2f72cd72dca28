"""Forms about people: rights, compartments, tokens, broken glass, the emergency switch."""

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access import permissions
from access.kinds import kinds_by_room
from access.levels import Level, Role
from access.models import Compartment, Membership, User
from access.services.break_glass import MINUTES, SHORTEST_REASON
from access.services.emergency import HouseState
from access.services.tokens import MOST_DAYS, USUAL_DAYS

ROLE_HINTS = {
    Role.ANALYST: gettext_lazy("reads, filters, has reports made"),
    Role.RECORDER: gettext_lazy("also enters, changes and withdraws records"),
    Role.REVIEWER: gettext_lazy("also reviews, sets estimates, and reads the access log"),
    Role.ADMINISTRATOR: gettext_lazy("manages people; reads no more than the clearance says"),
}
STATE_HINTS = {
    HouseState.OPEN: gettext_lazy("Everybody works as their role allows."),
    HouseState.READ_ONLY: gettext_lazy(
        "Records are read as before; nobody writes, has reports made or breaks the glass."
    ),
    HouseState.CLOSED: gettext_lazy(
        "Everybody but administrators is shut out at once, programs too. All sessions end except yours."
    ),
}


def with_hint(words, hint) -> str:
    return format_html('{}<span class="hint">{}</span>', words, hint)


def role_choices() -> list[tuple[str, str]]:
    """Return the roles, each with what it may."""
    return [(role.value, with_hint(role.label, ROLE_HINTS[role])) for role in Role]


def reason_field(label: str, help_text: str = "") -> forms.CharField:
    """Return the field for a reason that is kept with a change."""
    return forms.CharField(
        label=label,
        help_text=help_text or gettext_lazy("Kept in the access log with the change."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        error_messages={"required": gettext_lazy("Say why. The reason is kept with the change.")},
    )


class ListCheckboxes(forms.CheckboxSelectMultiple):
    """Checkboxes one below the other."""

    look = "list"


class ReasonForm(forms.Form):
    """Why somebody is shut out, let in or taken out of a compartment."""

    reason = reason_field(gettext_lazy("Reason"))


class ResetForm(ReasonForm):
    """Why somebody needs a new link, and whether a device is lost."""

    also_second_factors = forms.BooleanField(
        label=gettext_lazy("A device is lost: take the second factors away, too"), required=False
    )


class InviteForm(forms.Form):
    """A new account."""

    username = forms.CharField(label=gettext_lazy("User name"), max_length=150)
    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=forms.RadioSelect, initial=Role.ANALYST)
    clearance = forms.TypedChoiceField(
        label=gettext_lazy("Clearance"),
        coerce=int,
        choices=Level.choices,
        widget=forms.RadioSelect,
        initial=Level.PUBLIC,
    )
    reason = reason_field(gettext_lazy("Why do they get an account?"))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices()


class RightsForm(forms.Form):
    """Role, clearance and compartments of one person, and which rights were looked at."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), widget=forms.RadioSelect)
    clearance = forms.TypedChoiceField(
        label=gettext_lazy("Clearance"), coerce=int, choices=Level.choices, widget=forms.RadioSelect
    )
    compartments = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Compartments"), queryset=Compartment.objects.all(), required=False, widget=ListCheckboxes
    )
    reason = reason_field(gettext_lazy("Why are these rights right?"))
    version = forms.CharField(widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = role_choices()
        if not Compartment.objects.exists():
            del self.fields["compartments"]


class CompartmentForm(forms.Form):
    """Code and name of a compartment."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=32,
        help_text=gettext_lazy("Short, for scripts and tables, such as FERRY."),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=120,
        help_text=gettext_lazy("Only its members and administrators see code and name."),
    )


class MemberForm(forms.Form):
    """Somebody to take into a compartment."""

    user = forms.ModelChoiceField(label=gettext_lazy("Person"), queryset=User.objects.none())
    reason = reason_field(gettext_lazy("Why do they need to know?"))

    def __init__(self, *args, compartment: Compartment, by: User, **kwargs):
        super().__init__(*args, **kwargs)
        members = Membership.objects.filter(compartment=compartment).values("user")
        self.fields["user"].queryset = User.objects.exclude(pk__in=members).exclude(pk=by.pk)


class TokenForm(forms.Form):
    """What a new token may; see ``access.services.tokens.make_token`` for the rules."""

    ALL, CHOSEN, NOTHING = "all", "chosen", "nothing"

    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("What it is for, such as “weekly figures”.")
    )
    reading = forms.ChoiceField(label=gettext_lazy("What it may read"), widget=forms.RadioSelect, initial=ALL)
    writing = forms.ChoiceField(label=gettext_lazy("What it may write"), widget=forms.RadioSelect, initial=NOTHING)
    reads = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    writes = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    max_level = forms.TypedChoiceField(
        label=gettext_lazy("Highest level"), coerce=int, widget=forms.RadioSelect, initial=Level.PUBLIC
    )
    all_compartments = forms.ChoiceField(
        label=gettext_lazy("Compartments"),
        widget=forms.RadioSelect,
        initial=CHOSEN,
        choices=[
            (CHOSEN, gettext_lazy("Only those ticked below")),
            (ALL, gettext_lazy("All of mine, also those I join later")),
        ],
    )
    compartments = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Which of mine"), queryset=Compartment.objects.none(), required=False, widget=ListCheckboxes
    )
    days = forms.IntegerField(
        label=gettext_lazy("Days until it expires"),
        initial=USUAL_DAYS,
        min_value=1,
        max_value=MOST_DAYS,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
        help_text=gettext_lazy("At most 365. The shorter, the less a lost token is worth."),
    )
    networks = forms.CharField(
        label=gettext_lazy("Networks it may be used from"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One on each line, such as 192.0.2.0/24. Empty: from everywhere."),
    )

    def __init__(self, *args, user: User, **kwargs):
        super().__init__(*args, **kwargs)
        kinds = [pair for kinds in kinds_by_room().values() for pair in kinds.items()]
        self.fields["reads"].choices = kinds
        self.fields["writes"].choices = kinds
        self.fields["reading"].choices = [
            (self.ALL, _("Every kind of record that I may read")),
            (self.CHOSEN, _("Only the kinds ticked below")),
        ]
        self.fields["writing"].choices = [
            (self.NOTHING, _("Nothing")),
            (self.CHOSEN, _("Only the kinds ticked below; these it may read, too")),
            (self.ALL, _("Everything my role allows")),
        ]
        self.may_write = permissions.WRITE in permissions.ALLOWED[user.role]
        if not self.may_write:
            del self.fields["writing"], self.fields["writes"]
        self.fields["max_level"].choices = [choice for choice in Level.choices if choice[0] <= user.clearance]
        own = Compartment.objects.filter(memberships__user=user)
        if own.exists():
            self.fields["compartments"].queryset = own
        else:
            del self.fields["compartments"], self.fields["all_compartments"]

    def rooms(self) -> list[dict]:
        """Return the table of kinds: rooms, and in each its kinds with their checkboxes."""
        reads = iter(self["reads"])
        writes = iter(self["writes"]) if self.may_write else None
        return [
            {
                "room": room,
                "kinds": [
                    {"words": words, "read": next(reads), "write": next(writes) if writes else None}
                    for words in kinds.values()
                ],
            }
            for room, kinds in kinds_by_room().items()
        ]

    def token_fields(self) -> dict:
        """Return what ``make_token`` wants."""
        data = self.cleaned_data
        writing = {self.ALL: None, self.NOTHING: []}.get(data.get("writing", self.NOTHING), data.get("writes"))
        all_compartments = data.get("all_compartments") == self.ALL
        return {
            "name": data["name"],
            "reads": None if data["reading"] == self.ALL else data["reads"],
            "writes": writing,
            "max_level": data["max_level"],
            "compartments": None if all_compartments else [one.pk for one in data.get("compartments", [])],
            "networks": [line for line in data["networks"].splitlines() if line.strip()],
            "days": data["days"],
        }


class FoundTokenForm(forms.Form):
    """A token that somebody found."""

    token = forms.CharField(
        label=gettext_lazy("Token"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Paste the token, all of it.")},
    )


class BreakGlassForm(forms.Form):
    """Why, and for how long."""

    reason = forms.CharField(
        label=gettext_lazy("Why must you read what you otherwise may not?"),
        help_text=gettext_lazy("At least 20 characters. Everybody who keeps watch reads it at once."),
        widget=forms.Textarea(attrs={"rows": 3}),
        min_length=SHORTEST_REASON,
        max_length=2000,
    )
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("For how long"),
        coerce=int,
        initial=MINUTES[0],
        choices=[
            (MINUTES[0], gettext_lazy("15 minutes")),
            (MINUTES[1], gettext_lazy("30 minutes")),
            (MINUTES[2], gettext_lazy("60 minutes")),
        ],
        widget=forms.RadioSelect,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["minutes"].widget.look = "seg"


class EmergencyForm(forms.Form):
    """The state that Parley shall have, and why."""

    state = forms.ChoiceField(label=gettext_lazy("From now on Parley is"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Everybody sees it: say nothing that must not be known."),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=500,
        error_messages={"required": gettext_lazy("Say why. Everybody sees the reason.")},
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["state"].choices = [
            (state.value, with_hint(state.label, STATE_HINTS[state])) for state in HouseState
        ]


class MailAddressForm(forms.Form):
    """An address, or none."""

    address = forms.EmailField(
        label=gettext_lazy("Mail address"),
        max_length=254,
        required=False,
        help_text=gettext_lazy("Left empty: no mail is sent. A mail says how many things wait, and nothing of them."),
        error_messages={"invalid": gettext_lazy("Give an address such as name@example.org, or leave it empty.")},
    )

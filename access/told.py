"""What happened, told in one plain sentence. Knows no request and asks the database nothing."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from access.kinds import record_models
from access.levels import Level, Role
from access.models import Event

DOORS = {
    "": gettext_lazy("in the database"),
    "page": gettext_lazy("on a page"),
    "api": gettext_lazy("through the API"),
    "import": gettext_lazy("by import"),
    "task": gettext_lazy("by a report"),
    "command": gettext_lazy("by a command"),
}
# Every kind of event, in the words of the log's filter.
KINDS = {
    "sign_in": gettext_lazy("Sign-in"),
    "sign_in_failed": gettext_lazy("Failed sign-in"),
    "sign_out": gettext_lazy("Sign-out"),
    "read": gettext_lazy("Restricted records read"),
    "export": gettext_lazy("Export"),
    "refused": gettext_lazy("Refused"),
    "token_refused": gettext_lazy("Token refused"),
    "password_changed": gettext_lazy("Password changed"),
    "factor_added": gettext_lazy("Second factor added"),
    "factor_removed": gettext_lazy("Second factor removed"),
    "invitation_refused": gettext_lazy("Invitation refused"),
    "rights.user": gettext_lazy("Account changed"),
    "rights.membership": gettext_lazy("Compartment joined or left"),
    "rights.compartment": gettext_lazy("Compartment changed"),
    "rights.apitoken": gettext_lazy("API token made or revoked"),
    "rights.breakglass": gettext_lazy("Broken glass"),
    "rights.emergency": gettext_lazy("Emergency switch"),
    "rights.invitation": gettext_lazy("Invitation"),
}
EXPORTS = {
    "access_log": gettext_lazy("the access log"),
    "public_record": gettext_lazy("the public record’s files"),
    "report": gettext_lazy("a report"),
}
STATES = {
    "open": gettext_lazy("%(who)s opened Parley again"),
    "read_only": gettext_lazy("%(who)s made Parley read-only"),
    "closed": gettext_lazy("%(who)s closed Parley to everybody but administrators"),
}


def who_did(event: Event) -> str:
    """Return who did it: a name, or a visitor, the system, the owner of the database."""
    if event.user_id is not None:
        name = str(event.user)
        return _("A token of %(name)s") % {"name": name} if event.principal.startswith("token:") else name
    return {"anonymous": _("A visitor"), "system": _("The system"), "owner": _("A migration")}.get(
        event.principal, event.principal
    )


def sentence(event: Event, compartments: Mapping[int, str]) -> str:
    """Return what happened in one sentence, without a full stop.

    ``compartments`` are the names of those that the reader of the sentence may know; another is "a compartment".
    """
    who, whom = who_did(event), str(event.subject) if event.subject_id else ""
    # Whoever signs in is no reader yet: the event is about an account rather than by one.
    plain = {
        "sign_in": _("%(whom)s signed in"),
        "sign_out": _("%(whom)s signed out"),
        "sign_in_failed": _("A sign-in as %(whom)s failed") if event.subject_id else _("A sign-in failed"),
        "token_refused": _("A request with a token that is not in force was refused"),
        "password_changed": _("The password of %(whom)s was changed"),
        "factor_added": _("%(whom)s has a new second factor"),
        "factor_removed": _("A second factor of %(whom)s was removed"),
        "invitation_refused": _("An invitation that is not open was refused"),
    }
    if event.kind in plain:
        return plain[event.kind] % {"whom": whom or who}
    if event.kind == "read":
        return _("%(who)s read: %(kind)s") % {"who": who, "kind": kind_of_table(event.record_table)}
    if event.kind == "export":
        what = event.detail.get("what", "")
        return _("%(who)s exported %(what)s") % {"who": who, "what": EXPORTS.get(what, what or _("records"))}
    if event.kind == "refused":
        return _("%(who)s was refused: %(method)s %(route)s") % {
            "who": who,
            "method": event.detail.get("method", ""),
            "route": event.detail.get("route", ""),
        }
    if event.kind == "rights.emergency":
        return STATES[event.detail["state"]] % {"who": who}
    teller = {
        "rights.user": account_told,
        "rights.membership": membership_told,
        "rights.compartment": compartment_told,
        "rights.apitoken": token_told,
        "rights.breakglass": glass_told,
        "rights.invitation": invitation_told,
    }.get(event.kind)
    if teller is None:
        return _("%(who)s: %(kind)s") % {"who": who, "kind": event.kind}
    changes = event.detail.get("changes", {})
    return teller(who, whom, event.detail.get("operation", ""), changes, compartments, event.detail.get("id"))


def kind_of_table(table: str) -> str:
    """Return the words of the kind of record a table holds."""
    words = {model._meta.db_table: str(model._meta.verbose_name_plural) for model in record_models()}
    return words.get(table, _("records"))


def value_told(column: str, value: Any) -> str:
    """Return a stored value of an account as people know it."""
    if column == "clearance" and value in Level.values:
        return str(Level(value).label)
    if column == "role" and value in Role.values:
        return str(Role(value).label)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return "–" if value is None else str(value)


COLUMNS = {
    "role": gettext_lazy("role"),
    "clearance": gettext_lazy("clearance"),
    "username": gettext_lazy("user name"),
    "is_active": gettext_lazy("active"),
}


def account_told(who, whom, operation, changes, compartments, pk) -> str:
    if operation == "insert":
        return _("%(who)s made the account %(whom)s") % {"who": who, "whom": whom}
    if set(changes) == {"is_active"}:
        told = _("%(who)s reactivated %(whom)s") if changes["is_active"][1] else _("%(who)s deactivated %(whom)s")
        return told % {"who": who, "whom": whom}
    if set(changes) == {"password"}:
        return _("The password of %(whom)s was changed") % {"whom": whom}
    told = [
        _("%(field)s %(before)s → %(after)s")
        % {
            "field": COLUMNS.get(column, column),
            "before": value_told(column, values[0]),
            "after": value_told(column, values[1]),
        }
        for column, values in sorted(changes.items(), reverse=True)
        if values
    ]
    return _("%(who)s changed %(whom)s: %(changes)s") % {"who": who, "whom": whom, "changes": ", ".join(told)}


def membership_told(who, whom, operation, changes, compartments, pk) -> str:
    number = next((value for value in reversed(changes.get("compartment_id", [])) if value is not None), None)
    name = compartments.get(number, _("a compartment"))
    told = (
        _("%(who)s took %(whom)s into %(name)s")
        if operation == "insert"
        else _("%(who)s took %(whom)s out of %(name)s")
    )
    return told % {"who": who, "whom": whom, "name": name}


def compartment_told(who, whom, operation, changes, compartments, pk) -> str:
    name = compartments.get(pk, _("a compartment"))
    told = _("%(who)s made the compartment %(name)s") if operation == "insert" else _("%(who)s renamed %(name)s")
    return told % {"who": who, "name": name}


def token_told(who, whom, operation, changes, compartments, pk) -> str:
    if operation == "insert":
        name = next(reversed(changes.get("name", [""])), "")
        return _("%(who)s made the API token “%(name)s” of %(whom)s") % {"who": who, "name": name, "whom": whom}
    return _("%(who)s revoked an API token of %(whom)s") % {"who": who, "whom": whom}


def glass_told(who, whom, operation, changes, compartments, pk) -> str:
    if operation == "insert":
        return _("%(who)s broke the glass") % {"who": who}
    return _("%(who)s ended the broken glass of %(whom)s") % {"who": who, "whom": whom}


def invitation_told(who, whom, operation, changes, compartments, pk) -> str:
    if operation == "insert":
        return _("%(who)s made an invitation for %(whom)s") % {"who": who, "whom": whom}
    told = (
        _("The invitation of %(whom)s was used")
        if changes.get("accepted_at")
        else _("%(who)s revoked the invitation of %(whom)s")
    )
    return told % {"who": who, "whom": whom}

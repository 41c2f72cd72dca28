"""What the shell of every page shows: the navigation with its counts, the theme."""

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from access import permissions
from access.context import has_reader
from reports.selectors.counts import navigation_counts

THEMES = ("light", "dark", "system")


def shell(request: HttpRequest) -> dict:
    """Return theme and navigation; counts are of what the reader may see."""
    theme = request.COOKIES.get("theme", "system")
    context = {"theme": theme if theme in THEMES else "system"}
    if not has_reader() or not hasattr(request, "reader"):
        return context
    counts = navigation_counts()
    groups = [
        ("", [("reports:overview", _("Overview"), "home", None)]),
        (
            _("Records"),
            [
                ("negotiations:channel-list", _("Channels"), "channel", counts["channel"]),
                ("negotiations:meeting-list", _("Meetings"), "meet", counts["meeting"]),
                ("negotiations:agreement-list", _("Agreements"), "check", counts["agreement"]),
                ("negotiations:commitment-list", _("Commitments"), "promise", counts["commitment"]),
                ("exchanges:ledger", _("Commitments ledger"), "promise", None),
                ("exchanges:outcome-list", _("Outcomes"), "outcome", counts["outcome"]),
                ("intermediaries:actor-list", _("Intermediaries"), "med", counts["intermediary"]),
                ("sources:source-list", _("Sources"), "source", counts["source"]),
                ("records:public-summary-list", _("Public summaries"), "eye", counts["public summary"]),
            ],
        ),
    ]
    groups.append(
        (
            _("Analysis"),
            [
                ("reports:parity", _("Parity"), "outcome", None),
                ("reports:lag", _("Lag"), "time", None),
                ("reports:silence", _("Alarms"), "alert", None),
                ("reports:credit", _("Credit"), "med", None),
                ("reports:gaps", _("Running totals"), "check", None),
            ],
        )
    )
    if permissions.may(permissions.WRITE):
        groups.append((_("Confidentiality"), [("records:embargo-list", _("Embargoes"), "lock", None)]))
    if permissions.may(permissions.WRITE):
        kept_in_order = [
            ("records:withdrawn-list", _("Withdrawn records"), "x", None),
            ("records:merge-list", _("Merges"), "check", None),
            ("negotiations:locked-period-list", _("Locked periods"), "lock", None),
        ]
        groups.append((_("Record keeping"), kept_in_order))
    if permissions.may(permissions.REPORT):
        groups.append((_("Outputs"), [("reports:report-run-list", _("Reports"), "report", None)]))
    administration = [
        (permissions.MANAGE, "access:user-list", _("Users"), "person"),
        (permissions.MANAGE, "access:compartment-list", _("Compartments"), "lock"),
        (permissions.AUDIT, "access:access-log", _("Access log"), "eye"),
        (permissions.AUDIT, "access:broken-glass-list", _("Broken glass"), "key"),
        (permissions.MANAGE, "access:emergency", _("Emergency switch"), "alert"),
    ]
    entries = [(*entry, None) for action, *entry in administration if permissions.may(action)]
    if entries and request.user.is_authenticated:
        groups.append((_("Administration"), entries))
    context["navigation"] = [
        {"label": label, "items": [item(request, *entry) for entry in entries]} for label, entries in groups
    ]
    return context


def item(request: HttpRequest, name: str, label: str, icon: str, count: int | None) -> dict:
    """Return one entry of the navigation; the one whose section is open is current."""
    url = reverse(name)
    current = request.path == url if url == "/" else request.path.startswith(url)
    return {"label": label, "url": url, "icon": icon, "current": current, "count": count}

"""The result of a report as plain values: what is stored, shown, downloaded and digested."""

from django.utils import timezone
from django.utils.translation import gettext as _

from access.levels import Level
from reports.models import ReportRun
from reports.selectors.period_summary import Gathered, sections_of
from reports.selectors.summary_sections import reference


def result_of(run: ReportRun, gathered: Gathered) -> dict:
    """Return the whole report: every figure with the records and claims behind it."""
    level = Level(gathered.level)
    return {
        "template": run.template,
        "title": str(run),
        "reference": run.reference,
        "conflict": reference(gathered.conflict),
        "period": {"from": run.period_from.isoformat(), "to": run.period_to.isoformat()},
        "made_at": timezone.now().isoformat(timespec="seconds"),
        "made_for": run.owner.username,
        "confidentiality": {
            "level": int(level),
            "name": str(level.label),
            "tlp": level.tlp,
            "named_groups_only": bool(gathered.compartments),
        },
        "note": _("Made from the records the asker could read. Ranges are ranges of claims; nothing is endorsed."),
        "sections": sections_of(gathered),
    }

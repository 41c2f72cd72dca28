"""One's own work: drafts, and records that were returned."""

from functools import cache

from django.apps import apps
from django.urls import NoReverseMatch, reverse

from access.context import Reader
from desk import keeping
from desk.services import UNSUBMITTED
from records.models import Record


def form_address(form: str, record_id=None) -> str:
    """Return where a form is filled in. Raises NoReverseMatch for a form that does not exist."""
    return reverse(f"desk:{form}-add") if record_id is None else reverse(f"desk:{form}-edit", args=[record_id])


@cache
def entered_kinds() -> list[type[Record]]:
    """Return the kinds of record that are entered by a form of the desk."""
    found = []
    for model in apps.get_models():
        if issubclass(model, Record):
            try:
                reverse(f"desk:{model.kind_of()}-add")
            except NoReverseMatch:
                continue
            found.append(model)
    return found


def own_drafts(model: type[Record], actor: Reader):
    """Return the reader's own records of a kind that still wait for them."""
    return model.objects.current().filter(author_id=actor.user_id, review_state__in=UNSUBMITTED)


def drafts_of(actor: Reader) -> list[Record]:
    """Return the reader's own drafts and returned records of every kind, those changed last first."""
    found = [
        record
        for model in entered_kinds()
        for record in own_drafts(model, actor).select_related("label").order_by("-updated_at")[:50]
    ]
    return sorted(found, key=lambda record: record.updated_at, reverse=True)


def number_of_drafts(actor: Reader) -> int:
    """Return how many forms and records wait on the page of drafts."""
    waiting = [own_drafts(model, actor).order_by().values("pk") for model in entered_kinds()]
    return keeping.unfinished(actor).order_by().values("pk").union(*waiting, all=True).count()

"""Every kind of record has its pages and its API resource, or is a part of another record, with a reason."""

import pytest
from django.apps import apps
from django.urls import NoReverseMatch, reverse

from records.models import Record

RECORDS = [model for model in apps.get_models() if issubclass(model, Record)]
SOME_ID = "00000000-0000-4000-8000-000000000000"

# Records whose marking is not changed by hand.
FOLLOWING = {
    "embargo": "has the marking that it says its record will get",
    "merge": "is as secret as the more secret of its two records",
    "locked-period": "is as secret as its conflict",
}
# Parts of another record, shown on its page; the API has a resource for each.
PARTS = {
    "conflict-mandate": "shown on the conflict and on the mandate",
    "channel-party": "shown on the channel",
    "channel-intermediary": "shown on the channel and on the intermediary",
    "participant": "shown on the meeting",
    "follow-up": "shown on the meeting",
    "agreement-party": "shown on the agreement",
    "outcome-channel": "shown on the outcome and on the channel",
    "outcome-meeting": "shown on the outcome and on the meeting",
    "outcome-agreement": "shown on the outcome and on the agreement",
    "estimate-claim": "shown on the estimate",
    "summary-of": "shown on the record and on the summary",
    "query": "shown on the record's page and where it is reviewed",
    "field-check": "shown where its record is reviewed",
    "assignment": "shown where its record is reviewed, and under My work",
}


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.kind_of())
def test_every_kind_has_an_api_resource(model):
    assert reverse(f"api:{model.kind_of()}-list").startswith("/api/v1/")
    assert reverse(f"api:{model.kind_of()}-detail", args=[SOME_ID])
    assert reverse(f"api:{model.kind_of()}-withdraw", args=[SOME_ID])
    if model.is_restorable:
        assert reverse(f"api:{model.kind_of()}-restore", args=[SOME_ID])
    if model.kind_of() in FOLLOWING:
        with pytest.raises(NoReverseMatch):
            reverse(f"api:{model.kind_of()}-marking", args=[SOME_ID])
    else:
        assert reverse(f"api:{model.kind_of()}-marking", args=[SOME_ID])


@pytest.mark.parametrize("model", RECORDS, ids=lambda model: model.kind_of())
def test_every_kind_has_pages_or_is_a_part(model):
    base = f"{model._meta.app_label}:{model.kind_of()}"
    if model.is_restorable:
        assert SOME_ID in reverse(f"{base}-restore", args=[SOME_ID])
    if model.kind_of() in PARTS:
        with pytest.raises(NoReverseMatch):
            reverse(f"{base}-detail", args=[SOME_ID])
        return
    assert reverse(f"{base}-list")
    own = () if model.kind_of() in FOLLOWING else ("marking",)
    own += ("merge",) if model.is_mergeable else ()
    assert model.is_marked == (model.kind_of() not in FOLLOWING)
    for page in ("detail", "history", "withdraw", *own):
        assert SOME_ID in reverse(f"{base}-{page}", args=[SOME_ID])

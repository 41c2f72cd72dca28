"""Every page in a real browser: axe finds nothing, the strict policy is never broken, nothing overflows."""

from pathlib import Path

import axe_playwright_python
import pytest
from django.urls import reverse
from django.views import View

from access.models import User
from records.models import Record
from tests.sweeps.walk import addresses

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LOOKS = [(1280, "light"), (390, "dark")]
# These in both looks; of the others, which are made of the same pieces, one wide and light, the next narrow and dark.
IN_BOTH_LOOKS = (
    "reports:", "negotiations:meeting-", "negotiations:channel-detail", "exchanges:outcome-", "exchanges:estimate-",
    "exchanges:ledger", "desk:meeting-", "desk:outcome-", "desk:my-work", "desk:to-review", "intake:",
)  # fmt: skip
# Answers that are not pages.
NOT_PAGES = {
    "theme",
    "session",
    "api:schema",
    "reports:report-run-progress",
    "reports:report-run-retry",
    "intake:import-run-progress",
    "intake:import-run-bad-rows",
    "intake:import-run-report",
    "records:embargo-agree",
    "access:access-log-file",
    "records:attachment-file",
    "sources:archived-copy-file",
    # Of one record, which the address names: tests/browser/test_files.py goes there.
    "records:attachment-add",
    # Shown only in the middle of something: tests/browser/test_accounts.py goes there.
    "invitation",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_download_recovery_codes",
    # Names an import, a kind and a source, and is missing without: tests/desk/test_bulk_verify.py.
    "desk:review-import",
}
# Pieces of a form, and what it asks while somebody types: tests/browser/test_choices.py looks at them in their form.
PIECES = ("desk:choices-", "desk:create-", "desk:same-source", "desk:alike-", "desk:present")
# One page for every kind that is reviewed: opened for these. A record that waits: tests/browser/test_review.py.
REVIEWED = ("desk:outcome-review", "desk:participant-review")
# One template for every kind, and open for what was withdrawn only: looked at once.
RESTORED = "negotiations:mute-restore"
# Half a second after it was opened; the browser says that it may not, for no other page opened this one.
CLOSES_ITS_WINDOW = "session-back"
FOR_VISITORS = {"account_login", "account_help"}
FOR_ADMINISTRATORS = (
    "access:user-",
    "access:compartment-",
    "access:member-",
    "access:emergency",
    "access:token-revoke",
)


def pages() -> list[str]:
    return [
        address.name
        for address in addresses()
        if address.name not in NOT_PAGES
        and (address.name in REVIEWED or not address.name.endswith("-review"))
        and not address.name.startswith(("api:", *PIECES))
        and "result" not in address.name
        and (not address.name.endswith("-restore") or address.name == RESTORED)
        and getattr(address.pattern.callback, "view_class", View).http_method_names != ["post"]
    ]


def path_of(house, name: str) -> str | None:
    """Return the address of a page, with the identifier of a record of the public record where it needs one."""
    address = next(address for address in addresses() if address.name == name)
    if address.model is None:
        return reverse(name)
    if address.model is User:
        return reverse(name, args=[house.ids["recorder"]])
    order = ""
    if issubclass(address.model, Record):
        order = f"ORDER BY withdrawn_at {'DESC NULLS LAST' if name == RESTORED else 'NULLS FIRST'}"
    found = house.as_owner(f'SELECT id FROM "{address.model._meta.db_table}" {order} LIMIT 1')
    return reverse(name, args=[found[0][0]]) if found else None


def reader_of(name: str) -> str | None:
    """Return who opens a page: somebody to whom it is there."""
    if name in FOR_VISITORS:
        return None
    return "administrator" if name.startswith(FOR_ADMINISTRATORS) else "reviewer"


def violations(page) -> list[str]:
    """Run axe on the page and return what it finds, in words. What passed is not told: that takes most of its time."""
    page.evaluate(AXE)
    found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']})", WCAG)
    return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]


@pytest.fixture(scope="module")
def complete(house):
    """Give the kinds of which the public record has none one record each, and ask for a report."""
    script = house.script("reviewer")
    outcome = script.get("/api/v1/outcomes/?external_id=ex-2024-12-30").json()["results"][0]
    claim = outcome["claims"][0]
    estimate = script.post_json(
        "/api/v1/estimates/",
        {
            "outcome": outcome["id"],
            "direction": "to_ukraine",
            "category": "total",
            "low": 150,
            "high": 189,
            "reason": "Both sides differ.",
            "claims": [{"claim": claim["id"], "use": "recommended"}],
        },
    )
    assert estimate.status == 201, estimate.text
    commitment = script.get("/api/v1/commitments/").json()["results"][0]
    delivery = script.post_json(
        "/api/v1/deliveries/", {"outcome": outcome["id"], "commitment": commitment["id"], "share": 1}
    )
    assert delivery.status == 201, delivery.text
    embargo = script.post_json(
        "/api/v1/embargoes/",
        {
            "record_kind": "outcome",
            "record_id": outcome["id"],
            "to_level": 1,
            "at": "2099-01-01T12:00:00Z",
            "reason": "Talks resume.",
        },
    )
    assert embargo.status == 201, embargo.text
    summary = script.post_json("/api/v1/public-summaries/", {"title": "Talks", "text": "The two sides talked."})
    assert summary.status == 201, summary.text
    tie = script.post_json(
        "/api/v1/summary-links/",
        {"summary": summary.json()["id"], "record_kind": "outcome", "record_id": outcome["id"]},
    )
    assert tie.status == 201, tie.text
    query = {"record_kind": "outcome", "record_id": outcome["id"], "text": "Is there a second source?"}
    asked = house.script("recorder").post_json("/api/v1/queries/", query)
    assert asked.status == 201, asked.text
    proposed = {"kind": "exchange", "started_on": "2024-12-30", "claims": [{"claimant": "Ukraine", "number": "150"}]}
    candidate = script.post_json("/api/v1/candidates/", {"proposes": "outcome", "data": proposed, "note": "Heard."})
    assert candidate.status == 201, candidate.text
    rows = b"meeting_id,channel_id,started_on,summary\nm-1,ch-uae,2 March,Said.\nm-2,ch-uae,2026-03-02,Said.\n"
    given = {"conflict": outcome["conflict"]["id"], "level": 1}
    imported = house.signed_in("reviewer").post_file("/imports/", "rows.csv", rows, given)
    assert imported.status == 302, imported.text
    channel = script.get("/api/v1/channels/").json()["results"][0]
    mute = script.post_json("/api/v1/mutes/", {"channel": channel["id"], "reason": "The talks are over."})
    assert mute.status == 201, mute.text
    paper = {"record_kind": "outcome", "record_id": outcome["id"], "content": "Tm90ZXMu", "file_name": "notes.txt"}
    attachment = script.post_json("/api/v1/attachments/", paper)
    assert attachment.status == 201, attachment.text
    source = script.get("/api/v1/sources/").json()["results"][0]
    page = {"source": source["id"], "content": "PGh0bWw+PHA+QWxsIGZvciBhbGwuPC9wPg==", "file_name": "page.html"}
    copy = script.post_json("/api/v1/archived-copies/", page)
    assert copy.status == 201, copy.text
    gone = script.post_json("/api/v1/mutes/", {"channel": channel["id"], "reason": "Muted by mistake."}).json()
    withdrawn = script.post_json(f"/api/v1/mutes/{gone['id']}/withdraw/", {"reason": "A mistake.", "version": 1})
    assert withdrawn.status == 200, withdrawn.text
    conflict = outcome["conflict"]["id"]
    lock = script.post_json(
        "/api/v1/locked-periods/", {"conflict": conflict, "until": "1991-01-01", "reason": "Long ago."}
    )
    assert lock.status == 201, lock.text
    recorder = house.script("recorder")
    places = [recorder.post_json("/api/v1/places/", {"name": name}).json() for name in ("A town", "That town")]
    merge = script.post_json(
        "/api/v1/merges/",
        {
            "record_kind": "place",
            "record_id": places[0]["id"],
            "record_version": 1,
            "into_id": places[1]["id"],
            "into_version": 1,
            "reason": "One town.",
        },
    )
    assert merge.status == 201, merge.text
    run = script.post_json(
        "/api/v1/report-runs/",
        {"conflict": outcome["conflict"]["id"], "period_from": "2024-12-01", "period_to": "2024-12-31"},
    )
    assert run.status == 201, run.text
    house.wait_for(
        lambda: script.get(f"/api/v1/report-runs/{run.json()['id']}/").json()["state"] == "done",
        "the report",
    )


@pytest.fixture(scope="module")
def window(open_window):
    """Return one window for each person and look, which goes from page to page and keeps styles and scripts."""
    kept = {}

    def of(name: str | None, width: int, scheme: str):
        key = name, width, scheme
        if key not in kept:
            kept[key] = open_window(*key)
        kept[key].said.clear()
        return kept[key]

    yield of
    for page in kept.values():
        page.context.close()


@pytest.mark.parametrize("name", pages())
def test_a_page_is_accessible_and_keeps_the_policy(house, complete, window, name):
    path = path_of(house, name)
    assert path, f"there is no record to open {name} with"
    looks = LOOKS if name.startswith(IN_BOTH_LOOKS) else [LOOKS[pages().index(name) % 2]]
    for width, scheme in looks:
        page = window(reader_of(name), width, scheme)
        response = page.goto(path)
        assert response.status == 200, (name, response.status)
        # The policy forbids axe's own script, so what the page said is read before axe is put in.
        assert page.said == [], (name, width)
        assert violations(page) == [], (name, width, scheme)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), (
            name,
            width,
        )

        if name == CLOSES_ITS_WINDOW:
            page.wait_for_timeout(1000)  # what it says then is not the next page's


@pytest.mark.parametrize(
    "name", ["reports:overview", "exchanges:outcome-list", "exchanges:outcome-detail", "desk:meeting-add"]
)
def test_nothing_overflows_at_320_pixels_and_without_script(house, page_as, name):
    page = page_as("recorder", 320, "light", script=False)
    assert page.goto(path_of(house, name)).status == 200
    assert page.locator("main h1").is_visible()
    narrow = page_as("recorder", 320)
    narrow.goto(path_of(house, name))
    assert narrow.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

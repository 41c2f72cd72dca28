"""An outcome about which two sides differ, entered as staff do it: by keyboard, then four fields on its own page."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.filling import LOOKS, choose, fill_day, find, fits
from tests.browser.test_every_page import violations


def begin(page, day: str) -> None:
    page.get_by_label("What kind of outcome is it?").select_option(label="Exchange of prisoners")
    fill_day(page, day, "5", "2026")


def verify_all(house, outcome: str) -> None:
    """Say of an outcome and its claims that a second person verified them."""
    for table, column in (("exchanges_outcome", "id"), ("exchanges_claim", "outcome_id")):
        house.as_owner(f"UPDATE {table} SET review_state = 'verified' WHERE {column} = %s", outcome)


def test_two_rival_claims_are_entered_and_shown_as_a_range(house, page_as):
    page = page_as("recorder")
    page.goto("/outcomes/add/")
    begin(page, "4")
    # Claims: Alt C goes to the next one, wherever one is.
    first = page.get_by_role("group", name="Claim 1", exact=True)
    choose(first, "Who says it", "Україна", "Ukraine")
    first.get_by_label("Direction").select_option(label="To Ukraine")
    first.get_by_role("textbox", name="Number", exact=True).fill("205")
    page.keyboard.press("Alt+c")
    second = page.get_by_role("group", name="Claim 2", exact=True)
    expect(second.get_by_role("combobox", name="Who says it", exact=True)).to_be_focused()
    choose(second, "Who says it", "Russia", "Russia")
    second.get_by_label("Direction").select_option(label="To Ukraine")
    second.get_by_role("textbox", name="Number", exact=True).fill("-195")
    source = page.get_by_role("group", name="Source 1", exact=True)
    source.get_by_label("Publisher").fill("A news agency")
    source.get_by_role("textbox", name="Address").fill("https://example.org/2026/exchange")
    find(page, "Meetings", "Istambul 2 June 2025", "Istanbul talks 2025, 2 June 2025")
    expect(page.get_by_role("button", name="Remove Istanbul talks 2025, 2 June 2025")).to_be_visible()
    page.keyboard.press("Control+Enter")
    summary = page.get_by_role("alert").filter(has_text="There is a problem")
    expect(summary).to_be_focused()
    assert violations(page) == []
    summary.get_by_role("link", name="A number cannot be negative").click()
    second = page.get_by_role("group", name="Claim 2", exact=True)
    expect(second.get_by_role("textbox", name="Number", exact=True)).to_be_focused()
    second.get_by_role("textbox", name="Number", exact=True).fill("195")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("4 May 2026")
    outcome = re.search("/outcomes/([^/]+)/", page.url)[1]
    # Nothing counts yet; once somebody else has looked at it both stand as a range, and never as a sum.
    expect(page.locator(".duo")).to_contain_text("No figure for this direction is recorded.")
    assert "195" in page.locator("table.claims").inner_text()
    verify_all(house, outcome)
    page.reload()
    expect(page.locator(".duo")).to_contain_text("195–205")
    assert "400" not in page.locator("main").inner_text()

    # A third word on it, in four fields, where the claims stand.
    page.get_by_role("link", name="Add a claim").first.click()
    form = page.locator("#new-claim form")
    expect(form.get_by_role("combobox", name="Who says it", exact=True)).to_be_focused()
    choose(form, "Who says it", "Emirates", "United Arab Emirates")
    form.get_by_label("Which figure").select_option(label="To Ukraine")
    form.get_by_label("Meant as").select_option(label="about")
    form.get_by_role("textbox", name="Number", exact=True).fill("200")
    choose(form, "Source", "A news agency", "A news agency")
    assert violations(page) == []
    form.get_by_role("button", name="Add the claim").click()
    told = page.get_by_text("no figure counts it until another person has verified it")
    expect(told).to_be_visible()
    expect(page.locator("table.claims")).to_contain_text("about 200")
    assert page.said == []


def test_an_outcome_and_its_claim_are_entered_without_script(house, page_as):
    page = page_as("recorder", script=False)
    page.goto("/outcomes/add/")
    begin(page, "5")
    claim = page.get_by_role("group", name="Claim 1", exact=True)
    claim.get_by_label("Who says it").select_option(label="Ukraine")
    claim.get_by_role("textbox", name="Number", exact=True).fill("205")
    source = page.get_by_role("group", name="Source 1", exact=True)
    source.get_by_label("Publisher").fill("A news agency")
    source.get_by_role("textbox", name="Address").fill("https://example.org/2026/without-script")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("5 May 2026")
    page.get_by_role("link", name="Add a claim").first.click()
    page.locator("#new-claim").get_by_role("link", name="Add a claim").click()
    page.get_by_label("Who says it").select_option(label="Russia")
    page.get_by_label("Which figure").select_option(label="To Ukraine")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="There is a problem")).to_be_visible()
    page.get_by_label("Source", exact=True).select_option(label="A news agency")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("table.claims")).to_contain_text("not disclosed")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_recorded_promises_and_claims_are_accessible_and_fit(house, page_as, width, scheme):
    script = house.script("recorder")
    outcome = script.get("/api/v1/outcomes/?external_id=ex-2024-12-30").json()["results"][0]["id"]
    agreement = script.get("/api/v1/agreements/?external_id=ag-2025-06-02").json()["results"][0]["id"]
    page = page_as("reviewer", width, scheme)
    for path in (f"/outcomes/{outcome}/edit/", f"/agreements/{agreement}/edit/"):
        assert page.goto(path).status == 200
        assert page.said == []
        page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
        assert violations(page) == [], path
        assert fits(page), path

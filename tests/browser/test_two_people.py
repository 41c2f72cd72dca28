"""Two people on one record, and two records of one meeting, as the browser shows them."""

import re

from playwright.sync_api import expect

from tests.browser.test_accounts import check
from tests.browser.test_journeys import fill_meeting


def add_meeting(page, day: str) -> str:
    """Record a meeting of a day of June 2026 and return the address of its form."""
    fill_meeting(page, day=day, month="6")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{day} June 2026")
    return page.url.partition("?")[0].rstrip("/") + "/edit/"


def test_who_saves_second_chooses_between_both_versions(page_as):
    mine = page_as("recorder")
    address = add_meeting(mine, "6")
    mine.goto(address)
    theirs = page_as("reviewer")
    theirs.goto(address)
    expect(theirs.locator("#present")).to_contain_text("recorder")
    theirs.get_by_label("What was said").fill("Lists of 500 and of 480 names.")
    theirs.get_by_role("button", name="Save", exact=True).click()
    expect(theirs.get_by_text("Lists of 500 and of 480 names.").first).to_be_visible()

    mine.get_by_label("What was said").fill("Lists of 500 names; 20 were struck out.")
    mine.keyboard.press("Control+Enter")
    alert = mine.get_by_role("alert").filter(has_text=re.compile("reviewer saved this record"))
    expect(alert).to_be_focused()
    check(mine)
    for words in ("Lists of 500 and of 480 names.", "Lists of 500 names; 20 were struck out."):
        expect(alert.get_by_text(words)).to_be_visible()
    alert.get_by_role("radio", name=re.compile("^What was said, yours")).check()
    mine.get_by_role("button", name="Save with these choices").click()
    expect(mine).to_have_url(re.compile(r"/meetings/[^/]+/(\?.*)?$"))
    expect(mine.get_by_text("Lists of 500 names; 20 were struck out.").first).to_be_visible()
    mine.get_by_role("link", name="All changes").click()
    expect(mine.get_by_text("Lists of 500 and of 480 names.").first).to_be_visible()
    assert [words for words in mine.said if "409" not in words] == []


def test_a_meeting_recorded_already_is_told_of_while_the_second_is_typed(page_as):
    first = page_as("recorder")
    add_meeting(first, "8")
    page = page_as("reviewer")
    fill_meeting(page, day="8", month="6")
    told = page.locator("#alike")
    expect(told.get_by_role("heading", name="This may already exist")).to_be_visible()
    expect(told.get_by_role("link", name=re.compile("8 June 2026"))).to_be_visible()
    check(page)
    page.get_by_role("button", name="Submit for review").click()
    # It was shown while they typed: sending the form is the answer.
    expect(page.get_by_role("heading", level=1)).to_contain_text("8 June 2026")


def test_a_second_meeting_entered_without_script_is_asked_about(page_as):
    first = page_as("recorder")
    add_meeting(first, "9")
    page = page_as("reviewer", script=False)
    fill_meeting(page, day="9", month="6")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("heading", name="This may already exist")).to_be_visible()
    expect(page.get_by_label("What was said")).to_have_value("Both delegations confirmed lists of 500 names.")
    page.get_by_role("button", name="Save all the same").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("9 June 2026")

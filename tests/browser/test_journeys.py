"""What people come for, done as they do it."""

import re

from playwright.sync_api import expect

from tests.browser.filling import choose, fill_day, unfold


def test_a_stranger_reads_the_public_record(page_as):
    page = page_as(None)
    page.goto("/")
    for words in ("88 exchanges", "58 transfers of remains", "29 returns of children", "37 meetings"):
        expect(page.get_by_role("link", name=words).first).to_be_visible()
    page.get_by_role("link", name="88 exchanges").first.click()
    expect(page.locator("[data-count]")).to_have_text("88 records")
    # Of this exchange no other test of this house says anything.
    page.goto("/search/?q=ex-2024-01-31")
    page.get_by_role("main").get_by_role("link", name="31 January 2024").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("31 January 2024")
    expect(page.locator(".duo").get_by_text("claims differ between 195 and 207")).to_be_visible()
    # 195 + 207: rival claims are never added. A reference may hold the digits.
    assert not re.search(r"\b402\b", page.locator("main").inner_text())
    assert page.said == []


def test_filters_apply_on_change_and_stand_in_the_address(page_as):
    page = page_as("analyst")
    page.goto("/meetings/")
    page.get_by_label("Format").select_option("video")
    expect(page).to_have_url(re.compile(r"format=video"))
    expect(page.locator("[data-count]")).to_have_text("1 record")
    page.reload()
    expect(page.get_by_label("Format")).to_have_value("video")
    page.get_by_role("link", name="Clear filters").click()
    expect(page.locator("[data-count]")).not_to_have_text("1 record")
    assert page.said == []


def test_filters_work_without_script(page_as):
    page = page_as("analyst", script=False)
    page.goto("/meetings/")
    page.get_by_label("Format").select_option("video")
    page.get_by_role("button", name="Apply").click()
    expect(page).to_have_url(re.compile(r"format=video"))
    expect(page.locator("[data-count]")).to_have_text("1 record")


def fill_meeting(page, day: str = "17", month: str = "2", year: str = "2026") -> None:
    page.goto("/meetings/add/")
    choose(page, "Channel", "Istanbul", "Istanbul talks 2025")
    fill_day(page, day, month, year)
    page.get_by_role("checkbox", name="Prisoners", exact=True).check()
    page.get_by_label("What was said").fill("Both delegations confirmed lists of 500 names.")


def test_a_meeting_is_entered_with_its_errors_mended(page_as):
    page = page_as("recorder")
    fill_meeting(page, month="17")
    page.get_by_role("button", name="Submit for review").click()
    summary = page.get_by_role("alert").filter(has_text="There is a problem")
    expect(summary).to_be_focused()
    assert page.title().startswith("Error:")
    summary.get_by_role("link", name="Month must be a number from 1 to 12").click()
    expect(page.get_by_label("What was said")).to_have_value("Both delegations confirmed lists of 500 names.")
    page.get_by_role("group", name=re.compile("^Date")).first.get_by_role("textbox", name="Month").fill("2")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("17 February 2026")
    expect(page.get_by_text("The meeting is recorded and waits for review.")).to_be_visible()
    page.get_by_role("link", name="Edit", exact=True).click()
    unfold(page, "What came of it")
    page.get_by_label("Assessment").fill("Both sides were brief.")
    page.get_by_role("button", name="Save", exact=False).last.click()
    expect(page.get_by_text("Both sides were brief.", exact=True)).to_be_visible()
    page.get_by_role("link", name="All changes").click()
    expect(page.get_by_text("Both sides were brief.").first).to_be_visible()
    assert page.said == []


def test_a_meeting_is_entered_without_script(page_as):
    page = page_as("recorder", script=False)
    fill_meeting(page, day="18")
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("18 February 2026")
    expect(page.get_by_text("Only you and reviewers see it.")).to_be_visible()


def test_the_theme_is_kept_without_script(page_as):
    page = page_as("analyst", script=False)
    page.goto("/channels/")
    page.locator("details.theme summary").click()
    page.get_by_role("button", name="Dark").first.click()
    expect(page).to_have_url(re.compile("/channels/"))
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_report_is_asked_for_and_read(page_as):
    page = page_as("analyst")
    page.goto("/reports/")
    page.get_by_label("From").fill("2025-05-01")
    page.get_by_label("To", exact=True).fill("2025-06-30")
    page.get_by_role("button", name=re.compile("Make|report", re.IGNORECASE)).last.click()
    expect(page.get_by_text("390").first).to_be_visible(timeout=60_000)
    assert page.said == []


def test_the_api_reference_opens_under_the_policy(page_as):
    page = page_as(None)
    page.goto("/api/v1/docs/")
    expect(page.get_by_text("/api/v1/outcomes/").first).to_be_visible(timeout=30_000)
    assert page.said == []


def test_signing_out_ends_the_session(chromium, house):
    context = chromium.new_context(base_url=house.base_url)
    page = context.new_page()
    page.goto("/sign-in/")
    page.get_by_label("User name").fill("outsider")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.get_by_label("User name")).to_have_value("outsider")
    page.get_by_label("Password").fill("correct horse battery staple")
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/reports/")
    assert "/sign-in/" in page.url
    context.close()

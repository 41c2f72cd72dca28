"""Two records of one meeting become one and two again, as a reviewer does it."""

import itertools
import re

import pytest
from playwright.sync_api import expect

from tests.browser.filling import fits
from tests.browser.test_every_page import violations

DAYS = itertools.count(6)


@pytest.fixture
def meetings(house) -> list[dict]:
    """Two records of one day, another one for each test, entered by a recorder: the second says more."""
    day = next(DAYS)
    script = house.script("recorder")
    channel = script.get("/api/v1/channels/").json()["results"][0]["id"]
    telling = {"title": f"Call of {day} January", "summary": "They exchanged lists of 500 names."}
    given = {"channel": channel, "started_on": f"2026-01-{day:02}", "date_precision": "day", "format": "call"}
    made = [
        script.post_json("/api/v1/meetings/", given | {"title": "Call about lists", "summary": "They spoke."}),
        script.post_json("/api/v1/meetings/", given | telling),
    ]
    assert [one.status for one in made] == [201, 201], [one.text for one in made]
    part = {"meeting": made[1].json()["id"], "words": "Two interpreters"}
    assert script.post_json("/api/v1/participants/", part).status == 201
    return [one.json() for one in made]


def test_two_meetings_are_merged_and_the_merge_is_undone(house, meetings, page_as):
    kept, other = meetings
    page = page_as("reviewer")
    page.goto(f"/meetings/{kept['id']}/")
    page.get_by_role("link", name="Merge a duplicate").click()
    page.get_by_role("listitem").filter(has_text=other["title"]).get_by_role("link", name="Look at both").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Merge a duplicate into Call about lists")
    expect(page.get_by_text("Two interpreters")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("radio", name="What was said, of the other:").check()
    page.get_by_role("button", name="Merge them").click()
    alert = page.get_by_role("alert").filter(has_text="There is a problem")
    expect(alert).to_be_focused()
    # What was chosen is still chosen.
    expect(page.get_by_role("radio", name="What was said, of the other:")).to_be_checked()
    page.get_by_label("Why are they the same?").fill("One call, entered from two sources.")
    page.get_by_role("button", name="Merge them").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Call about lists")
    expect(page.get_by_text("was merged into this record")).to_be_visible()
    expect(page.get_by_text("They exchanged lists of 500 names.").first).to_be_visible()
    expect(page.get_by_text("Two interpreters").first).to_be_visible()

    page.goto(f"/meetings/{other['id']}/")
    expect(page).to_have_url(re.compile(f"/meetings/{kept['id']}/"))
    page.goto(f"/search/?q={other['reference']}")
    page.get_by_role("main").get_by_role("link", name="Call about lists").click()
    expect(page).to_have_url(re.compile(f"/meetings/{kept['id']}/"))
    page.get_by_role("link", name=re.compile("^Merge [0-9A-Z]{5}-")).click()
    page.get_by_role("link", name="Undo this merge").click()
    expect(page.get_by_text("Two interpreters")).to_be_visible()
    page.get_by_label("Why is the merge undone?").fill("They were two calls.")
    page.get_by_role("button", name="Undo this merge").click()
    expect(page.get_by_role("heading", name="This merge was undone")).to_be_visible()
    page.goto(f"/meetings/{other['id']}/")
    expect(page.get_by_role("heading", level=1)).to_have_text(other["title"])
    expect(page.get_by_text("Two interpreters").first).to_be_visible()
    assert [one for one in page.said if "axe" not in one.lower() and "eval" not in one.lower()] == []


@pytest.mark.parametrize(("width", "scheme", "script"), [(390, "dark", True), (320, "light", False)])
def test_both_records_fit_a_phone_and_need_no_script(meetings, page_as, width, scheme, script):
    page = page_as("reviewer", width, scheme, script)
    page.goto(f"/meetings/{meetings[0]['id']}/merge/?other={meetings[1]['reference']}")
    expect(page.get_by_role("radio", name="What was said, of the other:")).to_be_visible()
    if script:
        assert violations(page) == []
        assert fits(page)

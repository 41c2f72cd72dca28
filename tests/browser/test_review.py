"""A record is returned, mended, submitted again and verified, by two people, with the keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_every_page import LOOKS, violations

STILL_OPEN = '[data-item][data-state="open"]'


@pytest.fixture
def meeting(house) -> dict:
    """A meeting the recorder has entered, with a participant and a source that is quoted."""
    script = house.script("recorder")
    channel = script.get("/api/v1/channels/?q=Istanbul").json()["results"][0]
    body = {"channel": channel["id"], "started_on": "2026-02-11", "summary": "Lists of 500 names were confirmed."}
    made = script.post_json("/api/v1/meetings/", body | {"title": "Lists compared", "level": 1})
    assert made.status == 201, made.text
    part = script.post_json("/api/v1/participants/", {"meeting": made.json()["id"], "words": "Two delegations"})
    assert part.status == 201, part.text
    source = script.get("/api/v1/sources/?page_size=1").json()["results"][0]
    cited = {"source": source["id"], "record_kind": "meeting", "record_id": made.json()["id"]}
    assert script.post_json("/api/v1/citations/", cited | {"quote": "lists of 500 names"}).status == 201
    return made.json()


def press_until(page, key: str, done, most: int = 40) -> None:
    """Press a key, each time on the page that comes after, until there is nothing left."""
    for _time in range(most):
        if done():
            return
        with page.expect_navigation():
            page.keyboard.press(key)
        page.wait_for_load_state()
    raise AssertionError(f"{key} was pressed {most} times in vain")


def enter(page, role: str, name) -> None:
    """Go to a control and press Enter there."""
    control = page.get_by_role(role, name=name).first
    control.focus()
    expect(control).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_return_and_resubmit_by_keyboard_then_verify(house, page_as, meeting):
    path = f"/review/meeting/{meeting['id']}/"
    reviewer = page_as("reviewer")
    reviewer.goto(path)
    expect(reviewer.get_by_role("heading", level=1)).to_contain_text("Lists compared")
    expect(reviewer.locator("mark")).to_have_text("lists of 500 names")
    current = reviewer.locator("[data-item].cur")
    first = current.locator(".k").inner_text()
    reviewer.keyboard.press("j")
    expect(current.locator(".k")).not_to_have_text(first)
    reviewer.keyboard.press("k")
    expect(current.locator(".k")).to_have_text(first)
    with reviewer.expect_navigation():
        reviewer.keyboard.press("m")
    expect(reviewer.locator('[data-item][data-state="matches"]')).to_have_count(1)
    # The next one that is open is the current one now; its question opens where it is written.
    asked = current.locator(".k").inner_text()
    reviewer.keyboard.press("q")
    question = reviewer.locator("textarea:focus")
    expect(question).to_be_visible()
    reviewer.keyboard.type("Is it so in both statements? jkmq")
    reviewer.keyboard.press("Tab")
    with reviewer.expect_navigation():
        reviewer.keyboard.press("Enter")
    expect(reviewer.locator(".query")).to_contain_text("Is it so in both statements? jkmq")
    expect(reviewer.get_by_role("button", name="Verify record")).to_be_disabled()
    reviewer.get_by_role("link", name="Return with a note").focus()
    reviewer.keyboard.press("Enter")
    reviewer.get_by_label("What is to be mended?").focus()
    reviewer.keyboard.type("Say how many delegations there were.")
    reviewer.keyboard.press("Tab")
    with reviewer.expect_navigation():
        reviewer.keyboard.press("Enter")
    expect(reviewer.get_by_text("Returned with your note: Lists compared.")).to_be_visible()

    recorder = page_as("recorder")
    recorder.goto("/my-work/")
    expect(recorder.get_by_text("Say how many delegations there were.")).to_be_visible()
    enter(recorder, "link", re.compile("^Answer"))
    recorder.get_by_label("Your answer").focus()
    recorder.keyboard.type("In both, word for word.")
    recorder.keyboard.press("Tab")
    with recorder.expect_navigation():
        recorder.keyboard.press("Enter")
    expect(recorder).to_have_url(re.compile("/my-work/"))
    enter(recorder, "link", re.compile("^Mend it ?: Lists compared"))
    expect(recorder.get_by_text("Say how many delegations there were.")).to_be_visible()
    recorder.get_by_label("What was said").focus()
    recorder.keyboard.press("Control+End")
    recorder.keyboard.type(" There were two delegations.")
    with recorder.expect_navigation():
        recorder.keyboard.press("Control+Enter")
    expect(recorder.get_by_text("Waits for a second person")).to_be_visible()
    assert recorder.said == []

    reviewer.goto(path)
    expect(reviewer.locator(".query")).to_contain_text("In both, word for word.")
    expect(reviewer.locator("main")).to_contain_text("There were two delegations.")
    press_until(reviewer, "m", lambda: reviewer.locator(STILL_OPEN).count() == 0)
    expect(reviewer.get_by_text("Everything matches or has an answered query.")).to_be_visible()
    enter(reviewer, "button", "Verify record")
    expect(reviewer.get_by_text("Verified: Lists compared.")).to_be_visible()
    assert reviewer.said == []
    assert asked
    told = house.script("analyst").get(f"/api/v1/meetings/{meeting['id']}/").json()
    assert told["review_state"] == "verified"


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_page_of_a_record_that_waits_is_accessible(page_as, meeting, width, scheme):
    page = page_as("reviewer", width, scheme)
    page.goto(f"/review/meeting/{meeting['id']}/")
    page.get_by_role("link", name=re.compile("^Query ?: ")).first.click()
    expect(page.locator("textarea:focus")).to_be_visible()
    assert page.said == []
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert violations(page) == []


def test_single_keys_can_be_turned_off_and_everything_works_without_script(page_as, meeting):
    page = page_as("reviewer", script=False)
    page.goto(f"/review/meeting/{meeting['id']}/")
    page.get_by_role("button", name=re.compile("^Matches")).first.click()
    expect(page.locator('[data-item][data-state="matches"]')).to_have_count(1)
    page.get_by_role("link", name=re.compile("^Query ?: ")).nth(1).click()
    page.locator(".ask:target textarea").fill("Without a script?")
    page.locator(".ask:target").get_by_role("button", name="Ask").click()
    expect(page.locator(".query")).to_contain_text("Without a script?")

    page = page_as("reviewer")
    page.goto("/desk/shortcuts/")
    page.get_by_role("button", name="Turn shortcuts off").click()
    page.goto(f"/review/meeting/{meeting['id']}/")
    before = page.locator('[data-item][data-state="matches"]').count()
    page.keyboard.press("m")
    page.keyboard.press("q")
    expect(page.locator("kbd", has_text="M")).to_have_count(0)
    expect(page.locator('[data-item][data-state="matches"]')).to_have_count(before)
    expect(page.locator("textarea:focus")).to_have_count(0)

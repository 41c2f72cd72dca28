"""Whatever breaks while somebody types, what they typed comes back. The end of a session: test_accounts.py."""

import time

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PATIENCE
from tests.browser.test_accounts import check
from tests.browser.test_journeys import fill_meeting

TYPED = "Both delegations confirmed lists of 500 names. They meet again in May."
CUT_OFF = "Not kept: no connection. Your text is on this page; we try again."
NOT_SENT = "Not sent: no connection. What you typed is on this page."


@pytest.fixture
def form(page_as):
    """Return what begins a meeting of a day of April 2026 in a window of its own and waits until it is kept."""

    def begin(day: str):
        page = page_as("recorder")
        fill_meeting(page, day=day, month="4")
        expect(kept(page)).to_contain_text("Draft kept")
        return page

    return begin


def kept(page):
    return page.locator("[data-kept-status]")


def wait_until_kept(page) -> None:
    """Wait for the server to have all that stands in the form, two seconds after the last key."""
    expect(page.locator("form[data-keep][data-changed]")).to_have_count(0)


def said(page):
    return page.get_by_label("What was said")


def submit(page, day: str) -> None:
    """Send the form, and see that the meeting is there with what was typed."""
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{day} April 2026")
    expect(page.get_by_text(TYPED).first).to_be_visible()


def begin_again(page_as, day: str):
    """Open the empty form in another window: it is not empty."""
    page = page_as("recorder")
    page.goto("/meetings/add/")
    # What a closing window sends by itself may come after this one has asked.
    limit = time.monotonic() + PATIENCE / 1000
    while said(page).input_value() != TYPED and time.monotonic() < limit:
        page.goto("/meetings/add/")
    expect(page.get_by_role("heading", name="We kept what you typed")).to_be_visible()
    expect(said(page)).to_have_value(TYPED)
    expect(page.get_by_role("textbox", name="Day").first).to_have_value(day)
    return page


def test_a_lost_network(form, page_as):
    page = form("7")
    page.context.set_offline(True)
    said(page).fill(TYPED)
    expect(kept(page)).to_contain_text(CUT_OFF)
    # Sent all the same, the form stays, where a browser would put its own error in its place.
    page.get_by_role("button", name="Submit for review").click()
    alert = page.get_by_role("alert").filter(has_text=NOT_SENT)
    expect(alert).to_be_in_viewport()
    check(page)
    expect(said(page)).to_have_value(TYPED)
    page.context.set_offline(False)
    expect(kept(page)).to_contain_text("Draft kept")
    begin_again(page_as, "7")
    submit(page, "7")


def test_a_closed_tab(form, page_as):
    page = form("8")
    said(page).fill(TYPED)
    # At once: nobody has left the field, and no two seconds have passed. The browser asks, as it does; they mean it.
    page.once("dialog", lambda asked: asked.accept())
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    submit(begin_again(page_as, "8"), "8")


def test_a_page_left_while_the_last_of_it_is_on_its_way(form, page_as):
    """A bad line: what was sent hangs, and goes with the page. It is sent anew, by what outlives the page."""
    page = form("12")
    wait_until_kept(page)
    hanging = []
    page.route("**/desk/kept/**", lambda route: hanging.append(route) if not hanging else route.continue_())
    with page.expect_request("**/desk/kept/**"):
        said(page).fill(TYPED)
        said(page).blur()
    page.once("dialog", lambda asked: asked.accept())
    page.goto("/")
    submit(begin_again(page_as, "12"), "12")


def test_a_browser_that_dies(form, page_as):
    page = form("9")
    said(page).fill(TYPED)
    wait_until_kept(page)
    page.context.close()
    submit(begin_again(page_as, "9"), "9")


def test_a_killed_server(house, form, page_as):
    page = form("10")
    house.kill("web")
    try:
        said(page).fill(TYPED)
        expect(kept(page)).to_contain_text(CUT_OFF)
        page.get_by_role("button", name="Submit for review").click()
        expect(page.get_by_role("alert").filter(has_text=NOT_SENT)).to_be_visible()
    finally:
        house.start_web()
    # It tries again by itself.
    expect(kept(page)).to_contain_text("Draft kept")
    begin_again(page_as, "10")
    submit(page, "10")


def test_a_server_killed_for_good_and_another_window(house, form, page_as):
    """What had been kept before the server died is in its database, whoever serves it next."""
    page = form("11")
    said(page).fill(TYPED)
    wait_until_kept(page)
    house.kill("web")
    page.context.close()
    house.start_web()
    submit(begin_again(page_as, "11"), "11")

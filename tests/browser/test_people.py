"""Journeys of people and rights, done as they are done; every page on the way is accessible and keeps the policy."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_every_page import violations


@pytest.fixture
def sound(page_as):
    """Return a function that checks the page: nothing on the console, nothing for axe, nothing wider than the page."""

    def check(page):
        page.wait_for_load_state()  # a click may have led to another page
        assert page.said == [], page.url
        width = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert page.evaluate(width), page.url
        assert violations(page) == [], page.url
        page.said.clear()  # the policy forbids axe's own script

    return check


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_token_is_made_copied_used_and_revoked(page_as, house, sound, width, scheme):
    page = page_as("recorder", width, scheme)
    page.goto("/account/tokens/add/")
    sound(page)
    name = f"figures {width}"
    page.get_by_role("textbox", name="Name").fill(name)
    page.get_by_label("Only the kinds ticked below", exact=True).check()
    page.get_by_label("Read Sources").check()
    page.get_by_label("Networks it may be used from").fill("the office")
    page.get_by_role("button", name="Make token").click()
    expect(page.get_by_role("alert").filter(has_text="the office is no network")).to_be_visible()
    expect(page.get_by_label("Read Sources")).to_be_checked()
    sound(page)
    page.get_by_label("Networks it may be used from").fill("127.0.0.0/8")
    page.get_by_role("button", name="Make token").click()
    secret = page.get_by_role("region", name="Your token").inner_text().strip()
    assert secret.startswith("parley_")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy token").click()
    expect(page.locator("#announce")).to_have_text("Token copied")
    assert page.evaluate("navigator.clipboard.readText()") == secret
    sound(page)
    script = house.visitor()
    script.headers["Authorization"] = f"Token {secret}"
    assert script.get("/api/v1/sources/").status == 200
    assert script.get("/api/v1/meetings/").status == 403
    page.get_by_role("link", name="I have copied it").click()
    sound(page)
    page.get_by_role("link", name=re.compile(f"Revoke.*{name}")).click()
    sound(page)
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("no longer works")).to_be_visible()
    assert script.get("/api/v1/sources/").status == 401


def test_a_found_token_is_revoked_without_signing_in(page_as, sound):
    page = page_as(None, script=False)
    page.goto("/revoke-token/")
    page.get_by_label("Token").fill("parley_nothing_of_the_kind")
    page.get_by_role("button", name="Revoke this token").click()
    expect(page.get_by_text("If this token was in force, it is no longer.")).to_be_visible()


def test_rights_and_compartments_are_changed_by_an_administrator(page_as, sound):
    page = page_as("administrator", 390)
    page.goto("/administration/compartments/")
    sound(page)
    page.get_by_role("link", name="New compartment").click()
    page.get_by_label("Code").fill("FERRY")
    page.get_by_label("Name").fill("The ferry")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Person").select_option(label="outsider")
    page.get_by_label("Why do they need to know?").fill("Carries the letters")
    page.get_by_role("button", name="Take in").click()
    expect(page.get_by_text("outsider is a member now.")).to_be_visible()
    sound(page)
    page.get_by_role("link", name="outsider", exact=True).click()
    sound(page)
    page.get_by_role("link", name="Change rights").click()
    page.get_by_label("Internal").check()
    page.get_by_role("button", name="Change rights").click()
    expect(page.get_by_role("alert").filter(has_text="Say why")).to_be_focused()
    expect(page.get_by_label("Internal")).to_be_checked()
    sound(page)
    page.get_by_label("Why are these rights right?").fill("Reads the letters")
    page.get_by_role("button", name="Change rights").click()
    expect(page.get_by_text("Clearance: Public → Internal")).to_be_visible()
    expect(page.get_by_text("Reason: Reads the letters")).to_be_visible()
    page.goto("/administration/users/?q=outsider")
    sound(page)
    page.locator("summary", has_text="Filters").click()
    page.get_by_label("Role").select_option(label="Reviewer")
    expect(page).to_have_url(re.compile(r"role=reviewer"))


def test_the_switch_is_turned_and_nothing_typed_is_lost(page_as, house, sound):
    writer, administrator = page_as("recorder"), page_as("administrator")
    writer.goto("/meetings/add/")
    writer.get_by_label("What was said").fill("Both sides named a crossing.")
    try:
        administrator.goto("/administration/emergency/")
        sound(administrator)
        administrator.get_by_label(re.compile("^Read-only")).check()
        administrator.get_by_label("Reason").fill("A laptop was stolen")
        administrator.get_by_role("button", name="Turn the switch now").click()
        expect(administrator.get_by_text("Parley is now: Read-only.")).to_be_visible()
        sound(administrator)
        writer.get_by_role("button", name="Save draft").click()
        expect(writer.get_by_role("heading", level=1)).to_have_text("Nothing was saved")
        expect(writer.get_by_text("Both sides named a crossing.")).to_be_visible()
        writer.said.clear()  # the browser itself reports the status 503
        sound(writer)
    finally:
        house.run("manage.py", "emergency", "open", "--reason", "It was found")
    writer.get_by_role("button", name="Send again").click()
    expect(writer.get_by_role("alert")).to_contain_text("There is a problem")  # it lacks a channel, as before
    expect(writer.get_by_label("What was said")).to_have_value("Both sides named a crossing.")


def test_whoever_keeps_watch_reads_the_log_and_sees_broken_glass(page_as, house, sound):
    glass = (
        "INSERT INTO access_breakglass (id, user_id, reason, started_at, until) VALUES (gen_random_uuid(),"
        " (SELECT id FROM access_user WHERE username = 'analyst'), 'Somebody waits at the crossing', now(),"
        " now() + interval '20 minutes')"
    )
    house.as_owner(glass)
    try:
        analyst = page_as("analyst", 390)
        analyst.goto("/")
        expect(analyst.get_by_text("20 minutes left.")).to_be_visible()
        sound(analyst)
        page = page_as("reviewer", 390, "dark")
        page.goto("/administration/access-log/")
        expect(page.get_by_text("analyst has broken the glass")).to_be_visible()
        sound(page)
        page.get_by_role("button", name=re.compile("Seen.*analyst")).click()
        expect(page.get_by_text("analyst has broken the glass")).to_have_count(0)
        page.goto("/broken-glass/")
        sound(page)
        page.get_by_role("button", name=re.compile("End now.*analyst")).click()
        expect(page.get_by_text("The glass is whole again.")).to_be_visible()
        analyst.reload()
        expect(analyst.get_by_text("minutes left")).to_have_count(0)
    finally:
        house.as_owner("UPDATE access_breakglass SET ended_at = now() WHERE ended_at IS NULL AND until > now()")

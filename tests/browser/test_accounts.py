"""Accounts as people meet them: invitations, second factors, passkeys, and forms that outlive a session."""

import itertools
import re

import pytest
from playwright.sync_api import expect

from access.sessions import digest
from tests.access.accounts import code_at
from tests.browser.conftest import PATIENCE
from tests.browser.filling import unfold
from tests.browser.test_every_page import LOOKS, violations
from tests.browser.test_journeys import fill_meeting
from tests.people import PASSWORD

WORDS = "Both delegations confirmed lists of 500 names."
FORBIDDEN = "Failed to load resource: the server responded with a status of 403 (Forbidden)"
NUMBERS = itertools.count(1)


@pytest.fixture
def newcomer(house, chromium):
    """Invite somebody from the command line and open their link; return the page with its ``name``."""
    contexts = []

    def invite(role: str = "recorder", clearance: str = "restricted", **options):
        # A passkey belongs to a name, not to a number: localhost, not 127.0.0.1.
        address = house.base_url.replace("127.0.0.1", "localhost")
        name = f"{role}{next(NUMBERS)}"
        printed = house.run(
            *("manage.py", "invite", name, "--role", role, "--clearance", clearance, "--address", address)
        )
        context = chromium.new_context(base_url=address, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(printed.splitlines()[0])
        page.name = name
        return page

    yield invite
    for context in contexts:
        context.close()


def choose_password(page) -> None:
    page.get_by_label("New password", exact=True).fill(PASSWORD)
    page.get_by_label("New password again", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Set password and sign in").click()
    page.wait_for_url(re.compile(r":\d+/$"))


def sign_in(page, name: str) -> None:
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def sign_out(page) -> None:
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in/")


def end_session(house, page) -> None:
    """End the page's session on the server; its cookie stays, as after an idle hour."""
    key = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "sessionid")
    house.as_owner("DELETE FROM access_session WHERE session_key = %s", digest(key))


def check(page) -> None:
    """Nothing inaccessible and nothing sideways, in either look."""
    page.wait_for_load_state()  # a click may have led to another page
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert violations(page) == [], (page.url, width)
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), page.url
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("script", [True, False])
def test_from_the_invitation_to_the_second_factor(newcomer, script):
    page = newcomer(java_script_enabled=script)
    expect(page).to_have_url(re.compile(r"/invitations/$"))
    if script:
        assert page.said == []
        check(page)
    choose_password(page)
    page.goto("/account/")
    page.get_by_role("link", name="Set up an app").click()
    key = page.locator("code.key").inner_text()
    expect(page.get_by_role("img", name="QR code")).to_be_visible()
    if script:
        assert page.said == []
        check(page)
    page.get_by_label("Code", exact=True).fill(code_at(key=key))
    page.get_by_role("button", name="Set up").click()
    expect(page.get_by_role("heading", name="Your recovery codes")).to_be_visible()
    codes = page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as text").click()
    assert codes[0] in download.value.path().read_text()
    if script:
        check(page)
    page.get_by_role("button", name="I have kept them").click()
    sign_out(page)
    sign_in(page, page.name)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    if script:
        check(page)
    page.get_by_label("Code", exact=True).fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(re.compile(r":\d+/$"))
    page.goto("/account/")
    expect(page.get_by_text("9 unused codes left.")).to_be_visible()


def key_in_this_device(page):
    """A passkey holder inside the browser, as a laptop has one (WebAuthn's own test tool)."""
    tool = page.context.new_cdp_session(page)
    tool.send("WebAuthn.enable")
    made = tool.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    return tool, made["authenticatorId"]


def add_passkey(page, name: str, alone: bool) -> None:
    page.goto("/account/")
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill(name)
    if alone:
        page.get_by_label("Sign in with it alone").check()
    page.get_by_role("button", name="Add a passkey").click()
    page.wait_for_url("**/account/recovery-codes/")


def test_a_passkey_alone_signs_in(newcomer):
    page = newcomer()
    choose_password(page)
    key_in_this_device(page)
    page.goto("/account/passkeys/add/")
    assert page.said == []
    check(page)
    add_passkey(page, "Work laptop", alone=True)
    page.goto("/account/")
    expect(page.get_by_text("Passkey “Work laptop”")).to_be_visible()
    check(page)
    sign_out(page)
    page.get_by_role("button", name="Use a passkey or security key").click()
    page.wait_for_url(re.compile(r":\d+/$"))
    expect(page.get_by_text(page.name, exact=True)).to_be_visible()
    page.goto("/account/")
    page.get_by_role("link", name=re.compile("Work laptop")).click()
    if "confirm" in page.url:
        check(page)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    expect(page.get_by_text("Work laptop")).to_have_count(0)


def test_a_security_key_is_the_second_step(newcomer):
    page = newcomer()
    choose_password(page)
    tool, authenticator = key_in_this_device(page)
    add_passkey(page, "USB key", alone=False)
    sign_out(page)
    sign_in(page, page.name)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    page.get_by_role("button", name="Use a passkey or security key").click()
    page.wait_for_url(re.compile(r":\d+/$"))
    sign_out(page)
    sign_in(page, page.name)
    tool.send("WebAuthn.removeVirtualAuthenticator", {"authenticatorId": authenticator})
    tool.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasUserVerification": True,
                "isUserVerified": True,
            }
        },
    )
    page.get_by_role("button", name="Use a passkey or security key").click()
    expect(page.get_by_text("No passkey was used")).to_be_visible()


@pytest.fixture
def recorder(house, page_as):
    """A recorder signed in anew, so that ending this session disturbs no other test."""

    def open_page(**options):
        page = page_as(None, **options)
        page.goto("/sign-in/")
        sign_in(page, "recorder")
        page.wait_for_url(f"{house.base_url}/")
        return page

    return open_page


def test_a_meeting_outlives_its_session_without_script(house, recorder):
    page = recorder(script=False)
    fill_meeting(page, day="3", month="3")
    unfold(page, "What came of it")
    page.get_by_label("Assessment").fill("Calm.\nNo walk-out.")
    end_session(house, page)
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("heading", name="You were signed out")).to_be_visible()
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="1. Sign in (opens a new tab)").click()
    tab = opened.value
    sign_in(tab, "recorder")
    expect(tab.get_by_role("heading", name="You are signed in again")).to_be_visible()
    tab.close()
    page.get_by_role("button", name="2. Continue").click()
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("3 March 2026")
    expect(page.get_by_text(WORDS).first).to_be_visible()
    expect(page.get_by_text("No walk-out.").first).to_be_visible()


def test_the_page_that_holds_a_form_is_accessible(house, recorder):
    page = recorder()
    fill_meeting(page)
    end_session(house, page)
    # As a browser without script sends it: no listener is asked.
    page.evaluate("document.querySelector('form[data-guard]').submit()")
    expect(page.get_by_role("heading", name="You were signed out")).to_be_visible()
    check(page)


def test_a_meeting_outlives_its_session_with_script(house, recorder):
    page = recorder()
    fill_meeting(page, day="4", month="3")
    kept = page.locator("[data-kept-status]")
    expect(kept).to_contain_text("Draft kept")
    end_session(house, page)
    # Keeping what is typed is what finds out first; it is tried again until somebody is signed in.
    page.get_by_label("What was said").fill(WORDS + " They spoke.")
    dialog = page.get_by_role("dialog", name="You were signed out")
    expect(dialog).to_be_visible()
    expect(kept).to_contain_text("Not kept: you were signed out.")
    check(page)
    # Whoever goes on all the same is told again when they send the form.
    dialog.get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Submit for review").click()
    expect(dialog).to_be_visible()
    assert set(page.said) == {FORBIDDEN}
    with page.expect_popup() as opened:
        dialog.get_by_role("link", name="Sign in").click()
    window = opened.value
    sign_in(window, "recorder")
    expect(dialog).not_to_be_visible()
    expect(kept).to_contain_text("Draft kept")
    page.said.clear()
    expect(page.get_by_label("What was said")).to_have_value(WORDS + " They spoke.")
    expect(page.get_by_role("button", name="Submit for review")).to_be_focused()
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("4 March 2026")
    assert page.said == []


def test_an_impatient_click_sends_a_form_once(house, recorder):
    page = recorder()
    fill_meeting(page, day="5", month="3")
    page.get_by_role("button", name="Submit for review").dblclick()
    expect(page.get_by_role("heading", level=1)).to_contain_text("5 March 2026")
    assert house.as_owner("SELECT count(*) FROM negotiations_meeting WHERE started_on = '2026-03-05'") == [(1,)]


def test_the_secret_of_an_invitation_is_in_no_log(house):
    visitor = house.visitor()
    assert visitor.get("/invitations/not-to-be-read-in-logs/").status == 302
    assert visitor.get("/invitations/").status == 404
    logged = "".join(path.read_text() for path in house.log.glob("*.log"))
    assert '"GET /invitations/ HTTP/1.1" 302' in logged
    assert "not-to-be-read-in-logs" not in logged


def test_without_redis_signing_in_says_so_and_reading_goes_on(house):
    visitor = house.visitor()
    visitor.get("/sign-in/")
    house.redis.stop()
    try:
        answer = visitor.post("/sign-in/", {"login": "recorder", "password": PASSWORD})
        assert (answer.status, "not possible just now" in answer.text) == (503, True)
        assert visitor.get("/meetings/").status == 200
    finally:
        house.redis.start()
    house.wait_for(lambda: visitor.get("/readyz").status == 200, "Redis to be back", seconds=60)
    assert visitor.post("/sign-in/", {"login": "recorder", "password": PASSWORD}).status == 302

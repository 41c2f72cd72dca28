"""A real Chromium on the whole running house."""

import os

import pytest
from playwright.sync_api import expect, sync_playwright

from tests.people import PASSWORD

# A page answers at once; a machine on which three houses run need not.
PATIENCE = 20_000  # milliseconds
expect.set_options(timeout=PATIENCE)
FLAGS = [
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


# Playwright keeps an event loop in this thread. It ends with this package, not with the whole run: Django would take
# the tests that follow for an asynchronous program.
@pytest.fixture(scope="package")
def chromium():
    """The browser the launcher found; as root it runs without its own sandbox."""
    with sync_playwright() as playwright:
        flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
        browser = playwright.chromium.launch(executable_path=os.environ["PARLEY_CHROMIUM"], args=flags)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def session_of(chromium, house):
    """Return the cookies of somebody of the cast, signed in once through the form."""
    kept = {}

    def cookies(name: str) -> dict:
        if name not in kept:
            context = chromium.new_context()
            context.set_default_timeout(PATIENCE)
            page = context.new_page()
            page.goto(f"{house.base_url}/sign-in/")
            page.get_by_label("User name").fill(name)
            page.get_by_label("Password").fill(PASSWORD)
            page.get_by_role("button", name="Continue").click()
            page.wait_for_url(f"{house.base_url}/")
            kept[name] = context.storage_state()
            context.close()
        return kept[name]

    return cookies


@pytest.fixture(scope="package")
def open_window(chromium, house, session_of):
    """Return what opens a window of somebody of the cast; whatever the console says is kept in ``page.said``."""

    def open_page(name: str | None = "recorder", width: int = 1280, scheme: str = "light", script: bool = True):
        context = chromium.new_context(
            base_url=house.base_url,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
            java_script_enabled=script,
            storage_state=session_of(name) if name else None,
        )
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.said = []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        return page

    return open_page


@pytest.fixture
def page_as(open_window):
    """Return a page of somebody of the cast in a window of its own, closed after the test."""
    opened = []

    def open_page(*args, **kwargs):
        opened.append(open_window(*args, **kwargs))
        return opened[-1]

    yield open_page
    for page in opened:
        page.context.close()

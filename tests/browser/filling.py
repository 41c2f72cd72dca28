"""How the tests fill in forms: comboboxes with script, plain selects without."""

import re

from playwright.sync_api import expect

LOOKS = [(1280, "light"), (390, "dark")]


def find(page, label: str, typed: str, name: str):
    """Choose in a combobox what is found for what was typed; return the combobox."""
    box = page.get_by_role("combobox", name=re.compile(f"^{label}")).first
    box.fill(typed)
    box.locator("xpath=../..").get_by_role("option", name=re.compile(f"^{re.escape(name)}")).first.click()
    return box


def choose(page, label: str, typed: str, name: str) -> None:
    """Choose what is found for what was typed, in a combobox or in the select that stands there without script."""
    box = page.get_by_role("combobox", name=re.compile(f"^{label}")).first
    if box.evaluate("box => box.matches('select')"):
        box.select_option(label=name)
    else:
        expect(find(page, label, typed, name)).to_have_value(re.compile(f"^{re.escape(name)}"))


def fill_day(page, day: str, month: str, year: str) -> None:
    """Fill in the first date of a form."""
    date = page.get_by_role("group", name=re.compile("^Date")).first
    for part, value in (("Day", day), ("Month", month), ("Year", year)):
        date.get_by_role("textbox", name=part).fill(value)


def unfold(page, title: str) -> None:
    """Open a section of a form that is folded while nothing stands in it."""
    section = page.locator("details.blk", has=page.get_by_role("heading", name=title, exact=True))
    if section.get_attribute("open") is None:
        section.locator("summary").first.click()
    expect(section).to_have_attribute("open", "")


def fits(page) -> bool:
    """Whether nothing makes the page scroll sideways."""
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")

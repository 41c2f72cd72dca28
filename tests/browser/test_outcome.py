"""The outcome's page and the forms of claims and estimates in a real browser, on the exchange of 30 December 2024."""

import pytest

from tests.browser.filling import LOOKS, fits
from tests.browser.test_every_page import violations


@pytest.fixture(scope="module")
def outcome(house) -> dict:
    script = house.script("reviewer")
    return script.get("/api/v1/outcomes/?external_id=ex-2024-12-30").json()["results"][0]


@pytest.fixture(scope="module")
def addresses(house, outcome) -> dict[str, str]:
    """The page and each form, by the reader that opens it."""
    script = house.script("reviewer")
    given = {
        "outcome": outcome["id"], "direction": "to_russia", "category": "military", "low": 150, "best": 150,
        "high": 150, "reason": "One side speaks of it.", "claims": [{"claim": outcome["claims"][0]["id"]}],
    }  # fmt: skip
    estimate = script.post_json("/api/v1/estimates/", given)
    assert estimate.status == 201, estimate.text
    claim = outcome["claims"][0]["id"]
    return {
        "outcome": f"/outcomes/{outcome['id']}/",
        "claim": f"/claims/{claim}/",
        "add": f"/outcomes/{outcome['id']}/claims/add/",
        "anew": f"/claims/{claim}/supersede/",
        "refute": f"/claims/{claim}/refute/",
        "estimate": f"/outcomes/{outcome['id']}/estimates/add/?direction=to_ukraine&of=total",
        "version": f"/estimates/{estimate.json()['id']}/supersede/",
        "versions": f"/estimates/{estimate.json()['id']}/",
    }


@pytest.mark.parametrize("name", ["outcome", "claim", "add", "anew", "refute", "estimate", "version", "versions"])
@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_page_is_accessible_keeps_the_policy_and_fits(addresses, page_as, name, width, scheme):
    page = page_as("reviewer", width, scheme)
    assert page.goto(addresses[name]).status == 200
    assert page.said == []
    page.evaluate("document.querySelectorAll('details').forEach((one) => (one.open = true))")
    assert violations(page) == []
    assert fits(page)


@pytest.mark.parametrize(("width", "shown"), [(1280, ".only-w"), (390, ".only-n")])
def test_the_picture_shows_both_sides_and_its_words_stay_inside(addresses, page_as, width, shown):
    page = page_as(None, width)
    page.goto(addresses["outcome"])
    drawing = page.locator(f"{shown} svg.dots-of").first
    assert drawing.is_visible()
    assert page.locator("svg.dots-of:visible").count() == page.locator("figure").count()
    assert {"150", "189"} <= set(drawing.locator("text").all_text_contents())
    outside = drawing.evaluate(
        """(svg) => {
            const whole = svg.getBoundingClientRect();
            return [...svg.querySelectorAll("text")].filter((text) => {
                const box = text.getBoundingClientRect();
                return box.left < whole.left - 1 || box.right > whole.right + 1;
            }).map((text) => text.textContent);
        }"""
    )
    assert outside == []


def test_the_table_of_a_picture_opens_without_script(addresses, page_as):
    page = page_as(None, 390, script=False)
    page.goto(addresses["outcome"])
    table = page.locator("figure details table").first
    assert not table.is_visible()
    page.locator("figure details summary").first.click()
    assert table.is_visible()
    assert "the sum of its own parts" in table.inner_text()


def test_a_refused_form_comes_back_accessible_with_all_that_was_typed(addresses, page_as):
    for width in (1280, 390):
        page = page_as("recorder", width)
        page.goto(addresses["add"])
        page.get_by_label("Meant as").select_option("between")
        page.get_by_label("Number", exact=False).first.fill("12")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("heading", name="There is a problem").wait_for()
        assert page.title().startswith("Error:")
        assert page.get_by_label("Number", exact=False).first.input_value() == "12"
        assert violations(page) == []
        assert fits(page)

"""Files in a real browser: kept when they are chosen, read by a real worker, quoted words found in them."""

import re

import pytest
from playwright.sync_api import expect

from tests import papers
from tests.browser.filling import fits
from tests.browser.test_every_page import violations

QUOTE = "each side freed 150"


def file(name: str, content: bytes) -> dict:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


@pytest.fixture
def outcome(house) -> dict:
    found = house.script("recorder").get("/api/v1/outcomes/?external_id=ex-2024-12-30")
    return found.json()["results"][0]


def test_a_source_given_as_a_file_is_read_and_its_words_are_found(house, page_as, outcome):
    page = page_as("recorder")
    page.goto("/sources/add/")
    page.get_by_label("What kind of source is it?").select_option(label="Document")
    # Refused at once, beside the field, while the form goes on.
    chooser = page.locator("input[name=upload-file]")
    chooser.set_input_files(file("list.xlsx", papers.packed({"xl/workbook.xml": ""})))
    expect(page.locator("[data-upload-told]").first).to_contain_text("none of these")
    assert page.said == ["Failed to load resource: the server responded with a status of 400 (Bad Request)"]
    page.said.clear()
    chooser.set_input_files(file("talks.html", papers.html("He said: «Each side  freed <b>150</b>».")))
    told = page.locator("[data-upload-told]").first
    expect(told).to_contain_text("talks.html")
    expect(told).to_contain_text("web page (HTML)")
    page.get_by_role("button", name="Submit for review").click()
    # Back with an error elsewhere: the file is still there, and nobody chooses it again.
    expect(page.get_by_role("alert").filter(has_text="There is a problem")).to_be_visible()
    expect(page.locator("[data-upload-told]").first).to_contain_text("talks.html")
    page.get_by_label("Publisher, or who said it").fill("A paper")
    page.get_by_label("Title").fill("Talks of December")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Talks of December")
    source = page.url.rstrip("/").rpartition("/")[2]

    script = house.script("recorder")
    copy = house.wait_for(
        lambda: (
            (found := script.get(f"/api/v1/archived-copies/?source={source}&state=kept").json()["results"]) and found[0]
        ),
        "the copy to be read",
        120,
    )
    for words in (QUOTE, "each side freed 390"):
        about = {"source": source, "record_kind": "outcome", "record_id": outcome["id"], "quote": words}
        assert script.post_json("/api/v1/citations/", about).status == 201
    page.reload()
    page.get_by_role("link", name=re.compile("^found in the archived copy")).click()
    expect(page).to_have_url(re.compile(f"/copies/{copy['id']}/"))
    expect(page.locator("mark")).to_have_text("Each side freed 150")
    expect(page.get_by_text("not found in this copy")).to_be_visible()
    page.get_by_role("link", name="found in this copy", exact=True).click()
    assert page.locator("mark:target").count() == 1
    with page.expect_download() as download:
        page.get_by_role("link", name="Download the original").click()
    assert download.value.suggested_filename == "talks.html"
    assert page.said == []
    for width, scheme in ((1280, "light"), (390, "dark")):
        seen = page_as("recorder", width, scheme)
        seen.goto(f"/copies/{copy['id']}/")
        assert violations(seen) == []
        assert fits(seen)


def test_a_file_is_attached_in_a_form_without_script_and_on_the_page_with_it(house, page_as, outcome):
    page = page_as("recorder", script=False)
    page.goto("/places/add/")
    page.locator("input[name=attachments-0-upload-file]").set_input_files(file("map.png", papers.png()))
    page.get_by_role("button", name="Submit for review").click()
    row = page.locator("[data-upload]", has=page.locator("input[name=attachments-0-upload-file]"))
    expect(row.locator("[data-upload-told]")).to_contain_text("map.png")
    page.get_by_label("Name", exact=True).fill("The bridge at noon")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The bridge at noon")
    expect(page.get_by_role("link", name="map.png", exact=True)).to_be_visible()

    page = page_as("recorder", 390, "dark")
    page.goto(f"/outcomes/{outcome['id']}/")
    page.get_by_role("link", name="Attach a file").click()
    expect(page.get_by_text("No lists of people who are held")).to_be_visible()
    page.locator("input[type=file]").set_input_files(file("signed.pdf", papers.pdf("Signed.")))
    expect(page.locator("[data-upload-told]")).to_contain_text("signed.pdf")
    assert page.said == []
    assert violations(page) == []
    assert fits(page)
    page.goto(page.url)
    page.locator("input[type=file]").set_input_files(file("signed.pdf", papers.pdf("Signed.")))
    expect(page.locator("[data-upload-told]")).to_contain_text("signed.pdf")
    page.get_by_label("What it is").fill("As signed")
    page.get_by_role("button", name="Attach").click()
    page.get_by_role("link", name="As signed").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("^Download")).click()
    assert download.value.suggested_filename == "signed.pdf"

"""A file of a thousand rows, three of them bad: mended and imported in a real browser by the real worker; the inbox."""

import csv
import re
from pathlib import Path

from playwright.sync_api import expect

from tests.browser.filling import choose, fill_day

PATIENCE = 120_000  # for the worker of a busy machine
HEADER = ["outcome_id", "kind", "date", "channel_id", "claim_id", "claimed_by", "direction", "category", "count"]
BAD = {100: ("date", "5 March"), 500: ("claimed_by", "Nobody known"), 900: ("category", "people")}
MENDED = {"date": "2026-03-23", "claimed_by": "Ukraine", "category": "total"}


def write_rows(path: Path, prefix: str, number: int = 1000, bad: dict | None = None) -> Path:
    """Write so many claims of half as many outcomes."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        for n in range(number):
            row = {
                "outcome_id": f"{prefix}-{n // 2}", "kind": "exchange", "date": f"2026-03-{1 + n // 2 % 28:02}",
                "channel_id": "ch-uae", "claim_id": f"{prefix}-{n}", "claimed_by": ("Ukraine", "Russia")[n % 2],
                "direction": ("to_ukraine", "to_russia")[n % 2], "category": "total", "count": str(n + 1),
            }  # fmt: skip
            writer.writerow(row | dict([bad[n]] if bad and n in bad else []))
    return path


def test_three_bad_rows_of_a_thousand_are_mended_and_all_imported(page_as, tmp_path):
    page = page_as("recorder")
    page.goto("/imports/")
    page.get_by_label("File").set_input_files(write_rows(tmp_path / "rows.csv", "thousand", bad=BAD))
    page.get_by_role("button", name="Upload").click()
    expect(page.get_by_text("Step 1 of 3")).to_be_visible()
    expect(page.get_by_label("Who says it")).to_have_value("5")
    page.get_by_role("button", name="Check the rows").click()
    expect(page.get_by_role("heading", name="What is wrong")).to_be_visible(timeout=PATIENCE)
    problems = page.get_by_role("table", name="What is wrong").locator("tbody tr")
    expect(problems).to_have_count(3)
    expect(problems.nth(0)).to_contain_text("5 March")
    expect(page.get_by_role("button", name="Import them")).to_have_count(0)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download the bad rows").click()
    given = tmp_path / downloading.value.suggested_filename
    downloading.value.save_as(given)
    with given.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [int(row["parley_row"]) for row in rows] == [number + 2 for number in BAD]
    assert all(row["parley_reason"] for row in rows)
    for row, (column, _wrong) in zip(rows, BAD.values(), strict=True):
        row[column] = MENDED[column]
    with given.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    page.get_by_label("Mended rows").set_input_files(given)
    page.get_by_role("button", name="Take the mended rows in").click()
    expect(page.get_by_text("All rows are sound.")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("button", name="Import them").click()
    expect(page.get_by_text("1000 rows imported")).to_be_visible(timeout=PATIENCE)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download the report").click()
    assert len(Path(downloading.value.path()).read_text(encoding="utf-8-sig").splitlines()) == 1501
    page.goto("/outcomes/?external_id=thousand-250")
    page.get_by_role("main").get_by_role("link", name=re.compile("2026")).first.click()
    expect(page.get_by_text("501").first).to_be_visible()
    assert page.said == []


def test_an_import_works_without_script(page_as, tmp_path):
    page = page_as("recorder", script=False)
    page.goto("/imports/")
    page.get_by_label("File").set_input_files(write_rows(tmp_path / "few.csv", "few", 4))
    page.get_by_role("button", name="Upload").click()
    page.get_by_role("button", name="Check the rows").click()
    looked_until(page, "All rows are sound.")
    page.get_by_role("button", name="Import them").click()
    looked_until(page, "4 rows imported")


def looked_until(page, words: str) -> None:
    """Look again, as somebody without script does, until the page says it."""
    again = page.get_by_role("link", name="Look again")
    for _time in range(600):
        if page.get_by_text(words).count():
            return
        if again.count():
            again.click()
        page.wait_for_timeout(200)
    raise AssertionError(f"the page never said: {words}")


def test_a_pasted_link_becomes_a_meeting(page_as):
    page = page_as("recorder")
    page.goto("/inbox/")
    page.get_by_role("textbox", name="Paste a link").fill("https://example.org/inbox-in-a-browser")
    page.get_by_role("button", name="Put it into the inbox").click()
    expect(page.get_by_text("Nothing that you may see looks like it.")).to_be_visible()
    page.get_by_role("link", name="Record a new meeting from it").click()
    expect(page.get_by_text("Filled in from the inbox:")).to_be_visible()
    choose(page, "Channel", "Istanbul", "Istanbul talks 2025")
    fill_day(page, "9", "3", "2026")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("9 March 2026")
    page.goto("/inbox/?state=taken")
    page.get_by_role("main").get_by_role("link", name="example.org").first.click()
    expect(page.get_by_role("heading", name="Taken over")).to_be_visible()
    page.get_by_role("button", name="Undo: let it wait again").click()
    expect(page.get_by_text("The candidate waits again.")).to_be_visible()
    assert page.said == []

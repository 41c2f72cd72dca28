"""Imports by a real worker: whatever is killed or stopped in the middle, a file is imported once and whole, or not."""

import pytest

ROWS = 6000  # three batches
WITHIN = 180  # seconds
MAPPING = {"id": "0", "publisher": "1", "url": "2"}


@pytest.fixture
def usual_worker(house):
    """Leave the house as it was found: its usual worker, whatever the test did to it."""
    yield
    for name in [name for name in house.children if name.startswith("worker")]:
        house.kill(name)
    house.start_worker()


class Importing:
    """The recorder's import of many sources in the house."""

    def __init__(self, house, prefix: str):
        self.house, self.prefix = house, prefix
        self.visitor = house.signed_in("recorder")
        lines = (f"{prefix}-{n},Press,https://example.org/{prefix}/{n}" for n in range(ROWS))
        content = "\n".join(["source_id,publisher,url", *lines]).encode()
        conflict = house.as_owner("SELECT id FROM negotiations_conflict ORDER BY recorded_at LIMIT 1")[0][0]
        answer = self.visitor.post_file("/imports/", "rows.csv", content, {"conflict": conflict, "level": 1})
        assert answer.status == 302, answer.text
        self.url = answer.headers["Location"]
        self.pk = self.url.rstrip("/").rpartition("/")[2]

    def act(self, name: str, **data: str) -> None:
        answer = self.visitor.post(f"{self.url}{name}/", data)
        assert answer.status == 302, answer.text

    def row(self) -> dict:
        names = ("state", "stage", "step", "progress", "attempts", "found")
        ((values,),) = self.house.as_owner(
            f"SELECT json_build_array({', '.join(names)}) FROM intake_importrun WHERE id = %s", self.pk
        )
        return dict(zip(names, values, strict=True))

    def until(self, what: str, condition) -> dict:
        def found():
            row = self.row()
            return row if condition(row) else None

        return self.house.wait_for(found, what, WITHIN)

    def checked(self) -> None:
        self.act("check", **MAPPING)
        row = self.until("the check", lambda row: row["state"] in ("done", "failed"))
        assert (row["state"], row["stage"]) == ("done", "check"), row
        assert row["found"]["counts"] == {"rows": ROWS, "bad": 0, "new": ROWS, "alike": 0}

    def half_written(self) -> None:
        """Have it written by a worker that takes its time, and wait until it is in the middle."""
        self.house.kill("worker")
        self.house.start_worker(step_seconds=3)
        self.act("confirm")
        self.until("the middle", lambda row: row["step"] == "Writing the records" and row["progress"] > 0)

    def written(self) -> list[int]:
        """Return how many records, histories and notes of this import there are."""
        pattern = f"{self.prefix}-%"
        return [
            self.house.as_owner(query, value)[0][0]
            for query, value in (
                ("SELECT count(*) FROM sources_source WHERE external_id LIKE %s", pattern),
                ("SELECT count(*) FROM records_historyentry WHERE request_id = %s", f"import-{self.pk}"),
                ("SELECT count(*) FROM intake_importedrecord WHERE run_id = %s", self.pk),
            )
        ]


def test_a_worker_killed_in_the_middle_writes_it_once_and_whole(house, usual_worker):
    importing = Importing(house, "killed")
    importing.checked()
    importing.half_written()
    page = importing.visitor.get(importing.url).text
    assert "You can leave this page" in page
    assert "Writing the records" in page
    house.kill("worker")
    assert importing.written() == [0, 0, 0]
    house.start_worker()
    row = importing.until("the end", lambda row: row["state"] in ("done", "failed"))
    assert (row["state"], row["stage"], row["attempts"], row["progress"]) == ("done", "write", 2, 100)
    assert importing.written() == [ROWS, ROWS, ROWS]
    assert f"{ROWS} rows imported" in importing.visitor.get(importing.url).text.replace(",", "")
    report = importing.visitor.get(f"{importing.url}report.csv").body.decode("utf-8-sig").splitlines()
    assert len(report) == ROWS + 1


def test_what_is_stopped_in_the_middle_writes_nothing(house, usual_worker):
    importing = Importing(house, "stopped")
    importing.checked()
    importing.half_written()
    importing.act("cancel")
    assert "Stopped. Nothing was written." in importing.visitor.get(importing.url).text
    house.kill("worker")
    house.start_worker()
    importing.act("confirm")
    row = importing.until("the end", lambda row: row["state"] in ("done", "failed"))
    assert (row["state"], row["stage"]) == ("done", "write")
    assert importing.written() == [ROWS, ROWS, ROWS]

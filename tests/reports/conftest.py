"""What the tests of reports have in common."""

import pytest

PERIOD = {"period_from": "2025-01-01", "period_to": "2025-06-30"}


class Desk:
    """Asks for reports in the house and waits for them."""

    def __init__(self, house):
        self.house = house
        self.conflict = str(house.as_owner("SELECT id FROM negotiations_conflict ORDER BY recorded_at LIMIT 1")[0][0])

    def ask(self, name: str, **period: str) -> str:
        """Ask through the API; return the address of the run."""
        body = {"conflict": self.conflict, **PERIOD, **period}
        answer = self.house.script(name).post_json("/api/v1/report-runs/", body)
        assert answer.status == 201, answer.text
        assert answer.json()["state"] == "queued"
        return answer.headers["Location"]

    def look(self, name: str, url: str) -> dict:
        answer = self.house.script(name).get(url)
        assert answer.status == 200, answer.text
        return answer.json()

    def until(self, name: str, url: str, *states: str, seconds: float = 60) -> dict:
        """Wait until the run is in one of the states and return it."""

        def found():
            run = self.look(name, url)
            return run if run["state"] in states else None

        return self.house.wait_for(found, f"{url} to be {states}", seconds)

    def done(self, name: str, **period: str) -> dict:
        run = self.until(name, self.ask(name, **period), "done", "failed")
        assert run["state"] == "done", run
        return run


@pytest.fixture(scope="session")
def desk(house) -> Desk:
    return Desk(house)

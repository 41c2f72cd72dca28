"""An embargo on a whole running Parley: the clock sends the task, the worker applies it, a visitor then reads."""

import datetime as dt

from django.utils import timezone


def test_the_clock_and_the_worker_open_a_record_at_the_set_time(house):
    recorder, reviewer = house.script("recorder"), house.script("reviewer")
    made = recorder.post_json("/api/v1/actors/", {"name": "Envoy's office", "kind_of_actor": "ngo", "level": 2})
    assert made.status == 201, made.text
    actor = made.json()
    at = timezone.now() + dt.timedelta(seconds=5)
    proposed = recorder.post_json(
        "/api/v1/embargoes/",
        {
            "record_kind": "actor", "record_id": actor["id"], "to_level": 0, "at": at.isoformat(),
            "reason": "Announced by both sides",
        },
    )  # fmt: skip
    assert proposed.status == 201, proposed.text
    embargo = proposed.json()
    agreed = reviewer.post_json(f"{embargo['url']}agree/", {"version": 1})
    assert agreed.status == 200, agreed.text
    assert house.visitor().get(f"/api/v1/actors/{actor['id']}/").status == 404

    house.wait_for(
        lambda: house.visitor().get(f"/api/v1/actors/{actor['id']}/").status == 200, "the record to open", seconds=150
    )

    told = reviewer.get(embargo["url"]).json()
    assert (told["state"], told["agreed_by"]) == ("applied", "reviewer")
    assert dt.datetime.fromisoformat(told["applied_at"]) >= at
    opened = house.as_owner(
        "SELECT role, door, reason FROM records_historyentry WHERE record_id = %s AND operation = 'UPDATE'", actor["id"]
    )
    assert opened == [("system", "task", "Embargo agreed by reviewer: Announced by both sides")]

"""Seals and chains while several people write at once: real connections to the running house."""

import json
import re
import subprocess
import threading
import time

import psycopg2
import pytest
from launcher.places import PYTHON, ROOT

from access.context import SYSTEM


@pytest.fixture
def connect(house):
    """Return a function that opens one more connection of the owner; each is closed in the end."""
    opened = []

    def connect_again():
        opened.append(psycopg2.connect(house.owner_url))
        return opened[-1]

    yield connect_again
    for one in opened:
        one.close()


def run(connection, statement: str, *params) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params or None)
        return cursor.fetchall() if cursor.description else []


def verify(house, *options: str) -> dict:
    """Run the command as the application's role, as people do, and return what it says."""
    done = subprocess.run(
        [PYTHON, "manage.py", "verify_history", "--json", *options],
        cwd=ROOT, env=house.env, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    told = json.loads(done.stdout)
    assert done.returncode == (0 if told["whole"] else 1), done.stderr
    return told


def seal(house) -> tuple[int, str]:
    """Seal by command and return number and hash."""
    line = house.run("manage.py", "seal_history")
    told = re.fullmatch(r"Seal (\d+) of \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ: ([0-9a-f]{64})\n", line)
    assert told, line
    return int(told[1]), told[2]


def test_after_import_and_relabelling_the_history_is_whole(house):
    before = verify(house)
    assert before["whole"], before["findings"][:3]
    assert before["entries"] > 2500
    number, kept = seal(house)
    (channel,) = house.as_owner(
        "SELECT channel_id FROM negotiations_meeting GROUP BY 1 ORDER BY count(*) DESC LIMIT 1"
    )[0]
    for level in (3, 0):  # goes on to its meetings, agreements, and what hangs on them
        house.as_owner("UPDATE negotiations_channel SET level = %s WHERE id = %s", level, channel)
    later, _hash = seal(house)
    assert later > number
    after = verify(house, "--seal", kept)
    assert after["whole"], after["findings"][:3]
    assert after["entries"] > before["entries"] + 20
    wrong = verify(house, "--seal", "0" * 64)
    assert [one["problem"] for one in wrong["findings"]] == ["seal_unknown"]


def test_without_news_the_last_seal_is_printed_again(house):
    assert seal(house) == seal(house)


def test_what_commits_late_with_smaller_numbers_is_in_the_next_seal(house, connect):
    slow, quick = connect(), connect()
    (first,), (second,) = run(slow, "SELECT id FROM intermediaries_actor ORDER BY id LIMIT 2")
    rename = "UPDATE intermediaries_actor SET notes = notes || '.' WHERE id = %s"
    newest = "SELECT max(id) FROM records_historyentry WHERE record_id = %s"
    run(slow, rename, first)
    late = run(slow, newest, first)[0][0]
    run(quick, rename, second)
    early = run(quick, newest, second)[0][0]
    quick.commit()
    assert late < early
    one, _hash = seal(house)
    covered = "SELECT id FROM records_historyseal WHERE entry_ids @> %s::bigint"
    assert house.as_owner(covered, early) == [(one,)]
    assert house.as_owner(covered, late) == []
    slow.commit()
    two, _hash = seal(house)
    assert (two, house.as_owner(covered, late)) == (one + 1, [(two,)])
    assert house.as_owner(covered, early) == [(one,)]
    assert verify(house)["whole"]


def test_two_writers_of_one_record_do_not_fork_its_chain(house, connect):
    (actor,) = house.as_owner("SELECT id FROM intermediaries_actor ORDER BY id LIMIT 1")[0]
    count = "SELECT count(*), count(DISTINCT previous_hash) FROM records_historyentry WHERE record_id = %s"
    before = house.as_owner(count, actor)[0][0]
    failed = []

    def write(connection):
        try:
            for _time in range(25):
                run(connection, "UPDATE intermediaries_actor SET notes = notes || '.' WHERE id = %s", actor)
                time.sleep(0.002)
                connection.commit()
        except psycopg2.Error as error:
            failed.append(error)

    writers = [threading.Thread(target=write, args=[connect()]) for _writer in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert failed == []
    entries, links = house.as_owner(count, actor)[0]
    assert (entries, links) == (before + 100, before + 99)  # the first one follows none
    assert verify(house)["whole"]


def test_two_seals_at_once_cover_everything_once(house, connect):
    house.as_owner("UPDATE intermediaries_actor SET notes = notes || '.'")
    before = house.as_owner("SELECT max(id) FROM records_historyseal")[0][0] or 0
    commands = [
        subprocess.Popen([PYTHON, "manage.py", "seal_history"], cwd=ROOT, env=house.env, stdout=subprocess.PIPE)
        for _command in range(2)
    ]
    told = {command.communicate(timeout=60)[0] for command in commands}
    assert len(told) == 1
    assert house.as_owner("SELECT max(id) FROM records_historyseal")[0][0] == before + 1
    assert verify(house)["whole"]


def test_the_worker_seals_and_logs_the_seal(house):
    house.as_owner("UPDATE intermediaries_actor SET notes = notes || '.'")
    house.run("-c", f"from config.celery import app; app.send_task('records.tasks.seal_history', args=[{SYSTEM!r}])")
    found = house.wait_for(
        lambda: re.findall(r"Seal (\d+) of \S+: ([0-9a-f]{64})", (house.log / "worker.log").read_text()), "a seal"
    )
    number, told = found[-1]
    assert house.as_owner("SELECT encode(hash, 'hex') FROM records_historyseal WHERE id = %s", int(number)) == [(told,)]


def test_only_the_system_seals_and_verifies(house):
    number = "SELECT (records.seal_history()).id"
    for statement in (number, "SELECT * FROM records.verify_history('{}', now())", "SELECT * FROM records_historyseal"):
        answer = house.run(
            "-c",
            "import django; django.setup()\n"
            "from django.db import connection, DatabaseError\n"
            "from access.context import acting_as\n"
            "try:\n"
            f"    with acting_as('user:{house.ids['administrator']}'), connection.cursor() as cursor:\n"
            f"        cursor.execute({statement!r})\n"
            "        print(cursor.fetchall())\n"
            "except DatabaseError as error: print(error)",
        )
        assert "only the system" in answer or answer.strip() == "[]", answer

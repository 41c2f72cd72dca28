"""The emergency switch: read-only, everyone out, open again; on pages, in the API and from the command line."""

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from access.context import SYSTEM, acting_as, user_principal
from access.models import Event
from intermediaries.models import Actor
from tests.factories import make_world
from tests.people import signed_in

pytestmark = pytest.mark.django_db
PAGE = "/administration/emergency/"
BODY = {"name": "Sample body", "kind_of_actor": "ngo"}


def turn(people, state: str, reason: str = "A laptop was stolen") -> None:
    client = signed_in(people.administrator)
    answer = client.post(PAGE, {"state": state, "reason": reason})
    assert answer.status_code == 302, answer.content.decode()


def test_read_only_keeps_what_was_typed_and_shows_no_writing(people):
    with acting_as(SYSTEM):
        world = make_world("Open")
    recorder = signed_in(people.recorder, headers={"origin": "http://testserver"})
    add = reverse("desk:meeting-add")
    form = recorder.get(add)
    assert form.status_code == 200
    turn(people, "read_only")
    home = recorder.get("/").content.decode()
    assert "Parley is read-only" in home
    assert "A laptop was stolen" in home
    assert add not in home
    assert "Edit" not in recorder.get(world.meeting.get_absolute_url()).content.decode()
    typed = {"channel": world.channel.pk, "summary": "They spoke <b>long</b>", "topics": ["prisoners", "remains"]}
    stopped = recorder.post(add, typed)
    text = stopped.content.decode()
    assert (stopped.status_code, stopped.headers["Retry-After"]) == (503, "600")
    assert "What you typed is kept below" in text
    assert "They spoke &lt;b&gt;long&lt;/b&gt;" in text
    assert text.count('name="topics"') == 2
    assert f'action="{add}"' in text
    assert recorder.post("/theme/", {"theme": "dark", "next": "/"}).status_code == 302
    turn(people, "open", "The laptop was found")
    assert "Parley is read-only" not in recorder.get("/").content.decode()
    assert recorder.get(add).status_code == 200


def test_read_only_answers_programs_in_the_one_shape(people):
    recorder = signed_in(people.recorder)
    recorder.get("/")
    turn(people, "read_only")
    answer = recorder.post("/api/v1/actors/", BODY, "application/json")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "600")
    assert answer.json()["error"]["code"] == "read_only"
    assert recorder.get("/api/v1/actors/").status_code == 200
    with acting_as(SYSTEM):
        assert not Actor.objects.exists()


def test_what_was_typed_is_repeated_only_to_who_sent_it_from_a_page_of_ours(people):
    turn(people, "read_only")
    client = Client(enforce_csrf_checks=True)
    with acting_as(SYSTEM):
        client.force_login(people.recorder)
    forged = client.post(reverse("desk:meeting-add"), {"summary": "Not mine"})
    assert forged.status_code == 403
    assert b"Not mine" not in forged.content
    elsewhere = signed_in(people.recorder, headers={"origin": "https://elsewhere.example"})
    answer = elsewhere.post(reverse("desk:meeting-add"), {"summary": "Not mine"})
    assert answer.status_code == 503
    assert b"Not mine" not in answer.content


def test_everyone_out_shuts_out_everybody_but_administrators(people):
    with acting_as(SYSTEM):
        world = make_world("Zeisig")
    inside = {name: signed_in(user) for name, user in people.all().items()}
    turn(people, "closed")
    record = world.outcome.get_absolute_url()
    for name, client in inside.items():
        client = signed_in(people.reviewer) if name == "reviewer" else client
        for path in ("/", record, "/account/", "/nowhere/", "/administration/users/"):
            answer = client.get(path)
            assert answer.status_code == 503 or name == "administrator", (name, path)
            assert b"Zeisig" not in answer.content or name == "administrator", (name, path)
        assert answer.headers.get("Retry-After") == "600" or name == "administrator"
        program = client.get("/api/v1/outcomes/")
        assert (program.status_code, program.json()["error"]["code"]) == (503, "closed") or name == "administrator"
        assert client.get(reverse("account_login")).status_code in {200, 302}
        assert client.get("/healthz").status_code == 200
        assert client.get("/revoke-token/").status_code == 200
    administrator = signed_in(people.administrator)
    assert "Parley is closed to everybody but administrators" in administrator.get("/").content.decode()
    turn(people, "open", "Over")
    assert signed_in(people.reviewer).get(record).status_code == 200


def test_closing_ends_every_session_but_the_closers(people):
    reviewer, other = signed_in(people.reviewer), signed_in(people.administrator)
    closer = signed_in(people.administrator)
    assert closer.post(PAGE, {"state": "closed", "reason": "A token leaked"}).status_code == 302
    assert closer.get(PAGE).status_code == 200
    assert [other.get(PAGE).status_code, reviewer.get("/").status_code] == [503, 503]
    assert closer.post(PAGE, {"state": "open", "reason": "Over"}).status_code == 302
    assert reviewer.get("/account/").status_code == 302
    assert closer.get("/account/").status_code == 200


@pytest.mark.parametrize("fields", [{"state": "closed", "reason": " "}, {"state": "ajar", "reason": "x"}, {}])
def test_the_switch_needs_a_state_and_a_reason(people, fields):
    client = signed_in(people.administrator)
    assert client.post(PAGE, fields).status_code == 200
    assert "There is a problem" in client.post(PAGE, fields).content.decode()
    assert "Parley is" not in signed_in(people.analyst).get("/").content.decode().replace("Parley is run", "")


def test_the_command_turns_the_switch_with_a_reason(people, capsys):
    for state, code in (("read-only", 200), ("everyone-out", 503), ("open", 200)):
        call_command("emergency", state, reason="From the desk")
        assert signed_in(people.analyst).get("/").status_code == code
    assert capsys.readouterr().out.splitlines() == ["Parley: Read-only", "Parley: Everyone out", "Parley: Open"]
    with pytest.raises(CommandError, match="Say why"):
        call_command("emergency", "open", reason=" ")
    with acting_as(user_principal(people.administrator)):
        told = Event.objects.filter(kind="rights.emergency").values_list("detail", "reason", "principal")
        assert [(detail["state"], reason, who) for detail, reason, who in told] == [
            ("open", "From the desk", "system"),
            ("closed", "From the desk", "system"),
            ("read_only", "From the desk", "system"),
        ]


def test_one_command_and_the_next_request_is_refused(house):
    """Against the real processes: the web server keeps nothing of the switch in its memory."""
    visitor, recorder, script = house.visitor(), house.signed_in("recorder"), house.script("recorder")
    try:
        assert visitor.get("/").status == 200
        house.run("manage.py", "emergency", "everyone-out", "--reason", "A token leaked")
        assert [one.get("/").status for one in (visitor, recorder)] == [503, 503]
        assert script.get("/api/v1/actors/").status == 503
        assert visitor.get("/healthz").status == 200
        house.run("manage.py", "emergency", "read-only", "--reason", "The token is revoked")
        refused = script.post_json("/api/v1/actors/", BODY)
        assert (refused.status, refused.json()["error"]["code"]) == (503, "read_only")
        assert visitor.get("/").status == 200
    finally:
        house.run("manage.py", "emergency", "open", "--reason", "Over")
    assert script.post_json("/api/v1/actors/", BODY).status == 201

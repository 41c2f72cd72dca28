"""What happened, told to those who may know: one's own activity, the access log, its file."""

import csv
import io

import pytest
from django.core.management import call_command
from django.urls import reverse

from access import told
from access.activity import plain_cell
from access.context import SYSTEM, acting_as, because, user_principal
from access.events import note
from access.levels import Level
from access.models import Compartment, Event, Membership, User
from intermediaries.models import Actor
from tests.factories import make_world
from tests.people import signed_in
from tests.sweeps.walk import without_noise

pytestmark = pytest.mark.django_db
LOG = "/administration/access-log/"
OWN = "/account/activity/"


@pytest.fixture
def secret(people):
    with acting_as(SYSTEM):
        return Actor.objects.create(name="Hidden body", kind_of_actor="ngo", level=Level.RESTRICTED)


def sentences(client, path: str = LOG) -> list[str]:
    return [row["sentence"] for row in client.get(path).context["rows"]]


def test_reads_of_restricted_records_are_told_with_a_link(people, secret):
    recorder = signed_in(people.recorder)
    recorder.get(secret.get_absolute_url())
    for client, path in ((recorder, OWN), (signed_in(people.reviewer), LOG)):
        text = client.get(path).content.decode()
        assert "recorder read: actors" in text
        assert f'href="{secret.get_absolute_url()}">{secret.reference}' in text
        assert "Hidden body" not in text
    # Telling who read what is itself no reading.
    with acting_as(user_principal(people.reviewer)):
        assert not Event.objects.filter(kind="read", user=people.reviewer).exists()
    # What has risen since is named no more to whoever no longer may know it; who is not cleared sees no such event.
    with acting_as(SYSTEM):
        Actor.objects.filter(pk=secret.pk).update(level=Level.CONFIDENTIAL, compartments=[people.room.pk])
    assert secret.reference not in signed_in(people.reviewer).get(LOG).content.decode()
    assert "read: actors" not in signed_in(people.administrator).get(LOG).content.decode()


def test_one_sees_ones_own_and_nobody_elses(people, secret):
    signed_in(people.recorder).get(secret.get_absolute_url())
    assert sentences(signed_in(people.analyst), OWN) == ["analyst signed in", "The system made the account analyst"]
    for outsider in (people.analyst, people.recorder, people.member):
        assert signed_in(outsider).get(LOG).status_code == 404
        assert signed_in(outsider).get("/administration/access-log.csv").status_code == 404


def test_the_log_is_filtered_by_person_kind_day_and_record(people, secret):
    signed_in(people.recorder).get(secret.get_absolute_url())
    with acting_as(user_principal(people.administrator)), because("Joins the desk"):
        User.objects.filter(pk=people.analyst.pk).update(clearance=Level.RESTRICTED)
    client = signed_in(people.reviewer)
    read = "recorder read: actors"
    changed = "administrator changed analyst: clearance Internal → Restricted"
    assert {read, changed} <= set(sentences(client))
    for query, found in {
        f"person={people.recorder.pk}": {read, "recorder signed in", "The system made the account recorder"},
        f"person={people.analyst.pk}&kind=rights.user": {changed, "The system made the account analyst"},
        "kind=read": {read},
        f"record={secret.pk}": {read},
        f"record=https://parley.example{secret.get_absolute_url()}": {read},
        f"record={secret.reference.lower()}": {read},
        "record=nothing": set(),
        "since=2100-01-01": set(),
        "until=2000-01-01": set(),
        "kind=nonsense": set(),
    }.items():
        assert set(sentences(client, f"{LOG}?{query}")) == found, query
    assert "Reason: Joins the desk" in client.get(LOG).content.decode()


def test_a_hidden_event_changes_nothing_for_who_may_not_know_it(people, secret):
    """The two worlds of the pages that list events: nothing in them tells of a room or of what happened there."""
    with acting_as(user_principal(people.reviewer)):
        note("export", what="report")
    member = signed_in(people.member)
    clients = {name: signed_in(getattr(people, name)) for name in ("analyst", "reviewer", "administrator")}
    paths = {"analyst": [OWN], "reviewer": [OWN, LOG, f"{LOG}?kind=read"], "administrator": [OWN, f"{LOG}?kind=read"]}

    def answers():
        return {
            (name, path): without_noise(client.get(path).content)
            for name, client in clients.items()
            for path in paths[name]
        }

    before = answers()
    with acting_as(SYSTEM):
        circle = Compartment.objects.create(code="ZEISIG", name="Zeisig circle")
        Membership.objects.create(user=people.member, compartment=circle)
        hidden = make_world("Zeisig", level=Level.CONFIDENTIAL, compartments=[circle.pk])
    member.get(hidden.outcome.get_absolute_url())
    assert answers() == before
    with acting_as(user_principal(people.member)):
        assert Event.objects.filter(kind="read").exists()
    log = clients["administrator"].get(LOG).content.decode()  # who makes compartments knows them
    assert "took member into Zeisig circle" in log


def test_the_file_is_the_same_and_is_itself_written_down(people, secret):
    signed_in(people.recorder).get(secret.get_absolute_url())
    with acting_as(user_principal(people.administrator)), because("=HYPERLINK(1)"):
        User.objects.filter(pk=people.analyst.pk).update(role="recorder")
    client = signed_in(people.reviewer)
    answer = client.get(f"/administration/access-log.csv?person={people.administrator.pk}&kind=rights.user")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "attachment" in answer.headers["Content-Disposition"]
    _head, row, _account_made = csv.reader(io.StringIO(answer.content.decode()))
    assert row[2:4] == ["administrator changed analyst: role Analyst → Recorder", "'=HYPERLINK(1)"]
    assert sentences(client)[0] == "reviewer exported the access log"
    assert [plain_cell(cell) for cell in ("-1", "@x", "plain", "+1")] == ["'-1", "'@x", "plain", "'+1"]


def test_every_export_is_written_down(people, tmp_path, settings):
    with acting_as(SYSTEM):
        make_world("Open")
    call_command("export_public_record", tmp_path / "out", verbosity=0)
    with acting_as(SYSTEM):
        event = Event.objects.get(kind="export")
    assert (event.principal, event.detail["what"], event.detail["files"]) == ("anonymous", "public_record", 15)


def test_refusals_of_people_are_written_down_once_without_what_was_asked(people):
    client = signed_in(people.analyst)
    assert client.get(f"{reverse('desk:meeting-add')}?channel=Zeisig").status_code == 403
    assert client.post("/api/v1/actors/", {"name": "Zeisig"}, "application/json").status_code == 403
    with acting_as(user_principal(people.analyst)):
        found = Event.objects.filter(kind="refused").order_by("id")
        assert [event.detail for event in found] == [
            {"route": "desk:meeting-add", "method": "GET"},
            {"route": "api:actor-list", "method": "POST"},
        ]
    assert sentences(client, OWN)[0] == "analyst was refused: POST api:actor-list"


def test_every_kind_of_event_has_a_sentence(people):
    """Each kind that the database writes, told without a name that the reader may not know."""
    whom = people.analyst
    told_as = {}
    for kind in told.KINDS:
        for detail in (
            {"operation": "insert", "id": 7, "changes": {"compartment_id": [None, 7], "name": [None, "figures"]}},
            {"operation": "update", "id": 7, "changes": {"is_active": [True, False]}, "state": "closed"},
            {"operation": "delete", "id": 7, "changes": {"compartment_id": [7, None]}, "state": "open"},
        ):
            event = Event(
                kind=kind, user=people.administrator, subject=whom, principal=f"user:{people.administrator.pk}",
                detail={"state": "read_only"} | detail, record_table="intermediaries_actor",
            )  # fmt: skip
            told_as[kind] = told.sentence(event, {})
            assert "%" not in told_as[kind]
            assert "7" not in told_as[kind] or kind == "rights.user"
    assert told_as["sign_in"] == "analyst signed in"
    assert told_as["rights.membership"] == "administrator took analyst out of a compartment"
    assert told_as["rights.emergency"] == "administrator opened Parley again"
    by_token = Event(kind="export", user=whom, principal="token:x", detail={"what": "report"})
    assert told.sentence(by_token, {}) == "A token of analyst exported a report"

"""What stands in a form is kept for its typist alone, comes back, and makes one record however often it is sent."""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from access.context import SYSTEM, acting_as, entry_principal, token_principal, user_principal
from access.levels import Level
from access.models import ApiToken, Membership
from desk.models import KeptForm
from desk.tasks import purge_kept_forms
from negotiations.models import Meeting, Participant
from tests.desk.test_entry_meeting import typed
from tests.factories import make_world
from tests.people import signed_in

pytestmark = pytest.mark.django_db


def keep(client, data: dict, key=None, record="", form="meeting"):
    path = reverse("desk:kept", args=[key or uuid.uuid4()])
    return client.post(path, data | {"form": form, "record": record})


def kept_rows(user) -> list[KeptForm]:
    with acting_as(user_principal(user)):
        return list(KeptForm.objects.all())


def test_what_was_typed_comes_back_as_it_was_left(people, world, recorder):
    half = typed(world, channel="", started_on_month="17", summary="Half a <b>sentence", level="2")
    half |= {"participants-TOTAL_FORMS": "3", "participants-2-words": "Someone added by script"}
    key = uuid.uuid4()
    answer = keep(recorder, half, key)
    assert answer.status_code == 200
    assert answer.json()["told"].startswith("Draft kept ")
    page = recorder.get(reverse("desk:meeting-add"))
    shown = page.content.decode()
    assert "We kept what you typed at" in shown
    assert f'name="key" value="{key}"' in shown
    assert "Half a &lt;b&gt;sentence" in shown
    assert 'name="started_on_month" value="17"' in shown
    assert "Someone added by script" in shown
    # Not judged before it is sent: nothing is called wrong.
    assert "There is a problem" not in shown
    assert not page.context["form"].errors
    with acting_as(SYSTEM):
        assert Meeting.objects.count() == 1


def test_a_kept_form_is_its_typists_alone(people, world, recorder):
    keep(recorder, typed(world, summary="Kestrel"))
    [kept] = kept_rows(people.recorder)
    with acting_as(SYSTEM):
        expires = timezone.now() + dt.timedelta(days=1)
        token, _secret = ApiToken.issue(people.recorder, "own", writes=None, max_level=3, expires_at=expires)
    others = [user_principal(user) for user in people.all().values() if user != people.recorder]
    for principal in (*others, SYSTEM, "anonymous", entry_principal(people.recorder), token_principal(token)):
        with acting_as(principal):
            assert not KeptForm.objects.exists(), principal
    reviewer = signed_in(people.reviewer)
    assert b"Kestrel" not in reviewer.get(reverse("desk:meeting-add")).content
    assert b"Kestrel" not in reviewer.get(reverse("desk:drafts")).content
    assert b"Kestrel" not in reviewer.get(f"{reverse('desk:meeting-add')}?kept={kept.pk}").content
    assert reviewer.post(reverse("desk:kept-discard", args=[kept.pk])).status_code == 404
    # With its key somebody else neither reads nor writes it.
    assert keep(reviewer, typed(world, summary="Mine"), kept.pk).status_code == 409
    [same] = kept_rows(people.recorder)
    assert ["summary", "Kestrel"] in same.data


def test_no_row_is_written_in_the_name_of_another(people, world):
    with acting_as(user_principal(people.reviewer)):
        forged = KeptForm(user=people.recorder, form="meeting", kept_at=timezone.now(), data=[["a", "b"]])
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            forged.save(force_insert=True)


def test_a_lost_right_hides_what_was_typed_with_it(people, world):
    with acting_as(SYSTEM):
        Membership.objects.create(user=people.recorder, compartment=people.room)
    client = signed_in(people.recorder)
    keep(client, typed(world, summary="Of the room"))
    assert len(kept_rows(people.recorder)) == 1
    with acting_as(SYSTEM):
        Membership.objects.filter(user=people.recorder).delete()
    assert kept_rows(people.recorder) == []
    assert b"Of the room" not in client.get(reverse("desk:meeting-add")).content
    with acting_as(SYSTEM):
        Membership.objects.create(user=people.recorder, compartment=people.room)
        people.recorder.clearance = Level.PUBLIC
        people.recorder.save()
    assert kept_rows(people.recorder) == []


@pytest.mark.parametrize("name", ["outsider", "analyst", "member", "administrator"])
def test_who_may_not_write_keeps_nothing(people, world, name):
    client = signed_in(getattr(people, name))
    assert keep(client, typed(world)).status_code == 403
    assert client.get(reverse("desk:drafts")).status_code == 403
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM desk_keptform")
        assert cursor.fetchone() == (0,)


@pytest.mark.parametrize(
    ("form", "record"),
    [
        ("nonsense", ""),
        ("", ""),
        ("../meeting", ""),
        ("meeting", "x"),
        ("meeting", "00000000-0000-4000-8000-000000000000"),
        ("drafts", ""),
        ("kept", "00000000-0000-4000-8000-000000000000"),
    ],
)
def test_forms_and_records_that_do_not_exist_are_missing(world, recorder, form, record):
    assert keep(recorder, typed(world), form=form, record=record).status_code == 404


def test_a_hidden_record_is_a_missing_one(people, world, recorder):
    with acting_as(SYSTEM):
        hidden = make_world("Hidden", compartments=[people.room.pk])
    assert keep(recorder, typed(world), record=str(hidden.meeting.pk)).status_code == 404


def test_what_cannot_be_kept_is_refused_in_words(people, world, recorder):
    answer = keep(recorder, typed(world, summary="a\0b"))
    assert answer.status_code == 400
    assert "NUL" in answer.json()["error"]["fields"]["summary"][0]
    answer = keep(recorder, typed(world, summary="x" * 600_000))
    assert answer.status_code == 400
    assert "Shorten it" in answer.json()["error"]["message"]
    assert kept_rows(people.recorder) == []
    odd = "\u202e\u200bабв\r\n=1+1 <script>"
    assert keep(recorder, typed(world, summary=odd)).status_code == 200
    [kept] = kept_rows(people.recorder)
    assert ["summary", odd] in kept.data


def meetings() -> int:
    with acting_as(SYSTEM):
        return Meeting.objects.count() - 1


def test_a_form_sent_twice_makes_one_record(people, world, recorder):
    form = typed(world, key=str(uuid.uuid4()))
    first = recorder.post(reverse("desk:meeting-add"), form)
    second = recorder.post(reverse("desk:meeting-add"), form)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert meetings() == 1
    assert "nothing was written twice" in recorder.get(second["Location"]).content.decode()
    # What was typed is in the record now, and nowhere else.
    [kept] = kept_rows(people.recorder)
    assert (kept.data, str(kept.saved_as) in first["Location"]) == ([], True)
    assert keep(recorder, form, kept.pk).status_code == 409


def test_a_form_changed_after_it_was_saved_is_not_lost(world, recorder):
    form = typed(world, key=str(uuid.uuid4()))
    recorder.post(reverse("desk:meeting-add"), form)
    answer = recorder.post(reverse("desk:meeting-add"), form | {"summary": "Another meeting the same day."})
    page = answer.content.decode()
    assert "This form was saved already" in page
    assert "Another meeting the same day." in page
    assert meetings() == 1
    # The page has shown the record that may be the same one.
    again = form | {"summary": "Another meeting the same day.", "key": answer.context["key"]}
    again |= {"alike": answer.context["asked"]["word"]}
    assert recorder.post(reverse("desk:meeting-add"), again).status_code == 302
    assert meetings() == 2


def test_an_edit_sent_twice_changes_once(world, recorder):
    form = typed(world, key=str(uuid.uuid4()), version="1")
    path = reverse("desk:meeting-edit", args=[world.meeting.pk])
    assert [recorder.post(path, form).status_code for _twice in "ab"] == [302, 302]
    with acting_as(SYSTEM):
        assert Meeting.objects.get(pk=world.meeting.pk).version == 2
        assert Participant.objects.filter(meeting=world.meeting, words="Interpreters").count() == 1


def test_what_is_refused_is_kept_too(people, world, recorder):
    """Without script nothing is sent while somebody types; what was refused comes back all the same."""
    recorder.post(reverse("desk:meeting-add"), typed(world, channel="", summary="Refused and kept"))
    assert b"Refused and kept" in recorder.get(reverse("desk:meeting-add")).content


def test_discarding_can_be_taken_back(people, world, recorder):
    keep(recorder, typed(world, summary="Thrown away"))
    [kept] = kept_rows(people.recorder)
    path, add = reverse("desk:kept-discard", args=[kept.pk]), reverse("desk:meeting-add")
    assert recorder.get(path).status_code == 405
    assert recorder.post(path, {"next": "https://evil.example/"})["Location"] == reverse("desk:drafts")
    assert b"Thrown away" not in recorder.get(add).content
    page = recorder.get(reverse("desk:drafts")).content.decode()
    assert "Thrown away" in page[page.index("Can be put back") :]
    assert recorder.post(path, {"undo": "1", "next": add})["Location"] == add
    assert b"Thrown away" in recorder.get(add).content


def drafts_counted(page) -> int:
    """Return the number beside "Drafts" in the navigation."""
    items = [item for group in page.context["navigation"] for item in group["items"]]
    return next(item["count"] for item in items if item["url"] == reverse("desk:drafts"))


def test_drafts_lists_ones_own_forms_and_records_with_their_number(people, world, recorder):
    keep(recorder, typed(world, summary="One form"))
    keep(recorder, typed(world, version="1", summary="An edit"), record=str(world.meeting.pk))
    recorder.post(reverse("desk:meeting-add"), typed(world, draft="1", key=str(uuid.uuid4()), summary="A draft"))
    page = recorder.get(reverse("desk:drafts"))
    shown = page.content.decode()
    assert "One form" in shown
    assert "An edit" in shown
    assert "Open meeting" in shown
    assert "17 February 2026" in shown
    assert drafts_counted(page) == 4  # the source that the draft names is new, and a draft with it
    other = signed_in(people.reviewer).get(reverse("desk:drafts"))
    assert b"17 February 2026" not in other.content.split(b"<main", 1)[1]
    assert drafts_counted(other) == 0


def test_forms_nobody_came_back_to_are_deleted(people, world, recorder):
    for summary in ("Old", "Discarded", "New"):
        keep(recorder, typed(world, summary=summary))
    ages = {"Old": {"kept_at": timezone.now() - dt.timedelta(days=91)},
            "Discarded": {"discarded_at": timezone.now() - dt.timedelta(days=2)}}  # fmt: skip
    with acting_as(user_principal(people.recorder)):
        for kept in KeptForm.objects.all():
            age = ages.get(dict(kept.data)["summary"])
            if age:
                KeptForm.objects.filter(pk=kept.pk).update(**age)
    purge_kept_forms("system")
    assert [dict(kept.data)["summary"] for kept in kept_rows(people.recorder)] == ["New"]


def test_under_broken_glass_what_is_only_read_is_not_kept(people, world):
    from access.models import BreakGlass

    with acting_as(SYSTEM):
        hidden = make_world("Hidden", compartments=[people.room.pk])
    with acting_as(user_principal(people.recorder)):
        BreakGlass.objects.create(
            user=people.recorder, reason="Somebody is in danger", until=timezone.now() + dt.timedelta(minutes=30)
        )
    client = signed_in(people.recorder)
    answer = keep(client, typed(world, summary="copied out"), record=str(hidden.meeting.pk))
    assert answer.status_code == 403
    assert "not kept" in answer.json()["error"]["message"]
    refused = client.post(reverse("desk:meeting-edit", args=[hidden.meeting.pk]), typed(world, version="1"))
    assert refused.status_code == 200
    assert "level" in refused.context["form"].errors
    assert kept_rows(people.recorder) == []

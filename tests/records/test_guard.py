"""Personal data is flagged before it is written, by every door; kept only with a reason, and the history keeps that."""

import pytest
from django import forms
from django.contrib.postgres.fields import ArrayField
from django.urls import reverse

from access.context import SYSTEM, acting_as, user_principal
from negotiations.models import Meeting
from records import guard
from records.guarded_forms import LooksThrough
from records.models import HistoryEntry
from records.querysets import kinds
from records.services import add_record, change_record, withdraw_record
from tests.desk.sending import data_of, errors_of, form_of, sent
from tests.factories import DAY, make
from tests.people import signed_in
from tests.records.kinds import KINDS, api_of
from tests.sweeps.walk import patterns

pytestmark = pytest.mark.django_db
TELEPHONE = "+380441234567"
WHY = "The number of a ministry’s switchboard."
KEPT = f"Personal data kept: {WHY}"
# Text that only programs write and read, or that one of the services asks for under another name.
NOT_IN_THE_API = {"answer", "withdrawn_reason", "refuted_reason", "refused_reason"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.model.kind_of())
def test_every_text_field_of_every_resource_is_looked_through(kind, people, world):
    """In the API a field is refused by name, with what to do; with a reason it is written, and the history says why."""
    api, path = api_of(people.reviewer), reverse(f"api:{kind.model.kind_of()}-list")
    offered = set(api.options(path).json()["actions"]["POST"]) if api.options(path).status_code == 200 else set()
    named = [field.name for field in guard.text_fields(kind.model) if field.name not in NOT_IN_THE_API]
    named = [name for name in named if not offered or name in offered]
    body = kind.filled(world)
    for name in named:
        is_list = isinstance(kind.model._meta.get_field(name), ArrayField)
        given = body | {name: [TELEPHONE] if is_list else TELEPHONE}
        refused = api.post(path, given)
        assert refused.status_code == 400, (name, refused.content)
        error = refused.json()["error"]["fields"]
        assert set(error) == {name, guard.REASON}, error
        assert "telephone number" in error[name][0]
        assert "Take it out" in error[name][0]
        assert "send this field" in error[guard.REASON][0]
        made = api.post(path, given | {guard.REASON: WHY})
        assert made.status_code == 201, (name, made.content)
        assert guard.REASON not in made.json()
        with acting_as(SYSTEM):
            entry = HistoryEntry.objects.get(record_id=made.json()["id"])
        # Why two records are merged is told in the history of a merge as well.
        assert entry.reason.endswith(KEPT), name
        # A reason that says it itself is none.
        again = api.post(path, given | {guard.REASON: f"Ask {TELEPHONE}"})
        assert list(again.json()["error"]["fields"]) == [guard.REASON]


def test_there_is_text_to_look_through_in_most_kinds():
    named = {model: {field.name for field in guard.text_fields(model)} for model in kinds()}
    assert {"summary", "assessment", "title", "date_words"} <= named[Meeting]
    assert not any(names & {"external_id", "reference", "url", "direction", "language"} for names in named.values())
    assert sum("notes" in names for names in named.values()) >= 10


def test_what_stands_there_already_is_not_asked_about_again(people, world):
    api, url = api_of(people.reviewer), reverse("api:meeting-detail", args=[world.meeting.pk])
    kept = api.patch(url, {"summary": f"Call {TELEPHONE}", guard.REASON: WHY}, headers={"If-Match": '"1"'})
    assert kept.status_code == 200, kept.content
    other = api.patch(url, {"assessment": "Brief."}, headers={"If-Match": '"2"'})
    assert other.status_code == 200, other.content
    refused = api.patch(url, {"summary": f"Call {TELEPHONE} again"}, headers={"If-Match": '"3"'})
    assert "summary" in refused.json()["error"]["fields"]
    with acting_as(SYSTEM):
        entries = HistoryEntry.objects.filter(record_id=world.meeting.pk).order_by("version")
        assert [entry.reason for entry in entries] == ["", KEPT, ""]


def test_reasons_are_looked_through_as_well(people, world):
    api, path = api_of(people.reviewer), reverse("api:meeting-withdraw", args=[world.meeting.pk])
    refused = api.post(path, {"reason": f"Ask {TELEPHONE}", "version": 1})
    assert set(refused.json()["error"]["fields"]) == {"reason", guard.REASON}
    marking = reverse("api:meeting-marking", args=[world.meeting.pk])
    refused = api.post(marking, {"level": 1, "reason": f"Ask {TELEPHONE}", "version": 1})
    assert set(refused.json()["error"]["fields"]) == {"reason", guard.REASON}
    done = api.post(path, {"reason": f"Ask {TELEPHONE}", "version": 1, guard.REASON: WHY})
    assert done.status_code == 200, done.content
    with acting_as(SYSTEM):
        last = HistoryEntry.objects.filter(record_id=world.meeting.pk).order_by("-id").first()
        assert last.reason == f"Ask {TELEPHONE} {KEPT}"


def test_the_services_themselves_refuse(people, world):
    """Whatever a door forgets: they are what every door calls."""
    with acting_as(user_principal(people.reviewer)) as actor:
        meeting = Meeting(channel=world.channel, started_on=DAY, summary="born on 12 March 1990")
        with pytest.raises(guard.ValidationError) as refused:
            add_record(actor, meeting)
        assert list(refused.value.error_dict) == ["summary"]
        changed = Meeting.objects.get(pk=world.meeting.pk)
        changed.assessment = "Паспорт АБ 123456"
        with pytest.raises(guard.ValidationError):
            change_record(actor, changed, expected_version=1)
        with pytest.raises(guard.ValidationError):
            withdraw_record(actor, world.meeting, reason="tel. 044 123 45 67")
        guard.allow(WHY)
        assert add_record(actor, meeting).pk
    with acting_as(user_principal(people.reviewer)), pytest.raises(guard.ValidationError):
        guard.check_words({"summary": TELEPHONE})  # one act's reason is not the next one's


def test_officials_the_writer_may_see_may_be_listed(people, world):
    names = "Ivan Petrenko\nOlena Kovalenko\nTaras Shevchenko"
    with acting_as(SYSTEM):
        for name in names.splitlines()[:2]:
            make(type(world.representative), name=name, actor=world.actor)
        hidden = make(
            type(world.representative), name="Taras Shevchenko", actor=world.actor, compartments=[people.room.pk]
        )
    with acting_as(user_principal(people.recorder)):
        assert guard.look(names) == []
        assert guard.look(f"{names}\nOleh Bondar\nMykola Koval")  # whom the writer may not see is no known official
    with acting_as(user_principal(people.member)):
        assert type(world.representative).objects.filter(pk=hidden.pk).exists()
        assert guard.look(f"{names}\nOleh Bondar\nMykola Koval") == []


def test_on_a_form_everything_is_flagged_at_once_beside_its_field(people, world):
    client, path = signed_in(people.recorder), reverse("desk:meeting-add")
    typed = {
        "channel": world.channel.pk, "started_on_day": "17", "started_on_month": "2", "started_on_year": "2026",
        "summary": f"Ask {TELEPHONE}", "participants-0-words": "born on 12 March 1990",
        "sources-0-publisher": "Reuters", "sources-0-quote": "Петренко І. В., Коваленко О. М., Шевченко Т. Г.",
    }  # fmt: skip
    refused = sent(client, path, **typed)
    assert set(errors_of(refused)) == {"summary", "participants-0-words", "sources-0-quote"}
    page = refused.content.decode()
    assert page.count("looks like a telephone number") == 2  # beside the field, and in the summary
    assert "Why must it stay?" in page
    assert typed["participants-0-words"] in page
    with acting_as(SYSTEM):
        assert Meeting.objects.count() == 1
    again = data_of(form_of(page))
    empty = client.post(path, again | {guard.REASON: "  "})
    assert "summary" in errors_of(empty)
    itself = client.post(path, again | {guard.REASON: f"Of {TELEPHONE}"})
    assert list(errors_of(itself)) == [guard.REASON]
    saved = client.post(path, again | {guard.REASON: WHY})
    assert saved.status_code == 302, errors_of(saved)
    with acting_as(SYSTEM):
        meeting = Meeting.objects.exclude(pk=world.meeting.pk).get()
        written = [meeting, *meeting.participants.all(), *meeting.citations.all()]
        reasons = {HistoryEntry.objects.get(record_id=one.pk).reason for one in written}
        assert reasons == {KEPT}
        # What was said is quoted, and is what the statement says.
        assert HistoryEntry.objects.get(record_id=meeting.citations.get().source_id).reason == KEPT
    # Opened again, it is not asked about again.
    edit = reverse("desk:meeting-edit", args=[meeting.pk])
    assert "Why must it stay?" not in client.get(edit).content.decode()
    assert sent(client, edit, assessment="Brief.").status_code == 302


def test_a_dialog_asks_why_too(people, world):
    client, path = signed_in(people.recorder), reverse("desk:create-actor")
    given = {"name": f"Desk {TELEPHONE}", "kind_of_actor": "ngo", "level": "1"}
    refused = client.post(path, given).json()
    assert list(refused["errors"]) == ["name"]
    assert f'name="{guard.REASON}"' in refused["asked"]
    made = client.post(path, given | {guard.REASON: WHY}).json()
    assert made["option"]["text"] == given["name"]


# Forms that write no record: about accounts, reports and what is looked for.
OTHER_ROOMS = ("access.", "reports.", "allauth.")


def test_every_form_that_writes_a_record_looks_through_its_text():
    views = {getattr(pattern.callback, "view_class", None) for _name, pattern in patterns()}
    unguarded, seen = [], 0
    for view in views:
        form = getattr(view, "form_class", None)
        if form is None or view.__module__.startswith(OTHER_ROOMS):
            continue
        for each in (form, *(part.formset.form for part in getattr(view, "parts", ()))):
            seen += 1
            if any(type(field) is forms.CharField for field in each.base_fields.values()):
                unguarded += [each] if not issubclass(each, LooksThrough) else []
    assert unguarded == []
    assert seen >= 20

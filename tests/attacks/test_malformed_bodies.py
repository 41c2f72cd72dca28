"""Whatever is sent, the answer is in words and names the field: never an error of the server, never half a write."""

import json

import pytest
from django.conf import settings
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given
from hypothesis import settings as bounds
from hypothesis import strategies as st

from access.context import SYSTEM, acting_as
from tests.attacks.answers import refused, send
from tests.desk.test_entry_meeting import typed
from tests.people import signed_in
from tests.records.kinds import BY_NAME, KINDS
from tests.sweeps.walk import addresses

pytestmark = pytest.mark.django_db
WRONG = [
    [], [[]], {}, {"a": {"b": 1}}, {"id": []}, True, 10**30, -(10**30), 2**63, 1.5, 1e308, "", " ", "\t\n",
    "x" * 100_000, "9" * 5000, "\u202e", "\ufeff", "२०२५", "2025-13-45", "0000-00-00", "99999-01-01", None,
]  # fmt: skip


def writable(kind) -> list[str]:
    name = f"api:{kind.model.kind_of()}-list"
    fields = next(address for address in addresses() if address.name == name).view.serializer_class().fields
    return [name for name, field in fields.items() if not field.read_only]


def of_kind(world, model):
    return next(record for record in vars(world).values() if type(record) is model)


def raw(api, url: str, body: str | bytes, content_type: str = "application/json", method: str = "POST"):
    return api.generic(method, url, body, content_type=content_type)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.model.kind_of())
def test_wrong_types_are_refused_by_their_field(kind, api, world):
    """Each value into every field at once: all that is refused is refused by name, and nothing breaks.

    Making and changing check alike, and of kinds with fields of the same sort each is sent another value: so values
    are sent in turn.
    """
    url, body, names = reverse(f"api:{kind.model.kind_of()}-list"), kind.filled(world), writable(kind)
    detail = reverse(f"api:{kind.model.kind_of()}-detail", args=[of_kind(world, kind.model).pk])
    turn = KINDS.index(kind)
    for number, wrong in enumerate(WRONG, turn):
        if number % 2:
            answer = send(api, "post", url, dict.fromkeys(names, wrong))
        else:
            answer = send(api, "patch", detail, dict.fromkeys(names, wrong) | {"version": 1})
        assert set(refused(answer, 400)["fields"]) <= {*names, "record"}, wrong
    # One field at a time, so that no refusal hides behind another.
    for number, name in enumerate(names, turn):
        wrong = ([{}], 10**30, "9" * 5000)[number % 3]
        with transaction.atomic():
            response = send(api, "post", url, body | {name: wrong})
            transaction.set_rollback(True)  # what is made twice is refused for that
        assert response.status_code in (201, 400), (name, wrong, response.content[:300])
        if response.status_code == 400:
            assert name in response.json()["error"]["fields"] or "record" in response.json()["error"]["fields"]


@bounds(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from(sorted(BY_NAME)),
    values=st.data(),
)
def test_no_value_of_any_shape_breaks_a_resource(api, world, name, values):
    kind = BY_NAME[name]
    json_values = st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    )
    fields = values.draw(st.dictionaries(st.sampled_from(writable(kind)), json_values, max_size=4))
    body = json.dumps(kind.filled(world) | fields)
    response = raw(api, reverse(f"api:{name}-list"), body)
    assert response.status_code in (201, 400, 403), (body, response.content[:300])
    if response.status_code != 201:
        refused(response, response.status_code)


NOT_JSON = [
    b"", b"{", b"[", b'{"name": ', b'{"name": "x"', b"nul", b"NaN", b'{"level": NaN}', b'{"level": Infinity}',
    b'{"level": -Infinity}', b"\xff\xfe", b'{"name": "\xff"}', b'{"name": "\\ud800"}', b'{"name": "a\\u0000b"}',
    b'{"na\\u0000me": 1}', b'{"name": 1}{"name": 2}', b"[]", b'"text"', b"7", b"null", b"'{}'", b"<a/>",
    b"[" * 20_000 + b"]" * 20_000, b'{"a":' * 20_000 + b"1" + b"}" * 20_000, b'{"name": ' + b"1" * 10_000 + b"}",
    *(b'{"name": ' + b"[" * depth + b"]" * depth + b"}" for depth in (5, 50, 200, 500, 900, 950, 980, 1000, 1100)),
]  # fmt: skip


def test_what_is_no_body_is_refused_in_words(api, world):
    for url, method in (
        (reverse("api:actor-list"), "POST"),
        (reverse("api:actor-detail", args=[world.actor.pk]), "PATCH"),
        (reverse("api:actor-withdraw", args=[world.actor.pk]), "POST"),
        (reverse("api:report-run-list"), "POST"),
    ):
        for body in NOT_JSON:
            response = raw(api, url, body, method=method)
            # An empty body is an empty change, which still has to say of which version.
            refused(response, 428 if body in (b"", b"{}") and method == "PATCH" else 400)


def test_of_a_name_that_stands_twice_the_last_one_counts_and_is_checked(api, world):
    url = reverse("api:actor-list")
    assert refused(raw(api, url, b'{"name": "x", "level": 0, "level": 9}'), 400)["fields"]["level"]
    twice = raw(api, url, b'{"author": 1, "name": "a", "name": "b"}')
    assert set(refused(twice, 400)["fields"]) == {"author"}


def test_another_content_type_is_refused(api, world):
    for content_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "nonsense",
    ):
        error = refused(raw(api, reverse("api:actor-list"), b"name=x", content_type), 415)
        assert error["code"] == "unsupported_media_type"
    for content_type in ("application/json; charset=nonsense", "application/json; charset=utf-16", ";;;"):
        response = raw(api, reverse("api:actor-list"), b'{"name": "x"}', content_type)
        assert response.status_code in (400, 415), (content_type, response.status_code)
        refused(response, response.status_code)


def test_a_body_larger_than_any_record_is_refused(api, people, world):
    large = b'{"name": "' + b"x" * (2 * settings.DATA_UPLOAD_MAX_MEMORY_SIZE) + b'"}'
    error = refused(raw(api, reverse("api:actor-list"), large), 413)
    assert (error["code"], "5 MB" in error["message"]) == ("too_large", True)
    client = signed_in(people.recorder, raise_request_exception=False)
    refused_page = client.post(reverse("desk:meeting-add"), typed(world, summary="x" * len(large)))
    assert refused_page.status_code in (200, 400)
    many = {f"f{number}": "1" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    assert client.post(reverse("desk:meeting-add"), many).status_code == 400
    with acting_as(SYSTEM):
        assert type(world.meeting).objects.count() == 1


MULTIPART = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="summary"\r\n'
BROKEN_FORMS = [
    (b"", "multipart/form-data"),
    (b"x", "multipart/form-data; boundary="),
    (PART + b"\r\nx", MULTIPART),
    (PART + b"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--x--", MULTIPART),
    (b"--x\r\n\r\n\r\n--x--", "multipart/form-data; boundary=\xff"),
    (b"summary=%ff%fe&level=%00", "application/x-www-form-urlencoded"),
    (b"\xff\xfe\x00", "application/x-www-form-urlencoded; charset=utf-16"),
    (b"a" * 100, "application/x-www-form-urlencoded; charset=nonsense"),
    (b"{}", "application/json"),
]
FORMS = ("desk:meeting-add", "reports:report-run-list", "theme", "account_login")


def test_broken_forms_are_answered_by_a_page(people, world):
    client = signed_in(people.recorder, raise_request_exception=False)
    paths = [reverse(name) for name in FORMS]
    paths.append(reverse("desk:meeting-edit", args=[world.meeting.pk]))
    paths.append(reverse("negotiations:meeting-withdraw", args=[world.meeting.pk]))
    for path in paths:
        for body, content_type in BROKEN_FORMS:
            response = client.generic("POST", path, body, content_type=content_type)
            assert response.status_code in (200, 302, 400, 409), (path, content_type, response.status_code)


ROWS = ("participants-0-id", "sources-0-id", "participants-0-actor", "sources-0-source", "sources-0-DELETE")
MANAGEMENT = tuple(f"{rows}-{name}_FORMS" for rows in ("participants", "sources") for name in ("TOTAL", "INITIAL"))


@pytest.mark.parametrize("wrong", ["", "\0", "9" * 5000, "x" * 100_000, "\u202e", "-1", "1e9", "<b>", "२"])
def test_no_field_of_the_meeting_form_breaks(people, world, wrong):
    client = signed_in(people.recorder, raise_request_exception=False)
    more = ("ended_on_day", "ended_on_month", "ended_on_year", "version", "place_withheld", *ROWS)
    fields = [name for name in (*typed(world), *more) if name not in MANAGEMENT]
    for path in (
        reverse("desk:meeting-add"),
        reverse("desk:meeting-edit", args=[world.meeting.pk]),
    ):
        for names in (fields, MANAGEMENT, (*fields, *MANAGEMENT)):
            # Nothing is written without its channel, so each answer is the form again, with what was typed.
            response = client.post(path, typed(world, channel="") | dict.fromkeys(names, wrong))
            assert response.status_code == 200, (path, names, response.status_code)
            assert response.context["form"].errors
    # A month or a year of thousands of digits, by itself.
    for name in ("started_on_day", "started_on_month", "started_on_year"):
        response = client.post(reverse("desk:meeting-add"), typed(world, **{name: wrong}, channel=""))
        assert response.status_code == 200, name

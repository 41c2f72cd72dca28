"""Whatever is put into any field of any form of the desk is saved as typed or refused with the field's name.

The forms are found among the addresses, their fields on their pages: a new form is fuzzed without being named here.
"""

from contextlib import contextmanager
from itertools import zip_longest
from urllib.parse import quote_plus

import pytest
from django.db import transaction
from django.forms import MultiWidget
from django.urls import reverse

from access.context import SYSTEM, acting_as
from desk.entry import EntryView
from desk.views.choices import Create
from records.models import HistoryEntry
from tests.attacks.hostile import FORMULAS, INVISIBLE, MARKUP
from tests.desk.sending import controls, data_of, form_of
from tests.people import signed_in
from tests.sweeps.walk import patterns

pytestmark = pytest.mark.django_db
FORMS = {
    pattern.callback.view_class.model.kind_of(): pattern.callback.view_class
    for _name, pattern in patterns()
    if issubclass(getattr(pattern.callback, "view_class", object), EntryView)
}
DIALOGS = [name for name, pattern in patterns() if issubclass(getattr(pattern.callback, "view_class", object), Create)]
# What people paste, and what people send who mean harm.
TEXTS = {
    "markup and code": f"{FORMULAS[1]} {MARKUP} ' OR 1=1 --%s%(x)s{{0}}\\x00",
    "both directions, many scripts": "\u202eabc\u202c \u0645\u0631\u062d \u2067עברית\u2069 Ґудзь"
    " 王 한 हिन्दी 🕊️👩\u200d👩\u200d👧 Z̷̨a̸l",
    "invisible": INVISIBLE,
    "only invisible": "\u200b\u200d\u2060",
    "lines": "one\r\ntwo\r\n\r\n\tthree",
    "long": "жщ" * 6_000,
    "nul": "a\x00b",
    "lone surrogate": "a\ud800b",
}
# For fields that are no text: dates, numbers, choices, identifiers, and what no person sees.
WRONG = [
    "x", "-1", "٣", "0x10", "1e999", "NaN", "9" * 5000, "\x00", "\ud800", "[]", "00000000-0000-4000-8000-000000000000",
    "9223372036854775808", "2026-02-30", "\u202e1", "on", "'", " ",
]  # fmt: skip


@pytest.fixture
def world(two_sides):
    return two_sides


@pytest.fixture
def client(people):
    return signed_in(people.reviewer, raise_request_exception=False)


def post(client, address: str, data: dict):
    """Send a form as bytes: half characters, which no browser sends, reach the server too."""
    pairs = [(name, value) for name, given in data.items() for value in (given if isinstance(given, list) else [given])]
    body = "&".join(
        f"{quote_plus(name)}={quote_plus(str(value).encode('utf-8', 'surrogatepass'))}" for name, value in pairs
    )
    return client.post(address, body, content_type="application/x-www-form-urlencoded")


def is_text(control) -> bool:
    """Whether a control takes free text: neither a number nor a day, and nothing that is chosen."""
    plain = control.name == "textarea" or control.get("type") in ("text", "url", "search")
    return plain and not control.get("inputmode") and control.get("maxlength") not in ("3", "4", "8")


def field_of(control: str, response) -> str:
    """Return the field, as errors are told by, that a control is part of."""
    told = response.context_data
    for form in (told["form"], *(row for rows in told["formsets"] for row in rows.forms)):
        for field in form:
            suffixes = field.field.widget.widgets_names if isinstance(field.field.widget, MultiWidget) else [""]
            if control in {f"{field.html_name}{suffix}" for suffix in suffixes}:
                return field.html_name
    return control


def refused(response) -> set[str]:
    """Return the fields that were refused, of a row that was refused as a whole its prefix."""
    assert response.status_code in {200, 409}, response.status_code
    told = response.context_data
    found = set(told["form"].errors)
    for rows in told["formsets"]:
        found |= {row.add_prefix(name) for row in rows.forms for name in row.errors}
        found |= {rows.prefix} if rows.is_bound and rows.non_form_errors() else set()
    assert found or told.get("asked") or told.get("conflict"), "refused without a word"
    return found


def row_of(name: str) -> str:
    """Return the row a control or a field stands in; of the record's own fields the field."""
    prefix, number, *_rest = [*name.split("-"), "", ""]
    return f"{prefix}-{number}" if number.isdecimal() else name


def written_since(last: int) -> set[str]:
    """Return every text that was written since."""
    with acting_as(SYSTEM):
        rows = HistoryEntry.objects.filter(id__gt=last).values_list("after", flat=True)
        values = [value for row in rows if row for value in row.values()]
    return {one for value in values for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)}


def last_entry() -> int:
    with acting_as(SYSTEM):
        return HistoryEntry.objects.order_by("-id").values_list("id", flat=True).first() or 0


def as_sent(text: str) -> str:
    """Return a text as Django takes it: without white space at its ends, half characters replaced by the standard's."""
    return text.encode("utf-8", "surrogatepass").decode("utf-8", "replace").strip()


@contextmanager
def undone():
    """Take back whatever is written inside, so that each attempt begins with the same form."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("kind", FORMS)
def test_every_text_is_saved_as_typed_or_refused_by_name(kind, client, world):
    address = reverse(f"desk:{kind}-edit", args=[getattr(world, kind.replace("-", "_")).pk])
    form, last, seen = form_of(client.get(address).content.decode()), last_entry(), 0
    before = data_of(form)
    fields = [control for control in controls(form) if is_text(control)]
    for name, hostile in TEXTS.items():
        typed = {
            control["name"]: f"{hostile} {number}"
            for number, control in enumerate(fields)
            if control.name == "textarea" or "\n" not in hostile  # no browser sends lines from a field of one line
        }
        with undone():
            answer = post(client, address, before | typed)
            if answer.status_code != 302 and (wrong := refused(answer)):
                typed = typed_besides(answer, typed, wrong, is_as_sent=name not in ("lone surrogate", "nul", "lines"))
                answer = post(client, address, before | typed)
            if answer.status_code != 302 and answer.context_data.get("asked"):
                answer = post(client, address, before | typed | {"alike": answer.context_data["asked"]["word"]})
            assert answer.status_code == 302, (name, refused(answer))
            there = written_since(last)
            assert {as_sent(text) for text in typed.values()} <= there, name
        seen += len(typed)
    assert seen > len(TEXTS)


def typed_besides(answer, typed: dict, wrong: set[str], *, is_as_sent: bool) -> dict:
    """Return what was typed and not refused; all of it must stand on the page again."""
    rows = {row_of(field) for field in wrong}
    left = {control for control in typed if row_of(field_of(control, answer)) in rows}
    # What was refused is one of the fields, or stands in one of the rows, into which this was typed.
    assert {row_of(field_of(control, answer)) for control in left} == rows, wrong
    if is_as_sent:
        page = data_of(form_of(answer.content.decode()))
        assert {control: page[control] for control in typed} == {control: [text] for control, text in typed.items()}
    return {control: text for control, text in typed.items() if control not in left}


def alone_in_rows(names: list[str]) -> list[list[str]]:
    """Return the fields of a form's own one by one, and those of its rows so that each row has one at a time."""
    rows: dict[str, list[str]] = {}
    for name in names:
        rows.setdefault(row_of(name), []).append(name)
    own = [found for row, found in rows.items() if found == [row]]
    repeated = [found for row, found in rows.items() if found != [row]]
    return own + [[name for name in together if name] for together in zip_longest(*repeated)]


@pytest.mark.parametrize("kind", FORMS)
def test_what_is_no_text_is_refused_by_name_whatever_is_sent(kind, client, world):
    """Each field alone in its row, among sound ones, so that it gets as far as it can; and all at once."""
    address = reverse(f"desk:{kind}-edit", args=[getattr(world, kind.replace("-", "_")).pk])
    form = form_of(client.get(address).content.decode())
    before = data_of(form)
    names = [control["name"] for control in controls(form) if not is_text(control)]
    boxes = {control["name"] for control in controls(form) if control.get("type") == "checkbox"}
    names = [name for name in dict.fromkeys(names) if name in before and not name.endswith("_FORMS")]
    for number, sent in enumerate(alone_in_rows(names)):
        wrong = {name: WRONG[(number + place) % len(WRONG)] for place, name in enumerate(sent)}
        with undone():
            answer = post(client, address, before | wrong)
        assert answer.status_code in {200, 302, 409}, (wrong, answer.status_code)
        if answer.status_code == 200:
            told = {row_of(field) for field in refused(answer)}
            places = {place for name in sent for place in (row_of(field_of(name, answer)), name.split("-")[0])}
            # A box that is ticked, a form's own key: sound in themselves, what they lead to is told elsewhere.
            is_ours = told <= {*places, "__all__"} or not {*sent} - boxes - {"key", "version"}
            assert is_ours, (wrong, told)
    own = {name: value for name, value in before.items() if name.endswith(("_FORMS", "key"))}
    # Half of them for one form, half for the next: what judges them is the same for all.
    for number, wrong in enumerate(WRONG[list(FORMS).index(kind) % 2 :: 2]):
        path = address if number % 2 else reverse(f"desk:{kind}-add")
        with undone():
            answer = post(client, path, dict.fromkeys(before, wrong) | own)
        assert answer.status_code in {200, 302, 409}, (wrong, answer.status_code)
    # Fields that are given several times, and numbers of rows that are none.
    for wrong in ("x", "-1", "99999999999"):
        several = {name: [wrong, *value] for name, value in before.items()}
        assert post(client, address, several).status_code in {200, 302, 409}, wrong
        counts = {name: wrong for name in before if name.endswith("_FORMS")}
        assert post(client, address, before | counts).status_code in {200, 302, 409}, wrong


@pytest.mark.parametrize("kind", FORMS)
def test_what_stands_beside_a_form_answers_whatever_is_typed(kind, client, world):
    names = [control["name"] for control in controls(form_of(client.get(reverse(f"desk:{kind}-add")).content.decode()))]
    for hostile in ("a\x00\ud800\u202e" + MARKUP, *WRONG):
        if FORMS[kind].alike_by:
            assert post(client, reverse(f"desk:alike-{kind}"), dict.fromkeys(names, hostile)).status_code == 200
    for hostile in ("\x00", "\ud800", "x", MARKUP):
        given = {"form": kind, "record": hostile}
        assert post(client, reverse("desk:present"), given).status_code == 404
        if FORMS[kind].alike_by:
            assert post(client, reverse(f"desk:alike-{kind}"), given).status_code == 404


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_answers_whatever_is_typed(name, client, world):
    address = reverse(name)
    form = form_of(client.get(address).content.decode())
    before, names = data_of(form), [control["name"] for control in controls(form)]
    hostile = [*TEXTS.values(), *WRONG]
    alone = [before | {name: hostile[number % len(hostile)]} for number, name in enumerate(names * 3)]
    for data in (*(dict.fromkeys(names, text) for text in hostile), *alone):
        answer = post(client, address, data)
        assert answer.status_code == 200
        assert answer.json().keys() <= {"option", "errors", "asked"}

"""What somebody typed stays text: on every page that shows it, in the API, in reports and in spreadsheets."""

import csv
import io
import json

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from access.context import SYSTEM, acting_as
from negotiations.models import Meeting
from records.models import Query, Record
from reports.public_record.exporting import as_csv, export_rows
from reports.public_record.files import FILES
from reports.public_record.formulas import as_text, as_written
from reports.public_record.reading import read_rows
from reports.tasks import make_report
from tests.attacks.answers import send
from tests.attacks.hostile import FORMULAS, INVISIBLE, MARKUP, Elements, text_fields
from tests.desk.test_entry_meeting import typed
from tests.factories import make_world, verified
from tests.people import signed_in
from tests.records.kinds import KINDS
from tests.sweeps.walk import addresses, of_each_view

pytestmark = pytest.mark.django_db
DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def is_offered(fields, field) -> bool:
    return field.name in fields and not fields[field.name].read_only


def write_everywhere(api, world, told: str) -> dict:
    """Write the text into every text field of every kind through the API; return the identifier of each by kind."""
    written = {}
    for kind in KINDS:
        url, body = reverse(f"api:{kind.model.kind_of()}-list"), kind.filled(world)
        name = f"api:{kind.model.kind_of()}-list"
        offered = next(one for one in addresses() if one.name == name).view.serializer_class().fields
        names = [field.name for field in text_fields(kind.model) if is_offered(offered, field)]
        # In a query "@" asks somebody by name; whom nobody knows is refused.
        words = f"x{told}" if kind.model is Query else told
        wanted = {name: words[: kind.model._meta.get_field(name).max_length or len(words)] for name in names}
        response = send(api, "post", url, body | wanted)
        assert response.status_code == 201, (kind.model, response.content)
        made = response.json()
        # Django takes white space off both ends of what is typed; nothing else is changed.
        assert {name: made[name] for name in wanted} == {name: value.strip() for name, value in wanted.items()}
        written[kind.model] = made["id"]
    return written


def test_markup_is_text_on_every_page(api, people, world):
    with acting_as(SYSTEM):  # a whole world of it, one record linked to the next, with names as long as fields allow
        evil = make_world('"><i data-evil=1>', author=None)
    written = write_everywhere(api, evil, MARKUP)
    client, shown, each_view = signed_in(people.reviewer), 0, of_each_view(addresses())
    for address in addresses():
        if address.is_api or address.name == "theme" or (address.model and not issubclass(address.model, Record)):
            continue
        pks = [None]
        if address.model:
            of_kind = next(one for one in vars(evil).values() if type(one) is address.model)
            # Of a page that serves several kinds the long names are looked at once, what was written for each.
            pks = [written[address.model], *([of_kind.pk] if address in each_view else [])]
        for pk in pks:
            answer = client.get(reverse(address.name, args=[pk] if pk else []))
            if not answer.headers.get("Content-Type", "").startswith("text/html"):
                continue  # JSON for a script, or a file: no browser takes it for a page
            page = answer.content.decode()
            assert Elements.evil_in(page) == [], address.name
            shown += "data-evil=1" in page
    assert shown >= 70
    for path in (reverse("reports:search"), reverse("exchanges:outcome-list")):
        page = client.get(path, {"q": MARKUP, "ordering": MARKUP, "page": MARKUP, "conflict": MARKUP}).content.decode()
        assert Elements.evil_in(page) == []
    wrong = typed(world, channel="") | {name: MARKUP for name in typed(world) if "FORMS" not in name}
    page = client.post(reverse("desk:meeting-add"), wrong).content.decode()
    assert Elements.evil_in(page) == []
    assert "data-evil=1" in page


@pytest.mark.parametrize("address", ["javascript:alert(1)", "data:text/html,x", " javascript:x", "java\nscript:x", "x"])
def test_an_address_that_runs_something_is_none(api, people, world, address):
    refused = send(api, "post", reverse("api:source-list"), {"publisher": "x", "address": address})
    assert set(refused.json()["error"]["fields"]) == {"address"}
    typed_in = typed(world) | {"sources-0-url": address}
    page = signed_in(people.recorder).post(reverse("desk:meeting-add"), typed_in)
    sources = next(rows for rows in page.context["formsets"] if rows.prefix == "sources")
    assert sources.errors[0]["url"]


def test_a_report_shows_markup_as_text(people, world):
    with acting_as(SYSTEM):
        evil = make_world("<b data-evil=1>", level=0)
    client = signed_in(people.analyst)
    given = {"period_from": "2025-01-01", "period_to": "2025-12-31", "template": "period_summary"}
    asked = client.post(reverse("reports:report-run-list"), given | {"conflict": evil.conflict.pk})
    pk = asked.headers["Location"].rstrip("/").rpartition("/")[2]
    make_report.apply(args=[f"user:{people.analyst.pk}", pk], throw=True)
    page = client.get(reverse("reports:report-run-detail", args=[pk])).content.decode()
    assert "data-evil=1" in page
    assert Elements.evil_in(page) == []
    result = client.get(reverse("reports:report-run-result", args=[pk]))
    assert result.headers["Content-Type"] == "application/json"
    assert result.headers["Content-Disposition"].startswith("attachment")


def test_the_api_answers_as_json_whatever_a_browser_asks_for(api, world):
    made = send(api, "post", reverse("api:actor-list"), {"name": "x", "kind_of_actor": "ngo", "notes": MARKUP})
    read = api.get(made.json()["url"], headers={"accept": "text/html"})
    assert (made.status_code, read.status_code) == (201, 406)
    assert read.headers["Content-Type"] == "application/json"
    assert json.loads(api.get(made.json()["url"]).content)["notes"] == MARKUP


@pytest.mark.parametrize("told", [*FORMULAS, INVISIBLE, "e\u0301", "\U0001f54a\ufe0f", "مرحبا \u200f(1)"])
def test_what_is_written_comes_back_as_it_was(api, world, told):
    write_everywhere(api, world, told)


def test_the_meeting_form_keeps_what_nobody_sees(people, world):
    client = signed_in(people.recorder)
    assert client.post(reverse("desk:meeting-add"), typed(world, summary=INVISIBLE)).status_code == 302
    with acting_as(SYSTEM):
        meeting = Meeting.objects.exclude(pk=world.meeting.pk).get()
        assert meeting.summary == INVISIBLE
    edit = client.get(reverse("desk:meeting-edit", args=[meeting.pk])).content.decode()
    assert INVISIBLE in edit


def test_no_cell_of_the_export_is_a_formula_and_the_import_reads_the_text(api, world):
    for told in FORMULAS:
        write_everywhere(api, world, told)
    for kind in KINDS:  # only what is verified is exported
        if kind.model.is_reviewed:
            verified(kind.model, withdrawn_at=None)
    with acting_as(SYSTEM):
        rows = {file: export_rows(file) for file in FILES}
    met = 0
    for file, told in rows.items():
        text = as_csv(file, told)
        for cells in list(csv.reader(io.StringIO(text, newline="")))[1:]:
            for cell in cells:
                if cell.startswith(DANGEROUS):
                    assert float(cell) < 0, cell  # a number, for example a longitude in the west
                met += cell.startswith("'")
        assert [row.cells for row in read_rows(file, text)] == told
    assert met >= 30


@given(st.text(alphabet="'=+-@\t\r1.a,\"\n ", max_size=6) | st.text(max_size=10))
def test_every_cell_comes_back_from_its_spelling(cell):
    assert as_written(as_text(cell)) == cell
    is_number = as_text(cell) == cell and cell.startswith(("+", "-"))
    assert not as_text(cell).startswith(DANGEROUS) or is_number

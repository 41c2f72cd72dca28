"""Every row, id, claim, qualifier, direction, category, precision and source link is found again."""

import csv

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext

from access.context import ANONYMOUS, SYSTEM, acting_as
from access.levels import Level
from exchanges.models import Claim, Outcome, RunningTotal
from intermediaries.models import Actor, ActorName, Mandate, Representative
from negotiations.models import Agreement, Channel, ChannelParty, Commitment, Conflict, Meeting, Place
from records.models import HistoryEntry, ReviewState
from reports.public_record.exporting import as_csv, export_rows
from reports.public_record.files import FILES
from reports.public_record.importing import import_folder, is_imported
from sources.models import Citation, Source
from tests.public_record.conftest import history

COUNTS = {
    "sources": 526,
    "intermediaries": 14,
    "people": 45,
    "channels": 24,
    "meetings": 37,
    "agreements": 25,
    "prisoner_exchanges": 88,
    "remains_returns": 58,
    "child_repatriations": 29,
    "safe_passages": 12,
    "exchange_claims": 364,
    "remains_claims": 135,
    "child_claims": 68,
    "safe_passage_claims": 48,
    "running_totals": 110,
}


def rows_of(file: str) -> list[dict[str, str]]:
    with (settings.PUBLIC_RECORD_DIR / f"{file}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def by_id(rows: list[dict[str, str]]) -> dict[str, dict[str, str]]:
    return {next(iter(row.values())): row for row in rows}


def test_the_files_declared_are_the_files_there_are():
    assert {path.stem for path in settings.PUBLIC_RECORD_DIR.glob("*.csv")} == set(FILES) == set(COUNTS)


@pytest.mark.parametrize("file", FILES)
def test_every_row_comes_back_as_it_was(record, file):
    wanted = rows_of(file)
    with acting_as(SYSTEM):
        given = export_rows(file)
    assert len(given) == len(wanted) == COUNTS[file]
    assert list(given[0]) == list(wanted[0])
    wanted_by_id, given_by_id = by_id(wanted), by_id(given)
    assert set(given_by_id) == set(wanted_by_id)
    for row_id, row in wanted_by_id.items():
        assert given_by_id[row_id] == row


@pytest.mark.parametrize("file", FILES)
def test_the_file_written_has_the_same_lines(record, file):
    with acting_as(SYSTEM):
        text = as_csv(file, export_rows(file))
    given = (settings.PUBLIC_RECORD_DIR / f"{file}.csv").read_text(encoding="utf-8")
    assert sorted(text.splitlines()) == sorted(given.splitlines())


def test_the_export_reads_the_fields_not_a_copy_of_the_row(record):
    with acting_as(SYSTEM):
        Outcome.objects.filter(external_id="ex-2022-03-24").update(notes="changed", series_number=99)
        Claim.objects.filter(outcome__external_id="ex-2022-03-24").update(number=7)
        Commitment.objects.filter(external_id="ag-2025-05-16#1").update(quantity=1001)
        row = by_id(export_rows("prisoner_exchanges"))["ex-2022-03-24"]
        assert (row["notes"], row["reported_number"]) == ("changed", "99")
        assert {r["count"] for r in export_rows("exchange_claims") if r["exchange_id"] == "ex-2022-03-24"} == {"7"}
        assert by_id(export_rows("agreements"))["ag-2025-05-16"]["commitments"] == "prisoners:1001:each_side"


def test_the_report_counts_every_row(record):
    assert record.imported and record.refusals == record.notes == []
    for file, count in record.files.items():
        assert (count.read, count.created, count.changed, count.unchanged, count.refused) == (
            COUNTS[file],
            COUNTS[file],
            0,
            0,
            0,
        )
    assert record.total.created == sum(COUNTS.values()) == 1583


def test_the_records_are_counted(record):
    with acting_as(SYSTEM):
        kinds = dict(Outcome.objects.order_by().values_list("outcome_kind").annotate(Count("pk")))
        assert kinds == {"exchange": 88, "remains_transfer": 58, "child_return": 29, "safe_passage": 12}
        assert [model.objects.count() for model in (Meeting, Channel, Agreement, Representative, Source)] == [
            37,
            24,
            25,
            45,
            526,
        ]
        assert RunningTotal.objects.count() == 110
        assert Citation.objects.filter(record_type__model="claim").count() == 615
        assert Mandate.objects.count() == 14
        assert Actor.objects.intermediaries().count() == 14


def test_everything_is_public_verified_and_without_author(record):
    with acting_as(SYSTEM):
        for model in (Outcome, Claim, Citation, Source, Meeting, Place, Actor, ActorName, Conflict, Mandate):
            assert not model.objects.exclude(
                level=Level.PUBLIC,
                label__level=Level.PUBLIC,
                review_state=ReviewState.VERIFIED,
                author=None,
                version=1,
            ).exists()
        assert set(HistoryEntry.objects.values_list("door", "principal").distinct()) == {("import", "system")}


def test_importing_twice_writes_nothing_at_all(record):
    before = history()
    with CaptureQueriesContext(connection) as queries:
        again = import_folder()
    assert len(queries) < 130  # by batch, not by row
    assert history() == before
    assert again.total.unchanged == 1583
    assert (again.total.created, again.total.changed, again.total.refused, again.notes) == (0, 0, 0, [])


def test_one_figure_of_one_claimant_is_one_claim_with_all_its_citations(record):
    with acting_as(SYSTEM):
        told = Claim.objects.filter(outcome__external_id="rm-2022-09-20").annotate(cited=Count("citations"))
        assert [(claim.number, claim.cited) for claim in told] == [(25, 3)]
        identities = Claim.objects.values_list(
            "outcome", "claimant_words", "direction", "category", "number", "quantifier", "as_of"
        )
        assert len(set(identities)) == len(identities)


def test_names_of_one_actor_mean_one_actor_and_the_words_are_kept(record):
    with acting_as(SYSTEM):
        for words, name in [
            ("UAE", "United Arab Emirates"),
            ("USA", "United States"),
            ("Turkey", "Türkiye"),
            ("ICRC", "International Committee of the Red Cross"),
            ("Russian Orthodox Church", "Russian Orthodox Church (Moscow Patriarchate)"),
        ]:
            claim = Claim.objects.filter(claimant_words=words).first()
            assert claim.claimant.name == name
        dpr = Claim.objects.filter(claimant_words="DPR").first().claimant
        assert Representative.objects.get(external_id="pushilin").actor == dpr
        assert Actor.objects.filter(name="Türkiye").count() == 1
        assert ActorName.objects.get(name="Україна").actor.name == "Ukraine"


def test_the_conflict_has_its_sides_in_order(record):
    with acting_as(SYSTEM):
        parties = Conflict.objects.get().parties.values_list("actor__name", "direction", "direction_label", "colour")
        assert list(parties) == [
            ("Ukraine", "to_ukraine", "To Ukraine", "a"),
            ("Russia", "to_russia", "To Russia", "b"),
        ]


def test_oddities_of_the_record(record):
    with acting_as(SYSTEM):
        month = Outcome.objects.get(external_id="rm-2022-06-b")
        assert (month.date_precision, month.started_on.isoformat()) == ("month", "2022-06-01")
        undated = Agreement.objects.get(external_id="ag-2024-12-11")
        assert (undated.started_on, undated.date_precision) == (None, "unknown")
        assert Channel.objects.get(external_id="ch-saveukraine").date_precision == "year"
        assert Channel.objects.get(external_id="ch-saveukraine").when == "2022"
        wagner = ChannelParty.objects.filter(channel__external_id="ch-wagner").values_list("actor__name", flat=True)
        assert list(wagner) == ["Ukraine", "Wagner group", "Chechnya"]
        third = Outcome.objects.filter(variant="transfer_third_country").values_list("status", flat=True)
        assert list(third) == ["completed"]
        assert Outcome.objects.get(external_id="sp-uacorridor").status == "under_way"
        belarus = Meeting.objects.get(external_id="mt-2024-11-08").place
        assert (belarus.name, belarus.country_code, belarus.precision) == ("Belarus", "BLR", "country")


@pytest.mark.parametrize(
    "key, told",
    [
        ("ag-2025-05-16#1", ("prisoners", "number", 1000, False, "", "exchange", "one_for_one")),
        ("ag-2025-06-02#1", ("prisoners", "number", 1000, True, "", "exchange", "unspecified")),
        ("ag-2025-06-02#2", ("prisoners_wounded_ill", "all", None, False, "", "exchange", "all_for_all")),
        ("ag-2025-06-02#4", ("remains", "number", 6000, False, "to_ukraine", "transfer_remains", "unspecified")),
        ("ag-2022-11-17#1", ("prisoners", "not_agreed", None, False, "", "exchange", "unspecified")),
        ("ag-2022-03-03#1", ("safe_passage", "words", None, False, "both", "passage", "unspecified")),
        ("ag-2023-06-08#1", ("prisoners", "number", 11, False, "", "release", "unspecified")),
    ],
)
def test_commitments_say_what_the_agreement_says(record, key, told):
    with acting_as(SYSTEM):
        made = Commitment.objects.values_list(
            "subject", "quantity_kind", "quantity", "is_minimum", "direction", "commitment_kind", "reciprocity"
        ).get(external_id=key)
    assert made == told


def test_is_imported(record):
    assert is_imported()
    with acting_as(SYSTEM):
        Conflict.objects.update(external_id="")
    assert not is_imported()


def test_the_export_command_writes_what_its_reader_may_see(record, tmp_path, capsys):
    with acting_as(SYSTEM):
        Outcome.objects.filter(external_id="ex-2022-09-21").update(level=Level.CONFIDENTIAL)
    call_command("export_public_record", tmp_path / "open")
    call_command("export_public_record", tmp_path / "all", "--as", SYSTEM)
    written = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "open").iterdir()}
    assert len(written) == 15
    assert not [name for name, text in written.items() if "ex-2022-09-21" in text]
    assert "ex-2022-09-21-c01" in (tmp_path / "all" / "exchange_claims.csv").read_text(encoding="utf-8")
    assert "exchange_claims" in capsys.readouterr().out


def test_what_is_written_by_hand_survives_the_file(record, tmp_path):
    told = 'one, "two"\r\nthree\rfour; =five'
    with acting_as(SYSTEM):
        Outcome.objects.filter(external_id="ex-2022-03-24").update(notes=told)
    call_command("export_public_record", tmp_path, verbosity=0)
    with (tmp_path / "prisoner_exchanges.csv").open(encoding="utf-8", newline="") as stream:
        assert by_id(list(csv.DictReader(stream)))["ex-2022-03-24"]["notes"] == told


def test_the_export_command_overwrites_nothing_unasked_and_knows_its_readers(record, tmp_path):
    call_command("export_public_record", tmp_path, verbosity=0)
    with pytest.raises(CommandError, match="overwrite"):
        call_command("export_public_record", tmp_path)
    call_command("export_public_record", tmp_path, overwrite=True, verbosity=0)
    with pytest.raises(CommandError, match="no reader"):
        call_command("export_public_record", tmp_path / "x", "--as", "user:00000000-0000-0000-0000-000000000000")


@pytest.mark.parametrize(
    "model, key, left",
    [
        (Channel, "ch-qatar", {"meetings", "agreements"}),
        (Source, "un-220503", {"sources"}),
        (Meeting, "mt-2025-06-02", {"meetings"}),
    ],
)
def test_what_a_reader_may_not_see_appears_nowhere(record, model, key, left):
    """Its id stands in no cell but free text that names it; rows that hang on it are gone."""
    with acting_as(SYSTEM):
        model.objects.filter(external_id=key).update(level=Level.INTERNAL)
    with acting_as(ANONYMOUS):
        for file in FILES:
            for row in export_rows(file):
                assert not [cell for cell in row.values() if key in cell.split(";")]
        for file in left:
            assert len(export_rows(file)) < COUNTS[file]


def test_drafts_and_withdrawn_records_are_not_exported(record):
    with acting_as(SYSTEM):
        meeting = Meeting.objects.get(external_id="mt-2025-06-02")
        meeting.withdrawn_at, meeting.withdrawn_reason = meeting.recorded_at, "entered twice"
        meeting.save()
        Agreement.objects.filter(external_id="ag-2025-05-16").update(review_state="draft")
        assert "mt-2025-06-02" not in by_id(export_rows("meetings"))
        assert "ag-2025-05-16" not in by_id(export_rows("agreements"))

"""A later edition of the files: changed rows make versions, changed figures supersede, nothing is deleted."""

import pytest

from access.context import SYSTEM, acting_as, because, user_principal
from exchanges.models import Claim, Outcome, OutcomeChannel, OutcomeRole, RunningTotal
from intermediaries.models import Actor
from negotiations.models import Channel, ChannelParty, Commitment, Meeting, Participant, Place
from records.models import HistoryEntry
from reports.public_record.desk import CHANGED, GONE
from reports.public_record.exporting import export_rows
from reports.public_record.importing import import_folder
from sources.models import Citation, ClaimState, Source
from tests import people as cast
from tests.factories import verified
from tests.public_record.conftest import history


def exported(file: str, row_id: str) -> dict[str, str]:
    with acting_as(SYSTEM):
        (row,) = [row for row in export_rows(file) if next(iter(row.values())) == row_id]
    return row


def loaded_again_writes_nothing(folder) -> bool:
    before = history()
    folder.load()
    return history() == before


@pytest.mark.parametrize(
    "file, row_id, model, cells",
    [
        ("sources", "steinert", Source, {"title": "A new title", "title_from": "page"}),
        ("intermediaries", "QAT", Actor, {"notes": "Mediates."}),
        ("channels", "ch-wagner", Channel, {"started_on": "2023", "topics": "prisoners"}),
        ("meetings", "mt-2022-03-10", Meeting, {"ended_on": "2022-03-11", "summary": "Said."}),
        ("prisoner_exchanges", "ex-2022-03-24", Outcome, {"reported_number": "2", "status": "civilian_release"}),
        ("safe_passages", "sp-bsgi", Outcome, {"status": "ongoing", "ended_on": ""}),
    ],
)
def test_a_changed_row_becomes_a_new_version_with_a_reason(record, folder, file, row_id, model, cells):
    wanted = folder.change(file, row_id, **cells)
    report = folder.load()
    assert (report.files[file].changed, report.total.changed, report.total.created) == (1, 1, 0)
    assert exported(file, row_id) == wanted
    with acting_as(SYSTEM):
        changed = model.objects.get(external_id=row_id)
        assert changed.version == 2
        entry = HistoryEntry.objects.filter(record_id=changed.pk).first()
        assert (entry.reason, entry.door, entry.version) == (CHANGED, "import", 2)
    assert loaded_again_writes_nothing(folder)


@pytest.mark.parametrize(
    "file, row_id, cells",
    [
        ("channels", "ch-wagner", {"parties": "Ukraine;Chechnya;Russia", "intermediaries": "ARE"}),
        ("channels", "ch-ombudsmen", {"intermediaries": "TUR;BLR", "source_ids": "steinert;ahram-230111"}),
        ("meetings", "mt-2024-11-08", {"participants": "moskalkova;other:somebody else", "place": "Minsk"}),
        ("meetings", "mt-2022-03-14", {"place": "Gomel region", "country_iso3": "BLR"}),
        ("agreements", "ag-2024-04-24", {"commitments": "children:30:to_ukraine", "meeting_id": ""}),
        ("agreements", "ag-2025-05-16", {"commitments": "prisoners:1000:each_side;remains:all:both;x:some:where"}),
        ("remains_returns", "rm-2022-06-02", {"channel_id": "ch-coordhq", "agreement_id": "ag-2022-09-21"}),
        ("child_repatriations", "cr-2023-03-21", {"intermediaries": "", "place": "Kyiv"}),
        ("people", "kalin", {"party_or_org": "Turkey", "source_ids": "kure-ist"}),
    ],
)
def test_changed_lists_and_links_come_back_as_they_are_now(record, folder, file, row_id, cells):
    first = exported(file, row_id)
    wanted = folder.change(file, row_id, **cells)
    report = folder.load()
    assert (report.files[file].changed, report.total.changed, report.total.created) == (1, 1, 0)
    assert exported(file, row_id) == wanted
    assert loaded_again_writes_nothing(folder)
    import_folder()  # the first edition again: what was withdrawn by the import is restored
    assert exported(file, row_id) == first


def test_a_link_no_longer_in_the_row_is_withdrawn_with_a_reason(record, folder):
    folder.change("prisoner_exchanges", "ex-2022-09-21", intermediaries="SAU", channel_id="ch-uae")
    folder.load()
    with acting_as(SYSTEM):
        gone = OutcomeRole.objects.get(external_id="ex-2022-09-21/intermediary/TUR")
        assert gone.is_withdrawn and gone.withdrawn_reason == GONE
        links = OutcomeChannel.objects.current().filter(outcome__external_id="ex-2022-09-21")
        assert [link.channel.external_id for link in links] == ["ch-uae"]


def claims_of(outcome: str) -> list[Claim]:
    return list(Claim.objects.filter(outcome__external_id=outcome).order_by("recorded_at", "number"))


def test_a_changed_figure_makes_a_claim_that_supersedes_the_old_one(record, folder):
    wanted = folder.change("exchange_claims", "ex-2022-03-01-c01", count="6", qualifier="at_least")
    report = folder.load()
    count = report.files["exchange_claims"]
    assert (count.changed, count.created, count.unchanged) == (1, 0, 363)
    assert exported("exchange_claims", "ex-2022-03-01-c01") == wanted
    with acting_as(SYSTEM):
        citations = Citation.objects.filter(external_id="ex-2022-03-01-c01")
        old, new = (Claim.objects.get(pk=c.record_id) for c in citations.order_by("-withdrawn_reason"))
        assert (old.number, old.state, old.superseded_by.get()) == (5, ClaimState.SUPERSEDED, new)
        assert (new.number, new.quantifier, new.state, new.version) == (6, "at_least", ClaimState.CURRENT, 1)
        assert citations.exclude(withdrawn_at=None).get().withdrawn_reason == CHANGED
        assert old.external_id == new.external_id == "ex-2022-03-01-c01"
    assert loaded_again_writes_nothing(folder)


def test_a_figure_that_goes_back_and_forth_makes_a_chain(record, folder):
    for count in ("6", "5", "7"):
        folder.change("exchange_claims", "ex-2022-03-01-c01", count=count)
        folder.load()
        assert loaded_again_writes_nothing(folder)
    with acting_as(SYSTEM):
        claim = Claim.objects.in_force().get(external_id="ex-2022-03-01-c01")
        chain = [claim.number]
        while claim.supersedes:
            claim = claim.supersedes
            chain.append(claim.number)
    assert chain == [7, 5, 6, 5]


def test_a_claim_leaves_only_when_its_last_citation_has_gone(record, folder):
    folder.change("remains_claims", "rm-2022-09-20-c02", count="26")
    folder.load()
    with acting_as(SYSTEM):
        one, other = claims_of("rm-2022-09-20")
        assert [(one.number, one.state), (other.number, other.state)] == [(25, "current"), (26, "current")]
        assert other.supersedes is None
    for row in ("rm-2022-09-20-c01", "rm-2022-09-20-c03"):
        folder.change("remains_claims", row, count="26")
    report = folder.load()
    assert report.files["remains_claims"].changed == 2
    with acting_as(SYSTEM):
        one, other = claims_of("rm-2022-09-20")
        assert [(one.number, one.state), (other.number, other.state)] == [(25, "withdrawn"), (26, "current")]
        assert other.citations.current().count() == 3
    assert loaded_again_writes_nothing(folder)


def test_another_outlet_with_the_same_figure_is_one_more_citation(record, folder):
    folder.add(
        "remains_claims",
        claim_id="rm-2022-09-20-c04",
        return_id="rm-2022-09-20",
        claimed_by="Ukraine",
        direction="to_ukraine",
        category="remains",
        count="25",
        qualifier="exact",
        source_id="steinert",
    )
    report = folder.load()
    assert (report.files["remains_claims"].created, report.total.created, report.total.changed) == (1, 1, 0)
    with acting_as(SYSTEM):
        assert [claim.citations.count() for claim in claims_of("rm-2022-09-20")] == [4]


def test_a_claim_from_another_source_keeps_its_claim(record, folder):
    wanted = folder.change("exchange_claims", "ex-2022-03-01-c01", source_id="steinert")
    assert folder.load().total.changed == 1
    assert exported("exchange_claims", "ex-2022-03-01-c01") == wanted
    with acting_as(SYSTEM):
        assert Claim.objects.filter(external_id="ex-2022-03-01-c01").count() == 1


def test_a_changed_running_total_is_superseded_and_a_changed_note_is_not(record, folder):
    folder.change("running_totals", "tot-001", notes="another note")
    figure = folder.change("running_totals", "tot-002", count="211", source_id="steinert")
    report = folder.load()
    assert (report.files["running_totals"].changed, report.total.changed) == (2, 2)
    assert exported("running_totals", "tot-002") == figure
    with acting_as(SYSTEM):
        assert RunningTotal.objects.get(external_id="tot-001").version == 2
        new = RunningTotal.objects.in_force().get(external_id="tot-002")
        assert (new.number, new.supersedes.number, new.supersedes.state) == (211, 210, "superseded")
        assert not new.supersedes.citations.current().exists()
    assert loaded_again_writes_nothing(folder)


def test_a_new_row_is_created_and_a_vanished_one_is_left_and_reported(record, folder):
    folder.add(
        "remains_returns",
        return_id="rm-2026-04-01",
        date="2026-04-01",
        date_precision="day",
        channel_id="ch-remains",
        status="completed",
        source_ids="steinert",
    )
    folder.remove("exchange_claims", "ex-2022-03-01-c02")
    folder.remove("running_totals", "tot-110")
    before = history()
    report = folder.load()
    assert report.files["remains_returns"].created == report.total.created == 1
    assert [(note.file, note.row) for note in report.notes] == [
        ("exchange_claims.csv", "ex-2022-03-01-c02"),
        ("running_totals.csv", "tot-110"),
    ]
    assert {note.text for note in report.notes} == {"missing in the file, left as it is"}
    assert history() - before == 3  # the outcome, its channel, its citation
    assert exported("exchange_claims", "ex-2022-03-01-c02")["count"] == "1"


@pytest.fixture
def reviewer(record):
    return cast.gather().reviewer


def test_what_somebody_changed_here_is_left_until_the_file_changes(record, folder, reviewer):
    with acting_as(user_principal(reviewer)), because("seen with own eyes"):
        outcome = Outcome.objects.get(external_id="ex-2022-03-24")
        outcome.notes, outcome.series_number = "Corrected here.", 3
        outcome.save()
    report = folder.load()
    assert report.total.changed == 0
    assert [(n.row, n.text) for n in report.notes] == [
        ("ex-2022-03-24", "changed here since it was imported, left as it is")
    ]
    folder.change("prisoner_exchanges", "ex-2022-03-24", reported_number="4")
    assert folder.load().total.changed == 1
    verified(Outcome)  # what was changed counts, and is exported, once it is verified again
    row = exported("prisoner_exchanges", "ex-2022-03-24")
    assert (row["notes"], row["reported_number"]) == ("Corrected here.", "4")
    assert loaded_again_writes_nothing(folder)


def test_what_somebody_withdrew_here_stays_withdrawn(record, folder, reviewer):
    with acting_as(user_principal(reviewer)):
        for one in (
            Citation.objects.get(external_id="ex-2022-03-01-c01"),
            ChannelParty.objects.get(external_id="ch-wagner/party/Chechnya"),
            Outcome.objects.get(external_id="ex-2022-03-24"),
        ):
            one.withdrawn_at, one.withdrawn_reason = one.recorded_at, "wrong"
            one.save()
    before = history()
    folder.change("exchange_claims", "ex-2022-03-24-c01", count="77")
    folder.add(
        "exchange_claims",
        claim_id="ex-2022-03-24-c99",
        exchange_id="ex-2022-03-24",
        claimed_by="Media",
        direction="both",
        category="total",
        count="1",
        qualifier="approx",
        source_id="steinert",
    )
    report = folder.load()
    assert history() == before
    assert {note.row for note in report.notes} == {
        "ex-2022-03-01-c01",
        "ch-wagner",
        "ex-2022-03-24",
        "ex-2022-03-24-c01",
        "ex-2022-03-24-c99",
    }


def test_a_claim_superseded_here_is_left(record, folder, reviewer):
    with acting_as(user_principal(reviewer)):
        old = Claim.objects.get(external_id="ex-2022-03-01-c02")
        Claim.objects.create(
            outcome=old.outcome,
            claimant=old.claimant,
            direction=old.direction,
            category=old.category,
            number=2,
            supersedes=old,
            author=reviewer,
        )
    before = history()
    assert folder.load().notes == []
    assert history() == before


def test_an_actor_recorded_here_may_make_claims_in_the_files(record, folder, reviewer):
    with acting_as(user_principal(reviewer)):
        Actor.objects.create(name="Kazakhstan", kind_of_actor="state", iso_code="KAZ", author=reviewer)
        Actor.objects.create(name="Secret broker", kind_of_actor="other", level=2, author=reviewer)
    folder.change("exchange_claims", "ex-2022-03-01-c01", claimed_by="Kazakhstan")
    assert folder.load().imported
    with acting_as(SYSTEM):
        assert Claim.objects.get(claimant__name="Kazakhstan").claim_kind == "third_party"
    folder.change("exchange_claims", "ex-2022-03-01-c01", claimed_by="Secret broker")
    (refusal,) = folder.load().refusals
    assert (refusal.column, refusal.reason) == ("claimed_by", "'Secret broker' is no known actor")


def test_places_are_shared_and_a_changed_coordinate_is_another_place(record, folder):
    with acting_as(SYSTEM):
        assert Place.objects.get(name="Ciragan Palace, Istanbul").meetings.count() == 2
        assert Participant.objects.filter(words="icrc").count() == 2
    folder.change("meetings", "mt-2025-06-02", latitude="41.05")
    folder.load()
    with acting_as(SYSTEM):
        assert Place.objects.filter(name="Ciragan Palace, Istanbul").count() == 2
        assert Commitment.objects.get(external_id="ag-2025-06-02#4").version == 1

"""Any cell may hold anything: the import refuses it in words or gives it back exactly; it never breaks."""

import string

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.context import SYSTEM, acting_as
from reports.public_record.exporting import export_rows
from reports.public_record.files import FILES
from tests.public_record.conftest import Folder, history

WORDS = (
    "0 5 -1 1e3 2022 2022-03 2025-02-30 2024-05-05 ; : other: a;b to_russia both UAE ОАЭ Qatar TUR 52.50 -0.0 41.5 all"
    " exact , ' %s 😀 İ children planned ongoing un-220503 ch-uae lavrov prisoners:all:both"
)
PIECES = st.sampled_from([*WORDS.split(), "", "\n", "\r", '"', "\u2028", "\ufeff", "\u200f", "x" * 300])
CELLS = st.one_of(PIECES, st.text(max_size=12), st.lists(PIECES, max_size=4).map("".join), st.text(string.printable))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_mutated_cell_is_refused_in_words_or_comes_back_exactly(record, tmp_path_factory, data):
    file = data.draw(st.sampled_from(sorted(FILES)))
    folder = Folder(tmp_path_factory.mktemp("mutated") / "record")
    rows = folder.rows(file)
    number = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from(list(FILES[file])))
    cell = data.draw(st.one_of(CELLS, st.sampled_from([row[column] for row in rows])))
    row_id = next(iter(rows[number].values()))
    wanted = folder.change_at(file, number, column, cell)
    with transaction.atomic():
        before = history()
        report = folder.load()
        if report.refusals:
            assert history() == before
            assert all(refusal.file.endswith(".csv") and refusal.reason for refusal in report.refusals)
            assert any(refusal.line for refusal in report.refusals)
        else:
            with acting_as(SYSTEM):
                exported = {next(iter(row.values())): row for row in export_rows(file)}
            assert exported[next(iter(wanted.values()))] == wanted, row_id
            settled = history()
            folder.load()
            assert history() == settled
        transaction.set_rollback(True)

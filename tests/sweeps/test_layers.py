"""Arrows point one way, from config down to access."""

import ast
from pathlib import Path

import pytest

ROOMS = [
    "config",
    "desk",
    "intake",
    "reports",
    "exchanges",
    "negotiations",
    "sources",
    "intermediaries",
    "records",
    "access",
]
ROOT = Path(__file__).resolve().parents[2]

# access.installation names the tables of records without importing the rooms above it at start.
INSIDE_FUNCTIONS = {("access/installation.py", "records")}


def imports_of(path: Path):
    """Yield the first name of every module a file imports, also inside functions."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module.split(".")[0]


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_rooms_below_it(room):
    above = set(ROOMS[: ROOMS.index(room)])
    wrong = {
        (str(path.relative_to(ROOT)), name)
        for path in (ROOT / room).rglob("*.py")
        for name in imports_of(path)
        if name in above
    }
    assert wrong - INSIDE_FUNCTIONS == set()


def test_there_are_no_signals_between_rooms():
    receivers = [
        str(path.relative_to(ROOT))
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if any(
            word in path.read_text(encoding="utf-8") for word in ("post_save", "pre_save", "m2m_changed", "post_delete")
        )
    ]
    assert receivers == []

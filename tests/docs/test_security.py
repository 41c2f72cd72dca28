"""The threat model counts the attacks that there are and names tests that exist."""

import re

from launcher.places import ROOT

from tests.attacks.sql import test_merging, test_reading, test_reviewing, test_sessions, test_structure, test_writing

SECURITY = ROOT / "docs" / "security"


def test_the_attacks_are_counted():
    modules = [test_reading, test_writing, test_reviewing, test_structure, test_merging]
    tables = [module.ATTACKS for module in modules]
    statements = {attack.statement + (attack.who or "") for table in tables for attack in table}
    assert len(statements) == sum(map(len, tables)), "an attack is there twice"
    count = len(statements) + len(test_structure.SETTINGS) + len(test_sessions.values("1.5"))
    assert f"**{count} distinct attacks**" in (SECURITY / "threat-model.md").read_text(encoding="utf-8")


def test_what_the_threat_model_links_to_exists():
    text = (SECURITY / "threat-model.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) > 30
    assert [link for link in links if not (SECURITY / link).exists()] == []

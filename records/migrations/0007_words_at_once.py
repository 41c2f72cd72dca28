"""Search entries of many new records are written in half the time; see sql/words_at_once.sql."""

import re
from pathlib import Path

from django.db import migrations

from access.sqlfiles import run_sql_file

BEFORE = (Path(__file__).parent / "sql" / "history_and_search.sql").read_text(encoding="utf-8")
INDEX_WORDS = re.search(r"CREATE (FUNCTION access_private\.index_words\(\).*?\nEND \$\$;)", BEFORE, re.DOTALL)[1]


class Migration(migrations.Migration):
    dependencies = [("records", "0006_merging")]

    operations = [run_sql_file(__file__, "words_at_once.sql", f"CREATE OR REPLACE {INDEX_WORDS}")]

"""Labels are found by statements that are planned once, not once for every row; see sql/label_statements.sql."""

import re
from pathlib import Path

from django.db import migrations

from access.sqlfiles import run_sql_file

BEFORE = (Path(__file__).parent / "sql" / "reading_door.sql").read_text(encoding="utf-8")
SET_LABEL = re.search(r"CREATE (FUNCTION access_private\.set_label\(\).*?\nEND \$\$;)", BEFORE, re.DOTALL)[1]


class Migration(migrations.Migration):
    dependencies = [("access", "0005_mail_addresses")]

    operations = [
        run_sql_file(
            __file__,
            "label_statements.sql",
            f"CREATE OR REPLACE {SET_LABEL} DROP PROCEDURE access_private.write_marking_of();"
            " DROP FUNCTION access_private.marking_of(text, uuid);",
        )
    ]

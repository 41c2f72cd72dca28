"""The migrated database, made once for the migrations as they are: each process and each house begins with a copy.

Migrating takes many times as long as copying. What follows every migration (key, permissions, grants) is done on each
copy again. Whether the migrations lead from nothing to here is shown whenever they change, and by tests/launcher.
"""

import contextlib
import hashlib
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import DatabaseError

NAMES = "template_parley_"
ONE_AT_A_TIME = 2026_11_28  # the key of the advisory lock


def name_of_template() -> str:
    """Return the template's name, which tells every migration of every app, file by file."""
    told = hashlib.sha256()
    for app in apps.get_app_configs():
        for file in sorted((Path(app.path) / "migrations").rglob("*")):
            if file.suffix in (".py", ".sql"):
                told.update(f"{app.label}/{file.name}\n".encode() + file.read_bytes())
    return NAMES + told.hexdigest()[:24]


def template_for(owner) -> str:
    """Return the name of the template on the owner's server, made if it is not there; older ones are dropped."""
    name = name_of_template()
    with owner._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [NAMES])
        there = {row[0] for row in cursor.fetchall()}
        for old in there - {name}:
            with contextlib.suppress(DatabaseError):  # somebody else copies it just now
                cursor.execute(f'DROP DATABASE "{old}"')
        if name not in there:
            # Under another name until it is whole: what was interrupted is made anew.
            migrate(owner, f"{name}_unfinished")
            cursor.execute(f'ALTER DATABASE "{name}_unfinished" RENAME TO "{name}"')
    return name


def migrate(owner, name: str) -> None:
    """Make a database of this name as the tests need it, and leave the connection where it was."""
    given = owner.settings_dict
    before, test = given["NAME"], dict(given["TEST"])
    given["TEST"] |= {"NAME": name, "TEMPLATE": None}
    try:
        owner.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    finally:
        owner.close()
        given["TEST"] |= test
        given["NAME"] = settings.DATABASES[owner.alias]["NAME"] = before

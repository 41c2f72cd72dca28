"""Refuses to start where the policies would silently not apply."""

from django.core.checks import Error
from django.db import connections

ROLE_SQL = """
SELECT r.rolsuper, r.rolbypassrls,
       EXISTS (SELECT 1 FROM pg_class c WHERE c.relowner = r.oid AND c.relkind IN ('r', 'p', 'm', 'v')
               AND c.relpersistence <> 't'),
       EXISTS (SELECT 1 FROM pg_auth_members m WHERE m.member = r.oid)
FROM pg_roles r WHERE r.rolname = current_user
"""


def problems_of_role(cursor) -> list[str]:
    """Return in words what makes the connected role too powerful; empty when it is fit to serve readers."""
    cursor.execute(ROLE_SQL)
    is_superuser, bypasses, owns, is_member = cursor.fetchone()
    told = {
        "is a superuser": is_superuser,
        "may bypass row-level security": bypasses,
        "owns tables or views": owns,
        "is a member of another role": is_member,
    }
    return [words for words, true in told.items() if true]


def application_role_is_restricted(app_configs=None, databases=None, **kwargs) -> list[Error]:
    """System check for the connection the application serves readers with."""
    if not databases or "default" not in databases:
        return []
    with connections["default"].cursor() as cursor:
        problems = problems_of_role(cursor)
    if not problems:
        return []
    return [
        Error(
            f"The database role of DATABASE_URL {', '.join(problems)}: row-level security would not apply.",
            hint="Connect as a role made by scripts/roles.sql; give the owner's address as DATABASE_OWNER_URL.",
            id="access.E001",
        )
    ]


def refuse_powerful_role() -> None:
    """Raise SystemExit when the application is about to serve readers as a role that the policies do not bind."""
    errors = application_role_is_restricted(databases=["default"])
    if errors:
        raise SystemExit(f"{errors[0].msg} {errors[0].hint}")

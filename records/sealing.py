"""Makes and reads seals of the history; see docs/history.md."""

from django.db import connection

from records.models import HistorySeal


def seal_history() -> HistorySeal | None:
    """Seal what was written to the history and the events since the last seal; return the seal, None without news.

    Only for the system: raises ``django.db.ProgrammingError`` (42501) in the name of anybody else. What transactions
    that are still running have written is sealed next time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT (records.seal_history()).id")
        (number,) = cursor.fetchone()
    return HistorySeal.objects.get(pk=number) if number else None


def in_one_line(seal: HistorySeal) -> str:
    """Return number, time and hash, as they are kept elsewhere; no count, which would tell of what is hidden."""
    return f"Seal {seal.pk} of {seal.at:%Y-%m-%dT%H:%M:%SZ}: {bytes(seal.hash).hex()}"

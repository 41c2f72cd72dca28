"""Full-text and trigram search through the one function that keeps its index under the policies."""

import uuid

from django.db import connection

MOST = 1000


def found_ids(query: str, table: str = "", most: int = MOST) -> list[tuple[str, uuid.UUID]]:
    """Return (table, id) of the visible records that match, best first; of one table where it is named."""
    if not query.strip() or "\x00" in query:
        return []
    with connection.cursor() as cursor:
        cursor.execute("SELECT record_table, record_id FROM records.search(%s, %s)", [query, most])
        found = cursor.fetchall()
    return [(name, pk) for name, pk in found if not table or name == table]

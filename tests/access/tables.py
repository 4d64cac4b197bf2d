"""What stands in the database, table by table, as digests: to show that a request changed nothing."""

import hashlib

from django.db import connection

# What may be written by anyone's reading: the session's last sign of life, counters of limits, refusals and exports as events.
WATCHED_BY_THEMSELVES = {
    "django_session",
    "accounts_bucket",
    "accounts_event",
    "accounts_eventhead",
    "accounts_accountevent",
    "accreditation_applicationevent",
    "accreditation_noticeevent",
    "accreditation_roundevent",
    "accreditation_recognitionevent",
    "sqlite_sequence",
}


def contents(leave_out=WATCHED_BY_THEMSELVES) -> dict[str, tuple[int, str]]:
    """Table → (rows, digest of all its rows in any order)."""
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(set(connection.introspection.table_names(cursor)) - set(leave_out)):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            rows = sorted(repr(row) for row in cursor.fetchall())
            found[table] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def changed(before, after) -> list[str]:
    """The tables that differ."""
    return sorted(t for t in before.keys() | after.keys() if before.get(t) != after.get(t))

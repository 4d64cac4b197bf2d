"""Statements whose SQL is always the same, parsed and planned once a connection instead of at every press of a verb.

On PostgreSQL by PREPARE and EXECUTE, from the second time a connection asks (for a lookup by keys, planning takes several
times as long as running); SQLite keeps compiled statements by itself. A plan outlives its transaction, also one that is
rolled back, and the server makes it anew when tables change.
"""

from weakref import WeakKeyDictionary

MOST = 200  # statements of one connection; what comes later runs as it is
# Values of one statement: the text of a longer one is that of a list of just this length, hardly seen again.
MOST_VALUES = 40
# The driver's connection → {SQL: what to run instead, "" before there is a plan}
_instead: WeakKeyDictionary = WeakKeyDictionary()


def planned(connection, sql: str) -> str:
    """The SQL to run instead, with the same values; sql has `%s` for each of them, and no other `%`."""
    if connection.vendor != "postgresql":
        return sql
    connection.ensure_connection()
    known = _instead.setdefault(connection.connection, {})
    if sql not in known:
        if len(known) < MOST and sql.count("%s") <= MOST_VALUES:
            known[sql] = ""
        return sql
    if not known[sql]:
        name = f"planned_{sum(map(bool, known.values()))}"
        with connection.cursor() as cursor:
            cursor.execute(f"PREPARE {name} AS {_numbered(sql)}")
        values = ", ".join(["%s"] * sql.count("%s"))
        known[sql] = f"EXECUTE {name}({values})" if values else f"EXECUTE {name}"
    return known[sql]


def _numbered(sql):
    """`%s` as $1, $2, …, as the server counts them."""
    first, *rest = sql.split("%s")
    return first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))

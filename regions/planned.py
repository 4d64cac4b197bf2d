"""Statements whose SQL is always the same, parsed and planned once a connection instead of at every press of a verb.

On PostgreSQL by PREPARE and EXECUTE, from the second time a connection asks (for a lookup by keys, planning takes several
times as long as running); SQLite keeps compiled statements by itself. A plan outlives its transaction, also one that is
rolled back, and the server makes it anew when tables change.
"""

from weakref import WeakKeyDictionary

MOST = 200  # statements of one connection; what comes later runs as it is
_names: WeakKeyDictionary = (
    WeakKeyDictionary()
)  # the driver's connection → {SQL: name of its plan, "" before there is one}


def planned(connection, sql: str, values: int) -> str:
    """The SQL to run instead, with the same values; sql has `%s` for each of them, and no other `%`."""
    if connection.vendor != "postgresql":
        return sql
    connection.ensure_connection()
    names = _names.setdefault(connection.connection, {})
    if sql not in names:
        if len(names) < MOST:
            names[sql] = ""
        return sql
    if not names[sql]:
        name = f"planned_{sum(map(bool, names.values()))}"
        with connection.cursor() as cursor:
            cursor.execute(f"PREPARE {name} AS {_numbered(sql)}")
        names[sql] = name
    given = f"({', '.join(['%s'] * values)})" if values else ""
    return f"EXECUTE {names[sql]}{given}"


def _numbered(sql):
    """`%s` as $1, $2, …, as the server counts them."""
    first, *rest = sql.split("%s")
    return first + "".join(f"${number}{part}" for number, part in enumerate(rest, 1))

"""Many rows of one table as they are, by statements of many rows each: for what is written by the thousand."""

from collections.abc import Sequence

from django.db import connections

MOST_VALUES = 20_000  # values of one statement; SQLite takes 32,766


def insert(
    model, columns: Sequence[str], rows: Sequence[Sequence], *, once: Sequence[str] = (), using="default"
) -> None:
    """Write rows (values in the order of columns, as the database takes them) into the table of a model.

    once: columns whose unique constraint lets a row that is there already pass by; without it such a row is an error.
    """
    connection = connections[using]
    quote = connection.ops.quote_name
    into = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) VALUES "
    after = f" ON CONFLICT ({', '.join(map(quote, once))}) DO NOTHING" if once else ""
    mark, size = f"({', '.join(['%s'] * len(columns))})", MOST_VALUES // len(columns)
    with connection.cursor() as cursor:
        for start in range(0, len(rows), size):
            part = rows[start : start + size]
            cursor.execute(
                into + ", ".join([mark] * len(part)) + after, [value for row in part for value in row]
            )

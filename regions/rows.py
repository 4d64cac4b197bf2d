"""Rows of one table by plain SQL: many written by few statements, and one read or written by its key without building a query anew."""

from collections.abc import Sequence
from functools import cache

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


def read(model, pk, *, without: Sequence[str] = (), lock=False, using="default"):
    """The row with this key as an object, as `model.objects.defer(*without).get(pk=pk)` gives it; raises DoesNotExist.

    For what is read at every press of a verb: the SQL is written once a process, where the ORM would take several times
    as long to build it as the database to answer. `lock` holds the row until the transaction ends. (On SQLite the
    IMMEDIATE transaction is the lock.)
    """
    sql, names, converters = _select(model, tuple(without), using)
    connection = connections[using]
    with connection.cursor() as cursor:
        cursor.execute(
            sql + (" FOR UPDATE" if lock and connection.features.has_select_for_update else ""), [pk]
        )
        found = cursor.fetchone()
    if found is None:
        raise model.DoesNotExist(f"no {model.__name__} with the key {pk}")
    values = list(found)
    for place, column, steps in converters:
        for convert in steps:
            values[place] = convert(values[place], column, connection)
    return model.from_db(using, names, values)


def write(one, names: Sequence[str], *, using="default") -> None:
    """These fields of a stored object, as `one.save(update_fields=names)` writes them (without signals); see `read`.

    Raises DoesNotExist when the row is gone.
    """
    sql, fields = _update(type(one), tuple(names), using)
    connection = connections[using]
    values = [field.get_db_prep_save(getattr(one, field.attname), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*values, one.pk])
        if not cursor.rowcount:
            raise one.DoesNotExist(f"no {type(one).__name__} with the key {one.pk}")


@cache
def _update(model, names, using):
    """(SQL, fields) of an update of one row by its key."""
    quote = connections[using].ops.quote_name
    fields = [model._meta.get_field(name) for name in names]
    listed = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    return (
        f"UPDATE {quote(model._meta.db_table)} SET {listed} WHERE {quote(model._meta.pk.column)} = %s",
        fields,
    )


@cache
def _select(model, without, using):
    """(SQL, attribute names, [(place, column, converters)]) of a select of one row by its key."""
    connection = connections[using]
    quote, table = connection.ops.quote_name, model._meta.db_table
    fields = [field for field in model._meta.concrete_fields if field.name not in without]
    columns = [field.get_col(table) for field in fields]
    steps = [connection.ops.get_db_converters(col) + col.get_db_converters(connection) for col in columns]
    converters = [(place, *pair) for place, pair in enumerate(zip(columns, steps, strict=True)) if pair[1]]
    listed = ", ".join(quote(field.column) for field in fields)
    sql = f"SELECT {listed} FROM {quote(table)} WHERE {quote(model._meta.pk.column)} = %s"
    return sql, [field.attname for field in fields], converters

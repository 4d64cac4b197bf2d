"""Rows of one table by plain SQL: many written by few statements, and one read or written by its key without building a query anew."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache

from django.db import connections

from regions.planned import planned

Statement = tuple[str, list]  # SQL and its values
MOST_VALUES = 20_000  # values of one statement; SQLite takes 32,766


def insert(
    model, columns: Sequence[str], rows: Sequence[Sequence], *, once: Sequence[str] = (), using="default"
) -> None:
    """Write rows (values in the order of columns, as the database takes them) into the table of a model.

    once: columns whose unique constraint lets a row that is there already pass by; without it such a row is an error.
    """
    with connections[using].cursor() as cursor:
        for statement in inserts(model, columns, rows, once=once, using=using):
            cursor.execute(*statement)


def inserts(model, columns, rows, *, once=(), using="default") -> Iterator[Statement]:
    """The statements of `insert`."""
    quote = connections[using].ops.quote_name
    into = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) VALUES "
    after = f" ON CONFLICT ({', '.join(map(quote, once))}) DO NOTHING" if once else ""
    mark, size = f"({', '.join(['%s'] * len(columns))})", MOST_VALUES // len(columns)
    for start in range(0, len(rows), size):
        part = rows[start : start + size]
        yield into + ", ".join([mark] * len(part)) + after, [value for row in part for value in row]


def run(statements: Iterable[Statement], *, answer=False, using="default"):
    """Run statements in their order, with one message to the server where the engine has one and they are small.

    For what is written at every press of a verb, some of it under a lock that everybody waits for: each message more
    makes all of them wait. answer: return the first row of the last statement.
    """
    statements, connection = list(statements), connections[using]
    small = sum(len(values) for _, values in statements) <= MOST_VALUES
    if connection.vendor == "postgresql" and small:
        both = [value for _, values in statements for value in values]
        statements = [("; ".join(planned(connection, sql) for sql, _ in statements), both)]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(*statement)
        return cursor.fetchone() if answer else None


def read(model, pk, *, without: Sequence[str] = (), lock=False, using="default"):
    """The row with this key as an object, as `model.objects.defer(*without).get(pk=pk)` gives it; raises DoesNotExist.

    For what is read at every press of a verb: the SQL is written once a process, where the ORM would take several times
    as long to build it as the database to answer. `lock` holds the row until the transaction ends. (On SQLite the
    IMMEDIATE transaction is the lock.)
    """
    found = find(model, {model._meta.pk.attname: pk}, without=without, lock=lock, using=using)
    if found is None:
        raise model.DoesNotExist(f"no {model.__name__} with the key {pk}")
    return found


def find(model, where: Mapping[str, object], *, without: Sequence[str] = (), lock=False, using="default"):
    """The row whose columns (attribute names, as `application_id`) hold these values, or None; for columns that are
    unique together. Else as `read`."""
    sql, names, converters = _select(model, tuple(where), tuple(without), using)
    connection = connections[using]
    if lock and connection.features.has_select_for_update:
        sql += " FOR UPDATE"
    with connection.cursor() as cursor:
        cursor.execute(planned(connection, sql), list(where.values()))
        found = cursor.fetchone()
    if found is None:
        return None
    values = list(found)
    for place, column, steps in converters:
        for convert in steps:
            values[place] = convert(values[place], column, connection)
    return model.from_db(using, names, values)


def stored(one, names: Sequence[str], *, using="default") -> Statement:
    """The statement that writes these fields of an object as `one.save(update_fields=names)` does (without signals)."""
    values = {name: getattr(one, one._meta.get_field(name).attname) for name in names}
    return changed(type(one), {one._meta.pk.attname: one.pk}, values, using=using)


def changed(
    model, where: Mapping[str, object], values: Mapping[str, object], *, using="default"
) -> Statement:
    """The statement that sets these fields in the rows that `find` would find; its SQL is written once a process."""
    sql, fields = _update(model, tuple(where), tuple(values), using)
    connection = connections[using]
    prepared = [
        field.get_db_prep_save(value, connection)
        for field, value in zip(fields, values.values(), strict=True)
    ]
    return sql, [*prepared, *where.values()]


@cache
def _update(model, where, names, using):
    """(SQL, fields) of an update of the rows with these columns."""
    quote = connections[using].ops.quote_name
    fields = [model._meta.get_field(name) for name in names]
    listed = ", ".join(f"{quote(field.column)} = %s" for field in fields)
    return f"UPDATE {quote(model._meta.db_table)} SET {listed}{_where(model, where, quote)}", fields


@cache
def _select(model, where, without, using):
    """(SQL, attribute names, [(place, column, converters)]) of a select of the row with these columns."""
    connection = connections[using]
    quote, table = connection.ops.quote_name, model._meta.db_table
    fields = [field for field in model._meta.concrete_fields if field.name not in without]
    columns = [field.get_col(table) for field in fields]
    steps = [connection.ops.get_db_converters(col) + col.get_db_converters(connection) for col in columns]
    converters = [(place, *pair) for place, pair in enumerate(zip(columns, steps, strict=True)) if pair[1]]
    listed = ", ".join(quote(field.column) for field in fields)
    sql = f"SELECT {listed} FROM {quote(table)}{_where(model, where, quote)}"
    return sql, [field.attname for field in fields], converters


def _where(model, names, quote):
    columns = {field.attname: field.column for field in model._meta.concrete_fields}
    return " WHERE " + " AND ".join(f"{quote(columns[name])} = %s" for name in names)

"""Finding communities by a part of their names, old ones too, among hundreds of thousands: the one place that does it.

A name is kept as its pairs of neighbouring characters (NameGram), so that a text of two characters or more is looked up
instead of compared with every name. It works the same on SQLite and PostgreSQL, whose own text indexes answer two
Chinese characters wrongly or by a scan. Here are the rules; the registry's models keep the pairs as they are written
(`Community.save`, `FormerCommunity.save`, `bulk_create`), and `manage.py rebuild_name_search` makes them anew.
"""

from collections.abc import Iterable

from django.db import connections
from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import StrIndex
from django.db.models.lookups import GreaterThan

from regions import rows
from regions.planned import planned

GENERIC = ("社区", "居委", "委会", "村委", "行政", "政村")  # in nearly every name: neither kept nor looked up
MOST_PAIRS = 6  # of a long text: enough for a rare one to be among them
FEW = 200  # a pair in so few names needs no rarer one
COMMON = (
    2000  # a pair in more names than this ("社区") is found sooner by reading names in the order of the list
)
CODE_LENGTH = 12


def pairs_of(name: str) -> set[str]:
    """The pairs of neighbouring characters of a name, but the generic ones: 桂花社区 → 桂花, 花社."""
    return {name[n : n + 2] for n in range(len(name) - 1)}.difference(GENERIC)


def keep(grams, names: Iterable[tuple[int, str]]) -> None:
    """Keep the pairs of names, given with the key of their community. grams: a queryset of NameGram.

    Written as plain rows in the order of the index: of a table of tens of thousands of names it is the dearest part.
    """
    made = sorted({(pair, key) for key, name in names for pair in pairs_of(name)})
    columns = ("gram", "community_id")
    rows.insert(grams.model, columns, made, once=columns, using=grams.db)


def rarest_pair(text: str, grams) -> str | None:
    """A pair of the text that stands in few names, the rarest looked at; None where all are common or there is none.

    One query for each pair looked at, which counts no further than COMMON.
    """
    rarest, least = None, COMMON + 1
    for pair in sorted(pairs_of(text))[:MOST_PAIRS]:
        count = grams.filter(gram=pair).order_by()[:least].count()
        if count < least:
            rarest, least = pair, count
        if least <= FEW:
            break
    return rarest


# Communities with a pair, and whether a name or a former one of each holds the text; no more than can be few. A subquery
# with LIMIT is asked of each by its index; an EXISTS PostgreSQL would answer by reading all former names.
HOLDING = (
    "SELECT g.community_id, {place}(c.name, %s) > 0 OR (SELECT 1 FROM {former} f"
    " WHERE f.community_id = g.community_id AND {place}(f.name, %s) > 0 LIMIT 1) IS NOT NULL"
    " FROM (SELECT community_id FROM {grams} WHERE gram = %s LIMIT {most}) g JOIN {names} c ON c.id = g.community_id"
)


def few_holding(text: str, grams, former) -> list[int] | None:
    """The keys of the communities whose name or former name holds the text, where a pair of it stands in FEW names at most.

    None where it does not: which pair is rare is then asked by `rarest_pair`. Plain SQL, one statement for each pair
    looked at: most searches end here, and building queries would take longer than all they ask.
    """
    connection = connections[grams.db]
    sql = HOLDING.format(
        place="STRPOS" if connection.vendor == "postgresql" else "INSTR",
        grams=grams.model._meta.db_table,
        former=former.model._meta.db_table,
        names=grams.model._meta.get_field("community").related_model._meta.db_table,
        most=FEW + 1,
    )
    for pair in sorted(pairs_of(text))[:MOST_PAIRS]:
        with connection.cursor() as cursor:
            cursor.execute(planned(connection, sql), [text, text, pair])
            found = cursor.fetchall()
        if len(found) <= FEW:
            return [key for key, holds in found if holds]
    return None


def condition(text: str, *, grams, former, to: str = "") -> Q:
    """What a row must meet for its community's name, former name or code to hold the text (not empty, ends cut).

    grams, former: querysets of NameGram and FormerCommunity. to: the way from the row to its community, "" for a
    community itself, else ending in "__". Compares with INSTR/STRPOS, not LIKE: SQLite's LIKE ignores the case of Latin
    letters and PostgreSQL's does not, and there is nothing to escape. Asks the database which pair is rare; where one is,
    the communities are known at once and the condition names them.
    """
    key = f"{to}pk"
    few = few_holding(text, grams, former)
    if few is not None:
        found = Q(**{f"{key}__in": few})
    else:
        once = former.filter(_holds("name", text), community=OuterRef(key)).order_by()
        found = _holds(f"{to}name", text) | Q(Exists(once))
        if pair := rarest_pair(text, grams):
            found &= having(pair, grams, key)
    if text.isascii() and text.isdigit() and len(text) <= CODE_LENGTH:
        found |= _coded(f"{to}code", text)
        found |= Q(**{f"{key}__in": former.filter(_coded("code", text)).order_by().values("community")})
    return found


def having(pair: str, grams, key: str) -> Q:
    """That a community (key: the column of its key) has or had a name with the pair."""
    return Q(**{f"{key}__in": grams.filter(gram=pair).order_by().values("community")})


def _holds(column, text) -> Q:
    return Q(GreaterThan(StrIndex(F(column), Value(text)), Value(0)))


def _coded(column, digits) -> Q:
    """A code that begins with these digits, as a range that an index serves."""
    return Q(**{f"{column}__gte": digits, f"{column}__lte": digits.ljust(CODE_LENGTH, "9")})


# (table, column of the community's key, column of the name)
REGISTERS = (("regions_community", "id", "name"), ("regions_formercommunity", "community_id", "name"))


def rebuild(connection, grams) -> int:
    """Make all pairs anew from the names of the registers, inside the database; returns how many there are."""
    quote, marks = connection.ops.quote_name, ", ".join(["%s"] * len(GENERIC))
    table = quote(grams.model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")
        for source, key, name in REGISTERS:
            source, key, name = quote(source), quote(key), quote(name)
            cursor.execute(f"SELECT MAX(length({name})) FROM {source}")
            for start in range(1, cursor.fetchone()[0] or 0):
                cursor.execute(
                    f"INSERT INTO {table} (gram, community_id) SELECT substr({name}, {start}, 2), {key}"
                    f" FROM {source} WHERE length({name}) > {start} AND substr({name}, {start}, 2) NOT IN ({marks})"
                    " ORDER BY 1, 2 ON CONFLICT DO NOTHING",
                    GENERIC,
                )
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        return cursor.fetchone()[0]


def lacking(connection, grams) -> list[int]:
    """The keys of the communities that a name of theirs would not find."""
    quote, marks = connection.ops.quote_name, ", ".join(["%s"] * len(GENERIC))
    table, found = quote(grams.model._meta.db_table), set()
    with connection.cursor() as cursor:
        for source, key, name in REGISTERS:
            source, key, name = quote(source), quote(key), quote(name)
            cursor.execute(f"SELECT MAX(length({name})) FROM {source}")
            for start in range(1, cursor.fetchone()[0] or 0):
                cursor.execute(
                    f"SELECT {key} FROM {source} s WHERE length({name}) > {start}"
                    f" AND substr({name}, {start}, 2) NOT IN ({marks}) AND NOT EXISTS (SELECT 1 FROM {table} g"
                    f" WHERE g.gram = substr(s.{name}, {start}, 2) AND g.community_id = s.{key})",
                    GENERIC,
                )
                found.update(row[0] for row in cursor.fetchall())
    return sorted(found)

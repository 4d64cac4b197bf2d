"""Reproducible data sets on PostgreSQL: a county, a province and the country, grown by SQL from a few real applications.

The real ones are walked to their states by the public verbs (`tests.factories.House`); every other application is a
copy of one of them with its own community, number, sheets, assessments, visits and filings. Nothing is random.
"""

from dataclasses import dataclass

from django.db import connection, transaction

from accreditation import title_sums
from accreditation.models import Application, Assessment, Filing, Recognition, SiteVisit, State
from regions import name_search
from regions.divisions import add_region
from regions.models import Community, NameGram
from scoring.models import ScoreSheet
from tests.factories import CODE_DATE, House

CITIES, COUNTIES, STREETS = 14, 9, 15
LETTERS = "东西南北中上下前后大小新老长高安平和兴福寿康宁乐泰吉祥瑞庆丰顺盛昌荣华富贵金银玉珠宝石山水江河湖海溪泉塘桥路街巷门楼"


@dataclass(frozen=True)
class Size:
    name: str
    communities: int
    applications: int
    titles: int


SIZES = {
    size.name: size
    for size in (
        Size("county", 100, 60, 20),
        Size("province", 30_000, 8_000, 6_000),
        Size("country", 620_000, 100_000, 120_000),
    )
}
# Where the copies stand, of every twenty: most are on their way, a third is decided.
STANDING = (
    *["street_review"] * 4,
    *["county_review"] * 4,
    *["city_review"] * 3,
    State.PROVINCE_REVIEW,
    *[State.RECOGNISED] * 6,
    "declined",
    "declined",
)


def build(size: Size) -> House:
    """The house of the tests, grown to a size; everything lies in one province, so that its officers see all of it."""
    house = House(quota=size.applications)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")
    patterns = {state: house.at(state, number) for number, state in enumerate(dict.fromkeys(STANDING))}
    for pattern in patterns.values():
        if pattern.state.endswith("_review"):
            house.prepare(pattern)
    with transaction.atomic():
        _streets(house)
        _communities(size.communities)
        _titles(size.titles)
        _applications({state: house.fresh(one) for state, one in patterns.items()}, size.applications)
    name_search.rebuild(connection, NameGram.objects.all())
    title_sums.recount()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")  # as the server does by itself after a while
        cursor.execute("RESET statement_timeout")
    return house


def _streets(house):
    for c in range(CITIES):
        city = add_region(house.province, f"{LETTERS[c]}山市", "city", "", code_date=CODE_DATE)
        for n in range(COUNTIES):
            county = add_region(city, f"{LETTERS[n]}{LETTERS[c]}县", "county", "", code_date=CODE_DATE)
            for s in range(STREETS):
                add_region(county, f"{LETTERS[s]}门街道", "street", "", code_date=CODE_DATE)


def copied(model, values: dict, source: str) -> None:
    """INSERT … SELECT of a model's rows (as `r`), some columns replaced by expressions over `source`."""
    table = model._meta.db_table
    columns = [
        field.column for field in model._meta.concrete_fields if field.column != "id" or "id" in values
    ]
    chosen = [values.get(column, f'r."{column}"') for column in columns]
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) SELECT {', '.join(chosen)} FROM {table} r {source}")


def _communities(count):
    """Copies of one community, spread over the streets, each with a name that no other of its street has."""
    one = Community.objects.order_by("pk").first()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE spot ON COMMIT DROP AS SELECT row_number() OVER (ORDER BY position) - 1 AS n, id, position,"
            " path || ' ' || name AS place FROM regions_region WHERE level = 'street' AND name LIKE '%%门街道'"
        )
        cursor.execute("SELECT count(*) FROM spot")
        streets = cursor.fetchone()[0]
    letter = f"substr('{LETTERS}', 1 + ({{}}) %% {len(LETTERS)}, 1)".replace("%%", "%")
    number = f"(g / {streets})"
    name = " || ".join(
        (
            letter.format(number),
            letter.format(f"{number} / {len(LETTERS)} + g"),
            letter.format("g / 7"),
            "'社区'",
        )
    )
    copied(
        Community,
        {
            "name": name,
            "street_id": "spot.id",
            "position": "spot.position",
            "place": "spot.place",
            "code": "''",
            "credit_code": "''",
        },
        f"CROSS JOIN generate_series(0, {count - 1}) g JOIN spot ON spot.n = g % {streets} WHERE r.id = {one.pk}",
    )


def _titles(count):
    one = Recognition.objects.order_by("pk").first()
    copied(
        Recognition,
        {
            "community_id": "c.id",
            "position": "c.position",
            "number": "'B' || c.id",
            "year": "2010 + (c.id % 7)::int",
            "granted_on": "make_date(2010 + (c.id % 7)::int, 12, 1)",
            "application_id": "NULL",
        },
        f"JOIN regions_community c ON c.id > {_last(Community) - count} WHERE r.id = {one.pk}",
    )


def _applications(patterns, count):
    """Copies in turn of the patterns, each for a community of its own."""
    first = Community.objects.filter(street__name__endswith="门街道").order_by("pk").first().pk
    pairs = []
    for state, pattern in patterns.items():
        turns = ", ".join(str(turn) for turn, one in enumerate(STANDING) if one == state)
        pairs.append((pattern, f"c.id < {first + count} AND (c.id - {first}) % {len(STANDING)} IN ({turns})"))
    copy_applications(pairs, first)


def copy_applications(pairs, first: int) -> None:
    """Copies of applications with all that is theirs. pairs: (pattern, which communities `c`); first: the first one's key.

    Keys are worked out from the community's, so that sheets and applications find each other.
    """
    keys = {model: _last(model) for model in (Application, ScoreSheet)}
    for pattern, which in pairs:
        new = f"{keys[Application]} + 1 + (c.id - {first})"
        place = f"JOIN regions_community c ON c.id >= {first} AND {which}"
        _copy_sheets(pattern, keys[ScoreSheet], first, new, place)
    with connection.cursor() as cursor:
        for model in (Application, ScoreSheet):
            table = model._meta.db_table
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )


def _copy_sheets(pattern, sheets, first, new, place):
    """One pattern's rows for all its places: sheets first, then what points at them."""
    assessments = list(Assessment.objects.filter(application=pattern).order_by("pk"))
    owners = [pattern.self_sheet_id, *(one.sheet_id for one in assessments)]

    def sheet(slot):
        return f"{sheets} + 1 + (c.id - {first}) * 5 + {slot}"

    for slot, key in enumerate(owners):
        if key:
            copied(ScoreSheet, {"id": sheet(slot)}, f"{place} WHERE r.id = {key}")
    copied(
        Application,
        {
            "id": new,
            "community_id": "c.id",
            "position": "c.position",
            "number": "'C' || c.id",
            "self_sheet_id": sheet(0) if owners[0] else "NULL",
        },
        f"{place} WHERE r.id = {pattern.pk}",
    )
    for slot, one in enumerate(assessments, 1):
        values = {"application_id": new, "sheet_id": sheet(slot) if one.sheet_id else "NULL"}
        copied(Assessment, values, f"{place} WHERE r.id = {one.pk}")
    for model in (Filing, SiteVisit):
        copied(model, {"application_id": new}, f"{place} WHERE r.application_id = {pattern.pk}")


def _last(model):
    return model.objects.order_by("-pk").values_list("pk", flat=True).first() or 0

"""The process of the bench of money (money.py): `python -m tests.bench.money_run TITLES YEARS`, in a database of its own.

Fills an invented province with so many titled communities by plain SQL, then accrues year after year beside one bare
INSERT … SELECT of the same rows into a table with the same constraints, and asks for the ledger page of all of it.
"""

import datetime as dt
import json
import os
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import Department, Office, Posting, Role, User  # noqa: E402
from accreditation import programmes  # noqa: E402
from regions.divisions import add_region, nation  # noqa: E402
from regions.models import Region  # noqa: E402
from subsidies import accrual  # noqa: E402
from subsidies.models import Entry  # noqa: E402
from tests.factories import placed  # noqa: E402

DAY = dt.date(2010, 1, 1)
AT = dt.datetime(2026, 1, 5, 1, 0, tzinfo=dt.UTC)
FIRST = 2016
CITIES, COUNTIES, STREETS = 14, 8, 15  # each below one of the level above: 1,680 streets


def fill(titles):
    """The province, its finance officer, and the titles: every tenth community holds a second, higher one."""
    province = add_region(nation(DAY), "测速省", "province", "", code_date=DAY)
    for city in range(CITIES):
        below = add_region(province, f"第{city}市", "city", "", code_date=DAY)
        for county in range(COUNTIES):
            inner = add_region(below, f"第{county}县", "county", "", code_date=DAY)
            for street in range(STREETS):
                add_region(inner, f"第{street}街道", "street", "", code_date=DAY)
    streets = list(Region.objects.filter(level="street").order_by("position").values_list("pk", "position"))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE place (n int, street bigint, position bigint)")
        cursor.executemany(
            "INSERT INTO place VALUES (%s, %s, %s)", [(n, *one) for n, one in enumerate(streets)]
        )
        cursor.execute(
            "INSERT INTO regions_community (name, kind, street_id, position, place, code, credit_code, county_approved,"
            " civil_affairs_filed, similar_services, contact, office_phone, address, edition)"
            " SELECT '社区' || g, 'urban', p.street, p.position, '', '', '', true, true, false, '', '', '', 1"
            " FROM generate_series(1, %s) g JOIN place p ON p.n = g %% %s",
            [titles, len(streets)],
        )
        columns = _plain_columns("accreditation_recognition")
        told = {
            "community_id": "c.id", "position": "c.position", "programme": "''", "tier": "m.money", "tier_name": "m.money",
            "issuer": "'province'", "rank": "1", "money": "m.money", "number": "m.money || c.id", "document_number": "''",
            "year": "2012", "granted_on": "DATE '2012-05-01'", "ended_reason": "''", "status": "'valid'", "issuer_name": "''",
        }  # fmt: skip
        names = [name for name in columns if name in told]
        left = {name: "''" for name in columns if name not in told}
        cursor.execute(
            f"INSERT INTO accreditation_recognition ({', '.join([*names, *left])})"
            f" SELECT {', '.join([*(told[name] for name in names), *left.values()])} FROM regions_community c"
            " JOIN (VALUES ('city', 1), ('provincial', 10)) m(money, part) ON c.id % m.part = 0"
        )
        cursor.execute("ANALYZE")
    document = placed("gansu-2023", province)
    programmes.load(document, "gansu-2023.json", at=AT)
    office = Office.objects.create(region=province, department=Department.FINANCE, name="测速省财政厅")
    user = User.objects.create(username="测速", name="测速", must_change_password=False)
    Posting.objects.create(user=user, role=Role.FINANCE, office=office, starts=DAY)
    return user


def _plain_columns(table):
    """Columns of a table that must be given: neither empty by nature nor with a value of their own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_nullable = 'NO'"
            " AND column_default IS NULL AND is_identity = 'NO'",
            [table],
        )
        return [name for (name,) in cursor.fetchall()]


def bare_table():
    """A table with the keys, indexes, checks and references of the ledger."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare (LIKE subsidies_entry INCLUDING ALL)")
        for column, table in (
            ("community_id", "regions_community"),
            ("recognition_id", "accreditation_recognition"),
            ("batch_id", "subsidies_batch"),
            ("reverses_id", "bare"),
        ):
            cursor.execute(
                f"ALTER TABLE bare ADD FOREIGN KEY ({column}) REFERENCES {table}(id) DEFERRABLE INITIALLY DEFERRED"
            )


def bare(year):
    """One INSERT … SELECT of a year's entries as they are; seconds."""
    columns = ", ".join(f'"{f.column}"' for f in Entry._meta.concrete_fields)
    began = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute(
            f"INSERT INTO bare ({columns}) SELECT {columns} FROM subsidies_entry WHERE fiscal_year = %s",
            [year],
        )
    return time.perf_counter() - began


def timed(call):
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def measure(titles, years):
    user = fill(titles)
    bare_table()
    rows = []
    for year in range(FIRST, FIRST + years):
        first = timed(lambda y=year: accrual.accrue(y, by=None, at=AT))
        again = timed(lambda y=year: accrual.accrue(y, by=None, at=AT))
        rows.append({"year": year, "accrue": first, "again": again, "bare": bare(year)})
        sys.stderr.write(f"{rows[-1]}\n")
    client = Client()
    client.force_login(user)
    pages = {}
    province = Region.objects.get(level="province")
    county = Region.objects.filter(level="county").first()
    for name, address in (
        ("province", f"/subsidies/regions/{province.pk}/"),
        ("county", f"/subsidies/regions/{county.pk}/"),
    ):
        assert client.get(address).status_code == 200
        times = sorted(timed(lambda a=address: client.get(a)) for _ in range(15))
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        pages[name] = {"median": times[7], "late": times[14], "queries": len(queries)}
    return {"entries": Entry.objects.count(), "rows": rows, "pages": pages}


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    sys.stdout.write(json.dumps(measure(int(sys.argv[1]), int(sys.argv[2]))) + "\n")

"""Money under many processes and under SIGKILL: `python -m tests.races.money WHAT [ARGS]`, in a database of its own.

The driver starts Django once and forks; every child opens its own connection. Each driver prints one line of JSON.
"""

import datetime as dt
import json
import os
import random
import signal
import sys
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
import django  # noqa: E402

django.setup()

from django.core.exceptions import ValidationError  # noqa: E402
from django.db import DatabaseError, connection, connections  # noqa: E402
from django.db.models import Count, Sum  # noqa: E402

from accounts.models import Posting, Role, User  # noqa: E402
from accreditation import invariants as proved  # noqa: E402
from accreditation.models import Recognition  # noqa: E402
from regions.models import Community, Region  # noqa: E402
from subsidies import accrual, invariants, ledger, payments, spending  # noqa: E402
from subsidies.models import Accrual, Batch, Entry, MoneyEvent, RegionSum  # noqa: E402
from tests.factories import moment  # noqa: E402
from tests.subsidies.purse import PROGRAMME, Purse  # noqa: E402

FIRST = 2020
DONE, REFUSED, BROKEN = 0, 3, 4


def fill(count: int) -> dict:
    """The small house with so many titled communities more; called inside tests.building."""
    purse = Purse()
    streets = [region for region in purse.house.regions.values() if region.level == "street"]
    communities = Community.objects.bulk_create(
        Community(
            name=f"社区{n}", street=streets[n % 6], position=streets[n % 6].position, place=""
        )
        for n in range(count)
    )  # fmt: skip
    purse.house.title(communities)
    return {"count": count + 12, "fen": (count + 12) * 1_000_000}


def day_in(year):
    return moment(dt.date(year, 2, 1))


def officer():
    posting = Posting.objects.select_related("user", "office__region").get(
        role=Role.FINANCE, office__region__name="甲省"
    )
    posting.user.acting = posting
    return posting.user


def pay(year):
    region, by = Region.objects.get(name="甲省"), officer()
    seen = payments.preview(PROGRAMME, year, region).seen
    payments.pay(
        PROGRAMME, year, region, document=f"文〔{year}〕1号", paid_on=dt.date(year, 2, 1), by=by, at=day_in(year), seen=seen
    )  # fmt: skip


def naive(year):
    """The control: one entry after another, each by itself."""
    for title in Recognition.objects.order_by("pk"):
        Entry.objects.create(
            key=f"naive/{year}/{title.pk}", kind="accrual", community_id=title.community_id, position=title.position,
            programme=PROGRAMME, fiscal_year=year, fen=1_000_000, on=dt.date(year, 1, 1), at=day_in(year), recognition=title,
        )  # fmt: skip


WORK = {"accrue": lambda year: accrual.accrue(year, by=None, at=day_in(year)), "pay": pay, "naive": naive}


def child(work) -> int:
    """Fork a process that does `work` and ends with a code of its outcome; returns its id."""
    pid = os.fork()
    if pid:
        return pid
    code = BROKEN
    try:
        connections.close_all()
        work()
        code = DONE
    except ValidationError:
        code = REFUSED
    except DatabaseError as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
    finally:
        os._exit(code)


def ended(pid) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def together(work, times) -> list[int]:
    """So many children at one moment; their outcomes."""
    connections.close_all()
    start = time.time() + 0.15

    def wait_and_work(number):
        connection.ensure_connection()
        time.sleep(max(0, start - time.time()))
        work(number)

    return sorted(ended(pid) for pid in [child(lambda n=n: wait_and_work(n)) for n in range(times)])


def kills(what, points):
    """SIGKILL `what` of a fresh year at as many random points; then what is visible, then what a second run makes of it."""
    rng, work, points = random.Random(7), WORK[what], int(points)
    years = range(FIRST, FIRST + points)
    if what == "pay":
        for year in years:
            WORK["accrue"](year)
    connections.close_all()
    lasted = []
    for year in (FIRST - 2, FIRST - 1):  # how long an undisturbed one takes
        if what == "pay":
            WORK["accrue"](year)
            connections.close_all()
        began = time.monotonic()
        assert ended(child(lambda y=year: work(y))) == DONE
        lasted.append(time.monotonic() - began)
    killed = 0
    for year in years:
        pid = child(lambda y=year: work(y))
        time.sleep(rng.uniform(0.02, 1.1) * min(lasted))
        os.kill(pid, signal.SIGKILL)
        killed += ended(pid) == -signal.SIGKILL
    kind = "payment" if what == "pay" else "accrual"
    seen = {year: count(kind, year) for year in years}
    told = {"killed": killed, "visible": sorted(set(seen.values()))}
    if what != "naive":
        told["breaches_after_kill"] = breaches()
        for year in years:
            try:
                work(year)
            except ValidationError:  # paid whole before it was killed
                assert what == "pay" and seen[year]
        told["after"] = sorted({count(kind, year) for year in years})
        told["breaches"] = breaches()
    return told


def count(kind, year):
    return Entry.objects.filter(kind=kind, fiscal_year=year).count()


def breaches():
    return [
        s for _, found in proved.breaches(day_in(2030), (*invariants.CHECKS, proved.chain)) for s in found
    ]


def accruals_at_once(processes, rounds):
    """Several accruals of one year at one moment, for as many years."""
    told = []
    for year in range(FIRST, FIRST + int(rounds)):
        codes = together(lambda n, y=year: WORK["accrue"](y), int(processes))
        rows = Entry.objects.filter(fiscal_year=year).aggregate(n=Count("pk"), fen=Sum("fen"))
        top = RegionSum.objects.get(region__name="甲省", fiscal_year=year)
        runs = Accrual.objects.get(fiscal_year=year)
        events = MoneyEvent.objects.filter(accrual=runs).count()
        told.append([codes, rows["n"], rows["fen"], top.fen, runs.count, events])
        connections.close_all()
    return {"rounds": told, "breaches": breaches()}


def payments_at_once(processes):
    """Several payment orders of one year at one moment, each with a number of its own."""
    WORK["accrue"](FIRST)
    region = Region.objects.get(name="甲省")
    seen = payments.preview(PROGRAMME, FIRST, region).seen

    def work(number):
        payments.pay(
            PROGRAMME, FIRST, region, document=f"{number}号", paid_on=dt.date(FIRST, 2, 1), by=officer(), at=day_in(FIRST), seen=seen
        )  # fmt: skip

    codes = together(work, int(processes))
    return {
        "codes": codes,
        "batches": Batch.objects.count(),
        "payments": count("payment", FIRST),
        "breaches": breaches(),
    }


def reversals_at_once(processes, rounds):
    """The same payment taken back by several officers at one moment, for as many payments."""
    WORK["accrue"](FIRST)
    pay(FIRST)
    rows = list(
        Entry.objects.filter(kind="payment").select_related("community").order_by("pk")[: int(rounds)]
    )
    told = []
    for row in rows:

        def work(_, row=row):
            ledger.reverse(row, by=officer(), at=day_in(FIRST), on=dt.date(FIRST, 2, 2), reason="付错。")

        codes = together(work, int(processes))
        total = Entry.objects.filter(community=row.community_id, kind="payment").aggregate(fen=Sum("fen"))[
            "fen"
        ]
        told.append([codes.count(DONE), codes.count(REFUSED), total])
        connections.close_all()
    return {"rounds": [list(one) for one in sorted({tuple(one) for one in told})], "breaches": breaches()}


def expenses_at_once(processes):
    """Several expenses at one moment, of which the balance takes one: 6,000 of 10,000 yuan each."""
    WORK["accrue"](FIRST)
    pay(FIRST)
    posting = (
        Posting.objects.select_related("user", "community").filter(role=Role.FILER).order_by("pk").first()
    )
    posting.user.acting = posting
    by, community, at = posting.user, posting.community, day_in(FIRST)
    payment = Entry.objects.get(kind="payment", community=community)
    payments.confirm_receipt(payment, on=at.date(), by=by, at=at)

    def work(number):
        spending.spend(
            community, PROGRAMME, FIRST, use="events", fen=600_000, on=at.date(), payee="某店", item="活动", invoice=f"I{number}",
            token=f"k{number}", by=by, at=at,
        )  # fmt: skip

    codes = together(work, int(processes))
    return {
        "codes": codes,
        "spent": count("spending", FIRST),
        "breaches": breaches(),
        "people": User.objects.count() > 0,
    }


DRIVERS = {
    one.__name__: one
    for one in (kills, accruals_at_once, payments_at_once, reversals_at_once, expenses_at_once)
}

if __name__ == "__main__":
    sys.stdout.write(json.dumps(DRIVERS[sys.argv[1]](*sys.argv[2:])) + "\n")

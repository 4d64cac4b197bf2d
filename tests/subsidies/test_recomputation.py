"""C3: ten years of 10,000 communities, accrued by the portal and worked out again by a few lines that share nothing with it."""

import datetime as dt
import random

import pytest

from accreditation.models import Recognition
from regions.models import Community
from subsidies import accrual, ledger
from subsidies.models import Entry, RegionSum, Stop
from tests.factories import moment
from tests.subsidies.purse import PROGRAMME

pytestmark = pytest.mark.django_db
YEARS = range(2018, 2028)
COUNT = 10_000
FEN = {"national": 3_000_000, "provincial": 2_000_000, "city": 1_000_000, "county": 0}


def some_day(rng):
    """Many of them the cut-off day itself or beside it, where mistakes live."""
    year = rng.randrange(2015, 2029)
    if rng.random() < 0.4:
        return dt.date(year, 1, 1) + dt.timedelta(days=rng.choice((-1, 0, 1)))
    return dt.date(year, rng.randrange(1, 13), rng.randrange(1, 29))


def drawn(rng):
    """[(since, until, [(level, granted, ended)], [(first stopped year, resuming year)])] of as many communities."""
    rows = []
    for _ in range(COUNT):
        since = some_day(rng) if rng.random() < 0.2 else None
        until = some_day(rng) if rng.random() < 0.2 else None
        if since and until and until < since:
            since, until = until, since
        titles = []
        for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
            granted = some_day(rng)
            ended = granted + dt.timedelta(days=rng.randrange(3000)) if rng.random() < 0.4 else None
            titles.append((rng.choice(list(FEN)), granted, ended))
        stops = []
        if rng.random() < 0.1:
            first = rng.randrange(2017, 2028)
            stops.append((first, first + rng.randrange(4) if rng.random() < 0.5 else None))
        rows.append((since, until, titles, stops))
    return rows


def worked_out(row, year):
    """Fen of one community and year. On purpose not a line of it comes from the portal."""
    since, until, titles, stops = row
    first = dt.date(year, 1, 1)
    if since is not None and since > first:
        return 0
    if until is not None and until <= first:
        return 0
    for begins, resumes in stops:
        if begins <= year and not (resumes is not None and year >= resumes):
            return 0
    best = 0
    for level, granted, ended in titles:
        if granted > first:
            continue
        if ended is not None and ended <= first:
            continue
        best = max(best, FEN[level])
    return best


def test_ten_years_of_ten_thousand_communities_agree_to_the_fen(purse):
    rng = random.Random(20260101)
    rows = drawn(rng)
    streets = [region for region in purse.house.regions.values() if region.level == "street"]
    Recognition.objects.update(ended_on=dt.date(2015, 12, 2))
    communities = Community.objects.bulk_create(
        Community(
            name=f"社区{n}", street=streets[n % len(streets)], position=streets[n % len(streets)].position, place="", since=row[0], until=row[1]
        )
        for n, row in enumerate(rows)
    )  # fmt: skip
    Recognition.objects.bulk_create(
        Recognition(
            community=community, position=community.position, tier=level, tier_name=level, issuer="province", rank=1, money=level,
            number=f"N{community.pk}-{n}", document_number="", year=granted.year, granted_on=granted, ended_on=ended, issuer_name="",
        )
        for community, row in zip(communities, rows, strict=True)
        for n, (level, granted, ended) in enumerate(row[2])
    )  # fmt: skip
    by, at = purse.finance["甲省"], moment(dt.date(2017, 1, 1))
    Stop.objects.bulk_create(
        Stop(
            community=community, programme=PROGRAMME, first_year=first, reason="x", document="x", at=at, by=by, resumes_year=resumes,
            lifted_at=at if resumes else None, lifted_document="x" if resumes else "",
        )
        for community, row in zip(communities, rows, strict=True)
        for first, resumes in row[3]
    )  # fmt: skip
    wanted = {}
    for year in YEARS:
        accrual.accrue(year, by=None, at=moment(dt.date(year, 1, 5)))
        for community, row in zip(communities, rows, strict=True):
            if fen := worked_out(row, year):
                wanted[community.pk, year] = fen
    found = {(c, y): fen for c, y, fen in Entry.objects.values_list("community", "fiscal_year", "fen")}
    assert len(found) == Entry.objects.count()
    assert len(wanted) > 20_000, "the draw has become too poor to prove anything"
    assert found == wanted
    kept = RegionSum.objects.filter(region=purse.house.province).values_list("fiscal_year", "fen")
    assert dict(kept) == {year: sum(fen for (_, y), fen in wanted.items() if y == year) for year in YEARS}
    assert ledger.wrong_sums() == []

"""The rows of 资金使用情况表 from the ledger: what each community had, received, spent by use, gave back and has left in a year.

By the days of the entries: what arrived before the year and was not used is carried over, whatever year it is for.
"""

from collections import defaultdict

from accreditation.fund_table import FundRow
from regions.models import Community
from subsidies import ledger
from subsidies.models import Entry, Kind

CHUNK = 500


def of_region(region, programme: str, year: int) -> list[int]:
    """The communities of a region that had money of the programme in a year or before, in the order of places."""
    rows = Entry.objects.filter(
        position__range=(region.position, region.last),
        programme=programme,
        fiscal_year__lte=year,
        kind__in=ledger.OPENING,
    )
    return list(dict.fromkeys(rows.order_by("position", "community").values_list("community", flat=True)))


def rows(communities: list[int], programme: str, year: int, held):
    """A FundRow for each community, read in chunks; `held` are the rules whose uses are the columns."""
    for start in range(0, len(communities), CHUNK):
        keys = communities[start : start + CHUNK]
        named = Community.objects.in_bulk(keys)
        entries = defaultdict(list)
        found = Entry.objects.filter(community__in=keys, programme=programme, on__year__lte=year)
        for entry in found.select_related("recognition").order_by("pk"):
            entries[entry.community_id].append(entry)
        for key in keys:
            yield _row(named[key], entries[key], year, held)


def _row(community, entries, year, held):
    carried = received = returned = 0
    spent = dict.fromkeys(held.uses, 0)
    title = note = ""
    for entry in entries:
        before = entry.on.year < year
        if entry.kind in ledger.OPENING and entry.fiscal_year == year and entry.recognition:
            title = entry.recognition.get_money_display()
        sign = {
            Kind.RECEIPT: 1,
            Kind.DISALLOWED: 1,
            Kind.SPENDING: -1,
            Kind.RECOVERY: -1,
            Kind.REFUND: -1,
        }.get(entry.kind, 0)
        if before:
            carried += sign * entry.fen
        elif entry.kind == Kind.RECEIPT:
            received += entry.fen
        elif entry.kind in (Kind.RECOVERY, Kind.REFUND):
            returned += entry.fen
        elif entry.use in spent:
            spent[entry.use] -= sign * entry.fen
        if entry.kind == Kind.DISALLOWED and not before:
            note = "有核减"
    place = [*[""] * 2, *community.place.split()]
    return FundRow(
        place[-2], place[-1], community.name, title, carried, received, tuple(spent.values()), returned, note
    )


def total(rows) -> FundRow:
    """The rows added up."""
    rows = list(rows)
    spent = tuple(map(sum, zip(*(row.spent for row in rows), strict=True))) if rows else ()
    return FundRow(
        "",
        "",
        "合计",
        "",
        sum(r.carried for r in rows),
        sum(r.received for r in rows),
        spent,
        sum(r.returned for r in rows),
    )

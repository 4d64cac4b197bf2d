"""What leaves the ledger as Excel: a region's year, community by community. Every export is an event."""

from django.db import transaction
from django.http import FileResponse
from django.utils.http import content_disposition_header

from accounts.events import record
from accounts.limits import client_ip
from accreditation.paper.capitals import capital_amount
from accreditation.workbooks import Book
from subsidies import figures, rules

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 500


def _cell(fen):
    """Fen as a cell in yuan: whole where it is, else text, so that no cell rounds."""
    return fen // 100 if fen % 100 == 0 else f"{fen // 100}.{fen % 100:02d}"


def region_year(request, region, programme: str, year: int, *, at):
    """The workbook of a region's year as a download."""
    held = rules.of_year(programme, year)
    columns = [
        ("地区", 34), ("社区", 20), *((f"{label}（元）", 12) for label in figures.LABELS.values()),
        *((f"{use.name}（元）", 16) for use in held.uses.values()), ("应补助大写", 26),
    ]  # fmt: skip
    book = Book()
    count = book.sheet(f"{year}年度", columns, _rows(region, programme, year, held))
    book.close()
    with transaction.atomic():
        record(
            "export_ledger",
            by=request.user,
            at=at,
            subject=f"{region.name} {year}年度资金台账",
            data={"year": year, "rows": count},
            ip=client_ip(request),
        )
    response = FileResponse(book.target, content_type=XLSX)
    name = f"{region.name}{year}年度补助资金台账.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store"
    return response


def _rows(region, programme, year, held):
    keys = list(figures.grants_of(region, programme, year).values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        chunk = figures.grants_of(region, programme, year).filter(pk__in=keys[start : start + CHUNK])
        for line in figures.communities(chunk, programme, year):
            yield (
                line.place,
                line.title,
                *(_cell(getattr(line, name)) for name in figures.COLUMNS),
                *(_cell(line.by_use[use]) for use in held.uses),
                capital_amount(max(line.accrued, 0)),
            )

"""What leaves the ledger: a region's year community by community, and 资金使用情况表 as Excel and PDF. Every export is an event."""

import io

from django.db import transaction
from django.http import FileResponse
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header

from accounts.events import record
from accounts.limits import client_ip
from accreditation.fund_table import fund_table
from accreditation.paper import rendering
from accreditation.paper.capitals import capital_amount
from accreditation.workbooks import Book, Yuan
from subsidies import figures, rules, statements

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CHUNK = 500


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
    return _download(book.target, f"{region.name}{year}年度补助资金台账.xlsx", XLSX)


def _download(file, name, kind):
    response = FileResponse(file, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store"
    return response


def statement(request, place, communities, programme: str, year: int, *, paper: bool, at):
    """资金使用情况表 of these communities as a download; `place` is whose it is. TooLarge where a PDF would not do."""
    held = rules.of_year(programme, year)
    uses = [use.name for use in held.uses.values()]
    unit = request.user.acting.place
    found = statements.rows(communities, programme, year, held)
    if paper:
        found = list(found)
        title = f"{place.name}{year}年充分就业社区补助资金使用情况表"
        context = {
            "title": title, "unit": unit, "uses": uses, "rows": found, "sum": statements.total(found),
            "article": f"{held.version.data['source']['number']}{held.article}",
        }  # fmt: skip
        made = io.BytesIO(rendering.render(render_to_string("paper/fund_table.html", context)))
    else:
        book = Book()
        article = f"{held.version.data['source']['number']}{held.article}"
        fund_table(book, year=year, place=place.name, unit=unit, uses=uses, rows=found, article=article)
        made = book.close()
    with transaction.atomic():
        record(
            "export_statement",
            by=request.user,
            at=at,
            subject=f"{place.name} {year}年度资金使用情况表",
            data={"year": year, "rows": len(communities)},
            ip=client_ip(request),
        )
    name = f"{place.name}{year}年资金使用情况表.{'pdf' if paper else 'xlsx'}"
    return _download(made, name, "application/pdf" if paper else XLSX)


def _rows(region, programme, year, held):
    keys = list(figures.grants_of(region, programme, year).values_list("pk", flat=True))
    for start in range(0, len(keys), CHUNK):
        chunk = figures.grants_of(region, programme, year).filter(pk__in=keys[start : start + CHUNK])
        for line in figures.communities(chunk, programme, year):
            yield (
                line.place,
                line.title,
                *(Yuan(getattr(line, name)) for name in figures.COLUMNS),
                *(Yuan(line.by_use[use]) for use in held.uses),
                capital_amount(max(line.accrued, 0)),
            )

"""The coverage of a programme as a workbook: the numbers by place, the ends of the years, and every community."""

from django.db import transaction
from django.db.models import Prefetch

from accounts.events import record
from accreditation import coverage as counting
from accreditation.models import RoundEvent
from accreditation.workbooks import Book
from regions.templatetags.portal import zh_day

NUMBERS = [
    ("地区", 20), ("类型", 8), ("现有", 8), ("已认定", 8), ("覆盖率", 10), ("目标", 8), ("目标日期", 12), ("还差", 8), ("另有只持上级称号", 16), ("本年计划", 10),
]  # fmt: skip
YEARS = [("截至", 14), ("类型", 8), ("现有", 8), ("已认定", 8), ("覆盖率", 10)]
COMMUNITIES = [("社区（村）", 24), ("类型", 8), ("所在地", 40), ("已认定", 8), ("称号", 24), ("证书编号", 24), ("认定日期", 12), ("认定文号", 24)]  # fmt: skip


def book(round_, region, day, *, by, at, ip=None):
    """The workbook of what lies in a region on a day, rewound. The export is an event."""
    told = counting.coverage(round_, region, day, user=by)
    written = Book()
    written.sheet("覆盖情况", NUMBERS, _numbers(told))
    written.sheet("各年", YEARS, _years(told))
    count = written.sheet("社区", COMMUNITIES, _communities(round_, region, day))
    written.close()
    with transaction.atomic():
        event = record(
            "export_coverage",
            by=by,
            at=at,
            subject=f"导出覆盖情况 {round_.name}",
            data={"rows": count},
            ip=ip,
        )
        RoundEvent.objects.create(event=event, round=round_)
    return written.target


def _numbers(told):
    for row in (*told.rows, *([told.total] if len(told.rows) != 1 else [])):
        for cell in row.cells:
            yield (
                row.region.name if row.region else "合计", cell.target.label, cell.total, cell.held, cell.share,
                cell.target.words, cell.target.by, cell.gap, cell.above, cell.planned,
            )  # fmt: skip


def _years(told):
    for year in told.years:
        for cell in year.cells:
            yield zh_day(year.day), cell.target.label, cell.total, cell.held, cell.share


def _communities(round_, region, day):
    titles = counting.titles(round_).held_on(day).order_by("-granted_on", "-pk")
    rows = counting.communities(round_, region, day).order_by("position", "kind", "pk")
    rows = rows.prefetch_related(Prefetch("recognitions", titles, to_attr="own_titles"))
    for one in rows.iterator(chunk_size=1000):
        title = one.own_titles[0] if one.own_titles else None
        yield (
            one.name, one.get_kind_display(), one.place, one.holds,
            *((title.tier_name, title.number, title.granted_on, title.document_number) if title else ()),
        )  # fmt: skip

"""Dated plans that the streets of a round file for the record (泉港人社〔2016〕151号 四、（二）).

A later filing becomes the next draft and the earlier stays. What comes after the due day is taken and marked; whether a
street was late is judged by its first filing.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction

from accounts.events import record
from accounts.models import Role
from accreditation.models import Round, RoundEvent, StreetPlan
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from accreditation.windows import day_of_window
from accreditation.workbooks import Book
from regions.clock import day_of
from regions.models import Region

COLUMNS = [
    ("地区", 18), ("报送情况", 12), ("第几稿", 8), ("标题", 44), ("成文日期", 12), ("创建社区（个）", 14), ("创建村（个）", 12),
    ("第一稿报送时间", 18), ("本稿报送时间", 18), ("报送人", 12), ("附件", 24), ("实施方案", 80),
]  # fmt: skip


def wanted(round_) -> dict | None:
    """The programme's section about plans, or None: {"level", "title", "until", "article"}."""
    return round_.version.data.get("plans")


def due(round_) -> dt.date:
    """The last day for filing in time, inclusive (reading A26)."""
    return day_of_window(wanted(round_)["until"], round_.year, end=True)


def is_late(round_, plan) -> bool:
    """Whether a plan came in after the due day."""
    return day_of(plan.filed_at) > due(round_)


@dataclass(frozen=True)
class Filed:
    """A street with its drafts, the newest first. `late`: the first one came after the due day, or none has by `day`."""

    region: Region
    drafts: tuple[StreetPlan, ...]
    late: bool

    @property
    def plan(self) -> StreetPlan | None:
        return self.drafts[0] if self.drafts else None

    @property
    def first(self) -> StreetPlan | None:
        return self.drafts[-1] if self.drafts else None

    @property
    def words(self) -> str:
        if self.drafts:
            return "逾期报送" if self.late else "已报送"
        return "逾期未报" if self.late else "待报送"

    @property
    def tag(self) -> str:
        """The kind of tag that shows it."""
        if self.late:
            return "late"
        return "done" if self.drafts else "todo"


def overview(round_, within, *, day: dt.date | None) -> list[Filed]:
    """Every region that files a plan in this round and lies in `within`, as of a day. Two queries."""
    here = Region.objects.filter(level=wanted(round_)["level"]).within(round_.region).within(within)
    drafts: dict[int, list[StreetPlan]] = {}
    for plan in round_.plans.select_related("filed_by").order_by("-number"):
        drafts.setdefault(plan.region_id, []).append(plan)
    last = due(round_)
    found = []
    for region in here.order_by("position"):
        rows = tuple(drafts.get(region.pk, ()))
        if region.until and not rows:
            continue
        late = day_of(rows[-1].filed_at) > last if rows else day is not None and day > last
        found.append(Filed(region, rows, late))
    return found


def why_not(user, round_) -> str:
    """The sentence that refuses this person to file a plan in the round, or an empty string."""
    posting, section = user.acting, wanted(round_)
    if posting is None or not posting.has_desk or posting.role not in (Role.HANDLER, Role.APPROVER):
        return "实施方案由街道（乡镇）的经办或审核岗位报送。"
    region = posting.region
    if region.level != section["level"] or not round_.region.contains(region.position):
        return "实施方案由本批次范围内的街道（乡镇）报送。"
    if round_.status == Round.Status.PREPARING:
        return "批次尚未开启，开启后再报送实施方案。"
    return "批次已经结束，不再报送实施方案。" if round_.status == Round.Status.CLOSED else ""


@transaction.atomic
def file_plan(
    round_, region, *, title, dated_on, text, urban_goal, village_goal, by, at, file=None, seen=None
) -> StreetPlan:
    """File a region's plan as its next draft. `file`: a checked upload; `seen`: how many drafts the page knew of.

    Raises NotYours (not this street's handler or approver, or the round is not open), NotReady (dated after today, or
    nothing written), AlreadyMoved (a colleague filed meanwhile).
    """
    round_ = (
        Round.objects.select_for_update(of=("self",)).select_related("version", "region").get(pk=round_.pk)
    )
    if wanted(round_) is None:
        raise NotReady("本方案不要求报送实施方案。")
    if sentence := why_not(by, round_):
        raise NotYours(sentence)
    if by.acting.region != region:
        raise NotYours("只能报送本街道（乡镇）的实施方案。")
    missing = [] if title.strip() else ["请填写标题。"]
    missing += [] if text.strip() else ["请填写实施方案的内容。"]
    missing += ["成文日期不能晚于今天。"] if dated_on > day_of(at) else []
    if missing:
        raise NotReady(missing)
    number = round_.plans.filter(region=region).count()
    if seen is not None and seen != number:
        raise AlreadyMoved("本街道的同事刚刚报送了新的一稿，请先查看，再决定是否报送。")
    upload = {}
    if file is not None:
        upload = {name: getattr(file, name) for name in ("name", "size", "content_type", "checksum")}
        upload["file"] = file.stored_name
    plan = StreetPlan.objects.create(
        round=round_,
        region=region,
        number=number + 1,
        title=title.strip(),
        dated_on=dated_on,
        text=text.strip(),
        urban_goal=urban_goal,
        village_goal=village_goal,
        filed_at=at,
        filed_by=by,
        **upload,
    )
    event = record(
        "file_plan",
        by=by,
        at=at,
        subject=f"{region.name} {plan.title}",
        after={"draft": plan.number, "dated_on": dated_on.isoformat(), "checksum": plan.checksum},
        data={"late": is_late(round_, plan), "urban_goal": urban_goal, "village_goal": village_goal},
    )
    RoundEvent.objects.create(event=event, round=round_)
    return plan


def book(round_, rows, *, by, at, ip=None):
    """The workbook of `overview` rows, rewound. The export is an event: it names who filed."""
    written = Book()
    written.sheet("实施方案", COLUMNS, (_cells(row) for row in rows))
    written.close()
    with transaction.atomic():
        event = record(
            "export_plans",
            by=by,
            at=at,
            subject=f"导出实施方案 {round_.name}",
            data={"rows": len(rows)},
            ip=ip,
        )
        RoundEvent.objects.create(event=event, round=round_)
    return written.target


def _cells(row):
    if row.plan is None:
        return (row.region.name, row.words)
    plan = row.plan
    return (
        row.region.name, row.words, plan.number, plan.title, plan.dated_on, plan.urban_goal, plan.village_goal,
        row.first.filed_at, plan.filed_at, plan.filed_by.name, plan.name, plan.text,
    )  # fmt: skip

"""The workbook of a whole round for auditors: every application they see with its scores, opinions, visits, notices and events.

Read in small groups of applications and written row by row, in constant memory however long; between two groups nothing
is open in the database, so that progress can be written. Who objected, and in which words, stays with the publishing
office: here stand the days and the outcome.
"""

import json
from collections.abc import Callable, Iterable

from django.core.exceptions import ValidationError
from django.db.models import Count, Prefetch, Q

from accreditation import exports
from accreditation.disclosure import shows
from accreditation.made_behind import tell_once, told
from accreditation.models import Application, Assessment, NoticeEntry, Remark, Round, SiteVisit, State
from accreditation.workbooks import Book, safe_text
from regions.clock import SHANGHAI, day_of

GROUP = 100  # applications read at once
ACTION = "export_round"
OPINION_COLUMNS = [
    ("编号", 16), ("社区", 18), ("环节", 12), ("类别", 10), ("处理建议", 10), ("内容", 70), ("提出人", 12), ("提出时间", 17),
    ("审核人", 12), ("决定时间", 17), ("答复时间", 17),
]  # fmt: skip
VISIT_COLUMNS = [
    ("编号", 16), ("社区", 18), ("环节", 12), ("考察日期", 12), ("考察人员", 24), ("考察情况", 70), ("是否通过", 9), ("照片", 7),
    ("登记人", 12), ("登记时间", 17),
]  # fmt: skip
NOTICE_COLUMNS = [
    ("编号", 16), ("社区", 18), ("公示", 40), ("文号", 20), ("公示单位", 26), ("发布时间", 17), ("公示开始", 12), ("公示结束", 12),
    ("原定结束", 12), ("名单状态", 12), ("异议", 8), ("提出时间", 17), ("受理时间", 17), ("办理期限", 12), ("结论", 12), ("办结时间", 17),
]  # fmt: skip


def label(state: str) -> str:
    return State(state).label if state in State.values else state


def level_of(state: str) -> str:
    return state.rsplit("_", 1)[0]


def opinion_rows(applications, by):
    """What each desk proposed and decided, and what it asked to be corrected, as far as this reader may see it."""
    assessments = Assessment.objects.select_related("sheet", "handler", "approver").order_by("pk")
    rows = applications.with_round().prefetch_related(
        Prefetch("assessments", assessments), Prefetch("remarks", Remark.objects.select_related("author"))
    )
    for a in rows.iterator(chunk_size=GROUP):
        for one in a.assessments.all():
            if one.opinion and shows(by, a, one.level):
                yield (
                    a.number, a.community.name, label(one.state), "处理意见", one.get_verdict_display(), one.opinion,
                    one.handler.name if one.handler else "", one.proposed_at,
                    one.approver.name if one.approver else "", one.decided_at, None,
                )  # fmt: skip
        for one in a.remarks.all():
            yield (
                a.number, a.community.name, label(one.state), "补正要求", "", one.text, one.author.name, one.made_at,
                "", None, one.answered_at,
            )  # fmt: skip


def visit_rows(applications, by):
    """The visits of the desks this reader sees, with how many photos were taken."""
    photos = Count("photos", filter=Q(photos__removed_at__isnull=True))
    visits = SiteVisit.objects.select_related("recorded_by").annotate(n=photos).order_by("pk")
    for a in (
        applications.with_round().prefetch_related(Prefetch("visits", visits)).iterator(chunk_size=GROUP)
    ):
        for one in a.visits.all():
            if shows(by, a, level_of(one.state)):
                yield (
                    a.number, a.community.name, label(one.state), one.on, one.inspectors, one.findings, one.passed, one.n,
                    one.recorded_by.name, one.recorded_at,
                )  # fmt: skip


def notice_rows(applications, _by):
    """Where each stood on a notice, and the objections raised: named or not, when, and what came of it; not by whom."""
    rows = (
        NoticeEntry.objects.filter(application__in=applications.order_by().values("pk"))
        .select_related("notice__office", "application")
        .prefetch_related("objections")
        .order_by("application", "pk")
    )
    for entry in rows.iterator(chunk_size=GROUP):
        notice = entry.notice
        shared = (
            entry.application.number, entry.name, notice.title, notice.number, notice.office.name, notice.published_at,
            notice.first_day, notice.last_day, notice.original_last_day, entry.get_status_display(),
        )  # fmt: skip
        objections = list(entry.objections.all())
        if not objections:
            yield (*shared, *[None] * 6)
        for one in objections:
            outcome = one.get_outcome_display() if one.settled_at else "未办结"
            yield (
                *shared, "实名" if one.named else "匿名", one.raised_at, one.admitted_at, one.due_on, outcome, one.settled_at,
            )  # fmt: skip


# The sheets in their order: name, columns, rows of a queryset of applications for a reader.
SHEETS = (
    ("申报", exports.APPLICATION_COLUMNS, exports.application_rows),
    ("各级评分", exports.SCORE_COLUMNS, exports.score_rows),
    ("意见", OPINION_COLUMNS, opinion_rows),
    ("实地考察", VISIT_COLUMNS, visit_rows),
    ("公示与异议", NOTICE_COLUMNS, notice_rows),
    ("事件", exports.TIMELINE_COLUMNS, exports.timeline_rows),
)


def write(
    target, keys: list[int], *, by, at, facts: Iterable[tuple[str, str]], progress: Callable | None = None
):
    """Write the workbook of these applications, as far as `by` sees them, into a file object; {sheet: rows}.

    facts: (name, value) lines of the cover. progress: called with (groups done, all groups).
    """
    book = Book(target, made_at=at)
    cover = book.book.add_worksheet("说明")
    done, total = 0, len(SHEETS) * -(-len(keys) // GROUP)

    def grouped(rows_of):
        nonlocal done
        for start in range(0, len(keys), GROUP):
            group = keys[start : start + GROUP]
            yield from rows_of(Application.objects.in_line_of(by).filter(pk__in=group).order_by("pk"), by)
            done += 1
            if progress:
                progress(done, total)

    counts = {name: book.sheet(name, columns, grouped(rows_of)) for name, columns, rows_of in SHEETS}
    lines = [
        ("导出人", f"{by.name}（{by.acting}）"),
        ("导出时间", f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"),
        *facts,
        *((name, f"{count} 行") for name, count in counts.items()),
        ("说明", "只含导出人岗位范围内的内容。提出异议的人和异议内容由公示单位保密，本工作簿不含。"),
    ]
    cover.set_column(0, 0, 14)
    cover.set_column(1, 1, 90)
    for number, (name, value) in enumerate(lines):
        cover.write_string(number, 0, name, book.head)
        cover.write_string(number, 1, safe_text(value))
    book.close()
    return counts


def make(work) -> None:
    """The job "round_book": arguments {"round": key}."""
    round_ = Round.objects.filter(pk=work.arguments["round"]).first()
    if round_ is None or not work.by.acting.sees_below:
        raise ValidationError("您现在的岗位不能导出这一批次，没有生成文件。")
    rows = Application.objects.in_line_of(work.by).filter(round=round_).order_by("pk")
    keys = list(rows.values_list("pk", flat=True))
    path = work.folder / "round.xlsx"
    with path.open("wb+") as target:
        counts = write(
            target, keys, by=work.by, at=work.at, facts=[("批次", round_.name)], progress=work.progress
        )
    tell_once(work, ACTION, f"导出{round_.name}全卷", rows=sum(counts.values()), applications=len(keys))
    name = f"{round_.name}全卷 {day_of(work.at):%Y%m%d}.xlsx"
    work.finish(path, name, f"共 {len(keys)} 件申报，{counts['事件']} 条事件。")


def may_download(job, user) -> bool:
    """Whether this person still sees as many applications of the round as the file holds; none is ever unfiled again."""
    rows = Application.objects.in_line_of(user).filter(round=json.loads(job.arguments)["round"])
    return user.acting.sees_below and rows.count() >= told(job, ACTION).get("applications", 0)

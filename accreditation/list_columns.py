"""The lists of the portal as rows of a workbook, one function a list: the page's own rows with the page's own words.

Each takes what its view is about to show and gives an accounts.listed.Listed; dates and points are cells of their kind.
"""

from itertools import islice

from accounts.listed import CHUNK, Listed, streamed
from accreditation.disclosure import shown_passed, shown_total
from accreditation.workbooks import points as cell
from scoring.models import PASSED

LEVELS = (("self", "自评"), ("county", "县级"), ("city", "市级"), ("province", "省级"))
PLACE = [("社区", 20), ("所在地", 40)]


def _yes(value) -> str:
    return "是" if value else ""


def _outcome(total, passed):
    """What a sheet comes to, as a cell: points as a number, conditions in words."""
    return PASSED[passed] if total is None else cell(total)


def applications(rows, user, today, filters) -> Listed:
    """The list of every application one may see; scores as far as this reader is shown them."""
    columns = [
        *PLACE, ("编号", 16), ("批次", 26), ("层级", 20), *((head, 9) for _, head in LEVELS), ("期限", 12), ("逾期", 6),
        ("状态", 14),
    ]  # fmt: skip

    def line(a):
        due = None if a.ended else a.due_on
        return (
            a.community.name, a.community.place, a.number, a.round.name, a.tier_name,
            *(_outcome(shown_total(user, a, level), shown_passed(user, a, level)) for level, _ in LEVELS),
            due, _yes(due and due < today), a.get_state_display(),
        )  # fmt: skip

    return Listed("申报清单", columns, rows.count(), streamed(rows, line), filters)


def queue(label, count, rows_of, *, level_name, scores, points, visits, filters) -> Listed:
    """A desk's queue. `rows_of(start, stop)` gives the rows of a page of it; `filters` the chips in words."""
    columns = [*PLACE, ("编号", 16), ("批次", 26), ("层级", 20), ("自评", 9)]
    columns += [(level_name, 9), *([("差", 8)] if points else [])] if scores else []
    columns += [("实地", 10)] if visits else []
    columns += [("期限", 12), ("还有几个工作日", 10), ("状态", 22), ("补正已回", 8)]

    def line(row):
        a = row.application
        cells = [a.community.name, row.place, a.number, a.round.name, a.tier_name]
        cells.append(row.self_words if a.total_self is None else cell(a.total_self))
        if scores:
            cells.append(row.own_words if row.own is None else cell(row.own))
            if points:
                known = row.own is not None and a.total_self is not None
                cells.append(cell(row.own - a.total_self) if known else None)
        if visits:
            cells.append(row.visit)
        due = a.due_on if row.here else None
        return (
            *cells,
            due,
            row.days if due else None,
            row.stage[1] or a.get_state_display(),
            _yes(row.corrected),
        )

    pages = range(0, count, CHUNK)
    lines = (line(row) for start in pages for row in rows_of(start, min(start + CHUNK, count)))
    return Listed("待办", columns, count, lines, f"分类：{label}" + (f"；{filters}" if filters else ""))


def lists(rows) -> Listed:
    """A desk's lists, one a round and tier."""
    columns = [
        ("层级", 24), ("批次", 30), ("在本环节", 10), ("已列入名单", 10), ("名额已用", 10), ("名额总数", 10), ("正在公示", 10),
        ("可以认定", 10),
    ]  # fmt: skip
    lines = [
        (
            row["tier"]["name"], row["round"].name, row["waiting"], row["listed"],
            row["quota"].used if row["quota"] else None, row["quota"].size if row["quota"] else "不限", row["running"],
            row["cleared"] if row["recognises"] else None,
        )
        for row in rows
    ]  # fmt: skip
    return Listed("推荐名单一览", columns, len(lines), lines)


def desk_list(rows, *, round_, tier, own_title, ranked, by_points, scores) -> Listed:
    """One list: in its order, with rank, scores, the handler's opinion, and why somebody is not on it."""
    columns = [*([("名次", 6), ("并列", 6)] if ranked else []), *PLACE, ("编号", 16)]
    columns += [("自评" if by_points else "自评条件", 10)]
    columns += [(own_title if ranked else "本级核对", 10)] if ranked or scores else []
    columns += [
        ("经办建议", 12),
        ("经办意见", 50),
        ("列入名单", 10),
        ("不能列入的原因", 40),
        ("未列入的理由", 40),
    ]

    def line(row):
        a, candidate = row["application"], row["candidate"]
        told = candidate.assessment if candidate.assessment and candidate.assessment.proposed_at else None
        sheet = a.self_sheet
        own = candidate.assessment.sheet if candidate.assessment else None
        return (
            *((candidate.rank, _yes(candidate.tied)) if ranked else ()), a.community.name, a.community.place, a.number,
            cell(a.total_self) if by_points else sheet.outcome if sheet else "",
            *((cell(row["total"]),) if ranked else (own.outcome if own else "",) if scores else ()),
            told.get_verdict_display() if told else "尚未提出", told.opinion if told else "",
            "已列入" if candidate.listed else "未列入", "".join(row["unmet"]), a.passed_over_reason,
        )  # fmt: skip

    filters = f"批次：{round_.name}；层级：{tier['name']}"
    return Listed("推荐名单", columns, len(rows), map(line, rows), filters)


def notices(rows, told, today) -> Listed:
    """The notices of an office. `told(notices)` gives (open objections, entries held) by key for a handful of them."""
    columns = [
        ("公示", 44), ("文号", 24), ("批次", 28), ("发布时间", 17), ("公示截止", 12), ("原定截止", 12), ("状态", 10), ("公示中", 8),
        ("无异议", 8), ("已移出", 8), ("未办结异议", 10), ("暂缓社区", 10),
    ]  # fmt: skip

    def lines():
        left = rows.iterator(CHUNK)
        while few := list(islice(left, CHUNK)):
            disputes = told(few)
            for notice in few:
                over = "公示中" if notice.last_day >= today else "期满待处理" if notice.running else "已结束"
                yield (
                    notice.title, notice.number, notice.round.name, notice.published_at, notice.last_day,
                    notice.original_last_day, over, notice.running, notice.cleared, notice.removed,
                    *disputes.get(notice.pk, (0, 0)),
                )  # fmt: skip

    return Listed("公示", columns, rows.count(), lines())


def objections(rows, clock_of, filters) -> Listed:
    """The register of objections as its page shows it: without who raised them. `clock_of` tells whether one is late."""
    columns = [
        ("涉及社区", 22), ("公示", 44), ("提出时间", 17), ("方式", 8), ("受理时间", 17), ("办理期限", 12), ("逾期", 6),
        ("办结时间", 17), ("状态", 14),
    ]  # fmt: skip

    def line(one):
        state = "办理中" if one.admitted_at else "待受理"
        return (
            one.entry.name, one.entry.notice.title, one.raised_at, "实名" if one.named else "匿名", one.admitted_at,
            one.due_on, _yes(clock_of(one)["late"]), one.settled_at,
            one.get_outcome_display() if one.settled_at else state,
        )  # fmt: skip

    return Listed("异议登记", columns, rows.count(), streamed(rows, line), filters)


def coverage_communities(rows, filters) -> Listed:
    """The communities behind a number of the coverage; `own_titles` holds the one that counts."""
    columns = [
        ("社区（村）", 24), ("类型", 8), ("所在地", 40), ("称号", 24), ("认定日期", 12), ("证书编号", 24),
    ]  # fmt: skip

    def line(one):
        title = one.own_titles[0] if one.own_titles else None
        told = (title.tier_name, title.granted_on, title.number) if title else ("未认定", None, None)
        return (one.name, one.get_kind_display(), one.place, *told)

    return Listed("覆盖情况的社区", columns, rows.count(), streamed(rows, line), filters)


def rounds(rows) -> Listed:
    """The rounds that concern the reader."""
    columns = [
        ("批次", 36),
        ("依据", 28),
        ("主办地区", 16),
        ("年度", 8),
        ("开始申报", 12),
        ("状态", 10),
        ("评分表", 20),
    ]

    def line(one):
        label = one.rubric.label if one.rubric else ""
        number = one.version.data["source"]["number"]
        return (one.name, number, one.region.name, one.year, one.opens_on, one.get_status_display(), label)

    return Listed("批次", columns, rows.count(), streamed(rows, line))


def panels(found, wanting, region) -> Listed:
    """The panels of a desk: rounds that still want one first, as on the page."""
    columns = [("批次", 36), ("地区", 20), ("进展", 16)]
    rows = [(one.name, region.name, "尚未组建") for one in wanting]
    rows += [(one.round.name, one.region.name, one.get_status_display()) for one in found]
    return Listed("考核评估组", columns, len(rows), rows)


def panel_tasks(rows) -> Listed:
    """A panel member's own communities and scores."""
    columns = [("社区", 20), ("所在县（市、区）", 20), ("批次", 30), ("我的评分", 9), ("状态", 18)]

    def state(row):
        if row.stands:
            return "已汇总"
        if not row.here:
            return row.application.get_state_display()
        return "补正后须重新核对" if row.outdated else "已评" if row.finished else "未评"

    lines = [
        (
            row.application.community.name,
            row.county,
            row.assessor.panel.round.name,
            cell(row.points),
            state(row),
        )
        for row in rows
    ]
    return Listed("考核评分任务", columns, len(lines), lines)


def progress(rows, total, heads, round_) -> Listed:
    """How far each region has come in a round, with the sum below."""
    columns = [("地区", 24), *((head, 10) for head in heads), ("合计", 10)]
    lines = [(child.name, *counts, together) for child, counts, together in rows]
    if rows:
        lines.append(("合计", *total, sum(row[2] for row in rows)))
    return Listed("进度", columns, len(lines), lines, f"批次：{round_.name}" if round_ else "")


def amendments(told, round_) -> Listed:
    """Every amendment of a round, one row a change."""
    columns = [
        ("第几次", 8), ("文号", 26), ("理由", 40), ("调整内容", 30), ("原为", 20), ("调整为", 20), ("单位", 30), ("办理人", 12),
        ("时间", 17),
    ]  # fmt: skip
    lines = [
        (one.number, one.document_number, one.reason, *change, one.office, one.by, one.at)
        for one in told
        for change in one.changes or [("", "", "")]
    ]
    return Listed("批次调整", columns, len(lines), lines, f"批次：{round_.name}")


def programmes(rows) -> Listed:
    """The programmes that concern a region."""
    columns = [("方案", 40), ("依据", 30), ("主办地区", 16), ("待录入", 60), ("批次", 50)]
    lines = [
        (
            one.programme.title, one.latest.data["source"]["number"], one.place.name,
            "；".join(gap["sentence"] for gap in one.missing),
            "；".join(f"{r.name}（{r.get_status_display()}）" for r in one.rounds),
        )
        for one, _ in rows
    ]  # fmt: skip
    return Listed("方案", columns, len(lines), lines)


def score_sheets(sheets, programme) -> Listed:
    """The versions of a programme's score sheet."""
    columns = [("版本", 18), ("内容", 44), ("项数", 8), ("满分", 8), ("来源", 40), ("使用的批次", 50)]
    lines = []
    for one in sheets:
        rubric, published = one.rubric, one.publication
        told = rubric if rubric.has_points else rubric.criteria
        count = len(rubric.indicators) if rubric.has_points else len(told.items)
        full = cell(rubric.full) if rubric.has_points else None
        source = published.document_number if published else "方案文件自带"
        used = "；".join(f"{r.name}（{r.get_status_display()}）" for r in one.rounds)
        lines.append(
            (
                one.version.version,
                told.title + (rubric.label and f"（{rubric.label}）"),
                count,
                full,
                source,
                used,
            )
        )
    return Listed("评分表版本", columns, len(lines), lines, f"方案：{programme.title}")


def workdays(days, region, year) -> Listed:
    """The days of a year that depart from Monday to Friday."""
    columns = [("日期", 12), ("安排", 8), ("名称", 16), ("适用", 16), ("依据", 44), ("变更理由", 40)]
    lines = [
        (one.day, "上班" if one.working else "放假", one.name, one.region.name if one.region else "全国", str(one.notice), one.reason)
        for one in days
    ]  # fmt: skip
    filters = f"年份：{year}；适用地区：{region.full_name if region else '全国'}"
    return Listed("工作日", columns, len(lines), lines, filters)

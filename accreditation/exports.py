"""What auditors take away: the rows they may see, exactly as filtered, with every score and the timeline."""

import hashlib
import json
import tempfile
from itertools import islice

from django.db import transaction
from django.db.models import Prefetch

from accounts.events import record
from accounts.models import Event, Posting, User
from accreditation.disclosure import shown_passed, shown_reason, shown_total, shows_scores, tells
from accreditation.models import Application, ApplicationEvent, Assessment, State
from accreditation.sheets import FINDINGS
from accreditation.workbooks import Book, points
from regions.clock import SHANGHAI
from scoring.criteria import SAMPLE_LABEL
from scoring.engine import score_partial
from scoring.loading import rubric_of
from scoring.models import PASSED
from scoring.points import parse_points

EVENTS = 1000  # read at once
STATES = dict(State.choices)
LEVELS = (("self", "自评"), ("street", "街道"), ("county", "县级"), ("city", "市级"), ("province", "省级"))
ACTIONS = {
    "start": "开始申报",
    "attach": "上传材料",
    "detach": "移除材料",
    "submit": "提交",
    "resubmit": "补正后重新提交",
    "withdraw": "撤回",
    "assess": "评分",
    "visit": "登记实地考察",
    "propose": "提出处理意见",
    "pass_on": "同意上报",
    "send_back": "退回补正",
    "decline": "不予推荐",
    "shortlist": "列入推荐名单",
    "unlist": "移出推荐名单",
    "pass_over": "说明未列入理由",
    "publish": "列入公示",
    "close": "公示无异议，上报",
    "clear": "公示无异议",
    "disqualify": "取消申报资格",
    "print_paper": "打印表格",
    "attach_scan": "上传盖章扫描件",
    "receive_copies": "登记纸质件",
    "recognise": "认定",
    "give_score": "考核人员评分",
    "recuse": "考核人员回避",
    "total_panel": "汇总考核评分",
}

APPLICATION_COLUMNS = [
    ("编号", 16), ("批次", 26), ("层级", 20), ("社区", 18), ("所在地", 36), ("类型", 8), ("状态", 12), ("提交时间", 17), ("到达本环节", 17),
    ("本环节期限", 12), ("自评分", 9), ("街道评分", 9), ("县级评分", 9), ("市级评分", 9), ("省级评分", 9), ("列入名单", 10), ("未列入理由", 24),
    ("证书编号", 24),
]  # fmt: skip
SCORE_COLUMNS = [
    ("编号", 16), ("社区", 18), ("代码", 8), ("指标", 40), ("标准分", 8), ("自评", 8), ("自评依据", 50), ("县级", 8), ("县级理由", 30),
    ("市级", 8), ("市级理由", 30), ("省级", 8), ("省级理由", 30),
]  # fmt: skip
TIMELINE_COLUMNS = [("序号", 9), ("编号", 16), ("社区", 18), ("时间", 17), ("事项", 20), ("办理人", 12), ("单位", 30), ("岗位", 10), ("原状态", 12), ("新状态", 12), ("说明", 60), ("摘要", 66)]  # fmt: skip


def action_words(action: str, told: dict) -> str:
    """What happened, in a word; a sheet of conditions is checked, not scored."""
    lines = told.get("after", {}).get("lines") or {}
    if action == "assess" and lines and all("met" in line for line in lines.values()):
        return "核对认定条件"
    return ACTIONS.get(action, action)


def applications_book(applications, *, by, at, filters: str, ip=None):
    """The workbook of a queryset (already scoped by `visible_to` and filtered): a temporary file, rewound, and its rows.

    The export itself is an event: it may hold personal data.
    """
    applications = applications.order_by("pk")
    file = tempfile.TemporaryFile()
    book = Book(file)
    keys = list(applications.values_list("pk", flat=True))
    cover = book.book.add_worksheet("说明")
    count = book.sheet("申报", APPLICATION_COLUMNS, application_rows(applications, by))
    lines = book.sheet("评分", SCORE_COLUMNS, score_rows(applications, by))
    moves = book.sheet("时间线", TIMELINE_COLUMNS, timeline_rows(applications, by))
    checksum = hashlib.sha256(",".join(map(str, keys)).encode()).hexdigest()
    posting = by.acting
    rows = [
        ("导出人", f"{by.name}（{posting}）"),
        ("导出时间", f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"),
        ("查询条件", filters or "全部"),
        ("申报", f"{count} 行"),
        ("评分", f"{lines} 行"),
        ("时间线", f"{moves} 行"),
        ("名单校验码", checksum),
        *_samples(applications),
        ("说明", "本工作簿只含导出人岗位范围内的申报；名单校验码由各行内部序号算得，可用于核对是否完整。"),
    ]
    cover.set_column(0, 0, 14)
    cover.set_column(1, 1, 90)
    for number, (name, value) in enumerate(rows):
        cover.write_string(number, 0, name, book.head)
        cover.write_string(number, 1, value)
    book.close()
    with transaction.atomic():
        record(
            "export_applications",
            by=by,
            at=at,
            subject=f"导出申报 {count} 件",
            data={"filters": filters, "rows": count, "checksum": checksum},
            ip=ip,
        )
    return file, count


def _samples(applications):
    """A line for the cover of each round that is scored by a sheet of the demonstration."""
    rounds = applications.order_by().filter(round__rubric__sample=True).values_list("round__name", flat=True)
    return [("评分表", f"“{name}”：{SAMPLE_LABEL}") for name in sorted(set(rounds))]


def _round_name(round_):
    label = round_.rubric.label if round_.rubric else ""
    return f"{round_.name}（{label}）" if label else round_.name


def application_rows(applications, by):
    """One row an application, with the scores this reader may see."""
    rows = applications.with_round().select_related("recognition", "self_sheet")
    for a in rows.prefetch_related(_with_sheets()).iterator(chunk_size=1000):
        title = getattr(a, "recognition", None)
        yield (
            a.number, _round_name(a.round), a.tier_name, a.community.name, a.community.place, a.community.get_kind_display(),
            State(a.state).label, a.filed_at, a.arrived_at, a.due_on,
            *(_found(by, a, level) for level, _ in LEVELS),
            "是" if a.listed_at else "", shown_reason(by, a), title.number if title else "",
        )  # fmt: skip


def _with_sheets():
    return Prefetch("assessments", Assessment.objects.filter(sheet__isnull=False).select_related("sheet"))


def _found(by, application, level):
    """A sheet's total as a cell, or, without points, whether its conditions are met; nothing this reader may not see."""
    total = shown_total(by, application, level)
    return PASSED[shown_passed(by, application, level)] if total is None else points(total)


def score_rows(applications, by):
    """One row an indicator or condition: the community's own with its reason, then each desk's and its reasons."""
    rows = applications.with_round().select_related("self_sheet").prefetch_related(_with_sheets())
    for a in rows.iterator(chunk_size=500):
        rubric = rubric_of(a.round.rubric)
        if rubric is None or a.self_sheet is None:
            continue
        result = score_partial(rubric, json.loads(a.self_sheet.figures), tier=a.tier)
        shown = [x for x in a.assessments.all() if shows_scores(by, a, x.level)]
        desks = {x.level: json.loads(x.sheet.lines) for x in shown}
        for item in rubric.indicators:
            line = result.lines.get(item.code)
            row = [a.number, a.community.name, item.code, item.content, points(item.max)]
            row += [points(line.points), line.because] if line else [None, "未填完"]
            for level in ("county", "city", "province"):
                given = desks.get(level, {}).get(item.code, {})
                row += [
                    points(parse_points(given["points"])) if given.get("points") else None,
                    given.get("reason", ""),
                ]
            yield row
        for item in rubric.criteria.of(a.tier) if rubric.criteria else ():
            verdict = result.criteria[item.code]
            row = [a.number, a.community.name, item.code, item.text, None]
            row += [PASSED[verdict.met] or "待填", verdict.because]
            for level in ("county", "city", "province"):
                given = desks.get(level, {}).get(item.code, {})
                row += [FINDINGS.get(given.get("met", ""), ""), given.get("reason", "")]
            yield row


def timeline_rows(applications, by):
    """One row an event of the applications, as far as it is for this reader, oldest first; read in constant memory.

    The database sorts keys alone; events are read by them, and what they name is looked up once for many of them.
    """
    links = ApplicationEvent.objects.filter(application__in=applications.order_by().values("pk"))
    rows = links.order_by("event_id").values_list("event_id", "application_id").iterator(chunk_size=EVENTS)
    known = _Known()
    while some := list(islice(rows, EVENTS)):
        events = Event.objects.in_bulk([seq for seq, _ in some])
        known.look_up(events.values(), {key for _, key in some})
        for seq, key in some:
            event, told = events[seq], json.loads(events[seq].body)
            application = known.applications[key]
            if not tells(by, application, event.action, told):
                continue
            yield (
                event.seq, application.number, application.community.name, event.at, action_words(event.action, told),
                known.people.get(event.actor_id, "系统"), *known.postings.get(event.posting_id, ("", "")),
                STATES.get(told["before"].get("state"), ""), STATES.get(told["after"].get("state"), ""), summary(told),
                event.digest,
            )  # fmt: skip


class _Known:
    """What the rows of a timeline name: applications (the latest ones), the names of people, place and role of postings."""

    def __init__(self):
        self.applications, self.people, self.postings = {}, {}, {}

    def look_up(self, events, applications):
        if len(self.applications) > EVENTS:
            self.applications.clear()
        sheets = Assessment.objects.select_related("sheet").defer("sheet__figures", "sheet__lines")
        wanted = Application.objects.with_round().prefetch_related(Prefetch("assessments", sheets))
        self.applications |= wanted.in_bulk(applications - self.applications.keys())
        actors = {event.actor_id for event in events} - self.people.keys() - {None}
        self.people |= dict(User.objects.filter(pk__in=actors).values_list("pk", "name"))
        posts = {event.posting_id for event in events} - self.postings.keys() - {None}
        for one in Posting.objects.filter(pk__in=posts).select_related("office", "community"):
            self.postings[one.pk] = (one.place, one.get_role_display())


def summary(told: dict) -> str:
    """What an event says in words: its reason, opinion or remarks."""
    data, after = told.get("data", {}), told.get("after", {})
    parts = [data.get("reason"), data.get("document"), after.get("opinion")]
    remarks = data.get("remarks") or ""
    parts += [remarks] if isinstance(remarks, str) else [f"{target}：{text}" for target, text in remarks]
    if data.get("one_clerk"):
        parts.append("一人经办并审核（方案允许）")
    return "；".join(part for part in parts if part)

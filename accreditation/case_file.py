"""An application's file as an officer reads it: figures, scores, opinions, visits, files, and what happened.

Whose scores are shown: the own desk's always; a lower desk's once the own sheet is in (reading A46, so that nobody
anchors on it) ; a higher desk's once it has decided. The self score always, since the printed form shows it.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from accreditation import filing_changes, filing_content, later_period, score_columns, sheets
from accreditation.disclosure import shows, shows_later, shows_scores, tells
from accreditation.exports import action_words, summary
from accreditation.models import ApplicationEvent, Assessment, Attachment
from accreditation.routes import LEVELS
from scoring.columns import Combined
from scoring.models import CHECKED
from scoring.points import parse_points

LEVEL_NAMES = {"street": "街道", "county": "县级", "city": "市级", "province": "省级"}
# Happenings of one sitting are told once: the same person, action and day.
# A panel's doings are nobody's but the desk's until the desk has decided.
BLIND = {"give_score", "recuse", "total_panel"}
GROUPED = {"attach", "detach", "assess", "print_paper", "attach_scan"}


@dataclass(frozen=True)
class Column:
    """One desk's scores and findings: code → points, code → 符合, code → reason. words: what its sheet comes to.

    title: what the programme calls the column, else the label of its level.
    """

    level: str
    label: str
    title: str
    points: dict[str, int]
    findings: dict[str, str]
    reasons: dict[str, str]
    words: str

    def given(self, code):
        """The points of an item, or the finding on a condition; None while open."""
        return self.findings.get(code) or self.points.get(code)


@dataclass(frozen=True)
class Item:
    """One indicator in the file: its self line, the community's reason where the line does not tell it, the desks' points."""

    indicator: Any
    line: Any
    reason: str
    cells: list[tuple[Column, int | None, str]]
    evidence: list[Attachment]


@dataclass(frozen=True)
class Condition:
    """One condition in the file: what the filed figures say, the desks' findings, and its evidence."""

    number: int
    item: Any
    verdict: Any
    word: str
    cells: list[tuple[Column, str | None, str]]
    evidence: list[Attachment]


@dataclass(frozen=True)
class FigureLine:
    """A filed figure with the corrections of the desks: (level's name, value, reason)."""

    figure: Any
    value: str
    corrections: list[tuple[str, str, str]]


@dataclass
class Happening:
    """One entry of the timeline, for partials/timeline.html."""

    title: str
    by: str
    at: Any
    text: str = ""
    remarks: list[str] = field(default_factory=list)
    action: str = ""
    times: int = 1


def columns(application, user, assessments) -> list[Column]:
    """The desks' scores this reader may see, lowest first."""
    found, titles = [], score_columns.titles(filing_content.rubric(application))
    for assessment in sorted(assessments, key=lambda one: LEVELS.index(one.level)):
        if assessment.sheet_id and shows_scores(user, application, assessment.level):
            lines = json.loads(assessment.sheet.lines)
            found.append(
                Column(
                    assessment.level,
                    LEVEL_NAMES[assessment.level],
                    titles.get(assessment.level, LEVEL_NAMES[assessment.level]),
                    {
                        code: parse_points(line["points"])
                        for code, line in lines.items()
                        if line.get("points")
                    },
                    {code: sheets.FINDINGS[line["met"]] for code, line in lines.items() if line.get("met")},
                    {code: line.get("reason", "") for code, line in lines.items()},
                    assessment.sheet.words,
                )
            )
    return found


def combined(application, user) -> Combined | None:
    """What the score columns come to, and how; None before a desk has scored, or where one of them is hidden from this reader."""
    filled = score_columns.filled(application)
    levels = [level for level, total in filled.items() if level != score_columns.SELF and total is not None]
    if not levels or not all(shows_scores(user, application, level) for level in levels):
        return None
    return score_columns.combined(application)


def projects(application, shown: list[Column], attachments) -> list[tuple[str, int, list[Item]]]:
    """(title, maximum, items) of every project of the sheet; nothing for a programme without points."""
    rubric = filing_content.rubric(application)
    if rubric is None or application.self_sheet is None:
        return []
    laid = sheets.lay_out(application, {}, {})
    reasons = filing_content.judged(application)
    evidence = _evidence(attachments)
    found = []
    for category in rubric.categories:
        for project in category.projects:
            items = [
                Item(
                    indicator,
                    laid.by_code[indicator.code].filed,
                    "" if indicator.judged else reasons.get(indicator.code, {}).get("reason", ""),
                    _cells(shown, indicator.code),
                    evidence.get(indicator.code, []),
                )
                for indicator in project.indicators
            ]
            found.append((project.title, project.max, items))
    return found


def _evidence(attachments) -> dict[str, list]:
    found: dict[str, list] = {}
    for attachment in attachments:
        found.setdefault(attachment.indicator, []).append(attachment)
    return found


def _cells(shown, code):
    return [(column, column.given(code), column.reasons.get(code, "")) for column in shown]


def conditions(application, shown: list[Column], attachments) -> list[tuple[str, list[Condition]]]:
    """(group's title, conditions) of the tier; nothing for a programme of points alone."""
    wanted = filing_content.conditions(application)
    if not wanted or application.self_sheet is None:
        return []
    laid, evidence = sheets.lay_out(application, {}, {}), _evidence(attachments)
    found: dict[str, list] = {}
    for check in laid.checks:
        code = check.item.code
        word = sheets.FINDINGS.get(check.computed, "待填")
        one = Condition(
            check.number, check.item, check.filed, word, _cells(shown, code), evidence.get(code, [])
        )
        found.setdefault(check.item.group, []).append(one)
    return list(found.items())


def figures(application, user, assessments) -> list[tuple[str, list[FigureLine]]]:
    """(page's title, figures) of the tier as filed, each with the corrections this reader may see."""
    rubric = filing_content.rubric(application)
    if rubric is None or application.self_sheet is None:
        return []
    filed = filing_content.figures(application)
    corrected: dict[str, list] = {}
    for assessment in assessments:
        if shows_scores(user, application, assessment.level):
            for key, one in json.loads(assessment.corrections).items():
                value = filing_changes.figure_text(rubric.figures[key], one["value"])
                corrected.setdefault(key, []).append((LEVEL_NAMES[assessment.level], value, one["reason"]))
    return [
        (
            page.title,
            [
                FigureLine(
                    figure,
                    filing_changes.figure_text(figure, filed.get(figure.key)),
                    corrected.get(figure.key, []),
                )
                for figure in (*page.figures, *page.known)
            ],
        )
        for page in rubric.pages_for(application.tier)
        if page.figures or page.known
    ]


def later(application, user) -> list[tuple[Any, list[tuple[str, str]], Any]]:
    """(item, figures in words, what they would give) of the later period, for those who see it; nothing where none is filled in."""
    kept = later_period.figures(application)
    if not kept or not shows_later(user, application):
        return []
    asked, lines = later_period.asked(application), later_period.scored(application).lines
    return [
        (
            item,
            [
                (asked[key].label, filing_changes.figure_text(asked[key], kept.get(key)))
                for key in item.figures
                if key in asked
            ],
            lines[item.code],
        )
        for item in filing_content.rubric(application).later_items
        if any(key in kept for key in item.figures)
    ]


def opinions(application, user, assessments) -> list[Assessment]:
    """What each desk proposed and decided, latest desk first, as far as this reader may see it."""
    told = [one for one in assessments if one.opinion and shows(user, application, one.level)]
    return sorted(told, key=lambda one: -LEVELS.index(one.level))


def events(application) -> list:
    """(event, its body) of everything that happened, newest first; one query."""
    links = (
        ApplicationEvent.objects.filter(application=application)
        .select_related("event__actor", "event__posting__office", "event__posting__community")
        .order_by("-event_id")
    )
    return [(link.event, json.loads(link.event.body)) for link in links]


def timeline(application, user, told) -> list[Happening]:
    """The events as people read them; those of one sitting in one entry."""
    names = filing_content.targets(application)
    found: list[Happening] = []
    for event, body in told:
        if event.action in BLIND and not tells(user, application, event.action, body):
            continue
        one = _happening(application, user, event, body, names)
        last = found[-1] if found else None
        if (
            last
            and last.action == one.action
            and one.action in GROUPED
            and (last.by, last.at.date()) == (one.by, one.at.date())
        ):
            last.times += 1
            continue
        found.append(one)
    for one in found:
        if one.times > 1:
            one.title = f"{one.title}（{one.times} 次）"
    return found


def _happening(application, user, event, body, names):
    posting = event.posting
    who = "系统" if event.actor is None else event.actor.name
    if posting is not None:
        who = f"{posting.place} {who}（{posting.get_role_display()}）"
    one = Happening(action_words(event.action, body), who, event.at, action=event.action)
    data = body.get("data", {})
    level = (data.get("state") or body.get("before", {}).get("state") or "").rsplit("_", 1)[0]
    rule = {"assess": shows_scores, **dict.fromkeys(("propose", "visit", "pass_over"), shows)}.get(
        event.action
    )
    if rule and level in LEVELS and not rule(user, application, level):
        return one
    if event.action == "assess":
        one.text = _assessed(body)
    elif event.action == "propose":
        verdict = body["after"].get("verdict", "")
        one.title = f"{one.title}：{dict(Assessment.Verdict.choices).get(verdict, '')}"
        one.text = body["after"].get("opinion", "")
    elif event.action == "total_panel":
        one.text = f"平均 {body['after']['total']} 分。{data['because']}"
    elif event.action == "visit":
        one.text = f"{body['after'].get('on', '')}，{'通过' if body['after'].get('passed') else '不通过'}"
    elif isinstance(data.get("remarks"), list):
        one.remarks = [f"{names.get(target, target)}：{text}" for target, text in data["remarks"]]
        one.text = "一人经办并审核（方案允许）" if data.get("one_clerk") else ""
    else:
        one.text = summary(body)
    return one


def _assessed(body):
    before, after = body.get("before", {}), body.get("after", {})
    told = [f"总分 {after['total']}"] if after.get("total") else []
    if after.get("passed") is not None:
        told.append(CHECKED[after["passed"]])
    told = told or ["评分表不再完整"]
    if before:
        changed = len(after.get("lines", {}))
        told.append(f"改动 {changed} 项" if changed else "更正了数据")
    return "，".join(told)


def facts(application) -> list[tuple[str, str]]:
    """(label, value) of the community's basic facts as filed."""
    kept = application.basic_facts
    return [
        (
            one["label"],
            f"{kept.get(one['key'], '')} {one.get('unit', '')}".strip() if kept.get(one["key"]) else "",
        )
        for one in filing_content.basics_fields(application)
    ]


def statements(application) -> list[tuple[str, bool]]:
    """(text, confirmed) of every statement the programme asks for."""
    given = json.loads(application.statements)
    return [
        (one.get("text") or one["label"], bool(given.get(one["key"])))
        for one in filing_content.statements_wanted(application)
    ]


def materials(application, attachments) -> list[tuple[str, list[Attachment]]]:
    """(label, files) of every material of the programme, those of single indicators apart."""
    return [
        (one["label"], [a for a in attachments if a.material == one["key"] and not a.indicator])
        for one in filing_content.materials_wanted(application)
    ]


def asked(application, told) -> list[str]:
    """What the community has been asked to correct and has not answered, or answered last: the newest send-back's remarks."""
    names = filing_content.targets(application)
    for event, body in told:
        if event.action == "send_back":
            return [f"{names.get(target, target)}：{text}" for target, text in body["data"]["remarks"]]
    return []


def changes(application, user, filings) -> list[filing_changes.Change]:
    """What the last filing changed against the one before, as far as this reader sees it; nothing for a first filing."""
    rows = sorted(filings, key=lambda filing: filing.number)[-2:]
    if len(rows) < 2:
        return []
    found = filing_changes.changes(application, *(json.loads(row.content) for row in rows))
    hidden = set() if shows_later(user, application) else {later_period.TARGET}
    return [change for change in found if change.target not in hidden]


def marked(application, assessment) -> tuple[dict[str, str], dict[str, str]]:
    """Places a handler flagged for correction, and places scored below the self score or corrected: target → sentence."""
    if assessment is None or not assessment.sheet_id or application.self_sheet is None:
        return {}, {}
    sheet = sheets.read(application, assessment)
    flagged = {f"indicator:{code}": row.reason for code, row in sheet.by_code.items() if row.flagged}
    suggested = {}
    for check in sheet.checks:
        if check.met == "no" and check.filed.met is True and not check.flagged and check.reason:
            suggested[f"indicator:{check.item.code}"] = check.reason
    for row in sheet.rows:
        lower = row.filed and row.points is not None and row.points < (row.filed.points or 0)
        if lower and not row.flagged and row.reason:
            suggested[f"indicator:{row.item.code}"] = row.reason
    for key, one in sheet.corrections.items():
        value = filing_changes.figure_text(sheet.rubric.figures[key], one["value"])
        suggested[f"figure:{key}"] = f"{one['reason']}（本级核对为 {value}）"
    return flagged, suggested

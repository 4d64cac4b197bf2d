"""What an application contains: the tasks of the filer, what is still missing, what was filed, what may be remarked on."""

import hashlib
import json
from dataclasses import dataclass, field

from accreditation import eligibility, later_period
from accreditation.word_count import word_count
from scoring.engine import score_partial
from scoring.loading import rubric_of
from scoring.points import show_points


@dataclass
class Task:
    """One row of the task list. `missing` holds a sentence and an anchor for every gap."""

    key: str
    title: str
    summary: str = ""
    missing: list[tuple[str, str]] = field(default_factory=list)
    blank: bool = False  # may stay as empty as it is

    @property
    def done(self) -> bool:
        return not self.missing


def rubric(application):
    """The score sheet or conditions of the application's round, or None where there are none."""
    return rubric_of(application.round.rubric)


def conditions(application) -> tuple:
    """The conditions of the application's tier, in the source's order; none for a programme of points alone."""
    sheet = rubric(application)
    return sheet.criteria.of(application.tier) if sheet and sheet.criteria else ()


def items(application) -> dict[str, str]:
    """Everything of the sheet that is scored or checked: code → its name, "第 4 项 · …" or "第 4 条 · …"."""
    sheet = rubric(application)
    if sheet is None:
        return {}
    found = {item.code: f"第 {item.number} 项 · {item.content}" for item in sheet.indicators}
    checked = enumerate(conditions(application), 1)
    return found | {item.code: f"第 {number} 条 · {item.text}" for number, item in checked}


def places_of_figure(application, key) -> set[str]:
    """The targets of remarks that open a figure: itself, and every item that rests on it."""
    parts = (*rubric(application).indicators, *conditions(application))
    return {f"figure:{key}", *(f"indicator:{item.code}" for item in parts if key in item.figures)}


def asked(application) -> dict:
    """The figures the community fills in for its tier, by key in the order of the form."""
    sheet = rubric(application)
    pages = sheet.pages_for(application.tier) if sheet else ()
    return {figure.key: figure for page in pages for figure in page.figures}


def known(application, at) -> dict[str, tuple[bool, str]]:
    """What the portal itself knows of the tier's figures on the day: key → (value, words)."""
    sheet = rubric(application)
    if sheet is None or not sheet.derived:
        return {}
    wanted = {key for item in conditions(application) for key in item.figures} | {*sheet.required}
    return eligibility.derived(application, [f for f in sheet.derived if f.key in wanted], at)


def figures_now(application, at) -> dict:
    """The figures as kept, with what the portal knows today."""
    return figures(application) | {key: value for key, (value, _) in known(application, at).items()}


def figures(application) -> dict:
    return json.loads(application.self_sheet.figures) if application.self_sheet else {}


def judged(application) -> dict:
    """The self score's reasons by indicator code."""
    return json.loads(application.self_sheet.lines) if application.self_sheet else {}


def attachments(application):
    return [a for a in application.attachments.all() if a.removed_at is None]


def basics_fields(application) -> list[dict]:
    return application.round.version.data.get("basics", [])


def statements_wanted(application) -> list[dict]:
    return application.round.version.data.get("statements", [])


def materials_wanted(application) -> list[dict]:
    """The materials of the document that the community of this tier hands in; what a desk makes itself is not among them."""
    return [
        material
        for material in application.round.version.data.get("materials", [])
        if application.tier in material.get("tiers", [application.tier]) and "made_by" not in material
    ]


def narrative_rule(application) -> dict | None:
    """{"label", "limit" (字, WPS count; refused only above it), "required"} or None."""
    return application.round.version.data.get("narrative")


def tasks(application, at) -> list[Task]:
    """The task list in order, each with what it still lacks."""
    found = [_basics(application)]
    if (sheet := rubric(application)) is not None:
        found.append(_figures(application, sheet, figures_now(application, at)))
    if later := later_period.task(application):
        found.append(Task(later_period.TARGET, *later))
    found.append(_materials(application))
    if narrative_rule(application):
        found.append(_narrative(application))
    if why := eligibility.reason_due(application, at):
        found.append(_exception(application, why))
    found.append(_statements(application))
    return found


def _basics(application):
    facts = json.loads(application.basics)
    wanted = basics_fields(application)
    missing = [
        (f"基本情况：请填写{f['label']}。", f["key"])
        for f in wanted
        if f.get("required") and not facts.get(f["key"])
    ]
    filled = sum(1 for f in wanted if facts.get(f["key"]) not in (None, ""))
    return Task("basics", "核对社区基本情况", f"已填 {filled}/{len(wanted)} 项", missing)


def _figures(application, sheet, values):
    result = score_partial(sheet, values, tier=application.tier)
    reasons = judged(application)
    missing = []
    labels = {key: figure.label for key, figure in sheet.figures.items()}
    for key in result.missing:
        if sheet.figures[key].derived:
            continue
        missing.append((f"基础数据：请填写“{labels[key]}”。", key))
    for key, sentence in result.wrong.items():
        label = labels.get(key, key)
        missing.append((f"基础数据：{sentence if sentence.startswith(label) else label + sentence}。", key))
    for indicator in sheet.indicators:
        line = result.lines.get(indicator.code)
        if indicator.judged and line and line.points is not None and line.points < indicator.max:
            if not reasons.get(indicator.code, {}).get("reason", "").strip():
                missing.append(
                    (
                        f"第 {indicator.number} 项（{indicator.content}）低于标准分，请写明自评理由。",
                        f"reason_{indicator.code}",
                    )
                )
    title = "填写基础数据与自评" if sheet.has_points else "填写基础数据，对照认定条件"
    return Task("figures", title, " · ".join(how_far(sheet, result)), missing)


def how_far(sheet, result) -> list[str]:
    """How far a sheet has come, in words: items scored and points, conditions checked and not met."""
    told = []
    if sheet.has_points:
        done = sum(1 for line in result.lines.values() if line is not None)
        told += [f"已评 {done}/{len(sheet.indicators)} 项", f"当前 {show_points(result.total)} 分"]
    if met := [verdict.met for verdict in result.criteria.values()]:
        told.append(f"已核对 {len(met) - met.count(None)}/{len(met)} 项")
        if unmet := met.count(False):
            told.append(f"不符合 {unmet} 项")
    return told


def _materials(application):
    have = attachments(application)
    missing = [
        (f"佐证材料：请上传“{material['label']}”。", material["key"])
        for material in materials_wanted(application)
        if material.get("required") and not any(a.material == material["key"] for a in have)
    ]
    return Task("evidence", "上传佐证材料", f"已传 {len(have)} 件", missing)


def _narrative(application):
    rule = narrative_rule(application)
    count = word_count(application.narrative)
    missing = []
    if rule.get("required") and not count:
        missing.append((f"请填写{rule['label']}。", "narrative"))
    if rule.get("limit") and count > rule["limit"]:
        missing.append((f"{rule['label']}共 {count} 字，超过 {rule['limit']} 字，请删减。", "narrative"))
    limit = f"（不超过 {rule['limit']} 字）" if rule.get("limit") else ""
    return Task("narrative", f"填写{rule['label']}{limit}", f"已写 {count} 字", missing)


def _exception(application, why):
    title = application.reason_title
    missing = [] if application.exception_reason.strip() else [(f"请写明{title}。", "exception_reason")]
    return Task("exception", f"填写{title}", why, missing)


def _statements(application):
    given = json.loads(application.statements)
    missing = [
        (f"承诺：请确认“{statement['label']}”。", statement["key"])
        for statement in statements_wanted(application)
        if not given.get(statement["key"])
    ]
    done = len(statements_wanted(application)) - len(missing)
    return Task("statements", "作出承诺", f"已确认 {done}/{len(statements_wanted(application))} 项", missing)


def missing_sentences(application) -> list[str]:
    """Every gap of the filing, as sentences. (Eligibility adds its own reasons.)"""
    found = [_basics(application), _materials(application), _statements(application)]
    if (sheet := rubric(application)) is not None:
        found.insert(1, _figures(application, sheet, figures(application)))
    if later := later_period.task(application):
        found.append(Task(later_period.TARGET, *later))
    if narrative_rule(application):
        found.append(_narrative(application))
    return [sentence for task in found for sentence, _ in task.missing]


def content(application) -> dict:
    """What is filed, word for word: the value that a Filing keeps and that resubmissions are compared by."""
    return {
        "basics": json.loads(application.basics),
        "figures": figures(application),
        "reasons": judged(application),
        "total": application.total_self,
        **later_period.content(application),
        "narrative": application.narrative,
        "exception_reason": application.exception_reason,
        "statements": json.loads(application.statements),
        "attachments": [
            {
                "id": a.pk,
                "material": a.material,
                "indicator": a.indicator,
                "name": a.name,
                "checksum": a.checksum,
            }
            for a in attachments(application)
        ],
    }


def checksum(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def targets(application) -> dict[str, str]:
    """Everything a desk may remark on: target → its name in words, in the order of the form."""
    found = {f"basics:{f['key']}": f"基本情况 · {f['label']}" for f in basics_fields(application)}
    if (sheet := rubric(application)) is not None:
        found |= {f"indicator:{code}": words for code, words in items(application).items()}
        found |= {f"figure:{key}": f"基础数据 · {f.label}" for key, f in asked(application).items()}
        if sheet.later_period:
            found[later_period.TARGET] = later_period.name(sheet.later_period)
    found |= {f"material:{m['key']}": f"材料 · {m['label']}" for m in materials_wanted(application)}
    if rule := narrative_rule(application):
        found["narrative"] = rule["label"]
    found["exception_reason"] = application.reason_title
    found["statements"] = "承诺"
    return found


def remarkable(application) -> dict[str, str]:
    """What the desk where it stands may remark on: a later period only the desk that looks at it."""
    later = later_period.period(application)
    hidden = {later_period.TARGET} if later and application.state != later.desk else set()
    return {target: words for target, words in targets(application).items() if target not in hidden}


def open_targets(application) -> set[str] | None:
    """Where a returned application may be changed: the remarked places. None means everywhere (a draft)."""
    if application.state == "draft":
        return None
    return {r.target for r in application.remarks.all() if r.answered_at is None}

"""What differs between two contents of an application, place by place: for the desk that returned it, and for the filer."""

import json
from dataclasses import dataclass

from accreditation import filing_content, later_period
from scoring.points import show_points


@dataclass(frozen=True)
class Change:
    """One place: its target (as remarks name it), its label, and both texts; an empty text is nothing."""

    target: str
    label: str
    old: str
    new: str


def figure_text(figure, value) -> str:
    """A kept figure as people read it, with its unit; "" for none."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return f"{value} {figure.unit}".strip()


def last_filed(application) -> dict | None:
    """The content of the latest filing, or None before the first."""
    filing = application.filings.order_by("-number").first()
    return json.loads(filing.content) if filing else None


def contents(old, new, application) -> tuple[dict, dict]:
    """The contents of two filings; where `new` is None, what stands in the application now."""
    now = json.loads(new.content) if new else filing_content.content(application)
    return json.loads(old.content), now


def changes(application, old: dict, new: dict) -> list[Change]:
    """Every place where `new` differs from `old` (contents as filing_content.content makes them), in the form's order."""
    found = []

    def add(target, label, before, after):
        if before != after:
            found.append(Change(target, label, before, after))

    for wanted in filing_content.basics_fields(application):
        key = wanted["key"]
        add(f"basics:{key}", wanted["label"], old["basics"].get(key, ""), new["basics"].get(key, ""))
    sheet = filing_content.rubric(application)
    if sheet is not None:
        for key, figure in sheet.figures.items():
            texts = [figure_text(figure, content["figures"].get(key)) for content in (old, new)]
            add(f"figure:{key}", figure.label, *texts)
        for item in sheet.indicators:
            texts = [content["reasons"].get(item.code, {}).get("reason", "") for content in (old, new)]
            add(f"indicator:{item.code}", f"第 {item.number} 项自评理由", *texts)
        if sheet.has_points:
            add("total", "自评总分", *(_points(content["total"]) for content in (old, new)))
        if later := sheet.later_period:
            for key, figure in later_period.asked(application).items():
                kept = [content.get("later", {}).get(key) for content in (old, new)]
                texts = [figure_text(figure, value) for value in kept]
                add(later_period.TARGET, f"{later_period.name(later)}：{figure.label}", *texts)
    if rule := filing_content.narrative_rule(application):
        add("narrative", rule["label"], old["narrative"], new["narrative"])
    add("exception_reason", application.reason_title, old["exception_reason"], new["exception_reason"])
    for statement in filing_content.statements_wanted(application):
        texts = ["已确认" if c["statements"].get(statement["key"]) else "" for c in (old, new)]
        add("statements", statement["label"], *texts)
    return found + _files(application, old, new)


def _points(total):
    return f"{show_points(total)} 分" if total is not None else ""


def _files(application, old, new):
    labels = {m["key"]: m["label"] for m in filing_content.materials_wanted(application)}
    before = {row["id"]: row for row in old["attachments"]}
    after = {row["id"]: row for row in new["attachments"]}
    gone = [row for pk, row in before.items() if pk not in after]
    come = [row for pk, row in after.items() if pk not in before]
    found = []
    for material, label in labels.items():
        texts = ["、".join(r["name"] for r in rows if r["material"] == material) for rows in (gone, come)]
        if any(texts):
            found.append(Change(f"material:{material}", f"材料：{label}", *texts))
    return found

"""The rules for everyone to read: each programme's document as a page. A part of accreditation.public."""

import datetime as dt
from dataclasses import dataclass

from accreditation import eligibility, programme_lines, round_settings
from accreditation.models import ProgrammeVersion, State
from accreditation.windows import window_words
from scoring.loading import rubric_of
from scoring.rubric import Rubric


@dataclass(frozen=True)
class StepLine:
    label: str
    wanted: list[str]
    window: str  # in words; empty where the source sets none
    article: str


@dataclass(frozen=True)
class ShownProgramme:
    """The latest loaded version of a programme's document, as the public page prints it."""

    key: str
    title: str
    source: dict
    tiers: list[dict]
    steps: list[StepLine]
    conditions: list[tuple[str, str]]  # sentence, article
    lines: list[tuple[str, str, str]]  # subject, sentence, article
    missing: list[str]
    readings: list[dict]
    rubric: Rubric | None

    @property
    def issued_on(self):
        """The day of issue, None where the published text has none."""
        issued = self.source.get("issued_on")
        return dt.date.fromisoformat(issued) if issued else None

    @property
    def valid_until(self):
        until = self.source.get("valid_until")
        return dt.date.fromisoformat(until) if until else None


def programmes() -> list[ShownProgramme]:
    """Every programme once, by its key."""
    latest = {}
    for version in ProgrammeVersion.objects.select_related("programme", "rubric").order_by(
        "programme__key", "loaded_at", "pk"
    ):
        latest[version.programme_id] = version
    return [shown_version(version) for version in latest.values()]


def programme(key) -> ShownProgramme | None:
    version = (
        ProgrammeVersion.objects.select_related("programme", "rubric")
        .filter(programme__key=key)
        .order_by("-loaded_at", "-pk")
        .first()
    )
    return shown_version(version) if version else None


def shown_version(version) -> ShownProgramme:
    """One loaded version, with its programme and score sheet at hand."""
    document = version.data
    windows = document.get("windows", {})
    draft = windows.get("draft", {})
    first = StepLine("社区申报", ["填报、自评、上传材料"], _window(draft), draft.get("article", ""))
    steps = [
        StepLine(
            State(step.state).label,
            wanted(step),
            f"{step.workdays} 个工作日" if step.is_notice else _window(windows.get(step.state, {})),
            step.article,
        )
        for step in version.route.steps
    ]
    return ShownProgramme(
        key=version.programme.key,
        title=version.programme.title,
        source=document["source"],
        tiers=document["tiers"],
        steps=[first, *steps],
        conditions=[
            (_for_tiers(document, rule) + eligibility.condition_words(rule), rule.get("article", ""))
            for rule in document.get("eligibility", [])
        ],
        lines=programme_lines.lines(document),
        missing=[gap["sentence"] for gap in document.get("missing", [])],
        readings=[r | {"ways": round_settings.ways(document, r)} for r in document.get("readings", [])],
        rubric=rubric_of(version.rubric),
    )


def _for_tiers(document, rule):
    if "tiers" not in rule:
        return ""
    names = [tier["name"] for tier in document["tiers"] if tier["key"] in rule["tiers"]]
    return f"申报{'、'.join(names)}的："


def _window(window) -> str:
    """From and until as the source says it; both days belong to it (A26)."""
    since, until = (window_words(window[end]) if window.get(end) else "" for end in ("from", "until"))
    if since and until:
        return since if since == until else f"{since}至{until}"
    if until.endswith("旬"):
        return until
    return f"{until}前（含当日）" if until else f"{since}起" if since else ""


def wanted(step) -> list[str]:
    """What happens at a step, in a few words each."""
    if step.is_notice:
        return [f"公示 {step.workdays} 个工作日，没有成立的异议"]
    said = ["一名工作人员即可办理" if step.one_clerk else "经办提出意见，审核决定"]
    if step.scores:
        said.append("本级独立评分或核对条件")
    if step.panel:
        said.append("考核评估组评分")
    if step.needs.get("criteria_met"):
        said.append("认定条件全部符合")
    if "score_at_least" in step.needs:
        mark = step.needs["score_at_least"]
        said.append("评分达到合格分" if mark == "pass_mark" else f"评分达到 {mark} 分")
    if step.needs.get("site_visit"):
        said.append("实地考察通过")
    if step.listing:
        said.append("择优列入推荐名单")
    if step.caps:
        levels = "、".join(
            {"city": "市级", "county": "县级", "province": "省级", "street": "街道"}[c] for c in step.caps
        )
        said.append(f"不超过{levels}名额{'（已下达的）' if step.quotas_if_set else ''}")
    return said

"""The rules for everyone to read: each programme's document as a page. A part of accreditation.public."""

import datetime as dt
from dataclasses import dataclass

from accreditation import eligibility
from accreditation.models import ProgrammeVersion, State
from scoring.loading import rubric_of
from scoring.rubric import Rubric


@dataclass(frozen=True)
class StepLine:
    label: str
    wanted: list[str]
    since: dt.date | None
    until: dt.date | None
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
    readings: list[dict]
    rubric: Rubric | None

    @property
    def issued_on(self):
        return dt.date.fromisoformat(self.source["issued_on"])


def programmes() -> list[ShownProgramme]:
    """Every programme once, by its key."""
    latest = {}
    for version in ProgrammeVersion.objects.select_related("programme", "rubric").order_by(
        "programme__key", "loaded_at", "pk"
    ):
        latest[version.programme_id] = version
    return [_shown_programme(version) for version in latest.values()]


def programme(key) -> ShownProgramme | None:
    version = (
        ProgrammeVersion.objects.select_related("programme", "rubric")
        .filter(programme__key=key)
        .order_by("-loaded_at", "-pk")
        .first()
    )
    return _shown_programme(version) if version else None


def _shown_programme(version):
    document = version.data
    windows = document.get("windows", {})
    draft = windows.get("draft", {})
    first = StepLine("社区申报", ["填报、自评、上传材料"], *_window(draft), draft.get("article", ""))
    steps = [
        StepLine(State(step.state).label, _wanted(step), *_window(windows.get(step.state, {})), step.article)
        for step in version.route.steps
    ]
    return ShownProgramme(
        key=version.programme.key,
        title=version.programme.title,
        source=document["source"],
        tiers=document["tiers"],
        steps=[first, *steps],
        conditions=[
            (eligibility.words(rule), rule.get("article", "")) for rule in document.get("eligibility", [])
        ],
        readings=document.get("readings", []),
        rubric=rubric_of(version.rubric),
    )


def _window(window):
    return tuple(dt.date.fromisoformat(window[end]) if window.get(end) else None for end in ("from", "until"))


def _wanted(step) -> list[str]:
    """What happens at a step, in a few words each."""
    if step.is_notice:
        return [f"公示 {step.workdays} 个工作日，没有成立的异议"]
    said = ["经办提出意见，审核决定"]
    if step.scores:
        said.append("本级独立评分")
    if "score_at_least" in step.needs:
        said.append("评分达到合格分")
    if step.needs.get("site_visit"):
        said.append("实地考察通过")
    if step.listing:
        said.append("择优列入推荐名单")
    if step.quotas:
        said.append("不超过名额")
    return said

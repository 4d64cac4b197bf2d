"""The rules for everyone to read: each programme's document as a page. A part of accreditation.public."""

import datetime as dt
import json
from dataclasses import dataclass, replace

from accreditation import amendments, eligibility, programme_lines, round_settings, round_words
from accreditation.models import ProgrammeVersion, Round, State
from accreditation.windows import window_words
from scoring.loading import rubric_of
from scoring.rubric import Rubric, load_rubric


@dataclass(frozen=True)
class StepLine:
    label: str
    wanted: list[str]
    window: str  # in words; empty where the source sets none
    article: str


@dataclass(frozen=True)
class ShownRound:
    """A round that is open: its stages with their dates, and the amendments that moved them."""

    name: str
    stages: list[round_words.Stage]
    amendments: list[amendments.Told]


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
    rounds: list[ShownRound]

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
    """One programme by its key, with its open rounds."""
    version = (
        ProgrammeVersion.objects.select_related("programme", "rubric")
        .filter(programme__key=key)
        .order_by("-loaded_at", "-pk")
        .first()
    )
    if version is None:
        return None
    rounds = Round.objects.filter(version__programme__key=key, status=Round.Status.OPEN)
    rounds = list(rounds.select_related("version", "rubric"))
    changed = amendments.told_of(rounds)
    shown = [ShownRound(round_.name, round_words.stages(round_), changed[round_.pk]) for round_ in rounds]
    found = shown_version(version, shown)
    entered = next((sheet for round_ in rounds if (sheet := rubric_of(round_.rubric))), None)
    if (
        entered is not None and rubric_of(version.rubric) is None
    ):  # an office has entered what the source lacks
        found = replace(found, rubric=entered, missing=[])
    return found


def shown_version(version, rounds=()) -> ShownProgramme:
    """One loaded version, with its programme and score sheet at hand. `rounds`: those to show with it."""
    document = version.data
    windows = document.get("windows", {})
    draft = windows.get("draft", {})
    first = StepLine("社区申报", ["填报、自评、上传材料"], _window(draft), draft.get("article", ""))
    steps = [
        StepLine(
            State(step.state).label,
            programme_lines.wanted(step),
            f"{step.workdays} 个工作日" if step.is_notice else _window(windows.get(step.state, {})),
            _articles(step.article, windows.get(step.state, {}).get("article", "")),
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
        rubric=_entered(version.rubric),
        rounds=list(rounds),
    )


def _entered(rubric):
    """The score sheet and conditions as far as they are entered: where one part is still missing, the other one."""
    if rubric is None or (whole := rubric_of(rubric)):
        return whole if rubric else None
    return load_rubric({key: part for key, part in json.loads(rubric.document).items() if part is not None})


def _for_tiers(document, rule):
    if "tiers" not in rule:
        return ""
    names = [tier["name"] for tier in document["tiers"] if tier["key"] in rule["tiers"]]
    return f"申报{'、'.join(names)}的："


def _articles(step, window) -> str:
    """The article of the step and, where it is another one, that of its days."""
    return "；".join(dict.fromkeys(article for article in (step, window) if article))


def _window(window) -> str:
    """From and until as the source says it; both days belong to it (A26)."""
    since, until = (window_words(window[end]) if window.get(end) else "" for end in ("from", "until"))
    if since and until:
        return since if since == until else f"{since}至{until}"
    if until.endswith("旬"):
        return until
    return f"{until}前（含当日）" if until else f"{since}起" if since else ""

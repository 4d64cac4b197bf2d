"""What must be entered before a round opens, and what stands in the way of closing one: sentences with the place to go to."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count

from accreditation.models import Application, Quota, Round, State
from accreditation.programme_lines import LEVEL
from accreditation.routes import STEP_STATES
from accreditation.windows import day_words
from scoring.loading import rubric_of


@dataclass(frozen=True)
class Finding:
    """One thing that is missing, and where it is entered.

    place: "rubric" (a score sheet or criteria), "pass_mark", "quotas", "name", "opens_on", "year", "settings", "desks"
    or "" where nothing on the portal mends it.
    """

    sentence: str
    place: str = ""


def before_opening(round_, day=None) -> list[Finding]:
    """What must be entered first; every sentence says what and why. `day`: of opening."""
    document = round_.version.data
    found = [*_run_out(document, day or round_.opens_on), *_too_soon(round_, document)]
    for item in document.get("missing", []):
        if not _entered(round_, item["what"]):
            found.append(Finding(item["sentence"], "pass_mark" if item["what"] == "pass_mark" else "rubric"))
    said = {item["what"] for item in document.get("missing", [])}
    if any(step.scores for step in round_.route.steps) and rubric_of(round_.rubric) is None:
        if not said & {"rubric", "criteria"}:
            found.append(Finding("评分表待录入：本方案的原文没有公布评分表，请先录入或导入。", "rubric"))
    if "pass_mark" not in said and round_.pass_mark is None and _wants_mark(round_):
        if rubric_of(round_.rubric) is not None:
            found.append(Finding("合格分数线待录入：原文没有规定合格分数，请由主办单位确定。", "pass_mark"))
    for tier in document["tiers"]:
        for step in round_.route.steps:
            found += _without_quota(round_, tier, step)
    if not round_.name.strip():
        found.append(Finding("请填写批次名称。", "name"))
    if (until := round_.due("draft")) and until < round_.opens_on:
        found.append(
            Finding(
                f"申报截止（{day_words(until)}）早于开始申报（{day_words(round_.opens_on)}）。", "opens_on"
            )
        )
    return found


def _run_out(document, day):
    source = document["source"]
    if source.get("valid_until") and day > dt.date.fromisoformat(source["valid_until"]):
        until = day_words(dt.date.fromisoformat(source["valid_until"]))
        yield Finding(f"{source['number']}有效期至{until}，已经届满，不能据此开展新的批次。")


def _too_soon(round_, document):
    if sentence := too_soon(round_.version, round_.region, round_.year, apart=round_.pk):
        yield Finding(sentence, "year")


def too_soon(version, region, year: int, *, apart=None) -> str:
    """Why the programme's cycle is not over in this year, or nothing. `apart`: a round that does not count (its key)."""
    cycle = version.data.get("cycle")
    if not cycle:
        return ""
    last = (
        Round.objects.filter(
            version__programme=version.programme_id,
            region=region,
            year__gt=year - cycle["years"],
            year__lte=year,
        )
        .exclude(pk=apart)
        .exclude(status=Round.Status.PREPARING)
        .first()
    )
    if last is None:
        return ""
    article = f"（{cycle['article']}）" if cycle.get("article") else ""
    return f"原文规定每 {cycle['years']} 年开展一次{article}，{last.year} 年已经开展过“{last.name}”。"


def _entered(round_, what):
    sheet = rubric_of(round_.rubric)
    if what == "pass_mark":
        return round_.pass_mark is not None
    if sheet is None:
        return False
    return sheet.has_points if what == "rubric" else sheet.has_points or sheet.criteria is not None


def _wants_mark(round_):
    return any("pass_mark" in step.marks for step in round_.route.steps)


def _without_quota(round_, tier, step):
    for level in step.quotas:
        if not Quota.objects.filter(round=round_, tier=tier["key"], region__level=level).exists():
            yield Finding(f"“{tier['name']}”的{LEVEL[level]}名额尚未下达。", "quotas")


def before_closing(round_) -> list[Finding]:
    """What still stands at a desk, on a notice or with a community that was asked to correct: one sentence a state."""
    counts = dict(
        Application.objects.filter(round=round_, state__in=(*STEP_STATES, State.RETURNED))
        .order_by()
        .values_list("state")
        .annotate(n=Count("pk"))
    )
    states = [step.state for step in round_.route.steps] + [State.RETURNED]
    waiting = {
        State.RETURNED: "件退回补正的申报社区还没有重新提交，请先办结。",
        **{state: f"件申报在“{State(state).label}”环节，请先办结。" for state in states[:-1]},
    }
    return [
        Finding(f"还有 {counts[state]} {waiting[state]}", f"state:{state}")
        for state in states
        if counts.get(state)
    ]

"""The amendments of a live round as people read them: number, document, reason, and each change as before → after."""

import datetime as dt
import json
from dataclasses import dataclass

from accreditation.models import Amendment, RoundEvent, State
from accreditation.windows import day_of_window
from regions.templatetags.portal import zh_day
from scoring.points import parse_points, show_points

ENDS = {"from": "开始", "until": "截止"}


@dataclass(frozen=True)
class Told:
    """One amendment: changes are (what, before, after)."""

    number: int
    document_number: str
    reason: str
    changes: list[tuple[str, str, str]]
    at: dt.datetime
    by: str
    office: str


def told(round_) -> list[Told]:
    """Every amendment of a round, the latest first. Two queries."""
    return told_of([round_])[round_.pk]


def told_of(rounds) -> dict[int, list[Told]]:
    """The same of several rounds, by their keys. Two queries, however many."""
    by_key = {round_.pk: round_ for round_ in rounds}
    links = RoundEvent.objects.filter(round__in=by_key, event__action="amend_round")
    offices = {
        (link.round_id, json.loads(link.event.body)["data"]["amendment"]): link.event.posting.place
        for link in links.select_related("event__posting__office", "event__posting__community")
        if link.event.posting
    }
    found: dict[int, list[Told]] = {pk: [] for pk in by_key}
    rows = Amendment.objects.filter(round__in=by_key).select_related("made_by")
    for amendment in rows.order_by("-number"):
        round_ = by_key[amendment.round_id]
        found[round_.pk].append(
            Told(
                amendment.number,
                amendment.document_number,
                amendment.reason,
                changes(round_, json.loads(amendment.before), json.loads(amendment.after)),
                amendment.made_at,
                amendment.made_by.name,
                offices.get((round_.pk, amendment.number), ""),
            )
        )
    return found


def changes(round_, before: dict, after: dict) -> list[tuple[str, str, str]]:
    """What moved between two settings, or between two sets of places."""
    found = [*_dates(round_, before, after)]
    if before.get("pass_mark") != after.get("pass_mark"):
        found.append(("合格分数线", _mark(before), _mark(after)))
    new = {(tier, pk): size for tier, pk, _, size in after.get("quotas", [])}
    for tier, pk, name, size in before.get("quotas", []):
        title = round_.version.tier(tier)["name"]
        found.append((f"{name}的名额（{title}）", _places(size), _places(new[tier, pk])))
    return found


def _dates(round_, before, after):
    fixed = round_.version.data.get("windows", {})
    labels = {"draft": "社区申报", **{s.state: State(s.state).label for s in round_.route.steps}}
    for state, label in labels.items():
        for end, word in ENDS.items():
            old, new = (
                {**fixed.get(state, {}), **settings.get("windows", {}).get(state, {})}.get(end, "")
                for settings in (before, after)
            )
            if old != new:
                yield f"{label}{word}", *(_day(text, round_.year, end) for text in (old, new))


def _day(text, year, end):
    return zh_day(day_of_window(text, year, end=end == "until")) if text else "未规定"


def _mark(settings):
    return f"{show_points(parse_points(settings['pass_mark']))} 分" if settings.get("pass_mark") else "未设定"


def _places(size):
    return "未下达" if size is None else f"{size} 个"

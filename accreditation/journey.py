"""Where an application stands on its way, in words for the community: phases, what happened, who has it now, what is next."""

import datetime as dt
import json
from dataclasses import dataclass

from accounts.models import Department, Office
from accreditation import filing_content
from accreditation.models import State
from accreditation.windows import day_words
from regions.workdays import Calendar, UnknownYear

# What the community reads of the events; a desk's own steps (scores, opinions, lists) are not among them.
TITLES = {
    "start": "开始填报",
    "submit": "提交申报",
    "resubmit": "补正后重新提交",
    "withdraw": "撤回申报",
    "pass_on": "审核同意，上报",
    "send_back": "退回补正",
    "decline": "不予推荐",
    "disqualify": "取消申报资格",
    "publish": "列入公示",
    "close": "公示结束",
    "clear": "公示无异议",
    "recognise": "予以认定",
}


def phases(application) -> list[dict]:
    """The stops of the route for partials/phases.html: label, kind (done, now, later) and the last day as a note."""
    round_ = application.round
    stops = [("draft", "社区填报"), *((s.state, State(s.state).label) for s in round_.route.steps)]
    stops.append((State.RECOGNISED, "认定"))
    here = _place(application, [state for state, _ in stops])
    found = []
    for number, (state, label) in enumerate(stops):
        kind = "done" if number < here else "now" if number == here else "later"
        due = round_.due(state)
        note = f"{due.month}月{due.day}日前" if due and kind != "done" else ""
        if note and (was := round_.first_due(state)):
            note += f"（原定{was.month}月{was.day}日）"
        found.append({"label": label, "kind": kind, "note": note})
    if application.state == State.RECOGNISED:
        found[-1]["kind"] = "done"
    elif application.ended:
        found = [phase for phase in found if phase["kind"] == "done"]
        found.append({"label": State(application.state).label, "kind": "now", "note": ""})
    elif application.state == State.RETURNED:
        found[here]["note"] = "已退回，请补正"
    return found


def _place(application, states):
    """The index of the stop it stands at; for an ended one the first it did not come to."""
    state = application.returned_from if application.state == State.RETURNED else application.state
    if state in states:
        return states.index(state)
    ranks = {step.state: step.rank for step in application.round.route.steps}
    return next(
        (n for n, s in enumerate(states) if ranks.get(s, 0) >= max(application.reached, 1)), len(states)
    )


def timeline(application) -> list[dict]:
    """What happened, newest first, for partials/timeline.html. Two queries."""
    names = filing_content.targets(application)
    links = (
        application.events.filter(event__action__in=TITLES)
        .select_related("event__posting__office", "event__posting__community")
        .order_by("-event_id")
    )
    return [_told(link.event, names) for link in links]


def _told(event, names):
    body = json.loads(event.body)
    data = body["data"]
    told = {
        "title": TITLES[event.action],
        "by": event.posting.place if event.posting else "系统",
        "at": event.at,
        "text": data.get("reason", "") if event.action in ("decline", "withdraw", "disqualify") else "",
        "remarks": [],
    }
    if event.action == "send_back":
        told["remarks"] = [f"{names.get(target, target)}：{text}" for target, text in data["remarks"]]
    return told


def holder(application) -> Office | None:
    """The office that has it now."""
    step = application.step
    if step is None:
        return None
    offices = Office.objects.filter(
        department__in=(Department.HR, Department.PLATFORM),
        region__level=step.level,
        region__position__lte=application.position,
        region__last__gte=application.position,
    )
    return offices.order_by("department").first()  # "hr" before "platform", where a street has both


@dataclass(frozen=True)
class Deadline:
    """Until when: the day (inclusive, 24:00), what it is the end of, and the working days left (None: no calendar).

    was: the day before an amendment moved it.
    """

    day: dt.date
    what: str
    left: int | None
    was: dt.date | None = None

    @property
    def words(self) -> str:
        if self.left is None:
            return ""
        if self.left < 0:
            return f"已过 {-self.left} 个工作日"
        return f"还有 {self.left} 个工作日" if self.left else "最后一天"


def deadline(round_, today: dt.date, calendar: Calendar, state="draft") -> Deadline | None:
    """The end of a stage, or, where the document sets none, of the next stage that has one."""
    labels = {"draft": "申报截止", **{s.state: f"{State(s.state).label}期限" for s in round_.route.steps}}
    states = list(labels)
    for name in states[states.index(state) if state in states else 0 :]:
        if day := round_.due(name):
            try:
                left = calendar.working_days_between(today, day)
            except UnknownYear:
                left = None
            return Deadline(day, labels[name], left, round_.first_due(name))
    return None


def next_step(application) -> str:
    """What happens next and by when, as a sentence."""
    state = application.state
    if state == State.DRAFT:
        return "填完各部分后检查并提交。"
    if state == State.RETURNED:
        return "按退回意见补正后重新提交。"
    if application.step is None:
        return ""
    if application.step.is_notice:
        return "公示期满没有成立的异议，即进入下一环节。"
    after = application.round.route.after(state)
    until = _until(application.round, state)
    then = f"通过后进入{State(after.state).label}" if after else "通过后予以认定"
    later = _until(application.round, after.state) if after and not until else ""
    return f"现在是{State(state).label}{until}，{then}{later}。"


def _until(round_, state):
    due, was = round_.due(state), round_.first_due(state)
    if not due:
        return ""
    if was:
        return f"（原定{day_words(was)}前完成，调整为{day_words(due)}前）"
    return f"（应在{day_words(due)}前完成）"

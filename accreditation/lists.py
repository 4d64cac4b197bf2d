"""A desk's list: rank, cut line, places left, who is passed over and why."""

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from django.db.models import Exists, OuterRef, Prefetch

from accreditation import needs
from accreditation.hints import NONE, Hints, hints
from accreditation.models import Application, Assessment, Round

# What ranks an application and tells which it is; the rest is read for the few that are shown or judged.
RANKS = (
    "round", "tier", "position", "state", "moves", "listed_at", "passed_over_reason", "exception_reason", "total_self",
    "total_street", "total_county", "total_city", "total_province", "community__kind", "community__name", "community__place",
)  # fmt: skip
# A handler's opinion that takes one out of the running: it is the reason itself.
OUT = (Assessment.Verdict.DECLINE, Assessment.Verdict.SEND_BACK)


@dataclass
class Candidate:
    """One application at the desk. `rank` is shared by equal totals: ties are never broken silently.

    `application` has what ranks it; its sheets and visits, and `assessment`, come with DeskList.read.
    """

    application: Application
    rank: int | None
    tied: bool
    out: bool = False  # the handler proposed to send it back or not to recommend it
    assessment: Assessment | None = None
    passed_over: bool = False  # a listed one ranks lower (or equal): a reason is due
    hints: Hints = NONE
    left_off: bool = (
        False  # preferred (优先推荐, A33) and one that is not stands on the list: a reason is due
    )
    read: bool = False

    @property
    def listed(self):
        return self.application.listed_at is not None

    @property
    def reason_due(self):
        return self.passed_over or self.left_off


@dataclass
class DeskList:
    round: Round
    state: str
    candidates: list[Candidate]
    quotas: list  # Quota rows of the desk's own region(s)
    unset: tuple = ()  # levels whose quota the step names and nobody has set

    def read(self, candidates) -> list[Candidate]:
        """These candidates with everything of their applications. Three queries, however many."""
        wanted = {c.application.pk: c for c in candidates if not c.read}
        whole = (
            Application.objects.filter(pk__in=wanted)
            .select_related("community", "self_sheet")
            .prefetch_related(Prefetch("assessments", Assessment.objects.select_related("sheet")))
        )
        if self.round.route.step(self.state).needs.get("site_visit"):
            whole = whole.prefetch_related("visits")
        for application in whole if wanted else ():
            candidate = wanted[application.pk]
            application.round = self.round  # one round, so that its pass mark is asked for once
            candidate.application, candidate.read = application, True
            candidate.assessment = application.assessment_at(self.state)
        return list(candidates)

    @cached_property
    def listed(self):
        return [c for c in self.candidates if c.listed]

    @cached_property
    def passed_over(self):
        return [c for c in self.candidates if c.passed_over]

    @cached_property
    def left_off(self):
        return [c for c in self.candidates if c.left_off]

    @cached_property
    def preferred(self) -> list[Candidate]:
        """Those another programme's document prefers here."""
        return [c for c in self.candidates if c.hints.priority]

    @cached_property
    def unexplained(self):
        return [c for c in self.candidates if c.reason_due and not c.application.passed_over_reason]

    @property
    def left(self) -> int | None:
        """Places left in the tightest quota; None where no quota limits the list."""
        return min((quota.size - quota.used for quota in self.quotas), default=None)

    @cached_property
    def cut(self) -> int | None:
        """After how many rows the cut line stands: those on the list and the places left; None without a quota or ranks."""
        if self.left is None or not self.ranked:
            return None
        return len(self.listed) + self.left

    @cached_property
    def ranked(self) -> bool:
        """Whether anyone has a rank: a list without points has none, and people choose (宁缺毋滥)."""
        return any(candidate.rank is not None for candidate in self.candidates)

    @property
    def tied_at_cut(self) -> bool:
        """Whether the line runs between equal totals: people must choose, the portal does not."""
        ranks = [candidate.rank for candidate in self.candidates]
        cut = self.cut
        return bool(cut) and cut < len(ranks) and ranks[cut] is not None and ranks[cut] == ranks[cut - 1]


def ranked_by(step) -> str:
    """Whose total a desk's list is ordered by: its own sheet's or panel's, else the self score."""
    return step.level if step.scores or step.panel else "self"


def desk_list(round_, tier, state, region, *, day: dt.date | None = None) -> DeskList:
    """The list of one desk: everyone standing at it, best total of the desk's own sheet or panel first.

    Equal ranks are ordered by their hints (A33). `day`: on which titles are asked for; None takes those not ended.
    Four queries, however long; sheets and visits are read by `DeskList.read`.
    """
    step = round_.route.step(state)
    opinion = Assessment.objects.filter(application=OuterRef("pk"), state=state, verdict__in=OUT)
    standing = Application.objects.filter(
        round=round_, tier=tier, state=state, position__range=(region.position, region.last)
    )
    applications = list(standing.select_related("community").only(*RANKS).annotate(out=Exists(opinion)))
    for application in applications:
        application.round = round_
    level, told = ranked_by(step), hints(applications, day)

    def order(application):
        total = application.total(level)
        return (
            1 if total is None else -total,
            *told[application.pk].order,
            application.position,
            application.pk,
        )

    candidates = [
        Candidate(application, rank, tied, application.out, hints=told[application.pk])
        for application, rank, tied in _ranked(sorted(applications, key=order), level)
    ]
    rows = list(quotas_of(round_, tier, step, region))
    # Where the list leads straight to a title and no places are given out, nobody is chosen over anybody: who is not on
    # it yet comes with a later one.
    if rows or step != round_.route.steps[-1]:
        _mark_passed_over(candidates, level)
    _mark_left_off(candidates)
    unset = tuple(set(step.quotas) - {quota.region.level for quota in rows})
    return DeskList(round_, state, candidates, rows, unset)


def findings(desk, step) -> list[tuple[str, Application | None]]:
    """What stands in the way of letting the whole list go: a sentence, and the application it is about (None: the list)."""
    found = [] if desk.listed else [("推荐名单为空。", None)]
    found += [(reason_wanted(c), c.application) for c in desk.unexplained]
    for candidate in desk.read(desk.listed):
        application = candidate.application
        found += [
            (f"{application.community.name}：{sentence}", application)
            for sentence in needs.unmet(application, step)
        ]
    return found


def reason_wanted(candidate) -> str:
    """What to do about one that was left off and needs a reason."""
    return f"{candidate.application.community.name}{why_due(candidate)}而未列入，请写明理由。"


def why_due(candidate) -> str:
    """Why leaving this one off the list needs a reason; an empty string where it needs none."""
    told = ["排名在前"] if candidate.passed_over else []
    if candidate.left_off:
        told.append(f"属于优先推荐（{candidate.hints.priority.source}）")
    return "、".join(told)


def _ranked(scored, level):
    """(application, rank, whether others share it), the best total first."""
    many = Counter(application.total(level) for application in scored)
    first: dict[int | None, int] = {}
    for number, application in enumerate(scored, 1):
        total = application.total(level)
        rank = first.setdefault(total, number)
        yield application, None if total is None else rank, total is not None and many[total] > 1


def _mark_passed_over(candidates, level):
    """Better than, or level with, the lowest listed one and not listed: a reason is due (宁缺毋滥 needs none).

    One whose handler proposed to send it back or not to recommend it is out of the running, with that opinion as reason.
    """
    listed = [c.application.total(level) for c in candidates if c.listed and c.rank is not None]
    if not listed:
        return
    lowest = min(listed)
    for candidate in candidates:
        if candidate.listed or candidate.rank is None or candidate.out:
            continue
        candidate.passed_over = candidate.application.total(level) >= lowest


def _mark_left_off(candidates):
    """Preferred and not listed while one that is not preferred stands on the list: a reason is due, whatever the ranks (A33)."""
    if all(candidate.hints.priority for candidate in candidates if candidate.listed):
        return
    for candidate in candidates:
        if candidate.hints.priority and not candidate.listed and not candidate.out:
            candidate.left_off = True


def quotas_of(round_, tier, step, region):
    """The quota rows a desk of this region works within: its own and those above or below it that the step names."""
    from_above_or_own = round_.quotas.filter(tier=tier, region__level__in=step.caps).select_related("region")
    return from_above_or_own.filter(
        region__position__range=(region.position, region.last)
    ) | from_above_or_own.filter(region__position__lte=region.position, region__last__gte=region.last)

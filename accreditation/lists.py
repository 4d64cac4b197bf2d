"""A desk's list: rank, cut line, places left, who is passed over and why."""

from dataclasses import dataclass

from accreditation import needs
from accreditation.models import Application, Assessment


@dataclass
class Candidate:
    """One application at the desk. `rank` is shared by equal totals: ties are never broken silently."""

    application: Application
    rank: int | None
    tied: bool
    assessment: Assessment | None
    passed_over: bool = False  # a listed one ranks lower (or equal): a reason is due
    places: tuple = ()

    @property
    def listed(self):
        return self.application.listed_at is not None


@dataclass
class DeskList:
    candidates: list[Candidate]
    quotas: list  # Quota rows of the desk's own region(s)
    unset: tuple = ()  # levels whose quota the step names and nobody has set

    @property
    def listed(self):
        return [c for c in self.candidates if c.listed]

    @property
    def passed_over(self):
        return [c for c in self.candidates if c.passed_over]

    @property
    def unexplained(self):
        return [c for c in self.passed_over if not c.application.passed_over_reason]

    @property
    def left(self) -> int | None:
        """Places left in the tightest quota; None where no quota limits the list."""
        return min((quota.size - quota.used for quota in self.quotas), default=None)

    @property
    def cut(self) -> int | None:
        """After how many rows the cut line stands: those on the list and the places left; None without a quota or ranks."""
        if self.left is None or not self.ranked:
            return None
        return len(self.listed) + self.left

    @property
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


def desk_list(round_, tier, state, region) -> DeskList:
    """The list of one desk: everyone standing at it, best total of the desk's own sheet or panel first. Four queries, however long."""
    step = round_.route.step(state)
    applications = list(
        Application.objects.filter(
            round=round_, tier=tier, state=state, position__range=(region.position, region.last)
        )
        .select_related("community", "self_sheet")
        .prefetch_related("assessments__sheet", "visits")
    )
    for application in applications:
        application.round = round_  # one round, so that its pass mark is asked for once
    assessments = {
        a.pk: next((x for x in a.assessments.all() if x.state == state), None) for a in applications
    }
    level = ranked_by(step)
    scored = sorted(
        applications,
        key=lambda a: (-(a.total(level) if a.total(level) is not None else -1), a.position, a.pk),
    )
    candidates = [
        Candidate(application, rank, tied, assessments.get(application.pk))
        for application, rank, tied in _ranked(scored, level)
    ]
    _mark_passed_over(candidates, level)
    rows = list(quotas_of(round_, tier, step, region))
    unset = tuple(set(step.quotas) - {quota.region.level for quota in rows})
    return DeskList(candidates, rows, unset)


def findings(desk, step) -> list[tuple[str, Application | None]]:
    """What stands in the way of letting the whole list go: a sentence, and the application it is about (None: the list)."""
    found = [] if desk.listed else [("推荐名单为空。", None)]
    found += [
        (f"{c.application.community.name}排名在前而未列入，请写明理由。", c.application)
        for c in desk.unexplained
    ]
    for candidate in desk.listed:
        application = candidate.application
        found += [
            (f"{application.community.name}：{sentence}", application)
            for sentence in needs.unmet(application, step)
        ]
    return found


def _ranked(scored, level):
    totals = [application.total(level) for application in scored]
    for application in scored:
        total = application.total(level)
        if total is None:
            yield application, None, False
        else:
            yield application, totals.index(total) + 1, totals.count(total) > 1


def _mark_passed_over(candidates, level):
    """Better than, or level with, the lowest listed one and not listed: a reason is due (宁缺毋滥 needs none).

    One whose handler proposed to send it back or not to recommend it is out of the running, with that opinion as reason.
    """
    listed = [c.application.total(level) for c in candidates if c.listed and c.rank is not None]
    if not listed:
        return
    lowest = min(listed)
    for candidate in candidates:
        if candidate.listed or candidate.rank is None:
            continue
        if candidate.assessment and candidate.assessment.verdict in ("decline", "send_back"):
            continue
        candidate.passed_over = candidate.application.total(level) >= lowest


def quotas_of(round_, tier, step, region):
    """The quota rows a desk of this region works within: its own and those above or below it that the step names."""
    from_above_or_own = round_.quotas.filter(tier=tier, region__level__in=step.caps).select_related("region")
    return from_above_or_own.filter(
        region__position__range=(region.position, region.last)
    ) | from_above_or_own.filter(region__position__lte=region.position, region__last__gte=region.last)

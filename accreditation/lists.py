"""A desk's list: rank, cut line, places left, who is passed over and why."""

from dataclasses import dataclass

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

    @property
    def listed(self):
        return [c for c in self.candidates if c.listed]

    @property
    def passed_over(self):
        return [c for c in self.candidates if c.passed_over]

    @property
    def unexplained(self):
        return [c for c in self.passed_over if not c.application.passed_over_reason]


def desk_list(round_, tier, state, region) -> DeskList:
    """The list of one desk: everyone standing at it, best total of the desk's own sheet first. Four queries, however long."""
    step = round_.route.step(state)
    applications = list(
        Application.objects.filter(
            round=round_, tier=tier, state=state, position__range=(region.position, region.last)
        )
        .select_related("community")
        .prefetch_related("assessments", "visits")
    )
    assessments = {
        a.pk: next((x for x in a.assessments.all() if x.state == state), None) for a in applications
    }
    level = step.level if step.scores else "self"
    scored = sorted(
        applications,
        key=lambda a: (-(a.total(level) if a.total(level) is not None else -1), a.position, a.pk),
    )
    candidates = [
        Candidate(application, rank, tied, assessments.get(application.pk))
        for application, rank, tied in _ranked(scored, level)
    ]
    _mark_passed_over(candidates, level)
    return DeskList(candidates, list(quotas_of(round_, tier, step, region)))


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
    from_above_or_own = round_.quotas.filter(tier=tier, region__level__in=step.quotas).select_related(
        "region"
    )
    return from_above_or_own.filter(
        region__position__range=(region.position, region.last)
    ) | from_above_or_own.filter(region__position__lte=region.position, region__last__gte=region.last)

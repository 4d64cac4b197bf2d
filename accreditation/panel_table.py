"""What the pages and the workbook of a panel show: members, communities, who has finished, and results once they stand.

Points are in what is returned only where the application's total stands: until then the desk sees who has finished.
The number of queries does not grow with members or communities.
"""

from collections import Counter
from dataclasses import dataclass, field

from django.db.models import Max, Q

from accounts.models import Department, Posting, Role
from accreditation import panel_pool
from accreditation.models import Application, Assessor, PanelScore
from accreditation.panel_results import Result, result
from accreditation.panel_scores import rule_of
from accreditation.panels import section

# Whom a panel may ask: people at a desk's work, and those of offices that have none.
ROLES = (Role.HANDLER, Role.APPROVER, Role.PUBLISHER, Role.FINANCE, Role.AUDITOR)


@dataclass(frozen=True)
class Cell:
    """One member's task for one community. state: todo, done, outdated. points and comment: once the total stands."""

    score: PanelScore
    state: str
    points: int | None = None
    outlier: bool = False
    dropped: bool = False

    @property
    def assessor(self) -> Assessor:
        return self.score.assessor


@dataclass(frozen=True)
class Row:
    """One community: its tasks, who may not assess it, how many members it lacks, and its result."""

    application: Application
    county: str
    cells: list[Cell]
    barred: list[tuple[Assessor, str]]
    lacks: int
    back: bool  # out for correction
    total: int | None
    result: Result | None

    @property
    def done(self) -> int:
        return sum(1 for cell in self.cells if cell.state == "done")

    @property
    def group(self) -> int | None:
        return panel_pool.group_of(cell.score for cell in self.cells)


@dataclass
class MemberRow:
    assessor: Assessor
    tasks: int = 0
    done: int = 0


@dataclass(frozen=True)
class Board:
    """The panel as a whole."""

    members: list[MemberRow]
    gone: list[Assessor]
    rows: list[Row]
    sources: list[tuple[str, int]] = field(default_factory=list)

    @property
    def tasks(self) -> int:
        return sum(len(row.cells) for row in self.rows)

    @property
    def done(self) -> int:
        return sum(row.done for row in self.rows)

    @property
    def short(self) -> list[Row]:
        return [row for row in self.rows if row.lacks]

    @property
    def open(self) -> list[Row]:
        return [row for row in self.rows if row.total is None]


def board(panel) -> Board:
    """Everything of a panel (with round, version and region at hand)."""
    everyone = list(panel.assessors.select_related("user", "county"))
    standing = [one for one in everyone if one.left_at is None]
    names = {one.pk: one for one in everyone}
    scores: dict[int, list[PanelScore]] = {}
    for score in (
        PanelScore.objects.standing().filter(assessor__panel=panel).order_by("application", "assessor")
    ):
        score.assessor = names[score.assessor_id]
        scores.setdefault(score.application_id, []).append(score)
    concerned = Q(pk__in=panel_pool.waiting(panel).order_by().values("pk")) | Q(pk__in=list(scores))
    applications = list(
        Application.objects.filter(concerned)
        .select_related("community")
        .annotate(filed_last=Max("filings__filed_at"))
        .order_by("position", "pk")
    )
    barred = {case.key: case.barred for case in panel_pool.cases(applications, standing)}
    rule = rule_of(panel)
    rows = [_row(panel, one, scores.get(one.pk, []), barred[one.pk], names, rule) for one in applications]
    members = {one.pk: MemberRow(one) for one in standing}
    for row in rows:
        for cell in row.cells:
            if member := members.get(cell.score.assessor_id):
                member.tasks += 1
                member.done += cell.state == "done"
    counts = Counter(one.source for one in standing)
    sources = [(Department(source).label, counts[source]) for source in section(panel.round)["sources"]]
    return Board(list(members.values()), [one for one in everyone if one.left_at], rows, sources)


def _row(panel, application, scores, barred, names, rule) -> Row:
    total = application.total(panel.region.level)
    found = result([score.points for score in scores], rule) if total is not None and scores else None
    cells = [_cell(n, score, application, found) for n, score in enumerate(scores)]
    waits = application.state == panel.state and total is None
    return Row(
        application,
        panel_pool.county_of(panel, application),
        cells,
        [(names[key], sentence) for key, sentence in barred.items()],
        max(0, panel.least - len(scores)) if waits else 0,
        application.returned_from == panel.state and application.state == "returned",
        total,
        found,
    )


def _cell(number, score, application, found) -> Cell:
    if found is not None:
        return Cell(score, "done", score.points, number in found.outliers, number in found.dropped)
    if score.given_at is None:
        return Cell(score, "todo")
    return Cell(score, "outdated" if panel_pool.outdated(score, application.filed_last) else "done")


def candidates(panel, day) -> list[Posting]:
    """Postings of people who could be appointed: by department and region; those on the panel and its organisers left out."""
    region = panel.region
    rows = (
        Posting.objects.on(day)
        .filter(
            role__in=ROLES,
            user__is_active=True,
            office__department__in=section(panel.round)["sources"],
            office__region__position__range=(region.position, region.last),
        )
        .exclude(office__region__level="street")
        .exclude(user__in=panel.assessors.filter(left_at=None).values("user"))
        .exclude(user__in=_organisers(region, day).values("user"))
        .select_related("user", "office__region")
    )
    order = {source: number for number, source in enumerate(section(panel.round)["sources"])}
    return sorted(rows, key=lambda p: (order[p.office.department], p.position, p.user.name, p.pk))


def _organisers(region, day):
    return Posting.objects.on(day).filter(
        role=Role.APPROVER, office__region=region, office__department=Department.HR
    )


def tasks(user) -> list[PanelScore]:
    """A member's tasks, those still open first, neighbours side by side; one query."""
    joined = PanelScore.objects.tasks_of(user).select_related(
        "application__community", "assessor__panel__region", "assessor__panel__round__version__programme"
    )
    joined = joined.defer("assessor__panel__round__version__document").exclude(
        assessor__panel__status="forming"
    )
    rows = list(joined.annotate(filed_last=Max("application__filings__filed_at")))
    for score in rows:
        panel, application = score.assessor.panel, score.application
        score.county = panel_pool.county_of(panel, application)
        score.stands = application.total(panel.region.level) is not None
        score.here = panel.status == "drawn" and application.state == panel.state and not score.stands
        score.outdated = panel_pool.outdated(score, score.filed_last)
        score.finished = score.given_at is not None and not score.outdated
    return sorted(rows, key=lambda s: (not s.here, s.finished, s.application.position, s.application_id))

"""What waits for a person beside the applications of the queue: rechecks, reports of changes, titles drawn to look at."""

from dataclasses import dataclass

from django.db.models import Subquery
from django.urls import reverse

from accounts.models import Role
from accreditation.models import ChangeReport, Draw, DrawTarget, RecheckEntry, RecheckRound
from accreditation.queries import Counted

State = RecheckEntry.State
# What each role does to a line of the register and to a report.
LINES = {Role.HANDLER: [State.CHECK], Role.APPROVER: [State.CONFIRM, State.DECIDE]}
REPORTS = {Role.HANDLER: ChangeReport.State.REPORTED, Role.APPROVER: ChangeReport.State.CHECKED}


@dataclass(frozen=True)
class Waiting:
    """So many things of one kind, and where they are done."""

    words: str
    count: int
    address: str


def _works(posting):
    return posting is not None and posting.has_desk and posting.role in LINES


def lines_waiting(user):
    """Lines of registers at this person's desk, of titles that still stand."""
    posting = user.acting
    if not _works(posting):
        return RecheckEntry.objects.none()
    rows = RecheckEntry.objects.within(posting.region).exclude(state=State.CONFIRM, handled_by=user)
    return rows.filter(
        level=posting.level,
        state__in=LINES[posting.role],
        recognition__ended_on=None,
        round__status=RecheckRound.Status.OPEN,
    )


def reports_waiting(user):
    """Reports of changes that this person's desk has to look into or to decide about."""
    posting = user.acting
    if not _works(posting):
        return ChangeReport.objects.none()
    rows = ChangeReport.objects.exclude(state=ChangeReport.State.CHECKED, checked_by=user)
    return rows.filter(
        level=posting.level,
        state=REPORTS[posting.role],
        position__range=(posting.region.position, posting.region.last),
    )


def titles_waiting(user):
    """Titles this person was drawn to look at and has not told about."""
    return DrawTarget.objects.filter(
        inspectors__user=user, inspectors__recused_at=None, draw__state=Draw.State.DRAWN, passed=None
    )


def columns(user) -> dict:
    """What `waiting` reads, as columns of one row: they are counted by the same query as the queue."""
    if not _works(user.acting):
        return {}
    lines = lines_waiting(user)
    return {
        "beside_lines": Counted(lines.order_by().values("pk")),
        "beside_round": Subquery(lines.order_by("round").values("round")[:1]),
        "beside_last": Subquery(lines.order_by("-round").values("round")[:1]),
        "beside_reports": Counted(reports_waiting(user).order_by().values("pk")),
        "beside_titles": Counted(titles_waiting(user).order_by().values("pk")),
    }


def waiting(row: dict) -> list[Waiting]:
    """The kinds of which anything waits, of a row with `columns`; lines lead to their round, or to all rounds."""
    round_ = row.get("beside_round")
    lines = reverse("accreditation:recheck_rounds")
    if round_ and round_ == row["beside_last"]:
        lines = reverse("accreditation:recheck_round", args=[round_]) + "?mine=on"
    kinds = [
        Waiting("年度复查", row.get("beside_lines"), lines),
        Waiting("社区变更", row.get("beside_reports"), reverse("accreditation:changes") + "?mine=on"),
        Waiting("随机抽查", row.get("beside_titles"), reverse("accreditation:my_spot_checks")),
    ]
    return [kind for kind in kinds if kind.count]

"""The first page after signing in: a community's 我的事; everyone else is sent to the list they work from."""

from dataclasses import dataclass

from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.models import ADMINISTRATORS, DESK_ROLES, Role
from accounts.permissions import home_of
from accreditation import filing_content, journey
from accreditation.models import Application, Recognition, Round, State
from regions import clock
from regions.workdays import Calendar

# Where a role's work waits.
WORK = {
    Role.HANDLER: "accreditation:queue",
    Role.APPROVER: "accreditation:queue",
    Role.PUBLISHER: "accreditation:lists",
    Role.AUDITOR: "accreditation:applications",
    Role.FINANCE: "accreditation:applications",
}


@require_safe
def home(request):
    """Sends each role to its work; shows the community what is to be done next and by when."""
    posting = request.user.acting
    if posting.role in ADMINISTRATORS:
        return redirect(home_of(posting))
    if posting.role in DESK_ROLES and not posting.has_desk:
        return redirect("accreditation:panel_tasks")
    if posting.role != Role.FILER:
        return redirect(WORK[posting.role])
    return _community_home(request, posting.community)


@dataclass
class Mine:
    """One of the community's applications on its first page."""

    application: Application
    phases: list
    next: str
    deadline: journey.Deadline | None
    tasks_done: int = 0
    tasks: int = 0
    remarks: int = 0


def _community_home(request, community):
    at = clock.now()
    today = clock.day_of(at)
    calendar = Calendar.load(None)
    rows = (
        Application.objects.visible_to(request.user)
        .with_round()
        .select_related("self_sheet")
        .prefetch_related("attachments", "remarks")
        .order_by("-id")
    )
    applications = list(rows)
    returned = [a for a in applications if a.state == State.RETURNED]
    drafts = [a for a in applications if a.state == State.DRAFT]
    going = [a for a in applications if not a.ended and a.state not in (State.RETURNED, State.DRAFT)]
    started = {(a.round_id, a.tier) for a in applications}
    context = {
        "community": community,
        "returned": [_mine(a, at, today, calendar) for a in returned],
        "drafts": [_mine(a, at, today, calendar) for a in drafts],
        "going": [_mine(a, at, today, calendar) for a in going],
        "ended": [a for a in applications if a.ended],
        "open": _open(community, today, calendar, started),
        "titles": Recognition.objects.visible_to(request.user).order_by("-granted_on", "-pk"),
    }
    return render(request, "accreditation/home.html", context)


def _mine(application, at, today, calendar):
    writing = application.state in (State.DRAFT, State.RETURNED)
    state = application.returned_from or application.state
    mine = Mine(
        application,
        journey.phases(application),
        journey.next_step(application),
        journey.deadline(application.round, today, calendar, state),
    )
    if writing:
        tasks = filing_content.tasks(application, at)
        mine.tasks, mine.tasks_done = len(tasks), sum(task.done for task in tasks)
        mine.remarks = sum(remark.answered_at is None for remark in application.remarks.all())
    return mine


def _open(community, today, calendar, started):
    """What the community could still start: (round, tier, deadline, whether the filing is over)."""
    rounds = (
        Round.objects.open_on(today).over(community.position).select_related("version__programme", "region")
    )
    found = []
    for round_ in rounds:
        until = round_.due("draft")
        for tier in round_.version.data["tiers"]:
            if (round_.pk, tier["key"]) not in started:
                deadline = journey.deadline(round_, today, calendar)
                found.append((round_, tier, deadline, bool(until and today > until)))
    return found

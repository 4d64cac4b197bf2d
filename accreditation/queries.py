"""Reads of pages that join several models, each with a number of queries that does not grow with its rows.

Scope comes from Application.objects.visible_to alone; nothing here widens it.
"""

import datetime as dt
from dataclasses import dataclass

from django.core.paginator import Paginator
from django.db.models import Exists, F, FilteredRelation, IntegerField, OuterRef, Q, Subquery

from accounts.models import Role, User
from accreditation.models import Application, Assessment, Remark, Round, SiteVisit
from regions.clock import start_of
from regions.workdays import UnknownYear
from scoring.loading import rubric_of
from scoring.models import outcome

# The groups a queue can have, whatever the role.
GROUPS = (
    *("score", "visit", "propose", "proposed", "approve", "handling", "listed", "unlisted"),
    *("answered", "soon", "late", "all", "returned", "gone"),
)
SOON_WORKDAYS = 5
RECENT_DAYS = 30
PHRASES = 6


class Counted(Subquery):
    """How many rows a queryset has, as a column."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) counted)"
    output_field = IntegerField()


class ByKeys(Paginator):
    """Pages of rows that are wide or joined: which rows a page has is found in the narrow `found`, then they are read.

    found: ordered and filtered; rows: the same model with all a page needs. One query each, however deep the page.
    """

    def __init__(self, found, rows, per_page):
        super().__init__(found, per_page)
        self.wide = rows

    def page(self, number):
        page = super().page(number)
        keys = page.object_list.values("pk")
        page.object_list = self.wide.filter(pk__in=keys).order_by(*keys.query.order_by)
        return page


# The queue


@dataclass
class Group:
    """A part of the queue: its rows, how many, and where they can be batched or scored."""

    key: str
    label: str
    rows: object
    hint: str = ""
    late: bool = False
    count: int = 0


@dataclass
class Row:
    """One application of the queue as its desk sees it."""

    application: Application
    place: str
    own: int | None
    own_words: str  # points, or without points whether the conditions are met
    self_words: str
    stage: tuple[str, str]  # the tag and its word
    visit: str
    days: int | None  # working days left, negative when late; None without a date or a calendar
    late: bool
    corrected: bool
    here: bool  # it stands at this desk

    @property
    def due_words(self) -> str:
        return due_words(self.days, self.late)


def desk_of(user) -> str:
    """The review state of the acting office."""
    return f"{user.acting.level}_review"


def desk_rounds(user):
    """The rounds with applications at the desk of the acting office, with their programmes."""
    at_desk = Application.objects.in_line_of(user).at_desk(desk_of(user))
    rounds = Round.objects.select_related("version__programme", "rubric").defer("rubric__document")
    return rounds.filter(pk__in=at_desk.order_by().values("round"))


def by_points(round_) -> bool:
    """Whether the round's sheet has points; else it is its conditions alone."""
    rubric = rubric_of(round_.rubric)
    return rubric is None or rubric.has_points


def queue_groups(user, rounds, today: dt.date, calendar, found=None, beside=None) -> tuple[dict, dict]:
    """({key: Group} of a desk for the acting role, what `beside` came to), counted in one query.

    rounds: those at the desk. found: (a group's key, function from its rows to the reader's filtered ones); those come
    along as the group "found" (of everything at the desk where the role has no such group). beside: more columns of
    that query by name.
    """
    state = desk_of(user)
    visible = Application.objects.in_line_of(user)
    desk = _with_own(visible.at_desk(state), state)
    answered = Remark.objects.filter(application=OuterRef("pk"), state=state, answered_at__isnull=False)
    decided = Assessment.objects.filter(
        state=state, decided_at__gte=start_of(today - dt.timedelta(RECENT_DAYS))
    )
    back = visible.filter(state="returned", returned_from=state)
    gone = visible.exclude(state__in=(state, "returned")).filter(pk__in=decided.values("application"))
    groups = [
        *_own_work(user.acting.role, desk, rounds, state),
        Group("answered", "补正已回", desk.filter(Exists(answered), own__proposed_at__isnull=True)),
        Group(
            "soon",
            "即将到期",
            desk.filter(due_on__range=(today, _soon(today, calendar))),
            f"{SOON_WORKDAYS} 个工作日内",
        ),
        Group("late", "逾期", desk.filter(due_on__lt=today), late=True),
        Group("all", "全部在办", desk),
        Group("returned", "等社区补正", _with_own(back, state)),
        Group("gone", "最近办出", _with_own(gone, state), f"{RECENT_DAYS} 天内"),
    ]
    known = {group.key: group for group in groups}
    if found is not None:
        key, narrow = found
        known["found"] = Group("found", "", narrow(known.get(key, known["all"]).rows))
    counts = (
        User.objects.filter(pk=user.pk)
        .values(
            **{f"n_{key}": Counted(group.rows.order_by().values("pk")) for key, group in known.items()},
            **(beside or {}),
        )
        .get()
    )
    for key, group in known.items():
        group.count = counts[f"n_{key}"] or 0  # of rows known to be none the database is not asked
    return known, counts


def _with_own(applications, state):
    """With the desk's assessment as the alias `own`."""
    return applications.alias(own=FilteredRelation("assessments", condition=Q(assessments__state=state)))


def _own_work(role, desk, rounds, state):
    """What this role has to do at the desk."""
    steps = {r.pk: r.route.step(state) for r in rounds}
    listing = any(step.listing for step in steps.values())
    if role == Role.PUBLISHER:
        return [
            Group("listed", "待发布", desk.filter(listed_at__isnull=False), "已列入推荐名单"),
            Group("unlisted", "未列入名单", desk.filter(listed_at__isnull=True)),
        ]
    if role == Role.APPROVER:
        groups = [
            Group("approve", "待审核", desk.filter(own__proposed_at__isnull=False, listed_at__isnull=True)),
            Group("handling", "经办办理中", desk.filter(own__proposed_at__isnull=True)),
        ]
        if listing:
            groups.append(Group("listed", "已列入名单", desk.filter(listed_at__isnull=False)))
        return groups
    scoring = [pk for pk, step in steps.items() if step.scores]
    checking = [r.pk for r in rounds if r.pk in scoring and not by_points(r)]
    visiting = [pk for pk, step in steps.items() if step.needs.get("site_visit")]
    level = state.rsplit("_", 1)[0]
    total = f"total_{level}__isnull"
    pointed = set(scoring) - set(checking)
    unscored = Q(round__in=pointed, **{total: True})
    unscored |= Q(round__in=checking, own__sheet__passed__isnull=True)
    scored = Q(round__in=pointed, **{total: False}) | Q(round__in=checking, own__sheet__passed__isnull=False)
    scored |= Q(round__in=[pk for pk in steps if pk not in scoring])
    visited = SiteVisit.objects.filter(application=OuterRef("pk"), state=state)
    groups = []
    if scoring:
        groups.append(Group("score", "待评分" if pointed else "待核对", desk.filter(unscored)))
    if visiting:
        unvisited = desk.filter(~Exists(visited), round__in=visiting)
        groups.append(Group("visit", "待实地考察", unvisited))
    return [
        *groups,
        Group("propose", "待提意见", desk.filter(scored, own__proposed_at__isnull=True)),
        Group("proposed", "已提意见", desk.filter(own__proposed_at__isnull=False)),
    ]


def _soon(today, calendar):
    try:
        return calendar.add_working_days(today, SOON_WORKDAYS)
    except UnknownYear:
        return today + dt.timedelta(days=7)


def queue_rows(applications, user, rounds, today, calendar) -> list[Row]:
    """The rows of one page (a sliced queryset of a group), in one query."""
    state = desk_of(user)
    visits = SiteVisit.objects.filter(application=OuterRef("pk"), state=state).order_by("-pk")
    answered = Remark.objects.filter(application=OuterRef("pk"), state=state, answered_at__isnull=False)
    joined = applications.select_related("community", "round__version").defer("round__version__document")
    told = joined.annotate(
        verdict=F("own__verdict"),
        proposed=F("own__proposed_at"),
        begun=F("own__sheet"),
        own_passed=F("own__sheet__passed"),
        self_passed=F("self_sheet__passed"),
        visit_passed=Subquery(visits.values("passed")[:1]),
        corrected=Exists(answered),
    )
    steps = {r.pk: r.route.step(state) for r in rounds}
    checking = {r.pk for r in rounds if not by_points(r)}
    return [_row(a, steps.get(a.round_id), a.round_id in checking, user, today, calendar) for a in told]


def _row(application, step, checks, user, today, calendar):
    acting = user.acting
    visit = {True: "通过", False: "不通过"}.get(application.visit_passed, "")
    if not visit and step and step.needs.get("site_visit"):
        visit = "待考察"
    here = application.state == desk_of(user)
    return Row(
        application,
        application.community.place.removeprefix(acting.region.full_name).strip(),
        application.total(acting.level),
        outcome(application.total(acting.level), application.own_passed),
        outcome(application.total_self, application.self_passed),
        _stage(application, step, checks) if here else (application.state, ""),
        visit,
        days_left(calendar, today, application.due_on) if here else None,
        here and application.due_on is not None and application.due_on < today,
        application.corrected and here and not application.proposed,
        here,
    )


def _stage(application, step, checks):
    """Where an application stands within the desk: a tag and its word. checks: its sheet is conditions alone."""
    if application.listed_at:
        return "done", "已列入名单"
    if application.proposed:
        return "review", f"待审核 · {Assessment.Verdict(application.verdict).label}"
    found = application.own_passed if checks else application.total(step.level) if step else None
    if step and step.scores and found is None:
        word = "核对" if checks else "评分"
        return ("filling", f"{word}中") if application.begun else ("todo", f"待{word}")
    return "todo", "待提意见"


def days_left(calendar, today, due) -> int | None:
    """Working days from today to a due day; negative when it is past; None without one or without its calendar."""
    if due is None:
        return None
    try:
        return calendar.working_days_between(today, due)
    except UnknownYear:
        return None


def due_words(days: int | None, late: bool) -> str:
    """How long there is: 还有 3 个工作日, 今天到期, 逾期 2 个工作日; "" where it cannot be counted and is not late."""
    if late:
        return f"逾期 {-days} 个工作日" if days else "逾期"
    if days is None:
        return ""
    return f"还有 {days} 个工作日" if days else "到期"


def scoring_run(user, application) -> list[tuple[int, bool]]:
    """(key, whether its sheet is complete) of every application of the round at the desk, neighbours side by side."""
    state = desk_of(user)
    waiting = Application.objects.in_line_of(user).at_desk(state)
    rows = (
        _with_own(waiting, state)
        .filter(round=application.round_id, listed_at__isnull=True)
        .order_by("position", "pk")
        .values_list(
            "pk", f"total_{user.acting.level}" if by_points(application.round) else "own__sheet__passed"
        )
    )
    return [(pk, found is not None) for pk, found in rows]


# Moves


def phrases(user, application) -> list[str]:
    """The opinions the office used last at this desk, each once."""
    region = user.acting.region
    if region is None:  # the community's own people have no phrases
        return []
    used = (
        Assessment.objects.filter(
            application__round=application.round_id,
            application__position__range=(region.position, region.last),
            state=application.state,
            proposed_at__isnull=False,
        )
        .exclude(opinion="")
        .order_by("-proposed_at")
        .values_list("opinion", flat=True)[:60]
    )
    return list(dict.fromkeys(used))[:PHRASES]

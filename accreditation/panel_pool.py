"""What a panel works with: who may assess which community and why not, what waits at the desk, and what is missing.

Reads only; each function takes the same number of queries however many members and applications there are.
"""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Max

from accounts.models import DeclaredInterest, Posting
from accreditation.models import Application, ApplicationEvent, Assessment, PanelScore, State
from accreditation.panel_draw import Case, Member
from accreditation.permissions import DESK_VERBS

STAFF = "现在或曾经是该社区的工作人员"
INTERESTED = "已申报与该社区有利害关系"
HANDLED = "办理过该社区的这件申报"


def total_field(panel) -> str:
    return f"total_{panel.region.level}"


def waiting(panel):
    """Applications of the round at the panel's desk whose total does not stand yet."""
    region = panel.region
    return Application.objects.filter(
        round=panel.round_id,
        state=panel.state,
        position__range=(region.position, region.last),
        **{total_field(panel): None},
    ).order_by("position", "pk")


def members(assessors) -> list[Member]:
    return [Member(one.pk, one.code, one.source, one.group) for one in assessors]


def cases(applications: Iterable[Application], assessors) -> list[Case]:
    """Each application with the reasons that bar members from it. Four queries at the most."""
    applications, assessors = list(applications), list(assessors)
    if not applications or not assessors:
        return [Case(one.pk, one.number, {}) for one in applications]
    keys = [one.pk for one in applications]
    users = [one.user_id for one in assessors]
    communities = [one.community_id for one in applications]
    in_community = {"user__in": users, "community__in": communities}
    staff = set(Posting.objects.filter(**in_community).values_list("user", "community"))
    interested = set(DeclaredInterest.objects.filter(**in_community).values_list("user", "community"))
    handled = _handled(users, keys)

    def why(application, assessor):
        if assessor.county_id and assessor.county.contains(application.position):
            return f"来自{assessor.county.name}，不考核本县（市、区）的社区"
        pair = assessor.user_id, application.community_id
        if pair in staff or pair in interested:
            return STAFF if pair in staff else INTERESTED
        return HANDLED if (assessor.user_id, application.pk) in handled else ""

    return [
        Case(one.pk, one.number, {a.pk: reason for a in assessors if (reason := why(one, a))})
        for one in applications
    ]


def _handled(users, keys) -> set[tuple[int, int]]:
    """(user, application) of whoever did anything with it at a desk."""
    events = ApplicationEvent.objects.filter(
        application__in=keys, event__actor__in=users, event__action__in=(*DESK_VERBS, "disqualify")
    )
    desks = Assessment.objects.filter(application__in=keys).values_list("handler", "approver", "application")
    found = set(events.values_list("event__actor", "application"))
    return found | {(user, key) for handler, approver, key in desks for user in (handler, approver)}


def county_of(panel, application) -> str:
    """The name of the region just below the panel's in which a community stands."""
    rest = application.community.place.removeprefix(panel.region.full_name).split()
    return rest[0] if rest else application.community.place


# Tasks


def had(panel, keys) -> dict[int, list[PanelScore]]:
    """Application's key → every task there has been, those given back included, in the order they were given out."""
    found: dict[int, list[PanelScore]] = {}
    rows = PanelScore.objects.filter(assessor__panel=panel, application__in=keys).select_related("assessor")
    for score in rows.order_by("application", "pk"):
        found.setdefault(score.application_id, []).append(score)
    return found


def group_of(scores: Iterable[PanelScore]) -> int | None:
    """The group an application belongs to: that of most of its assessors, the lowest number where they are level."""
    counts = Counter(score.assessor.group for score in scores if score.assessor.group)
    return min(counts, key=lambda number: (-counts[number], number)) if counts else None


def load(panel) -> dict[int, int]:
    """Group → how many applications it was given so far."""
    rows: dict[int, list[PanelScore]] = {}
    for score in PanelScore.objects.filter(assessor__panel=panel).select_related("assessor"):
        rows.setdefault(score.application_id, []).append(score)
    return dict(Counter(group for scores in rows.values() if (group := group_of(scores))))


def wanting(panel) -> set[int]:
    """Applications waiting at the desk with fewer assessors than there must be."""
    standing = Counter(
        PanelScore.objects.standing()
        .filter(assessor__panel=panel, application__in=waiting(panel).order_by().values("pk"))
        .values_list("application", flat=True)
    )
    return {key for key in waiting(panel).values_list("pk", flat=True) if standing[key] < panel.least}


# What stands in the way, as sentences


def against_draw(panel, groups, pool_members, pool_cases, applications) -> list[str]:
    """Why the draw cannot be made now."""
    if not pool_members:
        return ["还没有聘任考核人员。"]
    if not pool_cases:
        return [f"{State(panel.state).label}环节目前没有待考核的申报。"]
    need = groups * panel.least
    if groups < 1 or need > len(pool_members):
        most = len(pool_members) // panel.least
        fits = f"最多可以分 {most} 组" if most else f"至少需要 {panel.least} 名"
        return [f"每组至少 {panel.least} 人，现有考核人员 {len(pool_members)} 名，{fits}。"]
    return _short(panel, pool_cases, applications, lambda case: len(case.eligible(pool_members)))


def against_assigning(panel, pool_members, pool_cases, applications, tasks) -> list[str]:
    """Why the communities that want assessors cannot have them now."""

    def able(case):
        scores = tasks.get(case.key, [])
        asked = {score.assessor_id for score in scores}
        free = [member for member in case.eligible(pool_members) if member.key not in asked]
        return len(free) + sum(1 for score in scores if score.recused_at is None)

    return _short(panel, pool_cases, applications, able)


def _short(panel, pool_cases, applications, able) -> list[str]:
    """One sentence for all communities of a county that are short of the same number."""
    found: dict[tuple[str, int], list[str]] = {}
    for case in pool_cases:
        if (number := able(case)) < panel.least:
            application = applications[case.key]
            place = county_of(panel, application), number
            found.setdefault(place, []).append(application.community.name)
    return [
        f"{county}的{_named(names)}：除应当回避的人员外，可以考核的只有 {number} 名，至少需要 {panel.least} 名，"
        f"请从{county}以外再聘任 {panel.least - number} 名。"
        for (county, number), names in found.items()
    ]


def _named(names: list[str]) -> str:
    return "、".join(names) if len(names) <= 3 else f"{'、'.join(names[:3])}等 {len(names)} 个社区"


def against_closing(panel) -> list[str]:
    """Every score that is missing, by community and person, and whatever else keeps the panel from closing."""
    applications = list(
        waiting(panel).select_related("community").annotate(filed_last=Max("filings__filed_at"))
    )
    if not applications:
        return ["没有待汇总的社区。"]
    rows = (
        PanelScore.objects.standing()
        .filter(assessor__panel=panel, **{f"application__{total_field(panel)}": None})
        .select_related("assessor__user", "application__community")
        .order_by("application__position", "application", "assessor")
    )
    scores: dict[int, list[PanelScore]] = {}
    for score in rows:
        scores.setdefault(score.application_id, []).append(score)
    found = []
    for application in applications:
        own = scores.get(application.pk, [])
        name = f"{county_of(panel, application)}{application.community.name}"
        if len(own) < panel.least:
            found.append(f"{name}：考核人员只有 {len(own)} 名，至少需要 {panel.least} 名，请先补派。")
        if silent := [one.assessor.user.name for one in own if one.given_at is None]:
            found.append(f"{name}：{'、'.join(silent)}尚未评分。")
        if old := [one.assessor.user.name for one in own if outdated(one, application.filed_last)]:
            found.append(f"{name}：{'、'.join(old)}的评分在社区补正之前，请重新核对后保存。")
    back = {
        one.application_id: one.application
        for own in scores.values()
        for one in own
        if one.application.state == State.RETURNED and one.application.returned_from == panel.state
    }
    for application in back.values():
        found.append(
            f"{county_of(panel, application)}{application.community.name}：正在补正，待其重新提交或办结后再汇总。"
        )
    return found


def outdated(score, filed_last) -> bool:
    """Whether the community filed anew after this score was given: the member has to look again."""
    return score.given_at is not None and filed_last is not None and score.given_at < filed_last

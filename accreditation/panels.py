"""The panel of a desk: who is on it, the draw, and who steps in for whom (reading A44). Its scores: panel_scores.

Every verb is one transaction. Lock order: the panel, then applications by key, then the event head. What comes to the
desk after the draw is assigned with the same seed; totals that stand are never touched again.
"""

import secrets

from django.db import transaction

from accounts.events import record
from accounts.models import Department, Role
from accreditation import moving, panel_pool
from accreditation.models import (
    ApplicationEvent,
    Assessor,
    Panel,
    PanelScore,
    Round,
    RoundEvent,
)
from accreditation.panel_draw import assign, deal, pool, replacement
from accreditation.permissions import may_run_panel
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions.clock import day_of

LONGEST_REASON = 200
ORGANISED = "考核评估组由本级审核岗位组织。"


def record_panel(panel, action, *, by, at, before=None, after=None, data=None, ip=None):
    event = record(
        action,
        by=by,
        at=at,
        subject=f"{panel.round.name}：{panel.region.name}考核评估组",
        before=before,
        after=after,
        data=data,
        ip=ip,
    )
    RoundEvent.objects.create(event=event, round=panel.round)


def record_one(application, action, *, by, at, before=None, after=None, data=None):
    subject = f"{application.number} {application.community.name}"
    event = record(action, by=by, at=at, subject=subject, before=before, after=after, data=data)
    ApplicationEvent.objects.create(event=event, application=application)


def lock_panel(pk) -> Panel:
    joined = Panel.objects.select_related("round__version__programme", "round__rubric", "region")
    return joined.select_for_update(of=("self",)).get(pk=pk)


def hold_panel(panel, by) -> Panel:
    """The panel, locked, for whoever runs it."""
    held = lock_panel(panel.pk)
    if not may_run_panel(by, held.region):
        raise NotYours(ORGANISED)
    refuse_closed(held.round)
    return held


def refuse_closed(round_):
    if round_.status != Round.Status.OPEN:
        raise NotReady("本批次不在进行中，考核评估组不能再变动。")


def section(round_) -> dict | None:
    """What the programme says of its panel, or None."""
    return round_.version.data.get("panel")


def has_panel(round_, region) -> bool:
    """Whether the round's route has a panel at the desk of this region."""
    state = f"{region.level}_review"
    inside = round_.region.contains(region.position)
    return inside and bool(section(round_)) and state in round_.route and round_.route.step(state).panel


# Members


@transaction.atomic
def form(round_, region, *, by, at) -> Panel:
    """The panel of this region's desk in the round, still without members."""
    held = (
        Round.objects.select_for_update(of=("self",))
        .select_related("version__programme", "region")
        .get(pk=round_.pk)
    )
    if not may_run_panel(by, region):
        raise NotYours(ORGANISED)
    if not has_panel(held, region):
        raise NotReady("本批次在本级没有考核评估组。")
    refuse_closed(held)
    if Panel.objects.filter(round=held, region=region).exists():
        raise AlreadyMoved("本批次的考核评估组已经组建。")
    panel = Panel.objects.create(
        round=held,
        region=region,
        least=section(held)["least"],
        drop_extremes=bool(held.chosen.get("drop_extremes")),
    )
    record_panel(
        panel, "form_panel", by=by, at=at, after={"least": panel.least, "drop_extremes": panel.drop_extremes}
    )
    return panel


@transaction.atomic
def appoint(panel, user, organisation, source, county, *, by, at) -> Assessor:
    """Make a person with a posting at an office of that department a member. county: whose communities they never assess.

    Where the person's office stands below the panel's region, the county is that office's own (A44).
    """
    held = hold_panel(panel, by)
    organisation = organisation.strip()
    if problems := _appointing(held, user, organisation, source, county, at):
        raise NotReady(problems)
    member = held.assessors.filter(user=user).first() or Assessor(panel=held, user=user)
    member.organisation, member.source, member.county = organisation, source, county
    member.appointed_by, member.appointed_at = by, at
    member.left_at, member.left_reason = None, ""
    member.group = _smallest_group(held) if held.seed else None
    member.save()
    after = {"member": member.code, "name": user.name, "organisation": organisation, "source": source}
    record_panel(
        held, "appoint_assessor", by=by, at=at, after={**after, "county": county.name if county else ""}
    )
    return member


def _appointing(panel, user, organisation, source, county, at) -> list[str]:
    """Why this person cannot be a member, as sentences."""
    if panel.assessors.filter(user=user, left_at=None).exists():
        return [f"{user.name}已经是考核评估组成员。"]
    if source not in section(panel.round)["sources"]:
        return ["本方案的考核评估组没有这一来源。"]
    problems = [] if organisation else ["请填写所在单位。"]
    postings = list(user.postings.on(day_of(at)).select_related("office__region"))
    offices = [
        posting for posting in postings if posting.office_id and panel.region.contains(posting.position)
    ]
    if any(p.role == Role.APPROVER and p.has_desk and p.region == panel.region for p in offices):
        return [f"{user.name}是组织考核的审核岗位人员，不能同时担任考核人员。"]
    own = [p for p in offices if p.office.department == source and p.region.level != "street"]
    if not user.is_active or not own:
        return [*problems, f"{user.name}目前没有本地区{Department(source).label}的岗位，不能以这一来源聘任。"]
    below = [posting.region for posting in own if posting.region != panel.region]
    if below and county not in below:
        problems.append(f"{user.name}在{below[0].name}任职，请把回避的县（市、区）填为{below[0].name}。")
    if county is not None and (county == panel.region or not panel.region.contains(county.position)):
        problems.append(f"回避的县（市、区）应在{panel.region.name}范围内。")
    return problems


def _smallest_group(panel) -> int:
    """The group a later member joins: the one with the fewest members, the lowest number where they are level."""
    groups = list(panel.assessors.filter(left_at=None).values_list("group", flat=True))
    return min(range(1, panel.groups + 1), key=lambda number: (groups.count(number), number))


@transaction.atomic
def dismiss(assessor, *, by, at, reason) -> Assessor:
    """Take a member out. Their tasks without a standing total go to others, as with a recusal."""
    panel = hold_panel(assessor.panel, by)
    held = panel.assessors.select_related("user").get(pk=assessor.pk)
    if held.left_at:
        raise AlreadyMoved(f"{held.user.name}已经退出考核评估组。")
    reason = _reason(reason)
    held.left_at, held.left_reason = at, reason
    held.save(update_fields=["left_at", "left_reason"])
    tasks = [score for score in open_scores(panel) if score.assessor_id == held.pk]
    followed = _give_up(panel, tasks, f"退出考核评估组：{reason}"[:LONGEST_REASON], at)
    data = {"member": held.code, "name": held.user.name, "reason": reason}
    record_panel(panel, "dismiss_assessor", by=by, at=at, data={**data, "replaced": _codes(followed)})
    return held


def _reason(reason):
    reason = reason.strip()
    if not reason:
        raise NotReady("请写明原因。")
    if len(reason) > LONGEST_REASON:
        raise NotReady(f"原因不能超过 {LONGEST_REASON} 字，现有 {len(reason)} 字。")
    return reason


def open_scores(panel) -> list[PanelScore]:
    """The standing tasks whose application has no total yet, with application and member."""
    rows = PanelScore.objects.standing().filter(
        assessor__panel=panel, **{f"application__total_{panel.region.level}": None}
    )
    rows = rows.select_related("assessor__user", "application__community").order_by("application", "assessor")
    for score in (found := list(rows)):
        score.assessor.panel = panel
    return found


# The draw


@transaction.atomic
def draw(panel, groups, *, by, at, seen=None) -> Panel:
    """Deal the members to groups and give every application at the desk its assessors; once for each panel.

    seen: the pool the preview showed (panel_draw.pool); None asks nothing. The seed comes after the pool is fixed.
    """
    held = hold_panel(panel, by)
    if held.status != Panel.Status.FORMING:
        raise AlreadyMoved("考核评估组已经抽签分组。")
    members, cases, applications = _locked_pool(held)
    digest = pool(members, cases, groups)
    if seen is not None and seen != digest:
        raise AlreadyMoved("人员或申报在您预览之后有变动，请重新预览后再抽签。")
    if problems := panel_pool.against_draw(held, groups, members, cases, applications):
        raise NotReady(problems)
    held.seed, held.groups, held.drawn_at, held.drawn_by = secrets.token_hex(16), groups, at, by
    held.status = Panel.Status.DRAWN
    dealt = deal(held.seed, members, groups, section(held.round)["sources"])
    assessors = {one.pk: one for one in held.assessors.filter(pk__in=dealt)}
    for key, group in dealt.items():
        assessors[key].group = group
    Assessor.objects.bulk_update(assessors.values(), ["group"])
    members = panel_pool.members(assessors.values())
    found = assign(held.seed, members, cases, held.least, {})
    held.save(update_fields=["seed", "groups", "drawn_at", "drawn_by", "status"])
    _keep(held, "draw_panel", members, cases, found, digest, by=by, at=at)
    return held


def _locked_pool(panel, keys=None):
    """(members, cases, applications by key) with the applications at the desk locked, those with a total left out."""
    waiting = panel_pool.waiting(panel)
    applications = {
        a.pk: a for a in moving.lock(waiting.values_list("pk", flat=True)) if a.state == panel.state
    }
    if keys is not None:
        applications = {key: one for key, one in applications.items() if key in keys}
    assessors = list(panel.assessors.filter(left_at=None).select_related("user", "county"))
    return panel_pool.members(assessors), panel_pool.cases(applications.values(), assessors), applications


def _keep(panel, action, members, cases, found, digest, *, by, at):
    """Write the tasks, and in the event everything that it takes to repeat the draw."""
    PanelScore.objects.bulk_create(
        PanelScore(application_id=key, assessor_id=member) for key, row in found.items() for member in row
    )
    codes = {member.key: member.code for member in members}
    numbers = {case.key: case.code for case in cases}
    data = {
        "seed": panel.seed,
        "groups": panel.groups,
        "pool": digest,
        "members": [[member.code, member.source, member.group] for member in members],
        "barred": {
            case.code: [codes[key] for key in sorted(case.barred) if key in codes]
            for case in cases
            if case.barred
        },
        "assigned": {numbers[key]: [codes[member] for member in row] for key, row in found.items()},
    }
    record_panel(panel, action, by=by, at=at, data=data)


@transaction.atomic
def assign_new(panel, *, by, at) -> int:
    """Give assessors to what came to the desk after the draw, and to what lost some by recusal; returns to how many.

    With the seed of the draw, by the same rule. A closed panel goes on with them; totals that stand are not touched.
    """
    held = hold_panel(panel, by)
    if held.status == Panel.Status.FORMING:
        raise NotReady("考核评估组还没有抽签，不能补派。")
    wanting = panel_pool.wanting(held)
    members, cases, applications = _locked_pool(held, wanting)
    if not cases:
        raise NotReady("没有需要补派的社区。")
    had = panel_pool.had(held, wanting)
    if problems := panel_pool.against_assigning(held, members, cases, applications, had):
        raise NotReady(problems)
    new = [case for case in cases if not had.get(case.key)]
    found = assign(held.seed, members, new, held.least, panel_pool.load(held))
    for case in cases:
        if case.key not in found:
            found[case.key] = _filled(held, members, case, had[case.key])
    held.status, held.closed_at = Panel.Status.DRAWN, None
    held.save(update_fields=["status", "closed_at"])
    _keep(held, "assign_new", members, cases, found, pool(members, cases), by=by, at=at)
    return len(cases)


def _filled(panel, members, case, had):
    """Who is added to a task that lost members: as many as are missing, in the order of the draw."""
    standing = [score for score in had if score.recused_at is None]
    asked, chosen = [score.assessor_id for score in had], []
    while len(standing) + len(chosen) < panel.least:
        chosen.append(replacement(panel.seed, members, case, [*asked, *chosen], panel_pool.group_of(had)).key)
    return chosen


@transaction.atomic
def recuse(score, *, by, at, reason) -> PanelScore | None:
    """Give one task back with a reason: the member themself, or the office. Returns the task of who steps in, if anybody can.

    Where nobody can, the community stays short, the panel cannot be closed, and the page says whom to appoint.
    """
    panel = lock_panel(score.assessor.panel_id)
    held = next((one for one in open_scores(panel) if one.pk == score.pk), None)
    if by.pk != score.assessor.user_id and not may_run_panel(by, panel.region):
        raise NotYours("考核任务由本人或者组织考核的审核岗位退出。")
    refuse_closed(panel.round)
    if held is None or panel.status != Panel.Status.DRAWN:
        raise AlreadyMoved("这一考核任务已经退出或者汇总。")
    reason = _reason(reason)
    followed = _give_up(panel, [held], reason, at)
    data = {
        "state": panel.state,
        "member": held.assessor.code,
        "name": held.assessor.user.name,
        "reason": reason,
    }
    record_one(held.application, "recuse", by=by, at=at, data={**data, "replaced": _codes(followed)})
    return next(iter(followed.values()), None)


def _codes(followed: dict[str, PanelScore]) -> dict[str, str]:
    return {number: score.assessor.code for number, score in followed.items()}


def _give_up(panel, tasks, reason, at) -> dict[str, PanelScore]:
    """Mark tasks as given back and let others step in: application's number → the task of who does."""
    if not tasks:
        return {}
    for score in tasks:
        score.recused_at, score.recused_reason = at, reason
    PanelScore.objects.bulk_update(tasks, ["recused_at", "recused_reason"])
    members, cases, _ = _locked_pool(panel, {score.application_id for score in tasks})
    had = panel_pool.had(panel, {case.key for case in cases})
    followed = {}
    for case in cases:
        group = panel_pool.group_of(had[case.key])
        member = replacement(panel.seed, members, case, [one.assessor_id for one in had[case.key]], group)
        if member:
            assessor = Assessor.objects.select_related("user").get(pk=member.key)
            followed[case.code] = PanelScore.objects.create(application_id=case.key, assessor=assessor)
    return followed

"""Spot checks for offices: the list, one of them with what was drawn, and what waits for its inspector."""

import json

from django.core.paginator import Paginator
from django.db.models import Count, Prefetch, Q
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.listed import Listed, exported, wanted, workbook
from accounts.models import Role
from accreditation import spot_checks as checks
from accreditation import spot_draw
from accreditation.elsewhere import titles_waiting
from accreditation.models import Draw, DrawInspector, DrawTarget
from accreditation.refusals import NotYours
from accreditation.spot_pool import code_of, strata
from accreditation.title_permissions import at_desk
from accreditation.views.happenings import happenings

PAGE = 50
DRAW_COLUMNS = [
    ("名称", 40), ("年度", 8), ("组织单位", 30), ("状态", 22), ("对象固定时间", 18), ("抽取时间", 18), ("抽中", 8), ("定向", 8), ("已检查", 8),
]  # fmt: skip
TARGET_COLUMNS = [
    ("顺序", 8), ("方式", 14), ("社区", 18), ("所在地", 36), ("称号", 24), ("证书编号", 24), ("检查人员", 30), ("回避", 40), ("检查日期", 12),
    ("是否合格", 10), ("检查情况", 50),
]  # fmt: skip
TASK_COLUMNS = [("抽查", 40), ("社区", 18), ("所在地", 36), ("称号", 24), ("方式", 14), ("检查日期", 12), ("是否合格", 10)]  # fmt: skip


def visible_draws(user):
    """The draws a reader may open: those of the own region, below and above it; their own tasks' besides."""
    own = DrawInspector.objects.filter(user=user).values("target__draw")
    rows = Draw.objects.filter(Q(pk__in=checks.visible_to(user).values("pk")) | Q(pk__in=own))
    return rows.select_related("region", "office", "frozen_by", "entered_by", "drawn_by")


def _ask_reader(user):
    if user.acting is None or not user.acting.sees_below:
        raise NotYours("随机抽查由各级人社部门和审计岗位查看。")


def _tasks(user):
    """The titles this person is to look at, those not done first."""
    rows = DrawTarget.objects.filter(
        inspectors__user=user, inspectors__recused_at=None, draw__state=Draw.State.DRAWN
    )
    return rows.select_related("draw", "recognition__community").order_by(
        "visited_on", "-draw", "order", "pk"
    )


@exported
@require_safe
def spot_checks(request):
    """All spot checks this reader may see."""
    _ask_reader(request.user)
    rows = visible_draws(request.user).order_by("-pk").annotate(
        number=Count("targets", filter=Q(targets__order__gt=0), distinct=True),
        named=Count("targets", filter=Q(targets__order=0), distinct=True),
        done=Count("targets", filter=Q(targets__passed__isnull=False), distinct=True),
    ).defer("pool", "result")  # fmt: skip
    if wanted(request):
        lines = (
            (
                draw.name, draw.year, draw.office.name, draw.get_state_display(), draw.frozen_at, draw.drawn_at, draw.number,
                draw.named, draw.done,
            )
            for draw in rows
        )  # fmt: skip
        return workbook(request, Listed("随机抽查", DRAW_COLUMNS, rows.count(), lines))
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "may_freeze": not checks.why_not_run(request.user, request.user.acting.region),
        "mine": titles_waiting(request.user).count(),
    }
    return render(request, "titles/spot_checks.html", context)


@exported
@require_safe
def my_spot_checks(request):
    """What this person was drawn to look at."""
    _ask_reader(request.user)
    rows = _tasks(request.user)
    if wanted(request):
        lines = (
            (
                target.draw.name, target.recognition.community.name, target.recognition.community.place,
                target.recognition.tier_name, _way(target), target.visited_on, target.passed,
            )
            for target in rows
        )  # fmt: skip
        return workbook(request, Listed("待我检查", TASK_COLUMNS, rows.count(), lines))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    mine = DrawInspector.objects.filter(user=request.user, target__in=[target.pk for target in page])
    own = dict(mine.values_list("target", "pk"))
    for target in page:
        target.own = own[target.pk]
    return render(request, "titles/my_spot_checks.html", {"page": page})


def _way(target):
    return "随机抽取" if target.order else "定向检查"


@exported
@require_safe
def spot_check(request, pk):
    """One spot check: what was told when, what was drawn, who looks, what was found, and what this reader may do."""
    draw = get_object_or_404(visible_draws(request.user), pk=pk)
    rows = draw.targets.select_related("recognition__community").prefetch_related(
        Prefetch("inspectors", DrawInspector.objects.select_related("user").order_by("pk"))
    )
    reader = _Reader(request.user, draw)
    if wanted(request):
        told = reader.told(rows.order_by("order", "pk"))
        lines = (_line(target) for target in told)
        return workbook(request, Listed("抽查名单", TARGET_COLUMNS, rows.count(), lines))
    page = Paginator(rows.filter(order__gt=0).order_by("order"), PAGE).get_page(request.GET.get("page"))
    page.object_list = reader.told(page.object_list)
    history = draw.events.select_related("event__actor", "event__posting__office").order_by("-event")
    context = {
        "draw": draw, "rules": json.loads(draw.rules), "strata": strata(draw.pool),
        "total": rows.count(),
        "left_out": spot_draw.read(draw.pool)["X"], "page": page,
        "directed": reader.told(rows.filter(order=0).order_by("pk")),
        "replaced_by": Draw.objects.filter(replaces=draw).values_list("pk", flat=True).first(),
        "history": happenings(history) if reader.inside else (), "inside": reader.inside, **reader.verbs(),
    }  # fmt: skip
    return render(request, "titles/spot_check.html", context)


class _Reader:
    """What one reader sees of one draw: names of inspectors inside the office that runs it, elsewhere their codes."""

    def __init__(self, user, draw):
        self.user, self.draw = user, draw
        posting = user.acting
        self.inside = bool(posting and posting.sees_below and posting.region == draw.region)

    def verbs(self) -> dict[str, bool]:
        """Which buttons stand on the page."""
        draw, run = self.draw, not checks.why_not_run(self.user, self.draw.region)
        frozen = draw.state == Draw.State.FROZEN
        return {
            "may_seed": run and frozen and not draw.public_seed,
            "may_draw": run and frozen and bool(draw.public_seed) and draw.entered_by_id != self.user.pk,
            "waits_for_second": frozen and bool(draw.public_seed),
            "may_void": run and draw.state != Draw.State.VOID,
            "may_redraw": draw.state == Draw.State.VOID and not checks.why_not_replace(self.user, draw),
            "runs": run,
        }

    def told(self, targets) -> list[DrawTarget]:
        """The targets as this reader sees them: people, who stepped back, the finding where it may be read."""
        posting = self.user.acting
        found = []
        for target in targets:
            people = list(target.inspectors.all())
            target.people = [self._person(one) for one in people if one.recused_at is None]
            target.gone = [(self._person(one), one.recused_reason) for one in people if one.recused_at]
            own = any(one.user_id == self.user.pk and one.recused_at is None for one in people)
            below = bool(posting and posting.region and posting.region.contains(target.recognition.position))
            target.open = below or own or self.inside
            target.may_find = own and target.passed is None and self.draw.state == Draw.State.DRAWN
            target.may_end = (
                target.passed is False and target.recognition.ended_on is None
                and not at_desk(self.user, target.recognition.issuer, target.recognition.position, Role.HANDLER, Role.APPROVER)
            )  # fmt: skip
            found.append(target)
        return found

    def _person(self, inspector):
        shown = self.inside or inspector.user_id == self.user.pk
        name = (
            f"{inspector.user.name}（{code_of(inspector.user_id)}）" if shown else code_of(inspector.user_id)
        )
        open_ = self.draw.state == Draw.State.DRAWN and inspector.recused_at is None
        runs = open_ and not checks.why_not_run(self.user, self.draw.region)
        return {
            "name": name,
            "pk": inspector.pk,
            "may_recuse": runs or (open_ and inspector.user_id == self.user.pk),
        }


def _line(target):
    title = target.recognition
    return (
        target.order or "", _way(target), title.community.name, title.community.place, title.tier_name, title.number,
        "、".join(person["name"] for person in target.people),
        "；".join(f"{person['name']}：{reason}" for person, reason in target.gone),
        target.visited_on, target.passed if target.open else None, target.finding if target.open else "",
    )  # fmt: skip

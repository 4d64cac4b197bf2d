"""The panel as the desk runs it: members, the draw, who has finished, the totals."""

import json

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import posted
from accounts.limits import client_ip
from accounts.listed import exported, wanted, workbook
from accounts.models import Department
from accreditation import list_columns, panel_book, panel_draw, panel_pool, panel_scores, panel_table, panels
from accreditation.forms import panels as forms
from accreditation.models import Application, Panel, PanelScore, Round, RoundEvent, State
from accreditation.permissions import may_read_panel, may_run_panel
from accreditation.refusals import NotYours
from accreditation.views.moving import METHODS, carry_out
from regions import clock
from regions.models import Region

NOT_YOURS = "考核评估组由本级单位的岗位查看和办理。"


def _panel(request, pk):
    """The panel with its round and programme, for whoever may read it; 404 for everyone else."""
    joined = Panel.objects.visible_to(request.user).select_related(
        "round__version__programme", "round__rubric", "region", "drawn_by"
    )
    return get_object_or_404(joined, pk=pk)


def _run(request, pk):
    """The panel, for whoever runs it."""
    found = _panel(request, pk)
    if not may_run_panel(request.user, found.region):
        raise NotYours(panels.ORGANISED)
    return found


@exported
@require_safe
def list_panels(request):
    """The panels of my desk: those there are, and rounds that still want one."""
    posting = request.user.acting
    if posting is None or posting.office_id is None or not may_read_panel(request.user, posting.region):
        raise NotYours(NOT_YOURS)
    region = posting.region
    found = list(Panel.objects.visible_to(request.user).select_related("round", "region").order_by("-pk"))
    formed = {(panel.round_id, panel.region_id) for panel in found}
    rounds = Round.objects.over(region.position).exclude(status=Round.Status.PREPARING)
    wanting = [
        one
        for one in rounds.select_related("version__programme", "region")
        if panels.has_panel(one, region) and (one.pk, region.pk) not in formed
    ]
    if wanted(request):
        return workbook(request, list_columns.panels(found, wanting, region))
    context = {
        "panels": found,
        "wanting": wanting,
        "count": len(found) + len(wanting),
        "runs": may_run_panel(request.user, region),
    }
    return render(request, "accreditation/panels.html", context)


@require_http_methods(METHODS)
def form_panel(request, round_pk):
    """Set up the panel of my desk in a round."""
    posting = request.user.acting
    region = posting.region if posting else None
    if region is None or not may_read_panel(request.user, region):
        raise NotYours(NOT_YOURS)
    rounds = Round.objects.over(region.position).exclude(status=Round.Status.PREPARING)
    found = get_object_or_404(rounds.select_related("version__programme", "region"), pk=round_pk)
    if not panels.has_panel(found, region):
        raise Http404
    if not may_run_panel(request.user, region):
        raise NotYours(panels.ORGANISED)
    if made := Panel.objects.filter(round=found, region=region).first():
        return redirect("accreditation:panel", pk=made.pk)
    form, made = forms.Nothing(posted(request)), []

    def act(**_):
        made.append(panels.form(found, region, by=request.user, at=clock.now()))

    status = 200
    if request.method == "POST":
        status = carry_out(form, act) if form.is_valid() else 400
        if status == 200:
            messages.success(request, "考核评估组已经组建，请聘任考核人员。")
            return redirect("accreditation:appoint", pk=made[0].pk)
    section = panels.section(found)
    context = {
        "round": found,
        "section": section,
        "sources": _sources(section),
        "drop": found.chosen.get("drop_extremes"),
    }
    return render(request, "accreditation/form_panel.html", context | {"form": form}, status=status)


def _sources(section):
    return "、".join(Department(source).label for source in section["sources"])


@require_safe
def panel(request, pk):
    """Members, communities, progress; scores and results once they stand; the record of the draw."""
    found = _panel(request, pk)
    shown = panel_table.board(found)
    phases = {"forming": 0, "drawn": 2, "closed": 3}[found.status]
    steps = ("聘任人员", "抽签分组", "各人评分", "汇总")
    context = {
        "panel": found,
        "board": shown,
        "section": panels.section(found.round),
        "rule": panel_scores.rule_of(found),
        "runs": may_run_panel(request.user, found.region) and found.round.status == Round.Status.OPEN,
        "phases": [
            {
                "label": label,
                "kind": "done" if n < phases or phases == 3 else "now" if n == phases else "later",
            }
            for n, label in enumerate(steps)
        ],
        "level": State(found.state).label,
        "records": _records(found),
    }
    return render(request, "accreditation/panel.html", context)


def _records(found):
    """The draw and every later assignment as they were recorded: (event, its data)."""
    if not found.seed:
        return []
    links = RoundEvent.objects.filter(
        round=found.round_id,
        event__action__in=("draw_panel", "assign_new"),
        event__posting__office__region=found.region_id,
    )
    links = links.select_related("event__actor").order_by("event_id")
    return [(link.event, _record(json.loads(link.event.body)["data"])) for link in links]


def _record(told):
    """A recorded draw with its sources in words and one row an application: number, who was barred, who assesses."""
    members = [(code, Department(source).label, group) for code, source, group in told["members"]]
    rows = [(number, told["barred"].get(number, []), codes) for number, codes in told["assigned"].items()]
    return {**told, "members": members, "rows": rows}


# Members


@require_http_methods(METHODS)
def appoint(request, pk):
    """Tick the people to appoint; all of them or none."""
    found = _run(request, pk)
    people = panel_table.candidates(found, clock.today())
    counties = Region.objects.filter(parent=found.region).standing().order_by("position")
    form = forms.Appoint(posted(request), candidates=people, counties=counties)
    status = 200

    @transaction.atomic
    def act(**_):
        for user, organisation, source, county in form.chosen(found.region):
            panels.appoint(found, user, organisation, source, county, by=request.user, at=clock.now())

    if request.method == "POST":
        status = carry_out(form, act) if form.is_valid() else 400
        if status == 200:
            messages.success(request, f"已聘任 {len(form.cleaned_data['picked'])} 名考核人员。")
            return redirect("accreditation:panel", pk=pk)
    groups = {}
    for posting in people:
        groups.setdefault(posting.office.get_department_display(), []).append(posting)
    context = {
        "panel": found,
        "form": form,
        "groups": list(groups.items()),
        "ticked": set(form.data.getlist("picked")) if form.is_bound else set(),
        "sources": _sources(panels.section(found.round)),
    }
    return render(request, "accreditation/appoint.html", context, status=status)


@require_http_methods(METHODS)
def dismiss(request, pk, member):
    """Take a member out, with the reason; their open tasks go to others."""
    found = _run(request, pk)
    held = get_object_or_404(found.assessors.select_related("user"), pk=member)
    form = forms.Reason(posted(request))

    def act(reason):
        panels.dismiss(held, by=request.user, at=clock.now(), reason=reason)

    effects = [
        f"{held.user.name}不再是考核人员，看不到考核任务和材料。",
        "尚未汇总的社区改由他人考核：同组优先，按抽签的次序。已经给出的评分留存，不计入平均分。",
        "没有人可以接替的，请再聘任人员后补派。",
    ]
    words_ = {"title": f"解聘{held.user.name}", "action": "解聘", "effects": effects, "danger": True}
    return _confirmed(request, found, form, act, words_, f"已解聘{held.user.name}。")


def _confirmed(request, found, form, act, context, done):
    """A page that says what will happen, and does it on a press."""
    status = 200
    if request.method == "POST":
        status = carry_out(form, act) if form.is_valid() else 400
        if status == 200:
            messages.success(request, done)
            return redirect("accreditation:panel", pk=found.pk)
    back = reverse("accreditation:panel", args=[found.pk])
    context = {"panel": found, "form": form, "cancel_url": back, **context}
    return render(request, "accreditation/panel_confirm.html", context, status=status)


# The draw


@require_http_methods(METHODS)
def draw(request, pk):
    """What is drawn from, who stays out of what, and what stands in the way; then the draw itself."""
    found = _run(request, pk)
    if found.status != Panel.Status.FORMING:
        messages.warning(request, "考核评估组已经抽签分组。")
        return redirect("accreditation:panel", pk=pk)
    shown = panel_table.board(found)
    asked = request.POST if request.method == "POST" else request.GET or {"groups": _fitting(found, shown)}
    form = forms.Draw(asked)
    valid = form.is_valid()
    status = 200 if valid or request.method != "POST" else 400
    if request.method == "POST" and valid:
        status = carry_out(
            form,
            lambda groups, seen: panels.draw(
                found, groups, by=request.user, at=clock.now(), seen=seen or "-"
            ),
        )
        if status == 200:
            messages.success(request, "抽签完成，考核人员已经可以评分。")
            return redirect("accreditation:panel", pk=pk)
    groups = form.cleaned_data.get("groups", 0)
    members = panel_pool.members([row.assessor for row in shown.members])
    cases = [
        panel_draw.Case(r.application.pk, r.application.number, {a.pk: s for a, s in r.barred})
        for r in shown.open
    ]
    applications = {row.application.pk: row.application for row in shown.open}
    context = {
        "panel": found,
        "board": shown,
        "form": form,
        "groups": groups,
        "pool": panel_draw.pool(members, cases, groups),
        "findings": panel_pool.against_draw(found, groups, members, cases, applications) if groups else [],
        "counties": _by_county(shown.open),
        "level": State(found.state).label,
    }
    return render(request, "accreditation/draw_panel.html", context, status=status)


def _fitting(found, shown):
    """A number of groups to begin with: three to a group, where there are enough."""
    return max(1, len(shown.members) // max(3, found.least))


def _by_county(rows):
    """(county, how many communities, how many members may assess the one with the fewest)."""
    counties = {}
    for row in rows:
        counties.setdefault(row.county, []).append(row)
    return list(counties.items())


@require_http_methods(METHODS)
def assign_new(request, pk):
    """Assessors for what came later, and for what lost some."""
    found = _run(request, pk)
    form = forms.Nothing(posted(request))
    short = panel_table.board(found).short if found.seed else []
    names = [
        f"{row.county}{row.application.community.name}（{row.application.number}）：缺 {row.lacks} 名"
        for row in short
    ]
    given = []

    def act(**_):
        given.append(panels.assign_new(found, by=request.user, at=clock.now()))

    words_ = {
        "title": "补派考核人员",
        "action": "补派",
        "lead": f"有 {len(short)} 个社区的考核人员不足。" if short else "目前没有需要补派的社区。",
        "listed": names,
        "effects": ["按原来的抽签种子和规则分派，已经分派和汇总的不变。", "补派记入抽签记录。"],
    }
    return _confirmed(request, found, form, act, words_, f"已为 {len(short)} 个社区补派考核人员。")


@require_http_methods(METHODS)
def recuse(request, pk, score):
    """Take one task from a member, with the reason."""
    found = _run(request, pk)
    rows = PanelScore.objects.standing().filter(assessor__panel=found)
    held = get_object_or_404(rows.select_related("assessor__user", "application__community"), pk=score)
    form = forms.Reason(posted(request))

    def act(reason):
        panels.recuse(held, by=request.user, at=clock.now(), reason=reason)

    name, community = held.assessor.user.name, held.application.community.name
    words_ = {
        "title": f"{name}回避{community}",
        "action": "确认回避",
        "effects": [
            f"{name}不再考核{community}，已经给出的评分留存，不计入平均分。",
            "由可以考核的其他人员接替：同组优先，按抽签的次序。",
        ],
    }
    return _confirmed(request, found, form, act, words_, f"{name}已回避{community}。")


# The totals


@require_http_methods(METHODS)
def close(request, pk):
    """What is missing; or the totals, worked out at a press."""
    found = _run(request, pk)
    form = forms.Nothing(posted(request))
    totals = []

    def act(**_):
        totals.extend(panel_scores.close(found, by=request.user, at=clock.now()))

    missing = (
        panel_pool.against_closing(found) if found.status == Panel.Status.DRAWN else ["目前不在评分中。"]
    )
    section = panels.section(found.round)
    words_ = {
        "title": "汇总考核评分",
        "action": "汇总",
        "findings": missing if request.method != "POST" else [],
        "effects": [
            f"每个社区取各人评分的平均数，保留 {section['decimals']} 位小数，四舍五入。",
            f"{'满 ' + str(section['drop_extremes_from']) + ' 人的去掉一个最高分和一个最低分。' if found.drop_extremes else '不去掉最高分和最低分。'}",
            "汇总后评分不能再改，各人评分、最高与最低之差和偏离较大的评分向本级岗位显示。",
            *_still_below(found),
        ],
    }
    return _confirmed(request, found, form, act, words_, "考核评分已经汇总。")


def _still_below(found):
    """A word on applications that may still come to the desk."""
    region = found.region
    below = Application.objects.filter(
        round=found.round_id, position__range=(region.position, region.last), filed_at__isnull=False
    ).filter(state__in=[s.state for s in found.round.route.steps if s.level != region.level] + ["returned"])
    count = below.exclude(reached__gte=found.round.route.step(found.state).rank + 1).count()
    return [f"还有 {count} 件申报在下级或者正在补正，以后到达的可以补派后再次汇总。"] if count else []


@require_safe
def export(request, pk):
    """The panel as a workbook; writing it is an event."""
    found = _panel(request, pk)
    at = clock.now()
    file = panel_book.book(found, by=request.user, at=at, ip=client_ip(request))
    response = FileResponse(
        file, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    name = f"{found.region.name}考核评分{clock.day_of(at):%Y%m%d}.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store"
    return response

"""The pages of yearly rechecks: rounds, the register, one line of it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import posted
from accounts.listed import Listed, exported, streamed, wanted, words_of, workbook
from accounts.models import Role
from accreditation import rechecks
from accreditation.elsewhere import lines_waiting
from accreditation.forms import titles as forms
from accreditation.models import ProgrammeVersion, RecheckEntry, RecheckRound
from accreditation.refusals import NotYours
from accreditation.title_permissions import at_desk
from accreditation.views.happenings import happenings
from accreditation.views.verb_page import verb_page
from regions import clock
from regions.models import Community

METHODS = ["GET", "HEAD", "POST"]
PAGE = 50
State = RecheckEntry.State
ROUND_COLUMNS = [
    ("名称", 40),
    ("年度", 8),
    ("组织单位", 30),
    ("通知文号", 26),
    ("报送期限", 12),
    ("状态", 10),
    ("社区数", 8),
]
COLUMNS = [
    ("社区", 18), ("所在地", 36), ("称号", 24), ("认定年度", 10), ("证书编号", 24), ("状态", 18), ("所在环节", 10), ("是否合格", 10),
    ("情况说明", 50), ("实地查看日期", 14), ("经办人", 12),
]  # fmt: skip
LEVEL = {"county": "县级", "city": "市级", "province": "省级", "nation": "国家"}


def visible_rounds(user):
    """Recheck rounds whose region holds the reader's, or lies below it; not for communities."""
    posting = user.acting
    rows = RecheckRound.objects.select_related("version__programme", "region", "office")
    if posting is None or posting.community_id or not posting.sees_below:
        return rows.none()
    region = posting.region
    return rows.filter(region__position__lte=region.last, region__last__gte=region.position)


@exported
@require_safe
def recheck_rounds(request):
    """All rounds, and the programmes by which this person may open one."""
    rows = visible_rounds(request.user).order_by("-year", "-pk")
    if wanted(request):
        lines = (
            (
                r.name,
                r.year,
                r.office.name,
                r.document_number,
                r.due_on,
                r.get_status_display(),
                r.entries.count(),
            )
            for r in rows
        )
        return workbook(request, Listed("年度复查", ROUND_COLUMNS, rows.count(), lines))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    posting = request.user.acting
    if posting is None or not posting.sees_below:
        raise NotYours("年度复查由各级人社部门和审计岗位查看。")
    return render(request, "titles/recheck_rounds.html", {"page": page, "openable": _openable(request.user)})


def _openable(user):
    if user.acting.role != Role.APPROVER:
        return []
    rows = ProgrammeVersion.objects.select_related("programme").order_by("programme__key", "-loaded_at")
    latest = {}
    for version in rows:
        latest.setdefault(version.programme_id, version)
    return [version for version in latest.values() if not rechecks.why_not_open(user, version)]


@require_http_methods(METHODS)
def open_recheck(request, key):
    """Open a year's recheck by one programme."""
    rows = ProgrammeVersion.objects.select_related("programme").filter(programme__key=key)
    version = rows.order_by("-loaded_at").first()
    if version is None or request.user.acting is None or request.user.acting.community_id:
        raise Http404
    why_not = rechecks.why_not_open(request.user, version)
    year = clock.today().year
    initial = {"year": year, "name": f"{year}年度{version.programme.title}复查"[:120]}
    return verb_page(
        request, forms.OpenRecheck(request.POST or None, initial=initial),
        lambda form: rechecks.open_round(version, by=request.user, at=clock.now(), **form.cleaned_data),
        why_not=why_not, crumbs=(("年度复查", reverse("accreditation:recheck_rounds")),), title="开启年度复查", action="开启复查",
        facts=(("办法", version.programme.title), ("复查规定", _rule(version))),
        to=lambda made: reverse("accreditation:recheck_round", args=[made.pk]),
        done=lambda made: f"已开启“{made.name}”，列入 {made.entries.count()} 个称号。",
        effects=("复查范围内、认定年度早于复查年度且有效的称号全部列入登记表；该年度已有复查结果或已批准缺年的不再列入。", "下级单位随即可以填报。"),
    )  # fmt: skip


def _rule(version):
    section = rechecks.section(version) or {}
    return section.get("article", "") or "—"


@exported
@require_safe
def recheck_round(request, pk):
    """The register of one round, as far as the reader's region goes."""
    round_ = get_object_or_404(visible_rounds(request.user), pk=pk)
    region = request.user.acting.region
    form = forms.RegisterQuery(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = (
        round_.entries.within(region)
        .select_related("recognition__community", "handled_by")
        .order_by("position", "pk")
    )
    rows = _asked(rows, asked, request.user)
    if wanted(request):
        return workbook(
            request, Listed("复查登记", COLUMNS, rows.count(), streamed(rows, _line), words_of(form))
        )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    counts = rechecks.counts(round_, region)
    return render(
        request,
        "titles/recheck_round.html",
        {
            "round": round_, "page": page, "form": form, "levels": LEVEL,
            "counts": [(State(state).label, number, state) for state, number in counts.items() if number],
            "may_confirm": request.user.acting.role == Role.APPROVER and request.user.acting.has_desk,
            "own_level": request.user.acting.level,
            "may_close": round_.status == "open" and not at_desk(request.user, round_.region.level, round_.region.position, Role.APPROVER),
        },
    )  # fmt: skip


def _asked(rows, asked, user):
    if words := asked.get("q", "").strip():
        rows = rows.filter(recognition__community__in=Community.objects.search(words).values("pk"))
    if asked.get("state"):
        rows = rows.filter(state=asked["state"])
    if asked.get("mine"):
        rows = rows.filter(pk__in=lines_waiting(user).values("pk"))
    return rows


def _line(entry):
    title = entry.recognition
    return (
        title.community.name, title.community.place, title.tier_name, title.year, title.number, entry.get_state_display(),
        LEVEL.get(entry.level, "") if entry.state in RecheckEntry.WAITING else "",
        entry.passed, entry.reason, entry.visited_on, entry.handled_by.name if entry.handled_by else "",
    )  # fmt: skip


@require_POST
def confirm_rechecks(request, pk):
    """Confirm the ticked lines of a page, each as it was shown."""
    round_ = get_object_or_404(visible_rounds(request.user), pk=pk)
    seen = {}
    for told in request.POST.getlist("pick")[:PAGE]:
        key, _, moves = told.partition(":")
        if key.isascii() and key.isdigit() and moves.isascii() and moves.isdigit() and len(told) < 40:
            seen[int(key)] = int(moves)
    entries = list(round_.entries.visible_to(request.user).filter(pk__in=seen))
    to = redirect("accreditation:recheck_round", pk=round_.pk)
    if not entries:
        messages.warning(request, "请先勾选要确认的社区。")
        return to
    try:
        done = rechecks.confirm_all(entries, by=request.user, at=clock.now(), seen=seen)
    except ValidationError as refusal:
        for sentence in refusal.messages:
            messages.error(request, sentence)
        return to
    messages.success(request, f"已确认 {len(done)} 个社区的复查结果。")
    return to


@require_http_methods(METHODS)
def close_recheck(request, pk):
    """End a year's recheck."""
    round_ = get_object_or_404(visible_rounds(request.user), pk=pk)
    return verb_page(
        request, forms.forms.Form(request.POST if request.method == "POST" else None),
        lambda form: rechecks.close_round(round_, by=request.user, at=clock.now()),
        why_not=at_desk(request.user, round_.region.level, round_.region.position, Role.APPROVER),
        crumbs=_crumbs(round_), title="结束年度复查", action="结束复查", facts=(("名称", round_.name),),
        to=reverse("accreditation:recheck_round", args=[pk]), done="复查已结束。",
        effects=("所有社区都有结果后才能结束。", "结束后登记表不再改动。"),
    )  # fmt: skip


def _crumbs(round_, entry=None):
    rows = [
        ("年度复查", reverse("accreditation:recheck_rounds")),
        (round_.name, reverse("accreditation:recheck_round", args=[round_.pk])),
    ]
    if entry:
        rows.append(
            (entry.recognition.community.name, reverse("accreditation:recheck_entry", args=[entry.pk]))
        )
    return rows


# One line


def _entry(request, pk):
    rows = RecheckEntry.objects.visible_to(request.user).select_related(
        "round__version__programme", "round__region", "recognition__community", "handled_by"
    )
    return get_object_or_404(rows, pk=pk)


@require_safe
def recheck_entry(request, pk):
    """One title in one year's recheck: what was found, and what this reader may do. Its community reads it too."""
    entry = _entry(request, pk)
    user = request.user
    history = entry.events.select_related("event__actor", "event__posting__office").order_by("-event")
    inside = not user.acting.community_id
    context = {
        "entry": entry, "figures": rechecks.figures(entry), "level": LEVEL.get(entry.level, ""), "inside": inside,
        "history": happenings(history) if inside else (),
        "may_check": not rechecks.why_not_check(user, entry),
        "may_confirm": not rechecks.why_not_confirm(user, entry),
        "may_decide": not rechecks.why_not_decide(user, entry),
        "earlier": entry.recognition.rechecks.order_by("-year"),
    }  # fmt: skip
    return render(request, "titles/recheck_entry.html", context)


def _entry_page(request, entry, form, act, **kwargs):
    title = entry.recognition
    facts = (
        ("社区", title.community.full_name),
        ("称号", f"{title.tier_name}（{title.year} 年认定，{title.number}）"),
        *kwargs.pop("facts", ()),
    )
    to = reverse("accreditation:recheck_entry", args=[entry.pk])
    return verb_page(request, form, act, crumbs=_crumbs(entry.round, entry), facts=facts, to=to, **kwargs)


@require_http_methods(METHODS)
def check_entry(request, pk):
    """The handler fills in the line."""
    entry = _entry(request, pk)
    version = entry.round.version
    form = forms.Check(
        posted(request), figures=rechecks.figures_of(version), before=rechecks.known_before(entry), visit=rechecks.section(version).get("visit", False),
        initial={"seen": entry.moves, "reason": entry.reason, "visited_on": entry.visited_on, "passed": _answer(entry), **_known(entry)},
    )  # fmt: skip
    return _entry_page(
        request, entry, form, lambda form: rechecks.check(entry, by=request.user, at=clock.now(), **form.told()),
        why_not=rechecks.why_not_check(request.user, entry), title=f"复查登记：{entry.recognition.community.name}",
        action="提交复查结果", done="复查结果已提交，由本单位另一名审核人员确认。",
        facts=(("退回意见", entry.remark),) if entry.remark else (),
    )  # fmt: skip


def _answer(entry):
    return {True: "yes", False: "no"}.get(entry.passed)


def _known(entry):
    """What was filled in before, so that nothing is typed twice."""
    return {key: value for key, value in rechecks.told(entry).items() if value is not None}


@require_http_methods(METHODS)
def confirm_entry(request, pk):
    """The approver confirms the line."""
    entry = _entry(request, pk)
    return _entry_page(
        request, entry, forms.Seen(posted(request), initial={"seen": entry.moves}),
        lambda form: rechecks.confirm(entry, by=request.user, at=clock.now(), **form.cleaned_data),
        why_not=rechecks.why_not_confirm(request.user, entry), title=f"确认复查结果：{entry.recognition.community.name}",
        action="确认", done="已确认。", facts=(("结论", "合格" if entry.passed else "不合格"), ("情况说明", entry.reason)),
        effects=("转到上一级确认；最后一级确认后，合格的记入年度复查，不合格的报有权单位批准。",),
    )  # fmt: skip


@require_http_methods(METHODS)
def return_entry(request, pk):
    """The approver sends the line back."""
    entry = _entry(request, pk)
    return _entry_page(
        request, entry, forms.SendBack(posted(request), initial={"seen": entry.moves}),
        lambda form: rechecks.send_back(entry, by=request.user, at=clock.now(), **form.cleaned_data),
        why_not=rechecks.why_not_confirm(request.user, entry), title=f"退回复查登记：{entry.recognition.community.name}",
        action="退回", done="已退回，由最初一级重新填报。",
    )  # fmt: skip


@require_http_methods(METHODS)
def decide_entry(request, pk):
    """The level above decides about a failed title."""
    entry = _entry(request, pk)

    def act(form):
        told = {**form.cleaned_data, "end": form.cleaned_data["end"] == "yes"}
        return rechecks.decide(entry, by=request.user, at=clock.now(), **told)

    return _entry_page(
        request, entry, forms.DecideFailed(posted(request), initial={"seen": entry.moves, "on": clock.today()}), act,
        why_not=rechecks.why_not_decide(request.user, entry), title=f"复查不合格：{entry.recognition.community.name}",
        action="作出决定", done="决定已记录。", facts=(("情况说明", entry.reason),), danger=True,
        effects=("批准的，称号自文件日期起终止，公开名录随即更新。", "不批准的，称号保留，该年度不计为合格。"),
    )  # fmt: skip

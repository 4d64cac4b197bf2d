"""The pages of communities' changes: the list, a report, what was found, what was decided."""

import json

from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import posted
from accounts.listed import Listed, exported, streamed, wanted, words_of, workbook
from accounts.models import Role
from accreditation import community_changes as changes
from accreditation.elsewhere import reports_waiting
from accreditation.forms import changes as forms
from accreditation.models import ChangeReport
from accreditation.views.verb_page import verb_page
from regions import clock
from regions.models import Community, Region

METHODS = ["GET", "HEAD", "POST"]
PAGE = 50
LEVEL = {"county": "县级", "city": "市级", "province": "省级"}
COLUMNS = [
    ("社区", 18), ("所在地", 36), ("变更", 8), ("变更日期", 12), ("批复文号", 24), ("报告时间", 17), ("报告期限", 12), ("逾期", 6),
    ("状态", 14), ("核实意见", 40), ("决定", 40), ("决定文号", 24),
]  # fmt: skip


def visible_reports(user):
    """A community's own; for desks and auditors those of their region."""
    rows = ChangeReport.objects.select_related("community", "reported_by")
    posting = user.acting
    if posting is None:
        return rows.none()
    if posting.community_id:
        return rows.filter(community=posting.community_id)
    if not posting.sees_below:
        return rows.none()
    return rows.filter(position__range=(posting.region.position, posting.region.last))


@exported
@require_safe
def changes_list(request):
    """All reports this reader may see."""
    form = forms.ChangeQuery(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = visible_reports(request.user).order_by("-pk")
    if words := asked.get("q", "").strip():
        rows = rows.filter(community__in=Community.objects.search(words).values("pk"))
    for name in ("kind", "state"):
        if asked.get(name):
            rows = rows.filter(**{name: asked[name]})
    if asked.get("late"):
        rows = rows.filter(late=True)
    if asked.get("mine"):
        rows = rows.filter(pk__in=reports_waiting(request.user).values("pk"))
    if wanted(request):
        return workbook(
            request, Listed("社区变更", COLUMNS, rows.count(), streamed(rows, _line), words_of(form))
        )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    posting = request.user.acting
    may_report = posting is not None and (
        posting.role == Role.FILER
        or (posting.has_desk and posting.level == "street" and posting.role != Role.PUBLISHER)
    )
    return render(
        request,
        "titles/changes.html",
        {"page": page, "form": form, "may_report": may_report, "levels": LEVEL},
    )


def _line(report):
    return (
        report.community.name, report.community.place, report.get_kind_display(), report.happened_on, report.document_number,
        report.reported_at, report.due_on, report.late, report.get_state_display(), report.finding, report.decision,
        report.decision_document,
    )  # fmt: skip


@require_http_methods(METHODS)
def report_change(request):
    """Report a change: the filer of the own community, a street of one of its own (?community=)."""
    community = _reported(request)
    if community is None:
        rows = Community.objects.standing().within(request.user.acting.region).order_by("name")
        return render(request, "titles/choose_community.html", {"communities": rows[:500]})
    why_not = changes.why_not_report(request.user, community)
    return verb_page(
        request, forms.Report(request.POST or None, community=community),
        lambda form: changes.report(community, by=request.user, at=clock.now(), **form.told()),
        why_not=why_not, crumbs=(("社区变更", reverse("accreditation:changes")),), title=f"报告变更：{community.name}",
        action="提交报告", to=lambda made: reverse("accreditation:change", args=[made.pk]),
        done=lambda made: "报告已提交，由县级人社部门核实。" + ("本报告超过了规定的期限，已注明逾期。" if made.late else ""),
        effects=("县级核实后，由认定称号的单位决定。", "撤销的，称号终止；合并、拆分的，复核后保留或终止；更名的，经同意保留称号。", "逾期的照样受理，注明逾期。"),
    )  # fmt: skip


def _reported(request):
    posting = request.user.acting
    if posting is None:
        raise Http404
    if posting.role == Role.FILER:
        return posting.community
    if not posting.has_desk or posting.level != "street":
        raise Http404
    asked = request.GET.get("community", "")
    if not asked:
        return None
    if not (asked.isascii() and asked.isdigit() and len(asked) < 19):
        raise Http404
    return get_object_or_404(Community.objects.within(posting.region), pk=int(asked))


@require_safe
def change(request, pk):
    """One report: what was reported, found, decided, and what this reader may do."""
    report = get_object_or_404(
        visible_reports(request.user).select_related("checked_by", "decided_by"), pk=pk
    )
    context = {
        "report": report, "facts": told(report), "level": LEVEL.get(report.level, ""),
        "may_check": not changes.why_not_check(request.user, report),
        "may_decide": not changes.why_not_decide(request.user, report),
        "titles": changes.titles_of(report) if report.state in changes.OPEN else (),
    }  # fmt: skip
    return render(request, "titles/change.html", context)


def told(report) -> list[tuple[str, str]]:
    """The details of a report in words."""
    details = json.loads(report.details)
    rows = []
    if details.get("name"):
        rows.append(("新的名称", details["name"]))
    if details.get("street"):
        rows.append(("划入", Region.objects.get(pk=details["street"]).full_name))
    if details.get("into"):
        rows.append(("并入", Community.objects.get(pk=details["into"]).full_name))
    if details.get("others"):
        others = Community.objects.filter(pk__in=details["others"]).order_by("pk")
        rows.append(("一同合并", "、".join(one.name for one in others)))
    if details.get("parts"):
        rows.append(("拆分为", "、".join(details["parts"])))
    return rows


def _page(request, report, form, act, **kwargs):
    facts = (
        ("社区", report.community.full_name), ("变更", f"{report.get_kind_display()}（{report.happened_on:%Y-%m-%d}）"),
        *told(report), ("说明", report.explanation), *kwargs.pop("facts", ()),
    )  # fmt: skip
    to = reverse("accreditation:change", args=[report.pk])
    crumbs = (("社区变更", reverse("accreditation:changes")), (report.community.name, to))
    return verb_page(request, form, act, crumbs=crumbs, facts=facts, to=to, **kwargs)


@require_http_methods(METHODS)
def check_change(request, pk):
    """The county says what it found."""
    report = get_object_or_404(visible_reports(request.user), pk=pk)
    return _page(
        request, report, forms.Check(posted(request), initial={"seen": report.moves}),
        lambda form: changes.check(report, by=request.user, at=clock.now(), **form.cleaned_data),
        why_not=changes.why_not_check(request.user, report), title=f"核实变更：{report.community.name}", action="提交核实情况",
        done="核实情况已提交，由有权单位决定。",
    )  # fmt: skip


@require_http_methods(METHODS)
def decide_change(request, pk):
    """Whoever granted the highest title decides."""
    report = get_object_or_404(visible_reports(request.user), pk=pk)
    titles = changes.titles_of(report)
    form = forms.Decide(
        posted(request), titles=titles, kind=report.kind, parts=json.loads(report.details).get("parts", ()),
        initial={"seen": report.moves},
    )  # fmt: skip
    return _page(
        request, report, form, lambda form: changes.decide(report, by=request.user, at=clock.now(), **form.told()),
        why_not=changes.why_not_decide(request.user, report), title=f"决定变更：{report.community.name}", action="作出决定",
        facts=(("核实情况", report.finding),), danger=True, done="决定已生效，登记信息和称号随之更新。",
        effects=("登记的社区名称、所属和存续自变更日期起更新，原名称仍可查到。", "保留的称号照常有效；由继任社区承接的换发新编号，旧编号可查到去向。", "终止的称号自变更日期起终止。"),
    )  # fmt: skip


@require_http_methods(METHODS)
def refuse_change(request, pk):
    """The report is not taken as true."""
    report = get_object_or_404(visible_reports(request.user), pk=pk)
    return _page(
        request, report, forms.Refuse(posted(request), initial={"seen": report.moves}),
        lambda form: changes.refuse(report, by=request.user, at=clock.now(), **form.cleaned_data),
        why_not=changes.why_not_decide(request.user, report), title=f"不同意变更：{report.community.name}", action="不同意",
        facts=(("核实情况", report.finding),), done="已记录，登记信息和称号不变。",
    )  # fmt: skip

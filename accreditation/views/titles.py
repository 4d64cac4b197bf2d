"""Titles for offices: who holds what, what became of it, and the verbs that end one or leave a year out."""

from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.listed import Listed, exported, streamed, wanted, words_of, workbook
from accreditation import endings, rechecks
from accreditation.forms import titles as forms
from accreditation.models import Bar, Ending, Recognition
from accreditation.routes import LEVELS
from accreditation.title_permissions import at_desk
from accreditation.views.verb_page import verb_page
from regions import clock
from regions.models import Community

METHODS = ["GET", "HEAD", "POST"]
PAGE = 50
COLUMNS = [
    ("社区", 18), ("所在地", 36), ("称号", 24), ("层级", 8), ("认定单位", 24), ("证书编号", 24), ("认定文号", 24), ("认定日期", 12),
    ("状态", 10), ("终止日期", 12), ("终止原因", 24),
]  # fmt: skip


def visible_titles(user):
    """The titles this person may see, with their communities."""
    return Recognition.objects.visible_to(user).select_related("community")


@exported
@require_safe
def titles(request):
    """All the titles this reader may see, by place."""
    form = forms.TitleQuery(request.GET or None)
    asked = form.cleaned_data if form.is_valid() else {}
    rows = _filtered(visible_titles(request.user), asked).order_by("position", "community", "pk")
    if wanted(request):
        return workbook(request, Listed("称号", COLUMNS, rows.count(), streamed(rows, _line), words_of(form)))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "titles/titles.html", {"page": page, "form": form})


def _line(title):
    return (
        title.community.name, title.community.place, title.tier_name, title.get_money_display(), title.issuer_name,
        title.number, title.document_number, title.granted_on, title.get_status_display(), title.ended_on,
        title.ended_reason,
    )  # fmt: skip


def _filtered(rows, asked):
    if words := asked.get("q", "").strip():
        found = Community.objects.search(words).values("pk")
        rows = rows.filter(community__in=found) | rows.filter(number=words.upper())
    if asked.get("money"):
        rows = rows.filter(money=asked["money"])
    if place := asked.get("region"):
        rows = rows.filter(position__range=(place.position, place.last))
    if asked.get("year"):
        rows = rows.filter(year=asked["year"])
    if asked.get("state") == "held":
        rows = rows.filter(ended_on__isnull=True)
    elif asked.get("state") == "ended":
        rows = rows.filter(ended_on__isnull=False)
    elif asked.get("state") == "proposed":
        rows = rows.filter(
            Exists(Ending.objects.filter(recognition=OuterRef("pk"), state=Ending.State.PROPOSED))
        )
    return rows


@require_safe
def title(request, pk):
    """One title: its papers, rechecks, endings, bars, and what this reader may do."""
    found = get_object_or_404(visible_titles(request.user).select_related("carries", "application"), pk=pk)
    inside = not request.user.acting.community_id
    proposed = (
        found.endings.filter(state=Ending.State.PROPOSED).select_related("proposed_by").first()
        if inside
        else None
    )
    context = {
        "title": found,
        "carried_by": Recognition.objects.filter(carries=found).first(),
        "rechecks": found.rechecks.order_by("-year"),
        "endings": found.endings.exclude(state=Ending.State.PROPOSED).select_related("decided_by") if inside else (),
        "proposed": proposed,
        "bars": Bar.objects.filter(community=found.community).order_by("-starts"),
        "may_propose": not proposed and not endings.why_not_propose(request.user, found),
        "may_decide": bool(proposed) and not endings.why_not_decide(request.user, proposed),
        "may_gap": found.ended_on is None and found.issuer in LEVELS and not at_desk(request.user, found.issuer, found.position, "approver"),
        "may_lift": [bar.pk for bar in Bar.objects.filter(community=found.community, lifted_on=None) if not why_not_lift(request.user, bar)],
    }  # fmt: skip
    return render(request, "titles/title.html", context)


def why_not_lift(user, bar) -> str:
    """The sentence that refuses this person to lift a bar, or ""."""
    return at_desk(user, bar.office.region.level, bar.community.position, "approver")


def _crumbs(found):
    return (("称号", reverse("accreditation:titles")), (found.community.name, _address(found)))


def _address(found):
    return reverse("accreditation:title", args=[found.pk])


def _facts(found):
    return (("社区", found.community.full_name), ("称号", found.tier_name), ("证书编号", found.number))


@require_http_methods(METHODS)
def propose_ending(request, pk):
    """Put a title forward for its end."""
    found = get_object_or_404(visible_titles(request.user), pk=pk)
    return verb_page(
        request, forms.Propose(request.POST or None),
        lambda form: endings.propose(found, by=request.user, at=clock.now(), **form.cleaned_data),
        why_not=endings.why_not_propose(request.user, found), crumbs=_crumbs(found), facts=_facts(found),
        title=f"建议撤销{found.community.name}的称号", action="提出建议", to=_address(found),
        done="已提出撤销建议，由本单位另一名审核人员决定。",
        effects=("由认定单位的另一名审核人员决定，决定前称号继续有效。", "建议和决定都会记入事件。"),
    )  # fmt: skip


def _proposal(request, pk):
    found = get_object_or_404(visible_titles(request.user), pk=pk)
    rows = found.endings.filter(state=Ending.State.PROPOSED).select_related(
        "recognition__community", "proposed_by"
    )
    return found, get_object_or_404(rows)


@require_http_methods(METHODS)
def decide_ending(request, pk):
    """The other person decides: the title ends."""
    found, proposal = _proposal(request, pk)
    return verb_page(
        request, forms.Decide(request.POST or None, initial={"on": clock.today(), "bar": proposal.kind == Ending.Kind.FRAUD}),
        lambda form: endings.decide(proposal, by=request.user, at=clock.now(), **form.cleaned_data),
        why_not=endings.why_not_decide(request.user, proposal), crumbs=_crumbs(found), danger=True,
        facts=(*_facts(found), ("原因", proposal.get_kind_display()), ("事由", proposal.reason), ("提出人", proposal.proposed_by.name)),
        title=f"撤销{found.community.name}的称号", action="撤销称号", to=_address(found),
        done=f"已撤销{found.community.name}的{found.tier_name}称号。",
        effects=("称号自生效日期起终止，公开名录和证书查验随即显示“已撤销”。", "自下一个计提基准日起不再享受补助。", "这一决定不能在系统中撤回。"),
    )  # fmt: skip


@require_http_methods(METHODS)
def refuse_ending(request, pk):
    """The other person does not agree: the title stays."""
    found, proposal = _proposal(request, pk)
    return verb_page(
        request, forms.Refuse(request.POST or None),
        lambda form: endings.refuse(proposal, by=request.user, at=clock.now(), **form.cleaned_data),
        why_not=endings.why_not_decide(request.user, proposal), crumbs=_crumbs(found),
        facts=(*_facts(found), ("原因", proposal.get_kind_display()), ("事由", proposal.reason)),
        title=f"不同意撤销{found.community.name}的称号", action="不同意撤销", to=_address(found), done="已记录不同意的理由，称号继续有效。",
    )  # fmt: skip


@require_http_methods(METHODS)
def authorise_gap(request, pk):
    """A year without a recheck that does not break the run."""
    found = get_object_or_404(visible_titles(request.user), pk=pk)
    return verb_page(
        request, forms.Gap(request.POST or None),
        lambda form: rechecks.authorise_gap(found, by=request.user, at=clock.now(), **form.cleaned_data),
        why_not=at_desk(request.user, found.issuer, found.position, "approver"), crumbs=_crumbs(found), facts=_facts(found),
        title="批准缺年复查", action="批准缺年", to=_address(found), done="已批准，该年度不影响连续合格年数的计算。",
        lead="连续几年复查合格的计算中，缺少的年度会中断连续；经批准的缺年跳过，但不计作合格。",
    )  # fmt: skip


@require_http_methods(METHODS)
def lift_bar(request, pk):
    """A community may apply again before its time."""
    bar = get_object_or_404(Bar.objects.select_related("community", "office__region"), pk=pk)
    title_of_it = visible_titles(request.user).filter(community=bar.community).first()
    if title_of_it is None:
        get_object_or_404(Bar.objects.none(), pk=pk)
    return verb_page(
        request, forms.Lift(request.POST or None),
        lambda form: endings.lift(bar, by=request.user, at=clock.now(), **form.cleaned_data),
        why_not=why_not_lift(request.user, bar), crumbs=_crumbs(title_of_it),
        facts=(("社区", bar.community.full_name), ("事由", bar.reason), ("决定文号", bar.document_number)),
        title=f"解除{bar.community.name}不得申报的限制", action="解除限制", to=_address(title_of_it), done="限制已解除，可以申报。",
    )  # fmt: skip

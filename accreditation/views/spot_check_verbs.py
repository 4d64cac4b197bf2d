"""The verbs of spot checks: fix the pool, enter the seed, draw, take as void, draw anew, step back, say what was found."""

import json

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accounts.forms import posted
from accreditation import spot_checks as checks
from accreditation import spot_draw
from accreditation.forms import spot_checks as forms
from accreditation.models import DrawInspector, DrawTarget
from accreditation.refusals import NotYours
from accreditation.spot_pool import pool_of, strata
from accreditation.views.spot_checks import visible_draws
from accreditation.views.verb_page import place_refusal, verb_page
from regions import clock

METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
def freeze_draw(request):
    """Fix a pool: what is typed is shown with its strata first, and fixed when it is pressed again unchanged."""
    region = request.user.acting.region if request.user.acting else None
    if refusal := checks.why_not_run(request.user, region):
        raise NotYours(refusal)
    today = clock.today()
    initial = {
        "year": today.year,
        "share": 10,
        "least": 1,
        "reserves": 1,
        "each": 2,
        "name": f"{today.year}年度称号随机抽查",
    }
    return _freeze(request, region, initial)


@require_http_methods(METHODS)
def redraw(request, pk):
    """Another person fixes a pool anew for a void draw; what it was is filled in."""
    old = _draw(request, pk)
    if refusal := checks.why_not_replace(request.user, old):
        raise NotYours(refusal)
    rows = spot_draw.read(old.pool)
    initial = {
        **json.loads(old.rules), "name": old.name, "year": old.year, "seed_source": old.seed_source,
        "people": [code.removeprefix("P") for code, _home in rows["I"]],
        "left_out": "\n".join(" ".join(row) for row in rows["X"]),
        "directed": "\n".join(f"{row[0]} {row[-1]}" for row in rows["D"]),
    }  # fmt: skip
    return _freeze(request, old.region, initial, replaces=old)


def _freeze(request, region, initial, replaces=None):
    """The page of the form, with what would be fixed; `shown` is the hash of the pool that the page shows."""
    form = forms.FreezeDraw(posted(request), region=region, day=clock.today(), initial=initial)
    preview, status = None, 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                text, _titles = pool_of(region, day=clock.today(), **form.pool())
                preview = _preview(text)
                if not request.POST.get("shown"):
                    status = 200
                else:
                    made = _fix(request, region, form, replaces)
                    messages.success(request, "抽查对象已固定并公布，公开种子公布后由两人录入。")
                    return redirect("accreditation:spot_check", made.pk)
            except NotYours as refusal:
                form.add_error(None, refusal.sentence)
                status = 403
            except ValidationError as refusal:
                place_refusal(form, refusal)
                status = 409
    context = {"form": form, "preview": preview, "replaces": replaces, "region": region}
    return render(request, "titles/freeze_draw.html", context, status=status)


def _fix(request, region, form, replaces):
    said = form.cleaned_data
    told = {key: said[key] for key in ("name", "year", "seed_source")}
    return checks.freeze(
        region, **told, **form.pool(), replaces=replaces, shown=request.POST["shown"], by=request.user, at=clock.now()
    )  # fmt: skip


def _preview(text):
    rows, told = spot_draw.read(text), strata(text)
    return {
        "hash": spot_draw.pool_hash(text), "strata": told, "titles": sum(count for _, count, _, _ in told),
        "drawn": sum(drawn for _, _, drawn, _ in told), "directed": len(rows["D"]), "left_out": len(rows["X"]),
        "people": len(rows["I"]),
    }  # fmt: skip


def _draw(request, pk):
    return get_object_or_404(visible_draws(request.user), pk=pk)


def _address(draw):
    return reverse("accreditation:spot_check", args=[draw.pk])


def _crumbs(draw):
    return (("随机抽查", reverse("accreditation:spot_checks")), (draw.name, _address(draw)))


def _page(request, draw, form, act, **kwargs):
    return verb_page(
        request, form, act, why_not=checks.why_not_run(request.user, draw.region), crumbs=_crumbs(draw), to=_address(draw),
        **kwargs,
    )  # fmt: skip


@require_http_methods(METHODS)
def seed_draw(request, pk):
    """The first person enters the public seed."""
    draw = _draw(request, pk)
    return _page(
        request, draw, forms.PublicSeed(posted(request), initial={"seen": draw.moves}),
        lambda form: checks.enter_seed(draw, by=request.user, at=clock.now(), **form.cleaned_data),
        title=f"录入公开种子：{draw.name}", action="录入公开种子", done="已录入，由另一名审核人员再次录入后抽取。",
        facts=(("公开种子的来源", draw.seed_source), ("对象清单校验码", draw.pool_hash)),
        effects=("由本单位另一名审核人员照公布的原文再录入一次，两次一致才能抽取。",),
    )  # fmt: skip


@require_http_methods(METHODS)
def draw(request, pk):
    """The second person enters the same text again, and the draw is made."""
    found = _draw(request, pk)
    return _page(
        request, found, forms.PublicSeed(posted(request), initial={"seen": found.moves}),
        lambda form: checks.draw_now(found, by=request.user, at=clock.now(), **form.cleaned_data),
        title=f"随机抽取：{found.name}", action="抽取", done="已抽取，结果随即公布。",
        facts=(("公开种子的来源", found.seed_source), ("第一次录入", found.entered_by.name if found.entered_by else "")),
        effects=("两次录入一致的，当场抽出检查对象和检查人员，并公布随机数和结果。", "抽取的结果不能改动；确有差错的，作废后由另一名审核人员重新抽取。"),
    )  # fmt: skip


@require_http_methods(METHODS)
def void_draw(request, pk):
    """Take a draw as void; it stays readable."""
    found = _draw(request, pk)

    def act(form):
        said = form.cleaned_data
        return checks.void(
            found, reason=said["void_reason"], seen=said["seen"], by=request.user, at=clock.now()
        )

    return _page(
        request, found, forms.VoidDraw(posted(request), initial={"seen": found.moves}), act, danger=True,
        title=f"作废：{found.name}", action="作废", done="已作废，理由已公布。",
        effects=("作废的抽查和理由长期公开，不能恢复。", "由另一名审核人员从这次抽查的页面重新抽取。"),
    )  # fmt: skip


@require_http_methods(METHODS)
def recuse_inspector(request, pk):
    """An inspector steps back, or is taken off by who runs the draw; the next in the order follows."""
    rows = DrawInspector.objects.select_related(
        "target__draw__region", "target__recognition__community", "user"
    )
    found = get_object_or_404(rows.filter(target__draw__in=visible_draws(request.user).values("pk")), pk=pk)
    draw, own = found.target.draw, found.user_id == request.user.pk

    def done(made):
        if made is None:
            return "已登记回避，没有可以接替的检查人员。"
        return f"已登记回避，由编号 {checks.code_of(made.user_id)} 的检查人员接替。"

    return verb_page(
        request, forms.Recuse(posted(request)),
        lambda form: checks.recuse(found, by=request.user, at=clock.now(), **form.cleaned_data),
        why_not="" if own else checks.why_not_run(request.user, draw.region), crumbs=_crumbs(draw), to=_address(draw), done=done,
        title=f"检查人员回避：{found.target.recognition.community.name}", action="登记回避",
        facts=(("检查人员", found.user.name), ("社区", found.target.recognition.community.full_name)),
        effects=("按抽取的顺序由下一名检查人员接替。", "编号和理由随抽查结果公布，不公布姓名。"),
    )  # fmt: skip


@require_http_methods(METHODS)
def find_in_draw(request, pk):
    """An inspector says what was found."""
    rows = DrawTarget.objects.select_related("draw", "recognition__community")
    found = get_object_or_404(rows.filter(draw__in=visible_draws(request.user).values("pk")), pk=pk)
    title = found.recognition
    mine = found.inspectors.filter(user=request.user, recused_at=None).exists()
    return verb_page(
        request, forms.Finding(posted(request), initial={"visited_on": clock.today()}),
        lambda form: checks.find(found, by=request.user, at=clock.now(), **form.told()),
        why_not="" if mine else "检查情况由抽到的检查人员登记。", to=_address(found.draw), done="检查情况已登记。",
        crumbs=(*_crumbs(found.draw), ("待我检查", reverse("accreditation:my_spot_checks"))),
        title=f"登记检查情况：{title.community.name}", action="登记",
        facts=(("社区", title.community.full_name), ("称号", f"{title.tier_name}（{title.number}）"), ("定向检查的理由", found.directed_reason)),
        effects=("一次登记，不能修改。", "不合格的，由认定单位决定是否终止称号。"),
    )  # fmt: skip

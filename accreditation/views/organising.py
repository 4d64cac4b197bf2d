"""A round as its organiser runs it: settings, opening, places, amendments, closing. Everyone whom it concerns reads along."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import posted
from accounts.listed import exported, wanted, workbook
from accounts.models import Role
from accreditation import amendments as amending
from accreditation import list_columns, quota_table, round_findings, round_words, rounds
from accreditation.forms.organising import Amend, Places, Settle
from accreditation.models import Round, State
from accreditation.permissions import may_organise, may_read_inside
from accreditation.refusals import AlreadyMoved, NotYours
from accreditation.route_drawing import draw
from accreditation.views.programmes import sheets_address
from regions import clock
from regions.workdays import Calendar

METHODS = ["GET", "HEAD", "POST"]
PAGE = 50


def visible_rounds(user):
    """Rounds whose place holds the reader's, or lies below it; a community sees none that is still in preparation."""
    posting = user.acting
    rows = Round.objects.select_related("version__programme", "region", "rubric")
    if posting is None:
        return rows.none()
    if posting.community_id:
        return rows.over(posting.community.position).exclude(status=Round.Status.PREPARING)
    region = posting.region
    return rows.filter(region__position__lte=region.last, region__last__gte=region.position)


def _round(request, pk):
    return get_object_or_404(visible_rounds(request.user), pk=pk)


def _own(request, pk, sentence="批次由主办单位的审核岗位管理。"):
    found = _round(request, pk)
    if not may_organise(request.user, found.region):
        raise NotYours(sentence)
    return found


@exported
@require_safe
def list_rounds(request):
    """The rounds that concern the reader."""
    posting = request.user.acting
    rows = visible_rounds(request.user)
    if wanted(request):
        return workbook(request, list_columns.rounds(rows))
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "office": posting is not None and posting.office_id is not None,
    }
    return render(request, "accreditation/rounds.html", context)


@require_safe
def show_round(request, pk):
    """One round: programme, route with dates, places, amendments, what is missing before it opens."""
    found = _round(request, pk)
    preparing = found.status == Round.Status.PREPARING
    context = {
        "round": found,
        "source": found.version.data["source"],
        "stages": round_words.stages(found),
        "drawing": draw(found.route),
        "findings": _linked(found, round_findings.before_opening(found)) if preparing else [],
        "readings": round_words.readings(found),
        "mark": round_words.mark(found),
        "amendments": [] if preparing else amending.told(found),
        "may_organise": may_organise(request.user, found.region),
        "totals": quota_table.totals(found, request.user.acting.region),
        "capped": bool(quota_table.levels(found.route)),
        "exports": not preparing and request.user.acting.sees_below,
        "tiers": found.version.data["tiers"],
        "sections": found.version.data if may_read_inside(request.user, found.region) else {},
    }
    return render(request, "accreditation/round.html", context)


def _linked(round_, findings):
    """(sentence, address or nothing, words of the link) of each."""
    settings = reverse("accreditation:settle_round", args=[round_.pk])
    found = []
    for finding in findings:
        address, words = "", ""
        if finding.place == "rubric":
            sheets = sheets_address(round_.version.programme.key)
            chosen = any(sheet != round_.rubric for sheet in rounds.sheets_of(round_.version))
            address, words = (f"{settings}#id_rubric", "选择评分表") if chosen else (sheets, "录入评分表")
        elif finding.place == "quotas":
            address, words = reverse("accreditation:quotas", args=[round_.pk]), "填写名额"
        elif finding.place.startswith("state:"):
            state = finding.place.removeprefix("state:")
            address = f"{reverse('accreditation:applications')}?round={round_.pk}&state={state}"
            words = "查看这些申报"
        elif finding.place:
            address, words = f"{settings}#id_{finding.place}", "去填写"
        found.append((finding.sentence, address, words))
    return found


@require_http_methods(METHODS)
def settle_round(request, pk):
    """What the source leaves open, entered before the round opens; nothing typed is lost when somebody else saved first."""
    found = _own(request, pk)
    if found.status != Round.Status.PREPARING:
        messages.warning(request, "该批次已经开启，只能以调整文件变更。")
        return redirect("accreditation:round", pk=pk)
    form = Settle(posted(request), round_=found, sheets=rounds.sheets_of(found.version))
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            said = form.cleaned_data
            try:
                rounds.settle(
                    found,
                    **{name: said[name] for name in ("name", "year", "code", "opens_on", "edition")},
                    rubric=form.sheet,
                    settings=form.settings(),
                    by=request.user,
                    at=clock.now(),
                )
            except AlreadyMoved as refusal:
                form.add_error(None, f"{refusal.messages[0]}您填写的内容仍在页面上。")
                status = 409
            except ValidationError as refusal:
                form.refuse(refusal)
                status = 409
            else:
                messages.success(request, "设置已保存。")
                return redirect("accreditation:open_round" if "next" in request.POST else request.path, pk=pk)
    context = {
        "round": found,
        "form": form,
        "stages": _stage_fields(found, form),
        "readings": list(form.readings(round_words.notice_ends(found, Calendar.load(found.region)))),
        "sheets_address": sheets_address(found.version.programme.key),
        "fixed_mark": found.pass_mark if "pass_mark" not in form.fields else None,
        # After a conflict the page may be sent again over what the other one saved: the reader was told.
        "edition": found.edition if status == 409 else None,
    }
    return render(request, "accreditation/settle_round.html", context, status=status)


def _stage_fields(round_, form):
    """For the table of dates: (stage, from-field or None, until-field or None) of every stage."""
    return [
        (
            stage,
            form[f"from-{stage.state}"] if f"from-{stage.state}" in form.fields else None,
            form[f"until-{stage.state}"] if f"until-{stage.state}" in form.fields else None,
        )
        for stage in round_words.stages(round_)
    ]


@require_http_methods(METHODS)
def open_round(request, pk):
    """What is ready, what is not and where it is entered, what will hold; then open the round."""
    found = _own(request, pk, "批次由主办单位的审核岗位开启。")
    status, refused = 200, []
    if found.status != Round.Status.PREPARING:
        return redirect("accreditation:round", pk=pk)
    if request.method == "POST":
        try:
            rounds.open_round(found, by=request.user, at=clock.now())
        except ValidationError as refusal:
            status, refused = 409, refusal.messages
        else:
            messages.success(request, "批次已开启，社区可以申报。")
            return redirect("accreditation:round", pk=pk)
    findings = _linked(found, round_findings.before_opening(found, clock.today()))
    known = {sentence for sentence, _, _ in findings}
    context = {
        "round": found,
        "findings": findings + [(sentence, "", "") for sentence in refused if sentence not in known],
        "will_hold": round_words.will_hold(found),
        "refused": refused,
    }
    return render(request, "accreditation/open_round.html", context, status=status)


@require_http_methods(METHODS)
def close_round(request, pk):
    """The end of a round, or what still stands in its way."""
    found = _own(request, pk, "批次由主办单位的审核岗位结束。")
    status = 200
    if found.status != Round.Status.OPEN:
        return redirect("accreditation:round", pk=pk)
    if request.method == "POST":
        try:
            rounds.close_round(found, by=request.user, at=clock.now())
        except ValidationError:
            status = 409
        else:
            messages.success(request, "批次已结束。")
            return redirect("accreditation:round", pk=pk)
    drafts = found.applications.filter(state=State.DRAFT).count()
    effects = ["本批次不再受理申报，也不再办理。", "申报、名单、公示和认定的记录都保留，可以查看和导出。"]
    if drafts:
        effects.insert(1, f"有 {drafts} 份尚未提交的填报，结束后不能再提交。")
    context = {
        "round": found,
        "findings": _linked(found, round_findings.before_closing(found)),
        "effects": effects,
    }
    return render(request, "accreditation/close_round.html", context, status=status)


# Places


@require_http_methods(METHODS)
def quotas(request, pk):
    """The places of each region with what is used; who may set them enters all at once."""
    found = _round(request, pk)
    rows = quota_table.table(found)
    own = [row for row in rows if _sets(request.user, found, row)]
    live = found.status == Round.Status.OPEN
    form, status = Places(posted(request), rows=own, live=live), 200
    if form.is_bound:
        if not own:
            raise NotYours("名额由主办单位的审核岗位下达；向下分配的，由分得名额的单位办理。")
        status = 400
        if form.is_valid():
            paper = {name: form.cleaned_data[name] for name in ("document_number", "reason") if live}
            try:
                rounds.set_quotas(
                    found, form.sizes(), shown=form.shown(), by=request.user, at=clock.now(), **paper
                )
            except ValidationError as refusal:
                form.refuse(refusal)
                status = 409
            else:
                messages.success(request, "名额已保存。")
                return redirect("accreditation:quotas", pk=pk)
    context = {
        "round": found,
        "tiers": _tiers(request.user, found, rows, own, form),
        "own": own,
        "splits": bool(quota_table.splits(found.route)),
        "live": live,
        "form": form,
        "totals": quota_table.totals(found, request.user.acting.region),
    }
    return render(request, "accreditation/quotas.html", context, status=status)


def _sets(user, round_, row):
    return round_.status != Round.Status.CLOSED and quota_table.may_set(user, round_, row)


def _tiers(user, round_, rows, own, form):
    """For the page: (tier, its rows, the others' rows, sum), each row with its field.

    Those of other places stand apart; what others give on to theirs is left out.
    """
    keys = {row.key for row in own}
    region = user.acting.region
    needed = {level for step in round_.route.steps for level in step.quotas}
    found = []
    for tier in round_.version.data["tiers"]:
        mine = [row for row in rows if row.tier == tier["key"]]
        near, far = [], []
        for row in mine:
            here = region and (region.contains(row.region.position) or row.region.contains(region.position))
            row.told = bool(here) or row.key in keys
            if row.above and row.key not in keys and not (here and row.quota):
                continue
            fields = (form[row.key], form[f"was-{row.key}"]) if row.key in keys else (None, None)
            (near if here or region is None else far).append((row, *fields, row.region.level in needed))
        if mine:
            top = [row for row in mine if row.region.level == mine[0].region.level]
            total = f"{mine[0].region.get_level_display()}共 {sum(row.size or 0 for row in top)} 个"
            found.append((tier, near, far, total))
    return found


# Amendments


@exported
@require_safe
def amendments(request, pk):
    """Every amendment of a round: number, document, reason, before and after."""
    found = _round(request, pk)
    told = amending.told(found)
    if wanted(request):
        return workbook(request, list_columns.amendments(told, found))
    context = {
        "round": found,
        "amendments": told,
        "may_amend": found.status == Round.Status.OPEN and may_organise(request.user, found.region),
    }
    return render(request, "accreditation/amendments.html", context)


@require_http_methods(METHODS)
def amend_round(request, pk):
    """Change the dates (and the mark) of a live round by a document."""
    found = _own(request, pk, "批次由主办单位的审核岗位调整。")
    if found.status != Round.Status.OPEN:
        messages.warning(request, "只有进行中的批次以调整文件变更。")
        return redirect("accreditation:round", pk=pk)
    form, status = Amend(posted(request), round_=found), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            said = form.cleaned_data
            try:
                rounds.amend(
                    found,
                    settings=form.settings(),
                    **{name: said[name] for name in ("document_number", "reason", "edition")},
                    by=request.user,
                    at=clock.now(),
                )
            except AlreadyMoved as refusal:
                form.add_error(None, f"{refusal.messages[0]}您填写的内容仍在页面上。")
                status = 409
            except ValidationError as refusal:
                form.refuse(refusal)
                status = 409
            else:
                messages.success(request, "调整已生效，已经记录。")
                return redirect("accreditation:amendments", pk=pk)
    context = {
        "round": found,
        "form": form,
        "stages": [row for row in _stage_fields(found, form) if row[1] or row[2]],
        "edition": found.edition if status == 409 else None,
        "may_quota": bool(quota_table.levels(found.route)) and request.user.acting.role == Role.APPROVER,
    }
    return render(request, "accreditation/amend_round.html", context, status=status)

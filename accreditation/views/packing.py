"""Asking for what is made behind the pages: the workbook of a round, the papers of one application or of a list."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts import jobs
from accreditation import packets
from accreditation.models import Application
from accreditation.refusals import NotYours
from accreditation.views.organising import visible_rounds
from regions import clock


def _ask(request, kind, arguments, title):
    """To the page of the job; to the list of jobs, with the sentence, where there are too many."""
    try:
        job = jobs.ask(kind, arguments, by=request.user, at=clock.now(), title=title)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("accounts:jobs")
    return redirect("accounts:job", key=job.key)


def _site(request):
    return request.build_absolute_uri("/").rstrip("/")


def _round(request, pk):
    """A round for whoever has what came up to their office; 404 where it is not theirs."""
    round_ = get_object_or_404(visible_rounds(request.user), pk=pk)
    if not request.user.acting.sees_below:
        raise NotYours("批次的全卷和材料由各级单位的岗位导出。")
    return round_


@require_POST
def round_book(request, pk):
    """The workbook of everything one sees of a round."""
    round_ = _round(request, pk)
    return _ask(request, "round_book", {"round": round_.pk}, f"{round_.name}全卷")


@require_POST
def list_packet(request, pk, tier):
    """The papers of everyone of a round and tier below my office."""
    round_ = _round(request, pk)
    names = {one["key"]: one["name"] for one in round_.version.data["tiers"]}
    if tier not in names:
        raise Http404
    region = request.user.acting.region
    arguments = packets.arguments_of_list(round_, tier, region, _site(request))
    if not packets.chosen(arguments, request.user).exists():
        messages.warning(request, "您的岗位范围内还没有这一层级的申报，没有可以打包的材料。")
        return redirect("accreditation:round", pk=pk)
    return _ask(request, "packet", arguments, f"{region.name}{round_.name}{names[tier]}材料")


@require_POST
def packet(request, pk):
    """The papers of one application."""
    application = get_object_or_404(
        Application.objects.in_line_of(request.user).select_related("community"), pk=pk
    )
    arguments = packets.arguments_of_one(application, _site(request))
    title = f"{application.community.name}申报材料 {application.number or '未提交'}"
    return _ask(request, "packet", arguments, title)

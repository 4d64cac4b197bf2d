"""The official tables as workbooks, where their lists are; taking one is an event."""

import tempfile

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.events import record
from accounts.limits import client_ip
from accreditation import official_tables
from accreditation.models import Notice
from accreditation.refusals import NotYours
from accreditation.views.lists import office_region, place_of, rounds_over
from accreditation.views.notices import publishing_office
from accreditation.views.organising import visible_rounds
from accreditation.workbooks import Book
from regions import clock

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FIRST_YEAR = 2000


def _answer(request, name, fill):
    """The workbook that `fill` writes into a Book (it returns the rows), as a download called `name`."""
    at = clock.now()
    file = tempfile.TemporaryFile()
    book = Book(file, made_at=at)
    rows = fill(book, at)
    book.close()
    record(
        "export_table", by=request.user, at=at, subject=name[:200], data={"rows": rows}, ip=client_ip(request)
    )
    response = FileResponse(file, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx")
    response["Cache-Control"] = "no-store"
    return response


@require_safe
def recommendation_table(request, round_pk, tier):
    """推荐名单 of my desk."""
    round_, found, state, region = place_of(request.user, round_pk, tier)
    return _answer(
        request,
        f"{region.name}{round_.year}年{found['name']}推荐名单",
        lambda book, at: official_tables.recommendation(
            book, round_, found, state, region, by=request.user, at=at
        ),
    )


@require_safe
def notice_table(request, pk):
    """公示名单 of a notice of my office."""
    office = publishing_office(request.user)
    notice = get_object_or_404(Notice.objects.filter(office=office).select_related("office"), pk=pk)
    return _answer(
        request, f"{notice.title}（名单）", lambda book, _: official_tables.notice_list(book, notice)
    )


@require_safe
def recognition_table(request, round_pk, tier):
    """认定名单 of a round that ends at my desk."""
    region = office_region(request.user)
    round_ = get_object_or_404(rounds_over(region), pk=round_pk)
    tiers = {one["key"]: one for one in round_.version.data["tiers"]}
    if round_.route.steps[-1].level != region.level or tier not in tiers:
        raise Http404
    return _answer(
        request,
        f"{round_.year}年{tiers[tier]['name']}认定名单",
        lambda book, _: official_tables.recognition_list(book, round_, tiers[tier], region),
    )


@require_safe
def quota_workbook(request, pk):
    """名额分配表 of a round."""
    round_ = get_object_or_404(visible_rounds(request.user), pk=pk)
    return _answer(request, f"{round_.name}名额分配表", lambda book, _: official_tables.quotas(book, round_))


@require_safe
def recheck_table(request, year):
    """复查情况登记表 of a year, for the communities of my office's region."""
    posting = request.user.acting
    if posting is None or not posting.sees_below:
        raise NotYours("复查情况登记表由各级单位的岗位导出。")
    if not FIRST_YEAR <= year <= clock.today().year:
        raise Http404
    region = posting.region
    return _answer(
        request,
        f"{region.name}{year}年复查情况登记表",
        lambda book, _: official_tables.recheck_register(book, region, year, posting.office.name),
    )

"""Any list of the portal as a workbook (accounts/listed.py says what a list hands over).

A cover says who took it, when, with which filters, how many rows, and a checksum over the cells; taking it is an event,
since a list may hold personal data. Rows go from the database to the file one by one, whatever their number. A short
list is answered at once; a longer one is made by a job, which opens the same address as the same person and so can give
neither more nor less than the page.
"""

import contextvars
import hashlib
import tempfile
from itertools import count as counting
from urllib.parse import urlsplit

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import FileResponse, Http404, HttpRequest, QueryDict
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils.http import content_disposition_header

from accounts.events import record
from accounts.limits import client_ip
from accounts.listed import AS, Listed
from accreditation.workbooks import Book, Points, safe_text
from regions import clock
from regions.clock import SHANGHAI

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
AT_ONCE = 5000  # rows; more are made by a job
TELL_EVERY = 200  # rows between two words of progress
NOTE = "本表与页面同一条件、同一次序，只含导出人岗位范围内的内容；校验码由“{title}”各行各格依次算得，可用于核对是否完整。"


def answer(request, listed: Listed):
    """The response for a reader who asked for a list's workbook (settings.PORTAL_LIST_WORKBOOK)."""
    work = getattr(request, "work", None)
    if work is not None:
        return _made_behind(work, listed)
    if listed.count > AT_ONCE:
        context = {"listed": listed, "address": asked_again(request), "at_once": AT_ONCE}
        return render(request, "accreditation/list_export.html", context)
    file = tempfile.TemporaryFile()
    at = clock.now()
    write(file, listed, by=request.user, at=at, ip=client_ip(request))
    response = FileResponse(file, content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, file_name(listed, at))
    response["Cache-Control"] = "no-store"
    return response


def file_name(listed: Listed, at) -> str:
    """What the workbook is called when it is downloaded."""
    return f"{listed.title}{clock.day_of(at):%Y%m%d}.xlsx"


def write(target, listed: Listed, *, by, at, ip=None, progress=None) -> int:
    """Write the workbook of a list into a file object, tell it in the chain, and return how many rows it has.

    `progress(done, total)` is called now and then.
    """
    book, digest = Book(target), hashlib.sha256()
    cover = book.book.add_worksheet("说明")
    rows = book.sheet(listed.title, listed.columns, _told(listed, digest, progress))
    checksum = digest.hexdigest()
    lines = [
        ("清单", listed.title),
        ("导出人", f"{by.name}（{by.acting}）"),
        ("导出时间", f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"),
        ("查询条件", listed.filters or "全部"),
        ("行数", f"{rows} 行"),
        ("校验码", checksum),
        ("说明", NOTE.format(title=listed.title)),
    ]
    cover.set_column(0, 0, 14)
    cover.set_column(1, 1, 90)
    for number, (name, value) in enumerate(lines):
        cover.write_string(number, 0, name, book.head)
        cover.write_string(number, 1, safe_text(value))
    book.close()
    with transaction.atomic():
        data = {"filters": listed.filters, "rows": rows, "checksum": checksum}
        record("export_list", by=by, at=at, subject=f"导出{listed.title} {rows} 行"[:200], data=data, ip=ip)
    return rows


def _told(listed, digest, progress):
    """The rows on their way into the sheet: each counted and added to the checksum."""
    numbers = counting(1)
    for number, row in zip(numbers, listed.rows, strict=False):
        digest.update("\x1f".join(map(_plain, row)).encode("utf-8", "surrogatepass") + b"\n")
        if progress and number % TELL_EVERY == 0:
            progress(number, max(number, listed.count))
        yield row


def _plain(value) -> str:
    if value is None:
        return ""
    return str(value.number if isinstance(value, Points) else value)


# Behind the pages


def asked_again(request) -> str:
    """The address of the list with its filters, without the page of it that was shown: what a job opens again."""
    query = request.GET.copy()
    for name in ("page", "size", "before", AS):
        query.pop(name, None)
    query[AS] = "xlsx"
    return f"{request.path}?{query.urlencode()}"


def list_at(address: str):
    """(view, its arguments, query) of a list's own address; Http404 for anything else."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        raise Http404
    try:
        match = resolve(parts.path)
    except Resolver404:
        raise Http404 from None
    if not getattr(match.func, "exported", False):
        raise Http404
    return match, QueryDict(parts.query)


def make(work) -> None:
    """The job "list_export": open the list's address as the person who asked, at the moment they asked."""
    contextvars.copy_context().run(_open, work)


def _open(work):
    match, query = list_at(work.arguments["address"])
    request = HttpRequest()
    request.method, request.GET, request.user = "GET", query, work.by
    request.path = request.path_info = urlsplit(work.arguments["address"]).path
    request.session, request.resolver_match, request.work = {}, match, work
    clock.set_place(work.by.acting.position)
    try:
        match.func(request, *match.args, **match.kwargs)
    except (PermissionDenied, Http404):
        raise ValidationError("您现在的岗位已看不到这份清单，没有生成文件。") from None


def _made_behind(work, listed):
    path = work.folder / "list.xlsx"
    with path.open("w+b") as file:
        work.progress(0, listed.count)
        rows = write(file, listed, by=work.by, at=work.at, progress=work.progress)
        work.progress(rows, rows)
    work.finish(path, file_name(listed, work.at), f"共 {rows} 行。")

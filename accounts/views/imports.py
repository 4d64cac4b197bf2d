"""Imports: the kinds a posting may use, template, upload, what each row would do, carrying out, marked workbook, undo."""

import base64
import json

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import posted
from accounts.imports import batches, marking, work
from accounts.imports.columns import letters
from accounts.imports.forms import ImportFile
from accounts.imports.kinds import all_kinds, kind_of
from accounts.imports.template import TYPE, template
from accounts.limits import client_ip
from accounts.models import ImportBatch, ImportLine, Job
from accounts.text import clean_line, has_unseen
from regions import clock
from regions.tables import BadTable

PAGE = 50
RECENT = 20
REFRESH_SECONDS = 2
WHO = "您的岗位没有可以导入的内容。"
TABS = ("wrong", "reported", "new", "changed", "unchanged")


def _kind(request, key, of):
    """The kind, its scope, and whether this person may: 404 for an unknown kind or a foreign scope, 403 for who may not."""
    kind = kind_of(key)
    if kind is None or request.user.acting is None:
        raise Http404
    scope = kind.scope(request.user, of)
    if reason := kind.why_not(request.user, scope):
        raise PermissionDenied(reason)
    return kind, scope


def _of(text) -> int | None:
    """The key in ?of=, or None; 404 for what is no key."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Http404
    return int(text)


def _mine(request):
    """The batches of the acting office or community."""
    posting = request.user.acting
    if posting is None:
        return ImportBatch.objects.none()
    rows = ImportBatch.objects.filter(
        posting__office=posting.office_id, posting__community=posting.community_id
    )
    return rows.select_related("by", "posting__office", "job")


def _batch(request, key):
    """A batch of the acting office, with its kind and scope; anything else is 404."""
    batch = _mine(request).filter(key=key).first()
    if batch is None:
        raise Http404
    kind, scope = _kind(request, batch.kind, batch.of)
    return batch, kind, scope


@require_safe
def imports(request):
    """What this posting may import, and what its office imported lately."""
    if request.user.acting is None:
        raise PermissionDenied(WHO)
    kinds = [
        kind
        for kind in all_kinds()
        if kind.listed and not kind.why_not(request.user, kind.scope(request.user, None))
    ]
    recent = _mine(request).order_by("-pk")[:RECENT]
    words = {kind.key: kind.title for kind in all_kinds()}
    rows = [(words.get(batch.kind, batch.kind), batch) for batch in recent]
    if not kinds and not rows:
        raise PermissionDenied(WHO)
    return render(request, "accounts/imports/list.html", {"kinds": kinds, "rows": rows})


@require_safe
def import_template(request, kind):
    """The table to fill in."""
    of = _of(request.GET.get("of"))
    found, scope = _kind(request, kind, of)
    data = template(
        found.title, found.columns(scope, request.user), found.rows(scope, request.user), lead=found.lead
    )
    return _download(data, f"{found.title}{'（' + found.scope_name(scope) + '）' if of else ''}导入模板.xlsx")


def _download(data, name):
    response = HttpResponse(data, content_type=TYPE)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def import_file(request, kind):
    """Upload a file. A small one is checked at once, a large one behind the pages; nothing is imported yet."""
    of = _of(request.GET.get("of"))
    found, scope = _kind(request, kind, of)
    form = ImportFile(posted(request), request.FILES or None, asks=found.asked(scope))
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                return redirect("accounts:import_batch", key=_received(request, found, of, form).key)
            except (BadTable, ValidationError) as error:
                form.add_error("file", str(error) if isinstance(error, BadTable) else error)
        status = 400
    address, words = found.back(scope)
    context = {
        "kind": found,
        "scope_name": found.scope_name(scope),
        "of": of,
        "form": form,
        "columns": found.columns(scope, request.user),
        "back": address or reverse("accounts:imports"),
        "back_words": words or "导入",
    }
    return render(request, "accounts/imports/upload.html", context, status=status)


def _received(request, kind, of, form):
    file = form.cleaned_data["file"]
    at, by = clock.now(), request.user
    batch = batches.receive(kind, of, _name(file.name), file.read(), by=by, at=at, asked=form.asked)
    if work.is_large(file.name or "", file.size):
        work.ask_for(batch, "check", by=by, at=at)
        return batch
    try:
        return batches.check(batch, by=by, at=at)
    except BadTable:
        batches.forget(batch)
        raise


def _name(name) -> str:
    """The sender's name of the file, without folders and unseen characters."""
    last = (name or "").replace("\\", "/").rsplit("/", 1)[-1]
    return clean_line("".join(c for c in last if not has_unseen(c)))[-120:] or "导入.xlsx"


@require_safe
def import_batch(request, key):
    """What the file would do, or did: row by row, filtered and in pages. While it is at work: how far it is."""
    batch, kind, scope = _batch(request, key)
    return _page(request, batch, kind, scope)


def _page(request, batch, kind, scope, status=200, error=""):
    running = batch.job is not None and batch.job.state in (Job.State.WAITING, Job.State.RUNNING)
    shown = request.GET.get("show", "")
    tabs = [
        (name, ImportLine.Outcome(name).label, getattr(batch, name)) for name in TABS if getattr(batch, name)
    ]
    if shown not in TABS:
        shown = next(
            (name for name in ("wrong", "new", "changed", "reported", "unchanged") if getattr(batch, name)),
            "",
        )
    lines = batch.lines.filter(outcome=shown) if shown else batch.lines.none()
    page = Paginator(lines, PAGE).get_page(request.GET.get("page"))
    undo = ""
    if batch.status == ImportBatch.Status.APPLIED:
        undo = batches.why_not_undo(batch, by=request.user, at=clock.now())
    address, words = kind.back(scope)
    context = {
        "batch": batch,
        "kind": kind,
        "scope_name": kind.scope_name(scope),
        "running": running,
        "failed": batch.job is not None
        and batch.job.state in (Job.State.FAILED, Job.State.CANCELLED)
        and batch.job.sentence,
        "tabs": tabs,
        "shown": shown,
        "page": page,
        "rows": [_row(line) for line in page],
        "notes": json.loads(batch.notes),
        "asked": [
            (ImportFile.base_fields[name].label, value) for name, value in batches.asked_of(batch).items()
        ],
        "ready": batch.status == ImportBatch.Status.CHECKED and not batch.wrong and batch.new + batch.changed,
        "why_not_undo": undo,
        "error": error,
        "back": address,
        "back_words": words,
    }
    response = render(request, "accounts/imports/batch.html", context, status=status)
    if running:
        response["Refresh"] = str(REFRESH_SECONDS)
    return response


def _row(line):
    told = json.loads(line.told)
    marks = [
        (letters(place) if place is not None else "", head, sentence)
        for place, head, sentence in told.get("faults", ())
    ]
    hints = [
        (letters(place) if place is not None else "", head, sentence)
        for place, head, sentence in told.get("hints", ())
    ]
    return {
        "line": line,
        "changes": told.get("changes", ()),
        "faults": marks,
        "hints": hints,
        "why": told.get("why", ""),
        "solid": told.get("solid", False),
    }


@require_POST
def apply_import(request, key):
    """Carry out what the check showed."""
    batch, kind, scope = _batch(request, key)
    without_rest = request.POST.get("without_rest") == "yes"
    at = clock.now()
    if batch.wrong or batch.solid and not without_rest:
        return _page(request, batch, kind, scope, 409, _why_not_now(batch))
    large = batch.filled > batches.LARGE and not kind.shows_once
    if large and batch.status == ImportBatch.Status.CHECKED:
        work.ask_for(batch, "apply", by=request.user, at=at, without_rest=without_rest)
        return redirect("accounts:import_batch", key=key)
    try:
        done = batches.apply(batch, by=request.user, at=at, without_rest=without_rest, ip=client_ip(request))
    except (BadTable, ValidationError) as error:
        batch, kind, scope = _batch(request, key)
        sentence = str(error) if isinstance(error, BadTable) else error.messages[0]
        return _page(request, batch, kind, scope, 409, sentence)
    if once := getattr(done, "once", None):
        sheet = f"data:{TYPE};base64,{base64.b64encode(once).decode()}"
        return render(request, "accounts/imports/once.html", {"batch": done, "kind": kind, "sheet": sheet})
    return redirect("accounts:import_batch", key=key)


def _why_not_now(batch):
    if batch.wrong:
        return f"还有 {batch.wrong} 行需要修改，没有导入任何内容。"
    return f"有 {batch.solid} 行像是数据而没有读取，请勾选确认这些行不导入，或者改好文件后重新上传。"


@require_POST
def undo_import(request, key):
    """Take an import back while nothing was built on it."""
    batch, kind, scope = _batch(request, key)
    try:
        batches.undo(batch, by=request.user, at=clock.now(), ip=client_ip(request))
    except ValidationError as error:
        batch, kind, scope = _batch(request, key)
        return _page(request, batch, kind, scope, 409, error.messages[0])
    return redirect("accounts:import_batch", key=key)


@require_safe
def import_marked(request, key):
    """The same workbook back: red where something is wrong, yellow where something should be looked at."""
    batch, _kind_, _scope = _batch(request, key)
    lines = batch.lines.filter(told__contains='"faults"') | batch.lines.filter(told__contains='"hints"')
    lines = lines | batch.lines.filter(outcome=ImportLine.Outcome.REPORTED)
    try:
        table = batches.table_of(batch)
        with default_storage.open(batch.stored_name) as opened:
            data = marking.marked(opened.read(), batch.file_name, table, list(lines[: marking.MOST_MARKS]))
    except (BadTable, FileNotFoundError, OSError):
        raise Http404 from None
    stem = batch.file_name.rsplit(".", 1)[0]
    return _download(data, f"需要修改-{stem}.xlsx")

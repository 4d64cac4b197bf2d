"""The register of objections, for the office that published the notice and nobody else."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import FileResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.events import record
from accounts.listed import exported, wanted, words_of, workbook
from accounts.models import Role
from accreditation import list_columns, notices
from accreditation.forms.objections import Admit, Extend, ObjectionQuery, Settle
from accreditation.models import NoticeEntry, NoticeEvent, Objection, ObjectionFile, State
from accreditation.refusals import NotYours
from accreditation.views.notices import publishing_office
from regions import clock
from regions.workdays import Calendar, UnknownYear

SIZES = (25, 50, 100)


def _ours(user):
    """The objections to my office's notices; those of others do not exist for me."""
    office = publishing_office(user)
    return Objection.objects.filter(entry__notice__office=office).select_related(
        "entry__notice__office__region", "entry__application", "admitted_by", "settled_by"
    )


def _clock_of(calendar, objection, today) -> dict:
    """How long is left: {"left": working days, "late": whether it is overdue}; None without a due day or calendar."""
    due = objection.due_on
    if objection.settled_at or due is None:
        return {"left": None, "late": False}
    try:
        left = calendar.working_days_between(today, due)
    except UnknownYear:
        left = None
    return {"left": abs(left) if left is not None else None, "late": due < today}


@exported
@require_safe
def objection_desk(request):
    """The register with its clock: the open ones first, the next due on top."""
    rows = _ours(request.user)
    form = ObjectionQuery(request.GET)
    shown = form.cleaned_data["show"] if form.is_valid() else ""
    if shown != "all":
        rows = rows.filter(settled_at__isnull=shown != "settled")
    rows = rows.order_by("settled_at", "due_on", "pk")
    calendar = Calendar.load(request.user.acting.office.region)
    if wanted(request):
        today = clock.today()
        filters = words_of(form) or "状态：未办结"
        return workbook(
            request, list_columns.objections(rows, lambda one: _clock_of(calendar, one, today), filters)
        )
    size = request.GET.get("size", "")
    paginator = Paginator(rows, int(size) if size in map(str, SIZES) else SIZES[0])
    page = paginator.get_page(request.GET.get("page"))
    lines = [{"objection": one} | _clock_of(calendar, one, clock.today()) for one in page.object_list]
    context = {"form": form, "lines": lines, "page": page, "sizes": SIZES}
    return render(request, "accreditation/objection_desk.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def objection(request, pk):
    """What was raised, its files and its clock. The identity shows after a press (POST), which is an event."""
    found = get_object_or_404(_ours(request.user), pk=pk)
    told = False
    if request.method == "POST" and found.named:
        _read_objector(found, request.user)
        told = True
    return _objection_page(request, found, told=told)


@transaction.atomic
def _read_objector(found, user):
    event = record(
        "read_objector",
        by=user,
        at=clock.now(),
        subject=f"{found.entry.notice.title}：{found.entry.name}",
        data={"objection": found.pk},
    )
    NoticeEvent.objects.create(event=event, notice=found.entry.notice)


def _objection_page(request, found, *, form=None, told=False, status=200):
    role = request.user.acting.role
    why_not = notices.why_not_settle(request.user, found)
    calendar = Calendar.load(request.user.acting.office.region)
    approver = role == Role.APPROVER
    running = found.entry.status == NoticeEntry.Status.RUNNING
    recognised = found.entry.application.state == State.RECOGNISED
    open_ = not why_not and not found.admitted_at and not found.settled_at
    context = {
        "objection": found,
        "files": found.files.all(),
        "told": told,
        "form": form,
        "why_not": why_not,
        "running": running,
        "recognised": recognised,
        "may_admit": open_ and (running or recognised),
        "extend": (form if isinstance(form, Extend) else Extend())
        if approver and not found.extended_reason and not found.settled_at
        else None,
        "settle": (form if isinstance(form, Settle) else Settle(objection=found))
        if approver and not found.settled_at
        else None,
    } | _clock_of(calendar, found, clock.today())
    return render(request, "accreditation/objection.html", context, status=status)


def _decide(request, found, form, act, done):
    """Run a verb on an objection; its refusal is the page again with the sentence."""
    status = 400
    if form.is_valid():
        try:
            act(found, by=request.user, at=clock.now(), **form.cleaned_data)
        except NotYours as refusal:
            form.add_error(None, refusal.sentence)
            status = 403
        except ValidationError as refusal:
            form.add_error(None, refusal.messages)
            status = 409
        else:
            messages.success(request, done)
            return redirect("accreditation:objection", pk=found.pk)
    fresh = get_object_or_404(_ours(request.user), pk=found.pk)
    return _objection_page(request, fresh, form=form, status=status)


@require_POST
def admit(request, pk):
    """Admit an anonymous objection: it holds its entry from now on."""
    found = get_object_or_404(_ours(request.user), pk=pk)
    done = "已受理，该社区暂缓进入下一环节。"
    if found.entry.application.state == State.RECOGNISED:
        done = "已受理。办结之前，证书查验页面显示“异议处理中”。"
    return _decide(request, found, Admit(request.POST), notices.admit, done)


@require_POST
def extend(request, pk):
    """Ten more working days, once."""
    found = get_object_or_404(_ours(request.user), pk=pk)
    return _decide(request, found, Extend(request.POST), notices.extend, "已延期 10 个工作日。")


@require_POST
def settle(request, pk):
    """Decide it, with the answer."""
    found = get_object_or_404(_ours(request.user), pk=pk)
    form = Settle(request.POST, objection=found)
    return _decide(request, found, form, notices.settle, "异议已办结，提出人凭查询码可以看到答复。")


@require_safe
def objection_file(request, pk, file):
    """A file of an objection, to the publishing office alone."""
    found = get_object_or_404(_ours(request.user), pk=pk)
    kept = get_object_or_404(ObjectionFile, pk=file, objection=found)
    response = FileResponse(kept.file.open("rb"), content_type=kept.content_type)
    response["Content-Disposition"] = content_disposition_header(True, kept.name)
    return response

"""The score sheets of a programme: the versions there are, a workbook in and out, a preview of every rule, publishing."""

import base64

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import posted
from accounts.listed import exported, wanted, workbook
from accounts.models import ADMINISTRATORS, Role
from accreditation import list_columns, programme_shelf, publishing_rubrics
from accreditation.forms.score_sheets import Choice, Publishing, WorkbookFile
from accreditation.models import ProgrammeVersion, Round
from accreditation.permissions import may_organise
from accreditation.refusals import AlreadyMoved, NotYours
from accreditation.uploads import plain_name
from regions import clock
from scoring.explaining import explain_criterion, explain_item
from scoring.models import RubricVersion
from scoring.rubric import load_rubric
from scoring.workbook_layout import TYPES
from scoring.workbook_writing import TYPE

SALT = "accreditation.score_sheets"
# How long a checked workbook may wait for its publication, seconds.
KEPT_FOR = 4 * 60 * 60
STALE = "检查结果已经过期，请重新上传工作簿。"
TYPE_WORDS = {value: word for word, value in TYPES.items()}


def _shelved(request, key):
    """The programme on the reader's shelf: offices only; 404 for one that does not concern them."""
    posting = request.user.acting
    if posting is None or posting.office_id is None or posting.role in (*ADMINISTRATORS, Role.FILER):
        raise NotYours("评分表由各级单位的岗位查看，公开的评分表见“评审规则”。")
    found = programme_shelf.on_shelf(posting.region, key)
    if found is None:
        raise Http404
    return found


def _organised(request, key):
    """The same for those who import and publish."""
    found = _shelved(request, key)
    if not may_organise(request.user, found.place):
        raise NotYours(publishing_rubrics.WHO)
    return found


def _download(data, name):
    response = HttpResponse(data, content_type=TYPE)
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def told(rubric):
    """A score sheet as a page prints it: classes, projects, items with every rule in words and its cases; conditions."""
    categories = [
        {
            "category": category,
            "projects": [
                {
                    "project": project if project.title != category.title else None,
                    "items": [
                        (item, explain_item(item), rubric.readings_of(item)) for item in project.indicators
                    ],
                }
                for project in category.projects
            ],
        }
        for category in rubric.categories
    ]
    criteria = [
        (item, explain_criterion(item), [rubric.readings[no] for no in item.readings])
        for item in (rubric.criteria.items if rubric.criteria else ())
    ]
    figures = [(figure, TYPE_WORDS[figure.type]) for figure in rubric.figures.values()]
    return {"rubric": rubric, "categories": categories, "criteria": criteria, "figures": figures}


@exported
@require_safe
def score_sheets(request, key):
    """Every version a round may take: where it comes from, which rounds use it, its workbook."""
    shelved = _shelved(request, key)
    version = shelved.latest
    sheets = publishing_rubrics.shown(version)
    if wanted(request):
        return workbook(request, list_columns.score_sheets(sheets, shelved.programme))
    mine = may_organise(request.user, shelved.place)
    waiting = Round.objects.filter(version__programme=shelved.programme, status=Round.Status.PREPARING)
    context = {
        "shelved": shelved,
        "version": version,
        "sheets": sheets,
        "may_organise": mine,
        "waiting": list(waiting) if mine else [],
        "sample": publishing_rubrics.sample(version) is not None,
    }
    return render(request, "accreditation/score_sheets.html", context)


def _sheet(shelved, pk):
    """A score sheet of this programme by its key: one that a version of it came with, or that was published for it."""
    for version in shelved.versions:
        for one in publishing_rubrics.shown(version):
            if one.version.pk == pk:
                return version, one
    raise Http404


@require_safe
def score_sheet(request, key, sheet):
    """One version in full: every rule in words, with cases."""
    shelved = _shelved(request, key)
    _version, one = _sheet(shelved, sheet)
    context = {"shelved": shelved, "sheet": one, **told(one.rubric)}
    return render(request, "accreditation/score_sheet.html", context)


@require_safe
def score_sheet_workbook(request, key, sheet):
    """One version as a workbook, in the layout it is imported from."""
    shelved = _shelved(request, key)
    version, one = _sheet(shelved, sheet)
    label = f"（{one.rubric.label}）" if one.rubric.label else ""
    name = f"{shelved.programme.title}评分表{one.version.version}{label}.xlsx"
    return _download(publishing_rubrics.workbook(version, one.version), name)


@require_safe
def score_sheet_template(request, key):
    """The workbook to fill in: with the programme's own conditions and figures, or (?blank=1) empty."""
    shelved = _shelved(request, key)
    blank = "blank" in request.GET
    name = f"{shelved.programme.title}评分表{'空白模板' if blank else '模板'}.xlsx"
    return _download(publishing_rubrics.template(shelved.latest, blank=blank), name)


@require_safe
def score_sheet_sample(request, key):
    """The workbook shipped for the demonstration."""
    shelved = _shelved(request, key)
    data = publishing_rubrics.sample(shelved.latest)
    if data is None:
        raise Http404
    return _download(data, f"{shelved.programme.title}评分表（演示用，非官方附件）.xlsx")


@require_http_methods(["GET", "HEAD", "POST"])
def import_score_sheet(request, key):
    """Upload a workbook and see every rule in words, or every mistake; nothing is kept yet."""
    shelved = _organised(request, key)
    form, status = WorkbookFile(posted(request), request.FILES or None), 200
    if request.method == "POST":
        if form.is_valid():
            file = form.cleaned_data["file"]
            return _checked(request, shelved, plain_name(file.name or ""), file.read())
        status = 400
    context = {"shelved": shelved, "version": shelved.latest, "form": form}
    return render(request, "accreditation/import_score_sheet.html", context, status=status)


def _checked(request, shelved, name, data):
    version = shelved.latest
    book = publishing_rubrics.read(version, data)
    context = {"shelved": shelved, "version": version, "name": name}
    if book.document is None:
        marked = ""
        if book.cells:
            marked = f"data:{TYPE};base64,{base64.b64encode(book.marked()).decode()}"
        context |= {"mistakes": book.mistakes, "marked": marked, "upload": WorkbookFile()}
        return render(request, "accreditation/score_sheet_mistakes.html", context)
    kept = {"by": request.user.pk, "version": version.pk, "document": book.document, "name": name}
    form = Publishing(initial={"checked": signing.dumps(kept, salt=SALT, compress=True)})
    return _preview(request, shelved, form, kept)


def _preview(request, shelved, form, kept, status=200):
    rubric = load_rubric(kept["document"])
    form.initial["sample"] = form.initial.get("sample") or rubric.sample
    context = {"shelved": shelved, "form": form, "name": kept["name"], **told(rubric)}
    return render(request, "accreditation/score_sheet_checked.html", context, status=status)


@require_POST
def publish_score_sheet(request, key):
    """Publish what the preview showed."""
    shelved = _organised(request, key)
    form = Publishing(request.POST)
    try:
        kept = signing.loads(request.POST.get("checked", ""), salt=SALT, max_age=KEPT_FOR)
    except signing.BadSignature:
        kept = {}
    version = ProgrammeVersion.objects.filter(programme=shelved.programme, pk=kept.get("version")).first()
    if version is None or kept.get("by") != request.user.pk:
        upload = WorkbookFile(request.POST)
        upload.errors.clear()
        upload.add_error(None, STALE)
        context = {"shelved": shelved, "version": shelved.latest, "form": upload}
        return render(request, "accreditation/import_score_sheet.html", context, status=409)
    if not form.is_valid():
        return _preview(request, shelved, form, kept, status=400)
    try:
        made, new = publishing_rubrics.publish_rubric(
            version,
            kept["document"],
            document_number=form.cleaned_data["document_number"],
            sample=form.cleaned_data["sample"],
            workbook_name=kept["name"],
            by=request.user,
            at=clock.now(),
        )
    except ValidationError as refusal:
        form.add_error(None, refusal)
        return _preview(request, shelved, form, kept, status=409)
    said = (
        f"已发布评分表，版本 {made.rubric.version}。"
        if new
        else f"内容和文号与版本 {made.rubric.version} 相同，没有另外发布。"
    )
    messages.success(request, f"{said}准备中的批次可以选用。")
    return redirect("accreditation:score_sheets", key=key)


@require_POST
def choose_score_sheet(request, pk):
    """Let a round in preparation take a version."""
    posting = request.user.acting
    if posting is None or posting.office_id is None:
        raise NotYours("批次由主办单位的审核岗位管理。")
    round_ = get_object_or_404(Round.objects.select_related("version__programme", "region", "rubric"), pk=pk)
    shelved = _shelved(request, round_.version.programme.key)
    form = Choice(request.POST)
    if not form.is_valid():
        messages.error(request, "没有选定评分表，请重新选择。")
        return redirect("accreditation:score_sheets", key=shelved.programme.key)
    rubric = get_object_or_404(RubricVersion, pk=form.cleaned_data["rubric"])
    try:
        publishing_rubrics.choose(
            round_, rubric, by=request.user, at=clock.now(), edition=form.cleaned_data["edition"]
        )
    except AlreadyMoved as refusal:
        messages.error(request, refusal.messages[0])
    except ValidationError as refusal:
        messages.error(request, "".join(refusal.messages))
    else:
        messages.success(request, f"批次“{round_.name}”改用版本 {rubric.version}。")
    return redirect("accreditation:score_sheets", key=shelved.programme.key)

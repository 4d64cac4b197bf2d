"""The programmes as offices see them: what each rules, what is still to be entered, its rounds, and a new round of it."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.forms import posted
from accounts.listed import exported, wanted, workbook
from accounts.models import ADMINISTRATORS, Role
from accreditation import list_columns, programme_shelf, public_rules, round_findings, rounds
from accreditation.forms.organising import NewRound
from accreditation.permissions import may_organise
from accreditation.refusals import NotYours
from accreditation.route_drawing import draw
from regions import clock


def _region(user):
    """The region the office looks down from; NotYours for communities and administrators."""
    posting = user.acting
    if posting is None or posting.office_id is None or posting.role in (*ADMINISTRATORS, Role.FILER):
        raise NotYours("方案由各级单位的岗位查看，公开的规则见“评审规则”。")
    return posting.region


def sheets_address(key: str) -> str:
    """The page where a score sheet is entered; nothing where there is none."""
    try:
        return reverse("accreditation:score_sheets", args=[key])
    except NoReverseMatch:
        return ""


def _shelved(request, key):
    found = programme_shelf.on_shelf(_region(request.user), key)
    if found is None:
        raise Http404
    return found


@exported
@require_safe
def desk_programmes(request):
    """Every programme that concerns the acting region."""
    region = _region(request.user)
    rows = [(shelved, may_organise(request.user, shelved.place)) for shelved in programme_shelf.shelf(region)]
    if wanted(request):
        return workbook(request, list_columns.programmes(rows))
    return render(request, "accreditation/desk_programmes.html", {"rows": rows, "region": region})


@require_safe
def desk_programme(request, key):
    """One version of a programme: its route drawn, its sections in words, what is to be entered, its rounds."""
    shelved = _shelved(request, key)
    asked = request.GET.get("version")
    version = next((v for v in shelved.versions if v.version == asked), shelved.latest)
    rule = version.data.get("windows", {})
    context = {
        "shelved": shelved,
        "version": version,
        "programme": public_rules.shown_version(version),
        "drawing": draw(version.route),
        "gaps": _gaps(version, key),
        "open_windows": any(
            not rule.get(state, {}).get("until")
            for state in ("draft", *(step.state for step in version.route.steps if not step.is_notice))
        ),
        "may_organise": may_organise(request.user, shelved.place),
    }
    return render(request, "accreditation/desk_programme.html", context)


def _gaps(version, key):
    """What the source does not contain: (sentence, what to do, address or nothing)."""
    found = []
    for gap in version.data.get("missing", []):
        if gap["what"] == "pass_mark":
            found.append((gap["sentence"], "在批次的设置中填写", ""))
        else:
            address = sheets_address(key)
            found.append((gap["sentence"], "录入或导入评分表" if address else "须先录入评分表", address))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def prepare_round(request, key):
    """A new round of a programme, in preparation."""
    shelved = _shelved(request, key)
    if not may_organise(request.user, shelved.place):
        raise NotYours(f"本方案的批次由{shelved.place.name}的审核岗位建立。")
    version, at = shelved.latest, clock.now()
    form, status = NewRound(posted(request), version=version, initial={"year": clock.day_of(at).year}), 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                made = rounds.prepare(version, shelved.place, **form.cleaned_data, by=request.user, at=at)
            except ValidationError as refusal:
                form.refuse(refusal)
                status = 409
            else:
                messages.success(request, f"已建立批次“{made.name}”，请核对设置后开启。")
                if sentence := round_findings.too_soon(version, shelved.place, made.year, apart=made.pk):
                    messages.warning(request, sentence)
                return redirect("accreditation:settle_round", pk=made.pk)
    context = {
        "shelved": shelved,
        "version": version,
        "form": form,
        "cycle": version.data.get("cycle"),
        "gaps": _gaps(version, key),
    }
    return render(request, "accreditation/prepare_round.html", context, status=status)

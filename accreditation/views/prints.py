"""The programme's own forms, filled in by the community, as pages to print, stamp and scan; for all who may read them."""

from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accreditation import filing_content
from accreditation.models import Application
from regions.models import Region
from scoring.engine import score_partial

# Forms of a programme: kind of paper → form named in the document → template.
PRINTS = {
    "sheet": {"hunan_2": "print/hunan_2.html"},
    "form": {"hunan_3": "print/hunan_3.html"},
}


def print_address(application, material) -> str:
    """Where a material's own form is printed from, "" where the portal prints none for it."""
    for kind, templates in PRINTS.items():
        if material.get("form") in templates:
            return reverse(f"accreditation:print_{kind}", args=[application.pk])
    return ""


def prints(application):
    """The forms of the programme that this portal prints: (label, address)."""
    found = [
        (m["label"], print_address(application, m)) for m in filing_content.materials_wanted(application)
    ]
    return [(label, address) for label, address in found if address]


def _print(request, pk, kind):
    rows = Application.objects.in_line_of(request.user).with_round().select_related("self_sheet")
    application = get_object_or_404(rows, pk=pk)
    forms = [m.get("form") for m in filing_content.materials_wanted(application)]
    template = next((PRINTS[kind][name] for name in forms if name in PRINTS[kind]), None)
    if template is None:
        raise Http404
    sheet = filing_content.rubric(application)
    result = score_partial(sheet, filing_content.figures(application), tier=application.tier)
    regions = {r.level: r for r in Region.objects.above(application.community.street)}
    context = {
        "application": application,
        "sheet": sheet,
        "result": result,
        "categories": _printed(sheet, result) if kind == "sheet" else [],
        "regions": regions,
        "source": application.round.version.data["source"],
        "paragraphs": application.narrative.split("\n"),
    }
    return render(request, template, context)


def _printed(sheet, result):
    """Rows of the printed score sheet; the first of each project carries its span."""
    return [
        {
            "category": category,
            "project": project if place == 0 else None,
            "project_rows": len(project.indicators),
            "item": item,
            "line": result.lines[item.code],
        }
        for category in sheet.categories
        for project in category.projects
        for place, item in enumerate(project.indicators)
    ]


@require_safe
def print_sheet(request, pk):
    """附件2 with the self score, to print and stamp."""
    return _print(request, pk, "sheet")


@require_safe
def print_form(request, pk):
    """附件3 with name and narrative, to print and stamp."""
    return _print(request, pk, "form")

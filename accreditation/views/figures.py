"""The figures and the self score, page by page: what was typed, what it comes to, and why."""

from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accreditation import filing, filing_content
from accreditation.forms.filing import FiguresForm, typed
from accreditation.models import Application
from accreditation.views.filling import METHODS, Told, closed_page, own, page_with, remarks_of, write
from regions import clock
from scoring.engine import score_partial
from scoring.points import show_points


@dataclass
class Row:
    """One indicator on its page."""

    item: object
    fields: list
    reason: object
    elsewhere: list
    said: str
    scored: bool
    remarks: list
    hints: dict
    open: bool

    @property
    def max(self):
        return show_points(self.item.max)


def said(item, line) -> str:
    """What the figures of an indicator come to, with the reason."""
    if line is None:
        return "填完本项的数据后自动算出得分。"
    if line.points is None:
        return f"不计入总分。{line.because}"
    return f"得 {line.shown} 分（满分 {show_points(item.max)} 分）。{line.because}"


def standing(application, sheet, result) -> dict:
    """The running total beside the pass mark, as texts for the bar; the script renews them by name."""
    mark = application.round.pass_mark
    done = sum(1 for line in result.lines.values() if line is not None)
    reached = ""
    if mark:
        reached = "已达到及格线" if mark.met(result.total) else "还没有达到及格线"
    return {
        "total": show_points(result.total),
        "done": f"{done}/{len(sheet.indicators)}",
        "reached": reached,
    }


def _last_figures(application) -> dict:
    """The figures of the community's latest other filing, to stand beside the boxes."""
    last = (
        Application.objects.filter(community_id=application.community_id, filed_at__isnull=False)
        .exclude(pk=application.pk)
        .select_related("self_sheet")
        .order_by("-filed_at")
        .first()
    )
    return filing_content.figures(last) if last else {}


@require_http_methods(METHODS)
def figures(request, pk, page):
    """One project of the score sheet: its figures, and at once what they come to, with the reason."""
    application = own(request, pk)
    sheet = filing_content.rubric(application)
    pages = sheet.pages if sheet else ()
    if not 1 <= page <= len(pages):
        raise Http404
    if closed := closed_page(request, application):
        return closed
    here = pages[page - 1]
    open_places = filing_content.open_targets(application)

    def open_place(*targets):
        return open_places is None or any(target in open_places for target in targets)

    kept, reasons = filing_content.figures(application), filing_content.judged(application)
    form = FiguresForm(
        request.POST if request.method == "POST" else None,
        initial={"edition": application.edition},
        page=here,
        figures=kept,
        reasons=reasons,
        open_place=open_place,
    )
    status, saved = 200, application
    if request.method == "POST":

        def save(edition):
            return filing.save_figures(
                application, form.figures, form.reasons, by=request.user, at=clock.now(), edition=edition
            )

        def told(saved):
            result = score_partial(sheet, filing_content.figures(saved))
            form.tell(result.wrong)
            live = {
                f"line_{item.code}": said(item, result.lines[item.code]) for item in here.indicators
            } | standing(saved, sheet, result)
            hints = {**result.hints, **_reasons_wanted(here, result, filing_content.judged(saved))}
            return Told(live, hints)

        saved, status, answer = write(request, application, form, save, told)
        if answer:
            return answer
    result = score_partial(sheet, filing_content.figures(saved))
    if form.is_bound:
        form.tell(result.wrong)
        status = 400 if status == 200 and form.errors else status
        if status == 200:
            return redirect(*_after(request, application, page, pages))
    context = {
        "page": here,
        "pages": pages,
        "rows": _rows(application, sheet, here, form, result, filing_content.judged(saved)),
        "standing": standing(application, sheet, result),
        "mark": application.round.pass_mark,
        "locked": all(bound.field.disabled for bound in form.visible_fields()),
        "period": sheet.period,
    }
    return page_with(request, "figures", saved, form, status, context)


def _after(request, application, page, pages):
    if request.POST.get("then") == "list" or page == len(pages):
        return ("accreditation:application", application.pk)
    return ("accreditation:figures", application.pk, page + 1)


def _reasons_wanted(page, result, reasons) -> dict:
    """Judged indicators below their maximum that have no reason yet: name of the box → sentence."""
    found = {}
    for item in page.indicators:
        line = result.lines[item.code]
        if item.judged and line is not None and line.points is not None and line.points < item.max:
            if not reasons.get(item.code, {}).get("reason", "").strip():
                found[f"reason_{item.code}"] = f"低于 {show_points(item.max)} 分，提交前请写明理由。"
    return found


def _rows(application, sheet, page, form, result, reasons):
    last = _last_figures(application)
    kept = filing_content.figures(application)
    notes = remarks_of(application)
    wanted = _reasons_wanted(page, result, reasons)
    first_page = {figure.key: one.number for one in sheet.pages for figure in one.figures}
    shown, rows = set(), []
    for item in page.indicators:
        mine = [key for key in item.figures if first_page[key] == page.number and key not in shown]
        shown.update(mine)
        fields = []
        for key in mine:
            before = typed(sheet.figures[key], last.get(key))
            wrong = "" if form.is_bound else result.wrong.get(key, "")
            hint = result.hints.get(key, "") or wrong
            fields.append((sheet.figures[key], form[key], before, hint, notes.get(f"figure:{key}", [])))
        elsewhere = [
            (sheet.figures[key], typed(sheet.figures[key], kept.get(key)), first_page[key])
            for key in item.figures
            if key not in mine
        ]
        name = f"reason_{item.code}"
        line = result.lines[item.code]
        boxes = [form[key] for key in mine] + ([form[name]] if item.judged else [])
        rows.append(
            Row(
                item=item,
                fields=fields,
                reason=form[name] if item.judged else None,
                elsewhere=elsewhere,
                said=said(item, line),
                scored=line is not None,
                remarks=notes.get(f"indicator:{item.code}", []),
                hints={name: wanted.get(name, "")},
                open=any(not bound.field.disabled for bound in boxes),
            )
        )
    return rows

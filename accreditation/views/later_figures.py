"""The page of the later period: figures a reviewer may look at, which never count in the self score."""

import datetime as dt
from dataclasses import replace

from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accreditation import filing, filing_content, later_period
from accreditation.forms.filing import FiguresForm
from accreditation.views.figures import Row
from accreditation.views.filling import METHODS, Told, closed_page, own, page_with, remarks_of, write
from regions import clock
from scoring.points import show_points


def _said(item, line, kept) -> str:
    """What the later figures of an item would give; they take and add nothing."""
    if line is None:
        return "这一项没有填全，算不出得分。" if any(key in kept for key in item.figures) else ""
    if line.points is None:
        return line.because
    return f"按这些数据计 {line.shown} 分（满分 {show_points(item.max)} 分），不计入自评。{line.because}"


@require_http_methods(METHODS)
def later_figures(request, pk):
    """All figures of the items a reviewer may look at again, on one optional page."""
    application = own(request, pk)
    later = later_period.period(application)
    if later is None:
        raise Http404
    if closed := closed_page(request, application):
        return closed
    asked, items = later_period.asked(application), filing_content.rubric(application).later_items
    form = FiguresForm(
        request.POST if request.method == "POST" else None,
        initial={"edition": application.edition},
        asked=list(asked.values()),
        kept=later_period.figures(application),
        places=dict.fromkeys(asked, {later_period.TARGET}),
        open_places=filing_content.open_targets(application),
    )
    status, saved = 200, application
    if request.method == "POST":

        def save(edition):
            return filing.save_later_figures(
                application, form.figures, by=request.user, at=clock.now(), edition=edition
            )

        def told(saved):
            result, now = later_period.scored(saved), later_period.figures(saved)
            form.tell(result.wrong)
            live = {f"line_{item.code}": _said(item, result.lines[item.code], now) for item in items}
            return Told(live, result.hints)

        saved, status, answer = write(request, application, form, save, told)
        if answer:
            return answer
    result = later_period.scored(saved)
    if form.is_bound:
        form.tell(result.wrong)
        status = 400 if status == 200 and form.errors else status
        if status == 200:
            return redirect("accreditation:application", application.pk)
    context = {
        "later": later,
        "first": dt.date.fromisoformat(later.first),
        "last": dt.date.fromisoformat(later.last),
        "title": later_period.title(later),
        "rows": _rows(items, asked, form, result, later_period.figures(saved)),
        "notes": remarks_of(application).get(later_period.TARGET, []),
        "locked": all(bound.field.disabled for bound in form.visible_fields()),
    }
    return page_with(request, "later_figures", saved, form, status, context)


def _rows(items, asked, form, result, kept):
    """The items with their boxes. What a figure means is told for the sheet's own period, so it is left out here."""
    shown, rows = set(), []
    for item in items:
        mine = [key for key in item.figures if key in asked and key not in shown]
        shown.update(mine)
        wrong = {} if form.is_bound else result.wrong
        fields = [
            (
                replace(asked[key], definition=""),
                form[key],
                "",
                result.hints.get(key, "") or wrong.get(key, ""),
                [],
            )
            for key in mine
        ]
        row = Row(
            item=item,
            title=f"{item.number}. {item.content}",
            text="",
            fields=fields,
            elsewhere=[],
            said=_said(item, result.lines[item.code], kept),
            remarks=[],
            open=any(not form[key].field.disabled for key in mine),
        )
        rows.append(row)
    return rows

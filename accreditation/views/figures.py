"""The figures and the self score, page by page: what was typed, what it comes to, and why."""

from dataclasses import dataclass, field

from django.http import Http404
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from accreditation import filing, filing_content
from accreditation.forms.filing import FiguresForm, typed
from accreditation.models import Application
from accreditation.views.filling import METHODS, Told, closed_page, own, page_with, remarks_of, write
from regions import clock
from scoring.criteria import Criterion
from scoring.engine import score_partial
from scoring.points import show_points


@dataclass
class Row:
    """One indicator or condition on its page."""

    item: object
    title: str
    text: str
    fields: list
    elsewhere: list
    said: str
    remarks: list
    open: bool
    known: list = field(default_factory=list)  # (figure, words) of what the portal knows itself
    reason: object = None
    hints: dict = field(default_factory=dict)


def said(item, line) -> str:
    """What the figures of an indicator come to, with the reason."""
    if line is None:
        return "填完本项的数据后自动算出得分。"
    if line.points is None:
        return f"不计入总分。{line.because}"
    return f"得 {line.shown} 分（满分 {show_points(item.max)} 分）。{line.because}"


MET = {True: "符合", False: "不符合", None: "待填"}


def found(item, verdict, values) -> str:
    """What the figures of a condition come to, with the reason."""
    if verdict.met is None and not any(values.get(key) is not None for key in item.figures):
        return "待填。填完本条的数据后自动得出是否符合。"
    return f"{MET[verdict.met]}。{verdict.because}"


def standing(application, sheet, result) -> dict:
    """The running total beside the pass mark and the conditions met, as texts for the bar; the script renews them by name."""
    told = {}
    if sheet.has_points:
        mark = application.round.pass_mark
        done = sum(1 for line in result.lines.values() if line is not None)
        reached = ""
        if mark:
            reached = "已达到及格线" if mark.met(result.total) else "还没有达到及格线"
        told = {
            "total": show_points(result.total),
            "done": f"{done}/{len(sheet.indicators)}",
            "reached": reached,
        }
    if met := [verdict.met for verdict in result.criteria.values()]:
        told["checked"] = f"{len(met) - met.count(None)}/{len(met)}"
        told["unmet"] = f"不符合 {met.count(False)} 项" if False in met else ""
    return told


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


class _Page:
    """One page of one request: its form, what stands, and what it comes to."""

    def __init__(self, request, application, page):
        self.application, self.page = application, page
        self.sheet = filing_content.rubric(application)
        self.known = filing_content.known(application, clock.now())
        self.open_places = filing_content.open_targets(application)
        self.form = FiguresForm(
            request.POST if request.method == "POST" else None,
            initial={"edition": application.edition},
            asked=page.figures,
            indicators=page.indicators,
            kept=filing_content.figures(application),
            reasons=filing_content.judged(application),
            places={f.key: filing_content.places_of_figure(application, f.key) for f in page.figures},
            open_places=self.open_places,
        )

    def values(self, saved):
        """The figures as kept, with what the portal knows."""
        return filing_content.figures(saved) | {key: value for key, (value, _) in self.known.items()}

    def result(self, saved):
        return score_partial(self.sheet, self.values(saved), tier=saved.tier)

    def line(self, item, result, values):
        if isinstance(item, Criterion):
            return found(item, result.criteria[item.code], values)
        return said(item, result.lines[item.code])

    def told(self, saved) -> Told:
        """What an autosave hears back."""
        result, values = self.result(saved), self.values(saved)
        self.form.tell(result.wrong)
        live = {f"line_{item.code}": self.line(item, result, values) for item in self.page.items}
        live |= standing(saved, self.sheet, result)
        hints = {**result.hints, **_reasons_wanted(self.page, result, filing_content.judged(saved))}
        return Told(live, hints)


@require_http_methods(METHODS)
def figures(request, pk, page):
    """One project of the score sheet or group of conditions: its figures, and at once what they come to, with the reason."""
    application = own(request, pk)
    sheet = filing_content.rubric(application)
    pages = sheet.pages_for(application.tier) if sheet else ()
    if not 1 <= page <= len(pages):
        raise Http404
    if closed := closed_page(request, application):
        return closed
    here = _Page(request, application, pages[page - 1])
    form, status, saved = here.form, 200, application
    if request.method == "POST":

        def save(edition):
            return filing.save_figures(
                application, form.figures, form.reasons, by=request.user, at=clock.now(), edition=edition
            )

        saved, status, answer = write(request, application, form, save, here.told)
        if answer:
            return answer
    result = here.result(saved)
    if form.is_bound:
        form.tell(result.wrong)
        status = 400 if status == 200 and form.errors else status
        if status == 200:
            return redirect(*_after(request, application, page, pages))
    context = {
        "page": here.page,
        "pages": pages,
        "rows": _rows(here, pages, saved, result),
        "standing": standing(application, sheet, result),
        "mark": application.round.pass_mark if sheet.has_points else None,
        "locked": here.open_places is not None and all(b.field.disabled for b in form.visible_fields()),
        "period": sheet.period,
        "split_evidence": next(
            (m["key"] for m in filing_content.materials_wanted(application) if m.get("by_indicator")), ""
        ),
    }
    return page_with(request, "figures", saved, form, status, context)


def _after(request, application, page, pages):
    if request.POST.get("then") == "list" or page == len(pages):
        return ("accreditation:application", application.pk)
    return ("accreditation:figures", application.pk, page + 1)


def _reasons_wanted(page, result, reasons) -> dict:
    """Judged indicators below their maximum that have no reason yet: name of the box → sentence."""
    wanted = {}
    for item in page.indicators:
        line = result.lines[item.code]
        if item.judged and line is not None and line.points is not None and line.points < item.max:
            if not reasons.get(item.code, {}).get("reason", "").strip():
                wanted[f"reason_{item.code}"] = f"低于 {show_points(item.max)} 分，提交前请写明理由。"
    return wanted


def _rows(here, pages, saved, result):
    application, page, form, sheet = here.application, here.page, here.form, here.sheet
    last, values = _last_figures(application), here.values(saved)
    notes = remarks_of(application)
    wanted = _reasons_wanted(page, result, filing_content.judged(saved))
    first_page = {figure.key: one.number for one in pages for figure in one.figures}
    numbers = {item.code: n for n, item in enumerate(filing_content.conditions(application), 1)}
    shown, rows = set(), []
    for item in page.items:
        asked = [key for key in item.figures if key in first_page]
        mine = [key for key in asked if first_page[key] == page.number and key not in shown]
        shown.update(mine)
        fields = []
        for key in mine:
            before = typed(sheet.figures[key], last.get(key))
            wrong = "" if form.is_bound else result.wrong.get(key, "")
            hint = result.hints.get(key, "") or wrong
            fields.append((sheet.figures[key], form[key], before, hint, notes.get(f"figure:{key}", [])))
        elsewhere = [
            (sheet.figures[key], typed(sheet.figures[key], values.get(key)), first_page[key])
            for key in asked
            if key not in mine
        ]
        row = Row(
            item=item,
            title="",
            text="",
            fields=fields,
            elsewhere=elsewhere,
            said=here.line(item, result, values),
            remarks=notes.get(f"indicator:{item.code}", []),
            open=here.open_places is None or any(not form[key].field.disabled for key in mine),
            known=[(sheet.figures[key], here.known[key][1]) for key in item.figures if key in here.known],
        )
        if isinstance(item, Criterion):
            row.title, row.text = f"第 {numbers[item.code]} 条", item.text
        else:
            row.title, row.text = f"{item.number}. {item.content}", item.standard
            if item.judged:
                name = f"reason_{item.code}"
                row.reason, row.hints = form[name], {name: wanted.get(name, "")}
                row.open = row.open or not row.reason.field.disabled
        rows.append(row)
    return rows

"""The pages a community writes on: basic facts, narrative, exception, statements (figures: views.figures).

A press on 保存 and an autosave are the same POST; the script asks for JSON. What cannot be read stays in its box with a
sentence, the rest is saved all the same; an old page is refused with everything typed still on it.
"""

from dataclasses import dataclass, field

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import Role
from accreditation import eligibility, filing, filing_content
from accreditation.forms.filing import BasicsForm, NarrativeForm, StatementsForm
from accreditation.models import Application
from accreditation.permissions import why_not
from accreditation.refusals import NotYours
from accreditation.word_count import word_count
from regions import clock

METHODS = ["GET", "HEAD", "POST"]


def own(request, pk) -> Application:
    """The community's own application with all that its pages show; 404 as for a missing one to everyone else's eyes."""
    rows = Application.objects.visible_to(request.user).with_round().select_related("self_sheet")
    application = get_object_or_404(rows.prefetch_related("attachments", "remarks"), pk=pk)
    if request.user.acting.role != Role.FILER:
        raise NotYours("只有本社区的申报员可以办理。")
    return application


def is_autosave(request) -> bool:
    return request.headers.get("X-Requested-With") == "fetch" or request.headers.get("X-Autosave") == "1"


def remarks_of(application) -> dict:
    """What a desk asked to be corrected and is not answered yet: target → its sentences."""
    found = {}
    for remark in application.remarks.all():
        if remark.answered_at is None:
            found.setdefault(remark.target, []).append(remark.text)
    return found


def closed_page(request, application):
    """On a page that can no longer be written on: back to the application, with the reason."""
    if request.method != "POST" and (reason := why_not(request.user, application, "edit")):
        messages.info(request, reason)
        return redirect("accreditation:application", pk=application.pk)
    return None


@dataclass
class Told:
    """What a save says to the script: texts by data-live name, sentences by field."""

    live: dict = field(default_factory=dict)
    hints: dict = field(default_factory=dict)


def write(request, application, form, save, told=lambda saved: Told()):
    """Save what was understood. Returns (application, status, answer): the answer is JSON for the script or None."""
    good = form.is_valid()
    status, sentence, saved = (200 if good else 400), "", application
    edition = form.cleaned_data.get("edition")
    if edition is None:
        status, sentence = 400, "这一页的版本信息不完整，请重新打开后再填。"
    else:
        try:
            saved = save(edition) or application
        except NotYours as refusal:
            status, sentence = 403, refusal.sentence
        except ValidationError as refusal:
            status, sentence = 409, refusal.messages[0]
    if sentence:
        form.add_error(None, sentence)
    current = (
        saved if saved is not application else Application.objects.only("edition").get(pk=application.pk)
    )
    form.data = form.data.copy()
    form.data["edition"] = current.edition  # pressed again, the page knows what it overwrites
    if not is_autosave(request):
        return saved, status, None
    if status == 403:
        status = 409
    if saved is application:
        sentence = sentence or "；".join(s for errors in form.errors.values() for s in errors)
        return saved, status, JsonResponse({"message": sentence}, status=409 if status == 409 else 400)
    answer = told(saved)
    hints = {**answer.hints, **{name: errors[0] for name, errors in form.errors.items()}}
    at = saved.saved_at.astimezone(clock.SHANGHAI)
    body = {"edition": saved.edition, "saved_at": f"{at:%H:%M}", "live": answer.live, "hints": hints}
    return saved, 200, JsonResponse(body)


def page_with(request, name, application, form, status, context):
    shown = {
        "application": application,
        "form": form,
        "remarks": remarks_of(application),
        "saved_at": application.saved_at,
        **context,
    }
    return render(request, f"accreditation/{name}.html", shown, status=status)


@require_http_methods(METHODS)
def basics(request, pk):
    """The facts of the community, prefilled from the register and the last application."""
    application = own(request, pk)
    if closed := closed_page(request, application):
        return closed
    open_places = filing_content.open_targets(application)
    data = request.POST if request.method == "POST" else None
    form = BasicsForm(
        data, initial={"edition": application.edition}, application=application, open_places=open_places
    )
    status = 200
    if request.method == "POST":

        def save(edition):
            return filing.save_basics(
                application, form.facts, by=request.user, at=clock.now(), edition=edition
            )

        _, status, answer = write(request, application, form, save)
        if answer or status == 200:
            return answer or redirect("accreditation:application", pk=pk)
    notes = remarks_of(application)
    rows = [(bound, notes.get(f"basics:{bound.name}", [])) for bound in form.visible_fields()]
    locked = all(bound.field.disabled for bound, _ in rows)
    return page_with(request, "basics", application, form, status, {"rows": rows, "locked": locked})


def _text_page(request, pk, *, name, rule, target, kept, save):
    """A page of one text."""
    application = own(request, pk)
    if closed := closed_page(request, application):
        return closed
    label, hint, limit = rule(application)
    data = request.POST if request.method == "POST" else None
    initial = {"edition": application.edition, "text": kept(application)}
    form = NarrativeForm(data, initial=initial, label=label, hint=hint)
    open_places = filing_content.open_targets(application)
    locked = open_places is not None and target not in open_places
    form.fields["text"].disabled = locked
    status = 200
    if request.method == "POST":

        def keep(edition):
            if "text" not in form.cleaned_data:
                return None
            return save(
                application, form.cleaned_data["text"], by=request.user, at=clock.now(), edition=edition
            )

        def told(saved):
            return Told({"count": str(word_count(kept(saved)))})

        _, status, answer = write(request, application, form, keep, told)
        if answer or status == 200:
            return answer or redirect("accreditation:application", pk=pk)
    context = {
        "locked": locked,
        "limit": limit,
        "notes": remarks_of(application).get(target, []),
        "count": word_count(kept(application)),
    }
    return page_with(request, name, application, form, status, context)


@require_http_methods(METHODS)
def narrative(request, pk):
    """The narrative with its live 字数; too long a text may be saved, it is refused only when filed."""

    def rule(application):
        wanted = filing_content.narrative_rule(application)
        if wanted is None:
            raise Http404
        return wanted["label"], wanted.get("hint", ""), wanted.get("limit")

    return _text_page(
        request,
        pk,
        name="narrative",
        rule=rule,
        target="narrative",
        kept=lambda application: application.narrative,
        save=filing.save_narrative,
    )


@require_http_methods(METHODS)
def exception(request, pk):
    """Why a community without the title is put forward all the same."""

    def rule(application):
        if not application.exception_reason and not eligibility.reason_due(application, clock.now()):
            raise Http404
        hint = "请写明工作业绩突出、有特色、有亮点的具体事实和数据。"
        if application.community.kind == "village":
            hint = "原则上以社区为主。请写明本村与社区相近的服务功能和创建工作的突出之处。"
        return application.reason_title, hint, None

    return _text_page(
        request,
        pk,
        name="exception",
        rule=rule,
        target="exception_reason",
        kept=lambda application: application.exception_reason,
        save=filing.save_exception_reason,
    )


@require_http_methods(METHODS)
def statements(request, pk):
    """What the community confirms before it files."""
    application = own(request, pk)
    if closed := closed_page(request, application):
        return closed
    data = request.POST if request.method == "POST" else None
    form = StatementsForm(data, initial={"edition": application.edition}, application=application)
    open_places = filing_content.open_targets(application)
    locked = open_places is not None and "statements" not in open_places
    for bound in form.visible_fields():
        bound.field.disabled = locked
    status = 200
    if request.method == "POST":

        def save(edition):
            return filing.save_statements(
                application, form.given, by=request.user, at=clock.now(), edition=edition
            )

        _, status, answer = write(request, application, form, save)
        if answer or status == 200:
            return answer or redirect("accreditation:application", pk=pk)
    context = {"locked": locked, "notes": remarks_of(application).get("statements", [])}
    return page_with(request, "statements", application, form, status, context)

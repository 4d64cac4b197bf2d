"""One move, one page: the handler's proposal, and what an approver decides.

Every page shows what will happen, carries `seen`, and has the refusal on the form: 409 when the page is old or something
is missing, 403 when it is not this person's to do.
"""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import CharField
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from accreditation import case_file, filing_content, needs, queries, transitions
from accreditation.forms import desk as forms
from accreditation.models import Application, Assessment, State
from accreditation.permissions import why_not
from accreditation.refusals import NotYours
from regions import clock

METHODS = ["GET", "HEAD", "POST"]


def visible(request, pk, *related):
    """The application as this reader may see it, or 404."""
    rows = Application.objects.visible_to(request.user).with_round().select_related(*related)
    return get_object_or_404(rows, pk=pk)


def refused(request, application, sentence, status=403, form=None):
    """A page that says why this cannot be done here, with the way back to the file and what was typed into the form."""
    typed = []
    if form is not None and form.is_bound:
        texts = [field for field in form if isinstance(field.field, CharField) and not field.is_hidden]
        typed = [(field.label, field.value()) for field in texts if field.value()]
    context = {"application": application, "sentence": sentence, "typed": typed}
    return render(request, "accreditation/refused.html", context, status=status)


def no_longer(request, application, verb, form, status):
    """After a form was not taken: the page that says so where this person has nothing to do here, or None.

    Nothing of the desk's own is shown to someone who only guessed its address.
    """
    reason = why_not(request.user, application, verb)
    if not reason:
        return None
    if status in (403, 409):
        return refused(request, application, "".join(form.non_field_errors()), status, form)
    return refused(request, application, reason, 403, form)


def carry_out(form, act) -> int:
    """Run the verb with what the valid form says; 200, or the status of its refusal, which is put on the form."""
    try:
        act(**form.cleaned_data)
    except NotYours as refusal:
        form.add_error(None, refusal.sentence)
        return 403
    except ValidationError as refusal:
        form.add_error(None, refusal.messages)
        return 409
    return 200


def move_page(request, application, transition, form, done, *, context=None, to="accreditation:queue"):
    """Show the form of one move, or make the move; a refusal lands on the form with what was typed.

    done: what the next page says. The template is named after the transition.
    """
    verb = transition.__name__
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            status = carry_out(form, _bound_to(request, transition, application))
            if status == 200:
                messages.success(request, done)
                return redirect(to)
        if page := no_longer(request, application, verb, form, status):
            return page
    elif reason := why_not(request.user, application, verb):
        return refused(request, application, reason)
    context = {
        "application": application,
        "form": form,
        "cancel_url": reverse("accreditation:application", args=[application.pk]),
        **(context or {}),
    }
    return render(request, f"accreditation/{verb}.html", context, status=status)


def _bound_to(request, transition, application):
    def act(**cleaned):
        transition(application, by=request.user, at=clock.now(), **cleaned)

    return act


def _form(request, application, form_class, initial=None, **kwargs):
    seen = {"seen": application.moves, **(initial or {})}
    return form_class(request.POST if request.method == "POST" else None, initial=seen, **kwargs)


def _assessment(application):
    """The present desk's assessment, or None."""
    return application.assessments.filter(state=application.state).select_related("sheet").first()


@require_http_methods(METHODS)
def propose(request, pk):
    """The handler's verdict and opinion; another person of the office decides."""
    application = visible(request, pk)
    assessment = _assessment(application)
    initial = {}
    if assessment:
        initial = {"verdict": assessment.verdict, "opinion": assessment.opinion}
    if (wanted := request.GET.get("verdict")) in Assessment.Verdict.values:
        initial["verdict"] = wanted
    phrases = queries.phrases(request.user, application)
    form = _form(request, application, forms.Propose, initial, phrases=phrases)
    context = {"unmet": _unmet(application, needs.AFTER_PROPOSAL), "assessment": assessment}
    done = f"已提出{application.community.name}的处理意见，由审核岗位办理。"
    return move_page(request, application, transitions.propose, form, done, context=context)


def _unmet(application, apart=()):
    """What the present step still lacks, as sentences; nothing where it stands at no desk."""
    return needs.unmet(application, application.step, apart) if application.step else []


@require_http_methods(METHODS)
def pass_on(request, pk):
    """To the next desk, one by one."""
    application = visible(request, pk)
    form = _form(request, application, forms.PassOn)
    following = application.route.after(application.state) if application.step else None
    target = State(following.state).label if following else ""
    context = {
        "unmet": _unmet(application),
        "assessment": _assessment(application),
        "target": target,
        "effects": [
            f"{application.community.name}的申报转到“{target}”。",
            "上报后本单位不能再改评分和意见，也不能自行撤回。",
            "社区会在办理进度中看到。",
        ],
    }
    done = f"{application.community.name}已上报“{target}”。"
    return move_page(request, application, transitions.pass_on, form, done, context=context)


@require_http_methods(METHODS)
def send_back(request, pk):
    """Back to the community, with a sentence at each place to be corrected."""
    application = visible(request, pk, "self_sheet", "round__rubric")
    assessment = _assessment(application)
    targets = filing_content.remarkable(application)
    flagged, suggested = case_file.marked(application, assessment)
    form = _form(request, application, forms.SendBack, targets=targets, flagged=flagged, suggested=suggested)
    context = {
        "assessment": assessment,
        "groups": form.groups({**flagged, **suggested}),
        "effects": [
            "社区只能修改指出的这些地方，改好后重新提交，回到本环节。",
            "本单位已经录入的评分保留，社区改动的数据会标出来。",
            "如已列入推荐名单，会移出名单，名额空出。",
        ],
    }
    done = f"已退回{application.community.name}补正，社区修改后会重新回到本单位。"
    return move_page(request, application, transitions.send_back, form, done, context=context)


@require_http_methods(METHODS)
def decline(request, pk):
    """Not recommended, with the reason the community reads."""
    application = visible(request, pk)
    assessment = _assessment(application)
    form = _form(request, application, forms.Decline)
    context = {
        "assessment": assessment,
        "effects": [
            f"{application.community.name}本批次的申报到此结束，不再上报。",
            "社区会看到理由。",
            "如已列入推荐名单或正在公示，会移出名单，名额空出。",
            "这一决定不能在系统中撤销。",
        ],
    }
    done = f"已决定不予推荐{application.community.name}。"
    return move_page(request, application, transitions.decline, form, done, context=context)


@require_http_methods(METHODS)
def disqualify(request, pk):
    """Fraud ends the application at any time."""
    application = visible(request, pk)
    form = _form(request, application, forms.Disqualify)
    context = {
        "effects": [
            f"{application.community.name}的申报资格被取消，本批次的申报到此结束。",
            "社区会看到事实和依据。",
            "占用的名额空出，正在公示的名单会移出该社区。",
            "这一决定不能在系统中撤销。",
        ],
    }
    done = f"已取消{application.community.name}的申报资格。"
    return move_page(request, application, transitions.disqualify, form, done, context=context)

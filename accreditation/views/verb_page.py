"""One press, one page, for things that are not applications: a form, what will happen, the refusal at its place."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect, render

from accreditation.refusals import NotYours


def verb_page(
    request,
    form,
    act,
    *,
    done,
    to,
    title,
    action,
    why_not="",
    crumbs=(),
    facts=(),
    effects=(),
    danger=False,
    lead="",
):
    """Show the form of one verb, or do it: `act(form)`. A refusal lands on its field, or above the form.

    why_not: the sentence that refuses this person before anything is typed (403). done: what the next page says, or a
    function of what `act` gave. crumbs: (label, url); facts: (name, value) told above the form.
    """
    if why_not:
        raise NotYours(why_not)
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                made = act(form)
            except NotYours as refusal:
                form.add_error(None, refusal.sentence)
                status = 403
            except ValidationError as refusal:
                place_refusal(form, refusal)
                status = 409
            else:
                messages.success(request, done(made) if callable(done) else done)
                return redirect(to(made) if callable(to) else to)
    context = {
        "form": form, "title": title, "action": action, "crumbs": crumbs, "facts": facts, "effects": effects,
        "danger": danger, "lead": lead, "cancel_url": crumbs[-1][1] if crumbs else "",
    }  # fmt: skip
    return render(request, "titles/verb.html", context, status=status)


def place_refusal(form, refusal):
    """Each sentence at its field where the form has it, else above the form."""
    if not hasattr(refusal, "error_dict"):
        form.add_error(None, refusal.messages)
        return
    for name, sentences in refusal.message_dict.items():
        form.add_error(name if name in form.fields else None, sentences)

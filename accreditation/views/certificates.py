"""One title's paper: certificate, plaque, and the decision that ends it."""

from django.conf import settings
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from accreditation import public
from accreditation.forms.certificates import CancellationText
from accreditation.models import Ending, Recognition
from accreditation.paper import certificates, document_texts, documents
from accreditation.refusals import NotYours
from accreditation.views.pdf_answers import pdf_answer
from regions import clock


def _title(request, pk):
    return get_object_or_404(Recognition.objects.visible_to(request.user).select_related("community"), pk=pk)


def may_cancel(user, title) -> bool:
    """Whether this person writes the decision that ends a title: a desk of the level that granted it."""
    posting = user.acting
    return posting.has_desk and posting.level == title.issuer and posting.region.contains(title.position)


def check_address(request):
    """A function of a certificate's number that gives the public address of its check."""
    return lambda number: request.build_absolute_uri(reverse("certificate", args=[number]))


def _page(request, title, *, form=None, status=200):
    today = clock.today()
    cancels = may_cancel(request.user, title)
    context = {
        "title": title,
        "shown": public.certificate(title.number, today),
        "printable": certificates.in_force(Recognition.objects.filter(pk=title.pk), today).exists(),
        "cancels": cancels,
        "form": form or (CancellationText(initial=_ending_words(title)) if cancels else None),
    }
    return render(request, "accreditation/title_papers.html", context, status=status)


def _ending_words(title):
    """What the record of the title's end already says."""
    ending = title.endings.exclude(state=Ending.State.REFUSED).order_by("-pk").first()
    if ending is None:
        return {"ended_on": title.ended_on}
    return {"number": ending.document_number, "reason": ending.reason, "ended_on": ending.effective_on}


@require_safe
def title_papers(request, pk):
    """A title with what can be printed of it."""
    return _page(request, _title(request, pk))


def _print(request, pk, kind):
    title = _title(request, pk)
    if not certificates.in_force(Recognition.objects.filter(pk=pk), clock.today()).exists():
        raise NotYours(f"这个称号已经终止，不再打印{certificates.NAMES[kind]}。")
    made = certificates.pdf([title], check_address(request), kind=kind, demo=settings.DEMO)
    return pdf_answer(made, f"{certificates.NAMES[kind]}-{title.community.name}-{title.number}")


@require_safe
def certificate_pdf(request, pk):
    """The certificate of a title in force."""
    return _print(request, pk, certificates.CERTIFICATE)


@require_safe
def plaque_pdf(request, pk):
    """The artwork of its plaque, at its size."""
    return _print(request, pk, certificates.PLAQUE)


@require_POST
def cancellation_pdf(request, pk):
    """The decision that ends a title, from the words typed; nothing is kept or changed."""
    title = _title(request, pk)
    if request.user.acting.community_id or not may_cancel(request.user, title):
        raise NotYours("撤销称号的决定由认定单位的经办、审核和发布岗位拟制。")
    form = CancellationText(request.POST)
    if not form.is_valid():
        return _page(request, title, form=form, status=400)
    office = request.user.acting.office
    document = document_texts.cancellation(title, office.name, day=None, **form.cleaned_data)
    return pdf_answer(documents.pdf(document, demo=settings.DEMO), document.title)

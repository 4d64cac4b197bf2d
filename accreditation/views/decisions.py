"""The decision that ends an application for untrue statements, as an official document to be stamped."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from accreditation import case_file
from accreditation.models import Application, State
from accreditation.paper import document_texts, documents
from accreditation.views.pdf_answers import pdf_answer


def taken_here(user, told):
    """(event, its body) of the decision if this person's office took it, else None. told: `case_file.events`."""
    posting = user.acting
    found = next(((event, body) for event, body in told if event.action == "disqualify"), None)
    if found is None or posting is None or not posting.has_desk:
        return None
    taken = found[0].posting
    return found if taken and taken.office_id == posting.office_id else None


@require_safe
def disqualification_pdf(request, pk):
    """The decision with the facts as they were recorded; for the office that took it. 待用印: no seal, no date."""
    rows = Application.objects.in_line_of(request.user).with_round().filter(state=State.DISQUALIFIED)
    application = get_object_or_404(rows, pk=pk)
    found = taken_here(request.user, case_file.events(application))
    if found is None:
        raise Http404
    data = found[1]["data"]
    document = document_texts.disqualification(
        application,
        request.user.acting.office.name,
        number=data.get("document", ""),
        reason=data["reason"],
        day=None,
    )
    return pdf_answer(documents.pdf(document, demo=settings.DEMO), document.title)

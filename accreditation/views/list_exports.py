"""A long list asked for as a workbook: made behind the pages."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from accounts import jobs
from accreditation.list_exports import list_at
from accreditation.refusals import NotYours
from regions import clock


@require_POST
def ask_list(request):
    """Make the workbook of the list at `address` in the background; what the reader may see is asked when it is made."""
    address = request.POST.get("address", "")[:2000]
    match, _query = list_at(address)
    if request.user.acting is None:
        raise NotYours("请先选择岗位，再导出清单。")
    title = request.POST.get("title", "").strip()[:40] or match.view_name
    try:
        job = jobs.ask(
            "list_export", {"address": address}, by=request.user, at=clock.now(), title=f"导出{title}"
        )
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("accounts:jobs")
    return redirect("accounts:job", key=job.key)

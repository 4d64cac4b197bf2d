"""The recheck register as paper (平人社办〔2021〕141号 附件1): to be signed, stamped and sent in as PDF."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts.events import record
from accounts.limits import client_ip
from accreditation import official_tables
from accreditation.paper import forms, rendering
from accreditation.refusals import NotYours
from regions import clock

FIRST_YEAR = 2000


@require_safe
def recheck_paper(request, year):
    """复查情况登记表 of a year, for the communities of my office's region; taking it is an event, it names contacts."""
    posting = request.user.acting
    if posting is None or not posting.sees_below:
        raise NotYours("复查情况登记表由各级单位的岗位打印。")
    if not FIRST_YEAR <= year <= clock.today().year:
        raise Http404
    rows = [
        {"phone": "", **dict(zip(forms.REGISTER_CELLS, cells[1:], strict=True))}
        for cells in official_tables.recheck_rows(posting.region, year)
    ]
    name = f"{posting.region.name}{year}年复查情况登记表"
    try:
        made = forms.recheck_register({"unit": posting.office.name}, rows)
    except rendering.TooLarge as refusal:
        messages.error(request, f"{name}共 {len(rows)} 行，{refusal}可以导出 Excel。")
        return redirect("accreditation:lists")
    with transaction.atomic():
        told = {"rows": len(rows)}
        ip = client_ip(request)
        record("export_table", by=request.user, at=clock.now(), subject=name[:200], data=told, ip=ip)
    response = HttpResponse(made, content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.pdf")
    response["Cache-Control"] = "no-store"
    return response

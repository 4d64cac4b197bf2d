"""Spot checks for everyone: what was fixed before the draw, its certificate, the files and the page that repeat it."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from accounts import limits
from accreditation import public, spot_draw
from accreditation.paper import documents, draw_papers
from accreditation.paper.rendering import TooLarge
from accreditation.paper.rendering import render as render_pdf
from accreditation.views.pdf_answers import pdf_answer
from accreditation.views.public import SIZES, shortly_kept, size_of, too_many
from regions import clock

SCRIPT = Path(spot_draw.__file__)
PRINTED_PER_PLACE = 60  # certificates an hour
# Printed lately: the same document is not laid out again for each reader.
_printed = lru_cache(maxsize=8)(render_pdf)


def _page(request, rows):
    return Paginator(rows, size_of(request)).get_page(request.GET.get("page"))


def _shown(pk):
    clock.set_place(public.position_of_draw(pk))
    found = public.draw(pk, clock.now())
    if found is None:
        raise Http404
    return found


@login_not_required
@require_safe
@shortly_kept
def draws(request):
    """All spot checks, those not drawn yet among them."""
    page = _page(request, public.draws(clock.now()))
    page.object_list = public.draw_lines(page.object_list)
    return render(request, "public/draws.html", {"page": page, "sizes": SIZES})


@login_not_required
@require_safe
@shortly_kept
def public_draw(request, pk):
    """One spot check: its certificate."""
    found = _shown(pk)
    page = _page(request, public.draw_targets(pk))
    page.object_list = public.told_targets(found, page.object_list)
    named = public.told_targets(found, public.draw_targets(pk, named=True))
    return render(request, "public/draw.html", {"draw": found, "page": page, "named": named, "sizes": SIZES})


@login_not_required
@require_safe
@shortly_kept
def draw_pool(request, pk):
    """The pool file whose hash was told."""
    clock.set_place(public.position_of_draw(pk))
    pool = public.draw_pool(pk, clock.now())
    if pool is None:
        raise Http404
    return _file(pool.encode(), "text/plain; charset=utf-8", "pool.txt")


@login_not_required
@require_safe
@shortly_kept
def draw_script(request):
    """The very file that draws, to be run by anyone."""
    return _file(SCRIPT.read_bytes(), "text/x-python; charset=utf-8", "spot_draw.py")


def _file(content, kind, name):
    response = HttpResponse(content, content_type=kind)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@login_not_required
@require_safe
@shortly_kept
def repeat_draw(request, pk):
    """The draw computed anew on the server, beside the record."""
    found = _shown(pk)
    repeated = public.repeated(pk, clock.now())
    if repeated is None:
        raise Http404
    page = _page(request, repeated.drawn)
    return render(
        request,
        "public/repeat_draw.html",
        {"draw": found, "repeated": repeated, "page": page, "sizes": SIZES},
    )


@login_not_required
@require_safe
@shortly_kept
def draw_certificate(request, pk):
    """The certificate as a document."""
    found = _shown(pk)
    if not found.nonce:
        raise Http404
    place = limits.place_of(limits.client_ip(request))
    if not limits.take(limits.key_of("draw-pdf", place), PRINTED_PER_PLACE, 3600, timezone.now()):
        return too_many(request, 60)
    drawn = public.told_targets(found, public.draw_targets(pk))
    named = public.told_targets(found, public.draw_targets(pk, named=True))
    document = draw_papers.certificate(found, drawn, named, clock.day_of(found.drawn_at))
    try:
        made = _printed(documents.html(document, demo=settings.DEMO))
    except TooLarge:
        return redirect("public_draw", pk=pk)  # the page itself is printed by the browser
    return pdf_answer(made, f"{found.name}抽查凭证", public=True)

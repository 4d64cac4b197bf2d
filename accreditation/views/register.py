"""Pages for everyone: the register of titles, its figures, and any community by its name. No sign-in, no script."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accreditation import public
from accreditation.forms.public import CommunityQuery, EndedQuery, RecognisedQuery, TitleQuery
from accreditation.views.public import SIZES, shortly_kept, size_of
from regions import clock


def _turned(request) -> dict:
    """Where in a list that is turned over by keys the reader stands."""
    return {key: request.GET.get(key, "") for key in ("after", "before")}


@login_not_required
@require_safe
@shortly_kept
def recognised(request):
    """The register of titles."""
    today = clock.today()
    form = RecognisedQuery(request.GET)
    wanted = form.wanted()
    rows = public.titles(wanted, today)
    count, whole = public.title_count(wanted, today, rows=rows)
    context = {
        "form": form,
        "page": public.title_page(wanted, today, size_of(request), rows=rows, **_turned(request)),
        "count": count,
        "whole": whole,
        "sizes": SIZES,
    }
    return render(request, "public/recognised.html", context)


@login_not_required
@require_safe
@shortly_kept
def recognised_figures(request):
    """How many titles are held: a tile for each place, bars for years and tiers, each with its table."""
    form = TitleQuery(request.GET)
    figures = public.figures(form.wanted(), clock.today())
    listed = reverse("recognised")
    context = {
        "form": form,
        "figures": figures,
        "asked": {key: form[key].value() or None for key in ("tier", "year")},
        "places": _bars(sorted(figures.tiles, key=lambda tile: -tile.titles)),
        "years": [
            {"label": year, "value": number, "url": f"{listed}?year={year}"} for year, number in figures.years
        ],
        "tiers": [{"label": name, "value": number} for name, number in figures.tiers],
    }
    return render(request, "public/recognised_figures.html", context)


@login_not_required
@require_safe
@shortly_kept
def ended(request):
    """The titles that ended: when, by which document, for what kind of reason."""
    today = clock.today()
    form = EndedQuery(request.GET, today)
    page = Paginator(public.ended(form.wanted(), today), size_of(request)).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "lines": public.ended_lines(page.object_list), "sizes": SIZES}
    return render(request, "public/ended.html", context)


def _bars(tiles):
    return [{"label": tile.name, "value": tile.titles} for tile in tiles if tile.titles]


@login_not_required
@require_safe
@shortly_kept
def communities(request):
    """Any community by its name, an old one or a code: what it is called today, and what it holds."""
    form = CommunityQuery(request.GET)
    asked = form.is_valid() and (form.found("q") or form.places)
    page = asked and public.communities(
        form.found("q") or "",
        clock.today(),
        size_of(request),
        places=form.places,
        **_turned(request),
    )
    return render(request, "public/communities.html", {"form": form, "page": page, "sizes": SIZES})


@login_not_required
@require_safe
@shortly_kept
def community_history(request, pk):
    """A community's names, changes, titles and notices. The address of one that is gone leads to its one successor.

    `?from=` is the key of the one whose address led here, `?own=1` asks for the page of the one that is gone.
    """
    if "own" not in request.GET and (successor := public.moved_to(pk)):
        return redirect(f"{reverse('community_history', args=[successor.pk])}?from={pk}")
    clock.set_place(public.position_of_community(pk))
    found = public.community(pk, clock.today())
    if found is None:
        raise Http404
    came = request.GET.get("from", "")
    earlier = next((row for row in found.earlier if str(row.pk) == came), None)
    drawn = public.draws_of(clock.now(), community=pk)
    context = {"community": found, "came_from": earlier, "draws": drawn}
    return render(request, "public/community_history.html", context)

"""Two pages of the frame itself: the display modes, and the sheet of all components."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from accounts.sign_in import is_own_address
from config import samples
from config.display import cookie_of
from config.language import COOKIE

MODES = ("care", "contrast")
LANGUAGES = ("zh-hans", "en")
YEAR = 365 * 24 * 60 * 60


# Exempt from the token: the cookie only says how large letters are, and a token here would put a cookie
# and a changing byte on every public page.
@csrf_exempt
@login_not_required
@require_POST
def display(request):
    """Set care (长者版) or contrast (高对比) to 1 or 0, or the language, and go back to the page the reader came from."""
    target = request.POST.get("next", "")
    if not is_own_address(request, target):
        target = "/"
    response = HttpResponseRedirect(target)
    told = {mode: "1" if request.POST[mode] == "1" else "0" for mode in MODES if mode in request.POST}
    if request.POST.get(COOKIE) in LANGUAGES:
        told[COOKIE] = request.POST[COOKIE]
    for name, value in told.items():
        response.set_cookie(
            cookie_of(name), value, max_age=YEAR, secure=settings.PRODUCTION, httponly=True, samesite="Lax"
        )
    return response


@login_not_required
def styleguide(request):
    """Every component in every state, for eyes and for checkers; only where nothing real is kept."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    return render(request, "styleguide.html", samples.context(request))

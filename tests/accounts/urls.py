"""The portal's addresses, with a stand-in for each of the two homes while the floor above does not serve it."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import path
from django.urls.exceptions import NoReverseMatch
from django.urls.resolvers import get_resolver

from config import urls as portal

handler400, handler403, handler404 = portal.handler400, portal.handler403, portal.handler404


def home(request):
    """A page of the floor above."""
    acting = request.user.acting
    return HttpResponse(f"home of {acting}")


def echo(request):
    """A page of the floor above that takes a form."""
    return HttpResponse(f"{request.method} {request.POST.get('remarks', '')}")


@login_not_required
def public_home(request):
    return HttpResponse("public home")


def _missing(name):
    try:
        get_resolver("config.urls").reverse(name)
    except NoReverseMatch:
        return True
    return False


urlpatterns = [
    *portal.urlpatterns,
    path("echo/", echo, name="echo"),
    *([path("home/", home, name="home")] if _missing("home") else []),
    *([path("public/", public_home, name="public_home")] if _missing("public_home") else []),
]

"""Signing in, signing out, and what was typed before a time-out."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import kept_forms, sign_in
from accounts.demonstration import by_programme, demo_accounts
from accounts.forms import SignIn
from accounts.models import User
from accounts.permissions import home_of
from regions import clock


def sign_in_page(request, *, form=None, status=200, expired=False, next="", kept=""):
    """The sign-in page; in a demonstration with its accounts below."""
    form = form or SignIn(initial={"next": next, "kept": kept})
    context = {
        "form": form,
        "expired": expired,
        "kept": bool(kept),
        "groups": by_programme(),
        "tries": sign_in.PER_ACCOUNT_AND_PLACE,
        "minutes": sign_in.WINDOW // 60,
    }
    return render(request, "accounts/login.html", context, status=status)


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def login(request):
    """Sign in with username and password. Wrong, unknown and locked give the same page in the same time."""
    if request.method != "POST":
        if settings.DEMO and request.GET.get("switch"):
            return redirect("accounts:demo")
        if request.user.is_authenticated:
            return redirect(sign_in.safe_next(request, _home(request.user)))
        return sign_in_page(request, expired="expired" in request.GET, next=sign_in.safe_next(request, ""))
    form = SignIn(request.POST)
    if form.is_valid():
        user = sign_in.attempt(
            request,
            form.cleaned_data["username"],
            form.cleaned_data["password"],
            at=clock.now(),
            now=timezone.now(),
        )
        if user is not None:
            return _signed_in(request, user, form.cleaned_data["kept"])
        form.add_error(None, sign_in.REFUSED)
    return sign_in_page(request, form=form, kept=form.data.get("kept", ""))


def _signed_in(request, user, token):
    kept = kept_forms.unseal(request, token, user) if token else None
    sign_in.open_session(request, user, at=clock.now(), now=timezone.now())
    if kept:
        request.session[sign_in.KEPT] = kept
        request.session.setdefault(sign_in.POSTING, kept["posting"])
        return redirect("accounts:kept")
    return redirect(sign_in.safe_next(request, _home(user)))


def _home(user):
    return reverse(home_of(user.acting))


@require_POST
def logout(request):
    """Sign out and go to the public home."""
    sign_in.close_session(request, at=clock.now())
    response = redirect(settings.LOGOUT_REDIRECT_URL)
    response["Clear-Site-Data"] = (
        '"cache"'  # not "storage": unsent words of a form outlive the session on purpose
    )
    return response


@require_safe
def stay(request):
    """Nothing but a sign of life: keeps the session from ending while somebody reads."""
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
def kept(request):
    """What was submitted after the session had ended, to be submitted again or dropped."""
    if request.method == "POST":
        request.session.pop(sign_in.KEPT, None)
        return redirect(_home(request.user))
    held = request.session.get(sign_in.KEPT)
    if held is None:
        return redirect(_home(request.user))
    return render(request, "accounts/kept.html", {"held": held, "values": kept_forms.visible_values(held)})


@login_not_required
@require_POST
def demo_sign_in(request):
    """Sign in as one of the demonstration's accounts with one press."""
    username = request.POST.get("username", "")
    if not any(row["username"] == username for row in demo_accounts()):
        raise Http404
    user = User.objects.filter(username=User.normalize_username(username), is_active=True).first()
    if user is None:
        raise Http404
    sign_in.open_session(request, user, at=clock.now(), now=timezone.now(), data={"演示": True})
    return redirect(sign_in.safe_next(request, _home(user)))

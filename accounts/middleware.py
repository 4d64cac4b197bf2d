"""What holds for every signed-in request: the session is fresh, a posting acts, the second factor is there.

Asked in one place, so that no view can forget it. Idle and total time run on the real clock, also in a demonstration.
"""

import time
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib.auth import logout
from django.db import transaction
from django.http import HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts import demonstration, kept_forms, limits
from accounts.account_events import log
from accounts.events import record
from accounts.permissions import postings_of
from accounts.sign_in import POSTING, SECOND_FACTOR, SEEN, SINCE
from accounts.views.sign_in import sign_in_page
from regions import clock

# The last-seen mark is written at most this often, seconds.
SEEN_EVERY = 60
ALWAYS_OPEN = {"accounts:logout", "accounts:stay", "accounts:demo", "accounts:demo_sign_in"}
OWN_PAGES = {"accounts:profile", "accounts:password", "accounts:otp"}
# Status of a refusal → why, for the log.
REFUSALS = {403: "not allowed", 404: "not there for them", 429: "too many"}
# Refusals kept in the chain per person and hour; the log has them all.
REFUSALS_TOLD, REFUSALS_WINDOW = 60, 60 * 60


class ActingPostMiddleware:
    """Sets `request.user.acting` (and `request.user.postings_today`) or sends to the page that must come first."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        ended = _end_stale_session(request)
        response = self.get_response(request)
        if ended and _leads_to_sign_in(response):
            response = _sign_in_again(request, ended)
        if response.status_code in REFUSALS and request.resolver_match:
            _note_refusal(request, response.status_code)
        # Public data too: the same answer may renew this person's cookie, which nobody may keep.
        if request.user.is_authenticated and "no-store" not in response.get("Cache-Control", ""):
            response["Cache-Control"] = "private, no-store"
        return response

    def process_view(self, request, view, args, kwargs):
        user = request.user
        if settings.DEMO:
            clock.set_place(demonstration.place_of(request))
        if not user.is_authenticated:
            return None
        user.postings_today = postings_of(user, clock.today())
        user.acting = _chosen(request, user.postings_today)
        if not getattr(view, "login_required", True):
            return None
        return _what_comes_first(request, user, request.resolver_match.view_name)


def _what_comes_first(request, user, name):
    """The page this person must see before this one, or None."""
    if name in ALWAYS_OPEN or name == "accounts:switch_post":
        return None
    if user.acting is None:
        if user.postings_today:
            return _send(request, "accounts:switch_post")
        if name not in OWN_PAGES:
            return render(request, "accounts/no_post.html", status=403)
    asked = request.session.get(SECOND_FACTOR) or (
        user.acting and user.acting.office_id and user.acting.office.otp_required
    )
    if asked and not user.is_verified():
        return None if name == "accounts:otp" else _send(request, "accounts:otp")
    if user.must_change_password and name not in ("accounts:password", "accounts:otp"):
        return _send(request, "accounts:password")
    return None


def _chosen(request, postings):
    """The posting of this session while it is in force; the only one where there is one; else None."""
    if len(postings) == 1:
        return postings[0]
    chosen = request.session.get(POSTING)
    return next((posting for posting in postings if posting.pk == chosen), None)


def _send(request, name):
    """To a page that must come first, and from there back here."""
    back = f"?{urlencode({'next': request.get_full_path()})}" if request.method in ("GET", "HEAD") else ""
    return redirect(reverse(name) + back)


def _end_stale_session(request):
    """Sign out whoever was idle too long or is here for too long; (user key, posting key) of whom, or None."""
    if not request.user.is_authenticated:
        return None
    session, moment = request.session, int(time.time())
    since, seen = session.get(SINCE), session.get(SEEN)
    if since is None or seen is None:
        session[SINCE] = session[SEEN] = moment
        return None
    if moment - seen > settings.SESSION_IDLE_SECONDS or moment - since > settings.SESSION_COOKIE_AGE:
        ended = (request.user.pk, session.get(POSTING))
        logout(request)
        return ended
    if moment - seen >= SEEN_EVERY:
        session[SEEN] = moment
    return None


def _leads_to_sign_in(response):
    return response.status_code == 302 and response["Location"].startswith(reverse("accounts:login"))


def _sign_in_again(request, ended):
    """The sign-in page after a time-out; what was just posted goes along in it."""
    if request.method != "POST":
        query = urlencode({"next": request.get_full_path(), "expired": "1"})
        return HttpResponseRedirect(f"{reverse('accounts:login')}?{query}")
    referrer = urlsplit(request.headers.get("Referer", ""))
    back = referrer.path + (f"?{referrer.query}" if referrer.query else "")
    return sign_in_page(
        request,
        status=401,
        expired=True,
        next=back if referrer.netloc == request.get_host() else "",
        kept=kept_forms.seal(request, *ended),
    )


def _note_refusal(request, status):
    """A refusal is a line of the security log; a signed-in person's is an event besides."""
    user, ip = request.user, limits.client_ip(request)
    line = "refused %s %s %s user=%s ip=%s reason=%s"
    log.warning(line, status, request.method, request.path, user.pk, ip, REFUSALS[status])
    if not user.is_authenticated:
        return
    key = limits.key_of("refused", str(user.pk))
    if limits.take(key, REFUSALS_TOLD, REFUSALS_WINDOW, timezone.now()):
        with transaction.atomic():
            record(
                "refused",
                by=user,
                at=clock.now(),
                subject=f"{user.name}（{user.username}）",
                data={"方法": request.method, "地址": request.path[:200], "状态": status},
                ip=ip,
            )

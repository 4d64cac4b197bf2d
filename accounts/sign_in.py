"""Signing in and out: at most five real checks of a password per account and place, whatever races.

A wrong password, an unknown username and a locked account cannot be told apart by words, status or time:
each runs one slow hash and writes once.
"""

import time

from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import limits
from accounts.account_events import note
from accounts.models import User
from accounts.permissions import postings_of
from accounts.second_factor import device_of
from accounts.text import has_unseen
from regions.clock import day_of

WINDOW = 10 * 60
PER_ACCOUNT_AND_PLACE = 5
PER_PLACE = 50
PER_ACCOUNT = 30
# A place the account has signed in from lately is not shut by guesses made elsewhere.
KNOWN_FOR = 90 * 24 * 60 * 60
# Refusals of a locked account that are written into the chain, per window; the rest only into the log.
TOLD_REFUSALS = 20
REFUSED = "用户名或密码不正确。连续输错 5 次后须等待 10 分钟再试；忘记密码或账号停用，请联系本单位或上一级单位的系统管理员。"

# Keys of the session.
POSTING, SINCE, SEEN, SECOND_FACTOR, KEPT = "posting", "since", "seen", "second_factor", "kept"


def attempt(request, username: str, password: str, *, at, now) -> User | None:
    """The account of a username and its right password, or None. `at` is the portal's moment, `now` the real one."""
    username = User.normalize_username(username)[:80]
    ip = limits.client_ip(request)
    place = limits.place_of(ip)
    keys = _Keys(username, place)
    with transaction.atomic():
        allowed = _may_try(keys, now)
        refusals = 0 if allowed else limits.count(keys.told, WINDOW, now)
    if not allowed:
        make_password(password)  # as slow as a check
        _tell_locked(username, keys, refusals, at, now, ip)
        return None
    user = authenticate(request, username=username, password=password)
    if user is None:
        with transaction.atomic():
            note("sign_in_failed", account=_account(username), by=None, at=at, ip=ip)
        return None
    limits.clear(keys.both)
    limits.give_back(keys.account)
    limits.give_back(keys.place)
    return user


def forget_failures(username: str) -> None:
    """Unlock an account: its failed sign-ins no longer count, from wherever they came."""
    limits.clear_all(limits.key_of("sign-in", username))
    limits.clear_all(limits.key_of("sign-in-account", username))


def _account(username):
    return User.objects.filter(username=username).first()


class _Keys:
    """The buckets of one attempt."""

    def __init__(self, username, place):
        self.account = limits.key_of("sign-in-account", username)
        self.both = limits.key_of("sign-in", username, place)
        self.place = limits.key_of("sign-in-place", place)
        self.known = limits.key_of("sign-in-known", username, place)
        self.told = limits.key_of("sign-in-told", username, place)


def _may_try(keys, now):
    """Take one try of the account here, of the account anywhere (unless known here), and of the place."""
    if limits.peek(keys.place, now) >= PER_PLACE:
        return False
    return (
        limits.take(keys.both, PER_ACCOUNT_AND_PLACE, WINDOW, now)
        and (limits.peek(keys.known, now) > 0 or limits.take(keys.account, PER_ACCOUNT, WINDOW, now))
        and limits.take(keys.place, PER_PLACE, WINDOW, now)
    )


def _tell_locked(username, keys, refusals, at, now, ip):
    """Write once, as a failed attempt does; but a flood of refusals does not fill the chain."""
    account = _account(username)
    with transaction.atomic():
        if refusals <= TOLD_REFUSALS:
            note("sign_in_locked", account=account, by=None, at=at, ip=ip)
        else:
            limits.count(keys.told, WINDOW, now)


def open_session(request, user, *, at, now, data=None) -> None:
    """Sign the user in under a new session key; a single posting acts at once."""
    ip = limits.client_ip(request)
    with transaction.atomic():
        login(request, user)
        request.session[SINCE] = request.session[SEEN] = int(time.time())
        request.session[SECOND_FACTOR] = device_of(user) is not None
        postings = postings_of(user, day_of(at))
        if len(postings) == 1:
            request.session[POSTING] = postings[0].pk
            user.acting = postings[0]
        user.last_login = at
        user.save(update_fields=["last_login"])
        known = _Keys(user.username, limits.place_of(ip)).known
        limits.clear(known)
        limits.count(known, KNOWN_FOR, now)
        note("sign_in", account=user, by=user, at=at, ip=ip, data=data)


def close_session(request, *, at) -> None:
    """Sign out; the session is deleted on the server."""
    user = request.user
    with transaction.atomic():
        note("sign_out", account=user, by=user, at=at, ip=limits.client_ip(request))
        logout(request)


def safe_next(request, fallback: str) -> str:
    """The address a page asked to return to, when it is one of our own; otherwise the fallback.

    Refuses other hosts, and control or format characters: browsers drop some of them ("/\\t/elsewhere").
    """
    target = request.POST.get("next") or request.GET.get("next") or ""
    return target if is_own_address(request, target) else fallback


def is_own_address(request, target: str) -> bool:
    """Whether an address is a path of this site, safe to redirect to."""
    path = target.split("?")[0].lower()
    if not target.startswith("/") or "\\" in target or has_unseen(target):
        return False
    if any(code in path for code in ("%00", "%09", "%0a", "%0d", "%5c")):
        return False
    return url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()})

"""How often something may be done: buckets in the database, so that all processes count together.

Windows run on real time, also in a demonstration. 200 racing takers of a bucket of five get five.
"""

import datetime as dt
import hashlib
import ipaddress

from django.conf import settings
from django.db import transaction
from django.db.models import F

from accounts.models import Bucket


def client_ip(request) -> str:
    """The address that asks. Behind n proxies of our own: the n-th entry of X-Forwarded-For from the right.

    What stands further left was written by the client and is not believed. "" where there is no address.
    """
    address = request.META.get("REMOTE_ADDR", "")
    if settings.TRUSTED_PROXIES:
        hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(hops) >= settings.TRUSTED_PROXIES:
            address = hops[-settings.TRUSTED_PROXIES].strip()
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return ""


def place_of(ip: str) -> str:
    """What counts as one place: an IPv4 address, or the /64 an IPv6 address lies in."""
    if ":" not in ip:
        return ip
    return str(ipaddress.ip_network(f"{ip}/64", strict=False).network_address)


def key_of(purpose: str, *parts: str) -> str:
    """A bucket's key: the purpose, then a digest of each part (parts may be long and may be personal)."""
    return ":".join(
        [purpose, *(hashlib.sha256(str(part).encode("utf-8", "replace")).hexdigest()[:24] for part in parts)]
    )


@transaction.atomic
def take(key: str, limit: int, window_seconds: int, at: dt.datetime) -> bool:
    """Take one of `limit` in the window that the first taker opens; False when none is left.

    The conditional UPDATE is the lock: on PostgreSQL the second taker waits for the row and asks again.
    """
    if settings.TEST_SWITCH == "no_limit_guard":  # the race tests' control shows what happens without
        return True
    _open(key, window_seconds, at)
    return Bucket.objects.filter(key=key, used__lt=limit).update(used=F("used") + 1) == 1


@transaction.atomic
def count(key: str, window_seconds: int, at: dt.datetime) -> int:
    """Count one more in the window without a limit; how many it are now."""
    _open(key, window_seconds, at)
    Bucket.objects.filter(key=key).update(used=F("used") + 1)
    return Bucket.objects.values_list("used", flat=True).get(key=key)


def _open(key, window_seconds, at):
    """Make sure the bucket stands and its window is running."""
    ends = at + dt.timedelta(seconds=window_seconds)
    Bucket.objects.get_or_create(key=key, defaults={"window_ends": ends})
    Bucket.objects.filter(key=key, window_ends__lte=at).update(used=0, window_ends=ends)


def give_back(key: str) -> None:
    """Return one that was taken for nothing (a sign-in that succeeded)."""
    Bucket.objects.filter(key=key, used__gt=0).update(used=F("used") - 1)


def peek(key: str, at: dt.datetime) -> int:
    """How many were taken in the running window."""
    return Bucket.objects.filter(key=key, window_ends__gt=at).values_list("used", flat=True).first() or 0


def clear(key: str) -> None:
    """Forget the bucket."""
    Bucket.objects.filter(key=key).delete()


def clear_all(prefix: str) -> None:
    """Forget every bucket whose key begins so (all places of one account)."""
    Bucket.objects.filter(key__startswith=prefix).delete()


def sweep(at: dt.datetime) -> int:
    """Delete the buckets whose window is over; how many. Safe at any time, for a nightly job."""
    return Bucket.objects.filter(window_ends__lte=at).delete()[0]

"""The demonstration: its accounts, as `demo-accounts.json` lists them beside the code, and where the reader is in it."""

import json

from django.conf import settings

from accounts.models import Role
from regions.models import DemonstrationClock

PLACE = "demo_place"  # the cookie of a reader who is not signed in: which demonstration they look at


def demo_accounts() -> list[dict]:
    """Rows of username, role (in words), region, programme and note; empty outside a demonstration or before it is filled."""
    if not settings.DEMO:
        return []
    try:
        rows = json.loads((settings.BASE_DIR / "demo-accounts.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    words = dict(Role.choices)
    return [{**row, "role": words.get(row.get("role"), row.get("role"))} for row in rows]


def by_programme() -> list[tuple[str, list[dict]]]:
    """The same rows in groups, in the order of the file."""
    groups: dict[str, list[dict]] = {}
    for row in demo_accounts():
        groups.setdefault(row.get("programme_title") or row.get("programme") or "", []).append(row)
    return list(groups.items())


def place_of(request) -> int | None:
    """Where the request plays: by the reader's first posting, else by the demonstration they chose to look at."""
    user = request.user
    if user.is_authenticated:
        posting = user.postings.select_related("office__region", "community").first()
        return posting.position if posting else None
    chosen = request.COOKIES.get(PLACE, "")
    if not (chosen.isascii() and chosen.isdigit() and len(chosen) < 10):
        return None
    found = DemonstrationClock.objects.filter(pk=int(chosen)).select_related("region").first()
    return found.region.position if found else None


def places() -> list[DemonstrationClock]:
    """Every demonstration with its place and its day."""
    return list(DemonstrationClock.objects.select_related("region"))

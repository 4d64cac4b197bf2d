"""The demonstration's accounts, as `demo-accounts.json` lists them beside the code."""

import json

from django.conf import settings

from accounts.models import Role


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

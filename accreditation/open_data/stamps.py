"""When the open data last changed, without reading it: the last event that can have changed anything public.

What only reads, or concerns accounts alone, is passed over by name; an action not named here counts as a change, so
that a forgotten one costs a fresh answer and never gives a stale one.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass

from accounts.models import Event
from accreditation.open_data.columns import schema_of
from regions import clock

CHANGES_NOTHING_PUBLIC = (
    "sign_in", "sign_in_failed", "sign_in_locked", "sign_out", "switch_post", "password_changed", "reset_password",
    "otp_enabled", "otp_failed", "otp_disabled", "recovery_codes_renewed", "create_account", "import_people",
    "add_posting", "end_posting", "unlock", "deactivate", "activate", "declare_interest", "refused", "start", "attach",
    "detach", "submit", "resubmit", "assess", "visit", "propose", "pass_on",
    "read_objector", "give_score", "print_paper", "attach_scan", "receive_copies", "file_plan",
    "export_panel", "export_plans", "export_coverage", "export_applications", "export_list", "export_table",
)  # fmt: skip
GONE_BY = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Stamp:
    """A state of the open data: `mark` differs whenever an answer could; `at` is when it came about."""

    mark: str
    at: dt.datetime


def last_change() -> tuple[int, dt.datetime]:
    """Number and moment of the last event that can have changed anything public."""
    last = Event.objects.exclude(action__in=CHANGES_NOTHING_PUBLIC).order_by("-seq")
    return last.values_list("seq", "at").first() or (0, GONE_BY)


def stamp(today: dt.date) -> Stamp:
    """The present one. A new day is a change too: notices end and titles expire by the date."""
    seq, at = last_change()
    return Stamp(f"{seq}-{today:%Y%m%d}", max(at, clock.start_of(today)))


def shape(columns) -> str:
    """A short digest of columns: a release that adds one makes new answers of old data."""
    return hashlib.sha256(repr(schema_of(columns)).encode()).hexdigest()[:8]

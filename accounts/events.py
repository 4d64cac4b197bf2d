"""The chain of events: written last in every transaction, under one lock, never changed.

Lock order of the house: applications by key, then quotas by key, then the event head. `record` takes the head lock,
so it is the last write of a command.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Iterable

from django.db import connection, transaction

from accounts.models import Event, EventHead
from regions.rows import Statement, inserts, run

GENESIS = "0" * 64
HEAD = EventHead._meta.db_table
COLUMNS = ("seq", "at", "actor_id", "posting_id", "action", "subject", "body", "previous", "digest")


def canonical(value) -> str:
    """JSON with sorted keys and no spaces: the same value gives the same bytes on every engine."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def digest_of(previous: str, seq: int, body: str) -> str:
    """SHA-256 over the previous digest, the number and the body, each on its own line."""
    return hashlib.sha256(f"{previous}\n{seq}\n{body}".encode()).hexdigest()


def _body(row, subject, by, at, ip) -> str:
    posting = getattr(by, "acting", None)
    return canonical(
        {
            "action": row["action"],
            "at": at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
            "actor": by.pk if by else None,
            "posting": posting.pk if posting else None,
            "subject": subject,
            "before": row.get("before") or {},
            "after": row.get("after") or {},
            "data": row.get("data") or {},
            "ip": ip or "",
        }
    )


def record(action, *, by, at, subject, before=None, after=None, data=None, ip=None) -> Event:
    """Append one event. `by` is the user (None for the portal itself), `at` an aware moment.

    Must run inside the transaction of what it tells; raises TransactionManagementError otherwise.
    """
    return record_all(
        [{"action": action, "subject": subject, "before": before, "after": after, "data": data}],
        by=by,
        at=at,
        ip=ip,
    )[0]


def record_all(rows: list[dict], *, by, at, ip=None) -> list[Event]:
    """Append several events of one command under one lock: rows of action, subject, before, after, data."""
    return [Event(*row) for row in append(rows, by=by, at=at, ip=ip)]


def append(
    rows: list[dict], *, by, at, ip=None, first: Iterable[Statement] = (), tie=lambda written: ()
) -> list[tuple]:
    """As `record_all`, for thousands: returns what was written, a tuple of COLUMNS each; the first is the number.

    first: statements (regions.rows) that go before the head is asked for, with the same message. tie: given what is about
    to be written, the statements that tie the events to their objects; they go with the events. Everybody waits for the
    head, so what can be done before it is held, or in one message, is.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("An event belongs to the transaction of what it tells.")
    posting = getattr(by, "acting", None)
    actor, place = by.pk if by else None, posting.pk if posting else None
    subjects = [row["subject"][:200] for row in rows]
    bodies = [_body(row, subject, by, at, ip) for row, subject in zip(rows, subjects, strict=True)]
    stored = connection.ops.adapt_datetimefield_value(at)
    seq, previous = lock_head(first)
    written = []
    for row, subject, body in zip(rows, subjects, bodies, strict=True):
        seq += 1
        digest = digest_of(previous, seq, body)
        written.append((seq, at, actor, place, row["action"], subject, body, previous, digest))
        previous = digest
    events = [(number, stored, *rest) for number, _, *rest in written]
    head = (f"UPDATE {HEAD} SET seq = %s, digest = %s WHERE id = 1", [seq, previous])
    run([*inserts(Event, COLUMNS, events), head, *tie(written)])
    return written


def lock_head(first: Iterable[Statement] = ()) -> tuple[int, str]:
    """(number, digest) of the last event, locked until the transaction ends. (On SQLite the IMMEDIATE transaction is the lock.)

    Plain SQL here and above: every write of the portal goes through it, and building it anew would take longer than running it.
    """
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    return run([*first, (f"SELECT seq, digest FROM {HEAD} WHERE id = 1{lock}", [])], answer=True)


def broken_links(events=None):
    """Walk the chain; yield (seq, sentence) for every place where it does not hold."""
    previous, seq = GENESIS, 0
    rows = Event.objects.order_by("seq") if events is None else events
    for event in rows.iterator(chunk_size=2000) if hasattr(rows, "iterator") else rows:
        if event.seq != seq + 1:
            yield event.seq, f"第 {event.seq} 条之前缺少记录（应为第 {seq + 1} 条）"
        if event.previous != previous:
            yield event.seq, f"第 {event.seq} 条与上一条不衔接"
        if event.digest != digest_of(event.previous, event.seq, event.body):
            yield event.seq, f"第 {event.seq} 条内容与摘要不符"
        yield from _columns_differ(event)
        previous, seq = event.digest, event.seq
    if events is None:
        head = EventHead.objects.get(pk=1)
        if (head.seq, head.digest) != (seq, previous):
            yield head.seq, f"链尾应为第 {head.seq} 条，实际止于第 {seq} 条"


def export_lines():
    """Yield every event as a line of JSON with all its columns, in order: what tools/verify_events.py reads."""
    for event in Event.objects.order_by("seq").iterator(chunk_size=2000):
        yield canonical(
            {
                "seq": event.seq,
                "at": event.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
                "actor": event.actor_id,
                "posting": event.posting_id,
                "action": event.action,
                "subject": event.subject,
                "body": event.body,
                "previous": event.previous,
                "digest": event.digest,
            }
        )


def _columns_differ(event):
    """The columns repeat the body for queries; they must say the same."""
    try:
        told = json.loads(event.body)
    except ValueError:
        yield event.seq, f"第 {event.seq} 条内容无法读取"
        return
    columns = {
        "action": event.action,
        "at": event.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
        "actor": event.actor_id,
        "posting": event.posting_id,
        "subject": event.subject,
    }
    for name, value in columns.items():
        if told.get(name) != value:
            yield event.seq, f"第 {event.seq} 条的 {name} 与内容不符"

"""The end of the event chain, told outside the database once a day: a signed line in a file, and a letter.

A chain alone shows a changed or missing link, not a cut tail nor a chain written anew from the start. A line says how
many events there were and what the last digest was; each line's signature covers the line before it, so that no line
can be taken out either. Whoever keeps the letters needs neither database nor key (tools/verify_events.py).

One row of `Anchor` a day decides which process writes; a line or a letter that failed is made up for by the next run.
"""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction

from accounts.events import GENESIS, broken_links
from accounts.models import Anchor, ChainCheck, Event, EventHead
from regions.clock import day_of

SHOWN_FAULTS = 20


def key() -> bytes:
    """The key of the signatures: from the settings, or one of this installation's own, made once."""
    if settings.ANCHOR_KEY:
        return settings.ANCHOR_KEY.encode()
    path = settings.VAR / "anchor-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(secrets.token_hex(32))
        except FileExistsError:
            pass  # another process was first: its key holds
    return path.read_text(encoding="utf-8").strip().encode()


def signature(previous: str, told: str, with_key: bytes) -> str:
    """HMAC-SHA-256 over the signature of the line before and what this line tells."""
    return hmac.new(with_key, f"{previous}\n{told}".encode(), hashlib.sha256).hexdigest()


def lines() -> list[str]:
    """The lines of the file, the oldest first."""
    path = Path(settings.ANCHORS)
    return path.read_text(encoding="utf-8").splitlines() if path.exists() else []


def anchor(at) -> Anchor | None:
    """Today's line, once a day whoever asks; None when it stands already. Lines and letters left over are made up for."""
    with transaction.atomic():
        # The head's lock: two processes come one after the other, and no event comes between.
        head = EventHead.objects.select_for_update().get(pk=1)
        made, new = Anchor.objects.get_or_create(
            day=day_of(at), defaults={"at": at, "seq": head.seq, "digest": head.digest}
        )
        for row in Anchor.objects.filter(line="").order_by("day"):
            _write(row)
    for row in Anchor.objects.filter(mailed_at=None).exclude(line="").order_by("day"):
        _mail(row, at)
    if new:
        made.refresh_from_db()
    return made if new else None


def _write(row):
    """Sign and append the line; the row keeps it, so that file and table can be compared."""
    before = lines()
    previous = before[-1].split()[-1] if before else GENESIS
    told = f"{row.day.isoformat()} {row.seq} {row.digest}"
    row.line = f"{told} {signature(previous, told, key())}"
    path = Path(settings.ANCHORS)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(row.line + "\n")
        file.flush()
        os.fsync(file.fileno())
    row.save(update_fields=["line"])


def _mail(row, at):
    """The line as a letter to whoever the settings name; a failure is left for the next run."""
    if not settings.ANCHOR_MAIL:
        return
    text = f"平台事件链 {row.day:%Y年%m月%d日} 共 {row.seq} 条，末条摘要见下行。请妥善保存本邮件，以备核对。\n\n{row.line}\n"
    sent = send_mail(
        f"事件链存证 {row.day.isoformat()}", text, None, list(settings.ANCHOR_MAIL), fail_silently=True
    )
    if sent:
        row.mailed_at = at
        row.save(update_fields=["mailed_at"])


def faults():
    """Yield a sentence for every place where file, table and chain do not agree."""
    kept = {row.line: row for row in Anchor.objects.exclude(line="")}
    found, previous, last = lines(), GENESIS, -1
    for number, line in enumerate(found, 1):
        parts = line.split(" ")
        if len(parts) != 4 or not parts[1].isdigit():
            yield f"存证第 {number} 行无法读取"
            continue
        day, seq, digest, signed = parts
        if not hmac.compare_digest(signed, signature(previous, " ".join(parts[:3]), key())):
            yield f"存证第 {number} 行（{day}）的签名不符"
        if int(seq) < last:
            yield f"存证第 {number} 行（{day}）的条数少于前一行"
        if _digest_at(int(seq)) != digest:
            yield f"存证第 {number} 行（{day}）与事件链第 {seq} 条不符"
        kept.pop(line, None)
        previous, last = signed, int(seq)
    for row in kept.values():
        yield f"{row.day.isoformat()} 的存证不在文件中"


def _digest_at(seq):
    if seq == 0:
        return GENESIS
    return Event.objects.filter(seq=seq).values_list("digest", flat=True).first()


def check(at, by=None) -> ChainCheck:
    """Walk the chain and hold it against every anchor; what came out is kept for the page."""
    seq = EventHead.objects.get(pk=1).seq
    told = [*(sentence for _, sentence in broken_links()), *faults()]
    return ChainCheck.objects.create(
        at=at, by=by, seq=seq, anchors=len(lines()), faults=len(told), told="\n".join(told[:SHOWN_FAULTS])
    )


def daily(at) -> ChainCheck | None:
    """What `tick` does: once a day the chain is checked, then anchored. Returns the check, or None when it was done."""
    if Anchor.objects.filter(day=day_of(at)).exclude(line="").exists():
        anchor(at)  # a letter may be left over
        return None
    found = check(at)
    anchor(at)
    return found

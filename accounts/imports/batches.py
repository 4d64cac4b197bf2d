"""The way of a file: received, checked, applied exactly as checked, undone while nothing was built on it.

All or none, in one transaction. The file is kept; before it is applied it is read and planned again, and where the
tables meanwhile changed what would happen, it is refused and shown anew.
"""

import datetime as dt
import hashlib
import json
import secrets

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.events import canonical, record
from accounts.imports.kinds import Item, Kind, Outcome, kind_of
from accounts.imports.reading import Table, read
from accounts.imports.rows import Sheet, lines_of
from accounts.imports.values import shown
from accounts.models import ImportBatch, ImportLine
from regions.tables import BadTable

KEPT = dt.timedelta(days=7)  # what was checked and not applied
LARGE = 2000  # rows; more are imported behind the pages
Status = ImportBatch.Status


class Refused(ValidationError):
    """A batch that cannot be applied or undone as it stands; the sentence says why."""


class Differs(Refused):
    """The tables changed since the check: the batch now holds what would happen today."""


def receive(
    kind: Kind, of, name: str, data: bytes, *, by, at: dt.datetime, asked: dict | None = None
) -> ImportBatch:
    """Keep an uploaded file for its check; the person's earlier files of this kind that were not applied go."""
    ending = name.lower().rsplit(".", 1)[-1] if "." in name else "bin"
    stored = default_storage.save(
        f"imports/{secrets.token_urlsafe(16)}.{ending if ending.isalnum() and len(ending) < 6 else 'bin'}",
        ContentFile(data),
    )
    with transaction.atomic():
        _forget(ImportBatch.objects.filter(by=by, kind=kind.key, of=of))
        return ImportBatch.objects.create(
            key=secrets.token_urlsafe(16),
            kind=kind.key,
            of=of,
            by=by,
            posting=by.acting,
            stored_name=stored,
            file_name=name[-120:],
            checksum=hashlib.sha256(data).hexdigest(),
            asked=canonical(asked or {}),
            uploaded_at=at,
        )


def forget(batch: ImportBatch) -> None:
    """Drop a file that could not even be read."""
    with transaction.atomic():
        _forget(ImportBatch.objects.filter(pk=batch.pk))


def _forget(batches):
    """Delete batches that came to nothing, with their files."""
    for batch in batches.filter(status__in=(Status.WAITING, Status.CHECKED, Status.UNREADABLE)):
        stored = batch.stored_name
        batch.delete()
        transaction.on_commit(lambda stored=stored: default_storage.delete(stored))


def sweep() -> None:
    """Forget what was checked long ago and never applied."""
    with transaction.atomic():
        _forget(ImportBatch.objects.filter(uploaded_at__lt=timezone.now() - KEPT))


def table_of(batch: ImportBatch) -> Table:
    """The kept file, read again; BadTable where it is not the one that was checked."""
    with default_storage.open(batch.stored_name) as opened:
        data = opened.read()
    if hashlib.sha256(data).hexdigest() != batch.checksum:
        raise BadTable("保存的文件与上传时不一致，请重新上传。")
    return read(batch.file_name, data)


def asked_of(batch: ImportBatch) -> dict:
    return json.loads(batch.asked)


def check(batch: ImportBatch, *, by, at: dt.datetime, progress=None) -> ImportBatch:
    """The dry run: read the file, plan it, keep what each row would do. Raises BadTable for a file that cannot be read."""
    kind, scope = _ask_again(batch, by)
    sheet = _sheet(batch, kind, scope, by, progress)
    items = _plan(kind, sheet, scope, by=by, at=at, asked=asked_of(batch))
    with transaction.atomic():
        held = ImportBatch.objects.select_for_update().get(pk=batch.pk)
        if held.status not in (Status.WAITING, Status.CHECKED):
            raise Refused("这个文件已经导入过了。")
        return _keep(held, sheet, items)


def give_up(batch: ImportBatch, sentence: str) -> None:
    """The file cannot be read as a whole; its page says why."""
    ImportBatch.objects.filter(pk=batch.pk).update(status=Status.UNREADABLE, notes=canonical([sentence]))


def tell(batch: ImportBatch, sentence: str) -> None:
    """Put a sentence on the page of a batch that was refused behind the pages."""
    held = ImportBatch.objects.get(pk=batch.pk)
    notes = [sentence, *(note for note in json.loads(held.notes) if note != sentence)]
    ImportBatch.objects.filter(pk=batch.pk).update(notes=canonical(notes))


def _ask_again(batch, by):
    kind = kind_of(batch.kind)
    scope = kind.scope(by, batch.of)
    if reason := kind.why_not(by, scope):
        raise PermissionDenied(reason)
    return kind, scope


def _plan(kind, sheet, scope, *, by, at, asked) -> list[Item]:
    return [item.settle() for item in kind.plan(sheet.lines, scope, by=by, at=at, asked=asked)]


def _told(sheet: Sheet, item: Item) -> str:
    places = sheet.heads.places
    heads = {column.key: column.head for column in sheet.columns}
    told = {}
    if item.changes:
        told["changes"] = item.changes
    for name, pairs in (("faults", item.line.faults), ("hints", item.line.hints)):
        if pairs:
            told[name] = [[places.get(key), heads.get(key, "整行"), sentence] for key, sentence in pairs]
    if item.outcome == Outcome.WRONG:
        told["cells"] = [shown(cell) for cell in list(item.line.cells.values())[:6]]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")) if told else "{}"


def _digest(items) -> str:
    told = hashlib.sha256()
    for item in items:
        told.update(
            repr((item.line.row, str(item.outcome), item.target, item.changes, item.line.faults)).encode()
        )
    return told.hexdigest()


def _keep(batch, sheet: Sheet, items: list[Item]) -> ImportBatch:
    """Write what the check found; every filled row is among the lines."""
    batch.lines.all().delete()
    lines = [
        (
            item.line.row,
            str(item.outcome),
            (item.title or shown(next(iter(item.line.cells.values()), "")))[:120],
            _told(sheet, item),
            item.target,
        )
        for item in items
    ]
    lines += [
        (
            one.row,
            str(Outcome.REPORTED),
            one.text[:120],
            json.dumps({"why": one.why, "solid": one.solid}, ensure_ascii=False),
            None,
        )
        for one in sheet.reported
    ]
    if len(lines) != sheet.filled:
        raise BadTable(f"表里有 {sheet.filled} 行内容，只处理了 {len(lines)} 行，没有导入任何内容。")
    _insert(batch, lines)
    counts = {outcome: 0 for outcome in Outcome.values}
    for _, outcome, *_ in lines:
        counts[outcome] += 1
    for outcome, count in counts.items():
        setattr(batch, outcome, count)
    batch.filled, batch.solid = sheet.filled, sum(one.solid for one in sheet.reported)
    batch.notes = json.dumps(sheet.notes, ensure_ascii=False)
    batch.plan, batch.status = _digest(items), Status.CHECKED
    batch.save()
    return batch


def _insert(batch, lines):
    """The lines in one statement run over all of them: three times as fast as by the model."""
    columns = ("batch_id", "row", "outcome", "title", "told", "target", "before", "after")
    names = ", ".join(map(connection.ops.quote_name, columns))
    table = connection.ops.quote_name(ImportLine._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})",
            [(batch.pk, *line, "{}", "{}") for line in lines],
        )


def apply(
    batch: ImportBatch, *, by, at: dt.datetime, without_rest: bool = False, ip=None, progress=None
) -> ImportBatch:
    """Do what the check showed. `without_rest`: the person said that the rows which look like data are not wanted.

    Raises Refused (it stays as it was) or Differs (the batch holds the new check).
    """
    kind, scope = _ask_again(batch, by)
    if batch.status in (Status.APPLIED, Status.UNDONE):
        raise Refused("这个文件已经导入过了。")
    sheet = _sheet(batch, kind, scope, by, progress)
    try:
        return _apply(batch, kind, scope, sheet, by=by, at=at, without_rest=without_rest, ip=ip)
    except (Differs, IntegrityError):
        check(batch, by=by, at=at)
        raise Differs(
            "检查以后登记的内容有变动，下面是按现在的内容重新检查的结果；请核对后再导入，还没有导入任何内容。"
        ) from None


def _sheet(batch, kind, scope, by, progress=None):
    return lines_of(table_of(batch), kind.columns(scope, by), most=kind.most, progress=progress)


@transaction.atomic
def _apply(batch, kind, scope, sheet, *, by, at, without_rest, ip):
    held = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    if held.status != Status.CHECKED:
        raise Refused("这个文件已经导入过了。")
    if held.wrong:
        raise Refused(f"还有 {held.wrong} 行需要修改，没有导入任何内容。")
    if held.solid and not without_rest:
        raise Refused(f"有 {held.solid} 行没有读取，请勾选确认这些行不导入。")
    asked = asked_of(held)
    items = _plan(kind, sheet, scope, by=by, at=at, asked=asked)
    if _digest(items) != held.plan:
        raise Differs("changed")
    if not any(item.outcome in (Outcome.NEW, Outcome.CHANGED) for item in items):
        raise Refused("没有需要新增或变更的内容，不必导入。")
    kind.apply(items, scope, by=by, at=at, batch=held, asked=asked)
    _remember(held, items)
    held.status, held.applied_at = Status.APPLIED, at
    held.save(update_fields=["status", "applied_at"])
    record(
        "import_batch",
        by=by,
        at=at,
        subject=f"{kind.title} {kind.scope_name(scope)}",
        after={"new": held.new, "changed": held.changed, "unchanged": held.unchanged},
        data={"file": held.file_name, "checksum": held.checksum, "rows": held.filled, **asked},
        ip=ip,
    )
    return held


def _remember(batch, items):
    """What was written, at the lines: in one statement run over all of them."""
    rows = [
        (item.target, canonical(item.before), canonical(item.after), batch.pk, item.line.row)
        for item in items
        if item.outcome in (Outcome.NEW, Outcome.CHANGED)
    ]
    keys = dict(batch.lines.values_list("row", "pk"))
    table = connection.ops.quote_name(ImportLine._meta.db_table)
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {table} SET target = %s, before = %s, after = %s WHERE id = %s",
            [(target, before, after, keys[row]) for target, before, after, _, row in rows],
        )


# Undo


def why_not_undo(batch: ImportBatch, *, by, at: dt.datetime) -> str:
    """The sentence that refuses an undo, or an empty one."""
    kind, scope = _ask_again(batch, by)
    if batch.status != Status.APPLIED:
        return "这个文件没有导入，或者已经撤销。"
    later = ImportBatch.objects.filter(
        kind=batch.kind, of=batch.of, status=Status.APPLIED, applied_at__gt=batch.applied_at
    )
    mine = (
        {"posting__office": batch.posting.office_id}
        if batch.posting.office_id
        else {"posting__community": batch.posting.community_id}
    )
    if newest := later.filter(**mine).order_by("-applied_at").first():
        return f"此后又导入过“{newest.file_name}”，请先撤销那一次。"
    return kind.why_not_undo(_written(batch), scope, by=by, at=at)


def _written(batch):
    return list(batch.lines.filter(outcome__in=(Outcome.NEW, Outcome.CHANGED)))


@transaction.atomic
def undo(batch: ImportBatch, *, by, at: dt.datetime, ip=None) -> ImportBatch:
    """Take an import back, row by row; Refused with what was built on it."""
    held = ImportBatch.objects.select_for_update().select_related("posting").get(pk=batch.pk)
    if reason := why_not_undo(held, by=by, at=at):
        raise Refused(reason)
    kind, scope = _ask_again(held, by)
    kind.undo(_written(held), scope, by=by, at=at)
    held.status, held.undone_at = Status.UNDONE, at
    held.save(update_fields=["status", "undone_at"])
    record(
        "undo_import",
        by=by,
        at=at,
        subject=f"{kind.title} {kind.scope_name(scope)}",
        before={"new": held.new, "changed": held.changed},
        data={"file": held.file_name, "checksum": held.checksum},
        ip=ip,
    )
    return held

"""Money on its way: a batch pays what was accrued, under one document number; the community confirms what arrived."""

import datetime as dt
from dataclasses import dataclass, field

from django.db import IntegrityError, connection, transaction
from django.db.models import (
    BigIntegerField,
    CharField,
    Count,
    DateField,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Concat

from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions.clock import day_of
from subsidies import accrual, ledger, lineage, permissions, rules
from subsidies.accrual import COLUMNS
from subsidies.models import Accrual, Batch, Entry, Kind, Release
from subsidies.money import yuan


@dataclass(frozen=True)
class Preview:
    """What a batch would pay: `seen` changes with it. `held_back`: [(entry, sentence)]."""

    rows: list[Entry]
    fen: int
    seen: str
    held_back: list = field(default_factory=list)


def payable(programme: str, fiscal_year: int, region):
    """Opening entries below a region with something (`now`) still to pay, of communities nothing holds back."""
    held = rules.of_year(programme, fiscal_year)
    return _open(programme, fiscal_year, region).filter(~_held_back(held, fiscal_year))


def _open(programme, fiscal_year, region):
    same = Entry.objects.filter(
        community=OuterRef("community"), programme=programme, fiscal_year=fiscal_year, kind=Kind.PAYMENT
    ).order_by()
    paid = same.values("community").annotate(fen=Sum("fen")).values("fen")
    tries = same.filter(reverses__isnull=True).values("community").annotate(n=Count("pk")).values("n")
    return (
        Entry.objects.filter(
            programme=programme,
            fiscal_year=fiscal_year,
            kind__in=ledger.OPENING,
            reverses__isnull=True,
            position__range=(region.position, region.last),
        )
        .filter(~Exists(Entry.objects.filter(reverses=OuterRef("pk"))))
        .annotate(paid=Coalesce(Subquery(paid), 0), tries=Coalesce(Subquery(tries), 0))
        .filter(paid__lt=F("fen"))
        .annotate(now=F("fen") - F("paid"))
    )


def _held_back(held, fiscal_year):
    out = set()
    if held.yearly:
        out = accrual.stopped(held, fiscal_year) | _waiting(held, fiscal_year)
    released = Exists(Release.objects.filter(entry=OuterRef("pk")))
    return (Q(community__until__isnull=False) & ~released) | Q(community__in=out)


def _waiting(held, fiscal_year):
    run = Accrual.objects.filter(programme=held.programme, fiscal_year=fiscal_year).first()
    return lineage.pending(run.cut_off if run else held.cut_off(fiscal_year))


def preview(programme: str, fiscal_year: int, region) -> Preview:
    """What `pay` would do now, with whom it would leave out and why."""
    held = rules.of_year(programme, fiscal_year)
    rows = list(
        payable(programme, fiscal_year, region).select_related("community").order_by("position", "pk")
    )
    left = _open(programme, fiscal_year, region).filter(_held_back(held, fiscal_year))
    waiting = _waiting(held, fiscal_year) if held.yearly else set()
    left = left.select_related("community").order_by("position", "pk")
    told = [(row, _because(row, waiting)) for row in left]
    fen = sum(row.now for row in rows)
    return Preview(rows, fen, f"{len(rows)}-{fen}", told)


def _because(row, waiting):
    if row.community.until is not None:
        return f"社区已于 {row.community.until.isoformat()} 撤并，待决定后办理。"
    if row.community_id in waiting:
        return "社区变更报告正在办理，决定后办理。"
    return "已决定停发补助，尚未恢复。"


@transaction.atomic
def pay(programme, fiscal_year, region, *, document, paid_on, by, at, seen) -> Batch:
    """Pay everything payable below a region as one batch: all of it or none. `seen` is that of the preview.

    Raises NotYours, NotReady (no document, a day to come, nothing to pay), AlreadyMoved (the list changed).
    """
    if sentence := permissions.why_not_pay(by, region):
        raise NotYours(sentence)
    _ready(document, paid_on, at)
    run = ledger.hold_year(programme, fiscal_year)
    if run is None:
        raise NotReady(f"{fiscal_year} 年度尚未计提，没有可以拨付的资金。")
    if paid_on < run.cut_off and rules.Rules(run.version).yearly:
        raise NotReady(f"拨付日期不能早于基准日 {run.cut_off.isoformat()}。")
    found = payable(programme, fiscal_year, region)
    total = found.aggregate(n=Count("pk"), fen=Sum("now"))
    if f"{total['n']}-{total['fen'] or 0}" != seen:
        raise AlreadyMoved("应拨名单在您预览之后有变动，请重新预览后再拨付。")
    if not total["n"]:
        raise NotReady("没有待拨付的资金。")
    try:
        with transaction.atomic():
            batch = Batch.objects.create(
                programme=programme,
                fiscal_year=fiscal_year,
                region=region,
                document=document.strip(),
                paid_on=paid_on,
                count=total["n"],
                fen=total["fen"],
                at=at,
                by=by,
            )
    except IntegrityError as error:
        raise AlreadyMoved(f"文号“{document.strip()}”已经办理过本年度的拨付。") from error
    above = ledger.last_key()
    if _insert(found, batch) != batch.count:
        raise AlreadyMoved("应拨名单在您预览之后有变动，请重新预览后再拨付。")
    ledger.add_new(above, Kind.PAYMENT, programme, fiscal_year)
    ledger.note(
        "pay_batch",
        by=by,
        at=at,
        subject=f"{batch.document} {region.name} {fiscal_year}年度",
        after={"count": batch.count, "fen": batch.fen, "paid_on": paid_on.isoformat()},
        data={"document": batch.document},
        batch=batch,
    )
    return batch


def _ready(document, paid_on, at):
    missing = [] if document.strip() else ["请填写拨付文号。"]
    missing += ["拨付日期不能晚于今天。"] if paid_on > day_of(at) else []
    if missing:
        raise NotReady(missing)


def _insert(found, batch):
    nothing = Value(None, output_field=BigIntegerField())
    rows = found.order_by().annotate(
        key_=Concat(Value("payment/"), Cast("pk", CharField()), Value("/"), Cast("tries", CharField())),
        kind_=Value(Kind.PAYMENT, output_field=CharField()),
        blank_=Value("", output_field=CharField()),
        on_=Value(batch.paid_on, output_field=DateField()),
        at_=Value(batch.at, output_field=DateTimeField()),
        document_=Value(batch.document, output_field=CharField()),
        title_=nothing,
        batch_=Value(batch.pk, output_field=IntegerField()),
        reverses_=nothing,
    )
    ordered = rows.values_list(
        "key_", "kind_", "community_id", "position", "programme", "fiscal_year", "now", "blank_", "on_", "at_",
        "document_", "title_", "batch_", "reverses_",
    )  # fmt: skip
    select, params = ordered.query.get_compiler(connection=connection).as_sql()
    columns = ", ".join(f'"{name}"' for name in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO subsidies_entry ({columns}) {select} ON CONFLICT (key) DO NOTHING", params
        )
        return cursor.rowcount


@transaction.atomic
def confirm_receipt(payment: Entry, *, on: dt.date, by, at) -> Entry:
    """The community says when a payment arrived; only then may it be spent."""
    if sentence := permissions.why_not_keep_books(by, payment.community):
        raise NotYours(sentence)
    grant = ledger.hold(payment.community_id, payment.programme, payment.fiscal_year)
    if payment.kind != Kind.PAYMENT or payment.reverses_id or payment.reversals.exists():
        raise NotReady("这一笔拨付已经冲正，不能确认到账。")
    own = Entry.objects.of_grant(payment.community_id, payment.programme, payment.fiscal_year)
    same = own.filter(kind=Kind.RECEIPT, key__startswith=f"receipt/{payment.pk}/", reverses__isnull=True)
    if same.filter(~Exists(Entry.objects.filter(reverses=OuterRef("pk")))).exists():
        raise AlreadyMoved("这一笔拨付已经确认到账。")
    if on < payment.on:
        raise NotReady({"on": f"到账日期不能早于拨付日期 {payment.on.isoformat()}。"})
    if on > day_of(at):
        raise NotReady({"on": "到账日期不能晚于今天。"})
    row = ledger.entry(
        grant,
        Kind.RECEIPT,
        f"receipt/{payment.pk}/{same.count()}",
        payment.fen,
        on=on,
        at=at,
        document=payment.document,
    )
    (row,) = ledger.post([row])
    ledger.note("confirm_receipt", by=by, at=at, entry=row, after={"fen": row.fen, "on": on.isoformat()})
    return row


@transaction.atomic
def refund(grant: ledger.Grant, *, fen, on, voucher, token, by, at, community) -> Entry:
    """The community gives unspent money back of its own accord. `token` makes a second press the same one."""
    if sentence := permissions.why_not_keep_books(by, community):
        raise NotYours(sentence)
    grant = ledger.hold(community.pk, grant.programme, grant.fiscal_year)
    wrong = {}
    if not voucher.strip():
        wrong["voucher"] = "请填写缴款凭证号。"
    if fen > grant.free:
        wrong["fen"] = f"缴回不能超过结余，目前可以缴回 {yuan(grant.free)} 元。"
    if on > day_of(at) or (grant.first_received and on < grant.first_received):
        wrong["on"] = "缴回日期应在到账之后，且不能晚于今天。"
    if wrong:
        raise NotReady(wrong)
    row = ledger.entry(grant, Kind.REFUND, f"refund/{token}", fen, on=on, at=at, document=voucher.strip())
    (row,) = ledger.post([row])
    ledger.note("refund", by=by, at=at, entry=row, after={"fen": fen}, data={"voucher": voucher.strip()})
    return row

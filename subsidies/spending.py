"""A community's expenses: what is refused, what is only pointed out, and what may still be spent before it buys.

甘人社通〔2023〕287号 第十三条; readings A38 (the cap is a share of that year's grant, the share itself included).
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.models import User
from accreditation.refusals import NotReady, NotYours
from accreditation.windows import day_words
from regions.clock import day_of
from subsidies import ledger, permissions, rules
from subsidies.models import Entry, Expense, ExpenseFile, Kind, SpendingReport
from subsidies.money import yuan

# Year-end bunching: this many whole thousands of yuan in December are pointed out.
ROUND_FEN = 1_000_00
BUNCH_FROM_MONTH = 12
BUNCH = 2


@dataclass(frozen=True)
class Remaining:
    """What may still be spent under one use of one grant, in fen. `left` is never above what the grant has."""

    use: rules.Use
    spent: int
    cap: int | None
    left: int


def remaining(grant: ledger.Grant, held: rules.Rules) -> list[Remaining]:
    """Every permitted use in the document's order."""
    found = []
    for use in held.uses.values():
        spent, cap = grant.by_use[use.key], use.cap(grant.accrued)
        left = grant.free if cap is None else max(min(grant.free, cap - spent), 0)
        found.append(Remaining(use, spent, cap, left))
    return found


def why_closed(community, programme: str, year: int) -> str:
    """The sentence that closes a year's expenses while its report is under way or accepted, or ""."""
    standing = SpendingReport.objects.filter(community=community, programme=programme, year=year)
    if not standing.exclude(stage=SpendingReport.Stage.RETURNED).exists():
        return ""
    return f"{year} 年度的使用情况已经上报，退回补正之前不能增减支出。"


def refusals(
    grant: ledger.Grant, held: rules.Rules, *, use: str, fen: int, on: dt.date, today: dt.date
) -> dict:
    """{field: sentence} of everything that forbids an expense; empty when it may be recorded."""
    wrong = {}
    chosen = held.uses.get(use)
    if chosen is None:
        names = "、".join(one.name for one in held.uses.values())
        wrong["use"] = f"补助资金只能用于：{names}（{held.article}），这一用途不在其中，不能列支。"
    if sentence := _wrong_day(grant, held, on, today):
        wrong["on"] = sentence
    if fen <= 0:
        wrong["fen"] = "金额应大于 0 元。"
    elif fen > grant.free:
        owed = f"（另有 {yuan(grant.owed)} 元须缴回）" if grant.owed else ""
        wrong["fen"] = f"这笔资金目前还可以支出 {yuan(grant.free)} 元{owed}，{yuan(fen)} 元超出了结余。"
    elif chosen is not None and (cap := chosen.cap(grant.accrued)) is not None:
        spent = grant.by_use[use]
        if spent + fen > cap:
            wrong["fen"] = (
                f"{chosen.name}最多 {yuan(cap)} 元（{grant.fiscal_year} 年度补助 {yuan(grant.accrued)} 元的 "
                f"{chosen.cap_percent}%），已支出 {yuan(spent)} 元，还可以支出 {yuan(max(cap - spent, 0))} 元，"
                f"这一笔超出 {yuan(spent + fen - cap)} 元。"
            )
    return wrong


def _wrong_day(grant, held, on, today):
    year = grant.fiscal_year
    if on > today:
        return "支出日期不能晚于今天。"
    if grant.first_received is None:
        return f"{year} 年度的资金尚未确认到账，到账之后才能支出。"
    if on.year < year or on.year > year + held.carry_years:
        if on.year > year:
            return f"这是 {year} 年度的资金，{on.year} 年的支出不能从中列支；上年结余只作结转列示。"
        return f"这是 {year} 年度的资金，不能用于 {on.year} 年的支出。"
    if on < grant.first_received:
        return f"支出日期早于资金到账日期（{day_words(grant.first_received)}），不能从这笔资金中列支。"
    return ""


# Hints


def plain_invoice(text: str) -> str:
    """An invoice number without width, spaces and marks, in capitals: two ways of writing it are one number."""
    return re.sub(r"[^0-9A-Z\u4e00-\u9fff]", "", unicodedata.normalize("NFKC", text).upper())


def _plain_name(text):
    text = re.sub(r"[（(][^（()）]{0,40}[)）]", "", unicodedata.normalize("NFKC", text))
    return re.sub(r"\s", "", text).casefold()


def standing_expenses():
    """Expenses that have not been taken back."""
    return Expense.objects.filter(~Exists(Entry.objects.filter(reverses=OuterRef("pk"))))


def hints(
    community, grant: ledger.Grant, *, fen: int, on: dt.date, payee: str, invoice: str
) -> dict[str, str]:
    """{code: sentence} of what is odd and not forbidden; the filer may go on with a reason."""
    found = {}
    same = standing_expenses().filter(invoice_plain=plain_invoice(invoice)).select_related("entry")
    if plain_invoice(invoice) and (row := same.order_by("pk").first()):
        where = (
            f"本社区 {day_words(row.entry.on)} 的支出“{row.item}”"
            if row.entry.community_id == community.pk
            else "平台上另一个社区的支出"
        )
        found["invoice"] = f"发票号码 {invoice} 已经用于{where}，请核对是否重复列支。"
    if on.month >= BUNCH_FROM_MONTH and fen % ROUND_FEN == 0:
        others = standing_expenses().filter(
            entry__community=grant.community_id,
            entry__fiscal_year=grant.fiscal_year,
            entry__on__range=(dt.date(on.year, BUNCH_FROM_MONTH, 1), dt.date(on.year, 12, 31)),
        )
        count = 1 + sum(amount % ROUND_FEN == 0 for amount in others.values_list("entry__fen", flat=True))
        if count >= BUNCH:
            found["bunching"] = f"连同这一笔，12 月已有 {count} 笔整千元的支出，审核时会重点查看。"
    if _plain_name(payee) in _staff(community):
        found["payee"] = f"收款人“{payee}”与本社区工作人员同名，请说明情况。"
    return found


def _staff(community):
    names = User.objects.filter(postings__community=community).values_list("name", flat=True)
    return {_plain_name(name) for name in (*names, community.contact) if name}


class Warned(ValidationError):
    """Nothing forbids the expense, but its hints have not been confirmed: `hints` is {code: sentence}."""

    def __init__(self, hints):
        super().__init__(list(hints.values()))
        self.hints = hints


@transaction.atomic
def spend(
    community, programme: str, fiscal_year: int, *, use, fen, on, payee, item, invoice, token, by, at,
    confirmed=(), reason="", files=(),
) -> Expense:  # fmt: skip
    """Record an expense out of a grant. `token` makes a second press the same one; `files` are checked uploads.

    `confirmed` are the codes of the hints the filer was shown and goes past, with a `reason`. Raises NotYours, NotReady
    ({field: sentence}), Warned (hints not yet confirmed), AlreadyMoved (the same press again).
    """
    if sentence := permissions.why_not_keep_books(by, community):
        raise NotYours(sentence)
    grant = ledger.hold(community.pk, programme, fiscal_year)
    held = rules.of_year(programme, fiscal_year)
    if not held.uses:
        raise NotReady("一次性奖补不在平台记支出。")
    if sentence := why_closed(community, programme, on.year):
        raise NotReady({"on": sentence})
    missing = {
        name: f"请填写{label}。"
        for name, label, text in (
            ("payee", "收款人", payee),
            ("item", "事项", item),
            ("invoice", "发票号码", invoice),
        )
        if not text.strip()
    }
    wrong = refusals(grant, held, use=use, fen=fen, on=on, today=day_of(at))
    if missing or wrong:
        raise NotReady(missing | wrong)
    found = hints(community, grant, fen=fen, on=on, payee=payee, invoice=invoice)
    if found.keys() - set(confirmed):
        raise Warned(found)
    if found and not reason.strip():
        raise NotReady({"reason": "有提示的支出须写明说明。"})
    row = ledger.entry(
        grant, Kind.SPENDING, f"spending/{token}", fen, on=on, at=at, use=use, document=invoice.strip()
    )
    (row,) = ledger.post([row])
    expense = Expense.objects.create(
        entry=row,
        payee=payee.strip(),
        item=item.strip(),
        invoice=invoice.strip(),
        invoice_plain=plain_invoice(invoice)[:40],
        warnings=list(found.values()),
        reason=reason.strip(),
        by=by,
    )
    ExpenseFile.objects.bulk_create(
        ExpenseFile(
            expense=expense,
            file=one.stored_name,
            name=one.name,
            size=one.size,
            content_type=one.content_type,
            checksum=one.checksum,
        )
        for one in files
    )
    ledger.note(
        "spend",
        by=by,
        at=at,
        entry=row,
        after={"fen": fen, "use": use, "payee": expense.payee, "invoice": expense.invoice},
        data={
            "year": fiscal_year,
            "warnings": expense.warnings,
            "reason": expense.reason,
            "files": len(files),
        },
    )
    return expense


def take_back(entry: Entry, *, by, at, reason) -> Entry:
    """The community reverses one of its own entries, while its year's report is not under way."""
    if sentence := permissions.why_not_reverse(by, entry):
        raise NotYours(sentence)
    if entry.kind == Kind.SPENDING and (
        sentence := why_closed(entry.community, entry.programme, entry.on.year)
    ):
        raise NotReady(sentence)
    return ledger.reverse(entry, by=by, at=at, on=day_of(at), reason=reason)

"""What a fiscal year's titles are worth: one entry a community, by the highest title held on the cut-off day.

Each programme is one `INSERT … SELECT … ON CONFLICT (key) DO NOTHING` in one transaction with its sums and its event,
under the lock of the year's run. Run twice, by several processes at once, or killed half-way, the ledger is the same;
titles that came later are added by the next run.

"One a lineage" follows from the cut-off day: of a community and what it was merged into or split from, only those
standing on that day count. Should the day be moved within a year, a community founded out of others that have their
entry gets none beside it.
"""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateField,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    Min,
    OuterRef,
    Q,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Concat

from accreditation.models import Recognition
from accreditation.refusals import NotReady, NotYours
from regions.clock import day_of
from regions.models import Community, Succession
from subsidies import ledger, lineage, permissions, rules
from subsidies.models import Accrual, Entry, Stop

MARK = 10**15  # above every key of a title: rank of its level × MARK + key sorts titles by level, then by key
COLUMNS = (
    "key", "kind", "community_id", "position", "programme", "fiscal_year", "fen", "use", "on", "at", "document",
    "recognition_id", "batch_id", "reverses_id",
)  # fmt: skip


@dataclass(frozen=True)
class Ran:
    """What one run did for one programme; `warning` is a sentence for whoever ran it."""

    accrual: Accrual
    added: int
    fen: int
    warning: str = ""


def accrue(fiscal_year: int, *, by, at: dt.datetime, programme: str = "") -> list[Ran]:
    """Accrue a fiscal year for every programme that gives money (or one), each in a transaction of its own."""
    return [
        _accrue(one, fiscal_year, by=by, at=at)
        for one in rules.current()
        if one.region is not None and programme in ("", one.programme)
    ]


@transaction.atomic
def _accrue(newest, fiscal_year, *, by, at):
    _be_patient()
    start = {
        "version": newest.version,
        "cut_off": newest.cut_off(fiscal_year),
        "first_at": at,
        "last_at": at,
    }
    accrual, first = Accrual.objects.get_or_create(
        programme=newest.programme, fiscal_year=fiscal_year, defaults=start
    )
    accrual = Accrual.objects.select_for_update(of=("self",)).select_related("version").get(pk=accrual.pk)
    held = rules.Rules(accrual.version)
    above = ledger.last_key()
    added, fen = _insert(held, accrual, at), 0
    if added:
        ledger.add_new(above, held.kind, held.programme, fiscal_year)
        new = Entry.objects.filter(
            pk__gt=above, kind=held.kind, programme=held.programme, fiscal_year=fiscal_year
        )
        fen = new.aggregate(fen=Sum("fen"))["fen"]
        accrual.count, accrual.fen, accrual.last_at = accrual.count + added, accrual.fen + fen, at
        accrual.save(update_fields=["count", "fen", "last_at"])
    if added or first:
        ledger.note(
            "accrue",
            by=by,
            at=at,
            subject=f"{held.title} {fiscal_year}年度",
            after={"count": accrual.count, "fen": accrual.fen},
            data={"year": fiscal_year, "added": added, "cut_off": accrual.cut_off.isoformat()},
            accrual=accrual,
        )
    return Ran(accrual, added, fen, _warning(held, accrual))


def _be_patient():
    """A run of many titles may wait for another, and last longer than a page's statement may."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = 0")
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL work_mem = '128MB'")  # grouping titles and joining sums in memory


def _warning(held, accrual):
    if held.valid_until is None or accrual.cut_off <= held.valid_until:
        return ""
    return (
        f"《{held.title}》有效期至 {held.valid_until.isoformat()}，"
        f"早于基准日 {accrual.cut_off.isoformat()}，请确认仍按此执行。"
    )


def titles(held: rules.Rules, fiscal_year: int, cut_off: dt.date):
    """The titles that money may hang on: yearly those held on the cut-off day, for an award those granted in the year.

    A community must stand on the cut-off day; one that ended or was merged on the day itself does not.
    """
    if held.yearly:
        rows = Recognition.objects.held_on(cut_off).filter(
            Q(community__since__isnull=True) | Q(community__since__lte=cut_off),
            Q(community__until__isnull=True) | Q(community__until__gt=cut_off),
        )
    else:
        rows = Recognition.objects.filter(
            programme=held.programme,
            carries__isnull=True,  # a title gone on with was rewarded when it was first granted
            granted_on__range=(dt.date(fiscal_year, 1, 1), dt.date(fiscal_year, 12, 31)),
        )
    place = held.region.position, held.region.last
    return rows.filter(money__in=list(held.amounts), position__range=place)


def due(held: rules.Rules, fiscal_year: int, cut_off: dt.date):
    """Communities due an entry they have not got: (community_id, position, best), `best` telling level and title."""
    there = Entry.objects.filter(community=OuterRef("community_id"), kind=held.kind)
    there = there.filter(fiscal_year=fiscal_year) if held.yearly else there.filter(programme=held.programme)
    rank = Case(
        *(When(money=level, then=Value(number)) for number, level in enumerate(held.amounts)),
        output_field=BigIntegerField(),
    )
    rows = titles(held, fiscal_year, cut_off).filter(~Exists(there))
    waiting = lineage.pending(cut_off) if held.yearly else set()
    if barred := stopped(held, fiscal_year) | heirs(held, fiscal_year) | waiting:
        rows = rows.exclude(community__in=barred)
    return (
        rows.order_by()
        .values("community_id", "community__position")
        .annotate(best=Min(rank * Value(MARK) + F("pk"), output_field=BigIntegerField()))
    )


def _insert(held, accrual, at) -> int:
    """The one statement; returns how many entries it added."""
    year = accrual.fiscal_year
    fen = Case(
        *(
            When(best__lt=(number + 1) * MARK, then=Value(fen))
            for number, fen in enumerate(held.amounts.values())
        ),
        output_field=BigIntegerField(),
    )
    day = Value(accrual.cut_off, output_field=DateField()) if held.yearly else Min("granted_on")
    prefix = f"accrual/{year}/" if held.yearly else f"award/{held.programme}/"
    nothing = Value(None, output_field=BigIntegerField())
    found = due(held, year, accrual.cut_off).annotate(
        key_=Concat(Value(prefix), Cast("community_id", CharField())),
        kind_=Value(held.kind, output_field=CharField()),
        programme_=Value(held.programme, output_field=CharField()),
        year_=Value(year, output_field=IntegerField()),
        fen_=fen,
        blank_=Value("", output_field=CharField()),
        on_=day,
        at_=Value(at, output_field=DateTimeField()),
        title_=F("best") % Value(MARK),
        batch_=nothing,
        reverses_=nothing,
        document_=Value("", output_field=CharField()),
    )
    # In the order of places: neighbours lie together in the table and its indexes.
    ordered = found.order_by("community__position", "community_id").values_list(
        "key_", "kind_", "community_id", "community__position", "programme_", "year_", "fen_", "blank_", "on_",
        "at_", "document_", "title_", "batch_", "reverses_",
    )  # fmt: skip
    select, params = ordered.query.get_compiler(connection=connection).as_sql()
    columns = ", ".join(f'"{name}"' for name in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO subsidies_entry ({columns}) {select} ON CONFLICT (key) DO NOTHING", params
        )
        return cursor.rowcount


@transaction.atomic
def correct(original: Entry, *, by, at, reason: str) -> Entry:
    """Replace a year's entry that went by the wrong title: its reversal and a new entry by the titles as they are now.

    More than before is paid by the next batch; less only where it has not been paid. Raises NotYours, NotReady.
    """
    if sentence := permissions.why_not_register(by, original.community):
        raise NotYours(sentence)
    if not reason.strip():
        raise NotReady("请写明更正的理由。")
    year = original.fiscal_year
    run = ledger.hold_year(original.programme, year)
    held = rules.Rules(run.version)
    grant = ledger.hold(original.community_id, original.programme, year)
    rank = {level: number for number, level in enumerate(held.amounts)}
    own = titles(held, year, run.cut_off).filter(community=original.community_id)
    best = min(own, key=lambda title: (rank[title.money], title.pk), default=None)
    if best is None:
        raise NotReady("该社区在基准日没有可以补助的称号，请直接冲正。")
    if best.pk == original.recognition_id:
        raise NotReady("所依据的称号没有变化，不需要更正。")
    gone = ledger.opposite(original, on=day_of(at), at=at)
    count = Entry.objects.of_grant(original.community_id, original.programme, year).filter(kind=original.kind)
    fresh = ledger.entry(
        grant, original.kind, f"{original.key.rsplit('#', 1)[0]}#{count.count()}", held.amounts[best.money],
        on=original.on, at=at,
    )  # fmt: skip
    fresh.recognition = best
    for row in (gone, fresh):
        grant.add(row)
    if sentence := grant.odd():
        raise NotReady(f"不能更正：更正后{sentence}。")
    _, fresh = ledger.post([gone, fresh])
    run.count, run.fen, run.last_at = run.count + 1, run.fen + fresh.fen - original.fen, at
    run.save(update_fields=["count", "fen", "last_at"])
    ledger.note(
        "correct_accrual", by=by, at=at, entry=fresh, before={"fen": original.fen}, after={"fen": fresh.fen},
        data={"reverses": original.key, "reason": reason.strip()}, accrual=run,
    )  # fmt: skip
    ledger.note(
        "reverse_entry", by=by, at=at, entry=gone, data={"reverses": original.key, "reason": reason.strip()}
    )
    return fresh


def stopped(held: rules.Rules, fiscal_year: int) -> set[int]:
    """Communities that get nothing this year by order (A39), with those founded out of them."""
    ordered = Stop.objects.in_force(fiscal_year).filter(programme=held.programme)
    keys = set(ordered.values_list("community", flat=True))
    return keys | founded_from(keys)


def heirs(held: rules.Rules, fiscal_year: int) -> set[int]:
    """Communities founded out of others that have this year's (or this award's) entry: it is their lineage's.

    Of whatever day the change is: one reported late ended before the cut-off day a community that has its entry already.
    """
    entries = Entry.objects.filter(community=OuterRef("predecessor"), kind=held.kind, reverses__isnull=True)
    entries = entries.filter(~Exists(Entry.objects.filter(reverses=OuterRef("pk"))))
    changes = Succession.objects.filter(successor__isnull=False)
    if held.yearly:
        entries = entries.filter(fiscal_year=fiscal_year)
    else:
        entries = entries.filter(programme=held.programme)
    return founded_from(set(changes.filter(Exists(entries)).values_list("predecessor", flat=True)))


def founded_from(communities: set[int]) -> set[int]:
    """Every community founded, in one step or several, out of these; one that stood before and took them in is not."""
    if not communities:
        return set()
    after = defaultdict(set)
    founded = Q(successor__since__isnull=True) | Q(successor__since__gte=F("on"))
    for before, successor in Succession.objects.filter(founded, successor__isnull=False).values_list(
        "predecessor", "successor"
    ):
        after[before].add(successor)
    found, open_ = set(), set(communities)
    while open_:
        open_ = {heir for one in open_ for heir in after[one]} - found
        found |= open_
    return found


@dataclass(frozen=True)
class Suppressed:
    """A title that brings no money of its own this year, and why."""

    title: Recognition
    because: str


def suppressed(community: Community, held: rules.Rules, fiscal_year: int) -> list[Suppressed]:
    """The community's titles that were held on the cut-off day and are not what it was paid by, each with the reason."""
    cut_off = held.cut_off(fiscal_year)
    rows = Recognition.objects.held_on(cut_off).filter(community=community).order_by("pk")
    entry = (
        Entry.objects.filter(community=community, fiscal_year=fiscal_year, kind=held.kind)
        .select_related("recognition")
        .order_by("pk")
        .first()
    )
    won = entry.recognition if entry else None
    found = []
    for title in rows:
        if won is not None and title.pk == won.pk:
            continue
        if title.money not in held.amounts:
            found.append(Suppressed(title, "该层级不在补助范围内。"))
        elif won is not None:
            found.append(Suppressed(title, f"按最高层级补助，已按“{won.tier_name}”计提，不重复享受。"))
        elif community.pk in stopped(held, fiscal_year):
            found.append(Suppressed(title, "已决定停发补助，尚未恢复。"))
        elif community.pk in lineage.pending(cut_off):
            found.append(Suppressed(title, "社区变更报告正在办理，决定后计提。"))
        elif community.until is not None and community.until <= cut_off:
            found.append(Suppressed(title, f"社区已于 {community.until.isoformat()} 撤并。"))
        else:
            found.append(Suppressed(title, "本年度尚未计提。"))
    return found

"""The ledger's verbs: the sole writer of Entry and of the sums kept for each region.

Lock order: the run of a year, the community's row, sums (by kind, then region), the event head last. A verb
posts everything it has to post in one call, so that two verbs cannot wait for each other's sums.
"""

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Max, Sum

from accounts.events import record
from accreditation.refusals import AlreadyMoved, NotReady
from regions.models import Community, Region
from subsidies.models import Accrual, Entry, Kind, MoneyEvent, Recovery, RegionSum

# The entries a grant begins with.
OPENING = (Kind.ACCRUAL, Kind.AWARD)


@dataclass
class Grant:
    """What one community got for one year, and what became of it; amounts in fen, reversals taken off."""

    community_id: int
    programme: str
    fiscal_year: int
    position: int
    by_kind: Counter = field(default_factory=Counter)
    by_use: Counter = field(default_factory=Counter)
    # Ordered to be given back and not yet back.
    owed: int = 0
    first_received: dt.date | None = None

    @property
    def accrued(self) -> int:
        return self.by_kind[Kind.ACCRUAL] + self.by_kind[Kind.AWARD]

    @property
    def paid(self) -> int:
        return self.by_kind[Kind.PAYMENT]

    @property
    def received(self) -> int:
        return self.by_kind[Kind.RECEIPT]

    @property
    def spent(self) -> int:
        return self.by_kind[Kind.SPENDING] - self.by_kind[Kind.DISALLOWED]

    @property
    def recovered(self) -> int:
        return self.by_kind[Kind.RECOVERY] + self.by_kind[Kind.REFUND]

    @property
    def unspent(self) -> int:
        """Paid and neither spent nor given back."""
        return self.paid - self.spent - self.recovered

    @property
    def in_hand(self) -> int:
        """What the community holds of it."""
        return self.received - self.spent - self.recovered

    @property
    def free(self) -> int:
        """What may still be spent: in hand, less what has to be given back."""
        return max(self.in_hand - self.owed, 0)

    def add(self, entry) -> None:
        """Take one entry into the sums."""
        self.by_kind[entry.kind] += entry.fen
        if entry.kind == Kind.SPENDING:
            self.by_use[entry.use] += entry.fen
        elif entry.kind == Kind.DISALLOWED:
            self.by_use[entry.use] -= entry.fen

    def odd(self) -> str:
        """What does not hold among the sums, or an empty string."""
        if self.accrued < self.paid:
            return "拨付超过应补助"
        if self.paid < self.received:
            return "到账超过拨付"
        if min(self.accrued, self.paid, self.received, self.spent, self.recovered, *self.by_use.values()) < 0:
            return "有一项合计为负数"
        return "支出和收回超过到账" if self.in_hand < 0 else ""


def hold(community_id: int, programme: str, fiscal_year: int) -> Grant:
    """The grant, its community's row locked. NotReady where nothing was accrued.

    The entries themselves are not locked: the application's role may not touch them (docs/running.md), and a lock of
    PostgreSQL asks for the right to change.
    """
    hold_books(community_id)
    grant = read(community_id).get((programme, fiscal_year))
    if grant is None:
        raise NotReady(f"该社区没有 {fiscal_year} 年度的补助资金。")
    return grant


def hold_books(community_id: int) -> None:
    """Lock a community's books: nothing is written into them meanwhile."""
    community = Community.objects.filter(pk=community_id)
    if settings.TEST_SWITCH != "no_lock":  # the race tests' control shows what happens without
        community = community.select_for_update(no_key=True)
    list(community.values_list("pk"))


def hold_year(programme: str, fiscal_year: int) -> Accrual | None:
    """The run of a year, locked: what is accrued and paid in it stands still; None before the first run."""
    run = Accrual.objects.select_related("version").filter(programme=programme, fiscal_year=fiscal_year)
    if settings.TEST_SWITCH != "no_lock":
        run = run.select_for_update(of=("self",))
    return run.first()


def read(community_id: int) -> dict[tuple[str, int], Grant]:
    """Every grant of a community by (programme, year), the newest year first; three queries."""
    return read_many([community_id]).get(community_id, {})


def read_many(communities) -> dict[int, dict[tuple[str, int], Grant]]:
    """`read` for several communities at once, in as many queries."""
    communities = list(communities)
    found: dict[int, dict] = defaultdict(dict)
    dates = {}
    reversed_ones = set(
        Entry.objects.filter(community__in=communities, reverses__isnull=False).values_list(
            "reverses", flat=True
        )
    )
    for entry in Entry.objects.filter(community__in=communities).order_by("pk"):
        key = entry.programme, entry.fiscal_year
        grant = found[entry.community_id].get(key)
        if grant is None:
            grant = Grant(entry.community_id, *key, entry.position)
            found[entry.community_id][key] = grant
        grant.add(entry)
        if entry.kind == Kind.RECEIPT and entry.reverses_id is None and entry.pk not in reversed_ones:
            first = dates.get((entry.community_id, *key))
            dates[entry.community_id, *key] = grant.first_received = min(first or entry.on, entry.on)
    for recovery, back in owed(communities):
        grant = found[recovery.community_id].get((recovery.programme, recovery.fiscal_year))
        if grant is not None:
            grant.owed += recovery.fen - back
    return {
        community: dict(sorted(grants.items(), key=lambda pair: (-pair[0][1], pair[0][0])))
        for community, grants in found.items()
    }


def owed(communities) -> list[tuple[Recovery, int]]:
    """Recoveries of communities with what came back of each so far."""
    rows = list(Recovery.objects.filter(community__in=communities).order_by("pk"))
    if not rows:
        return []
    back: Counter = Counter()
    entries = Entry.objects.filter(community__in=communities, kind=Kind.RECOVERY)
    for key, fen, original in entries.values_list("key", "fen", "reverses__key"):
        back[int((original or key).split("/")[1])] += fen
    return [(row, back[row.pk]) for row in rows]


def post(rows: list[Entry]) -> list[Entry]:
    """Write entries and add them to the sums; AlreadyMoved when one of their keys is there already.

    The caller holds the grants in its transaction and writes its event afterwards.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Entries belong to the transaction of their event.")
    keys = [row.key for row in rows]
    if Entry.objects.filter(key__in=keys).exists():
        raise AlreadyMoved("这一笔已经记过账。")
    made = Entry.objects.bulk_create(rows)
    changes: Counter = Counter()
    counts: Counter = Counter()
    for row in made:
        at = row.fiscal_year, row.programme, row.kind, row.use, row.position
        changes[at] += row.fen
        counts[at] += 1
    with connection.cursor() as cursor:
        for at in sorted(changes):
            year, programme, kind, use, position = at
            cursor.execute(_ADD, [programme, year, kind, use, changes[at], counts[at], position, position])
    return made


def entry(grant: Grant, kind: str, key: str, fen: int, *, on, at, use="", document="", batch=None) -> Entry:
    """An entry of a grant, not yet written."""
    return Entry(
        key=key,
        kind=kind,
        community_id=grant.community_id,
        position=grant.position,
        programme=grant.programme,
        fiscal_year=grant.fiscal_year,
        fen=fen,
        use=use,
        on=on,
        at=at,
        document=document,
        batch=batch,
    )


def opposite(original: Entry, *, on, at, document="") -> Entry:
    """The entry that takes another back, not yet written."""
    if original.reverses_id is not None:
        raise NotReady("冲正分录不能再冲正，请另记一笔。")
    if Entry.objects.filter(reverses=original).exists():
        raise AlreadyMoved("这一笔已经冲正。")
    return Entry(
        key=f"reversal/{original.pk}",
        kind=original.kind,
        community_id=original.community_id,
        position=original.position,
        programme=original.programme,
        fiscal_year=original.fiscal_year,
        fen=-original.fen,
        use=original.use,
        on=on,
        at=at,
        document=document,
        recognition_id=original.recognition_id,
        batch_id=original.batch_id,
        reverses=original,
    )


@transaction.atomic
def reverse(original: Entry, *, by, at, on, reason, document="") -> Entry:
    """Take an entry back by its opposite; twice is refused, and so is what would leave a grant out of balance.

    Who may is asked by the caller (subsidies.permissions).
    """
    if not reason.strip():
        raise NotReady("请写明冲正的理由。")
    if original.kind in OPENING:  # no batch may be paying it meanwhile
        hold_year(original.programme, original.fiscal_year)
    grant = hold(original.community_id, original.programme, original.fiscal_year)
    row = opposite(original, on=on, at=at, document=document)
    grant.add(row)
    if sentence := grant.odd():
        raise NotReady(f"不能冲正：冲正后{sentence}，请先冲正以后的分录。")
    (row,) = post([row])
    note(
        "reverse_entry",
        by=by,
        at=at,
        entry=row,
        after={"fen": row.fen, "kind": row.kind},
        data={"reverses": original.key, "reason": reason.strip()},
    )
    return row


def note(
    action,
    *,
    by,
    at,
    entry=None,
    community=None,
    subject=None,
    before=None,
    after=None,
    data=None,
    ip=None,
    **links,
):
    """The event of a verb, tied to its money. `links`: accrual, batch or report."""
    if entry is not None:
        community = entry.community
    if subject is None:
        subject = (
            f"{community.full_name} {entry.fiscal_year}年度" if entry is not None else community.full_name
        )
    event = record(action, by=by, at=at, subject=subject, before=before, after=after, data=data, ip=ip)
    return MoneyEvent.objects.create(event=event, community=community, entry=entry, **links)


def add_new(above: int, kind: str, programme: str, fiscal_year: int) -> None:
    """Add the entries of a kind and year with keys above a number to the sums: what one run has just written.

    The caller holds the run of that year, so that nobody else writes such entries meanwhile.
    """
    what = [above, kind, programme, fiscal_year]
    with connection.cursor() as cursor:
        cursor.execute(_ADD_NEW, [*what, programme, fiscal_year, kind])


def last_key() -> int:
    """The highest key of an entry."""
    return Entry.objects.aggregate(last=Max("pk"))["last"] or 0


_CONFLICT = (
    " ON CONFLICT (region_id, fiscal_year, programme, kind, use) DO UPDATE SET"
    " fen = subsidies_regionsum.fen + excluded.fen, count = subsidies_regionsum.count + excluded.count"
)
# One movement into its street and everything above, the highest region first.
_ADD = (
    "INSERT INTO subsidies_regionsum (region_id, programme, fiscal_year, kind, use, fen, count)"
    " SELECT r.id, %s, %s, %s, %s, CAST(%s AS bigint), CAST(%s AS bigint) FROM regions_region r"
    " WHERE r.position <= %s AND r.last >= %s ORDER BY r.position" + _CONFLICT
)
# Many at once: added up by place, then streets, then up the tree.
_ADD_NEW = (
    "WITH RECURSIVE added(position, fen, n) AS ("
    " SELECT e.position, SUM(e.fen), COUNT(*) FROM subsidies_entry e"
    " WHERE e.id > %s AND e.kind = %s AND e.programme = %s AND e.fiscal_year = %s GROUP BY e.position),"
    " street(id, parent_id, position, fen, n) AS ("
    " SELECT r.id, r.parent_id, r.position, added.fen, added.n FROM added"
    " JOIN regions_region r ON r.position = added.position),"
    " up(id, parent_id, position, fen, n) AS ("
    " SELECT id, parent_id, position, fen, n FROM street UNION ALL"
    " SELECT r.id, r.parent_id, r.position, up.fen, up.n FROM up JOIN regions_region r ON r.id = up.parent_id)"
    " INSERT INTO subsidies_regionsum (region_id, programme, fiscal_year, kind, use, fen, count)"
    " SELECT id, %s, %s, %s, '', SUM(fen), SUM(n) FROM up WHERE 1 = 1 GROUP BY id, position ORDER BY position"
    + _CONFLICT
)


def wrong_sums() -> list[tuple]:
    """(region, year, programme, kind, use, kept, added up) wherever a kept sum is not what the entries come to."""
    kept = {
        (row.region_id, row.fiscal_year, row.programme, row.kind, row.use): (row.fen, row.count)
        for row in RegionSum.objects.iterator(chunk_size=5000)
    }
    added = added_up()
    keys = sorted(kept.keys() | added.keys())
    pairs = [(*key, kept.get(key, (0, 0)), added.get(key, (0, 0))) for key in keys]
    return [row for row in pairs if row[-2] != row[-1]]


def added_up() -> dict[tuple, tuple[int, int]]:
    """The sums from the entries themselves, worked out in Python by the regions' intervals."""
    chains = region_chains()
    sums: Counter = Counter()
    counts: Counter = Counter()
    rows = Entry.objects.values_list("position", "fiscal_year", "programme", "kind", "use").annotate(
        total=Sum("fen"), n=Count("pk")
    )
    for position, *what, fen, count in rows.order_by("position").iterator(chunk_size=5000):
        for region in chains(position):
            sums[region, *what] += fen
            counts[region, *what] += count
    return {key: (sums[key], counts[key]) for key in sums}


def region_chains():
    """A function that gives the keys of the regions around a position, asked for rising positions."""
    coming = list(Region.objects.order_by("-position").values_list("position", "last", "pk"))
    around = []

    def chain(position):
        while coming and coming[-1][0] <= position:
            around.append(coming.pop())
        around[:] = [row for row in around if row[1] >= position]  # what ended before is not asked for again
        return [pk for _, _, pk in around]

    return chain

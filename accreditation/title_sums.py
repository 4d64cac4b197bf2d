"""The sums behind the register's figures: kept by city, counted anew by `manage.py tick`, never trusted when out of date.

Every change of a title writes an event; sums that do not count in the latest one are passed over, and whoever asks gets
the titles themselves counted instead: slower, and right.
"""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Aggregate, BigIntegerField, Count, F, Max, Q, QuerySet, Sum

from accounts.events import lock_head
from accreditation.models import Recognition, RecognitionEvent, TitleSum
from regions.models import SPAN

KINDS = (
    "programme",
    "tier",
    "tier_name",
    "year",
    "granted_on",
    "valid_until",
    "ended_on",
    "status",
)
SLOT = SPAN["city"]


@dataclass(frozen=True)
class Counted:
    """Rows that add up to numbers of titles: group `rows` by columns of KINDS or by `place`, and take `titles`."""

    rows: QuerySet
    titles: Aggregate
    place: str  # the column of the place
    unit: int  # what one of that column is in positions

    def by(self, *columns) -> QuerySet:
        """(columns…, number) for each group there is."""
        return self.rows.order_by().values_list(*columns).annotate(number=self.titles).order_by(*columns)

    def total(self) -> int:
        return self.rows.order_by().aggregate(number=self.titles)["number"] or 0


def latest() -> int:
    """The last event of any title; 0 before the first."""
    return RecognitionEvent.objects.aggregate(last=Max("event"))["last"] or 0


def counted(places=None, *, apart=False) -> Counted:
    """The titles of the places (regions; None: of all) to be counted: from the sums where they serve, else one by one.

    Sums are by city: they serve for provinces, cities and what reports to a province directly. apart: what lies below
    each place is to be told apart, for which they serve from the province up.
    """
    unit = SPAN["province"] if apart else SLOT
    if all(place.position % unit == 0 for place in places or ()):
        kept = TitleSum.objects.filter(stamp=latest())
        if kept.exists():
            inside = _within(places, "slot", SLOT)
            return Counted(kept.filter(inside), Sum("titles"), "slot", SLOT)
    return Counted(Recognition.objects.filter(_within(places, "position", 1)), Count("pk"), "position", 1)


def _within(places, column, unit) -> Q:
    if places is None:
        return Q()
    inside = Q(pk__in=())
    for place in places:
        inside |= Q(**{f"{column}__range": (place.position // unit, place.last // unit)})
    return inside


def _from_titles():
    """(slot, *KINDS, number) as the titles say."""
    slot = F("position") / SLOT
    rows = Recognition.objects.order_by().annotate(slot=slot).values_list("slot", *KINDS)
    return rows.annotate(number=Count("pk", output_field=BigIntegerField()))


@transaction.atomic
def recount() -> bool:
    """Count again where a title has changed since; whether there was anything to do.

    Under the lock of the events' chain, which every change of a title takes: nothing changes meanwhile.
    """
    lock_head()
    stamp = latest()
    if TitleSum.objects.filter(stamp=stamp).exists() or not stamp:
        return False
    TitleSum.objects.all().delete()
    TitleSum.objects.bulk_create(
        (
            TitleSum(slot=slot, titles=number, stamp=stamp, **dict(zip(KINDS, kinds, strict=True)))
            for slot, *kinds, number in _from_titles().iterator(chunk_size=2000)
        ),
        batch_size=500,
    )
    return True


def differences():
    """A sentence for every sum that is in use and is not what the titles say."""
    if not TitleSum.objects.filter(stamp=latest()).exists():
        return
    told = {tuple(row[:-1]): row[-1] for row in _from_titles()}
    kept = {tuple(row[:-1]): row[-1] for row in TitleSum.objects.values_list("slot", *KINDS, "titles")}
    for kind in sorted(told.keys() | kept.keys(), key=str):
        if told.get(kind, 0) != kept.get(kind, 0):
            yield f"认定数合计（{kind[0]}，{kind[3]}，{kind[4]}）：记 {kept.get(kind, 0)} 个，实有 {told.get(kind, 0)} 个"

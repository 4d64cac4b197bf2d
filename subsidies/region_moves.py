"""Why a region with books keeps its place: entries stand where they were booked, and the ledger only grows."""

from regions.divisions import Moved, Occupied
from subsidies.models import Entry, SpendingReport


def stay(moved: Moved) -> None:
    """Raise Occupied where the ledger has entries, or a report waits, at a position the region had.

    The sums kept for each region are found by the position of their entries, and no entry may be changed (C5).
    """
    for model in (Entry, SpendingReport):
        if model.objects.filter(position__range=moved.before).exists():
            raise Occupied(f"{moved.region.name}已有补助资金台账，台账按记账时的所在地保存，不能随区划移动。")

"""What became of a grant, worked out by hand."""

import datetime as dt

import pytest

from subsidies.ledger import Grant, opposite
from subsidies.models import Entry, Kind

YUAN = 100


def grant(**yuan) -> Grant:
    """A grant with its entries in yuan, by kind."""
    made = Grant(1, "gansu-2023", 2018, 7)
    for kind, amount in yuan.items():
        made.add(
            Entry(kind=kind, fen=amount * YUAN, use="events" if kind in ("spending", "disallowed") else "")
        )
    return made


def test_the_sums_of_a_year():
    """10,000 accrued and paid, 9,000 arrived; 4,000 spent of which 500 was wrong; 300 came back by order, 200 freely."""
    made = grant(
        accrual=8_000, award=2_000, payment=10_000, receipt=9_000, spending=4_000, disallowed=500, recovery=300, refund=200
    )  # fmt: skip
    assert made.accrued == 1_000_000
    assert made.paid == 1_000_000
    assert made.received == 900_000
    assert made.spent == 350_000
    assert made.recovered == 50_000
    assert made.unspent == 600_000  # 10,000 - 3,500 - 500
    assert made.in_hand == 500_000  # 9,000 - 3,500 - 500
    assert made.by_use == {"events": 350_000}
    assert made.odd() == ""
    made.owed = 120_000
    assert made.free == 380_000
    made.owed = 500_001
    assert made.free == 0


def test_nothing_yet():
    made = grant()
    assert (made.accrued, made.paid, made.received, made.spent, made.recovered) == (0, 0, 0, 0, 0)
    assert (made.unspent, made.in_hand, made.free, made.owed) == (0, 0, 0, 0)
    assert made.by_use == {} and made.odd() == "" and made.first_received is None


ODD = {
    "拨付超过应补助": {"accrual": 99, "payment": 100},
    "到账超过拨付": {"accrual": 100, "payment": 99, "receipt": 100},
    "有一项合计为负数": {"accrual": 100, "payment": 100, "receipt": 100, "refund": -1},
    "支出和收回超过到账": {"accrual": 100, "payment": 100, "receipt": 100, "spending": 60, "recovery": 41},
}
EVEN = (
    {"accrual": 100, "payment": 100},
    {"accrual": 100, "payment": 100, "receipt": 100},
    {"accrual": 100, "payment": 100, "receipt": 100, "refund": 0},
    {"accrual": 100, "payment": 100, "receipt": 100, "spending": 60, "recovery": 40},
)


@pytest.mark.parametrize("sentence", ODD)
def test_what_does_not_hold_is_said(sentence):
    assert grant(**ODD[sentence]).odd() == sentence


@pytest.mark.parametrize("entries", EVEN, ids=str)
def test_what_just_holds_is_even(entries):
    assert grant(**entries).odd() == ""


@pytest.mark.parametrize("kind", ["accrual", "payment", "receipt"])
def test_each_sum_below_zero_is_odd(kind):
    """Alone below zero it is said one way or another."""
    assert grant(**{kind: -1}).odd()


def test_more_found_wrong_than_was_spent_under_a_use_is_odd():
    made = grant(accrual=100, payment=100, receipt=100, spending=60)
    made.add(Entry(kind=Kind.DISALLOWED, fen=1, use="it_network"))
    assert made.spent == 5_999 and made.odd() == "有一项合计为负数"


@pytest.mark.django_db
def test_the_opposite_carries_everything_but_the_sign():
    """The columns stand one by one in the source, so that none is forgotten."""
    columns = {
        "kind": "payment", "community_id": 3, "position": 7, "programme": "gansu-2023", "fiscal_year": 2018,
        "use": "events", "recognition_id": 5, "batch_id": 6,
    }  # fmt: skip
    original = Entry(pk=41, key="payment/1", fen=1_000, on=dt.date(2018, 2, 1), document="一号", **columns)
    at = dt.datetime(2018, 6, 1, tzinfo=dt.UTC)
    row = opposite(original, on=dt.date(2018, 6, 1), at=at, document="二号")
    assert {name: getattr(row, name) for name in columns} == columns
    assert (row.key, row.fen, row.reverses_id) == ("reversal/41", -1_000, 41)
    assert (row.on, row.at, row.document) == (dt.date(2018, 6, 1), at, "二号")

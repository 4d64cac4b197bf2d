"""The ledger only grows: what is wrong is reversed, once; every other route is closed on both engines (C4, C5)."""

import datetime as dt

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.models import F
from django.db.utils import DatabaseError, IntegrityError, NotSupportedError

from accounts import append_only
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions.models import Region
from subsidies import accrual, ledger, payments, spending
from subsidies.models import Entry, Expense, RegionSum
from tests.factories import moment
from tests.subsidies.purse import PROGRAMME, YEAR, day

pytestmark = pytest.mark.django_db


# Batches and receipts


def test_a_batch_pays_what_was_accrued_once(purse):
    purse.title(0, "provincial")
    batch = purse.paid()
    assert (batch.count, batch.fen) == (12, 13_000_000)
    assert [(e.kind, e.fen, e.document) for e in purse.entries(0)] == [
        ("accrual", 2_000_000, ""),
        ("payment", 2_000_000, "甲财社〔2018〕12号"),
    ]
    with pytest.raises(NotReady, match="没有待拨付的资金"):
        purse.paid(document="甲财社〔2018〕13号")


def test_a_batch_of_a_county_pays_its_own(purse):
    assert purse.paid("一县").count == 4
    assert purse.paid("甲省", document="甲财社〔2018〕13号").count == 8


def test_a_stale_preview_a_used_number_and_a_day_to_come_are_refused(purse):
    purse.accrue()
    region, by = purse.house.regions["甲省"], purse.finance["甲省"]
    shown = payments.preview(PROGRAMME, YEAR, region)
    told = {"document": "一号", "paid_on": day(2, 1), "by": by, "at": moment(day(2, 1)), "seen": shown.seen}
    late = purse.house.found("后来社区", purse.house.regions["一南街道"])
    purse.house.title([late])
    purse.accrue()
    with pytest.raises(AlreadyMoved, match="请重新预览"):
        payments.pay(PROGRAMME, YEAR, region, **told)
    told["seen"] = payments.preview(PROGRAMME, YEAR, region).seen
    for wrong in ({"document": " "}, {"paid_on": day(2, 2)}, {"paid_on": dt.date(2017, 12, 31)}):
        with pytest.raises(NotReady):
            payments.pay(PROGRAMME, YEAR, region, **{**told, **wrong})
    with pytest.raises(NotYours):
        payments.pay(PROGRAMME, YEAR, region, **{**told, "by": purse.finance["东市"]})
    with pytest.raises(NotYours):
        payments.pay(PROGRAMME, YEAR, region, **{**told, "by": purse.hr("甲省")})
    assert not Entry.objects.filter(kind="payment").exists()
    payments.pay(PROGRAMME, YEAR, region, **told)
    newest = purse.house.found("最后社区", purse.house.regions["一南街道"])
    purse.house.title([newest])
    purse.accrue()
    told["seen"] = payments.preview(PROGRAMME, YEAR, region).seen
    with pytest.raises(AlreadyMoved, match="文号“一号”已经办理过"):
        payments.pay(PROGRAMME, YEAR, region, **told)


def test_a_receipt_is_confirmed_once_by_the_community_not_before_it_was_paid(purse):
    purse.paid()
    payment = purse.entries(kind="payment")[0]
    told = {"on": day(2, 3), "by": purse.filer(), "at": moment(day(2, 5))}
    for wrong in ({"on": day(1, 31)}, {"on": day(2, 6)}):
        with pytest.raises(NotReady):
            payments.confirm_receipt(payment, **{**told, **wrong})
    with pytest.raises(NotYours):
        payments.confirm_receipt(payment, **{**told, "by": purse.filer(1)})
    payments.confirm_receipt(payment, **told)
    with pytest.raises(AlreadyMoved):
        payments.confirm_receipt(payment, **told)
    assert purse.grant().received == 1_000_000


def test_money_may_be_given_back(purse):
    purse.received()
    told = {
        "on": day(6, 1),
        "voucher": "缴1",
        "by": purse.filer(),
        "at": moment(day(6, 1)),
        "community": purse.community(),
    }
    with pytest.raises(NotReady):
        payments.refund(purse.grant(), fen=1_000_001, token="a", **told)
    payments.refund(purse.grant(), fen=400_000, token="a", **told)
    with pytest.raises(AlreadyMoved):
        payments.refund(purse.grant(), fen=400_000, token="a", **told)
    grant = purse.grant()
    assert (grant.paid, grant.spent, grant.unspent, grant.recovered) == (1_000_000, 0, 600_000, 400_000)


def test_each_wrong_sum_is_told_with_what_is_kept_and_what_the_entries_come_to(purse):
    purse.accrue()
    place, lost = purse.house.regions["西市"], purse.house.regions["东市"]
    RegionSum.objects.filter(region=lost).delete()
    RegionSum.objects.create(
        region=place, fiscal_year=1999, programme=PROGRAMME, kind="payment", use="", fen=5, count=1
    )
    RegionSum.objects.create(
        region=place, fiscal_year=1998, programme=PROGRAMME, kind="payment", use="", fen=0, count=1
    )
    RegionSum.objects.create(
        region=place, fiscal_year=1997, programme=PROGRAMME, kind="payment", use="", fen=1, count=0
    )
    assert sorted(row[:4] + row[5:] for row in ledger.wrong_sums()) == sorted(
        [
            (place.pk, 1997, PROGRAMME, "payment", (1, 0), (0, 0)),
            (place.pk, 1998, PROGRAMME, "payment", (0, 1), (0, 0)),
            (lost.pk, YEAR, PROGRAMME, "accrual", (0, 0), (8_000_000, 8)),
            (place.pk, 1999, PROGRAMME, "payment", (5, 1), (0, 0)),
        ]
    )


def test_the_regions_around_each_place_are_those_whose_interval_holds_it(purse):
    """In rising order, each beginning and each end and what lies next to it: also where street, county and city end at once."""
    regions = list(Region.objects.order_by("position"))
    around = ledger.region_chains()
    places = {end + beside for r in regions for end in (r.position, r.last) for beside in (-1, 0, 1)}
    for place in sorted(places):
        wanted = [region.pk for region in regions if region.position <= place <= region.last]
        assert around(place) == wanted


def test_the_grants_of_a_community_stand_by_year_the_newest_first_then_by_programme(purse):
    def accrued(programme, year):
        grant = ledger.Grant(purse.community().pk, programme, year, purse.community().position)
        return ledger.entry(
            grant, "accrual", f"accrual/{programme}/{year}", 100, on=day(1, 8), at=moment(day(1, 8))
        )

    with transaction.atomic():
        ledger.post([accrued(*what) for what in (("b", 2018), ("a", 2018), ("c", 2017), ("d", 2019))])
    assert list(ledger.read(purse.community().pk)) == [("d", 2019), ("a", 2018), ("b", 2018), ("c", 2017)]


def test_without_a_grant_nothing_is_held(purse):
    with transaction.atomic(), pytest.raises(NotReady, match="该社区没有 2018 年度的补助资金。"):
        ledger.hold(purse.community().pk, PROGRAMME, YEAR)
    purse.accrue()
    with transaction.atomic():
        assert ledger.hold(purse.community().pk, PROGRAMME, YEAR).accrued == 1_000_000


def test_the_first_arrival_is_the_earliest_receipt_that_stands(purse):
    """Spending may begin on that day; a receipt that was taken back is none."""
    receipt = purse.received(on=day(3, 1))
    assert purse.grant().first_received == day(3, 1)
    reverse(purse, receipt)
    assert (purse.grant().first_received, purse.grant().received) == (None, 0)
    payments.confirm_receipt(
        purse.entries(kind="payment")[0], on=day(6, 2), by=purse.filer(), at=moment(day(6, 2))
    )
    assert (purse.grant().first_received, purse.grant().received) == (day(6, 2), 1_000_000)


# Reversals


def reverse(purse, entry, by=None):
    on = day(6, 1)
    return ledger.reverse(entry, by=by or purse.finance["甲省"], at=moment(on), on=on, reason="付错。")


def test_a_reversal_takes_off_exactly_its_original_and_stands_once(purse):
    purse.paid()
    payment = purse.entries(kind="payment")[0]
    row = reverse(purse, payment)
    assert (row.key, row.fen, row.reverses_id, row.kind) == (
        f"reversal/{payment.pk}",
        -1_000_000,
        payment.pk,
        "payment",
    )
    assert purse.grant().paid == 0
    with pytest.raises(AlreadyMoved, match="已经冲正"):
        reverse(purse, payment)
    with pytest.raises(NotReady, match="冲正分录不能再冲正"):
        reverse(purse, row)
    with pytest.raises(IntegrityError), transaction.atomic():  # and the tables beneath
        Entry.objects.create(**{**_copy(row), "key": "another"})
    assert ledger.wrong_sums() == []


def _copy(entry):
    return {f.attname: getattr(entry, f.attname) for f in Entry._meta.concrete_fields if f.name != "id"}


def test_after_a_reversal_the_next_batch_pays_again(purse):
    purse.paid()
    reverse(purse, purse.entries(kind="payment")[0])
    batch = purse.paid(document="甲财社〔2018〕13号", on=day(6, 2))
    assert (batch.count, batch.fen) == (1, 1_000_000)
    assert purse.grant().paid == 1_000_000


def test_what_later_entries_stand_on_is_not_reversed(purse):
    purse.received()
    purse.spend(1)
    accrued, payment, receipt, expense = purse.entries()
    for entry, by in ((accrued, None), (payment, None), (receipt, purse.filer())):
        with pytest.raises(NotReady, match="不能冲正"):
            reverse(purse, entry, by)
    spending.take_back(expense, by=purse.filer(), at=moment(day(6, 1)), reason="x")
    for entry in (receipt, payment, accrued):
        reverse(purse, entry)
    assert set(purse.grant().by_kind.values()) == {0}


def test_a_reversal_needs_a_reason(purse):
    purse.paid()
    with pytest.raises(NotReady):
        ledger.reverse(
            purse.entries()[1], by=purse.finance["甲省"], at=moment(day(6, 1)), on=day(6, 1), reason=" "
        )


def test_a_wrong_title_is_corrected_by_a_reversal_and_a_new_entry(purse):
    purse.paid()
    (accrued, _) = purse.entries()
    told = {"by": purse.finance["甲省"], "at": moment(day(6, 1)), "reason": "漏登省级称号。"}
    with pytest.raises(NotReady, match="没有变化"):
        accrual.correct(accrued, **told)
    purse.title(0, "provincial")
    fresh = accrual.correct(accrued, **told)
    assert (fresh.fen, fresh.recognition.money, purse.grant().accrued) == (2_000_000, "provincial", 2_000_000)
    with pytest.raises(AlreadyMoved):
        accrual.correct(accrued, **told)
    assert purse.accrue()[0].added == 0
    batch = purse.paid(document="甲财社〔2018〕13号", on=day(6, 2))
    assert (batch.count, batch.fen) == (1, 1_000_000)
    assert ledger.wrong_sums() == []


# Append-only


def routes(entry, expense):
    """Every way somebody might try to change or remove what is written; all must fail."""
    table = "subsidies_entry"

    def saved():
        entry.fen = 1
        entry.save()

    def sql(text):
        with connection.cursor() as cursor:
            cursor.execute(text)

    yield "save", saved
    yield "update", lambda: Entry.objects.filter(pk=entry.pk).update(fen=1)
    yield "update F", lambda: Entry.objects.update(fen=F("fen") + 1)
    yield "delete", lambda: Entry.objects.filter(pk=entry.pk)._raw_delete("default")
    yield "instance delete", entry.delete
    yield "bulk_update", lambda: Entry.objects.bulk_update([entry], ["document"])
    yield "upsert", lambda: Entry.objects.bulk_create([Entry(**_copy(entry))], update_conflicts=True, unique_fields=["key"], update_fields=["fen"])  # fmt: skip
    yield (
        "update_or_create",
        lambda: Entry.objects.update_or_create(key=entry.key, defaults={"document": "x"}),
    )
    yield "raw update", lambda: sql(f"UPDATE {table} SET fen = 1")
    yield "raw delete", lambda: sql(f"DELETE FROM {table}")
    yield "community deleted", lambda: entry.community.delete()
    yield "expense changed", lambda: Expense.objects.filter(pk=expense.pk).update(payee="x")
    yield "expense deleted", lambda: expense.delete()
    if connection.vendor == "sqlite":
        columns = ", ".join(f'"{f.column}"' for f in Entry._meta.concrete_fields)
        yield (
            "replace",
            lambda: sql(f"INSERT OR REPLACE INTO {table} ({columns}) SELECT {columns} FROM {table}"),
        )
    else:
        yield "truncate", lambda: sql(f"TRUNCATE {table} CASCADE")
    yield "flush", lambda: call_command("flush", interactive=False, verbosity=0)


def tried(routes):
    """{name: whether the rows were changed} of every route."""
    found = {}
    for name, attempt in routes:
        try:
            with transaction.atomic():
                attempt()
                transaction.set_rollback(True)  # the next route finds everything as it was
            found[name] = True
        except (DatabaseError, NotSupportedError, CommandError):
            found[name] = False
    return found


def test_no_route_changes_what_is_written(purse, measure):
    purse.received()
    expense = purse.spend(12)
    before = list(Entry.objects.order_by("pk").values())
    found = tried(routes(expense.entry, expense))
    assert len(found) >= 14
    measure("C5", "routes tried", len(found))
    measure("C5", "tampers", sum(found.values()))
    assert {name for name, changed in found.items() if changed} == set()
    assert list(Entry.objects.order_by("pk").values()) == before


def test_control_without_the_triggers_the_same_routes_change_it(purse, measure):
    purse.received()
    expense = purse.spend(12)
    with connection.cursor() as cursor:
        for table in ("subsidies_entry", "subsidies_expense"):
            for verb in ("update", "delete"):
                if connection.vendor == "sqlite":
                    cursor.execute(f"DROP TRIGGER {table}_no_{verb}")
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER {table}_no_change ON {table}")
    try:
        assert append_only.missing(connection)
        found = tried(route for route in routes(expense.entry, expense) if route[0] != "flush")
        measure("C5", "control: routes open without triggers", sum(found.values()))
        assert {
            "save",
            "update",
            "update F",
            "delete",
            "bulk_update",
            "upsert",
            "raw update",
            "raw delete",
            "expense changed",
        } <= {name for name, changed in found.items() if changed}
    finally:
        append_only.install(connection)


def test_a_key_is_written_once(purse):
    purse.accrue()
    entry = purse.entries()[0]
    with pytest.raises(IntegrityError), transaction.atomic():
        Entry.objects.create(**_copy(entry))
    with pytest.raises(AlreadyMoved), transaction.atomic():
        ledger.post([Entry(**_copy(entry))])


def test_an_amount_has_the_sign_of_its_kind(purse):
    purse.accrue()
    copy = {**_copy(purse.entries()[0]), "key": "x"}
    for wrong in ({"fen": 0}, {"fen": -1}, {"kind": "gift"}, {"use": "events"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.create(**{**copy, **wrong})


def test_entries_are_posted_inside_a_transaction_alone(purse):
    purse.accrue()
    row = Entry(**{**_copy(purse.entries()[0]), "key": "x"})
    connection.in_atomic_block, before = False, connection.in_atomic_block
    try:
        with pytest.raises(transaction.TransactionManagementError):
            ledger.post([row])
    finally:
        connection.in_atomic_block = before
    assert RegionSum.objects.filter(region__name="甲省").get().count == 12

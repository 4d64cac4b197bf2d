"""C1, C3, C4, C6, C9: what the ledger's and the log's protections prevent, and the same without them."""

import datetime as dt

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from accounts import append_only
from accounts.models import Event, Role
from accreditation import notices, transitions
from accreditation.models import Recognition
from regions.clock import end_of
from subsidies import accrual, ledger, payments
from subsidies.models import Entry
from tests.access.tables import changed, contents
from tests.factories import House, moment
from tests.subsidies.purse import PROGRAMME, YEAR, day

# C1


def test_the_same_year_three_times_is_the_same_as_once(purse, measure):
    purse.accrue()
    once = list(Entry.objects.order_by("pk").values_list("key", "fen"))
    purse.accrue()
    purse.accrue(on=day(6, 1))
    again = list(Entry.objects.order_by("pk").values_list("key", "fen"))
    measure("C1", "ledger", abs(len(again) - len(once)))
    assert again == once and len(once) == 12


def naive(press):
    """Accrual without a key that says what the entry is for."""
    Entry.objects.bulk_create(
        Entry(
            key=f"{press}/{title.pk}", kind="accrual", community_id=title.community_id, position=title.position,
            programme=PROGRAMME, fiscal_year=YEAR, fen=1_000_000, on=day(1, 1), at=moment(day(1, 8)), recognition=title,
        )
        for title in Recognition.objects.all()
    )  # fmt: skip


def test_control_without_keys_a_second_run_doubles(purse, measure):
    naive(1)
    once = Entry.objects.count()
    naive(2)
    measure("C1", "control: rows after a second run without keys", [once, Entry.objects.count()])
    assert Entry.objects.count() == 2 * once > 0


# C3


def drift(purse):
    """Fen by which the books of a year differ from what the titles of the cut-off day are worth, by hand."""
    held = Recognition.objects.filter(granted_on__lte=dt.date(YEAR - 1, 12, 31), ended_on=None)
    worth = {community: 1_000_000 for community in held.values_list("community", flat=True)}
    booked = dict(Entry.objects.values_list("community").annotate(fen=Sum("fen")))
    return sum(abs(booked.get(key, 0) - worth.get(key, 0)) for key in booked.keys() | worth.keys())


def test_the_books_are_what_the_titles_are_worth(purse, measure):
    purse.accrue()
    measure("C3", "difference in fen", drift(purse))
    assert drift(purse) == 0


def test_control_a_title_changed_beneath_the_books_is_found(purse, measure):
    purse.accrue()
    Recognition.objects.filter(community=purse.community(0)).update(ended_on=dt.date(YEAR - 1, 6, 1))
    measure("C3", "control: difference in fen after a title was changed beneath", drift(purse))
    assert drift(purse) == 1_000_000


# C4


def test_control_without_its_index_a_reversal_stands_twice(purse, measure):
    purse.received()
    entry = Entry.objects.get(kind="payment", community=purse.community(0))
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX entry_reversed_once")
    for press in range(2):
        Entry.objects.create(
            key=f"back/{press}", kind="payment", community=entry.community, position=entry.position, programme=PROGRAMME,
            fiscal_year=YEAR, fen=-entry.fen, on=day(4, 1), at=moment(day(4, 1)), reverses=entry,
        )  # fmt: skip
    fen = Entry.objects.filter(kind="payment", community=entry.community).aggregate(s=Sum("fen"))["s"]
    measure("C4", "control: fen after two naive reversals", fen)
    assert fen == -entry.fen


# C6


def lose(table):
    """What a migration may do to a table's triggers: a rebuild on SQLite, a switch on PostgreSQL."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"CREATE TABLE new__rebuilt AS SELECT * FROM {table}")
            cursor.execute(f"DROP TABLE {table}")
            cursor.execute(f"ALTER TABLE new__rebuilt RENAME TO {table}")
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")


TABLE = "subsidies_moneyevent"


def test_a_lost_trigger_stops_the_start_and_migrate_lays_it_again(purse, measure):
    assert append_only.missing(connection) == []
    lose(TABLE)
    lost = append_only.missing(connection)
    errors = append_only.check_triggers(None, databases=["default"])
    assert lost and all(name.startswith(TABLE) for name in lost)
    assert [error.id for error in errors] == ["portal.E001"]
    if connection.vendor == "sqlite":
        append_only.install_after_migrate(None, "default")
        measure("C6", "missing after migrate", len(append_only.missing(connection)))
        assert append_only.missing(connection) == []
    else:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER USER")
        measure("C6", "missing after migrate", len(append_only.missing(connection)))


def test_control_after_such_a_migration_rows_can_be_changed(purse, measure):
    purse.accrue()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE}")
    lose(TABLE)
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE}")
        gone = cursor.rowcount
    measure("C6", "control: rows deleted once the triggers were lost", gone)
    assert gone >= 1


def test_every_table_that_only_grows_has_its_triggers(db):
    call_command("check", databases=["default"])
    assert append_only.missing(connection) == []


# C9


def desk(house, state, verb, role=Role.APPROVER, **more):
    """A verb at a state of community 0, ready to be done."""
    application = house.at(state)
    if state.endswith("_review"):
        application = house.prepare(application)
    by = (
        house.filer(application.community)
        if role == Role.FILER
        else house.officer(house.office_region(application).name, role)
    )
    return lambda: getattr(transitions, verb)(
        application, by=by, at=moment(dt.date(2017, 8, 30)), seen=application.moves, **more
    )


def closing(house):
    notice = house.at("county_notice").entries.get().notice
    return lambda: notices.close(notice, at=end_of(notice.last_day))


def objecting(house):
    entry = house.at("county_notice").entries.get()
    return lambda: notices.object_to(
        entry,
        at=entry.notice.published_at + dt.timedelta(hours=1),
        named=True,
        name="甲",
        contact="0000-1",
        text="请核实。",
    )


VERBS = {
    "propose": lambda h: desk(h, "street_review", "propose", Role.HANDLER, verdict="decline", opinion="意见"),
    "pass_on": lambda h: desk(h, "street_review", "pass_on"),
    "send_back": lambda h: desk(h, "street_review", "send_back", remarks=[("narrative", "请补充。")]),
    "decline": lambda h: desk(h, "street_review", "decline", reason="理由"),
    "disqualify": lambda h: desk(h, "street_review", "disqualify", reason="虚报。"),
    "withdraw": lambda h: desk(h, "street_review", "withdraw", Role.FILER),
    "shortlist": lambda h: desk(h, "county_review", "shortlist"),
    "pass_over": lambda h: desk(h, "county_review", "pass_over", reason="理由"),
    "close": closing,
    "object": objecting,
}
MONEY = {
    "accrue": lambda p: lambda: accrual.accrue(YEAR, by=None, at=moment(day(1, 8))),
    "receive": lambda p: _receipt(p),
    "spend": lambda p: (p.received(), lambda: p.spend(12))[1],
    "reverse": lambda p: _reversal(p),
}


def _receipt(purse):
    purse.paid()
    payment = Entry.objects.get(kind="payment", community=purse.community(0))
    return lambda: payments.confirm_receipt(payment, on=day(3, 1), by=purse.filer(), at=moment(day(3, 1)))


def _reversal(purse):
    purse.paid()
    payment = Entry.objects.get(kind="payment", community=purse.community(0))
    return lambda: ledger.reverse(
        payment, by=purse.finance["甲省"], at=moment(day(3, 1)), on=day(3, 1), reason="付错。"
    )


class Unwritten(Exception):
    """The event cannot be written."""


def both_or_neither(name, verb, monkeypatch, measure):
    """With the event failing, nothing stays; with it, both stand."""
    before, events = contents(leave_out=()), Event.objects.count()
    with monkeypatch.context() as patch:

        def fail(*args):
            raise Unwritten

        patch.setattr("accounts.events.digest_of", fail)
        with pytest.raises(Unwritten), transaction.atomic():
            verb()
    left = changed(before, contents(leave_out=()))
    verb()
    done = changed(before, contents())
    measure("C9", "verbs", 1)
    measure("C9", "ledger", len(left))
    assert left == []
    assert done and Event.objects.count() > events, name


@pytest.mark.parametrize("name", VERBS)
def test_a_verb_and_its_event_stand_together_or_not_at_all(
    db, settings, tmp_path, name, monkeypatch, measure
):
    settings.MEDIA_ROOT = tmp_path
    both_or_neither(name, VERBS[name](House()), monkeypatch, measure)


@pytest.mark.parametrize("name", MONEY)
def test_money_and_its_event_stand_together_or_not_at_all(purse, name, monkeypatch, measure):
    both_or_neither(name, MONEY[name](purse), monkeypatch, measure)


def test_control_without_one_transaction_the_action_stays_without_its_event(
    db, settings, tmp_path, monkeypatch, measure
):
    """The verb without its transaction around it, the event failing: what it wrote is there, and nothing tells of it."""
    settings.MEDIA_ROOT = tmp_path
    house = House()
    application = house.prepare(house.at("street_review"))
    by, before, events = (
        house.officer("一南街道", Role.APPROVER),
        contents(leave_out=()),
        Event.objects.count(),
    )

    def fail(*args):
        raise Unwritten

    monkeypatch.setattr("accounts.events.digest_of", fail)
    with pytest.raises(Unwritten):
        transitions.pass_on.__wrapped__(
            application, by=by, at=moment(dt.date(2017, 8, 30)), seen=application.moves
        )
    left = changed(before, contents(leave_out=()))
    measure("C9", "control: tables changed without an event", left)
    assert left and Event.objects.count() == events

"""What a community may buy out of its money, what it is told before, and what is only pointed out."""

import datetime as dt

import pytest

from accounts.models import Posting, Role
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from regions import communities
from subsidies import ledger, rules, spending
from subsidies.models import Entry, Expense
from tests.factories import moment
from tests.subsidies.purse import PROGRAMME, YEAR, day

pytestmark = pytest.mark.django_db
USES = ("publicity", "events", "entrepreneurship", "it_network", "monitoring")


def refused(call):
    """{field: sentence} of a refusal."""
    with pytest.raises(NotReady) as found:
        call()
    return {field: "".join(said) for field, said in found.value.message_dict.items()}


def test_title_accrued_paid_received_spent_and_the_cap_refused(purse):
    purse.title(0, "provincial")
    purse.received()
    purse.spend(3500, use="it_network")
    said = refused(lambda: purse.spend(600, use="it_network"))
    assert said == {
        "fen": "就业创业工作信息网络建设费用最多 4,000 元（2018 年度补助 20,000 元的 20%），已支出 3,500 元，"
        "还可以支出 500 元，这一笔超出 100 元。"
    }
    purse.spend(500, use="it_network")
    grant = purse.grant()
    assert (grant.paid, grant.spent, grant.unspent, grant.recovered) == (2_000_000, 400_000, 1_600_000, 0)
    assert grant.paid == grant.spent + grant.unspent + grant.recovered


@pytest.mark.parametrize("use", USES)
def test_each_of_the_five_uses_is_taken(purse, use):
    purse.received()
    assert purse.spend(100, use=use).entry.use == use


@pytest.mark.parametrize("use", ["office", "", "wages", "Publicity"])
def test_any_other_use_is_refused_at_its_field(purse, use):
    purse.received()
    said = refused(lambda: purse.spend(100, use=use))
    assert list(said) == ["use"]
    assert "这一用途不在其中，不能列支" in said["use"]


@pytest.mark.parametrize(("yuan", "taken"), [(1999.99, True), (2000, True), (2000.01, False), (4500, False)])
def test_the_cap_includes_the_share_itself(purse, yuan, taken):
    """A city title's 10,000 yuan: 20% is 2,000."""
    purse.received()
    if taken:
        purse.spend(yuan, use="it_network")
    else:
        assert list(refused(lambda: purse.spend(yuan, use="it_network"))) == ["fen"]


def test_the_cap_binds_that_use_alone(purse):
    purse.received()
    purse.spend(9000, use="publicity")
    assert purse.grant().free == 100_000


def test_the_cap_counts_that_year_s_grant_alone(purse):
    purse.received()
    purse.spend(2000, use="it_network")
    purse.received(year=YEAR + 1)
    purse.spend(2000, use="it_network", year=YEAR + 1)
    assert list(refused(lambda: purse.spend(1, use="it_network", year=YEAR + 1))) == ["fen"]


def test_a_reversed_expense_frees_its_place_under_the_cap(purse):
    purse.received()
    expense = purse.spend(2000, use="it_network")
    spending.take_back(expense.entry, by=purse.filer(), at=moment(day(5, 11)), reason="开错票。")
    purse.spend(2000, use="it_network")
    assert purse.grant().by_use["it_network"] == 200_000


def test_before_receipt_nothing_may_be_spent(purse):
    purse.paid()
    assert refused(lambda: purse.spend(100)) == {
        "on": "2018 年度的资金尚未确认到账，到账之后才能支出。",
        "fen": "这笔资金目前还可以支出 0 元，100 元超出了结余。",
    }


def test_an_expense_dated_before_the_receipt_is_refused(purse):
    purse.received(on=day(3, 1))
    assert list(refused(lambda: purse.spend(100, on=day(2, 28), at=moment(day(5, 1))))) == ["on"]
    purse.spend(100, on=day(3, 1), at=moment(day(5, 1)))


@pytest.mark.parametrize("year", [YEAR - 1, YEAR + 1])
def test_an_expense_of_another_year_is_refused(purse, year):
    purse.received()
    said = refused(lambda: purse.spend(100, on=day(6, 1, year), at=moment(day(7, 1, YEAR + 1))))
    assert list(said) == ["on"]
    assert f"{year} 年的支出" in said["on"]


def test_carried_over_money_may_be_spent_where_the_programme_says_so(purse):
    section = purse.load().data["subsidy"]
    purse.load(version="2023-2", subsidy={**section, "carry_years": 1})
    purse.received()
    purse.spend(100, on=day(6, 1, YEAR + 1))
    assert list(refused(lambda: purse.spend(100, on=day(6, 1, YEAR + 2)))) == ["on"]


def test_a_day_to_come_is_refused(purse):
    purse.received()
    assert refused(lambda: purse.spend(100, on=day(5, 12), at=moment(day(5, 11)))) == {
        "on": "支出日期不能晚于今天。"
    }


def test_above_the_balance_is_refused(purse):
    purse.received()
    purse.spend(9999.99)
    assert refused(lambda: purse.spend(0.02)) == {
        "fen": "这笔资金目前还可以支出 0.01 元，0.02 元超出了结余。"
    }
    purse.spend(0.01)


def test_the_particulars_are_asked_for(purse):
    purse.received()
    assert list(refused(lambda: purse.spend(1, payee=" ", item="", invoice=""))) == [
        "payee",
        "item",
        "invoice",
    ]


def test_what_may_still_be_spent_is_told_before(purse):
    purse.title(0, "provincial")
    purse.received()
    held = rules.of_year(PROGRAMME, YEAR)
    purse.spend(1500, use="it_network")
    purse.spend(17_000, use="events")
    told = {row.use.key: (row.spent, row.cap, row.left) for row in spending.remaining(purse.grant(), held)}
    assert told["it_network"] == (150_000, 400_000, 150_000)  # the balance is less than the cap leaves
    assert told["events"] == (1_700_000, None, 150_000)


def test_only_the_community_s_filer_records(purse):
    purse.received()
    with pytest.raises(NotYours):
        purse.spend(100, by=purse.filer(1))
    with pytest.raises(NotYours):
        purse.spend(100, by=purse.hr("一县", Role.HANDLER))
    assert Expense.objects.count() == 0


def test_a_second_press_is_the_same_expense(purse):
    purse.received()
    purse.spend(100, token="one")
    with pytest.raises(AlreadyMoved):
        purse.spend(100, token="one")
    assert purse.grant().spent == 10_000


def test_the_successor_goes_on_with_the_books_of_those_merged_into_it(purse):
    purse.received(0)
    into = purse.community(1)
    communities.merge([purse.community(0)], on=day(4, 1), into=into)
    old = type(into).objects.get(pk=purse.community(0).pk)
    purse.presses += 1
    spending.spend(
        old, PROGRAMME, YEAR, use="events", fen=100, on=day(5, 1), payee="甲", item="乙", invoice="1", token="x",
        by=purse.filer(1), at=moment(day(5, 1)),
    )  # fmt: skip
    assert purse.grant(0).spent == 100
    with pytest.raises(NotYours):
        purse.spend(1, number=1, by=purse.filer(2))


# Hints


def warned(call):
    with pytest.raises(spending.Warned) as found:
        call()
    return found.value.hints


def test_the_same_invoice_anywhere_is_pointed_out(purse):
    purse.received(0)
    purse.received(8)
    purse.spend(100, 8, invoice="No.2418-0001")
    said = warned(lambda: purse.spend(100, 0, invoice="ｎｏ 24180001"))
    assert list(said) == ["invoice"]
    assert "平台上另一个社区的支出" in said["invoice"]
    purse.spend(100, 0, invoice="24180002")


def test_an_invoice_taken_back_may_be_used_again(purse):
    purse.received()
    expense = purse.spend(100, invoice="24180001")
    assert "本社区 2018年5月10日 的支出" in warned(lambda: purse.spend(100, invoice="24180001"))["invoice"]
    spending.take_back(expense.entry, by=purse.filer(), at=moment(day(5, 11)), reason="金额有误。")
    purse.spend(90, invoice="24180001")


def test_round_sums_at_the_end_of_the_year_are_pointed_out(purse):
    purse.received()
    purse.spend(1000, on=day(11, 30))
    purse.spend(1000, on=day(12, 1))
    purse.spend(1001, on=day(12, 2))
    assert list(warned(lambda: purse.spend(2000, on=day(12, 3)))) == ["bunching"]
    purse.spend(2000.01, on=day(12, 3))


def test_a_payee_of_the_staff_is_pointed_out(purse):
    purse.received()
    name = purse.filer().name
    assert list(warned(lambda: purse.spend(100, payee=f" {name}（个人）"))) == ["payee"]
    former = purse.filer(3)
    Posting.objects.create(user=former, role=Role.FILER, community=purse.community(), starts=dt.date(2010, 1, 1), ends=dt.date(2012, 1, 1))  # fmt: skip
    assert list(warned(lambda: purse.spend(100, payee=former.name))) == ["payee"]
    purse.spend(100, payee=purse.filer(5).name)


def test_confirmed_hints_are_kept_with_the_reason(purse):
    purse.received()
    name = purse.filer().name
    assert list(refused(lambda: purse.spend(100, payee=name, confirmed=["payee"]))) == ["reason"]
    expense = purse.spend(100, payee=name, confirmed=["payee"], reason="垫付，附垫付证明。")
    assert expense.warnings == [f"收款人“{name}”与本社区工作人员同名，请说明情况。"]
    assert expense.reason == "垫付，附垫付证明。"


def test_the_sums_follow_every_entry(purse):
    purse.title(0, "provincial")
    purse.received()
    expense = purse.spend(3500, use="it_network")
    spending.take_back(expense.entry, by=purse.filer(), at=moment(day(5, 11)), reason="退货。")
    assert ledger.wrong_sums() == []
    assert Entry.objects.filter(kind="spending").count() == 2

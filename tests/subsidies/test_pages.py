"""The pages of the money: what each role sees and does there, the same from far away as missing, in few queries."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from accounts.models import Event, Posting, Role
from regions import clock
from subsidies import figures, ledger
from subsidies.models import Batch, Entry, Expense, Recovery, SpendingReport, Stop
from tests.access.conftest import picture
from tests.factories import moment
from tests.subsidies.purse import PROGRAMME, YEAR, day

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(monkeypatch):
    def set_(on):
        monkeypatch.setattr(clock, "now", lambda: moment(on))

    set_(day(5, 10))
    return set_


@pytest.fixture
def be(client):
    """be(user) → the client signed in as them."""

    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def url(name, *args):
    return reverse(f"subsidies:{name}", args=args)


def text(answer):
    """The words of a page, without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.fixture
def year(purse, at):
    """Community 0 with a provincial title, paid and received; 3,500 yuan spent on its network."""
    purse.title(0, "provincial")
    purse.received()
    purse.spend(3500, use="it_network")
    return purse


# The community


def form(**changes):
    return {
        "token": "0123456789abcdef", "use": "events", "on": "5月9日", "fen": "1,200.50", "payee": "某文化公司", "item": "春风行动",
        "invoice": "24180000", **changes,
    }  # fmt: skip


def test_the_community_sees_what_it_may_spend_before_it_buys(year, be):
    page = text(be(year.filer()).get(url("spend", year.community().pk, YEAR)))
    assert "上限 4,000 元（20%），已支出 3,500 元 500" in page
    assert "资金于 2018年3月1日 到账" in page
    assert "合计不超过 16,500 元" in page


def test_an_expense_is_recorded_with_its_papers(year, be):
    client = be(year.filer())
    answer = client.post(
        url("spend", year.community().pk, YEAR), form(files=[picture("发票.png"), picture("照片.png")])
    )
    assert answer.status_code == 302
    expense = Expense.objects.get(item="春风行动")
    assert (expense.entry.fen, expense.entry.on, expense.files.count()) == (120_050, day(5, 9), 2)
    page = text(client.get(url("expense", expense.pk)))
    assert "1,200.50 元（人民币壹仟贰佰元零伍角）" in page
    paper = expense.files.first()
    assert client.get(url("expense_file", paper.pk)).status_code == 200
    assert be(year.filer(1)).get(url("expense_file", paper.pk)).status_code == 404


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"use": "wages"}, "use", "这一用途不在其中"),
        ({"use": "it_network", "fen": "600"}, "fen", "这一笔超出 100 元"),
        ({"on": "2018-02-28"}, "on", "支出日期早于资金到账日期"),
        ({"on": "2017-12-31"}, "on", "不能用于 2017 年的支出"),
        ({"fen": "16500.01"}, "fen", "超出了结余"),
        ({"fen": "一百"}, "fen", "金额请写阿拉伯数字"),
        ({"fen": ""}, "fen", "请填写金额（元）"),
    ],
)
def test_what_is_refused_stands_at_its_field_with_what_was_typed(year, be, changes, field, words):
    answer = be(year.filer()).post(url("spend", year.community().pk, YEAR), form(**changes))
    assert answer.status_code in (400, 409)
    body = answer.content.decode()
    assert re.search(rf'id="id_{field}_error"[^>]*>.*?{words}', body, re.S), text(answer)[:600]
    assert "春风行动" in body
    assert Expense.objects.count() == 1


def test_a_refused_expense_leaves_no_file(year, be, settings):
    be(year.filer()).post(url("spend", year.community().pk, YEAR), form(use="wages", files=[picture()]))
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


def test_hints_are_shown_once_and_gone_past_with_a_reason(year, be):
    client, address = be(year.filer()), url("spend", year.community().pk, YEAR)
    name = year.filer().name
    first = client.post(address, form(payee=name))
    assert first.status_code == 409
    assert f"收款人“{name}”与本社区工作人员同名" in text(first)
    assert client.post(address, form(payee=name, confirmed="payee")).status_code == 409
    assert client.post(address, form(payee=name, confirmed="payee", reason="垫付。")).status_code == 302
    assert Expense.objects.get(payee=name).reason == "垫付。"


def test_a_second_press_says_that_it_is_done(year, be):
    client, address = be(year.filer()), url("spend", year.community().pk, YEAR)
    assert client.post(address, form()).status_code == 302
    again = client.post(address, form(invoice="24180001"))
    assert again.status_code == 409 and "这一笔已经记过账" in text(again)


def test_receipt_refund_reversal_and_report(purse, be, at):
    purse.paid()
    client = be(purse.filer())
    home = client.get(url("ledger"))
    assert home.url == url("community", purse.community().pk)
    page = client.get(home.url)
    payment = purse.entries(kind="payment")[0]
    assert url("confirm_receipt", payment.pk) in page.content.decode()
    assert client.get(url("confirm_receipt", payment.pk)).status_code == 200
    assert client.post(url("confirm_receipt", payment.pk), {"on": "2018-01-31"}).status_code == 409
    assert client.post(url("confirm_receipt", payment.pk), {"on": "2018-02-05"}).status_code == 302
    assert url("confirm_receipt", payment.pk) not in client.get(home.url).content.decode()
    spent = url("spend", purse.community().pk, YEAR)
    assert client.post(spent, form()).status_code == 302
    expense = Expense.objects.get()
    assert client.get(url("reverse_entry", expense.pk)).status_code == 200
    assert client.post(url("reverse_entry", expense.pk), {"reason": "重复。"}).status_code == 302
    assert client.post(url("reverse_entry", expense.pk), {"reason": "重复。"}).status_code == 409
    assert purse.grant().spent == 0
    back = url("refund", purse.community().pk, YEAR)
    assert client.get(back).status_code == 200
    told = {"token": "f" * 16, "fen": "1000", "on": "2018-05-10", "voucher": "缴1"}
    assert client.post(back, told).status_code == 302
    filing = url("file_spending_report", purse.community().pk, YEAR)
    shown = client.get(filing)
    assert "应于 2018年12月20日 星期四 24:00 前上报" in text(shown)
    seen = re.search(r'name="seen" value="(\w+)"', shown.content.decode())[1]
    assert client.post(filing, {"seen": seen, "text": ""}).status_code == 400
    assert client.post(filing, {"seen": seen, "text": "已使用。"}).status_code == 302
    report = SpendingReport.objects.get()
    assert "县级" in text(client.get(url("report", report.pk)))
    assert client.get(filing).status_code == 302
    assert "已经上报" in text(client.get(spent))


def test_the_report_s_due_day_of_2026_is_a_sunday(purse, be, at):
    purse.received(year=2026)
    at(day(12, 1, 2026))
    page = text(be(purse.filer()).get(url("community", purse.community().pk)))
    assert "2026年12月20日 星期日 24:00 前上报" in page


def test_a_late_report_is_taken_and_says_so(year, be, at):
    at(day(12, 21))
    page = text(be(year.filer()).get(url("file_spending_report", year.community().pk, YEAR)))
    assert "上报期限已过，仍可上报，将记为逾期上报" in page


# The finance desk


def test_accrue_preview_pay(purse, be, at):
    client = be(purse.finance["甲省"])
    assert client.post(url("accruals"), {"year": YEAR + 1}).status_code == 400
    assert client.post(url("accruals"), {"year": YEAR}).status_code == 302
    assert Entry.objects.count() == 12
    shown = client.get(
        url("pay_batch"), {"programme": PROGRAMME, "year": YEAR, "region": purse.house.province.pk}
    )
    assert "12 个 社区" in text(shown) and "人民币壹拾贰万元整" in text(shown)
    seen = re.search(r'name="seen" value="([^"]+)"', shown.content.decode())[1]
    told = {"programme": PROGRAMME, "year": YEAR, "region": purse.house.province.pk, "seen": seen}
    assert client.post(url("pay_batch"), {**told, "document": "", "paid_on": "5月1日"}).status_code == 400
    assert (
        client.post(
            url("pay_batch"), {**told, "seen": "1-1", "document": "文1", "paid_on": "5月1日"}
        ).status_code
        == 409
    )
    assert client.post(url("pay_batch"), {**told, "document": "文1", "paid_on": "5月1日"}).status_code == 302
    batch = Batch.objects.get()
    assert (batch.count, batch.paid_on) == (12, day(5, 1))
    assert "人民币壹拾贰万元整" in text(client.get(url("batch", batch.pk)))
    assert "文1" in text(client.get(url("batches")))
    assert be(purse.hr("一县")).get(url("batch", batch.pk)).status_code == 200


@pytest.mark.parametrize("name", ["东市", "一县"])
def test_only_the_organising_finance_office_accrues(purse, be, at, name):
    client = be(purse.finance[name])
    assert client.get(url("accruals")).status_code == 200
    assert client.post(url("accruals"), {"year": YEAR}).status_code == 403
    assert not Entry.objects.exists()


def test_the_reconciliation_says_what_it_checked_and_leaves_an_event(year, be):
    client = be(year.finance["甲省"])
    assert "核对的内容" in text(client.get(url("reconcile")))
    page = text(client.post(url("reconcile")))
    assert "全部相符" in page and "各级地区的合计等于其分录之和" in page
    assert Event.objects.filter(action="reconcile").count() == 1
    ledger.RegionSum.objects.filter(region=year.house.province).update(fen=1)
    wrong = text(client.post(url("reconcile")))
    assert "处不符" in wrong and "实为" in wrong
    assert "实为" not in text(be(year.finance["一县"]).post(url("reconcile")))
    assert be(year.hr("一县")).post(url("reconcile")).status_code == 403


def test_a_wrong_title_is_corrected_on_the_page(purse, be, at):
    purse.paid()
    accrued = purse.entries()[0]
    client, address = be(purse.finance["甲省"]), url("correct_accrual", accrued.pk)
    assert address in client.get(url("community", purse.community().pk)).content.decode()
    assert client.get(address).status_code == 200
    assert client.post(address, {"reason": "漏登。"}).status_code == 409
    purse.title(0, "provincial")
    assert client.post(address, {"reason": ""}).status_code == 400
    assert client.post(address, {"reason": "漏登。"}).status_code == 302
    assert purse.grant().accrued == 2_000_000
    assert be(purse.filer()).get(address).status_code == 403
    assert be(purse.filer(1)).get(address).status_code == 404


# Audits


def test_a_report_goes_through_four_desks_and_part_of_it_comes_back(year, be, at):
    at(day(12, 21))
    report = year.reported()
    for number, user in enumerate(year.desks()):
        client = be(user)
        assert f"/subsidies/reports/{report.pk}/" in client.get(url("audits")).content.decode()
        assert "签署" in text(client.get(url("report", report.pk)))
        if number == 0:
            assert (
                client.post(url("sign_report", report.pk), {"passed": "no", "remarks": ""}).status_code == 409
            )
            assert client.get(url("find", report.pk)).status_code == 200
            expense = year.entries(kind="spending")[0]
            found = {"kind": "irregular", "entry": expense.pk, "fen": "1500", "text": "超标准配置。"}
            assert client.post(url("find", report.pk), {**found, "fen": "3500.01"}).status_code == 409
            assert client.post(url("find", report.pk), found).status_code == 302
        assert client.post(url("sign_report", report.pk), {"passed": "yes"}).status_code == 302
        assert client.post(url("sign_report", report.pk), {"passed": "yes"}).status_code == 409
        assert f"/subsidies/reports/{report.pk}/" not in client.get(url("audits")).content.decode()
    report.refresh_from_db()
    assert report.stage == "done"
    city = be(year.finance["东市"])
    finding = report.findings.get()
    assert url("order_recovery", finding.pk) in city.get(url("recoveries")).content.decode()
    assert city.get(url("order_recovery", finding.pk)).status_code == 200
    assert (
        city.post(url("order_recovery", finding.pk), {"due_on": "2018-12-20", "document": "x"}).status_code
        == 409
    )
    assert (
        city.post(url("order_recovery", finding.pk), {"due_on": "2019-01-31", "document": "决1"}).status_code
        == 302
    )
    recovery = Recovery.objects.get()
    at(day(2, 1, YEAR + 1))
    page = text(city.get(url("recoveries")))
    assert "逾期未缴" in page
    assert city.get(url("repay", recovery.pk)).status_code == 200
    told = {"fen": "1500", "on": "2019-01-20", "voucher": "收1"}
    assert city.post(url("repay", recovery.pk), {**told, "fen": "1501"}).status_code == 409
    assert city.post(url("repay", recovery.pk), told).status_code == 302
    stop = Stop.objects.get()
    assert city.get(url("lift_stop", stop.pk)).status_code == 200
    lift = {"resumes_year": str(YEAR + 2), "reason": "已整改。", "document": "复1", "on": "2019-02-01"}
    assert city.post(url("lift_stop", stop.pk), {**lift, "resumes_year": str(YEAR)}).status_code == 409
    assert city.post(url("lift_stop", stop.pk), lift).status_code == 302
    page = text(city.get(url("community", year.community().pk)))
    assert "决定自 2020 年度起恢复" in page


def test_a_stop_by_order(year, be):
    client = be(year.finance["东市"])
    address = url("order_stop", year.community().pk)
    assert client.get(address).status_code == 200
    assert client.post(address, {"first_year": "2017", "reason": "x", "document": "x"}).status_code == 409
    assert (
        client.post(address, {"first_year": "2019", "reason": "拒绝审计。", "document": "停1"}).status_code
        == 302
    )
    assert "停1" in text(client.get(url("recoveries")))


# Ledgers


def test_from_the_province_down_to_the_community(year, be):
    client = be(year.house.officer("甲省", Role.AUDITOR))
    page = client.get(url("ledger"))
    words = text(page)
    assert "拨付 130,000 ＝ 支出 3,500 ＋ 未支出 126,500 ＋ 收回 0 元" in words
    assert "各下级地区的合计与本级一致" in words
    for name in ("东市", "一县", "一南街道"):
        address = url("region", year.house.regions[name].pk)
        assert address in page.content.decode()
        page = client.get(address)
    assert url("community", year.community().pk) in page.content.decode()
    words = text(client.get(url("community", year.community().pk)))
    assert "人民币贰万元整" in words and "不重复享受" in words
    assert "<svg" in page.content.decode()


def test_a_part_that_does_not_add_up_is_said(year, be):
    ledger.RegionSum.objects.filter(region__name="东市", kind="payment").update(fen=1)
    assert "不一致，请核对台账" in text(be(year.finance["甲省"]).get(url("ledger")))


def test_the_export_is_a_workbook_and_an_event(year, be):
    answer = be(year.finance["一县"]).get(url("export_region", year.house.regions["一县"].pk))
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert b"".join(answer.streaming_content)[:2] == b"PK"
    assert Event.objects.filter(action="export_ledger").count() == 1


def test_carried_over_money_stands_at_its_year(year, be, at):
    year.received(year=YEAR + 1)
    at(day(3, 2, YEAR + 1))
    words = text(be(year.filer()).get(url("community", year.community().pk)))
    assert re.search(r"2018年度 .*? 结转", words)


# Scope and cost


def objects(year):
    report = year.reported()
    finding = year.found(report, 100, kind="insufficient")
    recovery = year.ordered(year.found(report, 200, kind="insufficient"))
    payment = year.entries(kind="payment")[0]
    expense = year.entries(kind="spending")[0]
    return {
        "region": year.house.regions["一县"].pk, "export_region": year.house.regions["一县"].pk, "community": year.community().pk,
        "confirm_receipt": payment.pk, "reverse_entry": payment.pk, "expense": expense.pk, "report": report.pk,
        "sign_report": report.pk, "find": report.pk, "order_recovery": finding.pk, "repay": recovery.pk,
        "order_stop": year.community().pk, "lift_stop": recovery.stop.pk,
    }  # fmt: skip


def test_a_foreign_thing_is_like_a_missing_one_and_foreign_presses_change_nothing(year, be, at):
    at(day(12, 26))
    found = objects(year)

    def count():
        told = Event.objects.exclude(action="refused")  # that somebody tried is told
        return Entry.objects.count(), SpendingReport.objects.count(), told.count()

    counted = count()
    for user in (
        year.filer(1),
        year.finance["西市"],
        year.hr("二县"),
        year.house.officer("西市", Role.AUDITOR),
    ):
        client = be(user)
        for name, pk in found.items():
            for send in (client.get, client.post):
                foreign, missing = send(url(name, pk)), send(url(name, 10**9))
                if foreign.status_code == 405:
                    continue
                assert (foreign.status_code, foreign.content) == (404, missing.content), (name, user)
        for name in ("spend", "refund", "file_spending_report"):
            assert client.get(url(name, year.community().pk, YEAR)).status_code == 404
    assert count() == counted


@pytest.mark.parametrize("region", ["甲省", "一县"])
def test_who_only_looks_is_refused_every_press(year, be, at, region):
    at(day(12, 26))
    found = objects(year)
    auditor = year.house.people.extra("auditor")
    office = year.hr(region).acting.office
    Posting.objects.create(user=auditor, role=Role.AUDITOR, office=office, starts=dt.date(2017, 1, 1))
    client = be(auditor)
    for name in (
        "sign_report",
        "find",
        "order_recovery",
        "repay",
        "order_stop",
        "lift_stop",
        "reverse_entry",
        "confirm_receipt",
    ):
        assert client.post(url(name, found[name])).status_code == 403, name
    assert client.get(url("pay_batch")).status_code == 403
    for name in ("region", "community", "expense", "report"):
        assert client.get(url(name, found[name])).status_code == 200


def test_pages_cost_the_same_whatever_they_show(year, be, django_assert_max_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(client, address):
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    county = year.house.regions["一县"]
    client = be(year.finance["一县"])
    year.reported(1, on=day(5, 1))
    addresses = [url("ledger"), url("region", county.pk), url("audits"), url("batches"), url("accruals"), url("recoveries"), url("community", year.community().pk)]  # fmt: skip
    before = [cost(client, address) for address in addresses]
    for number in range(20):
        year.house.found(f"新增{number}社区", year.house.regions["一北街道"])
    fresh = [c for n, c in year.house.communities.items() if n.startswith("新增")]
    year.house.people.filers(fresh)
    year.house.title(fresh)
    year.paid(document="二号")
    for community in fresh:
        payment = Entry.objects.get(kind="payment", community=community)
        payments_on = day(3, 2)
        from subsidies import payments, reports

        payments.confirm_receipt(
            payment, on=payments_on, by=year.house.filer(community), at=moment(payments_on)
        )
        reports.file_spending_report(
            community, PROGRAMME, YEAR, text="x", by=year.house.filer(community), at=moment(day(5, 1))
        )
    for _ in range(12):
        year.spend(1, use="events")
    after = [cost(client, address) for address in addresses]
    assert after == before
    assert max(before) <= 22, before
    assert figures.COLUMNS

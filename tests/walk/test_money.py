"""The money of one title in a real browser: granted, accrued, paid, spent, refused at the cap, reported, signed four times,
partly recovered, stopped for the next year, lifted, and everything reconciled."""

import datetime as dt

import pytest

from tests.browsing import ROOT
from tests.servers import serving
from tests.walk.test_story import Walk

pytestmark = pytest.mark.browser
COMMUNITY = "一南桂花社区"


@pytest.fixture
def walk(browser, files, tmp_path):
    template = files.template("walk_money", PORTAL_MODE="demo")
    with serving(files, template, tmp_path, workers=1, threads=4, PORTAL_MODE="demo") as portal:
        found = Walk(browser, portal, template)
        found.pictures = ROOT / "var" / "pictures" / "money"
        yield found


def to(walk, day):
    person = walk.person("province finance")
    walk.move_clock(person, day)
    person.close()


def accrue(walk, year):
    """Run a year's accrual; what the page says of it."""
    person = walk.person("province finance")
    person.go("/subsidies/accruals/")
    person.page.locator("[name=year]").fill(str(year))
    person.click("计提", role="button", exact=True)
    walk.look(person, f"计提-{year}")
    said = person.text()
    person.close()
    return said


def pay(walk):
    person = walk.person("province finance")
    person.go("/subsidies/batches/")
    person.click("办理拨付")
    person.click("预览")
    walk.look(person, "拨付预览")
    assert "人民币壹拾叁万元整" in person.text(), "eleven city titles and a provincial one"
    person.page.locator("[name=document]").fill("甲财社〔2026〕12号")
    person.page.locator("[name=paid_on]").fill("2026-01-09")
    person.click("拨付 12 个社区")
    walk.look(person, "拨付批次")
    person.close()


def buy(walk, use, yuan, invoice):
    """One try to record an expense; the page afterwards."""
    person = walk.person("filer")
    person.go("/subsidies/")
    person.click("记支出")
    person.page.get_by_label(use).check()
    for name, value in (
        ("fen", yuan),
        ("payee", "某电脑经营部"),
        ("item", "服务窗口电脑"),
        ("invoice", invoice),
    ):
        person.page.locator(f"[name={name}]").fill(value)
    walk.look(person, "记支出")
    person.click("记支出", role="button")
    walk.look(person, "记支出之后")
    said = person.text()
    person.close()
    return said


def sign(walk, who):
    person = walk.person(who)
    person.go("/subsidies/audits/")
    walk.look(person, f"{who}-待签署")
    person.click(COMMUNITY)
    person.page.locator("input[name=passed][value=yes]").check()
    walk.look(person, f"{who}-报告")
    person.click("签署", role="button", exact=True)
    assert "已签署审核通过" in person.text()
    person.close()


def test_the_money_of_one_title(walk):
    accrued = accrue(walk, 2026)
    assert "新增 12 笔，累计 12 笔" in accrued
    pay(walk)
    to(walk, dt.date(2026, 3, 2))
    person = walk.person("filer")
    person.go("/subsidies/")
    walk.look(person, "社区-待确认到账")
    person.click("确认到账")
    person.page.locator("[name=on]").fill("3月1日")
    person.click("确认到账", role="button")
    assert "2026年12月20日 星期日 24:00 前上报" in person.text()
    assert "不重复享受" in person.page.content(), "the city title pays nothing beside the provincial one"
    person.close()
    to(walk, dt.date(2026, 5, 10))
    said = buy(walk, "就业创业工作信息网络建设费用", "4500", "24180001")
    assert "最多 4,000 元" in said and "这一笔超出 500 元" in said
    assert "已记支出 3,980 元" in buy(walk, "就业创业工作信息网络建设费用", "3980", "24180001")
    assert "已记支出 2,000 元" in buy(walk, "公共就业与人才服务专项活动", "2000", "24180002")
    to(walk, dt.date(2026, 12, 18))
    person = walk.person("filer")
    person.go("/subsidies/")
    person.click("上报使用情况")
    person.page.locator("[name=text]").fill("购置电脑一台，举办春风行动一场。")
    walk.look(person, "上报")
    person.click("上报", role="button", exact=True)
    walk.look(person, "报告")
    person.close()
    to(walk, dt.date(2026, 12, 21))
    person = walk.person("county finance")
    person.go("/subsidies/audits/")
    person.click(COMMUNITY)
    person.click("登记问题")
    person.page.get_by_label("使用不规范").check()
    person.page.locator("[name=entry]").select_option(index=1)
    person.page.locator("[name=fen]").fill("980")
    person.page.locator("[name=text]").fill("所购配件不属于信息网络建设。")
    walk.look(person, "登记问题")
    person.click("登记问题", role="button")
    person.close()
    for who in ("county approver", "county finance", "city finance", "city approver"):
        sign(walk, who)
    recover(walk)
    to(walk, dt.date(2027, 1, 11))
    assert "新增 11 笔，累计 11 笔" in accrue(walk, 2027), "the community's next year is stopped"
    lift(walk)
    assert "新增 1 笔，累计 12 笔" in accrue(walk, 2027)
    person = walk.person("province finance")
    person.go("/subsidies/check/")
    person.click("开始核对")
    walk.look(person, "核对")
    assert "全部相符" in person.text()
    person.go("/subsidies/?year=2026")
    walk.look(person, "省级台账")
    assert "拨付 130,000 ＝ 支出 5,000 ＋ 未支出 124,020 ＋ 收回 980 元" in person.text()
    person.close()
    assert walk.problems == []


def recover(walk):
    """The city's decision, and the first part that comes back."""
    person = walk.person("city finance")
    person.go("/subsidies/recoveries/")
    person.click("决定收回")
    person.page.locator("[name=due_on]").fill("2027-01-29")
    person.page.locator("[name=document]").fill("东财监〔2026〕7号")
    walk.look(person, "决定收回")
    person.click("决定收回", role="button")
    assert "自 2027 年度起停发补助" in person.text()
    person.close()
    repay(walk, "480", "收1")


def repay(walk, yuan, voucher):
    person = walk.person("county finance")
    person.go("/subsidies/recoveries/")
    person.click("登记收回")
    person.page.locator("[name=fen]").fill(yuan)
    person.page.locator("[name=voucher]").fill(voucher)
    person.page.locator("[name=on]").fill("2026-12-21" if voucher == "收1" else "2027-01-11")
    person.click("登记收回", role="button")
    walk.look(person, "登记收回之后")
    assert f"已登记收回 {yuan} 元" in person.text()
    person.close()


def lift(walk):
    """Not before everything came back; then by decision."""
    for paid in (False, True):
        if paid:
            repay(walk, "500", "收2")
        person = walk.person("city finance")
        person.go("/subsidies/recoveries/")
        if paid:
            person.click("办理恢复")
        else:
            person.click(COMMUNITY)
            person.click("办理恢复")
        for name, value in (
            ("resumes_year", "2027"),
            ("reason", "已整改。"),
            ("document", "东财社〔2027〕1号"),
            ("on", "2027-01-11"),
        ):
            person.page.locator(f"[name={name}]").fill(value)
        walk.look(person, "办理恢复")
        person.click("决定恢复", role="button")
        assert ("已决定自 2027 年度起恢复补助" if paid else "还有 500 元没有收回") in person.text()
        person.close()

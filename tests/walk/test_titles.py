"""What comes after a title, in a real browser: a recheck from its opening to the end of a title, and a new name that everything finds.

The organiser opens the year, the county looks and confirms, the city confirms, one community failed and the province
ends its title, the public pages say so; another reports a new name, which is looked into and agreed to.
"""

import re

import pytest

from tests.browsing import ROOT
from tests.servers import serving
from tests.walk.test_story import Walk

pytestmark = pytest.mark.browser
FIRST, SECOND = "一南桂花社区", "一南银杏社区"
COUNTS = {
    "zero_employment_families": 2, "zero_employment_families_cleared": 2, "registered_unemployed_total": 40,
    "registered_unemployed_reemployed": 38, "hardship_total": 20, "hardship_reemployed": 12, "new_jobs": 15,
    "aid_targets": 6,
}  # fmt: skip


@pytest.fixture
def walk(browser, files, tmp_path):
    template = files.template("walk_titles", PORTAL_MODE="demo")
    with serving(files, template, tmp_path, workers=1, threads=4, PORTAL_MODE="demo") as portal:
        found = Walk(browser, portal, template)
        found.pictures = ROOT / "var" / "pictures" / "titles"
        yield found


def look(walk, person, name):
    """Wide, then as on a telephone, where nothing may stick out."""
    walk.look(person, name)
    person.page.set_viewport_size({"width": 360, "height": 740})
    person.picture(f"{name}-窄")
    walk.seen = person.seen
    wide = person.page.evaluate("document.documentElement.scrollWidth")
    walk.problems += [(name, f"{wide} px wide on a telephone")] if wide > 360 else []
    person.page.set_viewport_size({"width": 1366, "height": 768})


def fill(person, **values):
    for name, value in values.items():
        person.page.locator(f"[name={name}]").fill(str(value))


def register(walk, who, community):
    """Somebody at the register of the year, and from there at the line of a community."""
    person = walk.person(who)
    person.go("/rechecks/")
    person.click("2021年度复查")
    look(walk, person, f"{who}-登记表")
    person.click(community)
    return person


def check(walk, community, passed, reason=""):
    person = register(walk, "county handler", community)
    person.click("填写复查结果")
    fill(person, **{**COUNTS, "hardship_reemployed": 21})
    person.page.locator(f"[name=passed][value={'yes' if passed else 'no'}]").check()
    person.page.locator("[name=reason]").fill(reason)
    person.click("提交复查结果", role="button")
    assert "不能大于就业困难人员数（20）" in person.text()
    look(walk, person, "复查登记-被拒")
    fill(person, hardship_reemployed=19 if passed else 12)
    person.click("提交复查结果", role="button")
    assert "由本单位另一名审核人员确认" in person.text()
    person.close()


def recheck(walk):
    person = walk.person("city approver")
    person.go("/progress/")
    person.click("年度复查")
    person.click("开启复查")
    fill(person, year=2021, name="2021年度复查", document_number="东人社办〔2022〕1号")
    look(walk, person, "开启复查")
    person.click("开启复查", role="button")
    assert "列入 4 个称号" in person.text()
    person.close()
    check(walk, FIRST, False, "台账长期没有更新，零就业家庭未消除。")
    check(walk, SECOND, True)
    person = walk.person("county approver")
    person.go("/rechecks/")
    person.click("2021年度复查")
    for box in person.page.locator("input[name=pick]").all():
        box.check()
    look(walk, person, "县级确认")
    person.click("确认勾选的复查结果", role="button")
    assert "已确认 2 个社区的复查结果" in person.text()
    person.close()
    for community in (FIRST, SECOND):
        person = register(walk, "city approver", community)
        person.click("确认")
        look(walk, person, "市级确认")
        person.click("确认", role="button", exact=True)
        assert "已确认" in person.text()
        person.close()


def end_it(walk):
    """The failed one goes to the province, whose approver ends the title."""
    person = register(walk, "province approver", FIRST)
    person.click("决定是否终止称号")
    person.page.locator("[name=end][value=yes]").check()
    fill(person, reason="复查不合格，同意取消称号。", document_number="甲人社函〔2022〕3号", on="2022-01-05")
    look(walk, person, "省级决定")
    person.click("作出决定", role="button")
    assert "决定已记录" in person.text()
    person.go(f"/titles/{walk.told['title']}/")
    look(walk, person, "称号-已终止")
    assert "甲人社函〔2022〕3号" in person.text()
    person.go("/standing/")
    look(walk, person, "称号分布")
    person.click("复查安排")
    look(walk, person, "复查安排")
    assert SECOND in person.text() and FIRST not in person.text()
    person.go(f"/certificates/{walk.told['number']}/")
    look(walk, person, "公开-证书")
    assert "已撤销" in person.text()
    person.go("/recognised/ended/")
    look(walk, person, "公开-已终止的称号")
    assert (
        "复查不合格" in person.text()
        and "甲人社函〔2022〕3号" in person.text()
        and "台账长期" not in person.text()
    )
    person.close()


def rename(walk):
    person = walk.person("neighbour")
    person.go("/changes/report/")
    person.page.locator("[name=kind][value=renamed]").check()
    fill(person, happened_on="2022-01-04", name="东湖新村社区")
    look(walk, person, "报告更名")
    person.follow(person.page.locator("main form button").last)
    report = re.search(r"/changes/(\d+)/", person.page.url).group(1)
    person.close()
    person = walk.person("county handler")
    person.go(f"/changes/{report}/check/")
    fill(person, finding="与民政批复一致。")
    look(walk, person, "县级核实")
    person.follow(person.page.locator("main form button").last)
    person.close()
    person = walk.person("province approver")
    person.go(f"/changes/{report}/decide/")
    for choice in person.page.locator("main [name^=title_][value=keep]").all():
        choice.check()
    fill(person, decision="同意更名，称号保留。", document_number="甲人社函〔2022〕5号")
    look(walk, person, "省级决定更名")
    person.follow(person.page.locator("main form button").last)
    assert "已办结" in person.text()
    person.close()


def test_a_title_ends_by_its_recheck_and_another_keeps_under_a_new_name(walk):
    recheck(walk)
    end_it(walk)
    rename(walk)
    person = walk.person("province approver")
    person.go(f"/communities/?q={SECOND}")
    look(walk, person, "公开-旧名查询")
    assert "东湖新村社区" in person.text()
    person.go(f"/recognised/?q={SECOND}")
    assert "东湖新村社区" in person.text()
    number = person.page.locator("a[href^='/certificates/PT']").first.inner_text()
    person.go(f"/certificates/{number}/")
    look(walk, person, "公开-旧证书号")
    assert "东湖新村社区" in person.text() and "有效" in person.text()
    person.close()
    assert walk.problems == []

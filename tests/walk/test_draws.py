"""A spot check in a real browser: the pool shown and fixed, the seed entered by two, the draw, a recusal, a finding, and
what everyone reads before and after, wide and narrow."""

import datetime as dt

import pytest

from tests.browsing import ROOT, Person
from tests.servers import serving
from tests.walk.test_story import Walk

pytestmark = pytest.mark.browser
SEED = "06 11 14 22 27 32 09"


@pytest.fixture
def walk(browser, files, tmp_path):
    template = files.template("walk_draws", PORTAL_MODE="demo")
    with serving(files, template, tmp_path, workers=1, threads=4, PORTAL_MODE="demo") as portal:
        found = Walk(browser, portal, template)
        found.pictures = ROOT / "var" / "pictures" / "draws"
        yield found


def everyone(walk, path, name, width):
    """What a stranger sees at this address, and on which pages it goes on."""
    person = Person(walk.browser, walk.portal.url, pictures=walk.pictures, width=width)
    person.seen = walk.seen
    person.go(path)
    walk.look(person, f"{name}-{width}")
    said = person.text()
    assert person.page.evaluate("document.documentElement.scrollWidth") <= width, (
        "nothing sticks out sideways"
    )
    person.close()
    return said


def freeze(walk):
    """The pool of the city, with two people to inspect; its address."""
    person = walk.person("city approver")
    person.click("批次")
    person.click("随机抽查")
    walk.look(person, "抽查清单-空")
    person.click("固定抽查对象")
    for box in person.page.locator("input[name=people]").all():
        box.set_checked(int(box.get_attribute("value")) in walk.told["people"])
    for name, value in (
        ("share", "50"),
        ("each", "1"),
        ("seed_source", "2017年9月5日某彩票开奖号码，按公布顺序"),
    ):
        person.page.locator(f"[name={name}]").fill(value)
    walk.look(person, "固定对象")
    person.click("预览")
    walk.look(person, "预览")
    assert "请核对将要固定的对象" in person.text()
    person.click("固定对象并公布")
    walk.look(person, "已固定")
    path = person.page.url.removeprefix(walk.portal.url)
    person.close()
    return path


def enter(walk, who, path, button, name):
    """One of the two types the seed."""
    person = walk.person(who)
    person.go(path)
    person.click(button)
    person.page.locator("[name=public_seed]").fill(SEED)
    walk.look(person, name)
    person.follow(person.page.locator("form.confirm button"))
    walk.look(person, f"{name}之后")
    said = person.text()
    person.close()
    return said


def test_a_spot_check_from_the_pool_to_its_findings(walk):
    path = freeze(walk)
    public = path.replace("/spot-checks/", "/draws/")
    for width in (1366, 360):
        assert "对象已固定，待抽取" in everyone(walk, public, "公开-抽取之前", width)
    person = walk.person("province handler")
    walk.move_clock(person, dt.date(2017, 9, 6))
    person.close()
    assert "由另一名审核人员再次录入" in enter(walk, "city approver", path, "录入公开种子", "录入种子")
    assert "已抽取，结果随即公布" in enter(walk, "second approver", path, "再次录入并抽取", "抽取")
    person = walk.person("city handler")
    person.go("/spot-checks/mine/")
    walk.look(person, "待我检查")
    person.click("申请回避")
    person.page.locator("[name=reason]").fill("与社区工作人员有亲属关系。")
    walk.look(person, "回避")
    person.click("登记回避", role="button")
    assert "接替" in person.text()
    person.go("/spot-checks/mine/")
    person.click("登记检查情况")
    person.page.locator("[name=passed][value=no]").check()
    person.click("登记", role="button", exact=True)
    assert "请写明检查情况" in person.text()
    person.page.locator("[name=finding]").fill("就业台账半年没有更新。")
    walk.look(person, "登记检查情况")
    person.click("登记", role="button", exact=True)
    walk.look(person, "检查之后")
    assert "建议撤销称号" in person.text(), "the city granted these titles"
    person.close()
    for width in (1366, 360):
        said = everyone(walk, public, "公开-抽取之后", width)
        assert SEED in said and "已回避" in said and "半年没有更新" not in said
        assert "与记录一致" in everyone(walk, f"{public}again/", "公开-重新计算", width)
        assert "随机抽查" in everyone(walk, "/draws/", "公开-清单", width)
    assert walk.problems == []

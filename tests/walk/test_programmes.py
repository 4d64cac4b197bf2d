"""Each of the other programmes in a real browser, from an empty form to the title, by its own roles along its own route."""

import datetime as dt
import re

import pytest

from tests.browsing import ROOT, Person
from tests.servers import serving
from tests.walk.test_story import Walk, number_of, scan

pytestmark = pytest.mark.browser
# Figures that are good at a value other than 0, yes or a golden one.
COMMUNITY = "一南桂花社区"
BAD = {"ledger_mismatch", "not_computerised", "no_job_board", "aid_target_unemployed_over_year"}


@pytest.fixture(params=["gansu-2023", "zhoukou-2022", "quangang-2016", "pingdingshan-2021"])
def walk(request, browser, files, tmp_path):
    template = files.template("walk_programme", request.param, PORTAL_MODE="demo")
    with serving(files, template, tmp_path, workers=1, threads=4, PORTAL_MODE="demo") as portal:
        found = Walk(browser, portal, template)
        found.pictures = ROOT / "var" / "pictures" / request.param
        yield found


def answer(page, figures):
    """Every figure this page asks for, as the golden sheet has it; yes where it says nothing, 0 for counts."""
    for field in page.locator("form#figures input[type=radio]").all():
        name, value = field.get_attribute("name"), field.get_attribute("value")
        wanted = figures.get(name, name not in BAD)
        if (value == "是") == bool(wanted):
            field.check()
    for field in page.locator("form#figures input:not([type=radio]):not([type=hidden])").all():
        name = field.get_attribute("name")
        if name and not field.input_value():
            field.fill(str(figures.get(name, 0)))


def file_it(walk):
    person = walk.person("filer")
    person.go(f"/rounds/{walk.told['round']}/apply/{walk.told['tier']}/")
    walk.look(person, "申报前须知")
    person.follow(person.page.locator("main form button").first)
    pk = number_of(person)
    person.go(f"/applications/{pk}/check/")
    person.click("提交申报")
    assert "/receipt/" not in person.page.url and "请填写" in person.text(), (
        "an empty form is refused, all gaps at once"
    )
    person.problems.clear()  # the refusal's own 409
    person.go(f"/applications/{pk}/basics/")
    for key, value in {"households": "1200", "population": "4100"}.items():
        person.page.locator(f"[name={key}]").fill(value)
    person.click("保存并继续")
    number = 1
    while person.page.goto(f"{walk.portal.url}/applications/{pk}/figures/{number}/").status == 200:
        answer(person.page, walk.told["figures"])
        walk.look(person, f"基础数据-{number}")
        person.follow(person.page.locator("button[form=figures]").last)
        number += 1
    person.problems.clear()  # the page after the last one
    person.go(f"/applications/{pk}/evidence/")
    for key in walk.told["materials"]:
        chosen = {"name": "盖章扫描件.pdf", "mimeType": "application/pdf", "buffer": scan()}
        with person.page.expect_response(lambda answer: "/attach/" in answer.url) as sent:
            person.page.locator(f"#material-{key} input[type=file]").first.set_input_files(chosen)
        assert sent.value.status == 201
        person.page.wait_for_load_state()
    person.go(f"/applications/{pk}/narrative/")
    person.page.locator("textarea").first.fill("我社区建立台账，逐户走访，帮助零就业家庭就业。")
    person.follow(person.page.locator("main form button").last)
    person.go(f"/applications/{pk}/statements/")
    for box in person.page.locator("main form input[type=checkbox]").all():
        box.check()
    person.follow(person.page.locator("main form button").last)
    person.go(f"/applications/{pk}/check/")
    walk.look(person, "检查")
    person.click("提交申报")
    assert "/receipt/" in person.page.url, person.page.locator("main").inner_text()[:700]
    person.close()
    return pk


def refused(walk, pk, level):
    """Before the desk has done its work, its approver cannot let go; the neighbour's filer sees nothing at all."""
    person = walk.person(f"{level} approver")
    response = person.page.goto(f"{walk.portal.url}/applications/{pk}/pass-on/")
    assert response.status in (200, 403, 409)
    assert "经办" in person.text() or "名单" in person.text()
    person.close()
    other = walk.person("neighbour")
    assert other.page.goto(f"{walk.portal.url}/applications/{pk}/").status == 404
    other.close()


def handle(walk, pk, step):
    """The handler's part: the sheet (points with `=`, conditions by one press), a visit, the opinion."""
    level = step["level"]
    person = walk.person(f"{level} handler")
    person.go("/desk/")
    assert COMMUNITY in person.text()
    if step["scores"]:
        person.go(f"/applications/{pk}/sheet/")
        if person.page.get_by_role("button", name="按数据填入符合项").count():
            person.click("按数据填入符合项")
        for field in person.page.locator("input.score").all():
            field.focus()
            person.press("=")
        for row in person.page.locator("tr[data-item]").all():
            chosen = row.locator("input.met:checked")
            if row.locator("input.met").count() and not chosen.count():
                row.locator("input.met[value=yes]").check()
        walk.look(person, f"{level}-评分台")
        person.follow(person.page.locator("button[form=scoring][value=propose]"))
    if step["visit"]:
        person.go(f"/applications/{pk}/visit/")
        person.page.locator("[name=on]").fill(walk.told["today"])
        person.page.locator("[name=inspectors]").fill("张一、李二")
        person.page.locator("[name=findings]").fill("场地、设施、台账与申报一致。")
        person.page.locator("input[name=passed]").first.check()
        person.click("登记考察")
    person.go(f"/applications/{pk}/propose/")
    person.page.locator("input[name=verdict]").first.check()
    person.page.locator("textarea[name=opinion]").fill("逐项核对，情况属实，同意上报。")
    walk.look(person, f"{level}-提出意见")
    person.click("提出意见")
    person.close()


def assess(walk, pk):
    """The city forms its panel, draws, two people score without seeing each other, the city sums up."""
    round_ = walk.told["round"]
    person = walk.person("city approver")
    person.go(f"/panels/rounds/{round_}/form/")
    person.follow(person.page.locator("main form button").last)
    panel = int(re.search(r"/panels/(\d+)/", person.page.url).group(1))
    person.go(f"/panels/{panel}/appoint/")
    for box in person.page.locator("input[name=picked]").all():
        if any(word in (box.get_attribute("aria-label") or "") for word in ("finance", "audit")):
            box.check()
    walk.look(person, "聘任考核人员")
    person.click("聘任勾选的人员")
    person.go(f"/panels/{panel}/draw/")
    walk.look(person, "抽签")
    person.click("抽签")
    person.close()
    for body, points in (("finance", "91.25"), ("audit", "88.5")):
        member = walk.person(f"assessor {body}")
        member.go(f"/applications/{pk}/panel/")
        assert "91.25" not in member.text(), "nobody sees the other's points"
        member.page.locator("[name=points]").fill(points)
        member.page.locator("[name=comment]").fill("台账齐全，服务规范。")
        walk.look(member, f"考核评分-{body}")
        member.follow(member.page.locator("#score button").first)
        member.close()
    person = walk.person("city approver")
    person.go(f"/panels/{panel}/close/")
    person.follow(person.page.locator("main form.confirm button, main form button").last)
    walk.look(person, "考核汇总")
    assert "89.88" in person.text(), "(91.25 + 88.5) / 2 = 89.875, half up"
    person.close()


def list_it(walk, pk, level):
    person = walk.person(f"{level} approver")
    person.go(f"/lists/{walk.told['round']}/{walk.told['tier']}/")
    person.follow(person.page.locator(f"form[action='/applications/{pk}/shortlist/'] button"))
    walk.look(person, f"{level}-名单")
    assert "已列入" in person.text()
    person.close()


def publish(walk, level):
    """The publisher's notice; returns its last day."""
    person = walk.person(f"{level} publisher")
    person.go(f"/lists/{walk.told['round']}/{walk.told['tier']}/publish/")
    if not person.page.locator("[name=process]").input_value():
        person.page.locator("[name=process]").fill("经社区申报、逐级审核，现予公示。")
    walk.look(person, f"{level}-发布前检查")
    person.follow(person.page.locator("button[name=publish]"))
    person.go("/notices/")
    person.follow(person.page.locator("main table a, main .card a").first)
    last = re.search(r"至 ?(\d{4})年(\d+)月(\d+)日", person.text().replace("\n", ""))
    person.close()
    return dt.date(*map(int, last.groups()))


def test_from_an_empty_form_to_the_title(walk):
    pk = file_it(walk)
    steps = walk.told["steps"]
    refused(walk, pk, steps[0]["level"])
    for number, step in enumerate(steps):
        level = step["level"]
        if step["notice"]:
            continue
        following = steps[number + 1] if number + 1 < len(steps) else None
        handle(walk, pk, step)
        if step["panel"]:
            assess(walk, pk)
        if step["listing"]:
            list_it(walk, pk, level)
        if following and following["notice"]:
            last = publish(walk, level)
            person = walk.person(f"{level} approver")
            walk.move_clock(person, last + dt.timedelta(days=1))
            person.close()
            walk.told["today"] = (last + dt.timedelta(days=1)).isoformat()
        elif following:
            person = walk.person(f"{level} approver")
            place = f"/lists/{walk.told['round']}/{walk.told['tier']}/publish/"
            address = place if step["listing"] else f"/applications/{pk}/pass-on/"
            person.go(address)
            person.follow(person.page.locator("main form.confirm button, main form button").first)
            person.close()
    person = walk.person(f"{steps[-1]['level']} approver")
    person.go(f"/lists/{walk.told['round']}/{walk.told['tier']}/recognise/")
    person.page.locator("[name=document_number]").fill("测试人社〔2022〕9号")
    walk.look(person, "认定")
    person.follow(person.page.locator("main form.confirm button, main form button").last)
    person.close()
    public = Person(walk.browser, walk.portal.url, pictures=walk.pictures)
    public.go(f"/recognised/?q={COMMUNITY[:4]}")
    walk.look(public, "认定名录")
    assert COMMUNITY in public.text()
    public.close()
    checked = walk.portal.command("check_invariants")
    assert checked.returncode == 0, checked.stdout
    assert walk.problems == []

"""The story of one community, in a real browser, signing in as each officer: from an empty form to the public list.

Every page seen on the way is kept as a picture (var/pictures/story), free of console errors, and checked by axe.
"""

import datetime as dt
import re

import pytest

from tests.browsing import ROOT, Person, breaks
from tests.servers import serving

pytestmark = pytest.mark.browser

FIGURES = {
    "new_jobs_target": 60, "new_jobs_done": 63, "reemployed_target": 30, "reemployed_done": 31,
    "hardship_reemployed_target": 6, "hardship_reemployed_done": 6, "registered_unemployed_end": 38, "employed_end": 1962,
    "willing_workers_end": 2000, "willing_workers_employed_end": 1950, "registered_unemployed_total": 101,
    "registered_unemployed_reemployed": 95, "hardship_total": 20, "hardship_reemployed": 20, "zero_employment_families": 1,
    "zero_employment_families_cleared": 1, "graduates_unemployed": 12, "graduates_registered": 12, "graduates_followed_up": 12,
    "graduates_served": 12, "graduates_employed_or_preparing": 12, "unemployed_over_half_year": 0, "certificate_errors": 0,
    "hardship_recognition_errors": 0, "employed_registered_total": 500, "employed_registered_insured": 490, "centre_area": "48.5",
    "full_time_staff": 2, "valid_complaints": 0, "mass_incidents": 0, "economy_points": "3", "innovation_points": "2.5",
    "awards_county": 1, "awards_city": 1, "awards_province": 0, "extortion_found": False,
}  # fmt: skip


class Walk:
    """The server, the cast, and how each of them does their part."""

    def __init__(self, browser, portal, told, **context):
        self.browser, self.portal, self.told, self.context = browser, portal, told, context
        self.pictures = ROOT / "var" / "pictures" / "story"
        self.problems = []
        self.seen = 0

    def person(self, who):
        """The person, signed in, at their first page."""
        person = Person(self.browser, self.portal.url, pictures=self.pictures, **self.context)
        person.seen = self.seen
        return person.sign_in(self.told["users"][who], self.told["password"])

    def look(self, person, name):
        """A picture, axe, and no error in the console."""
        person.picture(name)
        self.seen = person.seen
        self.problems += [(name, *rule) for rule in breaks(person.page)]
        self.problems += [(name, problem) for problem in person.problems]
        person.problems.clear()

    def move_clock(self, person, day: dt.date):
        """By the demonstration's own form, as anyone there can."""
        person.go("/demo/")
        person.page.locator("form[action$='/demo/clock/'] input[name=day]").fill(f"{day:%Y年%m月%d日}")
        person.follow(person.page.locator("form[action$='/demo/clock/'] button"))


@pytest.fixture
def walk(browser, files, tmp_path):
    template = files.template("walk_house", PORTAL_MODE="demo")
    with serving(files, template, tmp_path, workers=1, threads=4, PORTAL_MODE="demo") as portal:
        yield Walk(browser, portal, template)


def number_of(person):
    return int(re.search(r"/applications/(\d+)/", person.page.url).group(1))


def fill_page(page):
    """Type every figure this page asks for: yes unless FIGURES says otherwise."""
    for field in page.locator("form#figures input").all():
        name, kind = field.get_attribute("name"), field.get_attribute("type")
        if kind == "radio" and name and field.get_attribute("value") in ("1", "True", "true", "yes", "是"):
            if FIGURES.get(name, True):
                field.check()
        elif kind == "radio" and name in FIGURES and field.get_attribute("value") == str(FIGURES[name]):
            field.check()
        elif kind == "radio" and FIGURES.get(name, True) is False:
            field.check()
        elif kind in (None, "text", "number") and name in FIGURES:
            field.fill(str(FIGURES[name]))
    for field in page.locator("form#figures select").all():
        field.select_option(str(FIGURES[field.get_attribute("name")]))
    for why in page.locator("form#figures textarea, form#figures input[name^=reason]").all():
        why.fill("工作创新有成效，示范推广尚不充分。")


def file_it(walk):
    person = walk.person("filer")
    walk.look(person, "社区首页")
    person.click("开始")
    walk.look(person, "申报前须知")
    person.follow(person.page.locator("main form button").first)
    pk = number_of(person)
    walk.look(person, "任务清单-空")
    person.go(f"/applications/{pk}/basics/")
    for key, value in {
        "households": "1,200",
        "population": "４１００",
        "labour_force": "2600",
        "staff": "3",
    }.items():
        person.page.locator(f"[name={key}]").fill(value)
    walk.look(person, "基本情况")
    person.click("保存并继续")
    for number in range(1, 7):
        person.go(f"/applications/{pk}/figures/{number}/")
        fill_page(person.page)
        person.page.wait_for_timeout(300)
        person.follow(person.page.locator("button[form=figures]").last)
    person.go(f"/applications/{pk}/figures/1/")
    walk.look(person, "基础数据")
    assert "95/101" in person.text() and "得 3 分" in person.text()
    person.go(f"/applications/{pk}/evidence/")
    for material in ("score_sheet", "application_form"):
        chosen = {"name": "盖章扫描件.pdf", "mimeType": "application/pdf", "buffer": scan()}
        with person.page.expect_response(lambda answer: "/attach/" in answer.url) as sent:
            person.page.locator(f"#material-{material} input[type=file]").set_input_files(chosen)
        assert sent.value.status == 201
    person.go(f"/applications/{pk}/evidence/")
    walk.look(person, "佐证材料")
    assert person.text().count("盖章扫描件.pdf") >= 2
    person.go(f"/applications/{pk}/narrative/")
    person.page.locator("textarea").first.fill(
        "我社区成立劳动保障服务中心，建立台账，逐户走访，帮助零就业家庭就业。"
    )
    walk.look(person, "文字材料")
    person.follow(person.page.locator("main form button").last)
    person.go(f"/applications/{pk}/statements/")
    for box in person.page.locator("main form input[type=checkbox]").all():
        box.check()
    person.follow(person.page.locator("main form button").last)
    person.go(f"/applications/{pk}/")
    walk.look(person, "任务清单-填完")
    person.go(f"/applications/{pk}/check/")
    walk.look(person, "检查")
    person.click("提交申报")
    assert "/receipt/" in person.page.url, person.page.locator("main").inner_text()[:700]
    walk.look(person, "回执")
    assert "T2017-" in person.text() and "街道" in person.text()
    person.close()
    return pk


def scan():
    from demonstration.driving import scan as made

    return made("盖章扫描件").read()


def handle(walk, pk, level, *, scores=True, visit=False):
    """The handler of a level: scores by keyboard, records a visit, proposes."""
    person = walk.person(f"{level} handler")
    walk.look(person, f"{level}-待办")
    assert "一南桂花社区" in person.text()
    person.go(f"/applications/{pk}/")
    walk.look(person, f"{level}-案卷")
    if scores:
        person.go(f"/applications/{pk}/sheet/")
        score_by_keyboard(person)
        walk.look(person, f"{level}-评分台")
        assert "34/34" in person.text().replace(" ", "")
    if visit:
        person.go(f"/applications/{pk}/visit/")
        person.page.locator("[name=on]").fill("8月29日")
        person.page.locator("[name=inspectors]").fill("张一、李二")
        person.page.locator("[name=findings]").fill("场地、设施、台账与申报一致。")
        person.page.locator("input[name=passed]").first.check()
        walk.look(person, f"{level}-实地考察")
        person.click("登记考察")
    person.go(f"/applications/{pk}/propose/")
    person.page.locator("input[name=verdict]").first.check()
    person.page.locator("textarea[name=opinion]").fill("材料齐全，数据与台账相符，同意上报。")
    walk.look(person, f"{level}-提出意见")
    person.click("提出意见")
    person.close()


def score_by_keyboard(person):
    """Take every self score with `=` and go on with Enter; counted. Reasons where one is due."""
    page = person.page
    page.locator("input.score").first.focus()
    before = person.keys
    items = page.locator("input.score").count()
    for _ in range(items):
        person.press("=")
        person.press("Enter")
    used = person.keys - before
    assert items == 34 and used <= 75, (items, used)
    for row in page.locator("tr[data-item]").all():
        why, score = row.locator("input.why"), row.locator("input.score")
        if row.get_attribute("data-reason-below") and float(score.input_value() or 0) < float(
            row.get_attribute("data-max")
        ):
            why.fill("与自评一致，示范推广尚不充分。")
    page.wait_for_timeout(2600)
    assert "自动保存" in page.locator("[data-autosave-status]").first.inner_text()
    page.reload()
    page.wait_for_load_state()


def shortlist_and_publish(walk, pk, level):
    person = walk.person(f"{level} approver")
    round_ = walk.told["round"]
    person.go(f"/lists/{round_}/star/")
    walk.look(person, f"{level}-推荐名单")
    person.follow(person.page.locator(f"form[action='/applications/{pk}/shortlist/'] button"))
    assert "已列入" in person.text()
    person.close()
    person = walk.person(f"{level} publisher")
    person.go(f"/lists/{round_}/star/publish/")
    if not person.page.locator("[name=process]").input_value():
        person.page.locator("[name=process]").fill("经社区申报、逐级审核和评分，现予公示。")
    walk.look(person, f"{level}-发布前检查")
    person.follow(person.page.locator("button[name=publish]"))
    person.go("/notices/")
    person.follow(person.page.locator("main table a, main .card a").first)
    walk.look(person, f"{level}-公示")
    assert "一南桂花社区" in person.text()
    last = re.search(r"至 ?(\d{4})年(\d+)月(\d+)日", person.text().replace("\n", ""))
    assert last, person.text()[:1500]
    person.close()
    return dt.date(*map(int, last.groups()))


def test_from_an_empty_form_to_the_public_list(walk):
    pk = file_it(walk)
    handle(walk, pk, "street", scores=False)
    person = walk.person("street approver")
    person.go(f"/applications/{pk}/pass-on/")
    walk.look(person, "街道-同意上报")
    person.follow(person.page.locator("main form.confirm button, main form button").first)
    person.close()
    for level, visit in (("county", False), ("city", True), ("province", False)):
        handle(walk, pk, level, visit=visit)
        last = shortlist_and_publish(walk, pk, level)
        person = walk.person(f"{level} approver")
        walk.move_clock(person, last)  # the last day itself: not over before 24:00
        person.go(f"/applications/{pk}/")
        assert "公示" in person.page.locator("h1, .page-head").first.inner_text() + person.text()[:400]
        walk.move_clock(person, last + dt.timedelta(days=1))
        person.close()
    person = walk.person("province approver")
    person.go(f"/lists/{walk.told['round']}/star/recognise/")
    person.page.locator("[name=document_number]").fill("湘人社函〔2017〕301号")
    if (
        person.page.locator("[name=granted_on]").count()
        and not person.page.locator("[name=granted_on]").input_value()
    ):
        person.page.locator("[name=granted_on]").fill("2017-10-20")
    walk.look(person, "省级-认定")
    person.follow(person.page.locator("main form.confirm button, main form button").last)
    walk.look(person, "省级-认定结果")
    person.close()
    public = Person(walk.browser, walk.portal.url, pictures=walk.pictures)
    public.seen = walk.seen
    public.go("/recognised/?q=一南桂花")
    walk.look(public, "认定名录")
    assert "一南桂花社区" in public.text() and "T2017-0001-" in public.text()
    number = re.search(r"T2017-0001-[0-9A-Z]{6}", public.text()).group()
    public.go(f"/certificates/{number}/")
    walk.look(public, "证书查验")
    assert "有效" in public.text()
    public.close()
    checked = walk.portal.command("check_invariants")
    assert checked.returncode == 0, checked.stdout
    assert walk.problems == []

"""The bars of convenience, counted in a real browser."""

import pytest

from demonstration.people import PASSWORD
from tests.browsing import Person

pytestmark = pytest.mark.browser


def test_from_sign_in_to_the_first_saved_score_in_three_steps(town, browser):
    """Sign in, press 从第一件开始, type a score: saved by itself within two seconds of the pause, and said so."""
    portal, template = town
    person = Person(browser, portal.url)
    person.go("/login/")
    username = template["usernames"]["handler"]
    person.page.locator("#id_username").fill(username)
    person.page.locator("#id_password").fill(PASSWORD)
    steps = 1
    with person.page.expect_navigation(url="**/desk/"):
        person.page.locator("#id_password").press("Enter")
    assert "/desk/" in person.page.url, "the queue is the handler's first page"
    steps += 1
    person.click("从第一件开始")
    if "/sheet/" not in person.page.url:
        steps += 1
        person.follow(person.page.locator("a[href$='/sheet/']").first)
    score = person.page.locator("input.score").first
    status = person.page.locator("[data-autosave-status]").first
    score.fill("")
    with person.page.expect_response(lambda answer: answer.request.method == "POST", timeout=2000) as saved:
        score.press_sequentially("2")
    steps += 1
    assert saved.value.status == 200
    person.page.wait_for_timeout(300)
    assert "已自动保存" in status.inner_text()
    assert steps <= 3, steps
    person.close()


def test_a_self_score_has_six_pages(town, browser):
    portal, template = town
    person = Person(browser, portal.url, session=template["sessions"]["filer"])
    pk = next(path for role, path in template["pages"] if role == "filer" and "/applications/" in path)
    assert person.page.goto(f"{portal.url}{pk}figures/6/").status == 200
    assert person.page.goto(f"{portal.url}{pk}figures/7/").status == 404
    person.close()


def test_the_public_verifies_in_two_steps_by_name(town, browser):
    portal, template = town
    person = Person(browser, portal.url)
    person.go("/")
    name = template["recognised"]
    person.page.locator("main input[name=q]").fill(name)
    with person.page.expect_navigation():
        person.page.locator("main input[name=q]").press("Enter")
    assert name in person.text() and "有效" in person.text()
    assert person.loads <= 2
    person.close()

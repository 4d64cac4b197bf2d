"""Spot checks in the browser: every verb pressed as its own person, what everyone reads, and that anyone can repeat it."""

import io
import json
import subprocess
import sys

import openpyxl
import pytest
from django.test import Client

from accounts.models import Posting, Role, User
from accreditation import spot_checks, spot_pool
from accreditation.models import Draw, DrawInspector, Ending
from regions import clock
from tests.titles.conftest import on

SEED = "03 11 17 22"


@pytest.fixture
def go(titled, monkeypatch):
    """go("一县", Role.HANDLER) → a browser there; the clock stands at 1 March 2022 until `go.day` moves it."""
    state = {"at": on(3, 1)}
    monkeypatch.setattr(clock, "now", lambda: state["at"])

    def sign_in(who, role=Role.HANDLER):
        browser = Client()
        browser.force_login(who if isinstance(who, User) else titled.who(who, role))
        return browser

    sign_in.day = lambda month, day: state.update(at=on(month, day))
    return sign_in


@pytest.fixture
def second(titled):
    """A second approver of the city."""
    office = titled.who("东市", Role.APPROVER).acting.office
    user = titled.house.people.extra("second-approver")
    user.acting = Posting.objects.create(
        user=user, role=Role.APPROVER, office=office, starts=titled.house.people.since
    )
    return user


def text(answer):
    return answer.content.decode()


def asked(titled, **more):
    """The form as it is filled in; people: everybody the page offers."""
    people = [str(p.user_id) for p in spot_pool.inspectors_in(titled.city, on(3, 1).date())]
    return {
        "name": "省级称号抽查", "year": "2022", "money": ["provincial"], "share": "50", "least": "1", "reserves": "1", "each": "2",
        "seed_source": "2022年3月15日某彩票开奖号码", "people": people, **more,
    }  # fmt: skip


def frozen(titled, browser, **more):
    """Preview, then fix: (the preview's answer, the draw)."""
    shown = browser.post("/spot-checks/new/", asked(titled, **more))
    assert shown.status_code == 200, text(shown)
    told = asked(titled, shown=shown.context["preview"]["hash"], **more)
    browser.post("/spot-checks/new/", told)
    return shown, Draw.objects.latest("pk")


def drawn(titled, go, second, **more):
    first = go("东市", Role.APPROVER)
    _, made = frozen(titled, first, **more)
    go.day(3, 16)
    first.post(f"/spot-checks/{made.pk}/seed/", {"seen": 0, "public_seed": SEED})
    go(second).post(f"/spot-checks/{made.pk}/draw/", {"seen": 1, "public_seed": SEED})
    made.refresh_from_db()
    assert made.state == "drawn"
    return made


def test_a_pool_is_shown_by_stratum_before_it_is_fixed(titled, go):
    first = go("东市", Role.APPROVER)
    page = text(first.get("/spot-checks/new/"))
    assert "检查人员" in page and titled.who("一县").name in page
    shown, made = frozen(titled, first)
    assert shown.context["preview"]["strata"] == [("省级 一县", 4, 2, 1)]
    assert shown.context["preview"]["hash"] == made.pool_hash and made.state == "frozen"
    assert "预览" in page and "固定对象并公布" in text(shown)


def test_nothing_is_fixed_that_was_not_shown(titled, go):
    first = go("东市", Role.APPROVER)
    old = first.post("/spot-checks/new/", asked(titled)).context["preview"]["hash"]
    changed = first.post("/spot-checks/new/", asked(titled, share="25", shown=old))
    assert changed.status_code == 409 and "与预览时不同" in text(changed) and 'value="25"' in text(changed)
    assert not Draw.objects.exists()


@pytest.mark.parametrize(
    ("box", "line", "sentence"),
    [
        ("left_out", "X-1 正在复查", "没有编号为“X-1”的称号"),
        ("left_out", "{0}", "请在编号后面写明理由"),
        ("directed", "{0} 电话13912345678举报", "请不要写检查人员的姓名、电话"),
        ("directed", "{0} 由{name}推荐", "请不要写检查人员的姓名、电话"),
        ("directed", "{0} 甲\n{0} 乙", "写了两次"),
    ],
)
def test_named_titles_are_refused_line_by_line(titled, go, box, line, sentence):
    told = line.format(titled.titles[0].number, name=titled.who("一县").name)
    answer = go("东市", Role.APPROVER).post("/spot-checks/new/", asked(titled, **{box: told}))
    assert answer.status_code == 400 and sentence in text(answer)


def test_too_few_inspectors_from_elsewhere_are_said_at_the_people(titled, go):
    county = [str(titled.who("一县", role).pk) for role in (Role.HANDLER, Role.APPROVER)]
    answer = go("东市", Role.APPROVER).post("/spot-checks/new/", asked(titled, people=county))
    assert answer.status_code == 409 and "只有 0 名外县" in text(answer)


def test_only_the_region_s_approvers_may(titled, go):
    for place, role in (("东市", Role.HANDLER), ("一南街道", Role.APPROVER)):
        assert go(place, role).get("/spot-checks/new/").status_code == 403
    _, made = frozen(titled, go("东市", Role.APPROVER))
    for verb in ("seed", "draw", "void"):
        assert go("一县", Role.APPROVER).get(f"/spot-checks/{made.pk}/{verb}/").status_code == 403
        assert go("西市", Role.APPROVER).get(f"/spot-checks/{made.pk}/{verb}/").status_code == 404


def test_two_people_enter_the_seed_and_a_stale_page_is_shown_again(titled, go, second):
    first = go("东市", Role.APPROVER)
    _, made = frozen(titled, first)
    go.day(3, 16)
    odd = first.post(f"/spot-checks/{made.pk}/seed/", {"seen": 0, "public_seed": 'x"; rm'})
    assert odd.status_code == 400 and "不能有引号和特殊符号" in text(odd)
    first.post(f"/spot-checks/{made.pk}/seed/", {"seen": 0, "public_seed": SEED})
    again = go(second).post(f"/spot-checks/{made.pk}/seed/", {"seen": 0, "public_seed": "9"})
    assert again.status_code == 409 and "刚刚已由他人办理" in text(again) and 'value="9"' in text(again)
    own = first.post(f"/spot-checks/{made.pk}/draw/", {"seen": 1, "public_seed": SEED})
    assert own.status_code == 403 and "两人分别录入" in text(own)
    other = go(second).post(f"/spot-checks/{made.pk}/draw/", {"seen": 1, "public_seed": "03 11 17 23"})
    assert other.status_code == 409 and "与第一次录入的不一致" in text(other)
    public = text(Client().get(f"/draws/{made.pk}/"))
    assert (
        SEED not in public
        and made.nonce not in public
        and made.pool_hash in public
        and made.nonce_hash in public
    )
    done = go(second).post(f"/spot-checks/{made.pk}/draw/", {"seen": 1, "public_seed": SEED}, follow=True)
    assert "已抽取，结果随即公布" in text(done)


def test_everyone_reads_the_certificate_and_repeats_it_with_the_files_alone(titled, go, second, tmp_path):
    made = drawn(titled, go, second)
    anyone = Client()
    page = text(anyone.get(f"/draws/{made.pk}/"))
    for told in (made.pool_hash, made.nonce_hash, made.nonce, SEED, *spot_checks.result_of(made)["drawn"]):
        assert told in page
    for name, address in (
        ("pool.txt", f"/draws/{made.pk}/pool.txt"),
        ("spot_draw.py", "/draws/spot_draw.py"),
    ):
        got = anyone.get(address)
        assert name in got["Content-Disposition"]
        (tmp_path / name).write_bytes(got.content)
    run = subprocess.run(
        [sys.executable, "-I", "spot_draw.py", "pool.txt", SEED, made.nonce],
        capture_output=True, check=True, cwd=tmp_path, env={"PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert json.loads(run.stdout) == [made.pool_hash, made.nonce_hash, spot_checks.result_of(made)]
    assert f'python3 spot_draw.py pool.txt "{SEED}" {made.nonce}'.replace('"', "&quot;") in page.replace(
        '"', "&quot;"
    )
    assert "与记录一致" in text(anyone.get(f"/draws/{made.pk}/again/"))
    paper = anyone.get(f"/draws/{made.pk}/certificate.pdf")
    assert paper["Content-Type"] == "application/pdf" and paper.content.startswith(b"%PDF")
    number = spot_checks.result_of(made)["drawn"][0]
    assert made.name in text(anyone.get(f"/certificates/{number}/"))


def test_a_record_that_was_touched_is_told(titled, go, second):
    made = drawn(titled, go, second)
    result = spot_checks.result_of(made)
    Draw.objects.update(result=json.dumps({**result, "drawn": result["drawn"][::-1]}))
    page = text(Client().get(f"/draws/{made.pk}/again/"))
    assert "与记录不一致" in page
    Draw.objects.update(result=made.result, pool=made.pool + "X\tz\tz\n")
    assert "与记录不一致" in text(Client().get(f"/draws/{made.pk}/again/"))


def test_no_name_of_an_inspector_or_operator_is_public(titled, go, second):
    left = titled.titles[1]
    made = drawn(
        titled, go, second, directed=f"{titled.titles[0].number} 有举报", left_out=f"{left.number} 正在复查"
    )
    inspector = DrawInspector.objects.filter(target__draw=made).first()
    reason = f"{inspector.user.name}（电话13912345678）与社区主任有亲属关系"
    spot_checks.recuse(inspector, reason=reason, by=inspector.user, at=on(3, 17))
    go.day(3, 18)
    target = inspector.target
    by = target.inspectors.filter(recused_at=None).first().user
    spot_checks.find(
        target, passed=False, finding="台账缺失的密语", visited_on=on(3, 18).date(), by=by, at=on(3, 18)
    )
    spot_checks.void(
        made,
        reason=f"{second.name}录错一位。",
        by=titled.who("东市", Role.APPROVER),
        at=on(3, 18),
        seen=made.moves,
    )
    names = set(User.objects.values_list("name", flat=True))
    pages = ["/draws/", f"/draws/{made.pk}/", f"/draws/{made.pk}/again/", f"/draws/{made.pk}/pool.txt"]
    for address in pages:
        page = text(Client().get(address))
        assert [name for name in names if name in page] == [], address
        assert "13912345678" not in page and "密语" not in page
    page = text(Client().get(f"/draws/{made.pk}/"))
    assert (
        f"P{inspector.user_id} 已回避" in page and "139****5678" in page and f"P{second.pk}录错一位" in page
    )
    assert "定向检查" in page and "有举报" in page


def test_results_are_told_when_all_of_them_are_in(titled, go, second, settings):
    made = drawn(titled, go, second)
    targets = list(made.targets.order_by("order"))
    for number, target in enumerate(targets):
        assert "检查结果" not in text(Client().get(f"/draws/{made.pk}/"))
        by = target.inspectors.first().user
        spot_checks.find(
            target, passed=number > 0, finding="缺台账。", visited_on=on(3, 16).date(), by=by, at=on(3, 16)
        )
    page = text(Client().get(f"/draws/{made.pk}/"))
    assert "不合格" in page and "缺台账" not in page
    settings.SPOT_CHECK_RESULTS = False
    assert "不合格" not in text(Client().get(f"/draws/{made.pk}/"))


def test_an_inspector_steps_back_finds_and_what_failed_is_put_forward(titled, go, second):
    made = drawn(titled, go, second)
    gone, stays = DrawInspector.objects.filter(target__draw=made).order_by("target__order", "pk")[:2]
    assert gone.target == stays.target
    browser = go(gone.user)
    page = text(browser.get("/spot-checks/mine/"))
    assert gone.target.recognition.community.name in page and f"/inspectors/{gone.pk}/recuse/" in page
    assert go("三县").get(f"/spot-checks/inspectors/{gone.pk}/recuse/").status_code == 404
    done = browser.post(
        f"/spot-checks/inspectors/{gone.pk}/recuse/", {"reason": "亲属在该社区工作。"}, follow=True
    )
    assert "已登记回避，由编号 P" in text(done)
    twice = browser.post(f"/spot-checks/inspectors/{gone.pk}/recuse/", {"reason": "再次。"})
    assert twice.status_code == 409 and "已经回避" in text(twice) and "再次。" in text(twice)
    browser = go(stays.user)
    address = f"/spot-checks/targets/{stays.target_id}/find/"
    short = browser.post(address, {"visited_on": "2022-03-16", "passed": "no", "finding": ""})
    assert short.status_code == 409 and "请写明检查情况" in text(short)
    late = browser.post(address, {"visited_on": "2022-03-17", "passed": "yes"})
    assert late.status_code == 409 and "不能晚于今天" in text(late)
    browser.post(address, {"visited_on": "2022-03-16", "passed": "no", "finding": "台账缺失。"})
    assert browser.post(address, {"visited_on": "2022-03-16", "passed": "yes"}).status_code == 409
    province = go("甲省")  # the titles are the province's
    page = text(province.get(f"/spot-checks/{made.pk}/"))
    title = stays.target.recognition
    assert f"/titles/{title.pk}/propose-ending/" in page and "台账缺失" in page
    assert stays.user.name not in page, "above, inspectors are codes"
    province.post(f"/titles/{title.pk}/propose-ending/", {"kind": "decision", "reason": "抽查不合格。"})
    assert Ending.objects.get().recognition == title
    elsewhere = text(go("二南街道").get(f"/spot-checks/{made.pk}/"))
    assert title.number in elsewhere and "台账缺失" not in elsewhere, (
        "a finding is read above its place alone"
    )


def test_a_void_draw_stays_and_somebody_else_draws_anew(titled, go, second):
    made = drawn(titled, go, second)
    first = go("东市", Role.APPROVER)
    empty = first.post(f"/spot-checks/{made.pk}/void/", {"seen": 2, "void_reason": ""})
    assert empty.status_code == 400
    first.post(f"/spot-checks/{made.pk}/void/", {"seen": 2, "void_reason": "公开种子录错一位。"})
    public = text(Client().get(f"/draws/{made.pk}/"))
    assert "已作废" in public and "公开种子录错一位" in public and made.nonce in public
    for user in (titled.who("东市", Role.APPROVER), second):
        assert go(user).get(f"/spot-checks/{made.pk}/again/").status_code == 403
    around = go(second).post("/spot-checks/new/", asked(titled, shown="0" * 64))
    assert around.status_code == 409 and "从该抽查的页面重新抽取" in text(around)
    third = titled.house.people.extra("third-approver")
    third.acting = Posting.objects.create(
        user=third, role=Role.APPROVER, office=second.acting.office, starts=titled.house.people.since
    )
    browser = go(third)
    page = browser.get(f"/spot-checks/{made.pk}/again/")
    assert "公开种子录错一位" in text(page) and made.name in text(page)
    shown = browser.post(f"/spot-checks/{made.pk}/again/", asked(titled))
    told = asked(titled, shown=shown.context["preview"]["hash"])
    browser.post(f"/spot-checks/{made.pk}/again/", told)
    new = Draw.objects.latest("pk")
    assert new.replaces == made and f"/draws/{new.pk}/" in text(Client().get(f"/draws/{made.pk}/"))
    find = go(DrawInspector.objects.filter(target__draw=made).first().user)
    target = DrawInspector.objects.filter(target__draw=made).first().target
    stale = find.post(
        f"/spot-checks/targets/{target.pk}/find/", {"visited_on": "2022-03-16", "passed": "yes"}
    )
    assert stale.status_code == 409 and "已作废" in text(stale)


def test_lists_leave_as_workbooks_and_cost_the_same_for_many(
    titled, go, second, django_assert_max_num_queries
):
    made = drawn(titled, go, second, share="100")
    browser = go("东市", Role.APPROVER)
    for path, sheet, rows in (("/spot-checks/", "随机抽查", 1), (f"/spot-checks/{made.pk}/", "抽查名单", 4)):
        got = browser.get(path, {"as": "xlsx"})
        book = openpyxl.load_workbook(io.BytesIO(b"".join(got.streaming_content)))
        assert len(list(book[sheet].values)) == rows + 1
    with django_assert_max_num_queries(25):
        browser.get(f"/spot-checks/{made.pk}/")
    with django_assert_max_num_queries(14):
        Client().get(f"/draws/{made.pk}/")

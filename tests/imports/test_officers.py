"""Accounts through the same engine: all or none, passwords once, undone while nobody has used them."""

import base64
import io
import re

import pytest
from openpyxl import load_workbook

from accounts.models import Posting, Role, User
from tests.imports.conftest import counts, press, upload

ROWS = [
    ["序号", "姓名（必填）", "账 号", "岗位*", "乡镇\n（街道）", "社区"],
    [1, "李明", "liming", "经办", "南街道", ""],
    [2, "王芳", "王芳01", "社区申报员", "南街道", "桂花社区"],
]


@pytest.fixture
def browser(place):
    return place.client(place.sysadmin("一县"))


def test_accounts_are_opened_and_the_passwords_shown_once(browser):
    batch = upload(browser, ROWS, kind="officers")
    assert counts(batch) == (2, 0, 0, 0, 0) and User.objects.count() == 1
    page = press(browser, batch).content.decode()
    data = re.search(r'href="data:[^"]*;base64,([^"]*)"', page)[1]
    rows = list(load_workbook(io.BytesIO(base64.b64decode(data.replace("&#x2B;", "+")))).active.values)
    for *_, username, password in rows[1:]:
        assert User.objects.get(username=username).check_password(password)
    assert password not in browser.get(f"/imports/batches/{batch.key}/").content.decode()


def test_unused_accounts_are_taken_back(browser):
    batch = upload(browser, ROWS, kind="officers")
    press(browser, batch)
    assert press(browser, batch, "undo").status_code == 302
    assert User.objects.count() == 1 and Posting.objects.count() == 1
    assert counts(upload(browser, ROWS, kind="officers")) == (2, 0, 0, 0, 0)


@pytest.mark.parametrize(
    "change", [{"must_change_password": False}, {"is_active": False}, {"name": "李明明"}]
)
def test_a_used_or_changed_account_refuses_the_undo(browser, change):
    batch = upload(browser, ROWS, kind="officers")
    press(browser, batch)
    User.objects.filter(username="liming").update(**change)
    assert (
        "“李明（liming）”已经使用或改动过账号，不能撤销。" in press(browser, batch, "undo").content.decode()
    )


def test_another_posting_refuses_the_undo(browser, place):
    batch = upload(browser, ROWS, kind="officers")
    press(browser, batch)
    place.post(User.objects.get(username="liming"), Role.AUDITOR, "一县")
    assert "已经有别的任职或记录" in press(browser, batch, "undo").content.decode()


def test_faults_stand_at_their_columns(browser):
    batch = upload(browser, [*ROWS, [3, "", "liming", "主任", "河街道", ""]], kind="officers")
    assert counts(batch) == (2, 0, 0, 1, 0)
    told = batch.lines.get(row=4).told
    for words in ("请填写姓名", "用户名与第 2 行相同", "不在可选范围内", "在一县没有找到“河街道”"):
        assert words in told
    assert press(browser, batch).status_code == 409


def test_only_the_system_administrator(place):
    browser = place.client(place.person("某人", Role.HANDLER, "一县"))
    assert browser.get("/imports/officers/").status_code == 403

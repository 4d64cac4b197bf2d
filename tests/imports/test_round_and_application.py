"""Places of a round, and the figures of an application, out of a table."""

import datetime as dt
import io
import json

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts.models import Role
from accreditation import rounds
from accreditation.models import Amendment, Quota
from tests.accreditation.conftest import at, house  # noqa: F401
from tests.factories import moment
from tests.imports.conftest import counts, press, upload


@pytest.fixture
def world(house, at):  # noqa: F811
    at(dt.date(2017, 9, 5))
    return house


def signed_in(user):
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture
def opener(world):
    return signed_in(world.officer("甲省", Role.APPROVER))


def prepared(world):
    """A round in preparation without places."""
    made = rounds.prepare(
        world.version,
        world.province,
        name="2018年认定",
        year=2018,
        code="P2018",
        opens_on=dt.date(2018, 8, 1),
        by=world.officer("甲省", Role.APPROVER),
        at=moment(dt.date(2017, 9, 5)),
    )
    Quota.objects.filter(round=made).delete()
    return made


def sheet_of(answer):
    return [list(row) for row in load_workbook(io.BytesIO(answer.content)).worksheets[0].values]


def test_quotas_of_a_round_in_preparation(world, opener):
    made = prepared(world)
    rows = sheet_of(opener.get(f"/imports/quotas/template.xlsx?of={made.pk}"))
    assert [row[2] for row in rows] == ["地区（必填）", "东市", "西市"]
    rows[1][4], rows[2][4] = 12, "８ 个"
    batch = upload(opener, rows, kind="quotas", of=made.pk)
    assert counts(batch) == (2, 0, 0, 0, 0)
    assert press(opener, batch).status_code == 302
    sizes = dict(Quota.objects.filter(round=made).values_list("region__name", "size"))
    assert sizes == {"东市": 12, "西市": 8}
    rows[2][4] = 9
    second = upload(opener, rows, kind="quotas", of=made.pk)
    assert counts(second) == (0, 1, 1, 0, 0)
    press(opener, second)
    press(opener, second, "undo")
    assert Quota.objects.get(round=made, region__name="西市").size == 8
    press(opener, batch, "undo")
    assert not Quota.objects.filter(round=made).exists()


def test_a_live_round_asks_for_its_document(world, opener):
    rows = [["地区", "名额"], ["东市", 5], ["西市", 3]]
    assert upload(opener, rows, kind="quotas", of=world.round.pk) is None
    assert "document_number" in opener.answer.context["form"].errors
    batch = upload(
        opener, rows, kind="quotas", of=world.round.pk, document_number="甲人社发〔2017〕8号", reason="追加"
    )
    assert counts(batch) == (0, 1, 1, 0, 0)
    press(opener, batch)
    assert Amendment.objects.get().document_number == "甲人社发〔2017〕8号"
    assert "以文件为据" in press(opener, batch, "undo").content.decode()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["南市", 3], "名额表里没有“南市”"),
        (["东市", "三个"], "不是整数"),
        (["东市", 2.5], "带有小数"),
        (["东市", -1], "小于 0"),
    ],
)
def test_wrong_places(world, opener, row, words):
    batch = upload(opener, [["地区", "名额"], row], kind="quotas", of=prepared(world).pk)
    assert words in batch.lines.get().told and batch.wrong == 1


def test_only_who_gives_out_places(world):
    for place, role in (("东市", Role.APPROVER), ("甲省", Role.HANDLER)):
        browser = signed_in(world.officer(place, role))
        assert browser.get(f"/imports/quotas/?of={world.round.pk}").status_code == 403
    assert browser.get("/imports/quotas/?of=999999").status_code == 404
    assert browser.get("/imports/quotas/").status_code == 404


# Figures


@pytest.fixture
def filer(world):
    browser = signed_in(world.filer(world.community(0)))
    browser.application = world.draft(0)
    return browser


def kept(application):
    application.self_sheet.refresh_from_db()
    return json.loads(application.self_sheet.figures)


def test_figures_go_out_and_come_back(world, filer):
    draft = filer.application
    rows = sheet_of(filer.get(f"/imports/figures/template.xlsx?of={draft.pk}"))
    places = {row[1]: row for row in rows[1:]}
    places["graduates_registered"][4] = "１２"
    places["platform_used"][4] = "√"
    batch = upload(filer, rows, kind="figures", of=draft.pk)
    assert batch.wrong == 0 and batch.new == 2
    assert "graduates_registered" not in kept(draft)
    press(filer, batch)
    assert (kept(draft)["graduates_registered"], kept(draft)["platform_used"]) == (12, True)
    press(filer, batch, "undo")
    assert "graduates_registered" not in kept(draft)


def test_a_part_above_its_whole_and_text_are_told(world, filer):
    draft = filer.application
    sheet = [["数据名称", "代号", "填写值"]]
    batch = upload(
        filer,
        [
            *sheet,
            ["甲", "graduates_unemployed", 5],
            ["乙", "graduates_registered", 9],
            ["丙", "centre_area", "很大"],
        ],
        kind="figures",
        of=draft.pk,
    )
    told = {line.row: line.told for line in batch.lines.all()}
    assert "应填数字，写的是“很大”" in told[4]
    assert batch.wrong == 2 and "不能大于" in told[3]


def test_figures_saved_meanwhile_are_shown_again(world, filer):
    draft = filer.application
    rows = [["数据名称", "代号", "填写值"], ["甲", "graduates_registered", 5]]
    batch = upload(filer, rows, kind="figures", of=draft.pk)
    world.drive.fill(draft, 0.9, moment(dt.date(2017, 8, 30)))
    assert press(filer, batch).status_code == 409


def test_only_the_community_s_own_draft(world, filer):
    draft = filer.application
    other = signed_in(world.filer(world.community(1)))
    assert other.get(f"/imports/figures/?of={draft.pk}").status_code == 404
    officer = signed_in(world.officer("一县", Role.HANDLER))
    assert officer.get(f"/imports/figures/?of={draft.pk}").status_code == 404
    filed = world.filed(2)
    assert (
        signed_in(world.filer(world.community(2))).get(f"/imports/figures/?of={filed.pk}").status_code == 403
    )

"""Communities from a table: checked, imported as checked, undone while nothing was built on them."""

import datetime as dt

import pytest

from accounts.events import broken_links
from accounts.models import Event, ImportBatch, ImportLine, Role
from regions import communities
from regions.models import Community, FormerCommunity
from tests.imports.conftest import HEADS, counts, press, upload, workbook

ROWS = [
    HEADS,
    ["南街道", "桂花社区", "社区", "", "", "0000-1111111"],  # registered, without a telephone
    ["南街道", "银杏社区", "", "", "", ""],  # registered, the same
    ["北街道", "新村", "行政村", "990101002201", "", ""],
    ["北街道", "新苑社区", "社区", "", "联系人甲", ""],
]


def test_the_dry_run_tells_new_changed_and_unchanged_and_writes_nothing(desk):
    batch = upload(desk, ROWS)
    assert counts(batch) == (2, 1, 1, 0, 0)
    assert Community.objects.count() == 4 and not Event.objects.exists()
    page = desk.get(f"/imports/batches/{batch.key}/?show=changed").content.decode()
    assert "办公电话：" in page and "（空）" in page and "0000-1111111" in page
    assert "确认导入" in page


def test_it_is_imported_as_checked_with_one_event(desk, place):
    batch = upload(desk, ROWS)
    assert press(desk, batch).status_code == 302
    assert batch.status == ImportBatch.Status.APPLIED
    made = Community.objects.get(name="新村")
    assert (made.kind, made.code, made.place) == ("village", "990101002201", "甲省 东市 一县 北街道")
    assert made.position == place.regions["北街道"].position
    assert Community.objects.get(name="桂花社区").office_phone == "0000-1111111"
    assert [event.action for event in Event.objects.all()] == ["import_batch"]
    assert list(broken_links()) == []


def test_the_same_file_again_changes_nothing(desk):
    press(desk, upload(desk, ROWS))
    batch = upload(desk, ROWS)
    assert counts(batch) == (0, 0, 4, 0, 0)
    assert press(desk, batch).status_code == 409
    assert Event.objects.count() == 1


def test_undo_puts_everything_back(desk):
    before = list(Community.objects.values("pk", "name", "office_phone"))
    batch = upload(desk, ROWS)
    press(desk, batch)
    assert press(desk, batch, "undo").status_code == 302
    assert batch.status == ImportBatch.Status.UNDONE
    assert list(Community.objects.values("pk", "name", "office_phone")) == before
    assert [event.action for event in Event.objects.order_by("seq")] == ["import_batch", "undo_import"]
    assert press(desk, batch, "undo").status_code == 409


def test_what_was_built_on_it_refuses_the_undo(desk, place):
    batch = upload(desk, ROWS)
    press(desk, batch)
    place.communities["新苑社区"] = Community.objects.get(name="新苑社区")
    place.person("新苑申报", Role.FILER, "新苑社区")
    answer = press(desk, batch, "undo")
    assert answer.status_code == 409
    assert "“北街道 新苑社区”已经有申报员账号，不能撤销。" in answer.content.decode()
    assert Community.objects.filter(name="新村").exists()


def test_a_row_changed_since_refuses_the_undo(desk):
    batch = upload(desk, ROWS)
    press(desk, batch)
    Community.objects.filter(name="桂花社区").update(office_phone="0000-9999999")
    assert "在导入以后又有变动" in press(desk, batch, "undo").content.decode()


def test_only_the_last_import_is_undone(desk):
    first = upload(desk, ROWS)
    press(desk, first)
    second = upload(desk, [HEADS, ["南街道", "第三社区", "", "", "", ""]], name="第二次.xlsx")
    press(desk, second)
    assert "此后又导入过“第二次.xlsx”" in press(desk, first, "undo").content.decode()
    assert press(desk, second, "undo").status_code == 302
    assert press(desk, first, "undo").status_code == 302


def test_what_changed_meanwhile_is_shown_again_and_not_imported(desk, place):
    batch = upload(desk, ROWS)
    communities.create_community(place.regions["北街道"], "新苑社区")
    answer = press(desk, batch)
    assert answer.status_code == 409 and "检查以后登记的内容有变动" in answer.content.decode()
    assert counts(batch) == (1, 2, 1, 0, 0)
    assert not Community.objects.filter(name="新村").exists()
    assert press(desk, batch).status_code == 302
    assert Community.objects.filter(name="新苑社区").count() == 1


def test_a_second_press_imports_nothing_more(desk):
    batch = upload(desk, ROWS)
    press(desk, batch)
    assert press(desk, batch).status_code == 409
    assert Community.objects.count() == 6


@pytest.mark.parametrize(
    ("row", "column", "words"),
    [
        (["", "甲社区", "", "", "", ""], "乡镇（街道）", "请填写乡镇（街道）的名称或代码。"),
        (["河街道", "甲社区", "", "", "", ""], "乡镇（街道）", "在一县没有找到“河街道”"),
        (["没有的街道", "甲社区", "", "", "", ""], "乡镇（街道）", "在一县没有找到“没有的街道”"),
        (["南街道", "", "社区", "", "", ""], "社区名称", "请填写社区名称。"),
        (["南街道", "甲社区", "小区", "", "", ""], "类型", "不在可选范围内"),
        (["南街道", "甲社区", "", "6.20102E+11", "", ""], "统计用区划代码", "科学记数法"),
        (["南街道", "甲社区", "", 6.2e11, "", ""], "统计用区划代码", "末尾的零"),
        (["南街道", "甲社区", "", "12345", "", ""], "统计用区划代码", "有 5 位，应为 12 位"),
        (["南街道", "甲\u202e社区", "", "", "", ""], "社区名称", "不可见字符"),
        (["南街道", "甲" * 61, "", "", "", ""], "社区名称", "最多 60 个字"),
        (["南街道", "甲社区", "", "", "", "请打手机"], "办公电话", "不是电话号码"),
    ],
)
def test_every_fault_names_row_and_column_and_nothing_is_imported(desk, row, column, words):
    batch = upload(desk, [HEADS, ["南街道", "乙社区", "", "", "", ""], row])
    assert counts(batch) == (1, 0, 0, 1, 0)
    page = desk.get(f"/imports/batches/{batch.key}/").content.decode()
    line = batch.lines.get(outcome="wrong")
    assert line.row == 3
    assert column in page and words in page
    assert press(desk, batch).status_code == 409
    assert Community.objects.count() == 4


def test_a_foreign_street_is_told_like_one_that_does_not_exist(desk):
    """Nothing of another county shows: 河街道 stands in 二县, 某街道 nowhere."""
    batch = upload(
        desk, [HEADS, ["河街道", "柳树社区", "", "", "", ""], ["某街道", "柳树社区", "", "", "", ""]]
    )
    told = list(batch.lines.values_list("told", flat=True))
    assert told[0].replace("河街道", "某街道") == told[1]


def test_the_same_community_twice_is_a_fault_of_the_later_row(desk):
    batch = upload(desk, [HEADS, ["南街道", "甲社区", "", "", "", ""], ["南街道", "甲社区", "", "", "", ""]])
    assert counts(batch) == (1, 0, 0, 1, 0)
    assert "“甲社区”与第 2 行重复。" in batch.lines.get(row=3).told


def test_another_name_under_a_known_code_asks_for_its_day_and_keeps_the_former_name(desk, place):
    known = place.communities["桂花社区"]
    Community.objects.filter(pk=known.pk).update(code="990101001001")
    rows = [["街道", "社区", "区划代码", "更名日期"], ["南街道", "丹桂社区", "990101001001", ""]]
    batch = upload(desk, rows)
    assert counts(batch) == (0, 0, 0, 1, 0)
    assert "登记的是“桂花社区”" in batch.lines.get().told
    rows[1][3] = "2023.8"
    batch = upload(desk, rows)
    assert counts(batch) == (0, 1, 0, 0, 0)
    assert "没有写明日，按 8 月 1 日登记" in batch.lines.get().told
    press(desk, batch)
    known.refresh_from_db()
    former = FormerCommunity.objects.get()
    assert (known.name, known.edition) == ("丹桂社区", 2)
    assert (former.name, former.until) == ("桂花社区", dt.date(2023, 8, 1))
    press(desk, batch, "undo")
    known.refresh_from_db()
    assert known.name == "桂花社区" and not FormerCommunity.objects.exists()


@pytest.mark.parametrize(
    ("role", "where"),
    [
        (Role.PUBLISHER, "一县"),
        (Role.HANDLER, "南街道"),
        (Role.SYSADMIN, "一县"),
        (Role.AUDITOR, "一县"),
        (Role.FILER, "桂花社区"),
    ],
)
def test_others_may_not(place, role, where):
    browser = place.client(place.person("某人", role, where))
    assert browser.get("/imports/communities/").status_code == 403
    assert browser.get("/imports/communities/template.xlsx").status_code == 403
    assert upload(browser, ROWS) is None and browser.answer.status_code == 403


def test_a_batch_of_another_office_is_not_there(desk, place):
    batch = upload(desk, ROWS)
    other = place.client(place.person("二县经办", Role.HANDLER, "二县"))
    for what in ("", "marked.xlsx"):
        assert other.get(f"/imports/batches/{batch.key}/{what}").status_code == 404
    for what in ("apply", "undo"):
        assert press(other, batch, what).status_code == 404
    colleague = place.client(place.person("一县审核", Role.APPROVER, "一县"))
    assert colleague.get(f"/imports/batches/{batch.key}/").status_code == 200
    assert "名单.xlsx" in colleague.get("/imports/").content.decode()


def test_a_later_upload_replaces_what_was_only_checked(desk):
    first = upload(desk, ROWS)
    second = upload(desk, ROWS)
    assert list(ImportBatch.objects.values_list("key", flat=True)) == [second.key] and first.key != second.key


def test_the_check_costs_the_same_for_few_rows_and_for_many(desk, django_assert_max_num_queries):
    def cost(count):
        data = workbook([HEADS, *(["南街道", f"第{n}社区", "社区", "", "", ""] for n in range(count))])
        with django_assert_max_num_queries(99) as captured:
            batch = upload(desk, data)
            press(desk, batch)
        press(desk, batch, "undo")
        return len(captured)

    cost(1)
    assert cost(2) == cost(400)


def test_every_filled_row_is_accounted_for(desk):
    batch = upload(desk, [HEADS, *ROWS[1:], [], ["南街道", "后面的社区", "", "", "", ""], ["填表人：某某"]])
    assert batch.filled == 6 == sum(counts(batch))
    assert counts(batch) == (2, 1, 1, 0, 2) and batch.solid == 1
    assert "第 6 行是空行" in batch.lines.filter(outcome="reported").first().told
    assert press(desk, batch).status_code == 409
    assert press(desk, batch, without_rest="yes").status_code == 302
    assert not Community.objects.filter(name="后面的社区").exists()
    assert ImportLine.objects.filter(target__isnull=False).count() == 4

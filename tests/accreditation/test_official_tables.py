"""The official tables, opened again: their heads, merged ranges, page, and every cell by hand; nothing in them is a formula."""

import datetime as dt
import io

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts.models import Event, Role
from accreditation import official_tables
from accreditation.fund_table import FundRow, fund_table
from accreditation.models import Notice, Recheck, Recognition
from accreditation.official_sheets import NOTHING, Column, Table, write
from accreditation.workbooks import Book, safe_text
from regions.models import Community
from scoring.points import show_points
from tests.accreditation.test_exports import PAYLOADS
from tests.factories import House, document, moment

AT = moment(dt.date(2017, 10, 9))


def opened(fill, *args, **more):
    """(the sheet as openpyxl reads it, how many rows `fill` said it wrote)."""
    book = Book(made_at=AT)
    count = fill(book, *args, **more)
    return load_workbook(book.close()).worksheets[0], count


def texts(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def merged(sheet):
    return {str(one) for one in sheet.merged_cells.ranges}


def on_a4(sheet, orientation, heads):
    page = sheet.page_setup
    assert (str(page.paperSize), page.orientation) == ("9", orientation)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert (page.fitToWidth or 1, page.fitToHeight) == (1, 0)  # an absent width is one page
    assert sheet.print_title_rows == heads
    assert sheet.oddFooter.center.text == "第 &P 页 共 &N 页"
    assert sheet.print_options.horizontalCentered


@pytest.fixture
def recommended(house, standing):
    """Two communities on 一县's list, one that is not."""
    first, second, third = standing("county_review", 0, 1, 2)
    house.drive.shortlist(first, moment(dt.date(2017, 9, 5)))
    house.drive.shortlist(second, moment(dt.date(2017, 9, 5)))
    return house.fresh(first), house.fresh(second), third


def county_table(house, role=Role.HANDLER):
    user = house.officer("一县", role)
    tier = house.round.version.data["tiers"][0]
    return opened(
        official_tables.recommendation, house.round, tier, "county_review", house.regions["一县"], by=user, at=AT
    )  # fmt: skip


def test_the_recommended_of_a_county(house, recommended):
    sheet, count = county_table(house)
    rows = texts(sheet)
    assert count == 2
    assert rows[0][0] == "一县2017年省级充分就业星级社区推荐名单"
    assert rows[1][0] == "填报单位（盖章）：一县人力资源和社会保障局"
    assert rows[2] == [
        "序号", "街道（乡镇）", "社区（村）", "申报编号", "评分", None, "名次", "联系方式", None, "备注",
    ]  # fmt: skip
    assert rows[3] == [None, None, None, None, "自评", "县级", None, "联系人", "电话", None]
    assert {"A1:J1", "A3:A4", "B3:B4", "E3:F3", "G3:G4", "H3:I3", "J3:J4"} <= merged(sheet)
    first, second = sorted(recommended[:2], key=lambda one: -one.total_county)
    assert rows[4][:4] == [1, "一南街道", first.community.name, first.number]
    assert rows[4][4] == float(show_points(first.total_self))
    assert rows[4][5] == float(show_points(first.total_county))
    assert rows[4][6:] == [1, first.basic_facts["contact"], first.basic_facts["office_phone"], None]
    assert rows[5][2] == second.community.name
    assert recommended[2].community.name not in str(rows)
    assert rows[6][0].startswith("单位负责人：")
    on_a4(sheet, "landscape", "$3:$4")
    assert sheet["A3"].border.top.style == "thin" and sheet["E5"].border.left.style == "thin"


def test_who_is_let_go_stays_recommended_and_who_falls_out_does_not(house):
    application = house.at("city_review", 0)
    gone = house.at("county_review", 1)
    sheet, count = county_table(house)
    assert count == 1 and texts(sheet)[4][2] == application.community.name
    assert texts(sheet)[4][9] == "市级评审"
    assert gone.community.name not in str(texts(sheet))


def test_a_desk_is_not_shown_higher_scores(house):
    """The county's table has the community's and the county's column, whatever the city found."""
    house.prepare(house.at("city_review", 0))
    sheet, _ = county_table(house)
    assert texts(sheet)[3][4:6] == ["自评", "县级"]


def test_an_empty_list_says_so(house):
    sheet, count = county_table(house)
    assert count == 0 and texts(sheet)[4][0] == NOTHING


def test_the_list_of_a_notice_as_it_was_named(house):
    house.at("county_notice", 0)
    notice = Notice.objects.get()
    Community.objects.filter(pk=house.community(0).pk).update(name="后来改的名")
    sheet, count = opened(official_tables.notice_list, notice)
    rows = texts(sheet)
    assert count == 1 and rows[0][0] == "附件" and rows[1][0].endswith("名单")
    assert rows[3] == ["序号", "社区（村）", "所在地", "备注"]
    assert rows[4] == [1, "一南桂花社区", "甲省 东市 一县 一南街道", None]
    on_a4(sheet, "portrait", "$4:$4")


def test_a_removed_one_is_marked(house):
    house.at("county_notice", 0).entries.update(status="removed")
    sheet, _ = opened(official_tables.notice_list, Notice.objects.get())
    assert texts(sheet)[4][3] == "已移出名单"


def test_the_recognised(house):
    house.at("recognised", 0)
    title = Recognition.objects.get(application__isnull=False)
    tier = house.round.version.data["tiers"][0]
    sheet, count = opened(official_tables.recognition_list, house.round, tier, house.province)
    rows = texts(sheet)
    assert count == 1 and rows[1][0] == "2017年省级充分就业星级社区名单"
    assert rows[3] == ["序号", "所在地", None, None, "社区（村）", "称号", "认定", None, None, "备注"]
    assert rows[4] == [
        None,
        "市（州）",
        "县（市、区）",
        "街道（乡镇）",
        None,
        None,
        "证书编号",
        "文号",
        "日期",
        None,
    ]
    assert rows[5] == [
        1, "东市", "一县", "一南街道", "一南桂花社区", "省级充分就业星级社区", title.number, "测试〔2017〕1号",
        dt.datetime.combine(title.granted_on, dt.time()), None,
    ]  # fmt: skip
    assert {"B4:D4", "G4:I4", "A4:A5", "J4:J5"} <= merged(sheet)
    on_a4(sheet, "landscape", "$4:$5")


def test_the_places_stand_as_in_hunans_annex_1(house):
    sheet, count = opened(official_tables.quotas, house.round)
    assert count == 2
    assert texts(sheet) == [
        ["附件1", None],
        ["2017年省级充分就业星级社区名额分配表", None],
        ["市州", "推荐名额（个）"],
        ["东市", 3],
        ["西市", 3],
        ["总计", 6],
    ]
    assert merged(sheet) == {"A1:B1", "A2:B2"}
    on_a4(sheet, "portrait", "$3:$3")


def test_two_tiers_and_two_levels_stand_side_by_side(db):
    """周人社办〔2022〕72号 一: the city's places at each tier, a county's below them; the total is the city's."""
    quotas = [
        {"tier": "provincial", "level": "city", "region": "东市", "size": 6},
        {"tier": "star", "level": "city", "region": "东市", "size": 4},
        {"tier": "provincial", "level": "county", "region": "一县", "size": 1},
    ]
    place = {"place": {"level": "province", "name": "甲省"}}
    source = {**document("zhoukou-2022")["source"], **place}
    house = House()
    round_ = house.prepared("zhoukou-2022", "甲省", source=source, quotas=quotas)
    sheet, _ = opened(official_tables.quotas, round_)
    rows = texts(sheet)
    assert rows[2] == ["市州", "县（市、区）", "推荐名额（个）", None]
    assert rows[3] == [None, None, "省级充分就业社区", "星级充分就业社区"]
    assert rows[4:8] == [
        ["东市", None, 6, 4],
        [None, "一县", 1, None],
        ["西市", None, None, None],
        ["总计", None, 6, 4],
    ]
    assert {"A3:A4", "B3:B4", "C3:D3", "A8:B8"} <= merged(sheet)


def title(community, money, year, **more):
    told = {"issuer": "province", "rank": 1, "tier": "provincial", "tier_name": "省级充分就业社区", **more}
    return Recognition.objects.create(
        community=community, position=community.position, money=money, number=f"N{community.pk}-{year}-{told['rank']}{told['issuer']}",
        document_number="", year=year, granted_on=dt.date(year, 12, 1), issuer_name="测试", **told,
    )  # fmt: skip


def test_the_recheck_register_in_the_columns_of_annex_1(house):
    first, second, third = house.community(0), house.community(4), house.community(8)
    plain = title(first, "provincial", 2013)
    title(first, "provincial", 2015, rank=2, tier="star", tier_name="省级充分就业星级社区")
    national = title(second, "national", 2014, issuer="nation", tier="national")
    title(third, "provincial", 2014)  # another city
    title(house.community(1), "provincial", 2016)  # granted in the year: nothing to recheck yet
    decided = dt.date(2016, 12, 20)
    Recheck.objects.create(recognition=plain, year=2016, passed=True, decided_on=decided)
    Recheck.objects.create(recognition=plain, year=2015, passed=False, decided_on=decided)
    Recheck.objects.create(recognition=national, year=2016, passed=False, decided_on=decided)
    sheet, count = opened(
        official_tables.recheck_register, house.regions["东市"], 2016, "东市人力资源和社会保障局"
    )
    rows = texts(sheet)
    assert count == 2
    assert rows[:2] == [["附件1"] + [None] * 8, ["省级充分就业社区复查情况登记表"] + [None] * 8]
    heads = [value for value in rows[2] if value]
    assert heads == [
        "填报单位（盖章）：东市人力资源和社会保障局", "分管领导：", "就业部门负责人：", "填表人：", "填表时间：　　年　月　日",
    ]  # fmt: skip
    assert rows[3] == [
        "序号", "所在区县", "所在街道", "社区名称", "联系人及联系电话", "认定为省级充分就业社区年份",
        "是否是国家级充分就业社区", "认定为省级星级充分就业社区年份", "是否复查合格",
    ]  # fmt: skip
    contact = "测试联系人 0000-0000001"
    assert rows[4] == [1, "一县", "一南街道", "一南桂花社区", contact, "2013", "否", "2015", "合格"]
    assert rows[5] == [2, "二县", "二南街道", "二南桂花社区", contact, None, "是", None, "不合格"]
    on_a4(sheet, "landscape", "$4:$4")


def test_the_money_of_a_year_with_its_sums():
    rows = [
        FundRow("一县", "南街道", "甲社区", "省级", 0, 2_000_000, (500_000, 400_000, 0), 0, ""),
        FundRow("二县", "北街道", "乙社区", "市级", 123_456, 1_000_000, (0, 0, 1_123_455), 1, "已收回"),
    ]
    sheet, count = opened(
        fund_table, year=2023, place="东市", unit="东市某局", uses=["宣传", "活动", "监测"], rows=rows, article="第十三条"
    )  # fmt: skip
    read = texts(sheet)
    assert count == 2
    assert read[0][0] == "东市2023年充分就业社区补助资金使用情况表" and read[2][0] == "单位：元"
    assert read[3] == [
        "序号", "县（市、区）", "街道（乡镇）", "社区（村）", "补助层级", "资金来源", None, None, "支出", None, None, None,
        "退回或收回", "结余", "备注",
    ]  # fmt: skip
    assert read[4][5:12] == ["上年结转", "本年补助", "小计", "宣传", "活动", "监测", "小计"]
    assert read[5][5:] == [0, 20000, 20000, 5000, 4000, 0, 9000, 0, 11000, None]
    assert read[6][5:] == [1234.56, 10000, 11234.56, 0, 0, 11234.55, 11234.55, 0.01, 0, "已收回"]
    assert read[7][5:] == [
        1234.56, 30000, 31234.56, 5000, 4000, 11234.55, 20234.55, 0.01, 11000, None,
    ]  # fmt: skip
    assert read[7][0] == "合计" and {"A8:E8", "F4:H4", "I4:L4"} <= merged(sheet)
    assert sheet["F7"].number_format == "#,##0.00"
    on_a4(sheet, "landscape", "$4:$5")


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_people_typed_is_text_wherever_it_stands(payload):
    """In a cell, a heading, a group, the title, the lines above and below, and the sheet's name (reliability.md D4)."""
    columns = (Column(payload, 9, payload), Column(payload, 9, payload))
    table = Table(
        payload, payload, columns, payload, (payload, payload), payload, ((payload, payload),), (payload,)
    )
    sheet, _ = opened(write, table, [[payload, "123456789012345678"]], lambda: ["合计", 1])
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)
    assert [cell.value for cell in cells if cell.data_type == "n"] == [1]
    assert "123456789012345678" in [cell.value for cell in cells]
    kept = safe_text(payload)
    assert sum(cell.value in (kept, kept.replace("\r", "_x000D_")) for cell in cells) >= 9


def test_the_same_rows_are_the_same_bytes(house):
    def made():
        book = Book(io.BytesIO(), made_at=AT)
        official_tables.quotas(book, house.round)
        return book.close().read()

    assert made() == made()


def test_the_queries_do_not_grow_with_the_rows(
    house, django_assert_num_queries, django_assert_max_num_queries
):
    title(house.community(0), "provincial", 2013)
    house.at("county_notice", 0)
    tier = house.round.version.data["tiers"][0]
    user = house.officer("一县", Role.HANDLER)

    def tables():
        opened(
            official_tables.recommendation,
            house.round,
            tier,
            "county_review",
            house.regions["一县"],
            by=user,
            at=AT,
        )
        opened(official_tables.notice_list, Notice.objects.select_related("office").first())
        opened(official_tables.recognition_list, house.round, tier, house.province)
        opened(official_tables.recheck_register, house.province, 2016, "单位")
        opened(official_tables.quotas, house.round)

    with django_assert_max_num_queries(11) as once:
        tables()
    for number in (1, 2, 3):
        title(house.community(number), "provincial", 2013)
        house.at("county_notice", number)
    with django_assert_num_queries(len(once.captured_queries)):
        tables()


# The pages


def test_each_table_is_taken_where_its_list_is(house, as_, at, recommended):
    at(dt.date(2017, 9, 6))
    key = (house.round.pk, "star")
    page = as_("一县", Role.HANDLER).get(f"/lists/{key[0]}/star/").content.decode()
    assert f"/lists/{key[0]}/star/recommended.xlsx" in page
    got = as_("一县", Role.HANDLER).get(f"/lists/{key[0]}/star/recommended.xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(got.streaming_content))).worksheets[0]
    assert sheet["A1"].value == "一县2017年省级充分就业星级社区推荐名单"
    event = Event.objects.get(action="export_table")
    assert event.subject == "一县2017年省级充分就业星级社区推荐名单"
    assert '"rows":2' in event.body.replace(" ", "")
    assert as_("二县", Role.HANDLER).get(f"/lists/{key[0]}/star/recommended.xlsx").status_code == 200
    assert as_("一南街道", Role.HANDLER).get(f"/lists/{key[0]}/star/recommended.xlsx").status_code == 404


def test_the_other_countys_table_is_empty(house, as_, at, recommended):
    at(dt.date(2017, 9, 6))
    got = as_("二县", Role.HANDLER).get(f"/lists/{house.round.pk}/star/recommended.xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(got.streaming_content))).worksheets[0]
    assert "一南桂花社区" not in str(texts(sheet)) and NOTHING in str(texts(sheet))


def test_a_notices_list_is_its_offices(house, as_):
    house.at("county_notice", 0)
    address = f"/notices/{Notice.objects.get().pk}/office-list.xlsx"
    assert address in as_("一县", Role.HANDLER).get("/desk/notices/").content.decode()
    assert as_("一县", Role.HANDLER).get(address).status_code == 200
    assert as_("二县", Role.HANDLER).get(address).status_code == 404
    assert Client().get(address).status_code == 302


def test_links_stand_on_the_pages_of_recognition_and_places(house, as_, at):
    at(dt.date(2017, 12, 1))
    house.at("recognised", 0)
    client, pk = as_("甲省", Role.APPROVER), house.round.pk
    assert f"/lists/{pk}/star/recognised.xlsx" in client.get(f"/lists/{pk}/star/recognise/").content.decode()
    assert f"/rounds/{pk}/quotas.xlsx" in client.get(f"/rounds/{pk}/quotas/").content.decode()
    assert client.get(f"/lists/{pk}/star/recognised.xlsx").status_code == 200
    assert client.get(f"/rounds/{pk}/quotas.xlsx").status_code == 200
    assert client.get("/rechecks/2016/register.xlsx").status_code == 200
    assert client.get("/rechecks/1999/register.xlsx").status_code == 404
    assert "/rechecks/2017/register.xlsx" in client.get("/lists/").content.decode()

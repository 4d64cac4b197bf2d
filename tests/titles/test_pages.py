"""The pages of titles, rechecks and changes: each verb pressed as its own person, refusals at their fields, exports."""

import io

import openpyxl
import pytest
from django.test import Client

from accounts.models import Role
from accreditation import rechecks
from accreditation.models import Bar, ChangeReport, Ending, Filing, RecheckEntry, RecheckRound, Recognition
from regions import clock
from tests.titles.conftest import COUNTS, on


@pytest.fixture
def go(titled, monkeypatch):
    """go("一县", Role.HANDLER) → a browser there; the clock stands at 5 January 2022."""
    monkeypatch.setattr(clock, "now", lambda: on(1, 5))

    def sign_in(who, role=Role.HANDLER):
        browser = Client()
        browser.force_login(titled.who(who, role) if isinstance(who, str) else titled.house.filer(who))
        return browser

    return sign_in


def text(answer):
    return answer.content.decode()


def test_a_recheck_from_opening_to_its_outcome(titled, go):
    city, county = go("东市", Role.APPROVER), go("一县")
    key = titled.version.programme.key
    assert "开启复查" in text(city.get("/rechecks/"))
    made = city.post(
        f"/rechecks/open/{key}/",
        {"year": "2021", "name": "2021年度复查", "document_number": "东人社办〔2021〕9号"},
        follow=True,
    )
    assert "列入 4 个称号" in text(made)
    round_ = RecheckRound.objects.get()
    entry = round_.entries.first()
    page = text(county.get(f"/rechecks/{round_.pk}/?mine=on"))
    assert entry.recognition.community.name in page
    short = county.post(
        f"/rechecks/entries/{entry.pk}/check/", {**COUNTS, "seen": 0, "passed": "no", "new_jobs": ""}
    )
    assert short.status_code == 400 and "错误" in text(short)
    refused = county.post(
        f"/rechecks/entries/{entry.pk}/check/",
        {**COUNTS, "hardship_reemployed": 99, "seen": 0, "passed": "no", "reason": "x"},
    )
    assert (
        refused.status_code == 409
        and "不能大于就业困难人员数（20）" in text(refused)
        and 'value="99"' in text(refused)
    )
    done = county.post(
        f"/rechecks/entries/{entry.pk}/check/",
        {**COUNTS, "seen": 0, "passed": "no", "reason": "台账缺失。"},
        follow=True,
    )
    assert "另一名审核人员确认" in text(done)
    approver = go("一县", Role.APPROVER)
    assert "请先勾选" in text(approver.post(f"/rechecks/{round_.pk}/confirm/", {}, follow=True))
    assert "已确认 1 个" in text(
        approver.post(f"/rechecks/{round_.pk}/confirm/", {"pick": f"{entry.pk}:1"}, follow=True)
    )
    city.post(f"/rechecks/entries/{entry.pk}/confirm/", {"seen": 2})
    province = go("甲省", Role.APPROVER)
    assert "决定是否终止称号" in text(province.get(f"/rechecks/entries/{entry.pk}/"))
    missing = province.post(
        f"/rechecks/entries/{entry.pk}/decide/", {"seen": 3, "end": "yes", "on": "2022-01-05"}
    )
    assert missing.status_code == 400
    province.post(
        f"/rechecks/entries/{entry.pk}/decide/",
        {
            "seen": 3,
            "end": "yes",
            "on": "2022-01-05",
            "reason": "同意。",
            "document_number": "甲人社函〔2022〕3号",
        },
    )
    assert Recognition.objects.get(pk=entry.recognition_id).ended_on == on(1, 5).date()
    told = text(go(entry.recognition.community).get(f"/rechecks/entries/{entry.pk}/"))
    assert "不合格" in told and "办理经过" not in told
    assert "还有 3 个社区" in text(city.post(f"/rechecks/{round_.pk}/close/", {}))


def test_the_register_leaves_as_a_workbook_as_filtered(titled, go):
    titled.open(at=on(1, 4))
    round_ = RecheckRound.objects.get()
    titled.check(round_.entries.first())
    county = go("一县")
    got = county.get(f"/rechecks/{round_.pk}/?state=confirm&as=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(b"".join(got.streaming_content)))
    rows = list(book["复查登记"].values)
    assert len(rows) == 2 and rows[1][7] == "是"


def test_the_register_shows_what_was_told_before_and_fills_in_nothing(titled, go):
    earlier = titled.check(titled.open(year=2020).entries.first())
    entry = titled.open(year=2021).entries.get(recognition=earlier.recognition_id)
    address = f"/rechecks/entries/{entry.pk}/check/"
    page = text(go("一县").get(address))
    assert "2020年复查为 40。" in page and 'value="40"' not in page
    assert "申报" not in "".join(words for _, words in rechecks.known_before(entry).values())
    # Nothing was registered before, and of what was filed only what this register asks for counts.
    filed = titled.house.prepare(titled.house.at("street_review", 0))
    Filing.objects.create(
        application=filed, number=9, content='{"figures": {"new_jobs": 31, "something_else": 7}}', checksum="x" * 64,
        filed_at=on(1, 2), filed_by=titled.who("一县"),
    )  # fmt: skip
    other = titled.open(year=2019).entries.get(recognition=earlier.recognition_id)
    other.recognition.application = filed
    assert rechecks.known_before(other) == {"new_jobs": (31, f"{filed.round.name}申报")}
    entry.recognition.application = filed  # the later of the two is told
    assert rechecks.known_before(entry)["new_jobs"] == (15, "2020年复查")


def test_another_county_does_not_see_it(titled, go):
    entry = titled.open(at=on(1, 4)).entries.first()
    for path in (
        f"/rechecks/entries/{entry.pk}/",
        f"/rechecks/entries/{entry.pk}/check/",
        f"/titles/{entry.recognition_id}/",
    ):
        assert go("二县").get(path).status_code == 404
        assert go(titled.house.community(1)).get(path).status_code == 404


def test_a_title_is_revoked_by_two_and_its_community_barred_and_freed(titled, go):
    title = titled.titles[0]
    handler, approver = go("甲省"), go("甲省", Role.APPROVER)
    assert "建议撤销称号" in text(handler.get(f"/titles/{title.pk}/"))
    handler.post(f"/titles/{title.pk}/propose-ending/", {"kind": "fraud", "reason": "虚报人数。"})
    assert Ending.objects.get().state == "proposed"
    assert "建议撤销" in text(go("东市").get("/titles/?state=proposed"))
    early = approver.post(
        f"/titles/{title.pk}/decide-ending/", {"document_number": "甲〔2022〕1号", "on": "2022-02-01"}
    )
    assert early.status_code == 409 and "不能晚于今天" in text(early)
    approver.post(
        f"/titles/{title.pk}/decide-ending/",
        {"document_number": "甲〔2022〕1号", "on": "2022-01-05", "bar": "on", "bar_until": "2025-01-04"},
    )
    page = text(approver.get(f"/titles/{title.pk}/"))
    assert "已终止" in page and "2025年1月4日" in page
    assert "已撤销" in text(Client().get(f"/certificates/{title.number}/"))
    bar = Bar.objects.get()
    approver.post(f"/titles/bars/{bar.pk}/lift/", {"document_number": "甲〔2022〕2号"})
    assert "已于 2022年1月5日解除" in text(approver.get(f"/titles/{title.pk}/"))


def test_a_refused_proposal_leaves_the_title(titled, go):
    title = titled.titles[0]
    go("甲省").post(f"/titles/{title.pk}/propose-ending/", {"kind": "decision", "reason": "长期不开门。"})
    go("甲省", Role.APPROVER).post(f"/titles/{title.pk}/refuse-ending/", {"reason": "已整改。"})
    assert Recognition.objects.get(pk=title.pk).ended_on is None and Ending.objects.get().state == "refused"


def test_a_gap_is_authorised_by_who_granted(titled, go):
    title = titled.titles[0]
    assert go("东市", Role.APPROVER).get(f"/titles/{title.pk}/gap/").status_code == 403
    late = go("甲省", Role.APPROVER).post(f"/titles/{title.pk}/gap/", {"year": "2018", "reason": "x"})
    assert late.status_code == 409 and "2019 年至今" in text(late)
    go("甲省", Role.APPROVER).post(f"/titles/{title.pk}/gap/", {"year": "2020", "reason": "疫情期间未组织。"})
    assert "未复查（经批准" in text(go("一县").get(f"/titles/{title.pk}/"))


def test_a_rename_from_the_community_to_the_decision(titled, go):
    community = titled.house.community(0)
    filer = go(community)
    wrong = filer.post("/changes/report/", {"kind": "renamed", "happened_on": "2022-01-04"})
    assert wrong.status_code == 409 and "请填写新的名称" in text(wrong)
    made = filer.post(
        "/changes/report/",
        {"kind": "renamed", "happened_on": "2022-01-04", "name": "新桂花社区"},
        follow=True,
    )
    report = ChangeReport.objects.get()
    assert "由县级人社部门核实" in text(made)
    go("一县").post(f"/changes/{report.pk}/check/", {"seen": 0, "finding": "属实。"})
    province = go("甲省", Role.APPROVER)
    page = text(province.get(f"/changes/{report.pk}/decide/"))
    titles = list(Recognition.objects.filter(community=community))
    assert all(title.number in page for title in titles)
    told = {f"title_{title.pk}": "keep" for title in titles}
    missing = province.post(
        f"/changes/{report.pk}/decide/", {"seen": 1, "decision": "同意。", "document_number": "甲〔2022〕7号"}
    )
    assert missing.status_code == 400
    province.post(
        f"/changes/{report.pk}/decide/",
        {**told, "seen": 1, "decision": "同意。", "document_number": "甲〔2022〕7号"},
    )
    community.refresh_from_db()
    assert community.name == "新桂花社区"
    assert "新桂花社区" in text(filer.get(f"/changes/{report.pk}/")) and "已办结" in text(
        filer.get("/changes/")
    )


def test_a_merger_is_typed_by_name_and_said_where_it_is_unknown(titled, go):
    filer = go(titled.house.community(0))
    unknown = filer.post(
        "/changes/report/", {"kind": "merged", "happened_on": "2022-01-04", "into": "没有的社区"}
    )
    assert "一县没有这个社区" in text(unknown)
    name = titled.house.community(1).name
    filer.post(
        "/changes/report/",
        {"kind": "merged", "happened_on": "2022-01-04", "name": "大桂花社区", "others": f"{name}\n"},
    )
    report = ChangeReport.objects.get()
    assert f"一同合并</dt><dd>{name}" in text(filer.get(f"/changes/{report.pk}/"))


def test_the_street_reports_for_its_own_communities_alone(titled, go):
    street = go("一南街道")
    page = text(street.get("/changes/report/"))
    assert titled.house.community(0).name in page and titled.house.community(2).name not in page
    assert street.get(f"/changes/report/?community={titled.house.community(2).pk}").status_code == 404
    assert "报告变更" in text(street.get(f"/changes/report/?community={titled.house.community(0).pk}"))


@pytest.mark.parametrize("path", ["/titles/", "/rechecks/", "/changes/"])
def test_lists_cost_the_same_for_one_and_for_many(titled, go, path, django_assert_max_num_queries):
    browser = go("甲省", Role.APPROVER)
    browser.get(path)
    with django_assert_max_num_queries(14):
        browser.get(path)
    assert RecheckEntry.objects.count() == 0

"""A community files: from the first page over every page of the form to the receipt, and who may not."""

import datetime as dt
import io
import json

import pikepdf
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Role
from accreditation import filing, filing_content
from accreditation.models import Application, Attachment, State
from accreditation.views import files
from demonstration.driving import scan
from regions import clock
from tests.factories import acting, moment

AT = moment(dt.date(2017, 8, 21))
FETCH = {"X-Requested-With": "fetch", "Accept": "application/json"}


@pytest.fixture(autouse=True)
def _august(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def mine(client, house):
    """The client of the first community's filer."""
    client.force_login(house.filer(house.community()))
    return client


def at(name, application, *more):
    return reverse(f"accreditation:{name}", args=[application.pk, *more])


def text(response):
    return response.content.decode()


def edition(application):
    return Application.objects.get(pk=application.pk).edition


def pdf(name="考核表.pdf"):
    return SimpleUploadedFile(name, scan("x").read(), content_type="application/pdf")


# The first page


def test_home_offers_the_open_round_and_starting_makes_one_draft(mine, house):
    page = text(mine.get(reverse("home")))
    start = reverse("accreditation:start", args=[house.round.pk, "star"])
    assert start in page and "个工作日" in page
    notes = text(mine.get(start))
    assert "申报条件" in notes and "90 分以上" in notes and not Application.objects.exists()
    for _ in range(2):
        response = mine.post(start)
        application = Application.objects.get()
        assert response.url == at("application", application)
    assert at("application", application) in text(mine.get(reverse("home")))
    assert mine.get(start).url == at("application", application)


@pytest.mark.parametrize(
    ("role", "place", "goes_to"),
    (
        (Role.HANDLER, "一南街道", "accreditation:queue"),
        (Role.APPROVER, "一县", "accreditation:queue"),
        (Role.PUBLISHER, "东市", "accreditation:lists"),
    ),
)
def test_home_sends_officers_to_their_work(client, house, role, place, goes_to):
    client.force_login(house.officer(place, role))
    assert client.get(reverse("home")).url == reverse(goes_to)


def test_home_costs_the_same_for_one_and_three_applications(mine, house):
    application = house.at(State.WITHDRAWN)
    mine.get(reverse("home"))  # the session's first page writes its times
    with CaptureQueriesContext(connection) as one:
        mine.get(reverse("home"))
    for number in (1, 2):
        application.pk, application.number = None, f"ALT-{number}"
        application.self_sheet, application.tier = None, f"t{number}"
        application.save()
    with CaptureQueriesContext(connection) as three:
        assert text(mine.get(reverse("home"))).count("ALT-") == 2
    assert len(three) == len(one)


# Who may not

PAGES = ("application", "basics", "narrative", "statements", "evidence", "check", "receipt", "withdraw", "changes", "papers")  # fmt: skip
POSTS = ("basics", "narrative", "statements", "attach", "submit", "resubmit", "withdraw")


def test_another_community_finds_nothing_and_an_officer_writes_nothing(client, house):
    application = house.filed()
    missing = "/applications/999999/"
    client.force_login(house.filer(house.community(1)))
    nothing = client.get(missing).content
    for name in PAGES:
        answer = client.get(at(name, application))
        assert (answer.status_code, answer.content) == (404, nothing), name
    for name in POSTS:
        assert client.post(at(name, application)).status_code == 404, name
    assert client.get(at("figures", application, 1)).status_code == 404
    client.force_login(house.officer("一南街道", Role.HANDLER))
    for name in set(PAGES) - {"application", "papers"}:
        assert client.get(at(name, application)).status_code == 403, name
    for name in POSTS:
        assert client.post(at(name, application)).status_code == 403, name
    client.force_login(house.officer("二县", Role.HANDLER))
    for name in ("basics", "papers"):
        assert client.get(at(name, application)).content == nothing
    client.logout()
    for name in PAGES:
        assert client.get(at(name, application)).url.startswith(reverse("accounts:login")), name


# Writing


def test_basics_keep_what_is_right_and_show_what_is_wrong(mine, house):
    application = house.draft()
    address = at("basics", application)
    assert 'value="测试联系人"' in text(mine.get(address))
    wrong = {
        "contact": "李 四",
        "households": "很多",
        "population": "１，２００",
        "edition": application.edition,
    }
    answer = mine.post(address, wrong)
    assert answer.status_code == 400
    assert "辖区户数应是整数" in text(answer) and 'value="很多"' in text(answer)
    kept = json.loads(Application.objects.get().basics)
    assert (kept["contact"], kept["population"]) == ("李 四", "1200") and "households" not in kept
    right = {**wrong, "households": "900", "edition": edition(application)}
    assert mine.post(address, right).url == at("application", application)


def test_figures_are_saved_scored_and_refused_at_their_boxes(mine, house):
    application = house.draft()
    address = at("figures", application, 1)
    page = text(mine.get(address))
    for words in ("新增城镇就业人数目标", "人</span>", "填完本项的数据后自动算出得分", "及格线 90 分以上"):
        assert words in page
    typed = {
        "meets_city_standard": "是",
        "new_jobs_target": "１００",
        "new_jobs_done": "1e3",
        "willing_workers_end": "10",
        "willing_workers_employed_end": "12",
        "edition": application.edition,
    }
    answer = mine.post(address, typed)
    page = text(answer)
    assert answer.status_code == 400
    assert 'value="1e3"' in page and "新增城镇就业人数完成数应填数字，写的是“1e3”" in page
    assert "其中已就业人数（12）不能大于期末有劳动能力和就业愿望的劳动者总人数（10）" in page
    kept = filing_content.figures(Application.objects.select_related("self_sheet").get())
    assert kept["new_jobs_target"] == 100 and kept["meets_city_standard"] is True
    assert "new_jobs_done" not in kept
    assert "得 2 分（满分 2 分）" in page
    cleared = {"new_jobs_target": "", "meets_city_standard": "否", "edition": edition(application)}
    assert mine.post(address, cleared).url == at("figures", application, 2)
    kept = filing_content.figures(Application.objects.select_related("self_sheet").get())
    assert kept == {"meets_city_standard": False}


def test_every_figure_and_reason_has_its_box_on_one_of_six_pages(mine, house):
    application = house.draft()
    sheet = filing_content.rubric(application)
    pages = "".join(text(mine.get(at("figures", application, n))) for n in range(1, 7))
    for key in sheet.required:
        assert pages.count(f'id="id_{key}"') == 1, key
    assert mine.get(at("figures", application, 7)).status_code == 404
    assert 'id="id_reason_H32"' in pages and '<option value="2.5">2.5</option>' in pages


def test_a_low_judged_score_asks_for_its_reason(mine, house):
    application = house.draft()
    address = at("figures", application, 6)
    mine.post(address, {"economy_points": "2.5", "edition": 1})
    assert "低于 3 分，提交前请写明理由。" in text(mine.get(address))
    mine.post(address, {"economy_points": "2.5", "reason_H32": "有差距", "edition": edition(application)})
    assert "提交前请写明理由" not in text(mine.get(address))
    assert mine.post(address, {"economy_points": "2.7", "edition": edition(application)}).status_code == 400


def test_autosave_answers_with_lines_hints_and_the_next_edition(mine, house):
    application = house.draft()
    address = at("figures", application, 1)
    typed = {"meets_city_standard": "是", "new_jobs_done": "abc", "edition": 1}
    answer = mine.post(address, typed, headers=FETCH)
    told = answer.json()
    assert (answer.status_code, told["edition"], told["saved_at"]) == (200, 2, "09:00")
    assert told["live"]["line_H01"].startswith("得 2 分") and told["live"]["done"] == "1/34"
    assert "写的是“abc”" in told["hints"]["new_jobs_done"]
    stale = mine.post(address, typed, headers=FETCH)
    assert stale.status_code == 409 and "另一处保存过" in stale.json()["message"]
    assert mine.post(address, {"edition": "x"}, headers=FETCH).status_code == 400


def test_an_old_page_is_refused_with_everything_typed_still_on_it(mine, house):
    application = house.draft()
    by = acting(house.filer(application.community))
    filing.save_narrative(application, "别处写的", by=by, at=AT, edition=1)
    address = at("narrative", application)
    answer = mine.post(address, {"text": "我写的", "edition": 1})
    assert answer.status_code == 409 and "我写的" in text(answer) and "另一处保存过" in text(answer)
    assert 'name="edition" value="2"' in text(answer)
    assert mine.post(address, {"text": "我写的", "edition": 2}).status_code == 302
    assert Application.objects.get().narrative == "我写的"


def test_pasted_text_loses_what_cannot_be_seen(mine, house):
    application = house.draft()
    mine.post(at("narrative", application), {"text": "一\x0b二\u200b三\r\n四\u202e", "edition": 1})
    assert Application.objects.get().narrative == "一\n二三\n四"
    assert "5 字" not in text(mine.get(at("narrative", application)))
    assert '<span data-live="count">4</span>' in text(mine.get(at("narrative", application)))


def test_statements_are_kept_as_ticked(mine, house):
    application = house.draft()
    mine.post(at("statements", application), {"true_figures": "on", "edition": 1})
    assert json.loads(Application.objects.get().statements) == {"true_figures": True, "public_notice": False}
    assert mine.get(at("exception", application)).status_code == 404  # it holds the title


# Files


def test_files_come_in_with_and_without_script_and_go_out_after_asking(mine, house):
    application = house.draft()
    two = {"material": "score_sheet", "files": [pdf(), pdf("附页.pdf")]}
    answer = mine.post(at("attach", application), two)
    assert answer.url == at("evidence", application) + "#material-score_sheet"
    told = mine.post(at("attach", application), {"material": "evidence", "indicator": "H05", "files": [pdf("台账.pdf")]}, headers=FETCH)  # fmt: skip
    assert told.status_code == 201 and told.json()["name"] == "台账.pdf"
    page = text(mine.get(at("evidence", application)))
    assert "附页.pdf" in page and "第 5 项" in page
    assert at("papers", application) + "#hunan_2" in page and at("papers", application) + "#hunan_3" in page
    remove = told.json()["remove_url"]
    assert "移除" in text(mine.get(remove)) and Attachment.objects.filter(removed_at=None).count() == 3
    assert mine.post(remove).status_code == 302
    assert Attachment.objects.filter(removed_at=None).count() == 2
    assert mine.get(remove).status_code == 404


def test_a_bad_file_is_named_and_the_good_one_is_kept(mine, house):
    application = house.draft()
    bad = SimpleUploadedFile("总结.pdf", b"PK\x03\x04 not a pdf", content_type="application/pdf")
    answer = mine.post(at("attach", application), {"material": "score_sheet", "files": [bad, pdf()]})
    assert answer.status_code == 400 and "总结.pdf：" in text(answer) and Attachment.objects.count() == 1
    alone = mine.post(at("attach", application), {"material": "score_sheet", "files": [bad]}, headers=FETCH)
    assert alone.status_code == 400 and alone.json()["message"].endswith("。")
    for data in ({"material": "nonsense", "files": [pdf()]}, {"material": "score_sheet"}, {}):
        assert mine.post(at("attach", application), data).status_code == 400
    assert Attachment.objects.count() == 1


def test_a_file_is_read_by_those_who_see_its_application_and_nobody_else(client, house):
    application = house.filed()
    file = application.attachments.first()
    address = reverse("accreditation:attachment", args=[file.pk])
    client.force_login(house.filer(house.community(1)))
    nothing = client.get(reverse("accreditation:attachment", args=[999999])).content
    answer = client.get(address)
    assert (answer.status_code, answer.content) == (404, nothing)
    assert client.get(reverse("accreditation:detach", args=[file.pk])).status_code == 404
    for user in (house.filer(house.community()), house.officer("一南街道", Role.HANDLER)):
        client.force_login(user)
        answer = client.get(address)
        assert answer["Content-Disposition"].startswith("attachment; ")
        assert (answer["X-Content-Type-Options"], answer["Cache-Control"]) == ("nosniff", "private, no-store")
        assert "sandbox" in answer["Content-Security-Policy"]
        assert pikepdf.open(io.BytesIO(b"".join(answer.streaming_content))).pages
        assert client.get(address + "?inline=1")["Content-Disposition"].startswith("inline")
    client.logout()
    assert client.get(address).status_code == 302


# Filing


def test_filing_is_refused_with_every_gap_at_once_and_then_carried_out(mine, house):
    application = house.draft()
    page = text(mine.get(at("check", application)))
    assert "请上传" in page and f"{at('figures', application, 1)}#id_new_jobs_target" in page
    answer = mine.post(at("submit", application), {"seen": 0})
    assert answer.status_code == 409
    for words in ("请填写辖区户数", "自评分尚未算出", "请上传", "请确认"):
        assert words in text(answer)
    house.drive.fill(application, 0.9, AT)
    assert "还有" not in text(mine.get(at("check", application)))
    assert mine.post(at("submit", application), {"seen": "x"}).status_code == 400
    assert mine.post(at("submit", application), {"seen": 0}).url == at("receipt", application)
    receipt = text(mine.get(at("receipt", application)))
    held = Application.objects.get()
    assert held.state == "street_review" and held.number in receipt and "街道" in receipt
    again = mine.post(at("submit", application), {"seen": 0})
    assert again.url == at("application", application)
    assert mine.get(at("basics", application)).url == at("application", application)
    assert mine.post(at("basics", application), {"contact": "改", "edition": held.edition}).status_code == 403
    assert mine.post(at("basics", application), {"edition": 1}, headers=FETCH).status_code == 409


def test_a_returned_application_opens_only_where_it_was_remarked_on(mine, house):
    application = house.at("returned")
    page = text(mine.get(at("application", application)))
    assert "请核对。" in page and "退回意见（2 处）" in page
    sheet = filing_content.rubric(application)
    number = next(p.number for p in sheet.pages if "graduates_followed_up" in {f.key for f in p.figures})
    before = filing_content.figures(application)
    page = text(mine.get(at("figures", application, number)))
    assert "退回意见：</b>请核对。" in page and "disabled" in page
    changed = {key: str(value) for key, value in before.items() if not isinstance(value, bool)}
    changed |= {"graduates_followed_up": "3", "edition": application.edition}
    assert mine.post(at("figures", application, number), {**changed, "unemployed_plan": "否"}).status_code in (302, 400)  # fmt: skip
    after = filing_content.figures(Application.objects.select_related("self_sheet").get())
    assert {k for k in after if after[k] != before[k]} <= {"graduates_followed_up"}
    assert "只能查看" in text(mine.get(at("basics", application)))
    check = text(mine.get(at("check", application)))
    assert f"{at('narrative', application)}#id_text" in check
    assert f"{at('basics', application)}#id_contact" not in check
    refused = mine.post(at("basics", application), {"contact": "改", "edition": edition(application)})
    assert refused.status_code == 409
    assert mine.post(at("attach", application), {"material": "score_sheet", "files": [pdf()]}).status_code == 400  # fmt: skip


def test_a_correction_shows_old_and_new_and_goes_back_to_its_desk(mine, house):
    application = house.at("returned")
    new = application.narrative + "补充一句。"
    mine.post(at("narrative", application), {"text": new, "edition": application.edition})
    assert "补充一句。" in text(mine.get(at("changes", application)))
    assert "与上次提交相比的改动（1 处）" in text(mine.get(at("check", application)))
    assert mine.post(at("resubmit", application), {"seen": 99}).status_code == 409
    assert mine.post(at("resubmit", application), {"seen": application.moves}).url == at(
        "receipt", application
    )
    held = Application.objects.get()
    assert held.state == "street_review" and held.filings.count() == 2
    assert "补充一句。" in text(mine.get(at("changes", application)))


def test_withdrawing_asks_first_and_ends_it(mine, house):
    application = house.filed()
    page = text(mine.get(at("withdraw", application)))
    assert "不能再次申报" in page and Application.objects.get().state == "street_review"
    assert mine.post(at("withdraw", application), {"seen": 99}).status_code == 409
    done = mine.post(at("withdraw", application), {"seen": application.moves, "reason": "数据有误"})
    assert done.url == at("application", application)
    assert Application.objects.get().state == "withdrawn"
    assert "数据有误" in text(mine.get(at("application", application)))
    assert mine.get(at("withdraw", application)).url == at("application", application)


def test_whoever_reads_a_filed_application_finds_its_forms(client, mine, house):
    application = house.filed()
    titles = ("省级充分就业星级社区评定考核表", "省级充分就业星级社区申报表")
    page = text(mine.get(at("papers", application)))
    assert all(title in page for title in titles)
    client.force_login(house.officer("一南街道", Role.HANDLER))
    page = text(client.get(at("application", application)))
    assert at("papers", application) + "#hunan_2" in page and all(title in page for title in titles)


@pytest.mark.parametrize("state", ("county_review", "county_notice", "declined", "recognised"))
def test_the_community_sees_how_it_stands_in_every_state(mine, house, state):
    application = house.at(state)
    page = text(mine.get(at("application", application))).split("<footer")[0]
    assert mine.get(reverse("home")).status_code == 200
    assert "办理进度" in page and State(state).label in page
    for hidden in ("assess", "propose", "考核分", "保存评分"):
        assert hidden not in page


@pytest.mark.parametrize("name", ("basics", "narrative", "statements", "evidence", "check", "application"))
def test_a_page_costs_the_same_with_one_file_and_ten(mine, house, name):
    application = house.draft()
    mine.post(at("attach", application), {"material": "evidence", "indicator": "H05", "files": [pdf()]})
    with CaptureQueriesContext(connection) as one:
        mine.get(at(name, application))
    for _ in range(9):
        mine.post(at("attach", application), {"material": "evidence", "indicator": "H06", "files": [pdf()]})
    with CaptureQueriesContext(connection) as ten:
        mine.get(at(name, application))
    assert len(ten) == len(one) and len(ten) < 30


def test_a_community_without_the_title_writes_why_it_is_put_forward(mine, house):
    house.people.filers([house.found("新设社区", house.regions["一南街道"])])
    application = house.draft(-1)
    mine.force_login(house.filer(application.community))
    house.drive.fill(application, 0.9, AT)
    page = text(mine.get(at("check", application)))
    assert at("exception", application) in page
    assert mine.post(at("submit", application), {"seen": 0}).status_code == 409
    mine.post(at("exception", application), {"text": "就业创业成绩突出。", "edition": edition(application)})
    assert mine.post(at("submit", application), {"seen": 0}).url == at("receipt", application)


def test_more_than_two_hundred_files_are_refused(mine, house, monkeypatch):
    monkeypatch.setattr(files, "MOST_FILES", 1)
    application = house.draft()
    answer = mine.post(at("attach", application), {"material": "score_sheet", "files": [pdf(), pdf()]})
    assert answer.status_code == 400 and "最多上传 1 个文件" in text(answer)
    assert Attachment.objects.count() == 1


def test_a_refused_row_leaves_no_file_behind(mine, house, settings):
    application = house.at("returned")
    before = sum(path.is_file() for path in settings.MEDIA_ROOT.rglob("*"))
    answer = mine.post(at("attach", application), {"material": "score_sheet", "files": [pdf()]})
    assert answer.status_code == 400 and "不在退回补正的范围内" in text(answer)
    assert sum(path.is_file() for path in settings.MEDIA_ROOT.rglob("*")) == before

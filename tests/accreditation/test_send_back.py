"""退回补正: the places and their sentences, what the handler marked comes first, and every refusal."""

import datetime as dt
import re

import pytest
from django.urls import reverse

from accounts.models import Role
from accreditation import assessing, filing_content
from accreditation.models import Application, Remark
from tests.factories import moment

DAY = dt.date(2017, 8, 30)
TICKED = r'aria-label="退回：([^"]*)" checked'


@pytest.fixture(autouse=True)
def today(at):
    at(DAY)


@pytest.fixture
def application(house):
    return house.at("county_review", 0)


@pytest.fixture
def address(application):
    return reverse("accreditation:send_back", args=[application.pk])


@pytest.fixture
def said(house, application):
    """said({"indicator:H05": "…"}) → the fields of the form, ticked."""

    def fields(remarks, **more):
        names = list(filing_content.remarkable(house.fresh(application)))
        data = {"seen": application.moves, **more}
        for target, text in remarks.items():
            number = names.index(target)
            data |= {f"pick_{number}": "on", f"text_{number}": text}
        return data

    return fields


def test_places_and_sentences_reach_the_community(as_, address, said, application):
    client = as_("一县", Role.APPROVER)
    body = client.get(address).content.decode()
    assert "第 5 项 · 登记失业人员就业率不低于95%。" in body and "确认" not in body.split("<h1>")[0]
    remarks = {
        "indicator:H05": "台账缺 7 月",
        "figure:graduates_followed_up": "与平台不一致",
        "narrative": "请补充",
    }
    response = client.post(address, said(remarks), follow=True)
    assert response.redirect_chain == [(reverse("accreditation:queue"), 302)]
    assert f"已退回{application.community.name}补正" in response.content.decode()
    application.refresh_from_db()
    assert (application.state, application.returned_from) == ("returned", "county_review")
    assert dict(Remark.objects.values_list("target", "text")) == remarks


def test_what_the_handler_marked_stands_on_top(as_, house, address, application):
    assessing.save_sheet(
        application,
        {
            "H14": {"points": "1", "reason": "走访记录不全", "flag": True},
            "H05": {"points": "0", "reason": "台账缺两人"},
        },
        {"graduates_followed_up": {"value": 0, "reason": "平台没有记录"}},
        by=house.officer("一县", Role.HANDLER), at=moment(DAY), seen=application.moves, edition=None,
    )  # fmt: skip
    client = as_("一县", Role.APPROVER)
    body = client.get(address).content.decode()
    marked = body.split("基本情况 <span")[0]
    ticked = re.findall(TICKED, marked)
    assert ticked == ["第 14 项 · 开展就业援助工作。"]
    for words in ("走访记录不全", "台账缺两人", "平台没有记录（本级核对为 0 人）"):
        assert words in marked, words
    # Sending the page as it stands sends only what is ticked.
    form = client.get(address).context["form"]
    data = {"seen": application.moves}
    for number, (target, _) in enumerate(form.targets):
        data[f"text_{number}"] = form.fields[f"text_{number}"].initial
        if target == "indicator:H14":
            data[f"pick_{number}"] = "on"
    assert client.post(address, data).status_code == 302
    assert list(Remark.objects.values_list("target", flat=True)) == ["indicator:H14"]


def test_typing_a_sentence_ticks_its_place(as_, address, said, application):
    data = said({"narrative": "请补充"})
    data = {key: value for key, value in data.items() if not key.startswith("pick_")}
    assert as_("一县", Role.APPROVER).post(address, data).status_code == 302
    assert Remark.objects.get().target == "narrative"


def test_a_tick_without_a_sentence_and_nothing_at_all(as_, address, said, application):
    client = as_("一县", Role.APPROVER)
    response = client.post(address, said({"narrative": " ", "indicator:H05": "台账缺 7 月"}))
    body = response.content.decode()
    assert response.status_code == 400 and "需要补正什么" in body
    assert 'value="台账缺 7 月"' in body and len(re.findall(TICKED, body)) == 2  # nothing is lost
    response = client.post(address, said({}))
    assert response.status_code == 400 and "请至少指出一处需要补正的内容。" in response.content.decode()
    assert not Remark.objects.exists()


def test_an_unknown_place_cannot_be_sent(as_, address, application):
    response = as_("一县", Role.APPROVER).post(
        address, {"seen": application.moves, "pick_999": "on", "text_999": "x"}
    )
    assert response.status_code == 400 and not Remark.objects.exists()


def test_a_stale_page_and_a_second_press(as_, address, said, application, house):
    client = as_("一县", Role.APPROVER)
    response = client.post(address, said({"narrative": "请补充"}, seen=application.moves - 1))
    assert response.status_code == 409
    assert "刚刚已由他人办理" in response.content.decode() and 'value="请补充"' in response.content.decode()
    assert client.post(address, said({"narrative": "请补充"})).status_code == 302
    response = client.post(address, said({"narrative": "请补充"}))
    assert response.status_code == 409 and "现为“退回补正”" in response.content.decode()
    assert "请补充" in response.content.decode()  # to be copied
    assert Remark.objects.count() == 1


@pytest.mark.parametrize(
    ("place", "role", "status"),
    [
        ("一县", Role.HANDLER, 403), ("一县", Role.PUBLISHER, 403), ("一南街道", Role.APPROVER, 403),
        ("东市", Role.AUDITOR, 403), ("二县", Role.APPROVER, 404), ("三县", Role.APPROVER, 404), ("东市", Role.APPROVER, 404),
    ],
)  # fmt: skip
def test_who_may_not(as_, address, said, application, place, role, status):
    client = as_(place, role)
    assert client.get(address).status_code == status
    assert client.post(address, said({"narrative": "x"})).status_code == status
    assert Application.objects.get(pk=application.pk).state == "county_review"


def test_the_handler_himself_cannot_decide(as_, house, address, said, application):
    house.prepare(application, moment(DAY))
    handler = house.officer("一县", Role.HANDLER)
    handler.postings.update(role=Role.APPROVER)
    client = as_("一县", Role.HANDLER)
    response = client.post(address, said({"narrative": "x"}))
    assert response.status_code == 403
    assert "经办与审核须由不同的人办理" in response.content.decode()

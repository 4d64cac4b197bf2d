"""How the open data answers: the same rows in three formats and on the pages, page by page, kept fresh, open to all."""

import csv
import datetime as dt
import io
import json
import re

import pytest
from django.db import transaction
from django.test import Client
from openpyxl import load_workbook

from accounts.events import record
from accreditation.models import Notice, Recognition
from accreditation.open_data import answers
from accreditation.open_data.columns import Column
from accreditation.open_data.lists import LISTS
from accreditation.views import open_data
from regions import clock
from regions.models import Community, Region
from tests.factories import moment
from tests.open_data.conftest import TODAY, with_rows

BASE = "http://testserver"


def whole(response) -> bytes:
    return b"".join(response.streaming_content)


def data(client, address):
    response = client.get(address)
    assert response.status_code == 200, response.content.decode()
    return response.json()["data"]


@pytest.mark.parametrize("name", LISTS)
def test_the_three_formats_have_the_same_columns_and_rows(house, client, name):
    with_rows(name, house)
    columns = LISTS[name].columns
    rows = json.loads(whole(client.get(f"/api/v1/{name}.json")))["data"]
    text = whole(client.get(f"/api/v1/{name}.csv"))
    assert text.startswith(b"\xef\xbb\xbf") and text.endswith(b"\r\n")
    head, *lines = csv.reader(io.StringIO(text.decode("utf-8-sig"), newline=""))
    (sheet,) = load_workbook(io.BytesIO(whole(client.get(f"/api/v1/{name}.xlsx"))))
    cells = list(sheet.iter_rows(values_only=True))
    labels = [column.label for column in columns]
    assert head == labels == list(cells[0]) and len(set(labels)) == len(labels)
    assert len(rows) == len(lines) == len(cells) - 1 > 0
    for row, line, cell in zip(rows, lines, cells[1:], strict=True):
        for column, one, two in zip(columns, line, cell, strict=True):
            value = row[column.name]
            if column.kind in ("whole", "address"):
                assert (str(value), value) == (one, two)
            elif column.kind == "day" and value:
                assert value == one == f"{two:%Y-%m-%d}"
            elif column.kind == "yes":
                assert {True: "是", False: "否"}[value] == one == two
            elif column.kind == "texts":
                assert value == [part for part in one.split("、") if part] and (two or "") == one
            elif column.kind == "text":
                assert one == (two or "") == (column.choices or {}).get(value, value)


def test_a_notice_s_row_by_hand(house, client):
    first = data(client, "/api/v1/notices/")[0]
    notice = Notice.objects.get(title__startswith="一县")
    assert first == {
        "id": notice.pk,
        "title": notice.title,
        "number": "一县公示",
        "issuer": notice.office.name,
        "programme": "hunan-star-2017",
        "year": 2017,
        "published_at": "2017-09-04T09:00:00+08:00",
        "first_day": "2017-09-05",
        "last_day": "2017-09-11",
        "entries": 2,
        "state": "running",
        "page": f"{BASE}/notices/{notice.pk}/",
    }


def test_filters_find_what_the_pages_find(house, client):
    """The same query on the page and here: the same titles, notices and communities."""
    Region.objects.filter(pk=house.regions["一县"].pk).update(code="990101")
    number = Recognition.objects.first().number
    for query, count in (
        ("", 12), ("region=东市", 8), ("region=一县", 4), ("region=990101", 4), ("q=桂花", 6), ("year=2015", 12), ("tier=:city", 12),
        (f"q={number}", 1), ("region=三县&q=银杏", 2), ("year=&q=", 12),
    ):  # fmt: skip
        listed = {row["number"] for row in data(client, f"/api/v1/recognitions/?{query}")}
        assert len(listed) == count, query
        if "990101" not in query:
            page = client.get(f"/recognised/?{query}").content.decode()
            assert set(re.findall(r'href="/certificates/([^"]+)/"', page)) == listed, query
    for query, count in (
        ("region=一县", 1),
        ("region=东市", 1),
        ("state=running", 2),
        ("state=past", 0),
        ("year=2017", 2),
    ):
        assert len(data(client, f"/api/v1/notices/?{query}")) == count, query
    assert len(data(client, "/api/v1/entries/?region=三县")) == 1
    first = Notice.objects.order_by("pk").first()
    assert [row["order"] for row in data(client, f"/api/v1/entries/?notice={first.pk}")] == [1, 2]
    assert {row["name"] for row in data(client, "/api/v1/communities/?q=桂花&region=二县")} == {
        "二南桂花社区",
        "二北桂花社区",
    }


def test_figures_add_up_to_the_register(house, client):
    rows = data(client, "/api/v1/figures/?region=东市")
    assert {(r["by"], r["name"], r["titles"]) for r in rows} == {
        ("region", "甲省 东市 一县", 4),
        ("region", "甲省 东市 二县", 4),
        ("year", "2015", 8),
        ("tier", "市级充分就业社区", 8),
    }


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("notices/?foo=1", "没有“foo”这个参数"), ("notices/?year=17", "四位"), ("notices/?year=2017&year=2016", "只能写一次"),
        ("notices/?state=over", "running"), ("notices/?region=火星", "没有查到地区"), ("notices/?region=000000", "没有查到地区"),
        ("notices/?programme=x", "没有“x”这个方案"), ("notices/?size=0", "1 到 1000"), ("notices/?size=1001", "1 到 1000"),
        ("notices/?after=x", "next"), ("notices/?after=1-2", "next"), ("recognitions/?after=1", "next"), ("recognitions/?tier=gold", "没有“gold”这个称号"),
        ("recognitions/?tier=nowhere:star", "称号"), ("recognitions/?q=%00", "不可见字符"), ("entries/?notice=99999999999999999999", "不是编号"),
        ("entries/?notice=-1", "不是编号"), ("communities/?q=" + "长" * 121, "最多"), ("notices.csv?size=5", "没有“size”这个参数"),
        ("programmes/?year=2017", "不用参数"), ("notices/?order_by=-pk", "没有“order_by”"), ("notices/?pk__gt=1", "没有“pk__gt”"),
        ("notices/?_connector=OR", "没有“_connector”"), ("recognitions/?q=%ED%A0%80", None),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_said(house, client, query, word):
    response = client.get(f"/api/v1/{query}")
    if word is None:  # half a character arrives as a replacement character: nothing is called so
        assert response.json()["data"] == []
        return
    assert response.status_code == 400
    assert word in response.json()["error"] and set(response.json()) == {"error"}


@pytest.mark.parametrize("name", [name for name, one in LISTS.items() if one.page])
def test_page_by_page_is_the_whole(house, client, name):
    with_rows(name, house)
    rows = json.loads(whole(client.get(f"/api/v1/{name}.json")))["data"]
    for size in (1, 2, len(rows)):
        address, found, steps = f"/api/v1/{name}/?size={size}", [], 0
        while address:
            response = client.get(address)
            told = response.json()
            assert len(told["data"]) <= size
            found += told["data"]
            assert response.get("Link") == (told["next"] and f'<{told["next"]}>; rel="next"')
            address, steps = told["next"] and told["next"].removeprefix(BASE), steps + 1
        assert found == rows and steps == -(-len(rows) // size)


def test_the_next_page_keeps_the_filters(house, client):
    told = client.get("/api/v1/recognitions/?region=一县&size=3").json()
    assert [row["name"][:2] for row in told["data"]] == ["一南", "一南", "一北"]
    last = client.get(told["next"].removeprefix(BASE)).json()
    assert [row["name"][:2] for row in last["data"]] == ["一北"] and last["next"] is None


def test_single_things(house, client):
    notice = Notice.objects.get(title__startswith="一县")
    told = data(client, f"/api/v1/notices/{notice.pk}/")
    assert told["contact"] == notice.contact and [e["order"] for e in told["entries"]] == [1, 2]
    community = house.community(0)
    history = data(client, f"/api/v1/communities/{community.pk}/")
    assert [title["tier_name"] for title in history["titles"]] == ["市级充分就业社区"]
    assert [one["id"] for one in history["notices"]] == [notice.pk] and history["place"] == community.place
    rules = data(client, "/api/v1/programmes/hunan-star-2017/")
    assert rules["number"] == "湘人社函〔2017〕246号" and rules["issued_on"] == "2017-08-14"
    assert sum(item["points"] for item in rules["indicators"] if item["category"]) == 100
    for address in ("notices/999999/", f"communities/{2**63}/", "programmes/nothing/"):
        response = client.get(f"/api/v1/{address}")
        assert (response.status_code, response.json()) == (404, {"error": "没有这个编号的内容。"})


# Fresh


def test_what_has_not_changed_is_not_sent_again(house, client, django_assert_num_queries):
    first = client.get("/api/v1/notices/")
    etag, modified = first["ETag"], first["Last-Modified"]
    assert first["Cache-Control"] == "public, max-age=60"
    with django_assert_num_queries(1):
        again = client.get("/api/v1/notices/", headers={"if-none-match": etag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
    assert client.get("/api/v1/notices/", headers={"if-modified-since": modified}).status_code == 304
    assert client.get("/api/v1/notices.xlsx", headers={"if-none-match": etag}).status_code == 200  # its own
    assert client.get("/api/v1/notices/?size=1", headers={"if-none-match": etag}).status_code == 200
    with transaction.atomic():  # somebody signs in
        record("sign_in", by=None, at=moment(TODAY), subject="x")
    assert client.get("/api/v1/notices/", headers={"if-none-match": etag}).status_code == 304


def test_a_change_and_a_new_day_are_sent(house, client, monkeypatch):
    address = "/api/v1/notices/"
    etag = client.get(address)["ETag"]
    ready = house.prepare(house.at("county_review", 4))
    house.drive.shortlist(ready, moment(dt.date(2017, 9, 1)))
    house.drive.publish("county_review", house.regions["二县"], moment(TODAY), "二县公示")
    fresh = client.get(address, headers={"if-none-match": etag})
    assert fresh.status_code == 200 and len(fresh.json()["data"]) == 3
    monkeypatch.setattr(clock, "now", lambda: moment(dt.date(2017, 9, 30)))
    later = client.get(address, headers={"if-none-match": fresh["ETag"]})
    assert {row["state"] for row in later.json()["data"]} == {"past"}


def test_an_action_nobody_thought_of_counts_as_a_change(house, client):
    """Control of the list of harmless actions: what is not on it makes a new mark."""
    etag = client.get("/api/v1/notices/")["ETag"]
    with transaction.atomic():
        record("some_new_verb", by=None, at=moment(TODAY), subject="x")
    assert client.get("/api/v1/notices/", headers={"if-none-match": etag}).status_code == 200


# Open to all


def test_any_site_may_read_and_none_may_write(house, client):
    for address in (
        "/api/v1/notices/",
        "/api/v1/notices.csv",
        "/api/v1/programmes/hunan-star-2017/",
        "/notices/feed/",
    ):
        for method in ("get", "head"):
            response = getattr(client, method)(address, headers={"origin": "https://elsewhere.example"})
            assert (response.status_code, response["Access-Control-Allow-Origin"]) == (200, "*")
            assert "Access-Control-Allow-Credentials" not in response and not response.cookies
        ask = client.options(address)
        assert (ask.status_code, ask["Access-Control-Allow-Methods"]) == (204, "GET, HEAD, OPTIONS")
        for method in ("post", "put", "patch", "delete"):
            response = getattr(Client(enforce_csrf_checks=False), method)(address)
            assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert "Access-Control-Allow-Origin" not in client.get("/notices/")
    assert client.get("/api/v1/notices/?x=1")["Access-Control-Allow-Origin"] == "*"


def test_head_has_the_head_alone(house, client):
    for address in ("/api/v1/notices/", "/api/v1/notices.xlsx"):
        got, head = client.get(address), client.head(address)
        assert head.content == b"" and (head["ETag"], head["Content-Type"]) == (
            got["ETag"],
            got["Content-Type"],
        )


def test_whole_files_are_limited_and_nothing_else(house, client, monkeypatch):
    monkeypatch.setattr(open_data, "FILES_PER_HOUR", 2)
    first = client.get("/api/v1/notices.csv")
    assert whole(client.get("/api/v1/notices.json"))
    refused = client.get("/api/v1/notices.csv")
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600") and "一小时" in refused.json()[
        "error"
    ]
    assert client.head("/api/v1/notices.csv").status_code == 200
    assert client.get("/api/v1/notices.csv", headers={"if-none-match": first["ETag"]}).status_code == 304
    assert client.get("/api/v1/notices/").status_code == client.get("/api/v1/rounds.csv").status_code == 200
    assert client.get("/api/v1/notices.csv", REMOTE_ADDR="10.0.0.9").status_code == 200


# Cells

PAYLOADS = (
    "=1+1", "+8613800000000", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠x", " =1", "%0A=1", "|calc",
    "=HYPERLINK(\"http://x\")", "\u3000=1",
)  # fmt: skip


def test_no_cell_is_a_formula():
    columns = (Column("text", "文字", of=lambda one: one),)
    rows = [*PAYLOADS, "\x00", "\x1b[31m", "\ud800", "x" * 40000, "123456789012345678"]
    text = b"".join(answers.csv_rows(columns, rows, base="", today=TODAY)).decode("utf-8-sig")
    lines = [line[0] for line in csv.reader(io.StringIO(text, newline=""))][1:]
    assert lines[: len(PAYLOADS)] == ["'" + answers.safe_text(one) for one in PAYLOADS]
    assert lines[len(PAYLOADS) :][:3] == ["\\u0000", "\\u001b[31m", "\\ud800"]
    file = answers.workbook(columns, rows, title="表", base="", at=moment(TODAY))
    (sheet,) = load_workbook(file)
    types = {cell.data_type for row in sheet.iter_rows(min_row=2) for cell in row}
    assert types == {"s"} and sheet["A3"].value == "+8613800000000" and sheet["A4"].value == "-5"
    whole_list = b"".join(answers.json_rows(columns, rows, base="", today=TODAY))
    assert [one["text"] for one in json.loads(whole_list)["data"]] == rows


# Cost


def test_a_page_costs_the_same_whatever_the_number_of_rows(house, client, django_assert_max_num_queries):
    few = {}
    for size in (1, 12):
        for name in ("notices", "entries", "recognitions", "communities"):
            with django_assert_max_num_queries(9) as counted:
                client.get(f"/api/v1/{name}/?size={size}")
            assert few.setdefault(name, len(counted)) == len(counted), name


def test_a_file_is_read_in_pieces(house, client, monkeypatch, django_assert_num_queries):
    """Rows are asked for in pages of CHUNK: with one a page each community is a query round of its own, and none is lost."""
    monkeypatch.setattr("accreditation.open_data.lists.CHUNK", 5)
    rows = json.loads(whole(client.get("/api/v1/communities.json")))["data"]
    assert [row["id"] for row in rows] == list(
        Community.objects.order_by("position", "pk").values_list("pk", flat=True)
    )

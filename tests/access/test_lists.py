"""Every list of the portal is paged and leaves as a workbook: a list that forgets it fails here by its address.

A page is taken for a list when it shows a table of rows (`table.stack`) or says that there are none. What is not meant
to be paged or exported stands below with its reason.
"""

import io

from django.core.paginator import Page
from django.urls import get_resolver, resolve
from openpyxl import load_workbook

from accounts.models import Event
from tests.access.crawl import SHEET, body
from tests.access.test_matrix import MATRIX, address, routes

PUBLIC = "公开清单由开放数据下载"
FILE = "一件事的页面，不是清单"
OWN = "自己的几件事"
MONEY = "资金台账，以资金使用情况表导出"
IMPORTS = "导入记录，原表和标错的表可以下载"
# Address → why it is no list to export.
NOT_EXPORTED = {
    "": PUBLIC, "api/": "开放数据的说明", "notices/": PUBLIC, "notices/<int:pk>/": PUBLIC, "recognised/": PUBLIC, "communities/<int:pk>/": PUBLIC,
    "recognised/figures/": PUBLIC, "recognised/ended/": PUBLIC, "communities/": "登记簿查询，认定名录另由开放数据下载",
    "draws/": PUBLIC, "draws/<int:pk>/": PUBLIC, "draws/<int:pk>/again/": PUBLIC,
    "programmes/": PUBLIC, "programmes/<str:key>/": PUBLIC, "objections/": PUBLIC, "certificates/": PUBLIC,
    "home/": OWN, "account/": OWN, "account/post/": OWN, "applications/<int:pk>/send-back/": FILE, "account/interests/": OWN, "jobs/": "自己的任务，文件保留 7 天",
    "people/<int:pk>/": FILE, "applications/<int:pk>/": FILE, "applications/<int:pk>/check/": FILE,
    "applications/<int:pk>/sheet/": FILE, "applications/<int:pk>/visit/": FILE, "applications/<int:pk>/propose/": FILE,
    "applications/<int:pk>/changes/": FILE, "applications/<int:pk>/evidence/": FILE, "desk/objections/<int:pk>/": FILE,
    "rounds/<int:pk>/": FILE, "rounds/<int:pk>/quotas/": "填写名额的表，名额分配表另行导出",
    "rounds/<int:pk>/settings/": FILE, "rounds/<int:pk>/amend/": FILE, "rounds/<int:pk>/open/": FILE,
    "rounds/programmes/<str:key>/": FILE, "rounds/programmes/<str:key>/prepare/": FILE,
    "rounds/programmes/<str:key>/score-sheets/<int:sheet>/": "评分表另以工作簿导出",
    "lists/<int:round_pk>/<str:tier>/publish/": "发布前的核对页，名单本身可以导出",
    "lists/<int:round_pk>/<str:tier>/recognise/": "认定前的核对页，名单本身可以导出",
    "panels/<int:pk>/": "考核评分另以工作簿导出", "panels/<int:pk>/draw/": FILE, "panels/<int:pk>/appoint/": FILE,
    "rounds/<int:pk>/plans/": "实施方案报送情况另以工作簿导出", "rounds/<int:pk>/coverage/": "覆盖情况另以工作簿导出",
    "imports/": IMPORTS, "imports/<slug:kind>/": IMPORTS,
    "applications/<int:pk>/papers/": FILE, "plans/<int:pk>/": FILE, "titles/<int:pk>/": FILE,
    "subsidies/": MONEY, "subsidies/regions/<int:pk>/": MONEY, "subsidies/communities/<int:pk>/": MONEY, "subsidies/audits/": MONEY,
    "subsidies/accruals/": MONEY, "subsidies/batches/": MONEY,
}  # fmt: skip
# Address → why all its rows stand on one page.
ON_ONE_PAGE = {
    "progress/": "每个下级地区一行", "standing/": "每个下级地区一行", "standing/<int:pk>/": "每个下级地区一行", "lists/": "每个批次、层级一行", "panels/": "每个批次一行", "panels/tasks/": "一个人分到的社区",
    "rounds/<int:pk>/amendments/": "一个批次的几次调整",
    "rounds/programmes/": "每个方案一行", "rounds/programmes/<str:key>/score-sheets/": "一个方案的几个版本",
    "workdays/": "一年里调整的几十天",
}  # fmt: skip
KEYSET = {"security/", "audit-log/"}  # paged by the last number seen
# Lists that this world has none of: their programme does not ask for them, or nobody opened a recheck (tests/titles).
ELSEWHERE = {"rounds/<int:pk>/coverage/communities/", "rechecks/<int:pk>/"}


def view_of(route, world):
    return resolve(address(route, world)).func


def shown(world):
    """Route → (reader, response) of every page that shows a list to somebody: asked once, it is a long walk."""
    found = {}
    for route, row in MATRIX.items():
        if route.startswith("api/v1/"):
            continue
        for name in sorted(row.opens, key=list(world.clients).index)[:3]:
            response = world.clients[name].get(address(route, world))
            if response.status_code != 200 or not response.get("Content-Type", "").startswith("text/html"):
                continue
            templates = {template.name for template in response.templates}
            if b'<table class="stack' in body(response) or "partials/empty.html" in templates:
                found[route] = (name, response)
                break
    return found


def is_exported(route, world):
    return getattr(view_of(route, world), "exported", False)


def is_paged(route, response):
    if route in KEYSET:
        return "older" in response.context
    return route in ON_ONE_PAGE or isinstance(response.context.get("page"), Page)


def test_every_list_is_paged_and_leaves_as_a_workbook(world):
    lists = shown(world)
    assert len(lists) > 30
    assert [r for r in lists if r not in NOT_EXPORTED and not is_exported(r, world)] == []
    assert [r for r, (_, page) in lists.items() if r not in NOT_EXPORTED and not is_paged(r, page)] == []
    # No reason stays behind for an address that went, or for a list that is exported after all; the registry's own
    # lists: tests/config/test_registry.py.
    every = {r for r in routes(get_resolver().url_patterns) if not r.startswith(("admin/", "api/v1/"))}
    assert (set(NOT_EXPORTED) | set(ON_ONE_PAGE) | KEYSET | ELSEWHERE) - every == set()
    exported = {r for r in every if is_exported(r, world)}
    assert exported & set(NOT_EXPORTED) == set()
    assert exported - set(lists) == ELSEWHERE
    for route in exported & set(lists):
        _export(world, route, *lists[route])


def _export(world, route, name, page):
    """The cover says what, how many and the checksum; every row has as many cells as there are heads; an event tells it."""
    if b"as=xlsx" not in body(page):
        return  # nothing to export, or not for this reader
    before = Event.objects.filter(action="export_list").count()
    got = world.clients[name].get(address(route, world), {"as": "xlsx"})
    assert (route, got.status_code, got.get("Content-Type")) == (route, 200, SHEET)
    cover, sheet = load_workbook(io.BytesIO(b"".join(got.streaming_content)))
    told = {row[0].value: row[1].value for row in cover.iter_rows(min_row=1)}
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == tuple(filter(None, rows[0])), route
    assert int(told["行数"].split()[0]) == len(rows) - 1 > 0, route
    assert told["清单"] == sheet.title and len(told["校验码"]) == 64
    assert Event.objects.filter(action="export_list").count() == before + 1, route


def test_a_long_list_is_offered_behind_the_pages(world, settings, monkeypatch):
    monkeypatch.setattr("accreditation.list_exports.AT_ONCE", 0)
    page = world.clients["sysadmin"].get("/offices/", {"as": "xlsx", "q": "县"})
    assert page.status_code == 200 and "在后台生成" in page.content.decode()
    assert 'value="/offices/?q=%E5%8E%BF&amp;as=xlsx"' in page.content.decode()

"""The system administrator's tables: who comes in, what they show, that nothing but the registry's verbs writes."""

import io

import pytest
from django.apps import apps
from django.test import Client
from openpyxl import Workbook, load_workbook

from accounts.events import broken_links
from accounts.models import Event, Office, Posting, Role, User
from config.registry import formats, registered, tables
from config.registry.formats import typed
from regions import clock
from regions.communities import rename
from regions.models import Community, FormerRegion, Region
from tests.accreditation.test_list_exports import PAYLOADS, TODAY
from tests.factories import House, moment

XLSX = "0"
CSV = "1"


@pytest.fixture
def house(db, settings, tmp_path, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: moment(TODAY))
    settings.VAR, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    return House()


def administrator(house, role=Role.SYSADMIN, region="东市"):
    """A browser of somebody with this role at the HR office of a region."""
    office, _ = Office.objects.get_or_create(
        region=house.regions[region], department="hr", defaults={"name": f"{region}人社局"}
    )
    user = User.objects.create_user(f"{role}-{region}", name="某管理员", must_change_password=False)
    Posting.objects.create(user=user, role=role, office=office, starts=TODAY)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def admin(house):
    return administrator(house)


def exported(client, table, form, query=""):
    fields = dict.fromkeys((name for name in _names(client, table)), "on")
    response = client.post(f"/admin/{table}/export/{query}", {"format": form, **fields})
    assert response.status_code == 200 and "attachment" in response["Content-Disposition"]
    return response.content


def _names(client, table):
    page = client.get(f"/admin/{table}/export/")
    return [
        name
        for name, field in page.context["form"].fields.items()
        if getattr(field, "is_selectable_field", False)
    ]


def rows_of(data):
    rows = list(load_workbook(io.BytesIO(data)).active.iter_rows(values_only=True))
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def book_of(rows):
    book = Workbook()
    book.active.append(list(rows[0]))
    for row in rows:
        book.active.append(list(row.values()))
    for row in book.active.iter_rows():
        for cell in row:
            if cell.value is not None:
                cell.data_type = "s"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(client, table, data, name="表.xlsx", form=XLSX):
    file = io.BytesIO(data)
    file.name = name
    return client.post(f"/admin/{table}/import/", {"format": form, "import_file": file, "resource": ""})


def confirm(client, table, page):
    form = page.context["confirm_form"]
    return client.post(
        f"/admin/{table}/process_import/", {name: form[name].value() for name in form.fields}, follow=True
    )


# Who and what


def test_nothing_but_the_registry_is_registered(house):
    """A8: no application, score, event, ledger or account; and none of these has a form that writes."""
    names = {model._meta.label for model in registered.site._registry}
    assert names == {
        "regions.Region", "regions.FormerRegion", "regions.Community", "regions.FormerCommunity", "regions.Succession",
        "regions.CalendarNotice", "regions.SpecialDay", "accounts.Office",
    }  # fmt: skip
    for model, table in registered.site._registry.items():
        assert not any(
            (
                table.has_add_permission(None),
                table.has_change_permission(None),
                table.has_delete_permission(None),
            )
        )
        patterns = {str(pattern.pattern) for pattern in table.get_urls()}
        assert patterns <= {"", "export/", "import/", "process_import/"}, model
    written = {
        field.attribute
        for t in (registered.resources.Regions, registered.resources.Offices)
        for field in t.fields.values()
        if not field.readonly
    }
    assert written == {"name", "phone", "address", "postcode", "email", "otp_required"}
    assert apps.is_installed("django.contrib.admin") and "admin/login/" not in str(registered.site.get_urls())


def test_production_has_none_unless_it_says_so(settings):
    """The default follows the mode (config/settings.py)."""
    text = (settings.BASE_DIR / "config" / "settings.py").read_text(encoding="utf-8")
    assert 'PORTAL_ADMIN = environment.yes("ADMIN", not PRODUCTION)' in text


@pytest.mark.parametrize("table", ["regions/region", "regions/community", "accounts/office"])
def test_rows_of_the_own_region_alone(house, admin, table):
    """东市 sees its own rows; those of 西市 and the province are not there, in the list and in the file."""
    page = admin.get(f"/admin/{table}/")
    shown = page.content.decode()
    data = str(rows_of(exported(admin, table, XLSX)))
    for text in (shown, data):
        assert "一县" in text or "一南" in text
        assert "三县" not in text and "三南" not in text
    assert "序号" in data


def test_a_posting_that_does_not_act_as_sysadmin_is_refused(house):
    for role in (Role.HANDLER, Role.SECADMIN, Role.AUDADMIN, Role.AUDITOR):
        client = administrator(house, role)
        assert client.get("/admin/").status_code == 403
        assert client.get("/admin/accounts/office/", {"as": "xlsx"}).status_code == 403
    assert Client().get("/admin/")["Location"].startswith("/login/")


# Exports


@pytest.mark.parametrize("form", [XLSX, CSV])
def test_payloads_come_through_the_export(house, admin, form):
    """D4: 16 payloads in a text field: no formula in the workbook, an apostrophe in the csv, nothing lost."""
    offices = list(
        Office.objects.filter(
            region__position__range=(house.regions["东市"].position, house.regions["东市"].last)
        )
    )
    back = []
    for number in range(0, len(PAYLOADS), len(offices)):
        part = PAYLOADS[number : number + len(offices)]
        for office, text in zip(offices, part, strict=False):
            Office.objects.filter(pk=office.pk).update(address=text)
        data = exported(admin, "accounts/office", form)
        if form == XLSX:
            sheet = load_workbook(io.BytesIO(data)).active
            assert {
                cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None
            } <= {"s"}
            back += [row["办公地址"] for row in rows_of(data)][: len(part)]
        else:
            assert data.startswith(b"\xef\xbb\xbf")
            back += [typed(row["办公地址"]) for row in formats.dataset_of("x.csv", data).dict][: len(part)]
    kept = {"a\x00b": "a\\u0000b", "\r=1+1": "\\u000d=1+1"}
    expected = [kept.get(text, text) for text in PAYLOADS]
    assert [text.strip() for text in back] == [text.strip() for text in expected]


def test_the_whole_list_streams_with_its_filter(house, admin):
    response = admin.get("/admin/accounts/office/", {"as": "xlsx", "q": "一县"})
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    sheet = book.worksheets[1]
    assert sheet.max_row == 1 + admin.get("/admin/accounts/office/", {"q": "一县"}).context["cl"].result_count
    assert Event.objects.get(action="export_list").subject.startswith("导出单位 ")


def test_more_rows_than_can_be_held_are_refused_with_the_way_out(house, admin, monkeypatch):
    monkeypatch.setattr(tables, "MOST", 1)
    page = admin.post("/admin/accounts/office/export/?q=县", {"format": XLSX}, follow=True)
    assert "超过 1 行的清单请用“导出本次查询 Excel”" in page.content.decode()
    assert page.redirect_chain[0][0] == "/admin/accounts/office/?q=%E5%8E%BF"
    assert "选列导出" not in page.content.decode() and "as=xlsx" in page.content.decode()


# Imports


def test_an_office_is_changed_by_its_verb_after_a_dry_run(house, admin):
    rows = rows_of(exported(admin, "accounts/office", XLSX))
    number = rows[0]["序号"]
    rows[0]["办公电话"] = "0000-1234567"
    before = Event.objects.filter(action="save_office").count()
    page = upload(admin, "accounts/office", book_of(rows))
    text = page.content.decode()
    assert "<ins>0000-1234567</ins>" in text and "style=" not in text.split("<main")[1]
    assert Office.objects.get(pk=number).phone != "0000-1234567"
    assert Event.objects.filter(action="save_office").count() == before
    done = confirm(admin, "accounts/office", page)
    assert f"已更新 1 行，{len(rows) - 1} 行没有变化。" in done.content.decode()
    assert Office.objects.get(pk=number).phone == "0000-1234567"
    assert Event.objects.filter(action="save_office").count() == before + 1
    assert list(broken_links()) == []


def test_one_fault_takes_everything_back(house, admin):
    rows = rows_of(exported(admin, "accounts/office", XLSX))
    rows[0]["办公电话"], rows[1]["登录须使用动态口令"] = "0000-1234567", "也许"
    page = upload(admin, "accounts/office", book_of(rows))
    assert "confirm_form" not in page.context and "请填写“是”或“否”" in page.content.decode()
    assert not Office.objects.filter(phone="0000-1234567").exists()


def test_a_row_of_another_region_is_not_there(house, admin):
    rows = rows_of(exported(admin, "accounts/office", XLSX))[:1]
    far = (
        Office.objects.filter(region=house.regions["西市"]).first()
        or house.officer("西市", Role.HANDLER).acting.office
    )
    rows[0] |= {"序号": str(far.pk), "办公电话": "0000-7654321"}
    page = upload(admin, "accounts/office", book_of(rows))
    assert "不在您的管理范围内" in page.content.decode() and "confirm_form" not in page.context
    far.refresh_from_db()
    assert far.phone != "0000-7654321"


def test_a_region_is_renamed_from_a_day_on_and_its_old_name_stays(house, admin):
    rows = [row for row in rows_of(exported(admin, "regions/region", XLSX)) if row["名称"] == "二县"]
    rows[0] |= {"名称": "二区", "更名日期": "2017-09-01", "更名文号": "民函〔2017〕1号"}
    page = upload(admin, "regions/region", book_of(rows))
    assert "<del>二县</del> <ins>二区</ins>" in page.content.decode()
    assert not FormerRegion.objects.exists()
    confirm(admin, "regions/region", page)
    held = Region.objects.get(pk=rows[0]["序号"])
    former = FormerRegion.objects.get(region=held)
    assert (held.name, former.name, former.until.isoformat()) == ("二区", "二县", "2017-09-01")
    assert "二区" in Community.objects.within(held).first().place
    event = Event.objects.get(action="rename_region")
    assert "二县" in event.body and "民函〔2017〕1号" in event.body
    assert list(broken_links()) == []


@pytest.mark.parametrize("on", ["", "2017-13-01", "2017-09-06"])
def test_a_name_without_its_day_is_refused(house, admin, on):
    rows = [row for row in rows_of(exported(admin, "regions/region", XLSX)) if row["名称"] == "二县"]
    rows[0] |= {"名称": "二区", "更名日期": on}
    page = upload(admin, "regions/region", book_of(rows))
    assert "更名" in page.content.decode() and "confirm_form" not in page.context
    assert not FormerRegion.objects.exists()


def test_read_only_columns_are_not_imported(house, admin):
    rows = [row for row in rows_of(exported(admin, "regions/region", XLSX)) if row["名称"] == "二县"]
    rows[0] |= {"代码": "999999", "层级": "省级", "停用日期": "2017-01-01"}
    confirm(admin, "regions/region", upload(admin, "regions/region", book_of(rows)))
    held = Region.objects.get(pk=rows[0]["序号"])
    assert (held.level, held.until) == ("county", None) and held.code != "999999"


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 nothing", b"<html>", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_what_is_no_table_is_refused_with_a_sentence(house, admin, data):
    page = upload(admin, "accounts/office", data or b" ")
    assert page.status_code == 200 and "confirm_form" not in page.context
    assert page.context["form"].errors["import_file"]


def test_a_confirmation_cannot_name_another_file(house, admin, tmp_path):
    """The name of the kept file is a random word of ours, never a path."""
    (tmp_path / "registry-uploads").mkdir()
    (tmp_path / "secret").write_bytes(b"x")
    for name in ("../secret", "secret", str(tmp_path / "secret"), "0" * 32):
        page = admin.post(
            "/admin/accounts/office/process_import/",
            {"import_file_name": name, "original_file_name": "x", "format": XLSX, "resource": ""}, follow=True,
        )  # fmt: skip
        assert "已经过期" in page.content.decode()


def test_former_names_are_shown(house, admin):
    one = house.community(0)
    rename(one, "新名社区", on=TODAY, document="x")
    assert one.name in admin.get("/admin/regions/formercommunity/").content.decode()

"""/offices/: names, telephones, the second factor."""

import pytest

from accounts.models import Event, Office, Role

URL = "/offices/"
GOOD = {
    "name": "一县人力资源和社会保障局",
    "phone": "0731-8888000",
    "address": "解放路1号",
    "postcode": "410000",
    "email": "",
    "otp_required": "on",
}


def test_it_lists_the_offices_below(browser, place, below, foreign):
    page = browser.get(URL).content.decode()
    assert "南街道人社局" in page and "河街道人社局" not in page
    assert "南街道" not in browser.get(f"{URL}?q=一县").content.decode().split("<tbody>")[1]


def test_it_changes_an_office(browser, county):
    office = county.acting.office
    assert browser.get(f"{URL}{office.pk}/").status_code == 200
    assert browser.post(f"{URL}{office.pk}/", {**GOOD, "phone": "０７３１-８８８８０００"})["Location"] == URL
    office.refresh_from_db()
    assert (office.phone, office.otp_required) == ("0731-8888000", True)
    event = Event.objects.get()
    assert event.action == "save_office"
    assert "一县人社局" in event.body, "what it was called before"


def test_it_registers_an_office(browser, place):
    page = f"{URL}new/?region={place.regions['北街道'].pk}"
    assert browser.post(page, {**GOOD, "name": "北街道财政所", "department": "finance"})["Location"] == URL
    assert Office.objects.get(region=place.regions["北街道"]).name == "北街道财政所"
    again = browser.post(page, {**GOOD, "department": "finance"})
    assert again.status_code == 409


def test_a_foreign_office_is_missing(browser, foreign, place):
    page = f"{URL}{foreign.acting.office.pk}/"
    assert browser.get(page).content == browser.get(f"{URL}999999/").content
    assert browser.post(page, GOOD).status_code == 404
    for name in ("东市", "二县"):
        assert browser.post(f"{URL}new/?region={place.regions[name].pk}", GOOD).status_code == 404


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "局\u200b"),
        ("phone", "call me"),
        ("postcode", "4100"),
        ("email", "nobody"),
        ("address", "x" * 121),
    ],
)
def test_it_refuses_at_the_field(browser, county, field, typed):
    answer = browser.post(f"{URL}{county.acting.office.pk}/", {**GOOD, field: typed})
    assert field in answer.context["form"].errors
    assert Office.objects.get(pk=county.acting.office.pk).phone == ""


def test_region_and_department_are_not_written(browser, county, place):
    browser.post(
        f"{URL}{county.acting.office.pk}/",
        {**GOOD, "region": place.regions["东市"].pk, "department": "finance"},
    )
    office = Office.objects.get(pk=county.acting.office.pk)
    assert (office.region.name, office.department) == ("一县", "hr")


@pytest.mark.parametrize("role", [Role.SECADMIN, Role.AUDADMIN, Role.APPROVER])
def test_only_the_system_administrator(place, role):
    browser = place.client(place.person("某人", role, "一县"))
    assert browser.get(URL).status_code == 403
    assert browser.post(f"{URL}new/", GOOD).status_code == 403

"""/account/interests/: declared once, for good."""

import pytest

from accounts.models import DeclaredInterest, Event, Role

URL = "/account/interests/"


@pytest.fixture
def officer(place):
    return place.person("一县经办", Role.HANDLER, "一县")


@pytest.fixture
def client(place, officer):
    return place.client(officer)


def press(client, community, reason="配偶是该社区工作人员"):
    return client.post(URL, {"community": community.pk, "reason": reason})


def test_it_finds_communities_of_the_own_region_alone(client, place):
    page = client.get(f"{URL}?q=社区").content.decode()
    assert "桂花社区" in page and "柳树社区" not in page


def test_it_declares(client, officer, place):
    community = place.communities["桂花社区"]
    assert "桂花社区" in client.get(f"{URL}?community={community.pk}").content.decode()
    assert press(client, community)["Location"] == URL
    assert DeclaredInterest.objects.get().user == officer
    assert Event.objects.get().action == "declare_interest"
    assert "配偶" in client.get(URL).content.decode()


def test_twice_is_refused(client, place):
    press(client, place.communities["桂花社区"])
    assert press(client, place.communities["桂花社区"]).status_code == 409
    assert DeclaredInterest.objects.count() == 1


def test_a_reason_is_needed(client, place):
    answer = press(client, place.communities["桂花社区"], " ")
    assert "reason" in answer.context["form"].errors


def test_a_foreign_community_is_missing(client, place):
    assert press(client, place.communities["松树社区"]).status_code == 404
    assert client.get(f"{URL}?community=999999").status_code == 404
    assert client.get(f"{URL}?community=abc").status_code == 404
    assert not DeclaredInterest.objects.exists()


def test_a_community_s_own_staff_has_none_to_declare(place):
    client = place.client(place.person("桂花申报", Role.FILER, "桂花社区"))
    assert client.get(URL).status_code == 403

"""/account/password/: the old one, the new one twice; other sessions end."""

import pytest

from accounts.models import Event, Role, User
from tests.accounts.conftest import PASSWORD

URL = "/account/password/"
NEW = "湘江北去 2017 橘子洲头"


@pytest.fixture
def officer(place):
    return place.person("南街经办", Role.HANDLER, "南街道", must_change_password=True, name="zhang-xiaoming")


@pytest.fixture
def client(place, officer):
    return place.client(officer)


def press(client, old=PASSWORD, new=NEW, again=NEW, **more):
    return client.post(URL, {"old": old, "new": new, "again": again, **more})


def test_the_rules_stand_before_the_boxes(client):
    page = client.get(URL).content.decode()
    assert page.index("至少 10 个字符") < page.index('name="new"')
    assert "一次性密码" in page


def test_it_changes_the_password(client, officer):
    answer = press(client, next="/account/")
    assert answer["Location"] == "/account/"
    officer = User.objects.get(pk=officer.pk)
    assert officer.check_password(NEW)
    assert not officer.must_change_password
    assert officer.password_changed_at is not None
    assert Event.objects.get().action == "password_changed"
    assert client.get("/account/").status_code == 200, "this session goes on"


def test_other_sessions_end(place, client, officer):
    elsewhere = place.client(officer)
    press(client)
    assert elsewhere.get("/account/")["Location"].startswith("/login/")


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"old": "wrong"}, "old"),
        ({"again": "other words here"}, "again"),
        ({"new": "short", "again": "short"}, "new"),
        ({"new": "12345678901234", "again": "12345678901234"}, "new"),
        ({"new": "password123", "again": "password123"}, "new"),
        ({"new": PASSWORD, "again": PASSWORD}, "new"),
        ({"new": "Zhang-Xiaoming1", "again": "Zhang-Xiaoming1"}, "new"),
        ({"new": "", "again": ""}, "new"),
    ],
)
def test_it_refuses_at_the_field(client, officer, fields, field):
    answer = press(client, **fields)
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field] or field in answer.context["form"].errors
    assert User.objects.get(pk=officer.pk).check_password(PASSWORD)
    assert not Event.objects.exists()


def test_passwords_are_not_sent_back(client):
    page = press(client, old="geheim-alt", new="geheim-neu-1", again="geheim-neu-2").content.decode()
    assert "geheim" not in page


def test_the_old_password_cannot_be_guessed(client, officer):
    for _ in range(5):
        press(client, old="wrong")
    assert "old" in press(client).context["form"].errors
    assert User.objects.get(pk=officer.pk).check_password(PASSWORD)

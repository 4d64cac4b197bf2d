"""manage.py create_administrator: the first accounts of a region."""

import io

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Event, Posting, Role, User


def run(*words):
    out = io.StringIO()
    call_command("create_administrator", *words, stdout=out)
    return out.getvalue()


def test_it_opens_the_account_and_prints_the_password(place):
    told = run("jia-xitong", "赵一", "sysadmin", "甲省")
    account = User.objects.get(username="jia-xitong")
    assert account.check_password(told.strip().rsplit("：", 1)[1])
    assert account.must_change_password
    assert Posting.objects.get(user=account).role == Role.SYSADMIN
    assert Event.objects.get().action == "create_account"


@pytest.mark.parametrize(
    "words",
    [
        ("jia", "赵一", "approver", "甲省"),
        ("j", "赵一", "sysadmin", "甲省"),
        ("jia", "赵一", "sysadmin", "乙省"),
        ("jia", "赵\u202e一", "sysadmin", "甲省"),
    ],
)
def test_it_refuses(place, words):
    with pytest.raises(CommandError):
        run(*words)
    assert not User.objects.exists()


def test_twice_is_refused(place):
    run("jia", "赵一", "sysadmin", "甲省")
    with pytest.raises(CommandError, match="已被使用"):
        run("JIA", "赵一", "secadmin", "甲省")

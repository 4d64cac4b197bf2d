"""Passwords resting on words of the house, and what a browser keeps after signing out."""

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from accounts.models import User
from accounts.password_words import HouseWordsValidator


@pytest.mark.parametrize(
    "password", ["jiuyeshequ2017", "Admin-portal-111", "renshe@2026", "社区密码20262026", "ＰＯＲＴＡＬ2222"]
)
def test_words_of_the_house_do_not_make_a_password(password):
    with pytest.raises(ValidationError):
        HouseWordsValidator().validate(password)


@pytest.mark.parametrize(
    "password", ["correct horse battery", "yanshi-Portal-2017", "shequ-7fKq2vLx9", "春眠不觉晓处处闻啼鸟"]
)
def test_a_password_may_hold_them(password):
    HouseWordsValidator().validate(password)


@pytest.mark.django_db
def test_it_is_asked_where_passwords_are_set(settings):
    names = [one["NAME"] for one in settings.AUTH_PASSWORD_VALIDATORS]
    assert "accounts.password_words.HouseWordsValidator" in names


@pytest.mark.django_db
def test_signing_out_clears_what_the_browser_kept():
    user = User.objects.create(username="x", name="某人", must_change_password=False)
    browser = Client()
    browser.force_login(user)
    assert browser.post("/logout/")["Clear-Site-Data"] == '"cache"'

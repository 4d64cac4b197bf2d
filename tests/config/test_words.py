"""How the portal writes dates, points, states and refusals."""

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from django import forms
from django.core.exceptions import ValidationError

from accreditation.models import State
from regions import wording
from regions.templatetags import portal

LATE = dt.datetime(2026, 10, 20, 16, 30, tzinfo=dt.UTC)  # 00:30 of the next day in Shanghai


@pytest.mark.parametrize(
    ("filter_", "value", "text"),
    [
        (portal.zh_date, dt.date(2026, 10, 20), "2026年10月20日 星期二"),
        (portal.zh_date, LATE, "2026年10月21日 星期三"),
        (portal.zh_time, LATE, "2026年10月21日 星期三 00:30"),
        (portal.zh_end, dt.date(2026, 10, 20), "2026年10月20日 星期二 24:00"),
        (portal.zh_day, dt.date(2026, 1, 2), "2026年1月2日"),
        (portal.zh_short, LATE, "10月21日"),
        (portal.clock_time, LATE, "00:30"),
        (portal.zh_date, None, portal.EMPTY),
        (portal.points, 685_000, "68.5"),
        (portal.points, 1_000_000, "100"),
        (portal.points, 0, "0"),
        (portal.points, "Infinity", portal.EMPTY),
        (portal.points, "1e999999999", portal.EMPTY),
        (portal.points, Fraction(5, 2), "2.5"),
        (portal.points, Decimal("3.00"), "3"),
        (portal.points, "2.50", "2.5"),
        (portal.points, Fraction(-1, 2), "−0.5"),
        (portal.points, None, portal.EMPTY),
        (portal.signed, 3, "+3"),
        (portal.signed, -2, "−2"),
        (portal.signed, 0, "0"),
        (portal.dash, 0, 0),
        (portal.dash, "", portal.EMPTY),
    ],
)
def test_filters(filter_, value, text):
    assert filter_(value) == text


@pytest.mark.parametrize(
    ("mine", "theirs", "text"),
    [
        ("2", "2.5", '<span class="down">▼ −0.5</span>'),
        (955_000, 950_000, '<span class="up">▲ +0.5</span>'),
        ("3", "3.0", "0"),
        (None, "3", portal.EMPTY),
        ("", "3", portal.EMPTY),
    ],
)
def test_difference(mine, theirs, text):
    assert portal.difference(mine, theirs) == text


@pytest.mark.parametrize("state", State.values)
def test_every_state_has_a_tag_with_sign_and_word(state):
    shown = portal.status_tag(state, State(state).label)
    assert State(state).label in shown and "t-draft" not in shown


class Paper(forms.Form):
    name = forms.CharField(label="社区名称", max_length=4)
    staff = forms.IntegerField(label="工作人员", min_value=1)
    day = forms.DateField(label="核查日期")
    kind = forms.ChoiceField(label="类型", choices=[("a", "甲")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="承诺属实")
    file = forms.FileField(label="扫描件")

    def clean_kind(self):
        raise ValidationError("这一类型本轮不受理。", code="required")


def test_django_s_sentences_name_the_field_and_the_fix():
    form = Paper({"name": "青枫岭社区", "staff": "0", "day": "昨天", "kind": "a"})
    found = {field.name: wording.sentences(field) for field in form}
    assert found == {
        "name": ["社区名称不能超过 4 字，现有 5 字"],
        "staff": ["工作人员不能小于 1"],
        "day": ["核查日期应是日期，例如 2017-09-12"],
        "kind": ["这一类型本轮不受理。"],  # somebody worded this one: it stays
        "agree": ["请勾选“承诺属实”"],
        "file": ["请上传扫描件"],
    }


def test_summary_says_what_the_fields_say_and_leads_to_them():
    form = Paper({"name": "", "staff": "三"})
    problems = portal.error_summary(form, None, "")["problems"]
    assert problems[:4] == [
        ("请填写社区名称", "id_name"),
        ("工作人员应是整数，例如 12", "id_staff"),
        ("请填写核查日期", "id_day"),
        ("请选择类型", "id_kind_0"),
    ]


def test_summary_covers_formsets_and_is_quiet_about_unbound_forms():
    several = forms.formset_factory(Paper, extra=0)
    bound = several({"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-staff": "1"})
    assert ("请填写社区名称", "id_form-0-name") in portal.error_summary(bound)["problems"]
    assert portal.error_summary(Paper(), several())["problems"] == []

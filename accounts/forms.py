"""Forms of the account pages: they read and check what was typed, and keep nothing."""

import datetime as dt
import re

from django import forms
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from accounts.models import Department, Office, Role, User
from accounts.text import clean_line, has_unseen, narrow
from regions.calendar_files import day_of as read_day
from regions.models import Community, Region

USERNAME = re.compile(r"[a-z0-9\u3400-\u9fff][a-z0-9\u3400-\u9fff._-]{2,39}")
USERNAME_RULE = "3 到 40 个字，可用小写字母、数字、汉字和 . _ -，不能以符号开头；字母不分大小写。"


def posted(request):
    """What was posted, for a form's first argument; None where nobody pressed anything."""
    return request.POST if request.method == "POST" else None


class LineField(forms.CharField):
    """One line of text: normal form, nothing unseen."""

    def clean(self, value):
        return super().clean(clean_line(value or ""))


class DayField(forms.CharField):
    """A date in any of the ways people type it: 2017-09-25, 2017.9.25, 2017年9月25日, 20170925, full-width digits."""

    widget = forms.TextInput(attrs={"class": "w12", "autocomplete": "off"})

    def clean(self, value):
        text = narrow(super().clean(value) or "")
        if not text:
            return None
        try:
            day = read_day(text)
        except ValueError as error:
            raise ValidationError(str(error)) from None
        if not dt.date(1949, 10, 1) <= day <= dt.date(2199, 12, 31):
            raise ValidationError("年份应在 1949 到 2199 之间。")
        return day

    def prepare_value(self, value):
        return value.isoformat() if isinstance(value, dt.date) else value


def clean_username(value: str) -> str:
    """A new username in its one spelling, or a ValidationError with the rule."""
    if has_unseen(value.strip()):
        raise ValidationError("用户名里有看不见的字符，请删除后重新输入。")
    username = User.normalize_username(value)
    if not USERNAME.fullmatch(username):
        raise ValidationError(f"用户名须为 {USERNAME_RULE}")
    return username


class SignIn(forms.Form):
    username = forms.CharField(
        label="用户名",
        max_length=80,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label="密码",
        max_length=256,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    # Not CharFields: whatever stands in these two is checked where it is used, and never stops a sign-in.
    next = forms.Field(required=False, widget=forms.HiddenInput)
    kept = forms.Field(required=False, widget=forms.HiddenInput)


PASSWORD_RULES = (
    "至少 10 个字符，不能全是数字",
    "不能与用户名或姓名相近，也不能是常见密码",
    "不能与原密码相同",
    "可以用一句容易记的话，字母、汉字、数字、符号和空格都可以",
)


class ChangePassword(forms.Form):
    old = forms.CharField(
        label="原密码",
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label="新密码",
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="再输一次新密码",
        strip=False,
        max_length=256,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_new(self):
        new = self.cleaned_data["new"]
        password_validation.validate_password(new, self.user)
        return new

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("new") and cleaned.get("again") is not None and cleaned["new"] != cleaned["again"]:
            self.add_error("again", "两次输入的新密码不一样。")
        if cleaned.get("new") and cleaned["new"] == cleaned.get("old"):
            self.add_error("new", "新密码不能与原密码相同。")
        return cleaned


class Code(forms.Form):
    code = forms.CharField(
        label="动态口令",
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "class": "w8",
                "spellcheck": "false",
            }
        ),
    )


class NewPosting(forms.Form):
    """A role at one place: the place is chosen before, the roles are those the administrator may give there."""

    role = forms.ChoiceField(label="岗位")
    department = forms.ChoiceField(
        label="部门",
        choices=Department.choices,
        initial=Department.HR,
        required=False,
        help_text="财政岗位选财政部门；其他岗位一般选人力资源和社会保障部门。",
    )
    starts = DayField(label="起始日期", help_text="例如 2017-09-25 或 2017年9月25日")
    ends = DayField(label="终止日期", required=False, help_text="当天仍在岗；不填为长期")

    def __init__(self, *args, place, roles, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"].choices = [(role.value, role.label) for role in roles]
        if len(roles) == 1:
            self.fields["role"].initial = roles[0].value
        if isinstance(place, Community):
            del self.fields["department"]

    def clean(self):
        cleaned = super().clean()
        starts, ends = cleaned.get("starts"), cleaned.get("ends")
        if starts and ends and ends < starts:
            self.add_error("ends", "终止日期早于起始日期。")
        return cleaned


class NewAccount(NewPosting):
    """A person with the first posting."""

    name = LineField(label="姓名", max_length=30)
    username = forms.CharField(
        label="用户名",
        max_length=40,
        help_text=USERNAME_RULE,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    field_order = ("name", "username", "role", "department", "starts", "ends")

    def clean_username(self):
        return clean_username(self.cleaned_data["username"])


class EndPosting(forms.Form):
    last_day = DayField(label="最后一天", help_text="当天仍在岗；填昨天则立即停止")

    def __init__(self, *args, posting, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.posting = posting
        self.yesterday = today - dt.timedelta(days=1)
        self.fields["last_day"].initial = self.yesterday

    def clean_last_day(self):
        day = self.cleaned_data["last_day"]
        if day is None or day < self.yesterday:
            raise ValidationError("最早填昨天：已经过去的在岗时间不能改动。")
        if self.posting.ends and day > self.posting.ends:
            raise ValidationError(f"原定终止日期是 {self.posting.ends.isoformat()}，这里只能提前。")
        return day


class Reason(forms.Form):
    reason = LineField(label="原因", max_length=100)


class OfficeDetails(forms.ModelForm):
    """The details of an office; region and department are fixed when it is registered."""

    class Meta:
        model = Office
        fields = ["name", "phone", "address", "postcode", "email", "otp_required"]
        field_classes = {name: LineField for name in ("name", "phone", "address", "postcode", "email")}
        help_texts = {"phone": "印在公示和证书上，供群众咨询", "name": "使用全称，与公章一致"}

    def clean_postcode(self):
        postcode = narrow(self.cleaned_data["postcode"])
        if postcode and not re.fullmatch(r"[0-9]{6}", postcode):
            raise ValidationError("邮政编码是 6 位数字。")
        return postcode

    def clean_phone(self):
        phone = narrow(self.cleaned_data["phone"])
        if phone and not re.fullmatch(r"[0-9()+#,、;\-转]{3,30}", phone):
            raise ValidationError("电话请写作 0731-8888000，多个号码用顿号隔开。")
        return phone

    def clean_email(self):
        email = narrow(self.cleaned_data["email"])
        if email and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email):
            raise ValidationError("电子邮箱请写作 name@example.cn。")
        return email


class NewOffice(OfficeDetails):
    department = forms.ChoiceField(label="部门", choices=Department.choices)
    field_order = ("department", "name")


class PeopleFilter(forms.Form):
    """The query form over the list of accounts; whatever is not understood filters nothing."""

    q = forms.CharField(label="姓名或用户名", required=False, max_length=40)
    role = forms.ChoiceField(label="岗位", required=False, choices=[("", "全部"), *Role.choices])
    level = forms.ChoiceField(
        label="层级",
        required=False,
        choices=[("", "全部"), ("community", "社区（村）"), *reversed(Region.Level.choices[1:])],
    )
    active = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), ("yes", "启用"), ("no", "停用"), ("none", "没有在任岗位")],
    )


class Interest(forms.Form):
    reason = LineField(label="事由", max_length=200, help_text="例如：配偶是该社区工作人员")


class DemonstrationDay(forms.Form):
    day = DayField(label="演示日期", help_text="例如 2017-09-25 或 2017年9月25日")


class LogFilter(forms.Form):
    """The query form over a log; days are in Shanghai, both included."""

    q = forms.CharField(label="人员或对象", required=False, max_length=40)
    action = forms.ChoiceField(label="事项", required=False)
    since = DayField(label="从", required=False)
    until = DayField(label="到", required=False)

    def __init__(self, *args, words, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["action"].choices = [("", "全部"), *words.items()]

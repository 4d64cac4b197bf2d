"""A street's plan as it is typed."""

from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import LineField
from accreditation import uploads
from accreditation.forms.desk import RecentDay, TextField


class FilePlan(forms.Form):
    """Title, day, text, goals and perhaps the paper itself; `seen` is how many drafts the page knew of."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))
    title = LineField(label="标题", max_length=120)
    dated_on = RecentDay(label="成文日期", help_text="例如 2016-11-18、11月18日、20161118，不能晚于今天。")
    urban_goal = forms.IntegerField(
        label="本年创建社区数", min_value=0, max_value=9999, help_text="没有的填 0。", widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w4", "autocomplete": "off"})
    )  # fmt: skip
    village_goal = forms.IntegerField(
        label="本年创建村数", min_value=0, max_value=9999, help_text="没有的填 0。", widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "w4", "autocomplete": "off"})
    )  # fmt: skip
    text = TextField(label="实施方案", max_length=10_000, widget=forms.Textarea(attrs={"rows": 12}))
    file = forms.FileField(
        label="盖章文件",
        required=False,
        help_text="PDF、JPEG 或 PNG，不超过 20 MB。",
        widget=forms.FileInput(attrs={"accept": uploads.ACCEPT}),
    )

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["dated_on"].year = today.year
        self.today = today

    def clean_dated_on(self):
        day = self.cleaned_data["dated_on"]
        if day and day > self.today:
            raise ValidationError("成文日期不能晚于今天。")
        return day

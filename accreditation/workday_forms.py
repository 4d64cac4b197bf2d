"""Forms of the working-day pages: they check what was typed, the views act."""

from django import forms

from accounts.text import clean_line, narrow
from regions.calendar_files import day_of
from regions.tables import MAX_BYTES

FIRST_YEAR, LAST_YEAR = 2004, 2100


class DayField(forms.Field):
    """A date in any of the ways people type it; gives a date."""

    default_error_messages = {"required": "请填写日期，例如 2026-10-01。"}

    def __init__(self, **options):
        super().__init__(widget=forms.TextInput(attrs={"class": "w8", "inputmode": "numeric"}), **options)

    def to_python(self, value):
        if value in self.empty_values:
            return None
        try:
            return day_of(narrow(str(value)))
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None


class Reckon(forms.Form):
    """Try out: published on a day, for so many working days, ends when?"""

    first = DayField(label="公布日期", help_text="公布当日不计入。")
    days = forms.IntegerField(
        label="工作日天数",
        min_value=1,
        max_value=250,
        widget=forms.TextInput(attrs={"class": "w4", "inputmode": "numeric"}),
        error_messages={
            "required": "请填写天数。",
            "invalid": "天数应是整数。",
            "min_value": "天数应不小于 1。",
            "max_value": "天数应不大于 250。",
        },
    )


class ChangeDay(forms.Form):
    """One day, worked or off, with the reason that is kept with it."""

    day = DayField(label="日期", help_text="例如 2026-10-01。")
    working = forms.TypedChoiceField(
        label="改为",
        choices=[("0", "放假"), ("1", "上班")],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
        error_messages={"required": "请选择放假或上班。"},
    )
    name = forms.CharField(label="名称", required=False, max_length=30, help_text="如：开斋节。")
    reason = forms.CharField(
        label="理由和依据",
        max_length=200,
        help_text="写明依据的文件，会随这一天显示。",
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={
            "required": "请写明理由和依据的文件。",
            "max_length": "理由不超过 %(limit_value)d 字，现为 %(show_value)d 字。",
        },
    )

    def clean_name(self):
        return clean_line(self.cleaned_data["name"])

    def clean_reason(self):
        return clean_line(" ".join(self.cleaned_data["reason"].split()))


class ImportYear(forms.Form):
    """A year's calendar as a file, with what the notice says of itself."""

    year = forms.IntegerField(
        label="年份",
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        widget=forms.TextInput(attrs={"class": "w4", "inputmode": "numeric"}),
        error_messages={
            "required": "请填写年份。",
            "invalid": "年份应是四位数字。",
            "min_value": f"年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。",
            "max_value": f"年份应在 {FIRST_YEAR} 到 {LAST_YEAR} 之间。",
        },
    )
    number = forms.CharField(
        label="文号", required=False, max_length=60, help_text="照通知原文填写；不知道就留空。"
    )
    title = forms.CharField(
        label="标题", required=False, max_length=120, help_text="留空则用通知的惯用标题。"
    )
    published_on = DayField(label="发布日期", required=False)
    reason = forms.CharField(
        label="导入理由",
        max_length=200,
        help_text="如：国务院办公厅已发布 2027 年放假安排。",
        error_messages={"required": "请写明导入理由。"},
    )
    overrule = forms.BooleanField(
        label="连同以前手工修改过的日子一并按文件改写",
        required=False,
        help_text="不选时，手工修改过的日子保留不动，并在预览中列出。",
    )
    file = forms.FileField(
        label="文件",
        help_text="Excel（.xlsx、.xls）、CSV 或 JSON，不超过 5 MB。",
        widget=forms.FileInput,
        error_messages={
            "required": "请选择文件。",
            "empty": "文件是空的。",
            "missing": "请选择文件。",
            "invalid": "文件没有传上来，请重新选择。",
        },
    )

    def clean_number(self):
        return clean_line(self.cleaned_data["number"])

    def clean_title(self):
        return clean_line(self.cleaned_data["title"])

    def clean_reason(self):
        return clean_line(self.cleaned_data["reason"])

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(f"文件超过 {MAX_BYTES // 1024 // 1024} MB，请删去无关的内容后再传。")
        return file

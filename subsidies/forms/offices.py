"""What offices enter: payments, signatures, findings, recoveries, stops."""

from django import forms

from accounts.forms import LineField
from accreditation.forms.desk import RecentDay, TextField
from subsidies.forms.books import Dated
from subsidies.forms.fields import YuanField
from subsidies.models import Finding


class ChooseBatch(forms.Form):
    """Which programme, year and region a batch is for."""

    programme = forms.ChoiceField(label="方案")
    year = forms.TypedChoiceField(label="年度", coerce=int)
    region = forms.TypedChoiceField(label="地区", coerce=int, required=False)

    def __init__(self, data, *, runs, regions):
        super().__init__(data)
        self.fields["programme"].choices = list(dict.fromkeys((run.programme, run.version.data["title"]) for run in runs))  # fmt: skip
        self.fields["year"].choices = [(y, f"{y} 年度") for y in sorted({run.fiscal_year for run in runs}, reverse=True)]  # fmt: skip
        self.fields["region"].choices = [(region.pk, region.name) for region in regions]


class Pay(Dated):
    seen = forms.CharField(max_length=60, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))
    document = LineField(label="拨付文号", max_length=60, help_text="例如 甘财社〔2026〕12号。")
    paid_on = RecentDay(label="拨付日期")


class Sign(forms.Form):
    passed = forms.ChoiceField(
        label="审核意见", choices=[("yes", "审核通过"), ("no", "退回补正")], widget=forms.RadioSelect
    )
    remarks = TextField(
        label="意见", required=False, max_length=500, help_text="退回时必须写明需要补正的内容。"
    )


class Find(forms.Form):
    """A finding; `entry` is one of the report's expenses, or empty for what lies unused."""

    kind = forms.ChoiceField(label="问题类型", choices=Finding.Kind.choices, widget=forms.RadioSelect)
    entry = forms.TypedChoiceField(label="所涉支出", required=False, coerce=int, empty_value=None)
    fen = YuanField(label="涉及金额（元）")
    text = TextField(label="事实和依据", max_length=500)

    def __init__(self, *args, expenses, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["entry"].choices = [("", "未支出的资金"), *expenses]


class OrderRecovery(Dated):
    due_on = RecentDay(label="限缴日期")
    document = LineField(label="决定文号", max_length=60)


class Repay(Dated):
    fen = YuanField(label="收回金额（元）")
    on = RecentDay(label="收款日期")
    voucher = LineField(label="收款凭证号", max_length=100)


class OrderStop(forms.Form):
    first_year = forms.IntegerField(
        label="自哪一年度起停发", widget=forms.TextInput(attrs={"class": "w4", "inputmode": "numeric"})
    )
    reason = LineField(label="理由", max_length=300)
    document = LineField(label="停发文号", max_length=60)


class Release(forms.Form):
    reason = LineField(label="理由", max_length=300)
    document = LineField(label="决定文号", max_length=60)


class LiftStop(Dated):
    resumes_year = forms.IntegerField(
        label="自哪一年度起恢复", widget=forms.TextInput(attrs={"class": "w4", "inputmode": "numeric"})
    )
    reason = LineField(label="理由", max_length=300)
    document = LineField(label="恢复文号", max_length=60)
    on = RecentDay(label="决定日期")


class Accrue(forms.Form):
    year = forms.IntegerField(
        label="年度", min_value=2000, max_value=2100, widget=forms.TextInput(attrs={"class": "w4", "inputmode": "numeric"})
    )  # fmt: skip

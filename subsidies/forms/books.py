"""What a community enters: receipts, expenses, money given back, the yearly report."""

import secrets

from django import forms

from accounts.forms import LineField
from accreditation.forms.desk import ManyFilesField, RecentDay, TextField
from subsidies.forms.fields import NewToken, YuanField


class Dated(forms.Form):
    """A form whose days are read as of this year."""

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, RecentDay):
                field.year = today.year


class Receive(Dated):
    on = RecentDay(label="到账日期", help_text="银行入账的日期，例如 2026-03-05、3月5日。")


class Spend(Dated):
    """One expense. `hint` boxes appear after the first try, for what was pointed out."""

    token = NewToken()
    use = forms.ChoiceField(label="用途", widget=forms.RadioSelect)
    on = RecentDay(label="支出日期", help_text="发票或付款的日期，例如 2026-05-10、5月10日。")
    fen = YuanField(label="金额（元）", help_text="例如 3980 或 3980.50。")
    payee = LineField(label="收款人", max_length=80, help_text="发票上的销售方或收款的单位、个人。")
    item = LineField(label="事项", max_length=200, help_text="买了什么，或办了什么活动。")
    invoice = LineField(label="发票号码", max_length=40)
    files = ManyFilesField(
        label="凭证",
        required=False,
        help_text="发票、付款凭证、照片，PDF、JPEG 或 PNG，每个不超过 20 MB，可以一次选几个。",
    )
    reason = LineField(label="说明", max_length=200, required=False)

    def __init__(self, *args, uses, **kwargs):
        super().__init__(*args, **kwargs)
        # A use outside the document is refused by the rule itself, with its article.
        self.fields["use"] = forms.CharField(
            label="用途", widget=forms.RadioSelect(choices=[(use.key, use.name) for use in uses])
        )
        if not self.is_bound:
            self.initial.setdefault("token", secrets.token_urlsafe(16))


class Refund(Dated):
    token = NewToken()
    fen = YuanField(label="缴回金额（元）")
    on = RecentDay(label="缴回日期")
    voucher = LineField(label="缴款凭证号", max_length=100)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            self.initial.setdefault("token", secrets.token_urlsafe(16))


class FileReport(forms.Form):
    """The words of a report; `seen` is the digest of the figures it was printed with."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))
    text = TextField(
        label="使用情况说明", max_length=3000, help_text="资金怎样使用、开展了哪些工作、效果如何；没有用完的写明原因。", widget=forms.Textarea(attrs={"rows": 8})
    )  # fmt: skip


class Reverse(forms.Form):
    reason = LineField(label="冲正理由", max_length=200)

"""Forms of a desk's list: one application on or off it, why one is passed over, and the list as a whole."""

from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import DayField, LineField
from accounts.text import clean_text
from accreditation.paper.document_numbers import document_number


class Move(forms.Form):
    """One application on or off the list; `seen` is compared under the lock."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))


class PassOver(Move):
    """Why a better-ranked one is left off."""

    reason = LineField(label="未列入的理由", max_length=200)


class SeenList(forms.Form):
    """A form about a whole list: carries every application of the preview with its number of moves."""

    def clean(self):
        cleaned = super().clean()
        try:
            cleaned["seen"] = _pairs(self.data.getlist("seen"))
        except ValueError:
            raise ValidationError("页面不完整，请重新打开后再办理。") from None
        return cleaned


def _pairs(texts) -> dict[int, int]:
    """{application pk: moves} from "12:3"; ValueError for anything else."""
    found = {}
    for text in texts:
        key, _, moves = text.partition(":")
        if not (text.isascii() and key.isdigit() and moves.isdigit() and len(text) < 30):
            raise ValueError(text)
        found[int(key)] = int(moves)
    return found


class NoticeText(SeenList):
    """The official words of a notice."""

    number = LineField(label="文号", max_length=60, required=False, help_text="没有文号的可以不填。")
    title = LineField(label="标题", max_length=150)
    basis = forms.CharField(label="依据", max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    process = forms.CharField(label="评审经过", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    contact = LineField(
        label="受理单位及电话", max_length=200, help_text="请填办公电话，不要填个人手机号码。"
    )
    address = LineField(label="地址", max_length=150, required=False)

    def clean_number(self):
        return document_number(self.cleaned_data["number"])

    def clean_basis(self):
        return clean_text(self.cleaned_data["basis"])

    def clean_process(self):
        return clean_text(self.cleaned_data["process"])

    def words(self) -> dict:
        """What accreditation.notices.publish takes as `text`."""
        return {name: self.cleaned_data[name] for name in self.fields}


class Recognise(SeenList):
    """The document that grants the titles of a list."""

    document_number = LineField(label="认定文号", max_length=60, help_text="例如 湘人社函〔2017〕300号")
    granted_on = DayField(label="认定日期", help_text="认定文件的印发日期，例如 2017-12-01")

    def clean_document_number(self):
        return document_number(self.cleaned_data["document_number"])

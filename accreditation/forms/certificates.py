"""What is typed for the decision that ends a title: its number, facts and day."""

from django import forms

from accounts.forms import DayField, LineField
from accounts.text import clean_text
from accreditation.paper.document_numbers import document_number


class CancellationText(forms.Form):
    """The words of the decision; the portal keeps none of them."""

    number = LineField(
        label="决定文号", max_length=60, required=False, help_text="没有文号的可以不填，打印后手写。"
    )
    reason = forms.CharField(
        label="撤销的事实和依据",
        max_length=1500,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="按公文写成完整的句子，每段一行。",
    )
    ended_on = DayField(label="撤销起始日期", required=False, help_text="不填的，自决定印发之日起。")

    def clean_number(self):
        return document_number(self.cleaned_data["number"])

    def clean_reason(self):
        return clean_text(self.cleaned_data["reason"])

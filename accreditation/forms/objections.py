"""What an office decides about an objection."""

from django import forms

from accounts.text import clean_text
from accreditation.models import Objection


class _Text(forms.CharField):
    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value):
        return super().clean(clean_text(value or ""))


class ObjectionQuery(forms.Form):
    """Which part of the register."""

    SHOWN = [("", "未办结"), ("all", "全部"), ("settled", "已办结")]
    show = forms.ChoiceField(label="状态", required=False, choices=SHOWN)


class Admit(forms.Form):
    """Nothing to write: pressing admits."""


class Extend(forms.Form):
    reason = _Text(
        label="延期理由",
        max_length=200,
        help_text="只能延期一次，延长 10 个工作日。",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class Settle(forms.Form):
    """The outcome and the answer; only an anonymous one that was never admitted can be turned away."""

    outcome = forms.ChoiceField(label="结论", widget=forms.RadioSelect)
    reply = _Text(
        label="答复", max_length=2000, help_text="提出人凭查询码可以看到。请不要写提出人的姓名和联系方式。"
    )

    def __init__(self, *args, objection, **kwargs):
        super().__init__(*args, **kwargs)
        outcomes = Objection.Outcome
        choices = [outcomes.UPHELD, outcomes.DISMISSED]
        if not (objection.named or objection.admitted_at):
            choices.append(outcomes.NOT_ADMITTED)
        self.fields["outcome"].choices = [(choice, choice.label) for choice in choices]

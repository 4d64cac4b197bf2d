"""Forms of titles and their yearly rechecks; the verbs decide, these read what was typed."""

from django import forms

from accounts.forms import DayField, LineField
from accreditation.forms.desk import TextField
from accreditation.models import Ending, RecheckEntry, Recognition
from accreditation.recheck_due import WANTED
from regions.models import Region

WHOLE = {"inputmode": "numeric", "class": "w8", "autocomplete": "off"}
YES_NO = [("yes", "合格，称号保留"), ("no", "不合格")]


class Seen(forms.Form):
    """What every press carries: the number of moves its page was printed with."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))


class TitleQuery(forms.Form):
    """The filters of the list of titles."""

    q = forms.CharField(label="社区名称或证书编号", required=False, max_length=60)
    money = forms.ChoiceField(
        label="层级", required=False, choices=[("", "全部"), *Recognition.Money.choices]
    )
    state = forms.ChoiceField(
        label="状态",
        required=False,
        choices=[("", "全部"), ("held", "有效"), ("ended", "已终止"), ("proposed", "建议撤销")],
    )
    year = forms.IntegerField(
        label="认定年度", required=False, min_value=1990, max_value=2100, widget=forms.TextInput(attrs=WHOLE)
    )
    region = forms.ModelChoiceField(
        Region.objects.all(), label="地区", required=False, widget=forms.HiddenInput()
    )


class DueQuery(forms.Form):
    """Which of the titles that are rechecked every year."""

    state = forms.ChoiceField(label="情况", required=False, choices=[("", "全部"), *WANTED.items()])


class Propose(forms.Form):
    kind = forms.ChoiceField(
        label="原因", choices=[(k.value, k.label) for k in (Ending.Kind.FRAUD, Ending.Kind.DECISION)]
    )
    reason = TextField(
        label="事由",
        max_length=500,
        help_text="写明查实的事实和依据的条款，社区和公众都能看到决定的原因类别。",
    )


class Decide(forms.Form):
    """The decision about a proposal: the title ends, and perhaps the community may not apply for a time."""

    document_number = LineField(label="决定文号", max_length=60)
    on = DayField(label="生效日期", help_text="例如 2022-03-01，不能晚于今天。")
    bar = forms.BooleanField(label="同时取消该社区的申报资格", required=False)
    bar_until = DayField(
        label="不得申报的截止日期", required=False, help_text="取消资格的，填最后一日；不填则到解除为止。"
    )


class Refuse(forms.Form):
    reason = TextField(label="不同意的理由", max_length=500)


class Gap(forms.Form):
    year = forms.IntegerField(
        label="没有复查的年度", min_value=1990, max_value=2100, widget=forms.TextInput(attrs=WHOLE)
    )
    reason = TextField(label="理由", max_length=200)
    document_number = LineField(label="依据文号", max_length=60, required=False)


class Lift(forms.Form):
    document_number = LineField(label="解除文号", max_length=60)


class OpenRecheck(forms.Form):
    year = forms.IntegerField(
        label="复查年度", min_value=1990, max_value=2100, widget=forms.TextInput(attrs=WHOLE)
    )
    name = LineField(label="名称", max_length=120)
    document_number = LineField(label="通知文号", max_length=60, required=False)
    due_on = DayField(label="报送期限", required=False, help_text="不填的，按办法规定的期限。")


class RegisterQuery(forms.Form):
    """The filters of a register."""

    q = forms.CharField(label="社区名称", required=False, max_length=60)
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *RecheckEntry.State.choices]
    )
    mine = forms.BooleanField(label="只看待我办理的", required=False)


class Check(Seen):
    """A line of the register: the counts the document asks for beside what was told before, and whether the title stands."""

    def __init__(self, *args, figures, visit, before=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.keys = [figure["key"] for figure in figures]
        for figure in figures:
            value, words = (before or {}).get(figure["key"], ("", ""))
            self.fields[figure["key"]] = forms.IntegerField(
                label=figure["label"], min_value=0, max_value=10**9, widget=forms.TextInput(attrs=WHOLE),
                help_text=f"{words}为 {value}。" if words else "",
            )  # fmt: skip
        self.fields["visited_on"] = DayField(label="实地查看日期", required=visit)
        self.fields["passed"] = forms.ChoiceField(label="复查结论", choices=YES_NO, widget=forms.RadioSelect)
        self.fields["reason"] = TextField(
            label="情况说明", max_length=500, required=False, help_text="不合格的必须写明。"
        )

    def told(self) -> dict:
        """What `rechecks.check` takes."""
        said = self.cleaned_data
        return {
            "seen": said["seen"], "passed": said["passed"] == "yes", "reason": said["reason"],
            "visited_on": said["visited_on"], "figures": {key: said[key] for key in self.keys},
        }  # fmt: skip


class SendBack(Seen):
    remark = TextField(label="退回意见", max_length=200)


class DecideFailed(Seen):
    """Above: the failed title ends, or stays against the finding."""

    end = forms.ChoiceField(
        label="决定",
        choices=[("yes", "批准，称号终止"), ("no", "不批准，称号保留（该年度不计为合格）")],
        widget=forms.RadioSelect,
    )
    reason = TextField(label="理由", max_length=200)
    document_number = LineField(label="批准文号", max_length=60)
    on = DayField(label="文件日期", help_text="称号终止的，自这一日起终止。")


def below(region) -> list[tuple[str, str]]:
    """The regions one level below, as choices."""
    rows = Region.objects.standing().filter(parent=region).order_by("position")
    return [("", "全部"), *((str(row.pk), row.name) for row in rows)]

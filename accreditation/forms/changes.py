"""Forms of a community's change: what is reported, found and decided."""

from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import DayField, LineField
from accreditation.community_changes import Keep
from accreditation.forms.desk import TextField
from accreditation.forms.titles import Seen
from accreditation.models import ChangeReport
from regions.models import Community, Region

MOST_PARTS = 20


class ChangeQuery(forms.Form):
    """The filters of the list of reports."""

    q = forms.CharField(label="社区名称", required=False, max_length=60)
    kind = forms.ChoiceField(label="变更", required=False, choices=[("", "全部"), *ChangeReport.Kind.choices])
    state = forms.ChoiceField(
        label="状态", required=False, choices=[("", "全部"), *ChangeReport.State.choices]
    )
    late = forms.BooleanField(label="只看逾期报告的", required=False)
    mine = forms.BooleanField(label="只看待我办理的", required=False)


class Report(forms.Form):
    """One change. Communities and streets are typed by name; the county they lie in is the reporter's own."""

    kind = forms.ChoiceField(label="变更的种类", choices=ChangeReport.Kind.choices, widget=forms.RadioSelect)
    happened_on = DayField(label="变更日期", help_text="民政部门批复的日期，例如 2022-03-01。")
    document_number = LineField(label="民政批复文号", max_length=60, required=False)
    name = LineField(
        label="新的名称", max_length=60, required=False, help_text="更名的，以及合并为新社区的，填写新名称。"
    )
    street = LineField(
        label="划入的街道（乡镇）", max_length=60, required=False, help_text="划转的填写，例如 岳麓街道。"
    )
    into = LineField(
        label="并入的社区", max_length=60, required=False, help_text="并入现有社区的，填写它的名称。"
    )
    others = TextField(
        label="一同合并的社区",
        max_length=1000,
        required=False,
        help_text="合并为新社区的，每行一个名称（本社区除外）。",
    )
    parts = TextField(
        label="拆分后的社区", max_length=1000, required=False, help_text="拆分的，每行一个名称，至少两个。"
    )
    explanation = TextField(label="说明", max_length=500, required=False)

    def __init__(self, *args, community, **kwargs):
        super().__init__(*args, **kwargs)
        self.community = community
        self.county = _around(community)

    def clean(self):
        said, kind = self.cleaned_data, self.cleaned_data.get("kind")
        details = {}
        if kind in ("renamed", "merged") and said.get("name"):
            details["name"] = said["name"]
        if kind == "moved" and said.get("street"):
            details["street"] = self._one(self._streets(), "street", "街道（乡镇）")
        if kind == "merged" and said.get("into"):
            details["into"] = self._one(self._communities(), "into", "社区")
        if kind == "merged" and said.get("others") and not said.get("into"):
            details["others"] = [self._named(line) for line in _lines(said["others"])]
        if kind == "split":
            details["parts"] = _lines(said.get("parts", ""))[:MOST_PARTS]
        said["details"] = {key: value for key, value in details.items() if value is not None}
        return said

    def _streets(self):
        return Region.objects.standing().filter(
            level="street", position__range=(self.county.position, self.county.last)
        )

    def _communities(self):
        return Community.objects.standing().within(self.county).exclude(pk=self.community.pk)

    def _one(self, rows, field, word):
        found = list(rows.filter(name=self.cleaned_data[field])[:2])
        if len(found) == 1:
            return found[0].pk
        self.add_error(
            field,
            f"{self.county.name}没有这个{word}。"
            if not found
            else f"{self.county.name}有几个同名的{word}，请向上级单位报告办理。",
        )
        return None

    def _named(self, name):
        found = list(self._communities().filter(name=name)[:2])
        if len(found) == 1:
            return found[0].pk
        self.add_error(
            "others", ValidationError(f"{self.county.name}{'没有' if not found else '有几个'}“{name}”。")
        )
        return None

    def told(self) -> dict:
        """What `community_changes.report` takes."""
        names = ("kind", "happened_on", "details", "document_number", "explanation")
        return {name: self.cleaned_data[name] for name in names}


def _lines(text):
    return [line.strip() for line in text.splitlines() if line.strip()]


def _around(community) -> Region:
    """The county a community lies in, else the city."""
    over = Region.objects.standing().filter(position__lte=community.position, last__gte=community.position)
    levels = {region.level: region for region in over}
    return levels.get("county") or levels.get("city") or community.street


class Check(Seen):
    finding = TextField(label="核实情况", max_length=500)


class Refuse(Seen):
    reason = TextField(label="不同意的理由", max_length=500)


class Decide(Seen):
    """What becomes of each title, and the decision."""

    def __init__(self, *args, titles, kind, parts, **kwargs):
        super().__init__(*args, **kwargs)
        self.titles = [] if kind == ChangeReport.Kind.ABOLISHED else list(titles)
        keep = [("keep", "保留称号"), ("end", "称号终止")]
        if kind == ChangeReport.Kind.MERGED:
            keep[0] = ("keep", "复核合格，由合并后的社区承接")
        if kind == ChangeReport.Kind.SPLIT:
            keep = [
                *((str(number), f"由{name}承接") for number, name in enumerate(parts)),
                ("end", "称号终止"),
            ]
        for title in self.titles:
            self.fields[f"title_{title.pk}"] = forms.ChoiceField(
                label=f"{title.community.name}：{title.tier_name}（{title.number}）",
                choices=keep,
                widget=forms.RadioSelect,
            )
        self.fields["decision"] = TextField(label="决定", max_length=500)
        self.fields["document_number"] = LineField(label="决定文号", max_length=60)

    def told(self) -> dict:
        """What `community_changes.decide` takes."""
        said = self.cleaned_data
        kept = {}
        for title in self.titles:
            answer = said[f"title_{title.pk}"]
            kept[title.pk] = Keep(answer != "end", int(answer) if answer.isdigit() else 0)
        return {
            "kept": kept, "decision": said["decision"], "document_number": said["document_number"], "seen": said["seen"],
        }  # fmt: skip

"""Queries and settings of rounds."""

from django import forms

from accreditation.models import Round, State
from regions.models import Region

ORDERS = {
    "number": ("id",),
    "-arrived": ("-arrived_at", "id"),
    "due": ("due_on", "id"),
    "place": ("position", "id"),
    "-self": ("-total_self", "id"),
    "-county": ("-total_county", "id"),
    "-city": ("-total_city", "id"),
    "-province": ("-total_province", "id"),
}
SIZES = (25, 50, 100)


class ApplicationQuery(forms.Form):
    """The filters of the list of applications; what is not understood is said, and then left out."""

    q = forms.CharField(label="社区名称或编号", required=False, max_length=60, strip=True)
    round = forms.ModelChoiceField(Round.objects.none(), label="批次", required=False, empty_label="全部批次")
    state = forms.ChoiceField(label="状态", required=False, choices=[("", "全部状态"), *State.choices])
    region = forms.ModelChoiceField(
        Region.objects.none(), label="地区", required=False, empty_label="全部地区"
    )
    late = forms.BooleanField(label="只看逾期", required=False)
    order = forms.ChoiceField(
        label="排序",
        required=False,
        choices=[
            ("number", "按编号"),
            ("-arrived", "最近到达"),
            ("due", "期限先到"),
            ("place", "按地区"),
            ("-self", "自评分从高到低"),
            ("-county", "县级评分从高到低"),
            ("-city", "市级评分从高到低"),
            ("-province", "省级评分从高到低"),
        ],
    )
    size = forms.TypedChoiceField(label="每页", required=False, coerce=int, choices=[(n, n) for n in SIZES])

    def __init__(self, data, *, region):
        """`region`: what the reader looks down from (None for a community)."""
        super().__init__(data)
        self.scoped = region is not None and region.level != Region.Level.STREET
        if region is not None:
            self.fields["round"].queryset = Round.objects.filter(
                region__position__lte=region.last, region__last__gte=region.position
            )
            self.fields["region"].queryset = Region.objects.filter(parent=region).order_by("position")
        else:
            self.fields["round"].queryset = Round.objects.all()

    def apply(self, applications, today):
        """The queryset filtered and ordered by what was understood."""
        found = self.cleaned_data
        if found.get("q"):
            applications = applications.named(found["q"])
        if found.get("round"):
            applications = applications.filter(round=found["round"])
        if found.get("state"):
            applications = applications.filter(state=found["state"])
        if region := found.get("region"):
            applications = applications.filter(position__range=(region.position, region.last))
        if found.get("late"):
            applications = applications.filter(due_on__lt=today).exclude(
                state__in=("recognised", "declined", "withdrawn", "disqualified")
            )
        return applications.order_by(*ORDERS[found.get("order") or "number"])

    def words(self) -> str:
        """The filters as one line, for the cover of an export."""
        parts = []
        for name, value in self.cleaned_data.items():
            if value and name not in ("size", "order"):
                shown = dict(self.fields[name].choices).get(value, value) if name == "state" else value
                parts.append(f"{self.fields[name].label}：{'是' if shown is True else shown}")
        return "；".join(parts)

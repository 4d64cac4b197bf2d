"""The filters of the list behind the numbers of a coverage page."""

from django import forms

from accreditation.programme_lines import KIND
from regions.models import Region

SIZES = (25, 50, 100)


class CoverageQuery(forms.Form):
    """Which communities: kind, place, with or without the title, at the end of which year. What is not understood is left out."""

    kind = forms.ChoiceField(label="类型", required=False)
    region = forms.ModelChoiceField(
        Region.objects.none(), label="地区", required=False, empty_label="全部地区"
    )
    held = forms.ChoiceField(
        label="称号", required=False, choices=[("", "全部"), ("yes", "已认定"), ("no", "未认定")]
    )
    year = forms.TypedChoiceField(label="时间", required=False, coerce=int, empty_value=None)
    size = forms.TypedChoiceField(label="每页", required=False, coerce=int, choices=[(n, n) for n in SIZES])

    def __init__(self, data, *, targets, places, years, today):
        """`places`: the regions the reader may choose from; `years`: those of the page, the present one last."""
        super().__init__(data)
        kinds = [target.kind for target in targets]
        self.fields["kind"].choices = [("", "全部类型"), *((kind, KIND[kind]) for kind in kinds)]
        self.fields["region"].queryset = Region.objects.filter(pk__in=[place.pk for place in places])
        past = [(year, f"{year} 年底") for year in reversed(years) if year != today.year]
        self.fields["year"].choices = [("", "今天"), *past]
        self.several = len(places) > 1

    def wanted(self) -> dict:
        """What was understood, for accreditation.coverage.communities."""
        held = {"yes": True, "no": False}.get(self.cleaned_data.get("held", ""))
        return {"kind": self.cleaned_data.get("kind", ""), "held": held}

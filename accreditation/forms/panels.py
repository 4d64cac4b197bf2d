"""Forms of a panel: appointing, drawing, giving tasks back, and a member's score."""

from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import LineField
from accounts.text import narrow
from accreditation.forms.desk import TextField
from accreditation.panel_scores import FULL, HUNDREDTH, LONGEST_COMMENT
from accreditation.panels import LONGEST_REASON
from scoring.points import parse_points, show_points


class Appoint(forms.Form):
    """Whom to appoint, out of the people who could be; and a county that members of the panel's own level stay out of."""

    picked = forms.MultipleChoiceField(
        label="聘任的人员",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请勾选要聘任的人员。"},
    )
    county = forms.ChoiceField(
        label="另外回避的县（市、区）",
        required=False,
        help_text="县（市、区）的人员自动回避本县（市、区），不用在这里选择。市直单位和高校的人员需要回避某个县（市、区）的，单独勾选后在这里选择。",
    )

    def __init__(self, data, *, candidates, counties):
        """candidates: postings; counties: regions directly below the panel's."""
        super().__init__(data)
        self.postings = {str(posting.pk): posting for posting in candidates}
        self.counties = {str(county.pk): county for county in counties}
        self.fields["picked"].choices = [(key, str(posting.user)) for key, posting in self.postings.items()]
        self.fields["county"].choices = [("", "无"), *((key, one.name) for key, one in self.counties.items())]

    def clean_picked(self):
        return [self.postings[key] for key in self.cleaned_data["picked"]]

    def clean_county(self):
        return self.counties.get(self.cleaned_data["county"])

    def chosen(self, region):
        """(user, organisation, source, county) of each picked posting; `region` is the panel's."""
        for posting in self.cleaned_data["picked"]:
            office = posting.office
            home = None if office.region == region else office.region
            yield posting.user, office.name, office.department, home or self.cleaned_data["county"]


class Draw(forms.Form):
    """Into how many groups; `seen` is the pool that the preview showed."""

    groups = forms.IntegerField(
        label="分组数",
        min_value=1,
        max_value=99,
        widget=forms.TextInput(attrs={"class": "w4", "inputmode": "numeric", "autocomplete": "off"}),
    )
    seen = forms.RegexField(
        r"^[0-9a-f]{64}$", required=False, widget=forms.HiddenInput(attrs={"autocomplete": "off"})
    )


class Reason(forms.Form):
    """Why a member leaves, or a task is given back."""

    reason = LineField(label="原因", max_length=LONGEST_REASON)


class Nothing(forms.Form):
    """A press without anything to fill in."""


class Score(forms.Form):
    """A member's points and comment; `edition` is that of the page."""

    points = forms.CharField(
        label="评分",
        max_length=10,
        help_text="0 到 100 分，最多两位小数。",
        widget=forms.TextInput(attrs={"class": "w8", "inputmode": "decimal", "autocomplete": "off"}),
        error_messages={"required": "请填写评分。"},
    )
    comment = TextField(
        label="评语", required=False, max_length=LONGEST_COMMENT, widget=forms.Textarea(attrs={"rows": 4})
    )
    edition = forms.IntegerField(min_value=0, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    @classmethod
    def of(cls, score):
        """What is kept, for the page."""
        given = {"comment": score.comment, "edition": score.edition}
        return cls(
            initial=given | ({"points": show_points(score.points)} if score.points is not None else {})
        )

    def clean_points(self):
        text = narrow(self.cleaned_data["points"]).replace("。", ".")
        try:
            points = parse_points(text)
        except ValueError:
            raise ValidationError("请填写 0 到 100 之间的数，例如 88 或 88.5。") from None
        if not 0 <= points <= FULL:
            raise ValidationError("评分应在 0 到 100 之间。")
        if points % HUNDREDTH:
            raise ValidationError("评分最多保留两位小数。")
        return points

"""Queries and the objection form of the public pages. What a stranger types is bounded before anything else happens."""

from django import forms
from django.core.exceptions import ValidationError

from accounts.text import clean_line, clean_text, narrow
from accreditation import public, uploads

MOST_FILES = 5


class _PlaceQuery(forms.Form):
    """A place by its name, and a year from those there are. What is not understood is said and left out."""

    region = forms.CharField(label="地区", required=False, max_length=30)
    year = forms.TypedChoiceField(label="年度", required=False, coerce=int, empty_value=None)

    def __init__(self, data, *, years):
        super().__init__(data)
        self.fields["region"].widget.attrs.update({"placeholder": "例如 长沙市"})
        self.fields["year"].choices = [("", "全部年度"), *[(year, f"{year}年") for year in years]]
        self.places = None

    def clean_region(self):
        text = clean_line(self.cleaned_data["region"])
        if text:
            self.places = public.places_named(text)
            if not self.places:
                raise ValidationError("没有查到这个地区，请填写市、县（区）或街道的名称，例如“长沙市”。")
        return text

    def found(self, name):
        return self.cleaned_data.get(name)


class NoticeQuery(_PlaceQuery):
    """The filters of the list of notices."""


class RecognisedQuery(_PlaceQuery):
    """The filters of the register of titles."""

    q = forms.CharField(label="社区名称、曾用名或证书编号", required=False, max_length=60)
    tier = forms.ChoiceField(label="称号", required=False)
    field_order = ("q", "region", "tier", "year")

    def __init__(self, data, *, years, tiers):
        super().__init__(data, years=years)
        self.fields["tier"].choices = [("", "全部称号"), *[(name, name) for name in tiers]]
        self.fields["q"].widget.attrs.update({"data-search": ""})

    def clean_q(self):
        return clean_line(self.cleaned_data["q"])


class CertificateQuery(forms.Form):
    """A certificate number as it stands on paper; spaces and full-width characters do not matter."""

    number = forms.CharField(
        label="证书编号", max_length=60, help_text="在证书或认定文件上，例如 HN2017-0001-7K3M9Q。"
    )

    def clean_number(self):
        return narrow(self.cleaned_data["number"]).upper()


class CodeQuery(forms.Form):
    """The query code of an objection."""

    code = forms.CharField(
        label="查询码", max_length=80, help_text="提交异议时得到的 32 位字符，空格和大小写不影响查询。"
    )

    def clean_code(self):
        return narrow(self.cleaned_data["code"]).replace("-", "").lower()


class _ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Several files of one input, as a list."""

    widget = _ManyFilesInput

    def clean(self, data, initial=None):
        files = [one for one in (data or []) if one]
        if len(files) > MOST_FILES:
            raise ValidationError(f"最多上传 {MOST_FILES} 个文件。")
        return [super(ManyFiles, self).clean(one, initial) for one in files]


class ObjectionForm(forms.Form):
    """What happened, what proves it, and who says so. `website` is for programs only: people do not see it."""

    text = forms.CharField(
        label="反映的情况",
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="请写明时间、地点和事实，以便核查，最多 5000 字。请不要写他人的身份证号、电话等个人信息。",
    )
    files = ManyFiles(
        label="证明材料",
        required=False,
        help_text=f"PDF、JPEG 或 PNG，最多 {MOST_FILES} 个，每个不超过 20 MB。",
        widget=_ManyFilesInput(attrs={"accept": uploads.ACCEPT}),
    )
    named = forms.ChoiceField(
        label="您的身份",
        widget=forms.RadioSelect,
        choices=[
            (
                "yes",
                "实名：即日起暂缓该社区，办理结果会答复您。身份只有发布公示的单位能看到，不向社区和其他人透露。",
            ),
            ("no", "匿名：由发布单位决定是否受理，受理之前不影响公示，办理结果可以凭查询码查看。"),
        ],
    )
    name = forms.CharField(label="姓名或单位名称（匿名的不填）", max_length=60)
    contact = forms.CharField(
        label="联系方式（匿名的不填）",
        max_length=80,
        help_text="手机、座机或电子邮箱，只用于核实和答复。",
    )
    website = forms.CharField(label="此栏请留空", required=False, max_length=200)
    token = forms.CharField(widget=forms.HiddenInput(attrs={"autocomplete": "off"}), max_length=64)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.is_bound and self.data.get("named") != "yes":
            self.fields["name"].required = self.fields["contact"].required = False
        self.fields["name"].widget.attrs["autocomplete"] = "name"
        self.fields["contact"].widget.attrs["autocomplete"] = "tel"
        self.fields["website"].widget.attrs.update({"autocomplete": "off", "tabindex": "-1"})

    def clean_text(self):
        return clean_text(self.cleaned_data["text"])

    def clean_name(self):
        return clean_line(self.cleaned_data["name"])

    def clean_contact(self):
        return clean_line(self.cleaned_data["contact"])

    def clean_website(self):
        if self.cleaned_data["website"]:
            raise ValidationError("请把标着“此栏请留空”的一栏清空后再提交。")
        return ""

    def said(self) -> dict:
        """What accreditation.notices.object_to takes. An anonymous one brings no identity along."""
        named = self.cleaned_data["named"] == "yes"
        return {
            "named": named,
            "name": self.cleaned_data["name"] if named else "",
            "contact": self.cleaned_data["contact"] if named else "",
            "text": self.cleaned_data["text"],
        }


def shown_code(code: str) -> str:
    """A query code in groups of four, to be copied by hand."""
    return " ".join(code[n : n + 4] for n in range(0, len(code), 4))

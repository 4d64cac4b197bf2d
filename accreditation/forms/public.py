"""Queries and the objection form of the public pages. What a stranger types is bounded before anything else happens."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.text import clean_line, clean_text, narrow
from accreditation import public, uploads

MOST_FILES = 5


class _PlaceQuery(forms.Form):
    """A place by its name. What is not understood is said and left out."""

    region = forms.CharField(label=_("地区"), required=False, max_length=120)

    def __init__(self, data, **choices):
        """choices: for each field of that name what can be chosen, behind the choice of everything."""
        super().__init__(data)
        self.fields["region"].widget.attrs["placeholder"] = _("例如 长沙市")
        for name, (everything, rows) in choices.items():
            self.fields[name].choices = [("", everything), *rows]
        self.places = None

    def clean_region(self):
        text = clean_line(self.cleaned_data["region"])
        if text:
            self.places = public.places_named(text)
            if not self.places:
                raise ValidationError(_("没有查到这个地区，请填写市、县（区）或街道的名称，例如“长沙市”。"))
        return text

    def found(self, name):
        """What was understood of a field, or nothing."""
        return self.cleaned_data.get(name) or None


def _years(years):
    return _("全部年度"), [(year, _("%(year)d年") % {"year": year}) for year in years]


class NoticeQuery(_PlaceQuery):
    """The filters of the list of notices."""

    programme = forms.ChoiceField(label=_("方案"), required=False)
    year = forms.TypedChoiceField(label=_("年度"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(label=_("状态"), required=False)

    def __init__(self, data):
        super().__init__(
            data,
            programme=(_("全部方案"), public.notice_programmes()),
            year=_years(public.notice_years()),
            state=(_("公示中和已结束"), [("running", _("公示中")), ("past", _("已结束"))]),
        )

    def wanted(self) -> public.NoticeFilter:
        """The filter as far as it was understood; asks the form first."""
        self.is_valid()
        state = self.found("state")
        return public.NoticeFilter(
            places=self.places,
            year=self.found("year"),
            programme=self.found("programme") or "",
            running=None if state is None else state == "running",
        )


class TitleQuery(_PlaceQuery):
    """A place, a tier of a programme and a year."""

    tier = forms.ChoiceField(label=_("称号"), required=False)
    year = forms.TypedChoiceField(label=_("年度"), required=False, coerce=int, empty_value=None)

    def __init__(self, data):
        super().__init__(data, tier=(_("全部称号"), self._tiers()), year=_years(public.title_years()))

    @staticmethod
    def _tiers():
        return [
            (title or _("平台启用以前"), [(f"{key}:{tier}", names) for key, tier, names in tiers])
            for title, tiers in public.title_tiers()
        ]

    def wanted(self) -> public.TitleFilter:
        """The filter as far as it was understood; asks the form first."""
        self.is_valid()
        programme, _colon, tier = (self.found("tier") or "").rpartition(":")
        return public.TitleFilter(
            places=self.places,
            text=self.found("q") or "",
            year=self.found("year"),
            programme=programme,
            tier=tier,
        )


class RecognisedQuery(TitleQuery):
    """The filters of the register of titles."""

    q = forms.CharField(label=_("社区名称或证书编号"), required=False, max_length=60)
    field_order = ("q", "region", "tier", "year")

    def __init__(self, data):
        super().__init__(data)
        self.fields["q"].widget.attrs.update({"data-search": "", "placeholder": _("曾用名、代码也可以")})

    def clean_q(self):
        return clean_line(self.cleaned_data["q"])


class EndedQuery(_PlaceQuery):
    """The filters of the list of titles that ended."""

    year = forms.TypedChoiceField(label=_("终止年度"), required=False, coerce=int, empty_value=None)

    def __init__(self, data, today):
        super().__init__(data, year=_years(public.ended_years(today)))

    def wanted(self) -> public.EndedFilter:
        """The filter as far as it was understood; asks the form first."""
        self.is_valid()
        return public.EndedFilter(places=self.places, year=self.found("year"))


class CommunityQuery(_PlaceQuery):
    """Any community by its name, an old one, or its code."""

    q = forms.CharField(label=_("社区名称、曾用名或代码"), required=False, max_length=60)
    field_order = ("q", "region")

    def __init__(self, data):
        super().__init__(data)
        self.fields["q"].widget.attrs["data-search"] = ""

    def clean_q(self):
        return clean_line(self.cleaned_data["q"])


class CertificateQuery(forms.Form):
    """A certificate number as it stands on paper; spaces and full-width characters do not matter."""

    number = forms.CharField(
        label=_("证书编号"), max_length=60, help_text=_("在证书或认定文件上，例如 HN2017-0001-7K3M9Q。")
    )

    def clean_number(self):
        return narrow(self.cleaned_data["number"]).upper()


class CodeQuery(forms.Form):
    """The query code of an objection."""

    code = forms.CharField(
        label=_("查询码"), max_length=80, help_text=_("提交异议时得到的 32 位字符，空格和大小写不影响查询。")
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
            raise ValidationError(_("最多上传 %(count)d 个文件。") % {"count": MOST_FILES})
        return [super(ManyFiles, self).clean(one, initial) for one in files]


class ObjectionForm(forms.Form):
    """What happened, what proves it, and who says so. `website` is for programs only: people do not see it."""

    text = forms.CharField(
        label=_("反映的情况"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=_(
            "请写明时间、地点和事实，以便核查，最多 5000 字。请不要写他人的身份证号、电话等个人信息。"
        ),
    )
    files = ManyFiles(
        label=_("证明材料"),
        required=False,
        help_text=format_lazy(_("PDF、JPEG 或 PNG，最多 {count} 个，每个不超过 20 MB。"), count=MOST_FILES),
        widget=_ManyFilesInput(attrs={"accept": uploads.ACCEPT}),
    )
    named = forms.ChoiceField(
        label=_("您的身份"),
        widget=forms.RadioSelect,
        choices=[
            (
                "yes",
                _(
                    "实名：即日起暂缓该社区，办理结果会答复您。身份只有发布公示的单位能看到，不向社区和其他人透露。"
                ),
            ),
            ("no", _("匿名：由发布单位决定是否受理，受理之前不影响公示，办理结果可以凭查询码查看。")),
        ],
    )
    name = forms.CharField(label=_("姓名或单位名称（匿名的不填）"), max_length=60)
    contact = forms.CharField(
        label=_("联系方式（匿名的不填）"),
        max_length=80,
        help_text=_("手机、座机或电子邮箱，只用于核实和答复。"),
    )
    website = forms.CharField(label=_("此栏请留空"), required=False, max_length=200)
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
            raise ValidationError(_("请把标着“此栏请留空”的一栏清空后再提交。"))
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

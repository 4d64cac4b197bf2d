"""Forms of spot checks: what is to be drawn from, the public seed, and what inspectors found; the verbs decide."""

import re

from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import DayField, LineField
from accreditation.forms.desk import TextField
from accreditation.forms.titles import WHOLE, Seen
from accreditation.models import Recognition
from accreditation.public import masked
from accreditation.spot_pool import inspectors_in, titles_in

# The seed is copied into the command line of whoever repeats the draw: nothing there that a shell reads as its own.
SEED = re.compile(r"[\w .,:;+/()（），。、：；-]+")
MOST_NAMED = 200
NUMBERS = {"widget": forms.TextInput(attrs=WHOLE)}
YES_NO = [("yes", "合格"), ("no", "不合格")]


class FreezeDraw(forms.Form):
    """The titles, the shares, the people and where the seed will come from."""

    name = LineField(label="抽查名称", max_length=120, help_text="同一单位、同一年度、同一名称只能抽取一次。")
    year = forms.IntegerField(label="年度", min_value=1990, max_value=2100, **NUMBERS)
    money = forms.MultipleChoiceField(
        label="抽查哪些称号", choices=Recognition.Money.choices, widget=forms.CheckboxSelectMultiple
    )
    share = forms.IntegerField(
        label="抽查比例（%）", min_value=1, max_value=100, help_text="按称号层级和县（市、区）分层，每层按比例抽取，不足 1 个的进为 1 个。", **NUMBERS
    )  # fmt: skip
    least = forms.IntegerField(label="每层至少抽取（个）", min_value=0, max_value=1000, **NUMBERS)
    reserves = forms.IntegerField(label="每层备选（个）", min_value=0, max_value=1000, **NUMBERS)
    each = forms.IntegerField(label="每个称号由几人检查", min_value=1, max_value=9, **NUMBERS)
    seed_source = LineField(
        label="公开种子的来源", max_length=200,
        help_text="写明固定对象以后才会公布、谁也不能事先知道的数，例如“2026年12月1日双色球开奖号码，按公布顺序”。",
    )  # fmt: skip
    left_out = TextField(
        label="不列入抽取的称号", required=False,
        help_text="每行一个：证书编号，空格，理由。理由随对象清单公布，不要写姓名、电话和身份证号。",
    )  # fmt: skip
    directed = TextField(
        label="定向检查的称号", required=False,
        help_text="每行一个：证书编号，空格，理由。不参加抽取，单独列出，一律检查。",
    )  # fmt: skip
    people = forms.MultipleChoiceField(
        label="检查人员", widget=forms.CheckboxSelectMultiple,
        help_text="从勾选的人员中随机抽取；不检查本县（市、区）的、本人任职过的和登记过利害关系的社区。公布时只用编号。",
    )  # fmt: skip

    def __init__(self, *args, region, day, initial=None, **kwargs):
        self.region, self.day = region, day
        self.inspectors = {str(posting.user_id): posting for posting in inspectors_in(region, day)}
        everyone = {"people": list(self.inspectors), "money": [key for key, _ in Recognition.Money.choices]}
        super().__init__(*args, initial={**everyone, **(initial or {})}, **kwargs)
        self.fields["people"].choices = [
            (key, f"{posting.user.name}（{posting.office.name}，{posting.get_role_display()}）")
            for key, posting in self.inspectors.items()
        ]

    def clean(self):
        told = super().clean()
        if "money" in told:
            titles = dict(titles_in(self.region, told["money"], self.day).values_list("number", "pk"))
            for name in ("left_out", "directed"):
                if name in told:
                    told[name] = self._named(name, told[name], titles)
        return told

    def _named(self, name, text, titles):
        """{title pk: reason} of the lines of one box; what does not do is said at the box, line by line."""
        found, wrong = {}, []
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if len(lines) > MOST_NAMED:
            wrong.append(f"最多 {MOST_NAMED} 行。")
        for line_number, line in enumerate(lines[:MOST_NAMED], 1):
            number, _, reason = line.replace("\u3000", " ").partition(" ")
            title, reason = titles.get(number.upper()), reason.strip()
            if title is None:
                wrong.append(f"第 {line_number} 行：所选范围内没有编号为“{number[:40]}”的称号。")
            elif title in found:
                wrong.append(f"第 {line_number} 行：“{number[:40]}”写了两次。")
            elif not reason or len(reason) > 200:
                wrong.append(f"第 {line_number} 行：请在编号后面写明理由，不超过 200 字。")
            elif self._personal(reason):
                wrong.append(
                    f"第 {line_number} 行：理由将要公布，请不要写检查人员的姓名、电话、身份证号和银行卡号。"
                )
            else:
                found[title] = reason
        if wrong:
            self.add_error(name, wrong)
        return found

    def _personal(self, reason):
        return masked(reason) != reason or any(p.user.name in reason for p in self.inspectors.values())

    def clean_seed_source(self):
        return not_personal(self.cleaned_data["seed_source"])

    def clean_name(self):
        return not_personal(self.cleaned_data["name"])

    def pool(self) -> dict:
        """What `spot_pool.pool_of` takes besides region and day."""
        said = self.cleaned_data
        people = [self.inspectors[key] for key in self.inspectors if key in set(said["people"])]
        told = {
            key: said[key] for key in ("money", "share", "least", "reserves", "each", "left_out", "directed")
        }
        return {**told, "people": people}


def not_personal(text: str) -> str:
    """The text, or a ValidationError where it holds numbers of a person."""
    if masked(text) != text:
        raise ValidationError("这一项将要公布，请不要写电话、身份证号和银行卡号。")
    return text


class PublicSeed(Seen):
    """The text that came out after the pool was fixed; two people type it, each for themselves."""

    public_seed = LineField(
        label="公开种子", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}),
        help_text="照公布的原文录入，各部分之间用一个空格隔开，例如 03 11 17 22 29 31 08。",
    )  # fmt: skip

    def clean_public_seed(self):
        text = not_personal(self.cleaned_data["public_seed"])
        if not SEED.fullmatch(text):
            raise ValidationError("公开种子只能有文字、数字、空格和常用的标点，不能有引号和特殊符号。")
        return text


class VoidDraw(Seen):
    void_reason = TextField(
        label="作废的理由", max_length=200, help_text="理由将要公布，不要写姓名、电话和身份证号。"
    )

    def clean_void_reason(self):
        return not_personal(self.cleaned_data["void_reason"])


class Recuse(forms.Form):
    reason = TextField(
        label="回避的理由", max_length=200,
        help_text="例如“与社区工作人员有亲属关系”。理由将要公布，不要写姓名、电话和身份证号。",
    )  # fmt: skip

    def clean_reason(self):
        return not_personal(self.cleaned_data["reason"])


class Finding(forms.Form):
    visited_on = DayField(label="检查日期", help_text="例如 2026-12-08，不能晚于今天。")
    passed = forms.ChoiceField(label="检查结论", choices=YES_NO, widget=forms.RadioSelect)
    finding = TextField(label="检查情况", max_length=500, required=False, help_text="不合格的必须写明。只供各级单位查看，不公布。")  # fmt: skip

    def told(self) -> dict:
        """What `spot_checks.find` takes."""
        said = self.cleaned_data
        return {**said, "passed": said["passed"] == "yes"}

"""Forms of a desk: the queue's filters, and what a handler or approver writes when they act.

They read and check what was typed; the verbs decide. Each carries `seen`, the number of moves its page was printed with.
"""

import re

from django import forms
from django.core.exceptions import ValidationError

from accounts.forms import DayField, LineField
from accounts.text import clean_text, narrow
from accreditation.models import Assessment

MONTH_AND_DAY = re.compile(r"([0-9]{1,2})(?:月|[-/.])([0-9]{1,2})日?")
SIZES = (25, 50, 100)
# What a sort key orders by; {own} is the desk's own total.
ORDERS = {
    "due": ("due_on", "arrived_at", "id"),
    "arrived": ("arrived_at", "id"),
    "-arrived": ("-arrived_at", "id"),
    "place": ("position", "id"),
    "name": ("community__name", "id"),
    "self": ("total_self", "id"),
    "-self": ("-total_self", "id"),
    "own": ("{own}", "id"),
    "-own": ("-{own}", "id"),
}
SORTS = [
    ("due", "期限先到"),
    ("arrived", "先到先办"),
    ("-arrived", "最近到达"),
    ("place", "按地区"),
    ("name", "按社区名称"),
    ("-self", "自评分从高到低"),
    ("self", "自评分从低到高"),
    ("-own", "本级评分从高到低"),
    ("own", "本级评分从低到高"),
]


# The parts of an application by the kind of a remark's target.
PARTS = {"basics": "基本情况", "indicator": "指标和条件", "figure": "基础数据", "material": "材料"}


class TextField(forms.CharField):
    """Several lines: normal form, nothing unseen."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value):
        return super().clean(clean_text(value or ""))


class QueueQuery(forms.Form):
    """The filters of a desk's queue. What is not understood is said, and then left out."""

    q = forms.CharField(label="社区名称或编号", required=False, max_length=60, strip=True)
    round = forms.ChoiceField(label="批次", required=False)
    region = forms.ChoiceField(label="下级地区", required=False)
    verdict = forms.ChoiceField(
        label="处理建议", required=False, choices=[("", "全部"), *Assessment.Verdict.choices]
    )
    order = forms.ChoiceField(label="排序", required=False, choices=SORTS)
    group = forms.ChoiceField(required=False)
    size = forms.TypedChoiceField(required=False, coerce=int, choices=[(n, n) for n in SIZES])

    def __init__(self, data, *, regions, rounds, groups):
        """regions: those directly below the office; rounds: those at the desk; groups: keys of the queue's groups."""
        super().__init__(data)
        self.regions = {str(region.pk): region for region in regions}
        self.fields["round"].choices = [("", "全部批次"), *((str(r.pk), r.name) for r in rounds)]
        self.fields["region"].choices = [("", "全部地区"), *((r.pk, r.name) for r in self.regions.values())]
        self.fields["group"].choices = [(key, key) for key in groups]

    @property
    def narrowed(self) -> bool:
        """Whether the reader narrowed the list beyond its group."""
        return any(self.cleaned_data.get(name) for name in ("q", "round", "region", "verdict"))

    def apply(self, applications, level):
        """The queryset filtered and ordered by what was understood; `own` is the alias of the desk's assessment."""
        found = self.cleaned_data
        if found.get("q"):
            applications = applications.named(found["q"])
        if found.get("round"):
            applications = applications.filter(round=found["round"])
        if region := self.regions.get(found.get("region")):
            applications = applications.filter(position__range=(region.position, region.last))
        if found.get("verdict"):
            applications = applications.filter(own__verdict=found["verdict"])
        keys = ORDERS[found.get("order") or "due"]
        return applications.order_by(*(key.format(own=f"total_{level}") for key in keys))

    def chips(self) -> list[tuple[str, str]]:
        """(words, the query without it) of every filter in use."""
        found = []
        for name in ("q", "round", "region", "verdict"):
            if value := self.cleaned_data.get(name):
                choices = getattr(self.fields[name], "choices", ())
                shown = next((word for key, word in choices if str(key) == value), value)
                rest = self.data.copy()
                del rest[name]
                found.append((f"{self.fields[name].label}：{shown}", rest.urlencode()))
        return found


class Seen(forms.Form):
    """A move's form: `seen` is compared under the lock."""

    seen = forms.IntegerField(min_value=0, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))


class Propose(Seen):
    """The handler's verdict and opinion; the opinion may be one the office used before."""

    verdict = forms.ChoiceField(
        label="处理建议", choices=Assessment.Verdict.choices, widget=forms.RadioSelect
    )
    phrase = forms.ChoiceField(label="本单位用过的意见", required=False, widget=forms.RadioSelect)
    opinion = TextField(label="意见", required=False, max_length=1000)

    def __init__(self, *args, phrases=(), **kwargs):
        super().__init__(*args, **kwargs)
        _offer(self, phrases)

    def clean(self):
        return _one_opinion(self)


class PassOn(Seen):
    remarks = TextField(
        label="附言", required=False, max_length=500, help_text="给下一环节看的说明，没有可以不填。"
    )


class Decline(Seen):
    reason = TextField(
        label="不予推荐的理由", max_length=500, help_text="社区会看到，请写明事实和依据的条款。"
    )


class Disqualify(Seen):
    reason = TextField(label="弄虚作假的事实和依据", max_length=500, help_text="社区会看到。")
    document = LineField(label="处理决定文号", required=False, max_length=60)


class SendBack(Seen):
    """Tick what must be corrected, with a sentence for each; typing a sentence ticks its item.

    targets: target → its name (filing_content.targets). flagged: target → the sentence of a place the handler marked
    (ticked); suggested: the same for places the desk scored lower or corrected (not ticked).
    """

    def __init__(self, *args, targets, flagged, suggested, **kwargs):
        super().__init__(*args, **kwargs)
        self.targets = list(targets.items())
        ready = {**suggested, **flagged}
        for number, (target, label) in enumerate(self.targets):
            self.fields[f"pick_{number}"] = forms.BooleanField(
                label=label, required=False, initial=target in flagged
            )
            self.fields[f"text_{number}"] = LineField(
                label=f"{label}：补正要求", required=False, max_length=500, initial=ready.get(target, "")
            )

    def clean(self):
        remarks = []
        for number, (target, label) in enumerate(self.targets):
            text = self.cleaned_data.pop(f"text_{number}", "")
            picked = self.cleaned_data.pop(f"pick_{number}", False)
            if f"text_{number}" in self.errors:
                continue
            if picked and not text:
                self.add_error(f"text_{number}", f"请写明“{label}”需要补正什么。")
            elif picked or (text and text != self.fields[f"text_{number}"].initial):
                remarks.append((target, text))
        if not remarks and not self.errors:
            raise ValidationError("请至少指出一处需要补正的内容。")
        self.cleaned_data["remarks"] = remarks
        return self.cleaned_data

    def groups(self, marked) -> list[tuple[str, list, bool]]:
        """(title, [(tick, sentence)], stands open) of the page: the marked places on top, then the parts of the form."""
        parts = {"已标记的内容": []} if marked else {}
        for number, (target, _) in enumerate(self.targets):
            kind = target.partition(":")[0]
            title = "已标记的内容" if target in marked else PARTS.get(kind, "其他内容")
            parts.setdefault(title, []).append((self[f"pick_{number}"], self[f"text_{number}"]))
        first = next(iter(parts)) if marked else PARTS["indicator"]
        return [
            (title, lines, title == first or any(pick.value() or text.errors for pick, text in lines))
            for title, lines in parts.items()
        ]


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class ManyFilesField(forms.FileField):
    """Several files in one box; cleans to a list."""

    widget = ManyFilesInput

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data] if data else []
        return [super(ManyFilesField, self).clean(file, initial) for file in files]


class RecentDay(DayField):
    """A date that may be written without its year: 9月12日, 9-12, 9.12."""

    year: int | None = None

    def clean(self, value):
        text = narrow(value or "")
        if self.year and (short := MONTH_AND_DAY.fullmatch(text)):
            text = f"{self.year}-{short[1]}-{short[2]}"
        return super().clean(text)


class Visit(Seen):
    """A visit: the day in any way people write it, who went, what they found, passed or not, photos."""

    on = RecentDay(label="考察日期", help_text="例如 2017-09-12、9月12日、20170912")
    inspectors = LineField(label="考察人员", max_length=100, help_text="两人以上，姓名之间用顿号隔开。")
    findings = TextField(label="考察情况", max_length=2000)
    passed = forms.TypedChoiceField(
        label="考察结论",
        choices=[("yes", "通过"), ("no", "不通过")],
        coerce=lambda value: value == "yes",
        widget=forms.RadioSelect,
    )
    photos = ManyFilesField(
        label="现场照片",
        required=False,
        help_text="没有照片也可以登记。可以一次选几张，每张不超过 20 MB。",
    )

    def __init__(self, *args, today, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["on"].year = today.year
        self.today = today

    def clean_on(self):
        day = self.cleaned_data["on"]
        if day and day > self.today:
            raise ValidationError("考察日期不能晚于今天。")
        return day


class BatchChoice(forms.Form):
    """What was chosen in the queue: rows, or the whole query."""

    everything = forms.BooleanField(required=False)
    query = forms.CharField(required=False, max_length=500)

    def picked(self) -> dict[int, int | None]:
        """Key → the moves its row was printed with (None on the way to the preview), of every ticked row."""
        found = {}
        for text in self.data.getlist("pick"):
            key, _, seen = text.partition(":")
            if _is_key(key):
                found[int(key)] = int(seen) if _is_key(seen) else None
        return found


class BatchOpinion(forms.Form):
    """One opinion for every application of the selection."""

    phrase = forms.ChoiceField(label="本单位用过的意见", required=False, widget=forms.RadioSelect)
    opinion = TextField(label="意见", required=False, max_length=1000)

    def __init__(self, *args, phrases=(), **kwargs):
        super().__init__(*args, **kwargs)
        _offer(self, phrases)

    def clean(self):
        return _one_opinion(self)


def _is_key(text):
    return text.isascii() and text.isdigit() and len(text) < 19


def _offer(form, phrases):
    """The office's phrases as choices beside the box; without any, the box alone."""
    opinion = form.fields["opinion"]
    opinion.help_text = "审核人和上级会看到。"
    if phrases:
        form.fields["phrase"].choices = [(text, text) for text in phrases]
        opinion.help_text += "选用上面的意见时可以不填。"
        opinion.either = True  # one of the two is wanted, so neither may be called optional
        form.fields["phrase"].either = True
    else:
        del form.fields["phrase"]
        opinion.required = True
        opinion.error_messages["required"] = "请填写意见。"


def _one_opinion(form):
    """The typed opinion, or the chosen phrase."""
    phrase = form.cleaned_data.pop("phrase", "")
    form.cleaned_data["opinion"] = form.cleaned_data.get("opinion") or phrase
    if not form.cleaned_data["opinion"] and "opinion" not in form.errors:
        form.add_error("opinion", "请填写意见。")
    return form.cleaned_data

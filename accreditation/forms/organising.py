"""Forms of a round's organiser: a new round, what the source leaves open, places, and amendments of a live round.

They read and check what was typed; accreditation.rounds decides, and its refusals land at the fields named here.
"""

import re

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from accounts.forms import DayField, LineField
from accounts.text import narrow
from accreditation import round_settings
from accreditation.forms.desk import TextField
from accreditation.models import State
from accreditation.reading_examples import examples
from accreditation.windows import day_of_window, window_words
from scoring.loading import rubric_of
from scoring.points import parse_points, show_points

CODE = re.compile(r"[A-Z][A-Z0-9-]{1,11}", re.ASCII)
WHOLE_DATE = re.compile(r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?", re.ASCII)
YEARLY_DATE = re.compile(r"(\d{1,2})[-./月](\d{1,2})日?", re.ASCII)
THIRD = re.compile(r"(?:(\d{4})[-./年])?(\d{1,2})[-./月]?(上旬|中旬|下旬)")
HOW = "请写作 2022年5月15日、5月15日 或 12月上旬"


class WindowField(forms.CharField):
    """The first or last day of a stage as people write it; a date without its year is of the round's year."""

    widget = forms.TextInput(attrs={"class": "w12", "autocomplete": "off"})

    def clean(self, value):
        text = narrow(super().clean(value) or "")
        if not text:
            return ""
        if found := WHOLE_DATE.fullmatch(text):
            text = f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}"
        elif found := YEARLY_DATE.fullmatch(text):
            text = f"{int(found[1]):02}-{int(found[2]):02}"
        elif found := THIRD.fullmatch(text):
            text = f"{found[1]}-" * bool(found[1]) + f"{int(found[2]):02}-{found[3]}"
        else:
            raise ValidationError(f"{self.label}{HOW}。")
        try:
            day_of_window(text, 2024, end=True)
        except ValueError:
            raise ValidationError(f"{self.label}：没有这一天，请核对；{HOW}。") from None
        return text

    def prepare_value(self, value):
        try:
            return window_words(value).removeprefix("每年")
        except (TypeError, AttributeError):  # what was typed and could not be read stays as it is
            return value


class MarkField(forms.CharField):
    """A pass mark: plain points."""

    widget = forms.TextInput(attrs={"class": "w4", "inputmode": "decimal", "autocomplete": "off"})

    def clean(self, value):
        text = narrow(super().clean(value) or "")
        if not text:
            return ""
        try:
            return show_points(parse_points(text))
        except ValueError:
            raise ValidationError("合格分数线应是数字，例如 85 或 85.5。") from None


class Refusable(forms.Form):
    """A form on which a refusal of accreditation.rounds lands: {place: sentences}, or sentences alone."""

    def field_of(self, place: str) -> str:
        return place

    def refuse(self, refusal: ValidationError) -> None:
        if not hasattr(refusal, "error_dict"):
            self.add_error(None, refusal)
            return
        for place, sentences in refusal.message_dict.items():
            name = self.field_of(place)
            if place.startswith("window:") and name in self.fields:
                sentences = [f"{self.fields[name].label}：{sentence}" for sentence in sentences]
            self.add_error(name if name in self.fields and place != NON_FIELD_ERRORS else None, sentences)


class NewRound(Refusable):
    """A round of a programme, before anything of it is settled."""

    name = LineField(label="批次名称", max_length=80)
    year = forms.IntegerField(
        label="年度",
        widget=forms.TextInput(attrs={"class": "w4", "inputmode": "numeric", "autocomplete": "off"}),
        help_text="没有写年份的日期按这一年计算。",
    )
    code = LineField(
        label="编号前缀",
        max_length=12,
        help_text="2 到 12 个大写字母、数字或 -，以字母开头。申报编号和证书编号都以它开头，不能与其他批次相同。",
        widget=forms.TextInput(attrs={"class": "w12", "autocapitalize": "characters", "autocomplete": "off"}),
    )
    opens_on = DayField(label="开始申报", help_text="例如 2022-04-25。这一天起社区可以填报。")

    def __init__(self, *args, version, **kwargs):
        super().__init__(*args, **kwargs)
        self.source = version.data["source"]

    def clean_code(self):
        code = narrow(self.cleaned_data["code"]).upper()
        if not CODE.fullmatch(code):
            raise ValidationError("编号前缀应为 2 到 12 个大写字母、数字或 -，以字母开头。")
        return code

    def clean(self):
        cleaned = super().clean()
        year, day = cleaned.get("year"), cleaned.get("opens_on")
        if year is not None and not 2000 <= year <= 2100:
            self.add_error("year", "年度应是 2000 到 2100 之间的年份。")
        elif year and day and abs(day.year - year) > 1:
            self.add_error("opens_on", f"开始申报的日期与年度（{year} 年）相差超过一年，请核对。")
        if day and (issued := self.source.get("issued_on")) and day.isoformat() < issued:
            self.add_error("opens_on", f"不能早于文件的印发日期 {issued}。")
        return cleaned


EDITION = {"autocomplete": "off"}


class _Windows(Refusable):
    """The dates of stages. `ends`: which (state, end) are fields."""

    edition = forms.IntegerField(min_value=0, widget=forms.HiddenInput(attrs=EDITION))

    def add_windows(self, round_, ends):
        self.ends = ends
        shown = {**round_.version.data.get("windows", {})}
        chosen = round_.chosen.get("windows", {})
        for state, end in ends:
            name = f"{end}-{state}"
            label = f"{'社区申报' if state == 'draft' else State(state).label}{'开始' if end == 'from' else '截止'}"
            self.fields[name] = WindowField(label=label, required=False, max_length=30)
            stands = {**shown.get(state, {}), **chosen.get(state, {})}
            self.initial.setdefault(name, stands.get(end) or "")

    def windows(self) -> dict:
        """What was typed, as settings."""
        found = {}
        for state, end in self.ends:
            found.setdefault(state, {})[end] = self.cleaned_data.get(f"{end}-{state}") or ""
        return found

    def field_of(self, place):
        kind, _, rest = place.partition(":")
        if kind == "window":
            return f"until-{rest}" if f"until-{rest}" in self.fields else f"from-{rest}"
        return f"reading-{rest}" if kind == "reading" else place


def _stages(round_):
    return ["draft", *(step.state for step in round_.route.steps if not step.is_notice)]


class Settle(_Windows, NewRound):
    """A round in preparation: all that its opener decides. Only what the source leaves open is a field."""

    field_order = ["name", "year", "code", "opens_on", "rubric", "pass_mark"]

    def __init__(self, data=None, *, round_, sheets):
        """`sheets`: the score sheets it may take; the readings are those of the one that was picked."""
        super().__init__(data, version=round_.version, initial=self._stands(round_))
        self.round = round_
        self.sheet = self._add_sheet(sheets)  # the one that was picked
        self._add_mark()
        if panel := round_.version.data.get("panel"):
            self.fields["drop_extremes"] = forms.BooleanField(
                label=f"满 {panel['drop_extremes_from']} 人评分时，去掉一个最高分和一个最低分再取平均",
                required=False,
                help_text=f"不勾选的取全部评分的平均数。{panel.get('article', '')}",
            )
        fixed = round_.version.data.get("windows", {})
        self.add_windows(
            round_,
            [
                (state, end)
                for state in _stages(round_)
                for end in ("from", "until")
                if not fixed.get(state, {}).get(end) and (state, end) != ("draft", "from")
            ],
        )
        self._add_readings()
        self.order_fields(self.field_order)

    @property
    def sheet_is_whole(self) -> bool:
        return rubric_of(self.sheet) is not None

    @property
    def sheet_words(self) -> str:
        """The one score sheet there is."""
        return _sheet_words(self.sheet) if self.sheet else ""

    @staticmethod
    def _stands(round_):
        return {
            "name": round_.name,
            "year": round_.year,
            "code": round_.code,
            "opens_on": round_.opens_on,
            "rubric": round_.rubric_id,
            "pass_mark": round_.chosen.get("pass_mark", ""),
            "drop_extremes": round_.chosen.get("drop_extremes", False),
            "edition": round_.edition,
        }

    def _add_sheet(self, sheets):
        by_key = {str(sheet.pk): sheet for sheet in sheets}
        if sheets and [sheet.pk for sheet in sheets] != [self.round.rubric_id]:
            self.fields["rubric"] = forms.ChoiceField(
                label="评分表（条件）",
                choices=[(key, _sheet_words(sheet)) for key, sheet in by_key.items()],
                help_text="换了评分表的，请保存后再看下面的读法。开启以后不能再换。",
            )
            picked = by_key.get(self.data.get("rubric") if self.is_bound else str(self.round.rubric_id))
            return picked or self.round.rubric or sheets[0]
        return self.round.rubric

    def _add_mark(self):
        sheet = rubric_of(self.sheet)
        wanted = any("pass_mark" in step.marks for step in self.round.route.steps)
        if wanted and (sheet is None or sheet.pass_mark is None):
            gap = next(
                (g for g in self.round.version.data.get("missing", []) if g["what"] == "pass_mark"), {}
            )
            self.fields["pass_mark"] = MarkField(
                label="合格分数线",
                required=False,
                max_length=12,
                help_text=gap.get("sentence", "原文没有规定合格分数，请由主办单位确定。") + "含本数。",
            )

    def _add_readings(self):
        self.choices = round_settings.choices(self.round.version, self.sheet, self.round.chosen)
        for choice in self.choices:
            name = f"reading-{choice.key}"
            self.fields[name] = forms.ChoiceField(
                label=choice.text,
                choices=list(choice.choices.items()),
                widget=forms.RadioSelect,
                required=False,
            )
            self.initial[name] = choice.chosen

    def readings(self, ends=None):
        """For the page: (bound field, choice, its options as (radio, outcome, why), the example's item).

        `ends`: examples of the readings that set a notice's length (round_words.notice_ends).
        """
        told, ends = examples(self.sheet), ends or {}
        for choice in self.choices:
            bound, example = self[f"reading-{choice.key}"], told.get(choice.key)
            outcomes = ends.get(choice.key, {})
            options = [
                (radio, *(example.of(value) if example else outcomes.get(value, ("", ""))))
                for radio in bound.subwidgets
                for value in [radio.data["value"]]
            ]
            yield bound, choice, options, example

    def settings(self) -> dict:
        """The round's settings as they should stand."""
        picked = {
            choice.key: value
            for choice in self.choices
            if (value := self.cleaned_data.get(f"reading-{choice.key}") or choice.default) != choice.default
        }
        kept = {**self.round.chosen, "windows": self.windows(), "readings": picked}
        kept["pass_mark"] = self.cleaned_data.get("pass_mark", "")
        kept["drop_extremes"] = self.cleaned_data.get("drop_extremes", False)
        return kept


def _sheet_words(version):
    """A score sheet's version, title and whether it is a sample, as one line."""
    sheet = rubric_of(version)
    if sheet is None:
        return f"{version.version}（还没有评分表）"
    names = [sheet.title] * bool(sheet.title) + ([sheet.criteria.title] if sheet.criteria else [])
    sample = "（演示用，非官方附件）" if version.sample else ""
    return f"{version.version}：{'、'.join(names)[:60]}{sample}"


class Document(forms.Form):
    """What every change of a live round rests on."""

    document_number = LineField(label="调整文号", max_length=60, required=False)
    reason = TextField(label="调整理由", max_length=500, required=False)

    def add_document(self):
        """As the last fields of another form."""
        for name in ("document_number", "reason"):
            self.fields[name] = self.fields.pop(name)
        self.fields["document_number"].either = self.fields["reason"].either = True


class Amend(_Windows, Document):
    """A live round: the dates of its stages and the mark its opener set. Everything else stays as it opened."""

    def __init__(self, data=None, *, round_):
        super().__init__(data, initial={"edition": round_.edition})
        self.round = round_
        fixed = round_.version.data.get("windows", {})
        chosen = round_.chosen.get("windows", {})
        self.add_windows(
            round_,
            [
                (state, end)
                for state in _stages(round_)
                for end in ("from", "until")
                if end == "until"
                or (state != "draft" and (fixed.get(state, {}).get(end) or chosen.get(state, {}).get(end)))
            ],
        )
        sheet = rubric_of(round_.rubric)
        if round_.chosen.get("pass_mark") and (sheet is None or sheet.pass_mark is None):
            self.fields["pass_mark"] = MarkField(
                label="合格分数线", max_length=12, help_text="只影响此后的上报，已经办出的不再重算。含本数。"
            )
            self.initial["pass_mark"] = round_.chosen["pass_mark"]
        self.add_document()

    def clean(self):
        cleaned = super().clean()
        fixed = self.round.version.data.get("windows", {})
        for state, end in self.ends:
            name = f"{end}-{state}"
            if fixed.get(state, {}).get(end) and name not in self.errors and not cleaned.get(name):
                self.add_error(name, "原文规定了这一日期，不能留空。")
        return cleaned

    def settings(self) -> dict:
        """The whole of the round's settings as they should stand."""
        kept = {**self.round.chosen, "windows": self.windows()}
        if "pass_mark" in self.fields:
            kept["pass_mark"] = self.cleaned_data["pass_mark"]
        return kept


class SizeField(forms.CharField):
    """A number of places, or nothing."""

    widget = forms.TextInput(attrs={"class": "w4", "inputmode": "numeric", "autocomplete": "off"})

    def clean(self, value):
        text = narrow(super().clean(value) or "")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and int(text[:9]) <= 100_000 and len(text) <= 6):
            raise ValidationError("名额应是 0 到 100000 的整数，例如 6。")
        return int(text)


class Places(Refusable, Document):
    """The places of many regions at once; each row carries the number it was printed with."""

    def __init__(self, data=None, *, rows, live):
        """`rows`: those of the table that the reader may set. `live`: the round is open, so that a document is needed."""
        super().__init__(data)
        self.rows = rows
        for row in rows:
            self.fields[row.key] = SizeField(label=f"{row.region.name}的名额", required=False, max_length=12)
            self.fields[f"was-{row.key}"] = forms.CharField(
                required=False, max_length=12, widget=forms.HiddenInput(attrs=EDITION)
            )
            self.initial[row.key] = self.initial[f"was-{row.key}"] = "" if row.size is None else row.size
        if live:
            self.add_document()
        else:
            del self.fields["document_number"], self.fields["reason"]

    def sizes(self) -> dict[str, int | None]:
        """Row key → size."""
        return {row.key: self.cleaned_data[row.key] for row in self.rows}

    def shown(self) -> dict[str, int | None]:
        """Row key → the size the page was printed with."""
        was = {row.key: self.cleaned_data[f"was-{row.key}"] for row in self.rows}
        return {key: int(text) if text.isascii() and text.isdigit() else None for key, text in was.items()}

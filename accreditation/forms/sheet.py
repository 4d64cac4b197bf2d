"""A desk's sheet as a form: what was typed, read as people type numbers; every mistake at its own box."""

import re

from django import forms

from accounts.forms import LineField
from accreditation.assessing import LONGEST_REASON
from accreditation.forms.desk import Seen
from accreditation.sheets import FINDINGS
from scoring.engine import score_partial
from scoring.points import parse_points, show_points
from scoring.reading import BLANK, read_figure

# What a Chinese keyboard writes for digits, the point and the minus.
_NARROW = {ord("０") + n: str(n) for n in range(10)} | {
    ord(sign): plain for sign, plain in (("。", "."), ("．", "."), ("｡", "."), ("－", "-"), ("−", "-"))
}
_LOOSE = re.compile(r"([0-9]*)(?:\.([0-9]*))?", re.ASCII)


def read_points(raw: str) -> str:
    """Points as typed ("２。5", ".5", "2 分") in canonical text, "" for nothing; ValueError with a sentence."""
    if not raw.strip():
        return ""
    text = re.sub(r"\s|分$", "", raw.translate(_NARROW))
    if (found := _LOOSE.fullmatch(text)) and any(found.groups()):
        text = f"{found[1] or 0}.{found[2]}" if found[2] else found[1]
    return show_points(parse_points(text))


class Sheet(Seen):
    """One desk's sheet. Fields: score_H01, why_H01, flag_H01, met_Zq1, why_Zq1, flag_Zq1, and fix_<figure>, fixwhy_<figure>.

    After validation `lines` and `corrections` hold what can be kept (accreditation.assessing.save_sheet), also where
    other fields are wrong: an autosave keeps those.
    """

    edition = forms.IntegerField(min_value=0, widget=forms.HiddenInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args, sheet, **kwargs):
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        self.rubric = sheet.rubric
        for item in self.rubric.indicators:
            self.fields[f"score_{item.code}"] = forms.CharField(
                label=f"第 {item.number} 项考核分", required=False, max_length=40
            )
            self.fields[f"why_{item.code}"] = LineField(
                label=f"第 {item.number} 项理由", required=False, max_length=LONGEST_REASON
            )
            self.fields[f"flag_{item.code}"] = forms.BooleanField(required=False)
        for check in sheet.checks:
            code, name = check.item.code, f"第 {check.number} 条"
            self.fields[f"met_{code}"] = forms.CharField(label=f"{name}结论", required=False, max_length=10)
            self.fields[f"why_{code}"] = LineField(
                label=f"{name}理由", required=False, max_length=LONGEST_REASON
            )
            self.fields[f"flag_{code}"] = forms.BooleanField(required=False)
        for figure in sheet.correctable.values():
            self.fields[f"fix_{figure.key}"] = forms.CharField(
                label=f"更正“{figure.label}”", required=False, max_length=60
            )
            self.fields[f"fixwhy_{figure.key}"] = LineField(
                label=f"更正“{figure.label}”的理由", required=False, max_length=LONGEST_REASON
            )

    def clean(self):
        self.lines = {item.code: line for item in self.rubric.indicators if (line := self._line(item))}
        self.lines |= {check.item.code: line for check in self.sheet.checks if (line := self._finding(check))}
        self.corrections = {
            figure.key: correction
            for figure in self.sheet.correctable.values()
            if (correction := self._correction(figure)) is not None
        }
        self._refuse_impossible()
        return self.cleaned_data

    def _refuse_impossible(self):
        """A corrected part greater than its whole: said at the correction, which is then not kept."""
        kept = {**self.sheet.corrections, **self.corrections}
        corrected = {key: one["value"] for key, one in kept.items() if one["value"] is not None}
        figures = {**self.sheet.filed, **corrected}
        for key, sentence in score_partial(self.rubric, figures).wrong.items():
            for place in {key, self.rubric.figures[key].part_of} & corrected.keys():
                self.add_error(f"fix_{place}", f"更正后的数据不可能：{sentence}")
                self.corrections.pop(place, None)

    def _line(self, item):
        """What can be kept of one row, or nothing where it is wrong or was not on the page."""
        score, why = f"score_{item.code}", f"why_{item.code}"
        if score not in self.data or {score, why} & self.errors.keys():
            return None
        try:
            text = read_points(self.cleaned_data[score])
            problem = self._problem(item, parse_points(text)) if text else ""
        except ValueError as error:
            problem = str(error)
        if problem:
            self.add_error(score, f"第 {item.number} 项：{problem}")
            return None
        return {
            "points": text,
            "reason": self.cleaned_data[why],
            "flag": self.cleaned_data[f"flag_{item.code}"],
        }

    def _finding(self, check):
        """What can be kept of one condition, or nothing where it is wrong or was not on the page.

        A group of radio buttons with none chosen is not sent at all: the box of the reason tells that it was there.
        """
        met, why = f"met_{check.item.code}", f"why_{check.item.code}"
        if why not in self.data or {met, why} & self.errors.keys():
            return None
        if self.cleaned_data[met] not in (*FINDINGS, ""):
            self.add_error(met, f"第 {check.number} 条：结论应为{'、'.join(FINDINGS.values())}之一")
            return None
        return {
            "met": self.cleaned_data[met],
            "reason": self.cleaned_data[why],
            "flag": self.cleaned_data[f"flag_{check.item.code}"],
        }

    def _problem(self, item, points):
        if points > item.max:
            return f"考核分不能高于标准分 {show_points(item.max)} 分"
        problem = self.rubric.problem_with(item.code, points)
        return f"考核分{problem}" if problem else ""

    def _correction(self, figure):
        fix, why = f"fix_{figure.key}", f"fixwhy_{figure.key}"
        if fix not in self.data or {fix, why} & self.errors.keys():
            return None
        read = read_figure(figure, self.cleaned_data[fix])
        if read.problem == BLANK:
            return {"value": None, "reason": ""}
        if read.problem:
            self.add_error(fix, f"更正“{figure.label}”：{read.problem}")
            return None
        return {"value": read.value, "reason": self.cleaned_data[why]}

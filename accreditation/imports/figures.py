"""The figures of an application from a table: the community fills them in offline and brings them back.

Only the filer's own draft, or what a returned application opens. The verb is `filing.save_figures`.
"""

import json

from django.http import Http404
from django.urls import reverse

from accounts.imports import values
from accounts.imports.columns import Column
from accounts.imports.kinds import Item, Kind, Outcome
from accounts.imports.values import Read
from accreditation import filing, filing_content
from accreditation.models import Application
from accreditation.permissions import why_not
from scoring.engine import score_partial
from scoring.reading import BLANK, read_figure

WORDS = {True: "是", False: "否", None: "（空）"}


def _as_it_stands(cell) -> Read:
    """Read later, by the figure of its row."""
    return Read(cell)


class Figures(Kind):
    key = "figures"
    title = "基础数据"
    unit = "项"
    lead = "一行一项基础数据；只填“填写值”一列，空着的不改动。佐证材料和文字说明仍在网页上填写。"
    listed = False
    most = 5_000

    def scope(self, user, of):
        rows = Application.objects.visible_to(user).with_round().select_related("self_sheet")
        found = rows.filter(pk=of).first() if of else None
        if found is None:
            raise Http404
        return found

    def scope_name(self, scope):
        return f"{scope.number} {scope.community.name}"

    def why_not(self, user, scope):
        if reason := why_not(user, scope, "edit"):
            return reason
        return "" if filing_content.asked(scope) else "本方案不要求填写基础数据。"

    def back(self, scope):
        return reverse("accreditation:application", args=[scope.pk]), "申报"

    def columns(self, scope, user):
        return (
            Column("key", "代号", values.line(60), ("数据代号",), hint="本系统的数据代号，请勿改动", width=26),
            Column("label", "数据名称", values.line(200), ("指标", "数据项", "名称", "项目", "指标名称"), needed=True, hint="请勿改动", width=44),
            Column("unit", "单位", values.line(20), ("计量单位",), hint="请勿改动", width=10),
            Column("value", "填写值", _as_it_stands, ("数值", "数据", "填报值", "填报数"), hint="数字，或是、否；百分数写作 95%", text=False, width=16),
            Column("definition", "填写说明", values.line(1000), ("说明", "口径", "定义"), hint="只供参考，不读取", width=60),
        )  # fmt: skip

    def rows(self, scope, user):
        kept = filing_content.figures(scope)
        return [
            {
                "key": key,
                "label": figure.label,
                "unit": figure.unit,
                "value": kept.get(key),
                "definition": figure.definition,
            }
            for key, figure in filing_content.asked(scope).items()
        ]

    def plan(self, lines, scope, *, by, at, asked):
        figures, kept = filing_content.asked(scope), filing_content.figures(scope)
        labels = {}
        for key, figure in figures.items():
            labels.setdefault(values.narrow(figure.label), []).append(key)
        open_places = filing_content.open_targets(scope)
        said, items, given = {}, [], {}
        for line in lines:
            item = Item(line, title=line.get("label") or "", outcome=Outcome.UNCHANGED, target=scope.pk)
            items.append(item)
            figure = _figure(line, figures, labels, said)
            value = _value(line, figure) if figure else None
            if value is None or value == kept.get(figure.key):
                continue
            if (
                open_places is not None
                and not filing_content.places_of_figure(scope, figure.key) & open_places
            ):
                line.wrong("value", "这一项不在退回补正的范围内，不能修改。")
                continue
            before = kept.get(figure.key)
            item.outcome = Outcome.NEW if before is None else Outcome.CHANGED
            item.changes = [(figure.label, _word(before), _word(value))]
            item.before, item.after = {figure.key: before}, {figure.key: value}
            given[figure.key] = value
        wrong = (
            score_partial(filing_content.rubric(scope), kept | given, tier=scope.tier).wrong if given else {}
        )
        for item in items:
            for key in item.after:
                if key in wrong:
                    item.line.wrong("value", wrong[key] if wrong[key].endswith("。") else f"{wrong[key]}。")
        return items

    def apply(self, items, scope, *, by, at, batch, asked):
        given = {key: value for item in items for key, value in item.after.items()}
        filing.save_figures(scope, given, {}, by=by, at=at, edition=None)

    def why_not_undo(self, lines, scope, *, by, at):
        kept = filing_content.figures(scope)
        for line in lines:
            if any(kept.get(key) != value for key, value in json.loads(line.after).items()):
                return f"“{line.title}”在导入以后又有变动，不能撤销。"
        return ""

    def undo(self, lines, scope, *, by, at):
        before = {key: value for line in lines for key, value in json.loads(line.before).items()}
        filing.save_figures(scope, before, {}, by=by, at=at, edition=None)


def _figure(line, figures, labels, said):
    """The figure a row is about, by its key, else by its name; a fault where it is none of this sheet."""
    key = line.get("key")
    if not key:
        found = labels.get(values.narrow(line.get("label") or ""), [])
        if len(found) > 1:
            line.wrong("label", "有几项数据同名，请保留模板里的代号。")
            return None
        key = found[0] if found else None
    if key not in figures:
        if line.get("label"):
            line.wrong("label", f"本申报没有“{line.get('label')}”这一项数据，请核对，或使用下载的模板。")
        return None
    if (first := said.setdefault(key, line.row)) != line.row:
        line.wrong("label", f"与第 {first} 行是同一项数据。")
        return None
    return figures[key]


def _value(line, figure):
    cell = line.get("value")
    if cell is None or values.as_text(cell) == "":
        return None
    if figure.unit == "%" and figure.type == "decimal":
        asked = values.percent(cell)
        if asked.problem:
            line.wrong("value", asked.problem)
            return None
        cell = asked.value
    found = read_figure(figure, values.as_text(cell) if not isinstance(cell, bool) else cell)
    if found.value is None and found.problem != BLANK:
        line.wrong("value", f"{figure.label}{found.problem}。")
    return found.value


def _word(value) -> str:
    return WORDS[value] if isinstance(value, bool) or value is None else str(value)

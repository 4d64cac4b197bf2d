"""The annex in Excel ↔ the score-sheet part of a programme document. The layout is in docs/rubric-workbook.md.

`read_workbook` gives a checked document or every mistake with its sheet, row and column: nothing is half read.
"""

import copy
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from regions.tables import BadTable
from scoring.document import Said
from scoring.rubric import read_rubric
from scoring.workbook_cells import Cells, narrow, open_cells
from scoring.workbook_layout import CRITERIA, FIGURES, INFO, ITEMS, READINGS, TABLES, TYPES, UNREAD
from scoring.workbook_rows import Parts
from scoring.workbook_table import Mistake, Mistakes, Placed
from scoring.workbook_writing import write_document, write_marked

# How a figure may lean on another one.
RELATIONS = ("part_of", "within", "all_of")
PART = ("key", "version", "title", "figures", "rubric", "criteria")


@dataclass(frozen=True)
class Workbook:
    """A workbook as read. document: the programme's score-sheet part with it in place; None with mistakes."""

    document: dict[str, Any] | None
    mistakes: list[Mistake]
    cells: list[Cells]

    def marked(self) -> bytes:
        """The same cells as a workbook, with those that are wrong red and a note at each."""
        return write_marked(self.cells, self.mistakes)


def write_workbook(document: dict[str, Any]) -> bytes:
    """The score-sheet part of a document in the layout that is read; a template where it has no sheet yet.

    `tiers`: {key: name} where the document names tiers, so that they are written by name.
    """
    return write_document(document)


def read_workbook(data: bytes, base: dict[str, Any] | None = None) -> Workbook:
    """A workbook on top of `base`, the programme's own score-sheet part (key, version, title, figures, criteria, rubric).

    The programme's own criteria and figures stay: the workbook may leave them out, or repeat them unchanged. Its score
    sheet takes the place of the programme's. base["tiers"]: {key: name}, the tiers that conditions may name.
    """
    base = base or {"key": "", "version": "", "title": ""}
    mistakes = Mistakes()
    try:
        cells = open_cells(data)
    except BadTable as fault:
        return Workbook(None, [Mistake("", 0, "", str(fault))], [])
    sheets = _sheets(cells, mistakes)
    parts = Parts(sheets, base, mistakes)
    _check_programme(parts, base)
    document = _merged(parts, base)
    if all(one.row for one in mistakes):  # with a whole sheet out of reach, more would only follow from that
        _check(document, parts)
    order = {title: place for place, title in enumerate((INFO, *TABLES))}
    found = sorted(mistakes, key=lambda one: (order.get(one.sheet, -1), one.row, one.place))
    return Workbook(None if found else _plain(document), found, cells)


def _sheets(cells: list[Cells], mistakes: Mistakes) -> dict[str, Cells]:
    """The sheets to read by their names; one of another name must be empty or the office's own."""
    known = (INFO, *TABLES)
    found: dict[str, Cells] = {}
    for one in cells:
        name = narrow(one.title)
        if name in known:
            found[name] = Cells(name, one.rows, one.faults)
        elif one.rows and not name.startswith(UNREAD) and name != "需要修改的地方":
            mistakes.append(
                Mistake(
                    one.title,
                    0,
                    "",
                    f"没有这个名称的工作表，请改名为{'、'.join(known)}之一；自用的请在名称前加“备注”。",
                )
            )
    if not any(found.get(title) and found[title].rows for title in (ITEMS, CRITERIA)):
        mistakes.append(Mistake("", 0, "", f"没有找到“{ITEMS}”或“{CRITERIA}”工作表，请使用下载的模板填写。"))
    elif not mistakes and INFO not in found:
        mistakes.append(Mistake("", 0, "", f"没有找到“{INFO}”工作表，请使用下载的模板填写。"))
    return found


def _check_programme(parts: Parts, base: dict[str, Any]) -> None:
    row = parts.info.row("programme")
    meant = row.text("value")
    if meant and base["key"] and narrow(meant) != base["key"]:
        row.say("value", f"这是另一个方案（{meant[:40]}）的工作簿，请上传到那个方案，或下载本方案的模板")
    if not parts.tables[ITEMS] and not parts.tables[CRITERIA] and not parts.mistakes:
        parts.mistakes.append(
            Mistake(ITEMS, 0, "", "表里没有指标，“条件”表里也没有条件，请至少填写其中一张。")
        )


# Together with what the programme has of its own


def _merged(parts: Parts, base: dict[str, Any]) -> dict[str, Any]:
    rubric = parts.rubric if parts.rubric is not None else base.get("rubric")
    criteria = parts.criteria
    own = base.get("criteria")
    if own and criteria is not None and _plain(criteria) != _plain(own):
        _say_criteria(parts, own)
    criteria = own or criteria
    figures = _figures(parts, base, [one for one in (rubric, criteria) if one])
    found = {
        "key": base["key"] or "workbook",
        "version": base["version"] or "1",
        "title": base["title"] or "-",
    }
    found["figures"] = figures
    for name, part in (("rubric", rubric), ("criteria", criteria)):
        if part:
            found[name] = part
    return found


def _say_criteria(parts: Parts, own: dict[str, Any]) -> None:
    """Where the conditions differ from the programme's own."""
    assert parts.criteria is not None
    said = "与方案规定的条件不同，方案的条件不能用工作簿改动，请改回，或清空“条件”表"
    wanted = {one["code"]: _plain(one) for group in own["groups"] for one in group["criteria"]}
    found = [one for group in parts.criteria["groups"] for one in group["criteria"]]
    before = len(parts.mistakes)
    for one in found:
        if _plain(one) != wanted.get(one.get("code")):
            parts.mistakes.say(one.home, f"条件“{one.get('code', '')}”{said}")
    if len(parts.mistakes) == before:
        parts.mistakes.append(Mistake(CRITERIA, 0, "", f"条件的标题、来源、分组、读法或条数{said}。"))


def _figures(parts: Parts, base: dict[str, Any], named: list[Any]) -> list[Any]:
    """The programme's own figures that a rule or condition names, in their order, then the workbook's.

    A figure that lies within one of the programme's that nothing names any more, stands without it.
    """
    own = {one["key"]: one for one in base.get("figures") or []}
    written = {one.get("key"): one for one in parts.figures}
    for key, figure in written.items():
        if key in own and _plain(figure) != _plain(own[key]):
            _say_figure(parts, figure, own[key])
    keys = {word for part in named for word in _words(part)} | {*written}
    kept = [written.get(key, one) for key, one in own.items() if key in keys]
    kept += [one for one in parts.figures if one.get("key") not in own or written[one["key"]] is not one]
    gone = {*own} - keys
    return [_without(one, gone) for one in kept]


def _without(figure: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    idle = [name for name in RELATIONS if figure.get(name) in gone]
    if not idle:
        return figure
    changed = copy.copy(figure)
    for name in idle:
        del changed[name]
    return changed


def _say_figure(parts: Parts, figure: Placed, own: dict[str, Any]) -> None:
    heads = {one.key: one.head for one in TABLES[FIGURES]}
    for setting in heads:
        if figure.get(setting) != own.get(setting):
            stands = own.get(setting)
            stands = next((word for word, value in TYPES.items() if value == stands), stands)
            stands = f"“{stands}”" if stands not in (None, False) else "空着"
            spot = figure.spots.get(setting, figure.home)
            parts.mistakes.say(
                spot,
                f"“{own['key']}”是方案已有的数据，“{heads[setting]}”应为{stands}，请改回，或另用一个代号",
            )
            return


def _words(node: Any) -> Iterator[str]:
    """Every text that may name a figure."""
    if isinstance(node, dict):
        for setting, value in node.items():
            if setting in ("figure", "part", "target", "done", "part_of", "within", "all_of") and isinstance(
                value, str
            ):
                yield value
            elif setting == "whole":
                yield from value if isinstance(value, list) else [value]
            else:
                yield from _words(value)
    elif isinstance(node, list):
        for value in node:
            yield from _words(value)


def _plain(node: Any) -> Any:
    return json.loads(json.dumps(node))


# What only the whole document shows


# What follows from a mistake already said: part of the sentence, and the sheet and columns that mistake is in.
_FOLLOWS = (
    ("合计却是", ITEMS, ("分值", "项目分值", "类别分值", "代号", "类别", "项目")),
    ("高于满分", INFO, ("满分",)),
    ("时段引用的指标", ITEMS, ("代号",)),
    ("没有写在“readings”里", READINGS, ("编号",)),
    ("类型是", FIGURES, ("类型",)),
    ("达不到满分", FIGURES, ("最大值", "类型")),
    ("达不到满分", ITEMS, ("规则", "得（扣）分")),
)


def _check(document: dict[str, Any], parts: Parts) -> None:
    """The document's own checks, each mistake brought back to the cell it comes from."""
    mistakes = parts.mistakes
    follows = {part for part, sheet, heads in _FOLLOWS if mistakes.any_in(sheet, heads)}
    if mistakes:
        follows.add("没有一条规则用到")
    for said in read_rubric(document, "工作簿")[1]:
        if not isinstance(said, Said):
            mistakes.append(Mistake("", 0, "", said))
            continue
        if any(part in said.bare for part in follows):
            continue
        spot, own = _spot(said, parts)
        if said.bare.startswith("缺少") and _said_of(mistakes, spot):
            continue
        mistakes.say(spot, _in_words(said.bare, spot[0], own))


def _said_of(mistakes: Mistakes, spot: tuple[str, int, str]) -> bool:
    """A cell left blank was said to be blank already, or its row to be wrong."""
    names = mistakes.sheets[spot[0]].names if spot[0] in mistakes.sheets else {}
    return mistakes.of(spot[0], spot[1], names.get(spot[1]) or _head(spot))


def _spot(said: Said, parts: Parts) -> tuple[tuple[str, int, str], dict[str, str]]:
    """The cell of a mistake, and the heads its settings stand under."""
    data, key = said.data, said.key
    if isinstance(data, Placed):
        heads = {name: _head(spot) for name, spot in data.spots.items()}
        if found := _elsewhere(key, parts):
            return found, heads
        return data.spots.get(key, data.home), heads
    return (INFO, 0, ""), {}


def _elsewhere(key: str, parts: Parts) -> tuple[str, int, str] | None:
    """Mistakes of the sheet as a whole that belong to one cell of it."""
    kind, _, name = key.partition(":")
    if kind == "code":
        return next((row.spot("code") for row in parts.tables[ITEMS] if row.texts.get("code") == name), None)
    if kind == "optional":
        return next((one.spots["optional"] for one in parts.figures if one.get("key") == name), None)
    if kind == "column_key":
        rows = parts.tables["评分栏"]
        return rows[-1].spot("key") if rows else None
    if kind == "weight":
        rows = parts.tables["评分栏"]
        return rows[0].spot("weight") if rows else None
    if kind == "reading":
        for info in ("mark_reading", "period_reading", "later_reading"):
            if parts.info.row(info).code("value") == name:
                return parts.info.row(info).spot("value")
    if kind == "indicator":
        for info in ("period_indicators", "later_indicators"):
            if name in parts.info.row(info).parts("value"):
                return parts.info.row(info).spot("value")
    return None


def _head(spot: tuple[str, int, str]) -> str:
    return next((one.head for one in TABLES.get(spot[0], ()) if one.key == spot[2]), "")


_HEADS = {
    **{"at_least": "界限值", "at_most": "界限值", "full_at": "界限值", "half_at": "半分线", "inclusive": "界限"},
    **{"points": "得（扣）分", "lose": "得（扣）分", "gain": "得（扣）分", "per": "每", "most": "上限", "figure": "数据"},
    **{"part": "数据", "whole": "对比数据", "rate": "名称", "nobody": "无对象时", "rounding": "取整", "decimals": "小数位"},
    **{"rules": "规则", "items": "清单", "readings": "读法", "max": "分值", "start": "起评分", "floor": "最低分"},
    **{"step": "分档", "part_of": "不大于", "within": "不应大于", "all_of": "可填数目", "target": "对比数据", "done": "数据"},
    **{"categories": "类别", "bands": "档", "levels": "级别", "targets": "指标", "tests": "检验", "weight": "权重（%）"},
    **{"key": "代号", "code": "代号", "quota": "名额（%）", "choices": "选项", "leave_out": "不计入总分", "full": "按达标"},
    **{"zero": "按未达标", "min": "最小值", "otherwise": "其余得分", "missed": "未达标扣分", "type": "类型", "open": "可选设置"},
}  # fmt: skip
_KINDS = {value: word for word, value in TYPES.items()}


def _in_words(sentence: str, sheet: str, heads: dict[str, str]) -> str:
    """A mistake in the words of the workbook: columns by their heads, kinds of figures by their Chinese names."""
    heads = {
        **_HEADS,
        **({"max": "最大值"} if sheet == FIGURES else {}),
        **{k: v for k, v in heads.items() if v},
    }
    sentence = re.sub(r"(基础数据“[^”]*”的)“max”", r"\1“最大值”", sentence)
    sentence = re.sub(r"“([a-z_]+)”", lambda m: f"“{heads.get(m[1], m[1])}”", sentence)
    sentence = re.sub(r"(类型是|类型为|只能用|只用于) ([a-z、]+) ?", _kinds, sentence)
    sentence = sentence.replace("full 或 zero", "“按达标”或“按未达标”")
    if sentence.startswith("缺少"):
        return sentence.replace("缺少", "没有填写") + "，请补上"
    return sentence if _has_remedy(sentence) else f"{sentence}，请改正"


def _kinds(found: re.Match[str]) -> str:
    return found[1] + re.sub(r"[a-z]+", lambda m: f"“{_KINDS.get(m[0], m[0])}”", found[2])


def _has_remedy(sentence: str) -> bool:
    return bool(re.search(r"请|应|要写明|不能", sentence))


def sentences(mistakes: Iterable[Mistake]) -> list[str]:
    """The mistakes as plain lines."""
    return [str(one) for one in mistakes]

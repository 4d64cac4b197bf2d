"""A score sheet's document as a workbook, in the layout that `workbook_rows` reads. Text is written as text, never as a formula."""

import datetime as dt
import io
from collections.abc import Iterable
from typing import Any

import xlsxwriter

from scoring.workbook_cells import Cells
from scoring.workbook_layout import (
    BOUND_WORDS,
    COLUMNS,
    CRITERIA,
    DERIVED,
    DESKS,
    EFFECTS,
    FIGURES,
    GENUINE,
    GRADES,
    HELP,
    INFO,
    INFO_ROWS,
    INNER_COLUMNS,
    ITEMS,
    NO,
    NOBODY,
    OPEN_SETTINGS,
    READINGS,
    RULES,
    RULES_HELP,
    SAMPLE,
    TABLES,
    TESTS,
    TYPES,
    WAYS,
    YES,
    Column,
    RuleWord,
)
from scoring.workbook_table import Mistake

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Columns that hold numbers: written as numbers, so that Excel does not complain of digits kept as text.
NUMBERS = {
    *("category_max", "project_max", "max", "start", "floor", "value", "per", "score", "decimals", "most"),
    *("half_at", "otherwise", "missed", "min", "step", "at_least", "quota", "weight"),
}
INFO_NUMBERS = {"full", "mark", "decimals", "at_least"}
SPARE_ROWS = 400
# The day the workbook says it was made: always the same, so that the same document gives the same bytes.
MADE = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)

HELP_LINES = (
    "一、先填“基础数据”：评分要用到的每一项数据写一行，代号用小写字母、数字和下划线。方案已有的数据不用重写，直接引用它的代号或名称。",
    "二、再填“评分表”：每项指标从一行开始，写明类别、项目、代号、考核内容、评分标准（照抄原文）和分值，并在同一行写第一条规则；还有别的规则的，接着往下写，类别到分值各列空着。",
    "三、规则从下拉列表选择。“规则一览”写明每种规则要填哪些列，其他列应空着。",
    "四、不计分的条件填在“条件”表：只要求人工核对是否符合的，写代号和条文即可；由数据比较的，写明数据、界限和界限值。",
    "五、“基本信息”写标题、来源、满分和合格线。来源没有规定合格线的不写，由开展批次的部门填写。",
    "六、“等次”“评分栏”“读法”按需要填写，没有的空着。",
    "七、分值和界限都写数字，小数不超过四位；比率写百分数（95 或 95%）。“不低于”“不超过”含本数，“高于”“低于”不含本数。",
    "八、不要改动工作表的名称和列名，列的先后可以调整。名称以“备注”开头的工作表和列不读取，可以自用。",
    "九、上传后先检查：每一处问题都指出工作表、行和列，可以下载标红的工作簿；全部改好以后，逐条预览计分方法和算例，再发布为一个版本。发布前不改动任何内容。",
)


class _Writer:
    def __init__(self) -> None:
        self.target = io.BytesIO()
        options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self.book = xlsxwriter.Workbook(self.target, options)
        self.book.set_properties({"created": MADE})
        made = self.book.add_format
        base = {"text_wrap": True, "valign": "top"}
        self.plain = made(base)
        self.head = made({**base, "bold": True, "bg_color": "#EAEEF3", "border": 1})
        self.needed = made({**base, "bold": True, "bg_color": "#D5E3F2", "border": 1})
        self.bad = made({**base, "bg_color": "#F8C9C4", "border": 1})
        self.strong = made({**base, "bold": True})
        self.text = made({**base, "num_format": "@"})  # so that Excel does not make a date of "1-2"

    def bytes(self) -> bytes:
        self.book.close()
        return self.target.getvalue()

    def put(
        self, sheet: Any, row: int, place: int, text: str, form: Any = None, *, number: bool = False
    ) -> None:
        if number:
            sheet.write_number(row, place, float(text), form or self.plain)
        else:
            sheet.write_string(row, place, text, form or self.plain)

    def table(self, title: str, columns: tuple[Column, ...], rows: Iterable[dict[str, Any]]) -> None:
        """A sheet of rows by the keys of its columns, with heads, notes at the heads and drop-down lists."""
        sheet = self.book.add_worksheet(title)
        sheet.freeze_panes(1, _frozen(title))
        _for_paper(sheet)
        for place, one in enumerate(columns):
            number = one.key in NUMBERS or (title == READINGS and one.key == "choice")
            sheet.set_column(place, place, one.width, self.plain if number else self.text)
            head = f"{one.head}（必填）" if one.needed else one.head
            self.put(sheet, 0, place, head, self.needed if one.needed else self.head)
            if one.hint:
                sheet.write_comment(0, place, one.hint, {"x_scale": 1.6})
            if one.choices:
                sheet.data_validation(1, place, SPARE_ROWS, place, _drop_down(one.choices))
        for number, row in enumerate(rows, 1):
            for place, one in enumerate(columns):
                if (value := row.get(one.key)) not in (None, ""):
                    self.put(sheet, number, place, str(value), number=_is_number(title, one.key, row))

    def info(self, values: dict[str, Any]) -> None:
        sheet = self.book.add_worksheet(INFO)
        for place, width in enumerate((24, 60, 60)):
            sheet.set_column(place, place, width)
        for place, head in enumerate(("项目", "填写", "说明")):
            self.put(sheet, 0, place, head, self.head)
        number = 0
        for one in INFO_ROWS:
            many = values.get(one.key)
            for value in many or [""] if one.key == "notes" else [many or ""]:
                number += 1
                self.put(sheet, number, 0, one.head, self.strong)
                if value:
                    self.put(sheet, number, 1, str(value), number=one.key in INFO_NUMBERS)
                self.put(sheet, number, 2, one.hint)
                if one.choices:
                    sheet.data_validation(number, 1, number, 1, _drop_down(one.choices))

    def help(self) -> None:
        sheet = self.book.add_worksheet(HELP)
        sheet.set_column(0, 0, 110)
        self.put(sheet, 0, 0, "评分表工作簿填写说明", self.strong)
        for number, line in enumerate(HELP_LINES, 1):
            self.put(sheet, number, 0, line)

    def rules(self) -> None:
        sheet = self.book.add_worksheet(RULES_HELP)
        heads = {one.key: one.head for one in TABLES[ITEMS]}
        for place, width in enumerate((14, 46, 60, 34, 40)):
            sheet.set_column(place, place, width)
        for place, head in enumerate(
            ("规则", "怎样计分", "要填的列（括号里的可以不填）", "下面的行", "举例")
        ):
            self.put(sheet, 0, place, head, self.head)
        sheet.freeze_panes(1, 1)
        for number, rule in enumerate(RULES, 1):
            inner = rule.inner[0]
            below = "、".join(heads[key] for key in INNER_COLUMNS[inner]) if inner else ""
            texts = (
                rule.word,
                rule.words,
                _columns(rule, heads),
                f"规则“{inner}”：{below}" if inner else "",
                rule.example,
            )
            for place, text in enumerate(texts):
                self.put(sheet, number, place, text, self.strong if place == 0 else None)


def _columns(rule: RuleWord, heads: dict[str, str]) -> str:
    optional = {*rule.optional, *(("rate", "whole", "nobody") if rule.measure == "any" else ())}
    shown = "、".join(f"（{heads[key]}）" if key in optional else heads[key] for key in rule.columns)
    return f"{shown}。是比率的，名称、对比数据、无对象时都要填" if rule.measure == "any" else shown


def _for_paper(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _frozen(title: str) -> int:
    return {ITEMS: 6, CRITERIA: 2}.get(title, 1)


def _drop_down(choices: tuple[str, ...]) -> dict[str, Any]:
    return {
        "validate": "list",
        "source": list(choices),
        "error_title": "请从下拉列表选择",
        "error_type": "warning",
    }


def _is_number(title: str, key: str, row: dict[str, Any]) -> bool:
    if title == READINGS:
        return key == "choice" and row.get("numeric", False)
    return key in NUMBERS


def write_document(document: dict[str, Any]) -> bytes:
    """The score-sheet part of a programme document as a workbook; empty sheets where it has nothing."""
    writer = _Writer()
    writer.help()
    writer.info(_info(document))
    writer.table(ITEMS, TABLES[ITEMS], _items(document.get("rubric") or {}))
    writer.table(FIGURES, TABLES[FIGURES], map(_figure, document.get("figures") or []))
    writer.table(CRITERIA, TABLES[CRITERIA], _criteria(document))
    rubric = document.get("rubric") or {}
    writer.table(GRADES, TABLES[GRADES], (_said(one) for one in rubric.get("grades", [])))
    writer.table(COLUMNS, TABLES[COLUMNS], rubric.get("columns", []))
    writer.table(READINGS, TABLES[READINGS], _readings(document))
    writer.rules()
    return writer.bytes()


def write_marked(sheets: list[Cells], mistakes: list[Mistake]) -> bytes:
    """The same cells again: those with mistakes red and with a note, and a sheet that lists every mistake first."""
    writer = _Writer()
    listed = writer.book.add_worksheet("需要修改的地方"[:31])
    for place, width in enumerate((14, 8, 16, 10, 90)):
        listed.set_column(place, place, width)
    for place, head in enumerate(("工作表", "行", "列", "单元格", "问题")):
        writer.put(listed, 0, place, head, writer.head)
    for number, one in enumerate(mistakes, 1):
        texts = (one.sheet, str(one.row or ""), one.column, one.cell, one.sentence)
        for place, text in enumerate(texts):
            if text:
                writer.put(listed, number, place, text, number=place == 1)
    notes: dict[tuple[str, int, int], list[str]] = {}
    for one in mistakes:
        if one.sheet and one.row:
            notes.setdefault((one.sheet, one.row, one.place or 1), []).append(one.sentence)
    for cells in sheets:
        if cells.title == listed.name:
            continue
        sheet = writer.book.add_worksheet(cells.title)
        columns = TABLES.get(cells.title, ())
        for place, one in enumerate(columns):
            sheet.set_column(place, place, one.width)
        places = {(row, place): text for row, texts in cells.rows.items() for place, text in texts.items()}
        here = {(row, place) for title, row, place in notes if title == cells.title}
        for row, place in sorted({*places, *here}):
            sentences = notes.get((cells.title, row, place), [])
            writer.put(
                sheet, row - 1, place - 1, places.get((row, place), ""), writer.bad if sentences else None
            )
            if sentences:
                sheet.write_comment(row - 1, place - 1, "\n".join(sentences)[:2000], {"x_scale": 2})
    return writer.bytes()


# 基本信息


def _info(document: dict[str, Any]) -> dict[str, Any]:
    rubric, criteria = document.get("rubric") or {}, document.get("criteria") or {}
    sample = rubric.get("sample") or criteria.get("sample")
    found = {
        "programme": document.get("key", ""),
        "sample": SAMPLE if sample else GENUINE,
        "title": rubric.get("title"),
        "source": rubric.get("source"),
        "full": rubric.get("full"),
        "notes": rubric.get("notes", []),
        "criteria_title": criteria.get("title"),
        "criteria_source": criteria.get("source"),
    }
    if mark := rubric.get("pass_mark"):
        found |= {
            "mark": mark["value"],
            "mark_inclusive": _yes(mark["inclusive"]),
            "mark_reading": mark.get("reading"),
        }
    for prefix, setting in (("period", "period"), ("later", "later_period")):
        for key, value in rubric.get(setting, {}).items():
            value = _word(DESKS, value) if key == "desk" else value
            found[f"{prefix}_{key}"] = "、".join(value) if isinstance(value, list) else value
    if combine := rubric.get("combine"):
        found |= {key: str(value) for key, value in combine.items()} | {"way": _word(WAYS, combine["way"])}
    return found


# 评分表


def _items(rubric: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for category in rubric.get("categories", []):
        cells = {"category": category["title"], "category_max": category["max"]}
        if category.get("bonus"):
            cells["bonus"] = YES
        for project in category.get("projects") or [category]:
            if project is not category:
                cells |= {"project": project["title"], "project_max": project["max"]}
            for item in project["indicators"]:
                cells |= {key: value for key, value in item.items() if key not in ("rules", "readings")}
                cells["readings"] = "、".join(item.get("readings", []))
                rows = list(_rules(item["rules"]))
                yield {**cells, **rows[0]} if rows else cells
                yield from rows[1:]
                cells = {}


def _rules(
    rules: list[dict[str, Any]], group: str = "", used: list[str] | None = None
) -> Iterable[dict[str, Any]]:
    used = used if used is not None else []
    for rule in rules:
        word = _rule_word(rule)
        row = {"rule": word.word, "group": group, **_measure(rule), **_bound(rule, word)}
        for column, setting in word.settings.items():
            if setting in rule:
                row[column] = _cell(column, rule[setting], word)
        if word.kind == "group":
            used.append("")
            row["rate"] = f"第{len(used)}组"
        yield row
        if word.kind == "group":
            yield from _rules(rule["rules"], row["rate"], used)
        for one in rule.get(word.inner[1], []):
            yield {"rule": word.inner[0], **_inner(one)}


def _rule_word(rule: dict[str, Any]) -> RuleWord:
    default = {"part": True}.get(rule["kind"])
    when = rule.get("when", default)
    words = [one for one in RULES if one.kind == rule["kind"]]
    if len(words) == 1:
        return words[0]
    return next(one for one in words if dict(one.fixed).get("when", True) is when)


def _inner(one: dict[str, Any]) -> dict[str, Any]:
    if "target" in one:
        return {"rate": one["name"], "figure": one["done"], "whole": one["target"]}
    row = {"figure": one.get("figure"), "score": one["points"]}
    return {**row, **_border(one)}


def _measure(rule: dict[str, Any]) -> dict[str, Any]:
    if "part" in rule:
        whole = rule["whole"] if isinstance(rule["whole"], list) else [rule["whole"]]
        return {
            "rate": rule["rate"],
            "figure": rule["part"],
            "whole": "、".join(whole),
            "nobody": _word(NOBODY, rule["nobody"]),
        }
    return {"figure": rule.get("figure")}


def _bound(rule: dict[str, Any], word: RuleWord) -> dict[str, Any]:
    if word.bound == "both":
        return _border(rule)
    return {"value": rule[word.bound]} if word.bound else {}


def _border(one: dict[str, Any]) -> dict[str, Any]:
    for setting, least in (("at_least", True), ("at_most", False)):
        if setting in one:
            return {"bound": BOUND_WORDS[least, one["inclusive"]], "value": one[setting]}
    return {}


def _cell(column: str, value: Any, word: RuleWord) -> Any:
    if column == "rounding":
        if word.kind == "proportional":
            return {"half_up": "四舍五入", "floor": "舍去"}[value]
        return _word(OPEN_SETTINGS["取整"][1] or {}, value)
    if column == "items":
        return "\n".join(value)
    return _yes(value) if column == "open" else value


# 其他


def _figure(figure: dict[str, Any]) -> dict[str, Any]:
    said = {**figure, "type": _word(TYPES, figure["type"])}
    if derived := figure.get("derived"):
        said["derived"] = _word(DERIVED, derived)
    return said | {"optional": YES if figure.get("optional") else ""}


def _criteria(document: dict[str, Any]) -> Iterable[dict[str, Any]]:
    tiers = document.get("tiers") or {}
    for group in (document.get("criteria") or {}).get("groups", []):
        cells = {"group": group["title"]}
        for one in group["criteria"]:
            cells |= {"code": one["code"], "text": one["text"]}
            cells["tiers"] = "、".join(tiers.get(key, key) for key in one.get("tiers", []))
            cells["effect"] = _word(EFFECTS, one.get("effect", "must"))
            cells["readings"] = "、".join(one.get("readings", []))
            for test in one["tests"]:
                yield {**cells, "test": _word(TESTS, test["kind"]), **_measure(test), **_border(test)}
                cells = {}


def _said(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "inclusive": _yes(one["inclusive"])}


def _readings(document: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for title, part in ((ITEMS, "rubric"), (CRITERIA, "criteria")):
        for reading in (document.get(part) or {}).get("readings", []):
            cells = {key: reading[key] for key in ("no", "article", "text")} | {"part": title}
            if opened := reading.get("open"):
                name, words = next(
                    (name, words) for name, (key, words) in OPEN_SETTINGS.items() if key == opened["setting"]
                )
                cells["setting"] = name
                for value, meaning in opened["choices"].items():
                    choice = _word(words, value) if words else value
                    yield {**cells, "choice": choice, "meaning": meaning, "numeric": not words}
                    cells = {}
            else:
                yield cells


def _word(words: dict[str, Any], value: Any) -> str:
    """The first word that stands for a value."""
    return next(word for word, meant in words.items() if meant == value)


def _yes(value: bool) -> str:
    return YES if value else NO

"""Rows of the sheet 评分表 as items with their rules: each rule on a row of its own, its bands or targets below it."""

from typing import Any

from scoring.workbook_layout import (
    BOUND_WORDS,
    BOUNDS,
    BY_WORD,
    INNER_COLUMNS,
    NOBODY,
    ROUNDINGS,
    RULE_COLUMNS,
    RuleWord,
)
from scoring.workbook_table import Placed, Row, among

ROUNDING_OF = {
    "proportional": ("四舍五入", "舍去"),
    "": ("满一个才计", "不足一个按一个计", "按比例折算"),
}


class Names:
    """The figures a workbook may name, by key or by label."""

    def __init__(self, figures: list[dict[str, Any]]):
        self.keys = {one.get("key") for one in figures}
        labels: dict[str, list[str]] = {}
        for one in figures:
            labels.setdefault("".join(str(one.get("label", "")).split()), []).append(one.get("key", ""))
        self.labels = {label: keys[0] for label, keys in labels.items() if len(set(keys)) == 1}

    def key(self, text: str) -> str:
        """The key meant; what was written when nothing is called so."""
        return text if text in self.keys else self.labels.get("".join(text.split()), text)

    def of(self, row: Row, column: str) -> list[str]:
        """One figure, or several with 、 between them."""
        text = row.text(column)
        if text is None:
            return []
        whole = self.key("".join(text.split()))
        return [whole] if whole in self.keys else [self.key(part) for part in row.parts(column)]


def one_figure(row: Row, column: str, names: Names) -> str | None:
    """The single figure of a cell, said when it is missing or more than one."""
    if column not in row:
        row.say(column, "没有填写，请补上基础数据的代号或名称")
        return None
    found = names.of(row, column)
    if len(found) != 1:
        row.say(column, "只能写一项基础数据，请改正")
        return None
    return found[0]


def read_measure(
    row: Row, rule: Placed, names: Names, *, rate: bool, value: bool, nobody: dict[str, str]
) -> None:
    """The columns 名称, 数据, 对比数据 and 无对象时 as a figure or a rate; `rate`, `value`: which of the two it may be."""
    rule.put("rate", None, row.spot("rate"))
    if not value or "whole" in row:
        rule.put("rate", row.text("rate", needed=True), row.spot("rate"))
        rule.put("part", one_figure(row, "figure", names), row.spot("figure"))
        if row.text("whole", needed=True):
            rule.put("whole", names.of(row, "whole"), row.spot("whole"))
        rule.put("whole", None, row.spot("whole"))
        rule.put("nobody", row.choice("nobody", nobody, needed=True), row.spot("nobody"))
        return
    rule.put("figure", one_figure(row, "figure", names), row.spot("figure"))
    for column in ("rate", "nobody") if rate else ():
        if column in row:
            row.say(column, "只有比率才填这一列：是比率的请填写对比数据（分母），不是的请清空")


def read_bound(row: Row, rule: Placed) -> None:
    """The columns 界限 and 界限值 as `at_least` or `at_most` with `inclusive`."""
    side = row.choice("bound", BOUNDS, needed=True, shown=BOUND_WORDS.values())
    least, inclusive = side or (True, True)
    rule.put("inclusive", inclusive, row.spot("bound"))
    rule.put("at_least" if least else "at_most", row.number("value", needed=True), row.spot("value"))


class ItemRules:
    """The rules of one item, row after row."""

    def __init__(self, names: Names):
        self.names = names
        self.rules: list[Placed] = []
        self.groups: dict[str, list[Placed]] = {}
        self.last: tuple[RuleWord, Placed] | None = None

    def read(self, row: Row) -> None:
        """One row: a rule, or a band, target or level of the rule above it."""
        word = row.code("rule")
        if word is None:
            if any(column.key in row for column in RULE_COLUMNS):
                row.say("rule", "没有填写规则，请从下拉列表中选择")
                self.last = None
        elif word in INNER_COLUMNS:
            self._read_inner(row, word)
        elif word in BY_WORD:
            self._read_rule(row, BY_WORD[word])
        else:
            row.say("rule", f"没有“{word[:20]}”这种规则，{among(word, [*BY_WORD, *INNER_COLUMNS])}")
            self.last = None

    def _read_rule(self, row: Row, word: RuleWord) -> None:
        rule = Placed(row.spot("rule"), kind=word.kind)
        _only(row, word.word, word.columns)
        for column, setting in word.settings.items():
            _read_setting(row, rule, word, column, setting)
        if word.measure:
            rate, value = word.measure != "figure", word.measure != "rate"
            if word.kind in ("count_short", "count_over"):
                rule.put("figure", one_figure(row, "figure", self.names), row.spot("figure"))
            else:
                read_measure(row, rule, self.names, rate=rate, value=value, nobody=NOBODY)
        if word.bound == "both":
            read_bound(row, rule)
        elif word.bound:
            rule.put(word.bound, row.number("value", needed=True), row.spot("value"))
        rule.update(word.fixed)
        if word.inner[1]:
            rule.put(word.inner[1], [], row.spot("rule"))
        self.last = (word, rule)
        self._home(row).append(rule)
        if word.kind == "group":
            self._open_group(row, rule)

    def _home(self, row: Row) -> list[Placed]:
        name = row.text("group")
        if name is None:
            return self.rules
        if name not in self.groups:
            row.say("group", f"本项前面没有名称为“{name[:20]}”的“合并”规则，请先写“合并”一行，或清空")
            return self.rules
        return self.groups[name]

    def _open_group(self, row: Row, rule: Placed) -> None:
        rule.put("rules", [], row.spot("rule"))
        name = row.text("rate", needed=True)
        if name in self.groups:
            row.say("rate", f"本项已经有一组叫“{name}”，请换一个组名")
        elif name:
            self.groups[name] = rule["rules"]

    def _read_inner(self, row: Row, word: str) -> None:
        if self.last is None or self.last[0].inner[0] != word:
            above = next(rule.word for rule in BY_WORD.values() if rule.inner[0] == word)
            row.say("rule", f"“{word}”应写在“{above}”一行的下面，请移到那里或改为别的规则")
            return
        _only(row, word, INNER_COLUMNS[word])
        inner = Placed(row.spot("rule"))
        if word == "指标":
            inner.put("name", row.text("rate", needed=True), row.spot("rate"))
            inner.put("done", one_figure(row, "figure", self.names), row.spot("figure"))
            inner.put("target", one_figure(row, "whole", self.names), row.spot("whole"))
        elif word == "级别":
            inner.put("figure", one_figure(row, "figure", self.names), row.spot("figure"))
            inner.put("points", row.number("score", needed=True), row.spot("score"))
        else:
            read_bound(row, inner)
            inner.put("points", row.number("score", needed=True), row.spot("score"))
        self.last[1][self.last[0].inner[1]].append(inner)


def _only(row: Row, word: str, columns: tuple[str, ...]) -> None:
    """Nothing may be filled in without effect."""
    for column in RULE_COLUMNS:
        if column.key in row and column.key not in (*columns, "rule", "group"):
            row.say(column.key, f"“{word}”不用这一列，请清空，或改选别的规则")
    if word in INNER_COLUMNS and "group" in row:
        row.say("group", f"“{word}”跟着上面的规则走，请清空")


def _read_setting(row: Row, rule: Placed, word: RuleWord, column: str, setting: str) -> None:
    needed = column not in word.optional
    value: Any
    if column == "rounding":
        words = ROUNDING_OF.get(word.kind, ROUNDING_OF[""])
        value = row.choice(column, {one: ROUNDINGS[one] for one in words}, needed=needed)
    elif column == "decimals":
        value = row.whole(column, needed=needed)
    elif column == "items":
        value = row.lines(column, needed=needed)
    elif column == "open":
        value = row.flag(column) or False
    elif column == "flag":
        value = row.text(column, needed=needed)
    elif setting:
        value = row.number(column, needed=needed)
    else:
        return  # a name that the document does not keep
    if (
        column == "decimals"
        and value is not None
        and word.bound != "full_at"
        and rule.get("rounding") != "prorata"
    ):
        row.say(column, "只有“按比例折算”才填小数位，请清空，或把取整改为“按比例折算”")
        value = None
    rule.put(setting, value, row.spot(column))

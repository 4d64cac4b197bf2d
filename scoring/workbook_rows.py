"""From the tables of a workbook to the parts of a programme document: figures, rubric, criteria."""

from typing import Any

from scoring.workbook_info import Info
from scoring.workbook_layout import (
    COLUMNS,
    CRITERIA,
    DERIVED,
    DESKS,
    EFFECTS,
    FIGURES,
    GRADES,
    INFO,
    ITEM_COLUMNS,
    ITEMS,
    NOBODY,
    OPEN_SETTINGS,
    READINGS,
    RULE_COLUMNS,
    TABLES,
    TESTS,
    TYPES,
    WAYS,
)
from scoring.workbook_rules import ItemRules, Names, one_figure, read_bound, read_measure
from scoring.workbook_table import Cells, Mistakes, Placed, Row, among, read_table

_CLASS_KEYS = ("category", "category_max", "bonus", "project", "project_max")
CRITERIA_NOBODY = {word: value for word, value in NOBODY.items() if value != "leave_out"}


class Parts:
    """The parts of the document as read; None where the workbook has none. `base`: the programme's own part."""

    def __init__(self, cells: dict[str, Cells], base: dict[str, Any], mistakes: Mistakes):
        self.mistakes, self.base = mistakes, base
        self.info = Info(cells.get(INFO), mistakes)
        tables = {
            title: read_table(cells[title], columns, mistakes) if title in cells else None
            for title, columns in TABLES.items()
        }
        self.tables = {title: table.rows if table else [] for title, table in tables.items()}
        self.figures = [_figure(row) for row in self.tables[FIGURES]]
        own = {one.get("key") for one in self.figures}
        known = [*self.figures, *(one for one in base.get("figures") or [] if one["key"] not in own)]
        self.names = Names(known)
        for figure in self.figures:  # another figure may be called by its label
            for setting in ("part_of", "within", "all_of"):
                if setting in figure:
                    figure[setting] = self.names.key(figure[setting])
        self.readings = self._readings()
        self.criteria = self._criteria() if self.tables[CRITERIA] else None
        self.rubric = self._rubric() if self.tables[ITEMS] else None

    # 评分表

    def _rubric(self) -> Placed:
        info = self.info
        rubric = Placed((INFO, info.row("title").at, "value"))
        if info.sample:
            rubric["sample"] = True
        for key in ("title", "source"):
            info.put(rubric, key, key, info.needed(key))
        info.put(rubric, "full", "full", info.needed("full") and info.row("full").number("value"))
        self._mark(rubric)
        for prefix, setting in (("period", "period"), ("later", "later_period")):
            if period := self._period(prefix):
                info.put(rubric, setting, f"{prefix}_from", period)
        self._score_columns(rubric)
        if grades := [_grade(row) for row in self.tables[GRADES]]:
            rubric["grades"] = grades
        notes = [text for row in info.rows.get("notes", []) if (text := row.text("value"))]
        if notes:
            rubric["notes"] = notes
        if self.readings[ITEMS]:
            rubric["readings"] = self.readings[ITEMS]
        rubric["categories"] = self._categories()
        return rubric

    def _mark(self, rubric):
        info = self.info
        if not info.has("mark"):
            rubric["pass_mark"] = None
            info.put(rubric, "pass_mark", "mark", None)
            return
        mark = Placed(info.row("mark").spot("value"))
        info.put(mark, "value", "mark", info.row("mark").number("value"))
        info.needed("mark_inclusive")
        info.put(mark, "inclusive", "mark_inclusive", info.row("mark_inclusive").flag("value"))
        info.put(mark, "reading", "mark_reading", info.row("mark_reading").code("value"))
        info.put(rubric, "pass_mark", "mark", mark)

    def _period(self, prefix):
        info = self.info
        keys = [f"{prefix}_{end}" for end in ("from", "to", "article", "reading", "indicators")]
        if not any(info.has(key) for key in keys):
            return None
        first = next(key for key in keys if info.has(key))
        period = Placed(info.row(first).spot("value"))
        for key in keys[:2]:
            info.needed(key)
            info.put(period, key.split("_")[1], key, info.row(key).day("value"))
        info.put(period, "article", keys[2], info.needed(keys[2]))
        info.put(period, "reading", keys[3], info.row(keys[3]).code("value"))
        info.put(period, "indicators", keys[4], info.row(keys[4]).parts("value") or None)
        if prefix == "later":
            info.needed("later_desk")
            info.put(period, "desk", "later_desk", info.row("later_desk").choice("value", DESKS))
        return period

    def _score_columns(self, rubric):
        info, rows = self.info, self.tables[COLUMNS]
        for key in ("way", "decimals", "at_least"):
            if info.has(key) and not rows:
                info.row(key).say("value", "没有“评分栏”表的内容，请填写评分栏，或清空这一行")
        if not rows:
            return
        found = []
        for row in rows:
            column = Placed(row.spot("key"))
            for key in ("key", "title"):
                column.put(key, row.text(key, needed=True), row.spot(key))
            column.put("weight", row.number("weight"), row.spot("weight"))
            found.append(column)
        info.put(rubric, "columns", "way", found)
        combine = Placed(info.row("way").spot("value"))
        if info.needed("way"):
            info.put(combine, "way", "way", info.row("way").choice("value", WAYS))
        for key in ("decimals", "at_least"):
            info.put(combine, key, key, info.row(key).whole("value"))
        way = combine.get("way")
        for key, ways in (
            ("decimals", ("mean", "mean_without_extremes", "weighted")),
            ("at_least", ("mean_without_extremes",)),
        ):
            if key in combine and way not in ways:
                info.row(key).say("value", "这种合成方法不用这一项，请清空")
                del combine[key]
        for row, column in zip(rows, found, strict=True):
            if way != "weighted" and "weight" in column:
                row.say("weight", "合成方法不是“加权”的，请清空")
                del column["weight"]
        info.put(rubric, "combine", "way", combine)

    def _categories(self) -> list[Placed]:
        categories: list[Placed] = []
        rules: ItemRules | None = None
        for row in self.tables[ITEMS]:
            begins = any(one.key in row for one in ITEM_COLUMNS if one.key not in _CLASS_KEYS)
            if rules is None or row.text("category"):
                self._category(row, categories)
            if not begins:
                if rules is None:
                    row.say("code", "没有填写，请补上")
                elif any(key in row for key in ("category_max", "project", "project_max", "bonus")):
                    row.say("code", "项目或类别写在指标的第一行；这一行是新指标的，请补上代号")
                else:
                    rules.read(row)
                continue
            home = self._project(row, categories[-1])
            item, rules = self._item(row)
            home.append(item)
        return categories

    def _category(self, row, categories):
        title = row.text("category", needed=True) or ""
        if categories and categories[-1].get("title") == title:
            self._again(row, "category_max", categories[-1])
            return
        if any(one.get("title") == title for one in categories):
            row.say("category", f"“{title[:20]}”在前面已经写过，请把同一类别的指标放在一起")
        category = Placed(row.spot("category"))
        category.put("title", title, row.spot("category"))
        category.put("max", row.number("category_max", needed=True), row.spot("category_max"))
        if row.flag("bonus"):
            category.put("bonus", True, row.spot("bonus"))
        categories.append(category)

    def _project(self, row, category) -> list[Placed]:
        """The list the item of this row goes to."""
        title = row.text("project")
        plain = "indicators" in category
        if "category_max" in row and not row.text("category"):
            self._again(row, "category_max", category)
        if title is None:
            if "project_max" in row and not category.get("projects"):
                row.say("project", "填了项目分值，没有填项目，请补上")
            elif category.get("projects"):
                self._again(row, "project_max", category["projects"][-1])
                return category["projects"][-1]["indicators"]
            category.put("indicators", category.get("indicators", []), row.spot("category"))
            return category["indicators"]
        if plain:
            row.say("project", "本类别前面的指标没有项目，请补上它们的项目，或清空这一格")
            return category["indicators"]
        category.put("projects", category.get("projects", []), row.spot("project"))
        projects = category["projects"]
        if projects and projects[-1].get("title") == title:
            self._again(row, "project_max", projects[-1])
            return projects[-1]["indicators"]
        if any(one.get("title") == title for one in projects):
            row.say("project", f"“{title[:20]}”在前面已经写过，请把同一项目的指标放在一起")
        project = Placed(row.spot("project"), indicators=[])
        project.put("title", title, row.spot("project"))
        project.put("max", row.number("project_max", needed=True), row.spot("project_max"))
        projects.append(project)
        return project["indicators"]

    def _again(self, row, key, one):
        if key in row and row.number(key) not in (None, one.get("max")):
            row.say(key, f"与前面写的 {one.get('max', '')} 分不同，请改成一致，或只写在第一行")

    def _item(self, row) -> tuple[Placed, ItemRules]:
        item = Placed(row.spot("code"))
        item.put("code", row.code("code", needed=True), row.spot("code"))
        for key in ("content", "standard"):
            item.put(key, row.text(key, needed=True), row.spot(key))
        item.put("max", row.number("max", needed=True), row.spot("max"))
        for key in ("start", "floor"):
            item.put(key, row.number(key), row.spot(key))
        item.put("readings", row.parts("readings") or None, row.spot("readings"))
        for key in ("evidence", "check"):
            item.put(key, row.text(key), row.spot(key))
        rules = ItemRules(self.names)
        item.put("rules", rules.rules, row.spot("rule"))
        if not any(one.key in row for one in RULE_COLUMNS):
            row.say("rule", "没有填写规则，请从下拉列表中选择")
        rules.read(row)
        return item, rules

    # 条件

    def _criteria(self) -> Placed:
        info = self.info
        criteria = Placed((INFO, info.row("criteria_title").at, "value"))
        if info.sample and not self.tables[ITEMS]:
            criteria["sample"] = True
        for key in ("title", "source"):
            info.put(criteria, key, f"criteria_{key}", info.needed(f"criteria_{key}"))
        groups: list[Placed] = []
        last: Placed | None = None
        for row in self.tables[CRITERIA]:
            begins = any(key in row for key in ("code", "text", "tiers", "effect", "readings"))
            title = row.text("group", needed=not groups and last is None)
            if title and (not groups or groups[-1]["title"] != title):
                if any(one["title"] == title for one in groups):
                    row.say("group", f"“{title[:20]}”在前面已经写过，请把同一组的条件放在一起")
                groups.append(Placed(row.spot("group"), title=title, criteria=[]))
            if not groups:
                groups.append(Placed(row.spot("group"), title="", criteria=[]))
            if begins or last is None:
                last = self._criterion(row)
                groups[-1]["criteria"].append(last)
            elif test := self._test(row, last.get("code", "")):
                last["tests"].append(test)
        criteria["groups"] = groups
        if self.readings[CRITERIA]:
            criteria["readings"] = self.readings[CRITERIA]
        return criteria

    def _criterion(self, row) -> Placed:
        one = Placed(row.spot("code"))
        one.put("code", row.code("code", needed=True), row.spot("code"))
        one.put("text", row.text("text", needed=True), row.spot("text"))
        one.put("tiers", self._tiers(row), row.spot("tiers"))
        one.put("effect", row.choice("effect", EFFECTS) or "must", row.spot("effect"))
        one.put("readings", row.parts("readings") or None, row.spot("readings"))
        test = self._test(row, one.get("code", ""), one.get("text", ""))
        one.put("tests", [test] if test else [], row.spot("test"))
        return one

    def _tiers(self, row) -> list[str] | None:
        names = {**{key: key for key in self.base.get("tiers") or {}}}
        names |= {name: key for key, name in (self.base.get("tiers") or {}).items()}
        found = []
        for part in row.parts("tiers"):
            if self.base.get("tiers") and part not in names:
                row.say(
                    "tiers",
                    f"本方案没有“{part[:20]}”这个层级，{among(part, list(self.base['tiers'].values()))}",
                )
            else:
                found.append(names.get(part, part))
        return found or None

    def _test(self, row, code, text="") -> Placed | None:
        """A row's test; a plain one that names no figure gets a yes/no figure of its own."""
        kind = row.choice("test", TESTS)
        if kind is None:
            if self.mistakes.of(CRITERIA, row.at, "检验"):
                return None
            kind = "border" if "value" in row or "bound" in row else "yes"
        test = Placed(row.spot("test"), kind=kind)
        if kind == "border":
            read_measure(row, test, self.names, rate=True, value=True, nobody=CRITERIA_NOBODY)
            read_bound(row, test)
            return test
        for column in ("rate", "whole", "nobody", "bound", "value"):
            if column in row:
                row.say(column, "“是”的检验不用这一列，请清空，或把检验改为“达到界限”")
        if "figure" in row:
            test.put("figure", one_figure(row, "figure", self.names), row.spot("figure"))
        elif text:
            test.put("figure", self._own_figure(row, code, text), row.spot("figure"))
        else:
            row.say("figure", "没有填写，请补上基础数据的代号或名称")
        return test

    def _own_figure(self, row, code, text):
        key = f"c_{code.lower()}"
        if key not in self.names.keys:
            figure = Placed(row.spot("figure"), type="yesno")
            figure.put("key", key, row.spot("code"))
            figure.put("label", " ".join(text.split()).rstrip("。；;"), row.spot("text"))
            self.figures.append(figure)
            self.names.keys.add(key)
        return key

    # 读法

    def _readings(self) -> dict[str, list[Placed]]:
        found: dict[str, list[Placed]] = {ITEMS: [], CRITERIA: []}
        last: Placed | None = None
        for row in self.tables[READINGS]:
            if any(key in row for key in ("no", "article", "text", "part", "setting")) or last is None:
                last = Placed(row.spot("no"))
                last.put("no", row.code("no", needed=True), row.spot("no"))
                for key in ("article", "text"):
                    last.put(key, row.text(key, needed=True), row.spot(key))
                part = row.choice("part", {ITEMS: ITEMS, CRITERIA: CRITERIA})
                found[part or (ITEMS if self.tables[ITEMS] else CRITERIA)].append(last)
                self._open(row, last)
            self._choice(row, last)
        return found

    def _open(self, row, reading):
        word = row.choice("setting", {word: word for word in OPEN_SETTINGS})
        if word:
            opened = Placed(row.spot("setting"))
            opened.put("setting", OPEN_SETTINGS[word][0], row.spot("setting"))
            opened.put("choices", Placed(row.spot("choice")), row.spot("choice"))
            reading["open"] = opened

    def _choice(self, row, reading):
        if "choice" not in row and "meaning" not in row:
            return
        if "open" not in reading:
            row.say("setting", "填了选项，没有填可选设置，请从下拉列表中选择")
            return
        setting = reading["open"]["setting"]
        words = next(words for name, words in OPEN_SETTINGS.values() if name == setting)
        value = row.choice("choice", words, needed=True) if words else row.number("choice", needed=True)
        meaning = row.text("meaning", needed=True)
        if value is None or meaning is None:
            return
        if value in reading["open"]["choices"]:
            row.say("choice", "这个选项写了两次，请只保留一行")
        reading["open"]["choices"].put(value, meaning, row.spot("choice"))


def _figure(row: Row) -> Placed:
    figure = Placed(row.spot("key"))
    figure.put("key", row.code("key", needed=True), row.spot("key"))
    figure.put("label", row.text("label", needed=True), row.spot("label"))
    type_ = row.choice("type", TYPES, needed=True)
    figure.put("type", type_, row.spot("type"))
    for key in ("unit", "definition", "formula"):
        figure.put(key, row.text(key), row.spot(key))
    for key in ("part_of", "within", "all_of"):
        figure.put(key, row.code(key), row.spot(key))
    figure.put("derived", row.choice("derived", DERIVED), row.spot("derived"))
    for key in ("min", "max"):
        value = row.number(key) if type_ in ("decimal", "points") else row.whole(key)
        figure.put(key, value, row.spot(key))
    if type_ == "points":
        row.text("max", needed=True)
    if type_ != "points" and "step" in row:
        row.say("step", "只有类型为“评分”的才填分档，请清空")
    else:
        figure.put("step", row.number("step", needed=type_ == "points"), row.spot("step"))
    figure.put("optional", row.flag("optional") or None, row.spot("optional"))
    return figure


def _grade(row: Row) -> Placed:
    grade = Placed(row.spot("title"))
    grade.put("title", row.text("title", needed=True), row.spot("title"))
    grade.put("at_least", row.number("at_least", needed=True), row.spot("at_least"))
    grade.put("inclusive", row.flag("inclusive", needed=True), row.spot("inclusive"))
    grade.put("quota", row.number("quota"), row.spot("quota"))
    return grade

"""A rubric read out of a programme document and checked: every mistake at once, each with place, word and choice.

A document without a rubric ("rubric": null, or no such key) is 待录入: no rubric and no mistakes.
"""

import datetime as dt
from dataclasses import replace
from typing import Any

from scoring.columns import read_columns
from scoring.criteria import Criterion, labelled, read_criteria
from scoring.document import CODE, KEY, Doc, Known, Said
from scoring.figures import TYPES, Figure
from scoring.items import Indicator
from scoring.points import UNIT, parse_points, show_points
from scoring.rules import read_rules
from scoring.structure import Category, Grade, PassMark, Period, Project, Reading, Rubric

NOT_ENTERED = "评分表待录入：来源文件没有附评分表，请先录入或导入后再评分"


class BadDocument(ValueError):
    """A document with mistakes; `errors` has them all."""

    def __init__(self, errors: list[str]):
        super().__init__("\n".join(errors))
        self.errors = errors


def read_rubric(document: dict[str, Any], file: str) -> tuple[Rubric | None, list[str]]:
    """(rubric, mistakes). With mistakes there is no rubric; without both the document has none yet (待录入).

    `file` is the name the mistakes are told under.
    """
    rubric, errors, idle = _read(document, file)
    errors += idle
    return (None if errors else rubric), errors


def _read(document: dict[str, Any], file: str) -> tuple[Rubric | None, list[str], list[str]]:
    """(rubric, mistakes, what has no effect). The last is refused in a new document; a kept version is read with it."""
    errors: list[str] = []
    named = ("key", "version", "title")
    top = Doc({name: document[name] for name in named if name in document}, file, errors)
    key, version, title = top.text("key"), top.text("version"), top.text("title")
    figures = read_figures(document.get("figures"), file, errors)
    known = Known(figures)
    readings = _read_readings(document, file, errors)
    rubric = Rubric(key, version, title, "", 0, None, (), figures, readings)
    if document.get("rubric") is not None:
        rubric = _read_sheet(rubric, Doc(document["rubric"], f"{file} 评分表", errors, known), file)
    if document.get("criteria") is not None:
        conditions = Doc(document["criteria"], f"{file} 条件", errors, known)
        criteria = read_criteria(conditions, file, readings)
        for item in criteria.items:
            if item.code in rubric.by_code:
                conditions.say(f"条件“{item.code}”与评分表的指标同名，请换一个代号", f"code:{item.code}")
        rubric = replace(rubric, criteria=criteria, sample=rubric.sample or criteria.sample)
    entered = [document[part] for part in ("rubric", "criteria") if part in document]
    if not entered or None in entered:
        return None, errors, []  # 待录入; the figures may be for what is still to come
    idle = _uncited(rubric, document, f"{file} 释义")
    for key in figures:
        if key not in known.used:
            unused = "没有一条规则用到它，请删去或写入规则"
            idle.append(Said.at(f"{file} 基础数据（{key}）", unused, _raw(document, key), "key"))
    return rubric, errors, idle


def _uncited(rubric: Rubric, document: dict[str, Any], place: str) -> list[str]:
    """Readings that nothing of the sheet names: no page would show them."""
    items: list[Indicator | Criterion] = [
        *rubric.indicators,
        *(rubric.criteria.items if rubric.criteria else ()),
    ]
    named = {number for item in items for number in item.readings}
    named |= {part.reading for part in (rubric.pass_mark, rubric.later_period) if part}
    unnamed = [number for number in rubric.readings if number not in named]
    wrong = "没有一项引用它，请在所说的那一项里写明，或删去这一条"
    return [
        Said.at(f"{place}“{one['no']}”", wrong, one, "no")
        for one in _raw_readings(document)
        if isinstance(one, dict) and one.get("no") in unnamed
    ]


def _raw_readings(document: dict[str, Any]) -> list[Any]:
    """The readings of the score sheet and of the criteria as the document writes them."""
    parts = [document.get(part) for part in ("rubric", "criteria")]
    lists = [part.get("readings") for part in parts if isinstance(part, dict)]
    return [one for many in lists if isinstance(many, list) for one in many]


def _raw(document: dict[str, Any], key: str) -> object:
    """A figure as the document writes it."""
    return next((one for one in document["figures"] if isinstance(one, dict) and one.get("key") == key), None)


def _read_sheet(rubric: Rubric, doc: Doc, file: str) -> Rubric:
    """The `rubric` object of a document."""
    sample = doc.flag("sample", False)
    sheet = replace(
        rubric,
        title=labelled(doc.text("title"), sample),
        sample=sample,
        source=doc.text("source"),
        full=doc.points("full", above=0),
        pass_mark=_read_pass_mark(doc),
        categories=_read_categories(doc, file, rubric.readings),
        notes=doc.texts("notes", empty=True),
        grades=_read_grades(doc),
        period=_read_period(doc, "period"),
        later_period=_read_period(doc, "later_period"),
        columns=read_columns(doc),
    )
    doc.has("readings")
    doc.close()
    _check_whole(sheet, doc)
    return sheet


def load_rubric(document: dict[str, Any], file: str = "") -> Rubric | None:
    """The rubric of a document that was checked before; BadDocument for one with mistakes, None for 待录入."""
    rubric, errors, _ = _read(document, file or f"{document.get('key')}.json")
    if errors:
        raise BadDocument(errors)
    return rubric


def read_figures(data: object, file: str, errors: list[str]) -> dict[str, Figure]:
    """The `figures` list of a document, by key."""
    figures: dict[str, Figure] = {}
    raw: dict[str, object] = {}
    if not isinstance(data, list):
        errors.append(Said.at(file, "“figures”应为基础数据的列表", data))
        return figures
    for number, one in enumerate(data, 1):
        name = one.get("key") if isinstance(one, dict) else None
        doc = Doc(one, f"{file} 基础数据第 {number} 项（{name}）", errors)
        figure = _read_figure(doc)
        if figure.key in figures:
            doc.say(f"“{figure.key}”已经定义过，名称不能重复", "key")
        figures[figure.key] = figure
        raw[figure.key] = data[number - 1]
        doc.close()
    for figure in figures.values():
        for setting, other in (("part_of", figure.part_of), ("within", figure.within)):
            if other and (other not in figures or figures[other].type != figure.type):
                wrong = f"“{setting}”指向的“{other}”没有定义，或类型不同"
                errors.append(Said.at(f"{file} 基础数据（{figure.key}）", wrong, raw[figure.key], setting))
        whole = figures.get(figure.all_of)
        if figure.all_of and (figure.type != "yesno" or whole is None or whole.type != "count"):
            wrong = "“all_of”只用于 yesno，应指向类型为 count 的基础数据"
            errors.append(Said.at(f"{file} 基础数据（{figure.key}）", wrong, raw[figure.key], "all_of"))
    return figures


def _read_figure(doc: Doc) -> Figure:
    key = doc.text("key")
    if key and (not KEY.fullmatch(key) or key.endswith("_reason") or key == "community"):
        doc.say(f"“{key[:40]}”不能作名称，应由小写字母、数字和下划线组成，不以 _reason 结尾", "key")
    type_ = doc.choice("type", TYPES)
    scaled = type_ in ("decimal", "points")

    def limit(name: str) -> int | None:
        if not doc.has(name):
            return None
        return doc.points(name) if scaled else doc.whole(name)

    figure = Figure(
        key=key,
        label=doc.text("label"),
        type=type_,
        unit=doc.text("unit", ""),
        definition=doc.text("definition", ""),
        formula=doc.text("formula", ""),
        part_of=doc.text("part_of", ""),
        within=doc.text("within", ""),
        all_of=doc.text("all_of") if doc.has("all_of") else "",
        least=limit("min"),
        most=limit("max"),
        step=doc.points("step", above=0) if type_ == "points" else None,
        optional=doc.flag("optional", False),
        derived=doc.text("derived") if doc.has("derived") else "",
    )
    if figure.derived and type_ != "yesno":
        doc.say("“derived”只用于 yesno 的基础数据", "derived")
    if type_ == "points" and not figure.most:
        doc.say("类型为 points 的基础数据要写明“max”", "max")
    if figure.step and figure.most and figure.most % figure.step:
        doc.say("“max”应为“step”的整倍数", "step")
    return figure


def _read_readings(document: dict[str, Any], file: str, errors: list[str]) -> dict[str, Reading]:
    """`readings` of the score sheet and of the criteria, by number."""
    readings: dict[str, Reading] = {}
    many = [
        data
        for part in ("rubric", "criteria")
        if isinstance(document.get(part), dict)
        for data in Doc(document[part], f"{file} {part}", errors).many("readings", empty=True)
    ]
    for number, data in enumerate(many, 1):
        one = Doc(data, f"{file} 释义第 {number} 条", errors)
        reading = Reading(one.text("no"), one.text("article"), one.text("text"))
        if one.has("open"):
            _check_open(one.inner(one.data["open"], " 的选择（open）"))
        if reading.number in readings:
            one.say(f"“{reading.number}”已经写过", "no")
        readings[reading.number] = reading
        one.close()
    return readings


# What a reading that the source leaves open may move, and the values it may take.
OPEN_SETTINGS = {
    "rounding": ("floor", "ceil", "prorata"),
    "nobody": ("full", "zero"),
    "missed": None,  # points
}


def _check_open(one: Doc) -> None:
    """An open reading: one setting of the rules that cite it, and what each choice means in words."""
    setting = one.choice("setting", OPEN_SETTINGS)
    words = one.inner(one._value("choices", {}), " 的各种读法（choices）")
    if len(words.data) < 2:
        words.say("至少要有两种读法")
    for value in words.data:
        words.text(value)
        allowed = OPEN_SETTINGS[setting]
        if allowed and value not in allowed:
            words.say(f"没有“{value[:20]}”这种读法，可用的有 {'、'.join(allowed)}")
        elif not allowed:
            try:
                parse_points(value)
            except ValueError:
                words.say(f"“{value[:20]}”应为分数")
    one.close()


def _read_categories(doc: Doc, file: str, readings: dict[str, Reading]) -> tuple[Category, ...]:
    categories, count = [], 0
    codes: set[str] = set()
    for data in doc.many("categories"):
        inner = Doc(data, f"{file} 大类", doc.errors, doc.known)
        title = inner.text("title")
        inner.place = f"{file} 大类“{title}”"
        most, bonus = inner.points("max", above=0), inner.flag("bonus", False)
        projects = []
        if inner.has("indicators") and not inner.has("projects"):
            # A sheet with one level of headings: the class is its own only project.
            parts = [{"title": title, "max": show_points(most), "indicators": inner.many("indicators")}]
        else:
            parts = inner.many("projects")
        for part in parts:
            one = Doc(part, f"{file} 项目", doc.errors, doc.known)
            one.source = part if "projects" in inner.data else data
            name = one.text("title")
            one.place = f"{file} 项目“{name}”"
            own, items = one.points("max", above=0), []
            for item in one.many("indicators"):
                count += 1
                items.append(_read_indicator(item, file, count, title, name, one))
                if items[-1].code in codes:
                    one.inner(item, "").say(f"指标“{items[-1].code}”重复", "code")
                codes.add(items[-1].code)
                for number in items[-1].readings:
                    if number not in readings:
                        wrong = f"指标“{items[-1].code}”引用的释义“{number}”没有写在“readings”里"
                        one.inner(item, "").say(wrong, "readings")
            one.close()
            if not bonus:
                _check_sum(one, own, [item.max for item in items], "各指标")
            projects.append(Project(name, own, tuple(items)))
        inner.close()
        if bonus and any(item.may_be_left_out for project in projects for item in project.indicators):
            inner.say("加分项不能用“leave_out”")
        if not bonus:
            _check_sum(inner, most, [project.max for project in projects], "各项目")
        categories.append(Category(title, most, bonus, tuple(projects)))
    return tuple(categories)


def _check_sum(doc: Doc, most: int, parts: list[int], what: str, key: str = "max") -> None:
    if most != sum(parts):
        wrong = f"满分 {show_points(most)} 分，{what}合计却是 {show_points(sum(parts))} 分，请核对后改成一致"
        doc.say(wrong, key)


def _read_indicator(
    data: object, file: str, number: int, category: str, project: str, parent: Doc
) -> Indicator:
    code = data.get("code", "") if isinstance(data, dict) else ""
    doc = Doc(data, f"{file} 第 {number} 项（{code}）", parent.errors, parent.known)
    code = doc.text("code")
    if code and not CODE.fullmatch(code):
        doc.say(f"代号“{code[:20]}”应以大写字母开头，由字母和数字组成", "code")
    most = doc.points("max", above=0)
    rules = read_rules(doc, most)
    gives = any(rule.family == "gives" for rule in rules)
    start = doc.points("start", "0" if gives else show_points(most))
    floor = _signed(doc, "floor")
    item = Indicator(
        code=code,
        number=number,
        content=doc.text("content"),
        standard=doc.text("standard"),
        max=most,
        rules=rules,
        start=start,
        floor=floor,
        category=category,
        project=project,
        readings=doc.texts("readings", empty=True),
        evidence=doc.text("evidence", ""),
        check=doc.text("check", ""),
    )
    if floor >= most or not floor <= start <= most:
        doc.say("“floor”、“start”和“max”应从小到大", "max")
    limits = [rule.most for rule in rules if rule.family == "gives"]
    reach = start + sum(limit for limit in limits if limit is not None)
    if gives and None not in limits and reach < most:
        doc.say(f"各规则最多给 {show_points(reach)} 分，达不到满分 {show_points(most)} 分", "max")
    if item.may_be_left_out and len(rules) > 1:
        doc.say("“leave_out”只能用在只有一条规则的指标上")
    doc.close()
    return item


def _signed(doc: Doc, key: str) -> int:
    """Like points, but may be below 0: an item's floor."""
    value = doc.data.get(key, "0") if doc.has(key) else "0"
    try:
        return parse_points(value) if isinstance(value, str) else parse_points("")
    except ValueError:
        doc.say(f"“{key}”应为带引号的数，写的是“{str(value)[:30]}”", key)
        return 0


def _read_pass_mark(doc: Doc) -> PassMark | None:
    """null means: the source gives none, the round's opener must (A11)."""
    if not doc.has("pass_mark"):
        doc.say("缺少“pass_mark”；来源没有合格线的写 null，由开展批次的部门填写")
        return None
    if doc.data["pass_mark"] is None:
        return None
    mark = doc.inner(doc.data["pass_mark"], " 合格线")
    found = PassMark(mark.points("value", above=0), mark.flag("inclusive"), mark.text("reading", ""))
    mark.close()
    return found


def _read_grades(doc: Doc) -> tuple[Grade, ...]:
    grades: list[Grade] = []
    for number, data in enumerate(doc.many("grades", empty=True), 1):
        one = doc.inner(data, f" 等次第 {number} 档")
        quota = one.points("quota", above=0) if one.has("quota") else None
        grades.append(Grade(one.text("title"), one.points("at_least"), one.flag("inclusive"), quota))
        if len(grades) > 1 and grades[-1].points >= grades[-2].points:
            one.say("等次应从最高一档往下排", "at_least")
        if quota is not None and quota > 100 * UNIT:
            one.say("“quota”是百分比，不能超过 100", "quota")
        one.close()
    return tuple(grades)


def _read_period(doc: Doc, key: str) -> Period | None:
    if not doc.has(key):
        return None
    one = doc.inner(doc.data[key], f" {key}")
    period = Period(
        _day(one, "from"),
        _day(one, "to"),
        one.text("article"),
        one.texts("indicators", empty=True),
        one.text("reading", ""),
        one.text("desk") if key == "later_period" else "",
    )
    if period.first and period.last and period.first > period.last:
        one.say("“from”不能晚于“to”", "from")
    if key == "later_period" and not period.indicators:
        one.say("“indicators”应写明复核哪些指标", "indicators")
    one.close()
    return period


def _day(doc: Doc, key: str) -> str:
    """An ISO date as text, "" for anything else."""
    text = doc.text(key)
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        if text:
            doc.say(f"“{key}”应为 2016-12-31 这样的日期，写的是“{text[:30]}”", key)
        return ""
    return text


def _check_whole(rubric: Rubric, doc: Doc) -> None:
    """What only the whole sheet shows: its sum, optional figures in a rule, items a period names."""
    ordinary = [category.max for category in rubric.categories if not category.bonus]
    _check_sum(doc, rubric.full, ordinary, "各大类", "full")
    if rubric.pass_mark and rubric.pass_mark.points > rubric.full:
        doc.say(
            f"合格线 {show_points(rubric.pass_mark.points)} 分高于满分 {show_points(rubric.full)} 分",
            "pass_mark",
        )
    for key in rubric.required:
        if key in rubric.figures and rubric.figures[key].optional:
            doc.say(f"基础数据“{key}”用于计分，不能是可不填的", f"optional:{key}")
    named = [rubric.pass_mark, rubric.period, rubric.later_period]
    for reading in (part.reading for part in named if part and part.reading):
        if reading not in rubric.readings:
            doc.say(f"引用的释义“{reading}”没有写在“readings”里", f"reading:{reading}")
    for period in (rubric.period, rubric.later_period):
        for code in period.indicators if period else ():
            if code not in rubric.by_code:
                doc.say(f"时段引用的指标“{code}”不存在", f"indicator:{code}")

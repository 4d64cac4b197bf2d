"""A programme document checked as a whole: every mistake with its file, item, wrong word and the allowed words.

The score sheet's own part (figures, rubric, criteria) is checked by `scoring.rubric`; this file knows the rest:
source, ladder, eligibility, route, windows, quotas, materials, notices and readings.
"""

import json

from accreditation import programme_sections
from accreditation.eligibility import DERIVING, ELIGIBILITY
from accreditation.needs import NEEDS
from accreditation.programme_words import (
    FORMS,
    ISSUERS,
    KINDS,
    MONEY,
    read_among,
    read_date,
    read_tiers,
    read_window_date,
    say_twice,
)
from accreditation.routes import LEVELS, MARKS, NOTICES, STEP_STATES
from accreditation.score_columns import SELF
from scoring.document import Doc

BASIC_TYPES = ("text", "phone", "count")
PREFILLS = ("contact", "office_phone", "address")

# Sections that scoring.rubric checks.
ELSEWHERE = ("figures", "rubric", "criteria")


def check(document: object, file: str) -> list[str]:
    """All mistakes of a document's frame as sentences; an empty list when it may be loaded."""
    errors: list[str] = []
    top = Doc(document, file, errors)
    if not top.data:
        return errors or [f"{file}：文件里没有内容。"]
    for key in ("key", "version", "title"):
        top.text(key)
    _source(top)
    tiers = _tiers(top)
    states = _route(top)
    _eligibility(top, tiers)
    _windows(top, states)
    _quotas(top, tiers, [step for step in top.many("route") if isinstance(step, dict)])
    _filing(top, tiers, states)
    _missing(top)
    _readings(top)
    _score_sheet(top, tiers)
    programme_sections.check(top, tiers, states)
    top.asked += ELSEWHERE
    top.close()
    return errors


def _source(top):
    source = top.inner(top._value("source"), " 来源（source）")
    for key in ("title", "number", "issuer", "nature", "approved_by"):
        source.text(key)
    read_date(source, "issued_on", required=False)
    read_date(source, "valid_until", required=False)
    place = source.inner(source._value("place"), " 的适用地区（place）")
    place.choice("level", ("nation", *LEVELS))
    place.text("name")
    place.close()
    if source.has("period"):
        period = source.inner(source.data["period"], " 的考核期（period）")
        read_date(period, "from")
        read_date(period, "until")
        period.close()
    source.close()


def _tiers(top):
    keys = []
    for number, tier in enumerate(top.many("tiers"), 1):
        item = top.inner(tier, f" 层级第 {number} 项")
        keys.append(item.text("key"))
        item.text("name")
        item.choice("issuer", ISSUERS)
        item.whole("rank", least=1, most=9)
        item.choice("money", MONEY)
        if item.has("name_by_kind"):
            names = item.inner(item.data["name_by_kind"], " 的名称（name_by_kind）")
            for kind in KINDS:
                names.text(kind)
            names.close()
        if item.has("valid_years"):
            item.whole("valid_years", least=1, most=30)
        item.text("article", "")
        item.close()
    say_twice(top, "层级", keys)
    return keys


def _route(top):
    states = []
    for number, step in enumerate(top.many("route"), 1):
        item = top.inner(step, f" 流程第 {number} 步")
        state = item.choice("state", STEP_STATES)
        item.place += f"（{state}）"
        if states and STEP_STATES.index(state) in map(STEP_STATES.index, states):
            item.say(f"“{state}”写了两次")
        if states and LEVELS.index(state.rsplit("_", 1)[0]) < LEVELS.index(states[-1].rsplit("_", 1)[0]):
            item.say(f"层级不能低于上一步“{states[-1]}”")
        if state in NOTICES:
            item.whole("workdays", least=1, most=60)
            if not states or states[-1] in NOTICES:
                item.say("公示之前应有一个评审环节")
        for flag in ("scores", "panel", "listing", "one_clerk"):
            item.flag(flag, False)
        for setting in ("quotas", "quotas_if_set"):
            read_among(item, setting, LEVELS, empty=True)
        needs = item.inner(item._value("needs", {}), " 的条件（needs）")
        for name in needs.data:
            needs.asked.append(name)
            if name not in NEEDS:
                needs.say(f"没有条件“{name}”，可用的有 {'、'.join(NEEDS)}")
            elif name not in MARKS:
                needs.flag(name)
            elif needs.data[name] != "pass_mark":
                needs.points(name)
        item.text("article", "")
        item.close()
        states.append(state)
    return states


def _eligibility(top, tiers):
    for number, rule in enumerate(top.many("eligibility", empty=True), 1):
        item = top.inner(rule, f" 申报条件第 {number} 项")
        name = item.choice("rule", ELIGIBILITY)
        if name == "kind":
            read_among(item, "allowed", KINDS)
            item.flag("village_needs_similar_services", False)
            item.flag("village_needs_reason", False)
        elif name == "holds_title":
            read_among(item, "money", MONEY)
            item.flag("or_reason", False)
            item.text("sentence")
        elif name == "rechecks_passed":
            read_among(item, "money", MONEY)
            item.whole("years", least=1, most=20)
        elif name == "self_score_at_least":
            item.points("value")
        read_tiers(item, tiers)
        item.text("article", "")
        item.close()


def _windows(top, steps):
    windows = top.inner(top._value("windows", {}), " 时限（windows）")
    for state, window in windows.data.items():
        windows.asked.append(state)
        if state != "draft" and state not in steps:
            windows.say(f"流程中没有“{state}”，可用的有 draft、{'、'.join(steps)}")
        item = windows.inner(window, f" 的“{state}”")
        read_window_date(item, "from")
        read_window_date(item, "until")
        item.text("article", "")
        item.close()


def _quotas(top, tiers, steps):
    given = []
    for number, row in enumerate(top.many("quotas", empty=True), 1):
        item = top.inner(row, f" 名额第 {number} 行")
        tier = item.choice("tier", tiers or ("",))
        level = item.choice("level", LEVELS)
        # A row names its region, or gives the same number to each region of the level.
        region = "" if item.flag("each", False) else item.text("region")
        item.whole("size", most=100_000)
        if not any(level in step.get("quotas", []) + step.get("quotas_if_set", []) for step in steps):
            item.say(f"流程中没有一步按“{level}”的名额列名单，请在该步写明“quotas”")
        same = [other for *kind, other in given if kind == [tier, level]]
        if region in same or same and "" in (region, *same):
            item.say(f"“{region or level}”的“{tier}”名额写了两次")
        given.append((tier, level, region))
        item.close()


def _filing(top, tiers, states):
    keys = []
    for number, field in enumerate(top.many("basics", empty=True), 1):
        item = top.inner(field, f" 基本情况第 {number} 项")
        keys.append(item.text("key"))
        item.text("label")
        item.choice("type", BASIC_TYPES)
        item.text("unit", "")
        item.flag("required", False)
        if item.has("prefill"):
            item.choice("prefill", PREFILLS)
        item.close()
    say_twice(top, "基本情况", keys)
    keys = []
    for number, material in enumerate(top.many("materials", empty=True), 1):
        item = top.inner(material, f" 材料第 {number} 项")
        keys.append(item.text("key"))
        item.text("label")
        if item.has("made_by"):  # an office makes it: the community is asked for nothing
            item.choice("made_by", states or STEP_STATES)
        else:
            item.flag("required", False)
            item.flag("by_indicator", False)
            if item.has("form"):
                item.choice("form", FORMS)
        read_tiers(item, tiers)
        item.text("article", "")
        item.close()
    say_twice(top, "材料", keys)
    if top.has("narrative") and top.data["narrative"] is not None:
        item = top.inner(top.data["narrative"], " 文字材料（narrative）")
        item.text("label")
        item.flag("required", False)
        if item.has("limit") and item.data["limit"] is not None:
            item.whole("limit", least=1, most=100_000)
        item.text("article", "")
        item.close()
    keys = []
    for number, statement in enumerate(top.many("statements", empty=True), 1):
        item = top.inner(statement, f" 承诺第 {number} 项")
        keys.append(item.text("key"))
        for key in ("label", "text"):
            item.text(key)
        item.close()
    say_twice(top, "承诺", keys)


def _missing(top):
    for number, gap in enumerate(top.many("missing", empty=True), 1):
        item = top.inner(gap, f" 待录入第 {number} 项")
        item.choice("what", ("rubric", "pass_mark", "criteria"))
        item.text("sentence")
        item.close()


def _readings(top):
    """The frame's readings; an open one says which setting of which step it moves, and how."""
    steps = {step["state"]: step for step in top.many("route") if isinstance(step, dict) and "state" in step}
    keys = []
    for number, reading in enumerate(top.many("readings", empty=True), 1):
        item = top.inner(reading, f" 读法第 {number} 项")
        keys.append(item.text("key"))
        for key in ("text", "reading", "article"):
            item.text(key)
        if item.has("open"):
            _open_reading(item.inner(item.data["open"], " 的选择（open）"), steps)
        item.close()
    say_twice(top, "读法", keys)


def _score_sheet(top, tiers):
    """What the score sheet says of the frame: desks, columns, tiers, and the rules that tell derived figures."""
    rules = [rule.get("rule") for rule in _objects(top, "eligibility")]
    for figure in _objects(top, "figures"):
        name = figure.get("derived")
        if name is not None and (name not in rules or name not in DERIVING):
            item = top.inner(figure, f" 基础数据（{figure.get('key')}）")
            known = "、".join(rule for rule in DERIVING if rule in rules) or "（无）"
            item.say(
                f"“derived”指向的申报条件“{str(name)[:40]}”没有写在“eligibility”里，可用的有 {known}",
                "derived",
            )
    steps = _objects(top, "route")
    sheet = top.inner(top.data.get("rubric") or {}, " 评分表")
    later = sheet.data.get("later_period")
    if isinstance(later, dict) and isinstance(later.get("desk"), str):
        desks = [step.get("state") for step in steps if step.get("scores")]
        if later["desk"] not in desks:
            known = "、".join(map(str, desks)) or "（无）"
            sheet.inner(later, " later_period").say(f"“desk”应为流程中评分的环节，可用的有 {known}", "desk")
    _columns(sheet, steps)
    if isinstance(criteria := top.data.get("criteria"), dict):
        _criteria_tiers(top.inner(criteria, " 条件"), tiers)


def _columns(sheet, steps):
    """Columns are the self score and the desks that score; a need for their result asks for columns."""
    known = [
        SELF,
        *(str(step.get("state")).split("_")[0] for step in steps if step.get("scores") or step.get("panel")),
    ]
    for number, column in enumerate(_objects(sheet, "columns"), 1):
        if column.get("key") not in known:
            sheet.inner(column, f" 第 {number} 个评分栏").say(
                f"“key”没有“{str(column.get('key'))[:30]}”，自评和流程中评分的各级为 {'、'.join(known)}",
                "key",
            )
    wanted = [
        step
        for step in steps
        if isinstance(needs := step.get("needs"), dict) and "combined_at_least" in needs
    ]
    if wanted and sheet.data and "columns" not in sheet.data:
        sheet.say(
            f"“{wanted[0].get('state')}”要求综合得分（combined_at_least），评分表应写明“columns”和“combine”"
        )


def _criteria_tiers(criteria, tiers):
    for group in _objects(criteria, "groups"):
        for one in _objects(criteria.inner(group, ""), "criteria"):
            if isinstance(one.get("tiers"), list):
                read_tiers(criteria.inner(one, f"“{one.get('code')}”"), tiers)


def _objects(top, key):
    """The entries of a list of the document that are objects; whatever else it holds is said elsewhere."""
    value = top.data.get(key)
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _open_reading(rule, steps):
    step = rule.choice("step", tuple(steps) or ("",))
    setting = rule.choice("setting", ("workdays", "one_clerk", "scores"))
    words = rule.inner(rule._value("choices", {}), " 的各种读法（choices）")
    for value in words.data:
        words.text(value)
        if setting == "workdays" and not value.isdigit():
            words.say(f"“{value}”应为工作日数")
        elif setting != "workdays" and value not in ("true", "false"):
            words.say(f"“{value}”应为 true 或 false")
    if len(words.data) < 2:
        words.say("至少要有两种读法")
    default = json.dumps(steps.get(step, {}).get(setting, False))
    if words.data and default not in words.data:
        words.say(f"流程中写的“{default}”不在各种读法之中")
    rule.close()

"""A programme document checked as a whole: every mistake with its file, item, wrong word and the allowed words.

The score sheet's own part (figures, rubric, criteria) is checked by `scoring.rubric`; this file knows the rest:
source, ladder, eligibility, route, windows, quotas, materials, notices and readings.
"""

import datetime as dt

from accreditation.eligibility import ELIGIBILITY
from accreditation.needs import NEEDS
from accreditation.routes import LEVELS, NOTICES, STEP_STATES
from scoring.document import Doc

ISSUERS = ("nation", "province", "city", "county")
MONEY = ("national", "provincial", "city", "county")
BASIC_TYPES = ("text", "phone", "count")
PREFILLS = ("contact", "office_phone", "address")
KINDS = ("urban", "village")

# Sections that other readers check (scoring) or that later desks read whole.
ELSEWHERE = (
    "figures",
    "rubric",
    "criteria",
    "checklist",
    "grades",
    "recheck",
    "subsidy",
    "notice",
    "panel",
    "plans",
    "coverage",
)


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
    steps = _route(top)
    _eligibility(top, tiers)
    _windows(top, steps)
    _quotas(top, tiers, steps)
    _filing(top, tiers)
    _missing(top)
    for number, reading in enumerate(top.many("readings", empty=True), 1):
        item = top.inner(reading, f" 读法第 {number} 项")
        for key in ("key", "text", "reading", "article"):
            item.text(key)
        item.close()
    top.asked += ELSEWHERE
    top.close()
    return errors


def _date(doc, key, *, required=True):
    if not doc.has(key) or doc.data[key] is None:
        if required:
            doc.say(f"缺少“{key}”")
        return
    try:
        dt.date.fromisoformat(str(doc.data[key]))
    except ValueError:
        doc.say(f"“{key}”应为 2017-09-25 这样的日期，写的是“{str(doc.data[key])[:30]}”")


def _source(top):
    source = top.inner(top._value("source"), " 来源（source）")
    for key in ("title", "number", "issuer", "nature", "approved_by"):
        source.text(key)
    _date(source, "issued_on")
    _date(source, "valid_until", required=False)
    place = source.inner(source._value("place"), " 的适用地区（place）")
    place.choice("level", ("nation", *LEVELS))
    place.text("name")
    place.close()
    if source.has("period"):
        period = source.inner(source.data["period"], " 的考核期（period）")
        _date(period, "from")
        _date(period, "until")
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
        item.text("article", "")
        item.close()
    for key in {k for k in keys if keys.count(k) > 1}:
        top.say(f"层级“{key}”写了两次")
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
        for flag in ("scores", "listing", "one_clerk"):
            item.flag(flag, False)
        for level in item.texts("quotas", empty=True):
            if level not in LEVELS:
                item.say(f"“quotas”没有“{level}”这一级，可用的有 {'、'.join(LEVELS)}")
        needs = item.inner(item._value("needs", {}), " 的条件（needs）")
        for name in needs.data:
            needs.asked.append(name)
            if name not in NEEDS:
                needs.say(f"没有条件“{name}”，可用的有 {'、'.join(NEEDS)}")
        item.text("article", "")
        item.close()
        states.append(state)
    return states


def _eligibility(top, tiers):
    for number, rule in enumerate(top.many("eligibility", empty=True), 1):
        item = top.inner(rule, f" 申报条件第 {number} 项")
        name = item.choice("rule", ELIGIBILITY)
        if name == "kind":
            for kind in item.texts("allowed"):
                if kind not in KINDS:
                    item.say(f"“allowed”没有“{kind}”，可用的有 {'、'.join(KINDS)}")
            item.flag("village_needs_similar_services", False)
        elif name == "holds_title":
            for money in item.texts("money"):
                if money not in MONEY:
                    item.say(f"“money”没有“{money}”，可用的有 {'、'.join(MONEY)}")
            item.flag("or_reason", False)
            item.text("sentence")
        elif name == "self_score_at_least":
            item.points("value")
        _some_tiers(item, tiers)
        item.text("article", "")
        item.close()


def _some_tiers(item, tiers):
    if item.has("tiers"):
        for tier in item.texts("tiers"):
            if tier not in tiers:
                item.say(f"没有层级“{tier}”，可用的有 {'、'.join(tiers)}")


def _windows(top, steps):
    windows = top.inner(top._value("windows", {}), " 时限（windows）")
    for state, window in windows.data.items():
        windows.asked.append(state)
        if state != "draft" and state not in steps:
            windows.say(f"流程中没有“{state}”，可用的有 draft、{'、'.join(steps)}")
        item = windows.inner(window, f" 的“{state}”")
        _date(item, "from", required=False)
        _date(item, "until", required=False)
        item.text("article", "")
        item.close()


def _quotas(top, tiers, steps):
    for number, row in enumerate(top.many("quotas", empty=True), 1):
        item = top.inner(row, f" 名额第 {number} 行")
        item.choice("tier", tiers or ("",))
        item.choice("level", LEVELS)
        item.text("region")
        item.whole("size", most=100_000)
        item.close()


def _filing(top, tiers):
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
    for number, material in enumerate(top.many("materials", empty=True), 1):
        item = top.inner(material, f" 材料第 {number} 项")
        item.text("key")
        item.text("label")
        item.flag("required", False)
        item.flag("by_indicator", False)
        item.text("form", "")
        _some_tiers(item, tiers)
        item.text("article", "")
        item.close()
    if top.has("narrative") and top.data["narrative"] is not None:
        item = top.inner(top.data["narrative"], " 文字材料（narrative）")
        item.text("label")
        item.flag("required", False)
        if item.has("limit") and item.data["limit"] is not None:
            item.whole("limit", least=1, most=100_000)
        item.text("article", "")
        item.close()
    for number, statement in enumerate(top.many("statements", empty=True), 1):
        item = top.inner(statement, f" 承诺第 {number} 项")
        for key in ("key", "label", "text"):
            item.text(key)
        item.close()


def _missing(top):
    for number, gap in enumerate(top.many("missing", empty=True), 1):
        item = top.inner(gap, f" 待录入第 {number} 项")
        item.choice("what", ("rubric", "pass_mark", "criteria"))
        item.text("sentence")
        item.close()

"""May this community apply? Every reason why not, at once. The programme names the conditions (docs/programmes.md)."""

from accreditation.models import Recognition
from regions.clock import day_of
from scoring.points import parse_points, show_points


def kind(application, rule, day):
    """The community is of an allowed kind: {"allowed": ["urban", "village"], "village_needs_similar_services": true}.

    With "village_needs_reason" a village says in writing why it applies ("原则上以社区为主", reading A33).
    """
    community = application.community
    if community.kind not in rule["allowed"]:
        return f"本方案只受理{'、'.join(_KINDS[k] for k in rule['allowed'])}申报，{community.name}为{_KINDS[community.kind]}。"
    if community.kind != "village":
        return ""
    if rule.get("village_needs_similar_services") and not community.similar_services:
        return f"{community.name}为行政村，须具有与社区相近的服务功能。"
    if rule.get("village_needs_reason") and not application.exception_reason.strip():
        return "原则上以社区为主。以行政村申报的，请写明理由。"
    return ""


_KINDS = {"urban": "社区", "village": "行政村"}


def established(application, rule, day):
    """Approved by the county government and filed with civil affairs."""
    community = application.community
    missing = [
        sentence
        for fact, sentence in (
            (community.county_approved, "经县级人民政府批准设立"),
            (community.civil_affairs_filed, "报民政部门备案"),
        )
        if not fact
    ]
    return f"{community.name}尚未登记“{'”“'.join(missing)}”。" if missing else ""


def holds_title(application, rule, day):
    """Holds a title of a money level, or (or_reason) is put forward with a written reason."""
    if (
        Recognition.objects.held_on(day)
        .filter(community=application.community, money__in=rule["money"])
        .exists()
    ):
        return ""
    if rule.get("or_reason"):
        return "" if application.exception_reason.strip() else rule["sentence"]
    return rule["sentence"]


def rechecks_passed(application, rule, day):
    """Its title of the named money level passed the rechecks of the last `years` years, none left out (reading A22).

    Counted back from the year before the round's. A year that was left out with authority (with its reason) is stepped
    over; the year of recognition itself is not a recheck.
    """
    titles = Recognition.objects.held_on(day).filter(community=application.community, money__in=rule["money"])
    runs = [
        _run(title, application.round.year, rule["years"]) for title in titles.prefetch_related("rechecks")
    ]
    if not runs:
        return f"没有有效的{'、'.join(_LEVELS[m] for m in rule['money'])}称号，谈不上复查。"
    if any(not broken for broken in runs):
        return ""
    return f"须连续 {rule['years']} 年年度复查合格：{min(runs, key=len)}。"


def _run(title, year, years):
    """Why the run of passes before `year` is broken, or nothing."""
    by_year = {recheck.year: recheck for recheck in title.rechecks.all()}
    wanted, at = years, year - 1
    while wanted:
        if at <= title.year:
            return f"{title.year} 年认定，之后的年度复查不足 {years} 年"
        recheck = by_year.get(at)
        if recheck is None:
            return f"缺 {at} 年度的复查结果"
        if recheck.passed is False:
            return f"{at} 年度复查不合格"
        wanted -= 1 if recheck.passed else 0
        at -= 1
    return ""


def self_score_at_least(application, rule, day):
    """The self score reaches the value, inclusive."""
    total = application.total_self
    if total is None:
        return "自评分尚未算出，请先填完基础数据。"
    if total < parse_points(rule["value"]):
        return f"自评 {show_points(total)} 分，未达到 {rule['value']} 分，不能申报。"
    return ""


def not_held_already(application, rule, day):
    """Does not hold the tier, or a higher one of the same issuer (every programme)."""
    tier = application.round.version.tier(application.tier)
    held = (
        Recognition.objects.held_on(day)
        .filter(community=application.community, issuer=tier["issuer"], rank__gte=tier["rank"])
        .first()
    )
    return (
        f"{application.community.name}已是{held.tier_name}（{held.number}），不能重复申报。" if held else ""
    )


def standing(application, rule, day):
    """The community exists today."""
    until = application.community.until
    return (
        f"{application.community.name}已于 {until:%Y年%m月%d日} 撤并，不能申报。"
        if until and until <= day
        else ""
    )


ELIGIBILITY = {f.__name__: f for f in (kind, established, holds_title, rechecks_passed, self_score_at_least)}
ALWAYS = (standing, not_held_already)


def reasons_against(application, at) -> list[str]:
    """Every condition of the programme's tier that the application does not meet on the day, as sentences."""
    day = day_of(at)
    rules = [
        rule
        for rule in application.round.version.data.get("eligibility", [])
        if application.tier in rule.get("tiers", [application.tier])
    ]
    found = [check(application, {}, day) for check in ALWAYS]
    found += [ELIGIBILITY[rule["rule"]](application, rule, day) for rule in rules]
    return [sentence for sentence in found if sentence]


def condition_words(rule) -> str:
    """A condition of the programme as one line, for those who apply and for the public."""
    return _WORDS[rule["rule"]](rule)


def _kind_words(rule):
    village = "".join(
        words
        for setting, words in (
            ("village_needs_similar_services", "（行政村须具有与社区相近的服务功能）"),
            ("village_needs_reason", "，原则上以社区为主，行政村申报须写明理由"),
        )
        if rule.get(setting)
    )
    return f"申报单位为{'或'.join(_KINDS[k] for k in rule['allowed'])}{village}"


def _title_words(rule):
    also = (
        "；没有称号但工作业绩突出、有特色、有亮点的，可写明书面理由破格申报" if rule.get("or_reason") else ""
    )
    return f"已获得{_levels(rule)}充分就业社区称号{also}"


def _levels(rule):
    return "、".join(_LEVELS[money] for money in rule["money"])


_WORDS = {
    "kind": _kind_words,
    "established": lambda rule: "经县级人民政府批准设立，并报民政部门备案",
    "holds_title": _title_words,
    "rechecks_passed": lambda rule: f"{_levels(rule)}称号连续 {rule['years']} 年年度复查合格",
    "self_score_at_least": lambda rule: f"对照评分标准自评 {rule['value']} 分以上（含 {rule['value']} 分）",
}
_LEVELS = {
    "city": "市（州）级",
    "county": "县级",
    "provincial": "省级",
    "national": "国家级",
}


def conditions(application, at) -> list[tuple[str, str, bool | None]]:
    """The tier's conditions before it is written: words, article, and whether met (None: shown by the figures)."""
    day = day_of(at)
    found = []
    for rule in application.round.version.data.get("eligibility", []):
        if application.tier not in rule.get("tiers", [application.tier]):
            continue
        met = None
        if rule["rule"] != "self_score_at_least":
            met = not ELIGIBILITY[rule["rule"]](application, rule, day)
        found.append((condition_words(rule), rule.get("article", ""), met))
    return found


def reason_due(application, at) -> str:
    """Why the community must give a written reason of its own, or nothing: no title (soft gate), or a village."""
    day = day_of(at)
    for rule in application.round.version.data.get("eligibility", []):
        if application.tier not in rule.get("tiers", [application.tier]):
            continue
        if rule["rule"] == "holds_title" and rule.get("or_reason"):
            held = Recognition.objects.held_on(day).filter(
                community=application.community, money__in=rule["money"]
            )
            if not held.exists():
                return f"本社区尚无{_levels(rule)}充分就业社区称号"
        if rule["rule"] == "kind" and rule.get("village_needs_reason"):
            if application.community.kind == "village":
                return "原则上以社区为主，以行政村申报的须写明理由"
    return ""

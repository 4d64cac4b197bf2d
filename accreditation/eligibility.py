"""May this community apply? Every reason why not, at once. The programme names the conditions (docs/programmes.md)."""

from dataclasses import dataclass

from accreditation import endings
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
    runs = _runs(application, rule, day)
    if not runs:
        return f"没有有效的{_levels(rule)}称号，谈不上复查。"
    broken = [run.broken for run in runs]
    return "" if not all(broken) else f"须连续 {rule['years']} 年年度复查合格：{min(broken, key=len)}。"


@dataclass(frozen=True)
class _Run:
    """The rechecks of one title, counted back: the years that passed and were left out, and what breaks the run, or ""."""

    title: Recognition
    passed: tuple[int, ...]
    left_out: tuple[int, ...]
    broken: str

    def words(self) -> str:
        """ "2018年认定；2019、2020、2021年度复查合格" """
        told = [f"{self.title.year}年认定"]
        if self.passed:
            told.append(f"{_years(self.passed)}年度复查合格")
        if self.left_out:
            told.append(f"{_years(self.left_out)}年度经批准未复查")
        return "；".join(told)


def _years(years):
    return "、".join(str(year) for year in sorted(years))


def _runs(application, rule, day):
    titles = Recognition.objects.held_on(day).filter(community=application.community, money__in=rule["money"])
    titles = titles.select_related("carries")
    return [
        _run(title, application.round.year, rule["years"]) for title in titles.prefetch_related("rechecks")
    ]


def _run(title, year, years):
    by_year = _rechecks(title)
    passed, left_out, at, broken = [], [], year - 1, ""
    while len(passed) < years and not broken:
        recheck = by_year.get(at)
        if at <= title.year:
            broken = f"{title.year} 年认定，之后的年度复查不足 {years} 年"
        elif recheck is None:
            broken = f"缺 {at} 年度的复查结果"
        elif recheck.passed is False:
            broken = f"{at} 年度复查不合格"
        else:
            (left_out if recheck.passed is None else passed).append(at)
        at -= 1
    return _Run(title, tuple(passed), tuple(left_out), broken)


def _rechecks(title):
    """By year, with those of the title it carries on after a merger or a split (A41)."""
    found, carried = {}, title
    while carried is not None:
        found = {recheck.year: recheck for recheck in carried.rechecks.all()} | found
        carried = carried.carries
    return found


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


def not_barred(application, rule, day):
    """No decision keeps the community, or one it came out of, from applying (A40)."""
    bar = endings.barred(application.community, day)
    if bar is None:
        return ""
    until = f"至 {bar.ends:%Y年%m月%d日} " if bar.ends else "解除前"
    return f"按{bar.document_number}，{bar.community.name}{until}不得申报（{bar.reason.rstrip('。')}）。"


ELIGIBILITY = {f.__name__: f for f in (kind, established, holds_title, rechecks_passed, self_score_at_least)}
ALWAYS = (standing, not_held_already, not_barred)


def reasons_against(application, at) -> list[str]:
    """Every condition of the programme's tier that the application does not meet on the day, as sentences."""
    day = day_of(at)
    rules = _rules(application)
    found = [check(application, {}, day) for check in ALWAYS]
    found += [ELIGIBILITY[rule["rule"]](application, rule, day) for rule in rules]
    return [sentence for sentence in found if sentence]


# The conditions that rest on the register alone: a yes/no figure may be derived from one of them.
DERIVING = ("established", "holds_title", "rechecks_passed")


def derived(application, figures, at) -> dict[str, tuple[bool, str]]:
    """What the register says of figures nobody fills in: key → (value, words). They follow the conditions they name.

    A figure whose condition does not concern the tier is left out.
    """
    day, found = day_of(at), {}
    rules = {rule["rule"]: rule for rule in _rules(application)}
    for figure in figures:
        if rule := rules.get(figure.derived):
            against = ELIGIBILITY[rule["rule"]](application, rule, day)
            words = against.rstrip("。") if against else _record(application, rule, day)
            found[figure.key] = (not against, words)
    return found


def _record(application, rule, day):
    """What the register holds for a condition that is met."""
    if rule["rule"] != "rechecks_passed":
        return condition_words(rule)
    return next(run.words() for run in _runs(application, rule, day) if not run.broken)


def _rules(application):
    """The programme's conditions for the application's tier."""
    rules = application.round.version.data.get("eligibility", [])
    return [rule for rule in rules if application.tier in rule.get("tiers", [application.tier])]


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
    """The tier's conditions before it is written: words, article, and whether met (None: shown by the figures).

    What holds for every programme is said where it is not met.
    """
    day = day_of(at)
    found = [(sentence, "", False) for rule in ALWAYS if (sentence := rule(application, {}, day))]
    for rule in _rules(application):
        met = None
        if rule["rule"] != "self_score_at_least":
            met = not ELIGIBILITY[rule["rule"]](application, rule, day)
        found.append((condition_words(rule), rule.get("article", ""), met))
    return found


def reason_due(application, at) -> str:
    """Why the community must give a written reason of its own, or nothing: no title (soft gate), or a village."""
    day = day_of(at)
    for rule in _rules(application):
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

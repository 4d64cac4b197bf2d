"""The sections of a programme document for what comes around and after a round, checked: cycle, notice, panel, plans,
coverage, priority, recheck, change reports, fraud and money. accreditation.programme_document knows the rest.
"""

from accreditation.programme_words import (
    ISSUERS,
    KINDS,
    MONEY,
    read_among,
    read_date,
    read_window_date,
    say_twice,
)
from accreditation.routes import LEVELS

FREQUENCIES = ("yearly", "regular", "irregular", "none")
SOURCES = ("hr", "finance", "audit", "university")
AUDITORS = ("finance", "hr")
USES = ("publicity", "events", "entrepreneurship", "it_network", "monitoring")


def check(top, tiers, states):
    """Every mistake of these sections; each of them may be left out or null."""
    for name, read in SECTIONS.items():
        if top.has(name) and top.data[name] is not None:
            item = top.inner(top.data[name], f" 的“{name}”")
            read(item, tiers, states)
            item.text("article", "")
            item.close()


def _cycle(item, tiers, states):
    item.whole("years", least=1, most=20)


def _notice(item, tiers, states):
    item.choice("first_day", ("not_counted",))


def _panel(item, tiers, states):
    """A desk whose score is the mean of people from several bodies (平人社办〔2021〕141号 附件2 三、（四）)."""
    item.whole("least", least=2, most=20)
    item.whole("decimals", least=0, most=4)
    item.whole("drop_extremes_from", least=5, most=50)
    item.points("outlier")
    read_among(item, "sources", SOURCES)


def _plans(item, tiers, states):
    item.choice("level", LEVELS)
    item.text("title")
    read_window_date(item, "until", required=True)


def _coverage(item, tiers, states):
    item.choice("tier", tiers or ("",))
    for number, target in enumerate(item.many("targets"), 1):
        row = item.inner(target, f" 目标第 {number} 项")
        row.choice("kind", KINDS)
        row.points("share")
        read_date(row, "by")
        row.close()


def _priority(item, tiers, states):
    read_among(item, "issuers", ISSUERS)
    item.text("sentence")


def _recheck(item, tiers, states):
    """Which titles are looked at again, how often, by whom, and who ends a title that fails."""
    for number, row in enumerate(item.many("scope"), 1):
        scope = item.inner(row, f" 复查范围第 {number} 项")
        read_among(scope, "money", MONEY)
        scope.choice("frequency", FREQUENCIES)
        scope.text("article", "")
        scope.close()
    read_among(item, "by", ("nation", *LEVELS), empty=True)
    item.choice("fail_approved_by", ("nation", *LEVELS))
    if item.has("register_until"):
        read_window_date(item, "register_until")
    keys = [figure.get("key") for figure in item.data.get("figures", []) if isinstance(figure, dict)]
    for number, row in enumerate(item.many("figures") if item.has("figures") else (), 1):
        figure = item.inner(row, f" 复查数据第 {number} 项")
        figure.text("key")
        figure.text("label")
        if figure.has("part_of"):
            figure.choice("part_of", [key for key in keys if key])
        figure.close()
    item.flag("visit", False)
    item.flag("spot_checks", False)


def _changes(item, tiers, states):
    """Reports of a community abolished, merged or renamed (甘人社通〔2023〕287号 第十一条)."""
    item.whole("months", least=1, most=24)
    read_among(item, "to", LEVELS)


def _fraud(item, tiers, states):
    item.choice("effect", ("disqualify",))


def _subsidy(item, tiers, states):
    """Money: yearly by the highest title, or once on recognition; amounts in whole yuan."""
    kind = item.choice("kind", ("yearly", "once"))
    amounts = item.inner(item._value("amounts", {}), " 的金额（amounts）")
    for money in amounts.data:
        amounts.asked.append(money)
        if money not in MONEY:
            amounts.say(f"没有“{money}”这一级，可用的有 {'、'.join(MONEY)}")
        else:
            amounts.whole(money, least=1, most=100_000_000)
    if kind == "once":
        return
    read_window_date(item, "cut_off", required=True)
    read_window_date(item, "report_by", required=True)
    read_among(item, "audit_by", AUDITORS)
    read_among(item, "audit_levels", LEVELS)
    if item.has("carry_years"):
        item.whole("carry_years", least=0, most=10)
    keys = []
    for number, row in enumerate(item.many("uses"), 1):
        use = item.inner(row, f" 用途第 {number} 项")
        keys.append(use.choice("key", USES))
        use.text("name")
        use.text("text")
        if use.has("cap_percent"):
            use.points("cap_percent")
        use.close()
    say_twice(item, "用途", keys)


SECTIONS = {
    "cycle": _cycle,
    "notice": _notice,
    "panel": _panel,
    "plans": _plans,
    "coverage": _coverage,
    "priority": _priority,
    "recheck": _recheck,
    "changes": _changes,
    "fraud": _fraud,
    "subsidy": _subsidy,
}

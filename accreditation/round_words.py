"""A round in words: its stages with what each asks and its dates, and what will hold once it is open."""

import datetime as dt
from dataclasses import dataclass

from accreditation import eligibility, quota_table, round_settings
from accreditation.models import State
from accreditation.notices import period
from accreditation.programme_lines import wanted
from accreditation.windows import day_words
from regions.templatetags.portal import zh_day
from regions.workdays import UnknownYear
from scoring.loading import rubric_of


@dataclass(frozen=True)
class Stage:
    """One stage: what is done, from when until when (inclusive), and the last day before amendments moved it."""

    state: str
    label: str
    wanted: str
    begins: dt.date | None
    due: dt.date | None
    was: dt.date | None
    article: str

    @property
    def counted(self) -> bool:
        """Whether its end is counted from its own beginning: a notice."""
        return self.state.endswith("_notice")


def stages(round_) -> list[Stage]:
    """Every stage of a round, the community's own first."""
    windows = round_.version.data.get("windows", {})
    rows = [("draft", "社区申报", "填报、自评、上传材料", windows.get("draft", {}).get("article", ""))]
    rows += [(s.state, State(s.state).label, "；".join(wanted(s)), s.article) for s in round_.route.steps]
    return [
        Stage(
            state,
            label,
            words,
            round_.opens_on if state == "draft" else round_.begins(state),
            round_.due(state),
            round_.first_due(state),
            article,
        )
        for state, label, words, article in rows
    ]


def will_hold(round_) -> list[tuple[str, list[str]]]:
    """What holds from the opening on, by subject: what the opener reads before pressing."""
    document = round_.version.data
    source = document["source"]
    found = [
        ("依据", [f"《{source['title']}》（{source['number']}），方案版本 {round_.version.version}。"]),
        ("申报", _filing(round_, document)),
        ("流程", [_stage_sentence(stage) for stage in stages(round_)[1:]]),
    ]
    if places := _places(round_, document):
        found.append(("名额", places))
    found.append(("评分", _sheet(round_)))
    if chosen := readings(round_):
        found.append(("读法", chosen))
    return found


def _filing(round_, document):
    until = round_.due("draft")
    tiers = "、".join(tier["name"] for tier in document["tiers"])
    said = [
        f"{round_.region.name}范围内的社区从{zh_day(round_.opens_on)}起"
        f"{f'到{zh_day(until)} 24:00 止' if until else ''}申报{tiers}。"
    ]
    for rule in document.get("eligibility", []):
        names = [tier["name"] for tier in document["tiers"] if tier["key"] in rule.get("tiers", [])]
        said.append(f"{'、'.join(names)}：" * bool(names) + eligibility.condition_words(rule) + "。")
    return said


def _stage_sentence(stage):
    due = ""
    if stage.due and not stage.counted:
        due = f"，{zh_day(stage.due)} 24:00 前办结"
    elif not stage.counted:
        due = "，不设期限"
    return f"{stage.label}：{stage.wanted}{due}。"


def _places(round_, document):
    rows = [row for row in quota_table.table(round_) if row.quota]
    said = []
    for tier in document["tiers"]:
        for level in quota_table.levels(round_.route):
            mine = [row for row in rows if row.tier == tier["key"] and row.region.level == level]
            if len(mine) == 1:
                said.append(f"{tier['name']}：{mine[0].region.name} {mine[0].size} 个。")
            elif mine:
                total = sum(row.size for row in mine)
                said.append(
                    f"{tier['name']}：{len(mine)} 个{mine[0].region.get_level_display()}单位共 {total} 个。"
                )
    return said


def _sheet(round_):
    rubric, sheet = round_.rubric, rubric_of(round_.rubric)
    if sheet is None:
        return ["没有评分表。"] if any(step.scores for step in round_.route.steps) else ["不用评分表。"]
    said = []
    if sheet.has_points:
        mark = round_.pass_mark
        said.append(f"评分表：《{sheet.title}》，版本 {rubric.version}。")
        said.append(f"合格分数线：{mark.words()}。" if mark else "没有合格分数线。")
    if sheet.criteria:
        said.append(f"认定条件：《{sheet.criteria.title}》，共 {len(sheet.criteria.items)} 条。")
    if rubric.sample:
        said.append("这份评分表是演示用的，非官方附件。")
    return said


def notice_ends(round_, calendar) -> dict[str, dict[str, tuple[str, str]]]:
    """For the readings that set a notice's length: reading → choice → (until when, of a list published when).

    The day is the last one of the desk that publishes, else the round's first; without its calendar nothing is said.
    """
    found = {}
    for reading in round_.version.data.get("readings", []):
        rule = reading.get("open", {})
        if rule.get("setting") != "workdays":
            continue
        steps = [step.state for step in round_.route.steps]
        before = steps[steps.index(rule["step"]) - 1]
        day = round_.due(before) or round_.opens_on
        try:
            found[reading["key"]] = {
                choice: (
                    f"公示到{day_words(period(calendar, day, int(choice))[1])} 24:00",
                    f"如名单在{day_words(day)}发布",
                )
                for choice in rule["choices"]
            }
        except UnknownYear:
            continue
    return found


def mark(round_) -> str:
    """The mark that passes, in words."""
    if found := round_.pass_mark:
        return found.words()
    wanted = any("pass_mark" in step.marks for step in round_.route.steps)
    return "待录入" if wanted else "不设分数线，按条件评定"


def readings(round_) -> list[str]:
    """Each reading the source leaves open, and which way this round takes."""
    found = round_settings.choices(round_.version, round_.rubric, round_.chosen)
    said = [f"{c.text if c.text == c.article else f'“{c.text}”（{c.article}）'}：{c.effect}。" for c in found]
    if round_.version.data.get("panel"):
        drop = round_.chosen.get("drop_extremes")
        least = round_.version.data["panel"]["drop_extremes_from"]
        said.append(
            f"考核评估组：满 {least} 人评分时去掉一个最高分和一个最低分，再取平均。"
            if drop
            else "考核评估组：取各人评分的平均数，不去掉最高分和最低分。"
        )
    return said

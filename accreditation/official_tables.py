"""The tables an office hands on, laid out as in the sources: each takes what its page shows and writes one sheet of a `Book`.

推荐名单, 公示名单, 认定名单, 名额分配表 (湘人社函〔2017〕246号 附件1) and 复查情况登记表 (平人社办〔2021〕141号 附件1).
What the money was used for is fund_table.py's.
"""

from django.db.models import Exists, OuterRef, Prefetch, Q

from accreditation import lists, quota_table
from accreditation.disclosure import shown_passed, shown_total
from accreditation.models import (
    Application,
    NoticeEntry,
    Recheck,
    RecheckEntry,
    RecheckRound,
    Recognition,
    State,
)
from accreditation.official_sheets import Column, Table, write
from accreditation.routes import LEVELS
from accreditation.workbooks import Book, points
from regions.clock import day_of
from scoring.models import PASSED

PLACES = {"city": "市（州）", "county": "县（市、区）", "street": "街道（乡镇）"}
# As the sources head the column of who gets places; Hunan's annex 1 says 市州.
QUOTA_PLACES = {"city": "市州", "county": "县（市、区）", "street": "街道（乡镇）", "province": "省"}
SCORES = {"self": "自评", "street": "街道", "county": "县级", "city": "市级", "province": "省级"}
CHECKED = {True: "合格", False: "不合格", None: "经批准未复查"}
SIGNED = (("单位负责人：", "填表人：", "联系电话：", "填表时间：　　年　月　日"),)


def _below(region) -> list[str]:
    """The levels of regions below this one, highest first: what a place is told by."""
    return [level for level in PLACES if region.level not in LEVELS or _rank(level) < _rank(region.level)]


def _rank(level):
    return LEVELS.index(level)


def _place_columns(region) -> tuple[Column, ...]:
    below = _below(region)
    group = "所在地" if len(below) > 1 else ""
    return tuple(Column(PLACES[level], 16, group) for level in below)


def _places(community, region) -> list[str]:
    """The names of the regions a community lies in, below the region of the table."""
    found, one = {}, community.street
    while one is not None and one.level in PLACES:
        found[one.level] = one.name
        one = one.parent
    return [found.get(level, "") for level in _below(region)]


# 推荐名单


def recommended(round_, tier: dict, state: str, region):
    """Those a desk recommends: on its list now, or let go by it and not fallen out since; its best total first."""
    later = [
        step.state for step in round_.route.steps[round_.route.steps.index(round_.route.step(state)) + 1 :]
    ]
    gone = Q(state__in=later) | Q(state=State.RECOGNISED) | Q(state=State.RETURNED, returned_from__in=later)
    rows = Application.objects.filter(
        Q(state=state, listed_at__isnull=False) | gone,
        round=round_,
        tier=tier["key"],
        position__range=(region.position, region.last),
    )
    rows = rows.select_related("self_sheet", "community__street__parent__parent__parent")
    found = list(rows.prefetch_related("assessments__sheet"))
    level = lists.ranked_by(round_.route.step(state))
    for one in found:
        one.round = round_
    return sorted(found, key=lambda a: (-(a.total(level) or 0), a.position, a.pk))


def recommendation(book: Book, round_, tier: dict, state: str, region, *, by, at) -> int:
    """推荐名单 of one desk, with the scores this reader may see; returns its rows."""
    step = round_.route.step(state)
    upto = _rank(step.level)
    levels = [
        "self",
        *(s.level for s in round_.route.steps if (s.scores or s.panel) and _rank(s.level) <= upto),
    ]
    rows = recommended(round_, tier, state, region)
    rank = lists.ranked_by(step)
    totals = [one.total(rank) for one in rows]
    ranked = any(total is not None for total in totals)
    group = "评分" if len(levels) > 1 else ""
    columns = (
        Column("序号", 6, align="center"),
        *_place_columns(region),
        Column("社区（村）", 20),
        Column("申报编号", 15, align="center"),
        *(Column(SCORES[level] if group else f"{SCORES[level]}分", 9, group, "center") for level in levels),
        *((Column("名次", 7, align="center"),) if ranked else ()),
        Column("联系人", 11, "联系方式", "center"),
        Column("电话", 16, "联系方式", "center"),
        Column("备注", 14),
    )  # fmt: skip
    table = Table(
        "推荐名单", f"{region.name}{round_.year}年{tier['name']}推荐名单", columns,
        heads=(f"填报单位（盖章）：{by.acting.office.name}", f"批次：{round_.name}", f"导出日期：{_day(day_of(at))}"),
        signatures=SIGNED, landscape=True,
    )  # fmt: skip

    def line(number, one):
        basics = one.basic_facts
        scores = [
            PASSED[shown_passed(by, one, level)] if (total := shown_total(by, one, level)) is None else points(total)
            for level in levels
        ]  # fmt: skip
        total = one.total(rank)
        return [
            number, *_places(one.community, region), one.community.name, one.number, *scores,
            *([totals.index(total) + 1 if total is not None else None] if ranked else []),
            basics.get("contact", ""), basics.get("office_phone", ""),
            "" if one.state == state else State(one.state).label,
        ]  # fmt: skip

    return write(book, table, (line(number, one) for number, one in enumerate(rows, 1)))


# 公示名单


def notice_list(book: Book, notice) -> int:
    """公示名单 of one notice, its communities as they were named that day; returns its rows."""
    stem = notice.title.removesuffix("公示").removesuffix("的")
    title = stem if stem.endswith("名单") else f"{stem}名单"
    columns = (
        Column("序号", 8, align="center"), Column("社区（村）", 26), Column("所在地", 46), Column("备注", 14, align="center"),
    )  # fmt: skip
    heads = [
        f"公示单位：{notice.office.name}",
        f"公示时间：{_day(notice.first_day)}至{_day(notice.last_day)}",
    ]
    table = Table(
        "公示名单", title, columns, annex="附件", heads=tuple(heads),
        notes=(f"受理单位及电话：{notice.contact}",),
    )  # fmt: skip
    rows = (
        (entry.order, entry.name, entry.place, "已移出名单" if entry.status == NoticeEntry.Status.REMOVED else "")
        for entry in notice.entries.order_by("order")
    )  # fmt: skip
    return write(book, table, rows)


# 认定名单


def recognised(round_, tier: dict, region):
    """The titles of a round and tier in a region, in the order of their numbers."""
    rows = Recognition.objects.filter(
        application__round=round_, tier=tier["key"], position__range=(region.position, region.last)
    )
    return rows.select_related("community__street__parent__parent__parent").order_by("number")


def recognition_list(book: Book, round_, tier: dict, region) -> int:
    """认定名单: number, date and document of each title; returns its rows."""
    columns = (
        Column("序号", 6, align="center"), *_place_columns(region), Column("社区（村）", 20), Column("称号", 20),
        Column("证书编号", 22, "认定", "center"), Column("文号", 24, "认定", "center"), Column("日期", 13, "认定", "center"),
        Column("备注", 10, align="center"),
    )  # fmt: skip
    title = f"{round_.year}年{tier['name']}名单"
    table = Table("认定名单", title, columns, annex="附件", heads=(f"批次：{round_.name}",), landscape=True)
    rows = (
        [
            number, *_places(one.community, region), one.community.name, one.tier_name, one.number, one.document_number,
            one.granted_on, "" if one.status == Recognition.Status.VALID else one.get_status_display(),
        ]
        for number, one in enumerate(recognised(round_, tier, region).iterator(1000), 1)
    )  # fmt: skip
    return write(book, table, rows)


# 名额分配表


def quotas(book: Book, round_) -> int:
    """名额分配表: a row for each region, 市州 | 推荐名额（个） where the round has one level and one tier; returns its rows."""
    levels = quota_table.levels(round_.route)
    tiers = round_.version.data["tiers"]
    given = {}  # region's key → [region, its places at each tier]
    for row in quota_table.table(round_):
        known = given.setdefault(row.region.pk, (row.region, {}))
        known[1][row.tier] = row.size
    first = levels[0] if levels else ""
    shown = [
        (region, sizes)
        for region, sizes in sorted(given.values(), key=lambda pair: (pair[0].position, -pair[0].last))
        if region.level == first or any(size is not None for size in sizes.values())
    ]
    one = len(tiers) == 1
    heads = (Column("推荐名额（个）", 24, align="center"),)
    if not one:
        heads = tuple(Column(tier["name"], 22, "推荐名额（个）", "center") for tier in tiers)
    columns = (*(Column(QUOTA_PLACES[level], 24, align="center") for level in levels), *heads)
    if not levels:
        columns = (Column("地区", 24, align="center"), *heads)
    title = f"{round_.year}年{tiers[0]['name']}名额分配表" if one else f"{round_.name}名额分配表"
    notes = ("总计为各市州合计；县（市、区）一行是其中或另设的上限，不重复计入。",) if len(levels) > 1 else ()
    table = Table("名额分配表", title, columns, annex="附件1", notes=notes)
    rows = (
        [*(region.name if level == region.level else None for level in levels), *(sizes.get(t["key"]) for t in tiers)]
        for region, sizes in shown
    )  # fmt: skip

    def total():
        sums = [sum(s.get(t["key"]) or 0 for r, s in shown if r.level == first) for t in tiers]
        return ["总计", *[None] * (len(levels) - 1), *sums]

    return write(book, table, rows, total)


# 复查情况登记表


def rechecked(region, year: int):
    """The provincial and national titles of a region's communities that a recheck of the year looks at, with their rechecks.

    In force at the end of the year before, or rechecked in it (平人社办〔2021〕141号 一: provincial incl. star and national).
    Below a region whose recheck of that year was opened, those of its register alone.
    """
    opened = RecheckRound.objects.filter(
        year=year, region__position__lte=OuterRef("position"), region__last__gte=OuterRef("position")
    )
    entries = RecheckEntry.objects.filter(round__year=year)
    listed = Exists(entries.filter(recognition=OuterRef("pk"))) | Exists(
        Recheck.objects.filter(recognition=OuterRef("pk"), year=year)
    )
    return (
        Recognition.objects.filter(
            position__range=(region.position, region.last), money__in=("provincial", "national"), granted_on__year__lt=year
        )
        .filter(Q(ended_on__isnull=True) | Q(ended_on__year__gte=year))
        .filter(~Exists(opened) | listed)
        .select_related("community__street__parent")
        .prefetch_related(
            Prefetch("rechecks", Recheck.objects.filter(year=year), to_attr="of_year"),
            Prefetch("recheck_entries", entries.order_by("pk"), to_attr="lines_of_year"),
        )
        .order_by("position", "community", "granted_on", "pk")
    )  # fmt: skip


def recheck_rows(region, year: int):
    """One row a community: county, street, name, contact, years of its titles, outcome; the cells of annex 1 in its order."""
    together = {}
    for title in rechecked(region, year):
        together.setdefault(title.community_id, []).append(title)
    for number, titles in enumerate(together.values(), 1):
        community = titles[0].community
        parent = community.street.parent
        results = {word for title in titles for word in _results(title)}
        yield [
            number, parent.name if parent else "", community.street.name, community.name,
            f"{community.contact} {community.office_phone}".strip(),
            _years(t for t in titles if t.issuer == "province" and t.rank == 1),
            "是" if any(t.money == "national" for t in titles) else "否",
            _years(t for t in titles if t.issuer == "province" and t.rank > 1),
            "不合格" if "不合格" in results else "、".join(sorted(results)),
        ]  # fmt: skip


def _results(title) -> list[str]:
    """What the year's register says of a title: what its line found, as soon as it is filled in; else its outcome."""
    if title.lines_of_year:
        return [CHECKED[one.passed] for one in title.lines_of_year if one.passed is not None]
    return [CHECKED[one.passed] for one in title.of_year]


def _years(titles) -> str:
    return "、".join(dict.fromkeys(str(title.granted_on.year) for title in titles))


def recheck_register(book: Book, region, year: int, unit: str) -> int:
    """省级充分就业社区复查情况登记表 of a year; returns its rows."""
    columns = (
        Column("序号", 6, align="center"), Column("所在区县", 14), Column("所在街道", 16), Column("社区名称", 20),
        Column("联系人及联系电话", 22), Column("认定为省级充分就业社区年份", 15, align="center"),
        Column("是否是国家级充分就业社区", 15, align="center"), Column("认定为省级星级充分就业社区年份", 15, align="center"),
        Column("是否复查合格", 13, align="center"),
    )  # fmt: skip
    table = Table(
        "复查情况登记表", "省级充分就业社区复查情况登记表", columns, annex="附件1",
        heads=(f"填报单位（盖章）：{unit}", "分管领导：", "就业部门负责人：", "填表人：", "填表时间：　　年　月　日"),
        notes=(f"复查年度：{year}年。",), landscape=True,
    )  # fmt: skip
    return write(book, table, recheck_rows(region, year))


def _day(day) -> str:
    return f"{day.year}年{day.month}月{day.day}日"

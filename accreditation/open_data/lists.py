"""The lists of the open data: what each is, its columns, what can be asked of it, and where its rows come from."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import reverse

from accreditation import public, public_rules
from accreditation.models import Draw
from accreditation.open_data import asked
from accreditation.open_data.asked import Refused
from accreditation.open_data.columns import Column
from accreditation.public import entries, rounds
from accreditation.public.paging import KeyPage
from regions.clock import end_of
from regions.workdays import Calendar

CHUNK = 500


@dataclass(frozen=True)
class OpenList:
    """A list. columns: as they leave. filters: what narrows it.

    page(asked, today, size, after) → KeyPage for a list that is turned over; None where it is short and whole.
    rows(asked, today) → every row, in constant memory where the list is long. keys: how many parts an `after` has.
    """

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    filters: tuple[asked.Parameter, ...]
    rows: Callable
    page: Callable | None = None
    keys: int = 1
    human: str = ""  # the name of the page that shows the same

    @property
    def parameters(self):
        return (*self.filters, *(asked.PAGED if self.page else ()))


def notice_filter(told) -> public.NoticeFilter:
    """The filter of notices and of their entries from what was asked."""
    state = told.get("state")
    return public.NoticeFilter(
        places=told.get("region"),
        year=told.get("year"),
        programme=told.get("programme", ""),
        running=None if state is None else state == "running",
    )


def _title_filter(told) -> public.TitleFilter:
    programme, tier = told.get("tier", ("", ""))
    return public.TitleFilter(
        places=told.get("region"),
        text=told.get("q", ""),
        year=told.get("year"),
        programme=programme,
        tier=tier,
    )


# Notices


def _notice_page(told, today, size, after):
    rows = public.notices(notice_filter(told), today).order_by("pk")
    found = list(rows.filter(pk__gt=int(after or 0))[: size + 1])
    following = str(found[size - 1].pk) if len(found) > size else None
    return KeyPage(public.notice_lines(found[:size], today), following, None, size)


def _notice_rows(told, today):
    return _turned(_notice_page, told, today)


def _turned(page, told, today) -> Iterator:
    """Every row of a list that is turned over, page by page: constant memory, the same order."""
    after = ""
    while after is not None:
        found = page(told, today, CHUNK, after)
        yield from found.rows
        after = found.after


def _entry_page(told, today, size, after):
    return entries.entry_page(notice_filter(told), today, size, notice=told.get("notice"), after=after)


def _entry_rows(told, today):
    return entries.entry_rows(notice_filter(told), today, notice=told.get("notice"))


NOTICES = OpenList(
    "notices",
    "公示",
    "各级单位发布的公示，按编号先后",
    (
        Column("id", "公示编号", "whole", lambda one: one.pk),
        Column("title", "标题"),
        Column("number", "文号"),
        Column("issuer", "发布单位"),
        Column("programme", "方案代号"),
        Column("year", "年度", "whole"),
        Column("published_at", "发布时间", "moment"),
        Column("first_day", "公示首日", "day"),
        Column("last_day", "公示截止日", "day", about="到当日 24:00"),
        Column("entries", "社区数", "whole"),
        Column(
            "state",
            "状态",
            of=lambda one: "past" if one.days_left is None else "running",
            choices=asked.STATES,
        ),
        Column("page", "网页", "address", lambda one: reverse("notice", args=[one.pk])),
    ),
    (asked.REGION, asked.YEAR, asked.PROGRAMME, asked.STATE),
    _notice_rows,
    _notice_page,
    human="notices",
)
ENTRIES = OpenList(
    "entries",
    "公示名单",
    "各次公示的社区，名称和所在地是公示当日的",
    (
        Column("id", "名单编号", "whole", lambda one: one.pk),
        Column("notice", "公示编号", "whole"),
        Column("order", "序号", "whole"),
        Column("community", "社区编号", "whole"),
        Column("name", "社区"),
        Column("place", "所在地"),
        Column("removed", "已移出名单", "yes"),
        Column("page", "网页", "address", lambda one: reverse("community_history", args=[one.community])),
    ),
    (asked.NOTICE, asked.REGION, asked.YEAR, asked.PROGRAMME, asked.STATE),
    _entry_rows,
    _entry_page,
)

# Titles and communities


def _title_page(told, today, size, after):
    return public.title_page(_title_filter(told), today, size, after=after)


def _title_rows(told, today):
    return public.title_rows(_title_filter(told), today)


TITLE_STATES = {
    "valid": "有效",
    "disputed": "异议处理中",
    "revoked": "已撤销",
    "expired": "已过期",
}
TITLE_COLUMNS = (
    Column("number", "证书编号"),
    Column("programme", "方案代号", about="平台启用以前的称号为空"),
    Column("tier_name", "称号"),
    Column("community", "社区编号", "whole"),
    Column("name", "社区"),
    Column("place", "所在地"),
    Column("year", "认定年度", "whole"),
    Column("granted_on", "认定日期", "day"),
    Column("document", "认定文号"),
    Column("issuer", "认定单位"),
    Column("valid_until", "有效期至", "day", empty=True),
    Column("ended_on", "终止日期", "day", empty=True),
    Column("ended_reason", "终止原因"),
    Column("state", "状态", choices=TITLE_STATES),
    Column("page", "网页", "address", lambda one: reverse("certificate", args=[one.number])),
)
TITLES = OpenList(
    "recognitions",
    "认定名录",
    "授予社区的称号，一个称号一行，按所在地排列",
    TITLE_COLUMNS,
    (asked.TEXT, asked.REGION, asked.TIER, asked.YEAR),
    _title_rows,
    _title_page,
    keys=3,
    human="recognised",
)


def _ended_filter(told):
    return public.EndedFilter(places=told.get("region"), year=told.get("year"))


def _ended_page(told, today, size, after):
    return public.ended_page(_ended_filter(told), today, size, after=after)


def _ended_rows(told, today):
    return public.ended_rows(_ended_filter(told), today)


ENDINGS = OpenList(
    "endings",
    "已终止的称号",
    "撤销、到期和因社区撤并而终止的称号，按编号先后；year 是终止的年度",
    (
        Column("number", "证书编号"),
        Column("tier_name", "称号"),
        Column("community", "社区编号", "whole"),
        Column("name", "社区"),
        Column("place", "所在地"),
        Column("granted_on", "认定日期", "day"),
        Column("issuer", "认定单位"),
        Column("ended_on", "终止日期", "day"),
        Column("kind", "原因", choices=dict(public.KINDS)),
        Column("document", "决定文号", about="到期的和平台启用以前终止的为空"),
        Column("later", "承接的证书编号", about="由继任社区承接的才有"),
        Column("page", "网页", "address", lambda one: reverse("certificate", args=[one.number])),
    ),
    (asked.REGION, asked.YEAR),
    _ended_rows,
    _ended_page,
    human="ended",
)


def _community_page(told, today, size, after):
    return public.communities(told.get("q", ""), today, size, places=told.get("region"), after=after)


def _community_rows(told, today):
    return _turned(_community_page, told, today)


COMMUNITIES = OpenList(
    "communities",
    "社区",
    "全部社区和行政村，包括已更名、撤销和合并的，按所在地排列",
    (
        Column("id", "社区编号", "whole", lambda one: one.pk),
        Column("name", "名称"),
        Column("place", "所在地"),
        Column("former", "曾用名", "texts"),
        Column("until", "撤销或合并日期", "day", empty=True),
        Column("titles", "称号", "texts", lambda one: [title.number for title in one.titles], "证书编号"),
        Column("now", "现为", "texts", lambda one: [str(place.pk) for place in one.now], "去向社区的编号"),
        Column("page", "网页", "address", lambda one: reverse("community_history", args=[one.pk])),
    ),
    (asked.TEXT, asked.REGION),
    _community_rows,
    _community_page,
    keys=2,
    human="communities",
)

# Figures, programmes, rounds, working days

BY = {"region": "地区", "year": "年度", "tier": "称号"}


@dataclass(frozen=True)
class Figure:
    by: str
    name: str
    titles: int


def _figures(told, today):
    if len(told.get("region") or ()) > 1:
        names = "、".join(place.full_name for place in told["region"][:5])
        raise Refused(f"这个名称有几个地区（{names}），请写全称或行政区划代码。")
    found = public.figures(_title_filter(told), today)
    return [
        *(Figure("region", tile.full_name, tile.titles) for tile in found.tiles),
        *(Figure("year", str(year), number) for year, number in found.years),
        *(Figure("tier", name, number) for name, number in found.tiers),
    ]


FIGURES = OpenList(
    "figures",
    "认定数量",
    "有效的认定数，分别按下一级地区、年度和称号合计",
    (
        Column("by", "合计方式", choices=BY),
        Column("name", "地区、年度或称号"),
        Column("titles", "有效认定数", "whole"),
    ),
    (asked.REGION, asked.TIER, asked.YEAR),
    _figures,
    human="recognised_figures",
)
PROGRAMMES = OpenList(
    "programmes",
    "方案",
    "各个方案的依据文件，规则见单个方案",
    (
        Column("key", "方案代号"),
        Column("title", "方案"),
        Column("document", "依据文件", of=lambda one: one.source["title"]),
        Column("number", "文号", of=lambda one: one.source["number"]),
        Column("issuer", "印发单位", of=lambda one: one.source["issuer"]),
        Column("issued_on", "印发日期", "day", empty=True, about="原文未载的为空"),
        Column("valid_until", "有效期至", "day", empty=True),
        Column("page", "网页", "address", lambda one: reverse("programme", args=[one.key])),
    ),
    (),
    lambda told, today: public_rules.programmes(),
    human="programmes",
)
ROUND_STATES = {"open": "进行中", "closed": "已结束"}
ROUNDS = OpenList(
    "rounds",
    "批次",
    "已经开启的批次",
    (
        Column("id", "批次编号", "whole", lambda one: one.pk),
        Column("name", "名称"),
        Column("programme", "方案代号"),
        Column("region", "主办地区"),
        Column("year", "年度", "whole"),
        Column("state", "状态", of=lambda one: one.status, choices=ROUND_STATES),
        Column("opens_on", "开始申报", "day"),
    ),
    (asked.REGION, asked.YEAR, asked.PROGRAMME),
    lambda told, today: rounds.opened(
        today, places=told.get("region"), year=told.get("year"), programme=told.get("programme", "")
    ),
)


def _workdays(told, today):
    """The days of the national calendar that are not as their weekday."""
    days = Calendar.load().working.items()
    return sorted((day, works) for day, works in days if told.get("year") in (None, day.year))


WORKDAYS = OpenList(
    "workdays",
    "工作日",
    "全国节假日安排中与星期不同的日子：放假的和调休上班的",
    (Column("day", "日期", "day", lambda one: one[0]), Column("working", "上班", "yes", lambda one: one[1])),
    (asked.YEAR,),
    _workdays,
)
DRAW_STATES = dict(Draw.State.choices)


def _draws(told, today):
    rows = public.draws(end_of(today))
    return public.draw_lines(rows.filter(year=told["year"]) if "year" in told else rows)


DRAWS = OpenList(
    "draws",
    "随机抽查",
    "各级人社部门的随机抽查，抽取之前已经公布对象清单的校验码，最近的在前",
    (
        Column("id", "抽查编号", "whole", lambda one: one.pk),
        Column("name", "名称"),
        Column("issuer", "组织单位"),
        Column("year", "年度", "whole"),
        Column("state", "状态", choices=DRAW_STATES),
        Column("frozen_at", "对象固定时间", "moment"),
        Column("drawn_at", "抽取时间", "moment", empty=True),
        Column("pool_hash", "对象清单校验码", about="算法见清单第一行，没有写明的是 SHA-256"),
        Column("drawn", "抽中的称号数", "whole"),
        Column("pool", "对象清单", "address", lambda one: reverse("draw_pool", args=[one.pk])),
        Column("page", "网页", "address", lambda one: reverse("public_draw", args=[one.pk])),
    ),
    (asked.YEAR,),
    _draws,
    human="draws",
)
LISTS = {
    one.name: one
    for one in (NOTICES, ENTRIES, TITLES, ENDINGS, DRAWS, COMMUNITIES, FIGURES, PROGRAMMES, ROUNDS, WORKDAYS)
}

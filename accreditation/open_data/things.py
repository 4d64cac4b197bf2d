"""Single things of the open data: a notice with its text and list, a community through the years, a programme's rules."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from accreditation import public, public_rules
from accreditation.open_data.columns import Column
from accreditation.open_data.lists import TITLE_COLUMNS
from regions import clock
from scoring.points import UNIT


@dataclass(frozen=True)
class OpenThing:
    """One thing by its key: `key` is its part of the address ("int:pk" or "str:key"); find(key, at) → row or None."""

    name: str
    title: str
    columns: tuple[Column, ...]
    find: Callable
    key: str = "int:pk"


NOTICE = OpenThing(
    "notices",
    "一次公示",
    (
        Column("id", "公示编号", "whole", lambda one: one.pk),
        *(Column(name, label) for name, label in (("title", "标题"), ("number", "文号"), ("basis", "依据"))),
        *(Column(name, label) for name, label in (("process", "评审经过"), ("issuer", "发布单位"))),
        Column("programme", "方案代号"),
        Column("contact", "受理单位和电话", about="公示结束一段时间后撤下，为空"),
        Column("address", "地址", about="与受理单位一起撤下"),
        Column("published_at", "发布时间", "moment"),
        Column("first_day", "公示首日", "day"),
        Column("last_day", "公示截止日", "day"),
        Column("original_last_day", "原定截止日", "day", empty=True),
        Column("workdays", "工作日数", "whole"),
        Column("running", "公示中", "yes"),
        Column(
            "entries",
            "名单",
            "rows",
            columns=(
                Column("id", "名单编号", "whole", lambda one: one.pk),
                Column("order", "序号", "whole"),
                Column("community", "社区编号", "whole"),
                Column("name", "社区"),
                Column("place", "所在地"),
                Column("removed", "已移出名单", "yes"),
            ),
        ),
        Column("page", "网页", "address", lambda one: reverse("notice", args=[one.pk])),
    ),
    public.notice,
)
PLACE_COLUMNS = (
    Column("id", "社区编号", "whole", lambda one: one.pk),
    Column("name", "名称"),
    Column("place", "所在地"),
)
CHANGE_COLUMNS = (
    Column("community", "另一方社区编号", "whole", lambda one: one[0]),
    Column("name", "另一方社区", of=lambda one: one[1]),
    Column("kind", "变更", of=lambda one: one[2]),
    Column("on", "日期", "day", lambda one: one[3]),
    Column("document", "依据", of=lambda one: one[4]),
)
COMMUNITY = OpenThing(
    "communities",
    "一个社区的历年情况",
    (
        *PLACE_COLUMNS,
        Column("kind", "类型", of=lambda one: str(one.kind)),
        Column("code", "统计用区划代码"),
        Column("until", "撤销或合并日期", "day", empty=True),
        Column(
            "former",
            "曾用名称",
            "rows",
            columns=(
                Column("name", "名称", of=lambda one: one[0]),
                Column("place", "所在地", of=lambda one: one[1]),
                Column("code", "代码", of=lambda one: one[2]),
                Column("until", "用到", "day", lambda one: one[3]),
                Column("document", "依据", of=lambda one: one[4]),
            ),
        ),
        Column("before", "由何而来", "rows", columns=CHANGE_COLUMNS),
        Column("after", "变为何处", "rows", columns=CHANGE_COLUMNS),
        Column("now", "现为", "rows", columns=PLACE_COLUMNS),
        Column("titles", "称号", "rows", columns=TITLE_COLUMNS),
        Column(
            "older",
            "前身社区的称号",
            "rows",
            lambda one: [held.title for held in one.older],
            columns=TITLE_COLUMNS,
        ),
        Column(
            "rechecks",
            "复查",
            "rows",
            columns=(
                Column("year", "年度", "whole"),
                Column("tier_name", "称号"),
                Column("passed", "合格", "yes", empty=True, about="空的是经批准未复查的年度"),
                Column("decided_on", "确认日期", "day"),
                Column("document", "文号"),
            ),
        ),
        Column(
            "notices",
            "公示",
            "rows",
            columns=(
                Column("id", "公示编号", "whole", lambda one: one[0]),
                Column("title", "标题", of=lambda one: one[1]),
                Column("published_at", "发布时间", "moment", lambda one: one[2]),
                Column("removed", "已移出名单", "yes", lambda one: one[3]),
            ),
        ),
        Column("page", "网页", "address", lambda one: reverse("community_history", args=[one.pk])),
    ),
    lambda key, at: public.community(key, clock.day_of(at)),
)
ARTICLE = Column("article", "条款", of=lambda one: one[-1])


def _indicators(programme):
    rubric = programme.rubric
    return (
        [(category, item) for category in rubric.categories for item in category.indicators] if rubric else []
    )


PROGRAMME = OpenThing(
    "programmes",
    "一个方案的规则",
    (
        Column("key", "方案代号"),
        Column("title", "方案"),
        Column("document", "依据文件", of=lambda one: one.source["title"]),
        Column("number", "文号", of=lambda one: one.source["number"]),
        Column("issuer", "印发单位", of=lambda one: one.source["issuer"]),
        Column("issued_on", "印发日期", "day", empty=True),
        Column("valid_until", "有效期至", "day", empty=True),
        Column(
            "tiers",
            "称号",
            "rows",
            columns=(
                Column("key", "层级代号", of=lambda one: one["key"]),
                Column("name", "称号", of=lambda one: one["name"]),
                Column("article", "条款", of=lambda one: one.get("article", "")),
            ),
        ),
        Column(
            "steps",
            "办理环节",
            "rows",
            columns=(
                Column("label", "环节"),
                Column("wanted", "要求", "texts"),
                Column("window", "期限"),
                Column("article", "条款"),
            ),
        ),
        Column(
            "conditions",
            "申报条件",
            "rows",
            columns=(Column("sentence", "条件", of=lambda one: one[0]), ARTICLE),
        ),
        Column(
            "provisions",
            "其他规定",
            "rows",
            lambda one: one.lines,
            columns=(
                Column("subject", "事项", of=lambda one: one[0]),
                Column("sentence", "规定", of=lambda one: one[1]),
                ARTICLE,
            ),
        ),
        Column(
            "indicators",
            "评分表",
            "rows",
            _indicators,
            columns=(
                Column("category", "类别", of=lambda one: one[0].title),
                Column("number", "序号", "whole", lambda one: one[1].number),
                Column("content", "指标", of=lambda one: one[1].content),
                Column("standard", "计分方法", of=lambda one: one[1].standard, about="原文"),
                Column("points", "分值", "number", lambda one: one[1].max / UNIT),
            ),
        ),
        Column("missing", "待补", "texts"),
        Column(
            "readings",
            "条文的理解",
            "rows",
            columns=(
                Column("text", "原文", of=lambda one: one["text"]),
                Column("reading", "理解", of=lambda one: one["reading"]),
                Column("article", "条款", of=lambda one: one.get("article", "")),
            ),
        ),
        Column("page", "网页", "address", lambda one: reverse("programme", args=[one.key])),
    ),
    lambda key, at: public_rules.programme(key),
    key="str:key",
)
THINGS = {one.name: one for one in (NOTICE, COMMUNITY, PROGRAMME)}

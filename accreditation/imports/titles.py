"""Titles from a table: what a city granted and files with the province (甘人社通〔2023〕287号 第五条), and former titles that
each level granted before this portal.

A title is the same where community, issuer, tier and year are. One that came out of a round is never changed by a
table. What was entered bears its batch, and one event tells the whole of it.
"""

from accounts.events import lock_head
from accounts.imports import undoing, values
from accounts.imports.columns import Column
from accounts.imports.kinds import Item, Kind, Outcome
from accounts.models import Role
from accreditation import programme_shelf
from accreditation.imports.finding import Finder
from accreditation.models import Recognition, TitleSum
from accreditation.recognitions import check_code
from regions.clock import day_of

LETTERS = {"nation": "N", "province": "P", "city": "C", "county": "X"}
MONEY = {"nation": "national", "province": "provincial", "city": "city", "county": "county"}
WORDS = {"nation": "国家级", "province": "省级", "city": "市级", "county": "县级"}
# Facts a row may correct; the rest is what makes it this title.
FACTS = ("granted_on", "document_number", "issuer_name", "number", "valid_until", "ended_on", "ended_reason")
WRITTEN = (*FACTS, "status")

PLACE = (
    Column("city", "市（州）", values.line(60), ("市", "市州", "设区市"), hint="省级单位导入时，有同名县区的填写"),
    Column("county", "县（市、区）", values.line(60), ("县", "县区", "区县", "县市区"), hint="有同名街道、社区的填写", example="某某区"),
    Column("street", "乡镇（街道）", values.line(60), ("街道", "乡镇", "镇街"), hint="有同名社区的填写", example="某某街道"),
    Column("name", "社区名称", values.line(60), ("社区", "名称", "社区（村）", "村（社区）", "申报社区", "认定社区"), needed=True, hint="现名称；已更名的写当时的名称也可以", example="某某社区", width=22),
    Column("code", "统计用区划代码", values.code(12), ("区划代码", "社区代码", "代码"), hint="12 位，填写后不再按名称查找", width=18),
)  # fmt: skip
TITLE = (
    Column("year", "认定年度", values.year, ("年度", "年份"), needed=True, hint="写作 2015", example="2015", width=10),
    Column("granted_on", "认定日期", values.day, ("认定时间", "授予日期", "发文日期", "日期"), needed=True, hint="文件的成文日期", example="2015-12-01"),
    Column("document_number", "认定文号", values.document_number(), ("文号", "文件号", "认定文件", "发文字号"), needed=True, hint="例如 某人社发〔2015〕12号", example="某人社发〔2015〕12号", width=24),
    Column("issuer_name", "认定单位", values.line(80), ("发文单位", "授予单位", "发文机关"), hint="不填为本单位", width=24),
    Column("number", "证书编号", values.line(40), ("证书号", "牌匾编号", "编号"), hint="原证书有编号的填写；没有的由本系统编号", width=20),
    Column("valid_until", "有效期至", values.day, ("有效期", "到期日期"), hint="文件规定了有效期的填写"),
)  # fmt: skip
ENDED = (
    Column("ended_on", "终止日期", values.day, ("撤销日期", "摘牌日期", "取消日期"), hint="称号已经撤销或到期的填写"),
    Column("ended_reason", "终止原因", values.line(200), ("撤销原因", "摘牌原因", "取消原因"), hint="填写终止日期的必填", width=24),
)  # fmt: skip
HEADS = {column.key: column.head for column in (*PLACE, *TITLE, *ENDED)}


def ladder(region, issuers) -> dict[str, dict]:
    """The titles that may be entered: name → programme, tier, issuer, rank and money, from the programmes of the region's
    shelf and the plain title of each level.
    """
    found = {}
    for shelved in programme_shelf.shelf(region):
        for tier in shelved.latest.data["tiers"]:
            if tier["issuer"] in issuers:
                entry = {
                    "programme": shelved.programme.key,
                    "tier": tier["key"],
                    **{k: tier[k] for k in ("issuer", "rank", "money")},
                }
                for name in (tier["name"], *tier.get("name_by_kind", {}).values()):
                    found.setdefault(name, {**entry, "tier_name": name})
    for issuer in issuers:
        for name, tier, rank in (
            ("充分就业社区", MONEY[issuer], 1),
            ("充分就业星级社区", "star", 2),
            ("充分就业村", MONEY[issuer], 1),
        ):
            plain = {"programme": "", "tier": tier, "issuer": issuer, "rank": rank, "money": MONEY[issuer]}
            found.setdefault(WORDS[issuer] + name, {**plain, "tier_name": WORDS[issuer] + name})
    return found


def _title_column(titles, needed):
    return Column(
        "title",
        "称号",
        values.choice({name: name for name in titles}),
        ("称号名称", "荣誉称号", "认定称号", "认定级别", "认定类型"),
        needed=needed,
        hint="从下拉列表选择" if needed else f"不填为{next(iter(titles))}",
        choices=tuple(titles),
        example=next(iter(titles)),
        width=22,
    )


class Titles(Kind):
    """What both kinds share."""

    unit = "个"
    levels: tuple[str, ...] = ()
    ended: tuple[Column, ...] = ()

    def issuers(self, region) -> tuple[str, ...]:
        return (region.level,)

    def why_not(self, user, scope):
        posting = user.acting
        if (
            posting is None
            or not posting.has_desk
            or posting.role not in (Role.APPROVER, Role.PUBLISHER)
            or posting.level not in self.levels
        ):
            return f"{self.title}由认定单位的审核、发布岗位导入。"
        return ""

    def titles(self, scope):
        return ladder(scope, self.issuers(scope))

    def columns(self, scope, user):
        return (*PLACE, _title_column(self.titles(scope), len(self.issuers(scope)) > 1), *TITLE, *self.ended)

    def plan(self, lines, scope, *, by, at, asked):
        finder = Finder(scope, lines)
        titles = self.titles(scope)
        default = next(iter(titles)) if len(self.issuers(scope)) == 1 else None
        communities = [finder.community(line) for line in lines]
        known = _Known(communities, [line.get("number") for line in lines])
        issuer_name = by.acting.office.name
        return [
            _item(line, community, titles.get(line.get("title") or default), known, issuer_name, day_of(at))
            for line, community in zip(lines, communities, strict=True)
        ]

    def apply(self, items, scope, *, by, at, batch, asked):
        lock_head()  # so that nobody counts titles meanwhile
        TitleSum.objects.all().delete()
        fresh = [item for item in items if item.outcome == Outcome.NEW]
        made = Recognition.objects.bulk_create((_new(item, batch) for item in fresh), batch_size=500)
        for item, one in zip(fresh, made, strict=True):
            item.target = one.pk
            item.after = undoing.plain({name: getattr(one, name) for name in ("community_id", *WRITTEN)})
        _change([item for item in items if item.outcome == Outcome.CHANGED])

    def why_not_undo(self, lines, scope, *, by, at):
        new = [line for line in lines if line.outcome == Outcome.NEW]
        words = {"rechecks": "复查记录", "events": "变动记录", "entry": "资金台账"}
        return undoing.built_on(Recognition, new, words) or undoing.moved_since(Recognition, lines)

    def undo(self, lines, scope, *, by, at):
        lock_head()
        TitleSum.objects.all().delete()
        for part in undoing.chunks(line.target for line in lines if line.outcome == Outcome.NEW):
            Recognition.objects.filter(pk__in=part).delete()
        undoing.put_back(Recognition, [line for line in lines if line.outcome == Outcome.CHANGED], WRITTEN)


class CityTitles(Titles):
    key = "city_titles"
    title = "市级认定备案"
    lead = "市级认定的充分就业社区，由市人社部门登记、报省备案（甘人社通〔2023〕287号第五条）；备案后才能申报省级。"
    levels = ("city",)


class FormerTitles(Titles):
    key = "former_titles"
    title = "历史认定"
    lead = "本系统启用以前认定的称号：年度、级别、证书编号和文号，已经终止的注明日期和原因。省级单位可以同时登记国家级称号。"
    levels = ("county", "city", "province")
    ended = ENDED

    def issuers(self, region):
        return ("province", "nation") if region.level == "province" else (region.level,)


class _Known:
    """The titles that the found communities hold, the certificate numbers in use, and what the file has said already."""

    def __init__(self, communities, numbers):
        self.titles, self.numbers, self.said = {}, {}, {}
        for part in undoing.chunks({one["pk"] for one in communities if one}):
            rows = Recognition.objects.filter(community__in=part).select_related("application__round")
            for title in rows.defer("application__narrative"):
                self.titles[(title.community_id, title.issuer, title.tier, title.year)] = title
                self.numbers[title.number] = title.pk
        for part in undoing.chunks({number for number in numbers if number} - set(self.numbers)):
            self.numbers |= dict(Recognition.objects.filter(number__in=part).values_list("number", "pk"))


def _item(line, community, entry, known, issuer_name, today) -> Item:
    item = Item(line, title=line.get("name") or "")
    _check_dates(line, today)
    if community is None or entry is None or not line.get("year"):
        return item
    item.title = f"{community['name']} {line.get('year')}年{entry['tier_name']}"
    item.data = {
        "community": community,
        "entry": entry,
        "issuer_name": line.get("issuer_name") or issuer_name,
    }
    key = (community["pk"], entry["issuer"], entry["tier"], line.get("year"))
    first = known.said.setdefault(key, line.row)
    if first != line.row:
        line.wrong("name", f"与第 {first} 行是同一个称号。")
    title = known.titles.get(key)
    number = line.get("number")
    if number:
        owner = known.numbers.get(number)
        if owner is not None and (title is None or owner != title.pk):
            line.wrong("number", f"证书编号“{number}”已经用过，请核对。")
        elif (first := known.said.setdefault(("number", number), line.row)) != line.row:
            line.wrong("number", f"证书编号与第 {first} 行相同。")
    if title is None or line.faults:
        return item
    item.target, item.data["known"] = title.pk, title
    item.changes = [
        (HEADS[name], _word(getattr(title, name)), _word(line.get(name)))
        for name in FACTS
        if line.get(name) is not None and line.get(name) != getattr(title, name)
    ]
    item.outcome = Outcome.CHANGED if item.changes else Outcome.UNCHANGED
    if item.changes and title.application_id:
        round_ = title.application.round.name
        line.wrong("name", f"这个称号由本系统的批次“{round_}”认定，与填写的不同，不能用导入改动。")
    return item


def _check_dates(line, today):
    granted, ended = line.get("granted_on"), line.get("ended_on")
    if granted and granted > today:
        line.wrong("granted_on", "认定日期晚于今天，请核对。")
    if ended and granted and ended <= granted:
        line.wrong("ended_on", "终止日期不晚于认定日期，请核对。")
    if line.get("valid_until") and granted and line.get("valid_until") < granted:
        line.wrong("valid_until", "有效期早于认定日期，请核对。")
    if ended and not line.get("ended_reason"):
        line.wrong("ended_reason", "填写了终止日期的，请写明终止原因。")
    if granted and line.get("year") and abs(granted.year - line.get("year")) > 1:
        line.hints.append(
            ("year", f"认定年度 {line.get('year')} 与认定日期 {granted.isoformat()} 相差一年以上，请核对。")
        )


def _word(value) -> str:
    return "（空）" if value in (None, "") else str(value)


def _new(item, batch) -> Recognition:
    line, entry, community = item.line, item.data["entry"], item.data["community"]
    stem = f"{LETTERS[entry['issuer']]}{entry['rank']}-{line.get('year')}-{community['pk']:06d}"
    ended = line.get("ended_on")
    return Recognition(
        community_id=community["pk"],
        position=community["position"],
        batch=batch,
        **entry,
        number=line.get("number") or f"{stem}-{check_code(stem)}",
        document_number=line.get("document_number"),
        year=line.get("year"),
        granted_on=line.get("granted_on"),
        valid_until=line.get("valid_until"),
        ended_on=ended,
        ended_reason=line.get("ended_reason") or "",
        status=Recognition.Status.REVOKED if ended else Recognition.Status.VALID,
        issuer_name=item.data["issuer_name"],
    )


def _change(items):
    rows = []
    for item in items:
        title = item.data["known"]
        names = [n for n in FACTS if item.line.get(n) is not None and item.line.get(n) != getattr(title, n)]
        names += ["status"] if "ended_on" in names else []
        item.before = undoing.plain({name: getattr(title, name) for name in names})
        for name in names:
            setattr(title, name, Recognition.Status.REVOKED if name == "status" else item.line.get(name))
        item.after = undoing.plain({name: getattr(title, name) for name in names})
        rows.append(title)
    undoing.write(Recognition, rows, WRITTEN)

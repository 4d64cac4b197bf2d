"""The registry of communities from a table: an office enters and corrects those of its region.

A row is found by its statistical code, else by street and name. An empty cell leaves what is registered. A change of
name or code needs its date; what was is kept as history (FormerCommunity).
"""

import json

from accounts.imports import undoing, values
from accounts.imports.columns import Column
from accounts.imports.kinds import Item, Kind, Outcome
from accounts.models import Role
from regions.clock import day_of
from regions.divisions import place_of
from regions.models import Community, FormerCommunity, Region

KINDS = {
    "社区": Community.Kind.URBAN,
    "居委会": Community.Kind.URBAN,
    "行政村": Community.Kind.VILLAGE,
    "村": Community.Kind.VILLAGE,
}
LEVELS = (Region.Level.COUNTY, Region.Level.CITY, Region.Level.PROVINCE)
# Fields that a row may enter or correct besides name and street.
FACTS = (
    "kind", "credit_code", "contact", "office_phone", "address", "since", "county_approved", "civil_affairs_filed",
    "similar_services",
)  # fmt: skip
WRITTEN = ("name", "code", "code_date", *FACTS)

COLUMNS = (
    Column("city", "市（州）", values.line(60), ("市", "市州", "设区市", "所在地市", "所属市"), hint="市级以上单位导入时填写，用来分辨同名的县区"),
    Column("county", "县（市、区）", values.line(60), ("县", "县区", "区县", "县市区", "所在地县", "所属区县"), hint="有同名街道时填写"),
    Column("street", "乡镇（街道）", values.line(60), ("街道", "乡镇", "镇街", "街镇", "所属街道", "所在地街道"), hint="街道名称和街道代码至少填一项", example="某某街道"),
    Column("street_code", "街道代码", values.code(9, 12), ("乡镇代码", "乡镇街道代码", "街道区划代码"), hint="9 位或 12 位区划代码", width=14),
    Column("name", "社区名称", values.line(60), ("社区", "名称", "村名", "社区村名称", "村社区名称", "社区村", "社区（村）"), needed=True, hint="与公章一致的简称", example="某某社区", width=22),
    Column("kind", "类型", values.choice(KINDS), ("社区类型", "类别"), hint="社区或行政村，不填为社区", choices=("社区", "行政村"), example="社区", width=10),
    Column("code", "统计用区划代码", values.code(12), ("区划代码", "社区代码", "代码", "统计代码", "12位代码"), hint="12 位数字，须为文本", example="430104001001", width=18),
    Column("credit_code", "统一社会信用代码", values.credit_code, ("信用代码", "社会信用代码"), hint="18 位，须为文本", width=22),
    Column("contact", "联系人", values.line(30), ("联系人姓名", "负责人")),
    Column("office_phone", "办公电话", values.phone, ("电话", "联系电话", "联系方式"), example="0731-88880000"),
    Column("address", "办公地址", values.line(120), ("地址", "详细地址"), width=28),
    Column("since", "设立日期", values.day, ("成立日期", "成立时间", "设立时间"), hint="写作 2012-05-01 或 2012年5月1日"),
    Column("county_approved", "经县级政府批准设立", values.yes_no, ("县级政府批准", "经批准设立"), hint="是或否", choices=("是", "否"), width=12),
    Column("civil_affairs_filed", "已报民政部门备案", values.yes_no, ("民政备案", "民政部门备案"), hint="是或否", choices=("是", "否"), width=12),
    Column("similar_services", "有与社区相近的服务功能", values.yes_no, ("相近服务功能",), hint="行政村填写，是或否", choices=("是", "否"), width=12),
    Column("changed_on", "变更日期", values.day, ("更名日期", "变更时间"), hint="更名或代码变更时必填：新名称、新代码从哪一天起用"),
    Column("change_document", "变更文号", values.document_number(100), ("更名文号", "批复文号"), hint="更名或代码变更的依据，可不填"),
)  # fmt: skip
HEADS = {column.key: column.head for column in COLUMNS}


def why_not_keep_registry(user, region) -> str:
    """Who enters communities: handlers and approvers of the HR office of a county, a city or the province, for their region."""
    posting = user.acting
    if (
        posting is None
        or not posting.has_desk
        or posting.role not in (Role.HANDLER, Role.APPROVER)
        or posting.level not in LEVELS
    ):
        return "社区（村）名单由县级以上人社部门的经办、审核岗位导入。"
    return ""


class Communities(Kind):
    key = "communities"
    title = "社区（村）名单"
    unit = "个"
    lead = "登记本地区的社区和行政村，或者补充、更正已登记的内容。空着的单元格不改动已登记的内容。"

    def why_not(self, user, scope):
        return why_not_keep_registry(user, scope)

    def columns(self, scope, user):
        return COLUMNS

    def plan(self, lines, scope, *, by, at, asked):
        places = Places(scope)
        streets = [places.street(line) for line in lines]
        registry = _Registry(scope, lines, streets)
        today = day_of(at)
        return [_item(line, street, registry, today) for line, street in zip(lines, streets, strict=True)]

    def apply(self, items, scope, *, by, at, batch, asked):
        day = day_of(at)
        fresh = [item for item in items if item.outcome == Outcome.NEW]
        made = Community.objects.bulk_create((_new(item, day) for item in fresh), batch_size=1000)
        for item, one in zip(fresh, made, strict=True):
            item.target = one.pk
            item.after = undoing.plain(
                {name: getattr(one, name) for name in ("street_id", "until", "edition", *WRITTEN)}
            )
        _change([item for item in items if item.outcome == Outcome.CHANGED], day)

    def why_not_undo(self, lines, scope, *, by, at):
        new = [line for line in lines if line.outcome == Outcome.NEW]
        words = {
            "applications": "申报", "recognitions": "称号", "postings": "申报员账号", "former": "变更记录",
            "successions": "撤并记录", "predecessions": "撤并记录",
        }  # fmt: skip
        return undoing.built_on(Community, new, words) or undoing.moved_since(Community, lines)

    def undo(self, lines, scope, *, by, at):
        new = [line.target for line in lines if line.outcome == Outcome.NEW]
        for part in undoing.chunks(new):
            Community.objects.filter(pk__in=part).delete()
        changed = {line.target: line for line in lines if line.outcome == Outcome.CHANGED}
        former = []
        rows = []
        for part in undoing.chunks(changed):
            for one in Community.objects.filter(pk__in=part):
                before = json.loads(changed[one.pk].before)
                former.append(before.pop("former", None))
                for name, value in before.items():
                    setattr(one, name, value)
                one.edition += 1
                rows.append(one)
        _write(rows, WRITTEN)
        FormerCommunity.objects.filter(pk__in=[key for key in former if key]).delete()


class Places:
    """The standing streets of a region by code and name; what a row says of its street is looked up once for each way of saying it."""

    def __init__(self, root: Region):
        self.root = root
        self.by_code, self.by_name, self.known = {}, {}, {}
        rows = Region.objects.within(root).standing().filter(level=Region.Level.STREET)
        order = {"mca": 0, "stats": 1, "own": 2}
        for street in sorted(rows, key=lambda one: order[one.code_system]):
            if street.code:
                self.by_code.setdefault(street.code, street)
                if len(street.code) == 9:
                    self.by_code.setdefault(f"{street.code}000", street)
            self.by_name.setdefault(street.name, []).append(street)

    def street(self, line) -> Region | None:
        """The street of a line; a fault at the line where there is none or more than one."""
        said = tuple(line.get(key) for key in ("street_code", "city", "county", "street"))
        if said not in self.known:
            self.known[said] = self._look(*said)
        found, key, sentence = self.known[said]
        if sentence and not any(fault[0] == key for fault in line.faults):
            line.wrong(key, sentence)
        return found

    def _look(self, code, city, county, name):
        if not code and not name:
            if self.root.level == Region.Level.STREET:
                return self.root, "", ""
            return None, "street", "请填写乡镇（街道）的名称或代码。"
        if code:
            found = self.by_code.get(code)
            if found is None:
                return (
                    None,
                    "street_code",
                    f"在{self.root.name}没有找到代码为“{code}”的乡镇（街道），请核对。",
                )
            if name and name != found.name:
                return None, "street", f"代码“{code}”是{found.name}，与填写的“{name}”不一致。"
            fitting = [found]
        else:
            fitting = self.by_name.get(name, [])
        above = [one for one in (city, county) if one]
        fitting = [one for one in fitting if all(other in one.path.split() for other in above)]
        if len(fitting) == 1:
            return fitting[0], "", ""
        way = " ".join([*above, name or code])
        if not fitting:
            return None, "street", f"在{self.root.name}没有找到“{way}”，请核对名称。"
        return None, "street", f"有 {len(fitting)} 个“{name}”，请同时填写市、县或者街道代码。"


class _Registry:
    """The standing communities that the lines may mean, and what the file itself has said already."""

    def __init__(self, root, lines, streets):
        self.root = root
        self.by_name, self.by_code, self.said = {}, {}, {}
        codes = {line.get("code") for line in lines} - {None}
        fields = ("pk", "name", "street_id", "street__name", "code", "edition", *FACTS)
        rows = Community.objects.within(root).standing()
        for part in undoing.chunks({street.pk for street in streets if street}):
            self._take(rows.filter(street__in=part).values(*fields))
        for part in undoing.chunks(codes - set(self.by_code)):
            self._take(rows.filter(code__in=part).values(*fields))

    def _take(self, rows):
        for row in rows.iterator(chunk_size=5000):
            self.by_name[(row["street_id"], row["name"])] = row
            if row["code"]:
                self.by_code[row["code"]] = row

    def twice(self, line, street):
        """The same community or the same code a second time in the file is a fault of the later row."""
        for key, said, words in (
            ("name", (street.pk, line.get("name")), f"“{line.get('name')}”"),
            ("code", line.get("code"), "代码"),
        ):
            if said is None or (key == "name" and not line.get("name")):
                continue
            first = self.said.setdefault((key, said), line.row)
            if first != line.row:
                line.wrong(key, f"{words}与第 {first} 行重复。")


def _item(line, street, registry, today) -> Item:
    item = Item(line, title=line.get("name") or "")
    if street is None or line.faults and not line.get("name"):
        return item
    registry.twice(line, street)
    for key in ("since", "changed_on"):
        if line.get(key) and line.get(key) > today:
            line.wrong(key, "日期晚于今天，请核对。")
    item.title = f"{street.name} {item.title}"
    item.data = {"street": street}
    known = _registered(line, street, registry)
    if line.faults:
        return item
    if known is None:
        return item
    item.target, item.data["known"] = known["pk"], known
    item.changes = _changes(line, known)
    item.outcome = Outcome.CHANGED if item.changes else Outcome.UNCHANGED
    renamed = [
        HEADS[key] for key in ("name", "code") if line.get(key) and known[key] not in ("", line.get(key))
    ]
    if renamed and not line.get("changed_on"):
        line.wrong(
            "changed_on",
            f"{'、'.join(renamed)}与登记的不同（登记的是“{known['name']}”{'，代码 ' + known['code'] if known['code'] else ''}）；"
            "确已变更的请填写变更日期，否则请核对。",
        )
    item.data["history"] = bool(renamed)
    return item


def _registered(line, street, registry):
    """The registered community a line means, or None for a new one; a fault where name and code mean different ones."""
    named = registry.by_name.get((street.pk, line.get("name")))
    coded = registry.by_code.get(line.get("code")) if line.get("code") else None
    if coded is None or named is coded:
        return named
    if named is not None:
        line.wrong("code", f"代码“{line.get('code')}”登记在“{coded['name']}”名下，请核对。")
    elif coded["street_id"] != street.pk:
        line.wrong(
            "code",
            f"代码“{line.get('code')}”登记在{coded['street__name']}的“{coded['name']}”名下，请核对街道或代码。",
        )
    return coded


def _changes(line, known):
    """(head, from, to) of everything the line says differently."""
    found = []
    for key in ("name", "code", *FACTS):
        given = line.get(key)
        if given is not None and given != known[key]:
            found.append((HEADS[key], _word(key, known[key]), _word(key, given)))
    return found


def _word(key, value) -> str:
    if value in (None, ""):
        return "（空）"
    if isinstance(value, bool):
        return "是" if value else "否"
    return Community.Kind(value).label if key == "kind" else str(value)


def _new(item, day) -> Community:
    street, line = item.data["street"], item.line
    facts = {key: line.get(key) for key in ("name", "code", *FACTS) if line.get(key) is not None}
    return Community(
        street=street,
        position=street.position,
        place=place_of(street),
        code_date=day if facts.get("code") else None,
        **facts,
    )


def _change(items, day):
    """Write the changed facts, keep former names and codes."""
    rows, former = [], []
    by_key = {item.target: item for item in items}
    for part in undoing.chunks(by_key):
        for one in Community.objects.select_for_update().filter(pk__in=part).order_by("pk"):
            item = by_key[one.pk]
            names = [key for key in ("name", "code", *FACTS) if item.line.get(key) is not None]
            names = [key for key in names if getattr(one, key) != item.line.get(key)]
            dated = ["code_date"] if "code" in names else []
            item.before = undoing.plain({name: getattr(one, name) for name in (*names, *dated)})
            if item.data["history"]:
                former.append((item, _former(one, item.line)))
            for name in names:
                setattr(one, name, item.line.get(name))
            if dated:
                one.code_date = item.line.get("changed_on") or day
            one.edition += 1
            item.after = undoing.plain({name: getattr(one, name) for name in (*names, *dated, "edition")})
            rows.append(one)
    _write(rows, WRITTEN)
    made = FormerCommunity.objects.bulk_create((row for _, row in former), batch_size=1000)
    for (item, _), row in zip(former, made, strict=True):
        item.before["former"] = row.pk


def _former(one, line) -> FormerCommunity:
    return FormerCommunity(
        community=one,
        name=one.name,
        street_id=one.street_id,
        place=one.place,
        code=one.code,
        until=line.get("changed_on"),
        document=line.get("change_document") or "",
    )


def _write(rows, fields):
    """Many rows with one statement a thousand."""
    if rows:
        Community.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*fields, "edition"],
            batch_size=1000,
        )

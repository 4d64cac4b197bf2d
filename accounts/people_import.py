"""Accounts from a table that accounts/imports has read: check every row at once, create all or none.

Nothing is written before the whole table is right; a fault is told with its row and its column.
"""

from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.events import record_all
from accounts.forms import clean_username
from accounts.models import AccountEvent, Department, Posting, Role, User
from accounts.people import ask_again, office_of, one_time_hash, one_time_password, open_account
from accounts.permissions import why_not_appoint
from accounts.text import clean_line, narrow
from regions.calendar_files import day_of as read_day
from regions.clock import day_of
from regions.models import Community, Region

MAX_ROWS = 1000
# Key → (head, also understood, needed, hint of the template).
COLUMNS = {
    "name": ("姓名", ("人员姓名", "名字"), True, "真实姓名"),
    "username": ("用户名", ("账号", "登录名", "帐号"), True, "3 到 40 个字：小写字母、数字、汉字和 . _ -"),
    "role": ("岗位", ("角色", "职务"), True, "从下拉列表选择"),
    "city": ("市（州）", ("市", "市州", "市级"), False, "在市级及以下单位任职时填写"),
    "county": ("县（市、区）", ("县", "县区", "区县", "县市区", "县级"), False, "在县级及以下单位任职时填写"),
    "street": ("乡镇（街道）", ("街道", "乡镇", "乡镇街道", "镇街"), False, "在街道或社区任职时填写"),
    "community": ("社区（村）", ("社区", "村", "社区村"), False, "社区申报员必填，其他岗位不填"),
    "department": ("部门", ("所属部门",), False, "不填为人力资源和社会保障部门"),
    "starts": ("起始日期", ("起", "起始", "任职日期", "开始日期"), False, "不填为今天"),
    "ends": ("终止日期", ("止", "终止", "结束日期"), False, "不填为长期"),
}
PLACES = ("city", "county", "street", "community")
NEEDED = [key for key, column in COLUMNS.items() if column[2]]


@dataclass(frozen=True)
class Fault:
    """One thing wrong: the row as the reader's sheet numbers it, the column's head, a sentence."""

    row: int
    column: str
    sentence: str


@dataclass
class Row:
    """One person as read; `place` is filled when everything about the row is right."""

    number: int
    cells: dict
    name: str = ""
    username: str = ""
    role: str = ""
    department: str = Department.HR
    starts: object = None
    ends: object = None
    place: Region | Community | None = None


@dataclass
class Reading:
    rows: list[Row]
    faults: list[Fault] = field(default_factory=list)


def check(cells: list[dict], *, by, at) -> Reading:
    """Every row ({"row": number, column key: text}) against every rule; the reading holds all faults, in the sheet's order."""
    today = day_of(at)
    reading = Reading(rows=[])
    for values in cells:
        row = Row(number=values["row"], cells=values)
        reading.rows.append(row)
        _read_person(row, reading, today)
    _check_usernames(reading)
    _find_places(reading, by)
    faulty = {fault.row for fault in reading.faults}
    for row in reading.rows:
        if row.number not in faulty:
            refusal = why_not_appoint(
                by,
                User(),
                role=row.role,
                place=row.place,
                department=row.department,
                starts=row.starts,
                ends=row.ends,
                held=[],
            )
            if refusal:
                _fault(reading, row, "role", refusal)
    reading.faults.sort(key=lambda fault: fault.row)
    return reading


def _fault(reading, row, key, sentence):
    reading.faults.append(Fault(row.number, COLUMNS[key][0], sentence))


def _read_person(row, reading, today):
    """Name, username, role, department and dates of a row."""
    cells = row.cells
    for key in NEEDED:
        if not cells.get(key):
            _fault(reading, row, key, f"请填写{COLUMNS[key][0]}。")
    try:
        row.name = clean_line(cells.get("name", ""))
        if len(row.name) > 30:
            _fault(reading, row, "name", "姓名最多 30 个字。")
    except ValidationError as error:
        _fault(reading, row, "name", error.messages[0])
    if cells.get("username"):
        try:
            row.username = clean_username(cells["username"])
        except ValidationError as error:
            _fault(reading, row, "username", error.messages[0])
    row.role = _choice(row, reading, "role", Role)
    row.department = _choice(row, reading, "department", Department) or Department.HR
    row.starts, row.ends = _day(row, reading, "starts") or today, _day(row, reading, "ends")
    if row.ends and row.ends < row.starts:
        _fault(reading, row, "ends", "终止日期早于起始日期。")


def _choice(row, reading, key, choices):
    """The value whose label (or code) the cell says; labels are compared without spaces."""
    word = "".join(row.cells.get(key, "").split())
    if not word:
        return ""
    for choice in choices:
        if word in (choice.label, choice.value):
            return choice.value
    labels = "、".join(choices.labels)
    _fault(reading, row, key, f"“{word[:20]}”不在可选范围内，可填 {labels}。")
    return ""


def _day(row, reading, key):
    text = narrow(row.cells.get(key, ""))
    if not text:
        return None
    try:
        return read_day(text)
    except ValueError as error:
        _fault(reading, row, key, str(error))
        return None


def _check_usernames(reading):
    """No username twice in the file, none that somebody has."""
    wanted = [row.username for row in reading.rows if row.username]
    taken = set(User.objects.filter(username__in=wanted).values_list("username", flat=True))
    first = {}
    for row in reading.rows:
        if row.username in taken:
            _fault(reading, row, "username", f"用户名“{row.username}”已被使用，请换一个。")
        elif row.username and row.username in first:
            _fault(reading, row, "username", f"用户名与第 {first[row.username]} 行相同。")
        first.setdefault(row.username, row.number)


def _find_places(reading, by):
    """The region or community each row names, within the administrator's own region; two queries for the whole table."""
    root = by.acting.office.region
    names = {
        row.number: {key: clean for key in PLACES if (clean := row.cells.get(key, ""))}
        for row in reading.rows
    }
    deepest = {number: list(given.items())[-1] for number, given in names.items() if given}
    regions = _by_name(
        Region.objects.standing().within(root), {name for key, name in deepest.values() if key != "community"}
    )
    communities = _by_name(
        Community.objects.standing().within(root),
        {name for key, name in deepest.values() if key == "community"},
    )
    for row in reading.rows:
        if row.number not in deepest:
            row.place = root
            continue
        key, name = deepest[row.number]
        above = [other for level, other in names[row.number].items() if level != key]
        level = {"city": Region.Level.CITY, "county": Region.Level.COUNTY, "street": Region.Level.STREET}.get(
            key
        )
        candidates = (
            communities.get(name, [])
            if key == "community"
            else [region for region in regions.get(name, []) if region.level == level]
        )
        fitting = [one for one in candidates if all(other in _way_to(one) for other in above)]
        if len(fitting) == 1:
            row.place = fitting[0]
        elif not fitting:
            _fault(reading, row, key, f"在{root.name}没有找到“{' '.join([*above, name])}”，请核对名称。")
        else:
            _fault(reading, row, key, f"有 {len(fitting)} 个“{name}”，请同时填写它的上级。")


def _by_name(rows, names):
    found = {}
    for row in rows.filter(name__in=names):
        found.setdefault(row.name, []).append(row)
    return found


def _way_to(place):
    """The names above a place."""
    return (place.place if isinstance(place, Community) else place.path).split()


@transaction.atomic
def import_people(cells: list[dict], *, by, at, ip=None) -> list[tuple[User, Posting, str]]:
    """Create all or none; returns (account, posting, one-time password) in the order of the table.

    The rows are checked again here: since the dry run somebody may have taken a username.
    """
    ask_again(by, at)
    reading = check(cells, by=by, at=at)
    if reading.faults:
        fault = reading.faults[0]
        raise ValidationError(f"第 {fault.row} 行“{fault.column}”：{fault.sentence}没有开设任何账号。")
    made, offices = [], {}
    for row in reading.rows:
        password = one_time_password()
        account = open_account(
            by=by, at=at, username=row.username, name=row.name, password_hash=one_time_hash(password)
        )
        made.append((account, _post(account, row, offices), password))
    events = record_all(
        [
            {
                "action": "create_account",
                "subject": f"{account.name}（{account.username}）",
                "after": {"任职": str(posting), "起": posting.starts.isoformat()},
                "data": {"方式": "批量导入"},
            }
            for account, posting, _ in made
        ],
        by=by,
        at=at,
        ip=ip,
    )
    AccountEvent.objects.bulk_create(
        AccountEvent(event=event, account=account)
        for event, (account, _, _) in zip(events, made, strict=True)
    )
    return made


def _post(account, row, offices):
    """The first posting of a new account; each office is looked up once for the whole table."""
    target = {"community": row.place}
    if isinstance(row.place, Region):
        key = (row.place.pk, row.department)
        if key not in offices:
            offices[key] = office_of(row.place, row.department)
        target = {"office": offices[key]}
    return Posting.objects.create(user=account, role=row.role, starts=row.starts, ends=row.ends, **target)

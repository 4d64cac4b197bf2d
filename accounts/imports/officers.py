"""Accounts from a table: the system administrator opens many at once; the rules are those of accounts/people_import.py.

The one-time passwords are shown once, when the accounts are opened. An undo takes away accounts that nobody has used.
"""

from accounts import password_sheet
from accounts.imports import undoing
from accounts.imports.columns import Column
from accounts.imports.kinds import Item, Kind, Outcome
from accounts.imports.values import Read, as_text
from accounts.models import AccountEvent, Department, Posting, Role, User
from accounts.people_import import COLUMNS, MAX_ROWS, check, import_people
from accounts.permissions import OFFICE_ROLES

ROLES = [Role.FILER, *OFFICE_ROLES, Role.SYSADMIN, Role.SECADMIN, Role.AUDADMIN]
CHOICES = {"role": tuple(role.label for role in ROLES), "department": tuple(Department.labels)}
KEYS = {head: key for key, (head, *_) in COLUMNS.items()}


def _text(cell) -> Read:
    """Read later, with the whole row."""
    return Read(as_text(cell) or None)


class Officers(Kind):
    key = "officers"
    title = "人员"
    unit = "人"
    lead = "为多人一次开设账号，确认后显示一次性密码，请下载后分发。"
    most = MAX_ROWS
    shows_once = True

    def why_not(self, user, scope):
        if user.acting is None or user.acting.role != Role.SYSADMIN:
            return "开设账号由系统管理员办理。"
        return ""

    def columns(self, scope, user):
        return tuple(
            Column(key, head, _text, also, needed, hint, CHOICES.get(key, ()), width=18)
            for key, (head, also, needed, hint) in COLUMNS.items()
        )

    def plan(self, lines, scope, *, by, at, asked):
        cells = _cells(lines)
        by_row = {line.row: line for line in lines}
        for fault in check(cells, by=by, at=at).faults:
            line = by_row[fault.row]
            key = KEYS[fault.column]
            if not any(known == key for known, _ in line.faults):
                line.wrong(key, fault.sentence)
        return [
            Item(line, Outcome.NEW, title=f"{line.get('name') or ''}（{line.get('username') or ''}）")
            for line in lines
        ]

    def apply(self, items, scope, *, by, at, batch, asked):
        made = import_people(_cells([item.line for item in items]), by=by, at=at)
        for item, (account, _posting, _password) in zip(items, made, strict=True):
            item.target = account.pk
            fields = ("username", "name", "is_active", "must_change_password", "last_login")
            item.after = undoing.plain({name: getattr(account, name) for name in fields})
        batch.once = password_sheet.passwords(made)

    def why_not_undo(self, lines, scope, *, by, at):
        if moved := undoing.moved_since(User, lines):
            return moved.replace("在导入以后又有变动", "已经使用或改动过账号")
        return undoing.built_on(User, lines, {}, but=("postings", "account_events")) or _more_posts(lines)

    def undo(self, lines, scope, *, by, at):
        for part in undoing.chunks(line.target for line in lines):
            AccountEvent.objects.filter(account__in=part).delete()
            Posting.objects.filter(user__in=part).delete()
            User.objects.filter(pk__in=part).delete()


def _cells(lines):
    return [{"row": line.row, **{key: line.get(key) or "" for key in COLUMNS}} for line in lines]


def _more_posts(lines) -> str:
    """Accounts that got another posting since, or whose events tell more than their opening."""
    titles = {line.target: line.title for line in lines}
    for part in undoing.chunks(titles):
        for rows in (
            Posting.objects.filter(user__in=part).values_list("user", flat=True),
            AccountEvent.objects.filter(account__in=part).values_list("account", flat=True),
        ):
            seen = set()
            for key in rows:
                if key in seen:
                    return f"“{titles[key]}”已经有别的任职或记录，不能撤销。"
                seen.add(key)
    return ""

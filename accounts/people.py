"""The verbs of the system administrator: open an account, appoint, end, reset, unlock, switch off and on.

Each is one transaction: lock the account, ask again who may, write, and append the event last.
A refusal is a ValidationError with a whole sentence.
"""

import secrets

from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.account_events import note
from accounts.models import Department, Office, Posting, Role, User
from accounts.permissions import may_manage, why_not_appoint, why_not_change
from accounts.second_factor import remove_devices
from accounts.sign_in import forget_failures
from regions.clock import day_of
from regions.models import Region

# Without letters and figures that are taken for one another: 30 signs, 12 of them are 58 bits.
SIGNS = "abcdefghjkmnpqrstuvwxyz2345679"
# A random password cannot be guessed from its hash, so it needs no slow one; the first sign-in makes it slow.
ONE_TIME_ITERATIONS = 20_000
OFFICE_NAMES = {
    Department.HR: "人力资源和社会保障局",
    Department.FINANCE: "财政局",
    Department.AUDIT: "审计局",
    Department.UNIVERSITY: "高等院校",
    Department.PLATFORM: "公共就业服务中心",
}


def one_time_password() -> str:
    """A random password, to be changed at the first sign-in: three groups of four signs."""
    return "-".join("".join(secrets.choice(SIGNS) for _ in range(4)) for _ in range(3))


def one_time_hash(password: str) -> str:
    """The stored form of a one-time password."""
    hasher = PBKDF2PasswordHasher()
    return hasher.encode(password, hasher.salt(), iterations=ONE_TIME_ITERATIONS)


def office_name(region: Region, department: str) -> str:
    """What an office is called until somebody writes its proper name."""
    if department == Department.HR and region.level == Region.Level.STREET:
        return f"{region.name}公共就业服务平台"
    if department == Department.HR and region.level == Region.Level.PROVINCE:
        return f"{region.name}人力资源和社会保障厅"
    return region.name + OFFICE_NAMES[department]


def office_of(region: Region, department: str) -> Office:
    """The office of a region for a department, made with its usual name where it does not stand yet."""
    defaults = {"name": office_name(region, department)}
    return Office.objects.get_or_create(region=region, department=department, defaults=defaults)[0]


def ask_again(by, at) -> None:
    """The administrator still holds the post and the account the page was printed under."""
    day = day_of(at)
    if by.acting is None or by.acting.role != Role.SYSADMIN:
        raise ValidationError("只有系统管理员可以办理。")
    if not Posting.objects.on(day).filter(pk=by.acting.pk, user__is_active=True).exists():
        raise ValidationError("您的岗位已经终止，没有做任何改动。")


def _hold(account, by, at) -> tuple[User, list[Posting]]:
    """Lock the account; return it with its postings that are not over yet."""
    ask_again(by, at)
    held = User.objects.select_for_update().get(pk=account.pk)
    return held, _lasting(held, day_of(at))


def _lasting(account, day):
    rows = account.postings.filter(Q(ends__isnull=True) | Q(ends__gte=day))
    return list(rows.select_related("office__region", "community"))


def _hold_to_change(account, by, at) -> User:
    held, postings = _hold(account, by, at)
    if sentence := why_not_change(by, held, postings):
        raise ValidationError(sentence)
    return held


@transaction.atomic
def create_account(*, by, at, username, name, place, role, department="", starts, ends=None, ip=None):
    """Open an account with its first posting at a region (role of an office) or community (filer).

    Returns (account, one-time password). The password is nowhere kept in clear.
    """
    ask_again(by, at)
    password = one_time_password()
    account = open_account(by=by, at=at, username=username, name=name, password_hash=one_time_hash(password))
    posting = _appoint(account, [], by, place, role, department, starts, ends)
    note(
        "create_account", account=account, by=by, at=at, ip=ip, after={"任职": str(posting), **_span(posting)}
    )
    return account, password


def open_account(*, by, at, username, name, password_hash) -> User:
    """The bare row of an account, inside the caller's transaction; a taken username is refused."""
    account = User(
        username=User.normalize_username(username),
        name=name,
        password=password_hash,
        must_change_password=True,
        created_at=at,
        created_by=by,
    )
    try:
        with transaction.atomic():
            account.save(force_insert=True)
    except IntegrityError:
        raise ValidationError({"username": f"用户名“{account.username}”已被使用，请换一个。"}) from None
    return account


@transaction.atomic
def add_posting(account, *, by, at, place, role, department="", starts, ends=None, ip=None) -> Posting:
    """Give an account one more posting."""
    held, postings = _hold(account, by, at)
    posting = _appoint(held, postings, by, place, role, department, starts, ends)
    note("add_posting", account=held, by=by, at=at, ip=ip, after={"任职": str(posting), **_span(posting)})
    return posting


def _appoint(account, postings, by, place, role, department, starts, ends):
    department = department or Department.HR
    sentence = why_not_appoint(
        by, account, role=role, place=place, department=department, starts=starts, ends=ends, held=postings
    )
    if sentence:
        raise ValidationError(sentence)
    target = {"office": office_of(place, department)} if isinstance(place, Region) else {"community": place}
    return Posting.objects.create(user=account, role=role, starts=starts, ends=ends, **target)


def _span(posting):
    return {"起": posting.starts.isoformat(), "止": posting.ends.isoformat() if posting.ends else "不限"}


@transaction.atomic
def end_posting(posting, *, by, at, last_day, ip=None) -> Posting:
    """Let a posting end with a day; yesterday ends it at once."""
    account, _ = _hold(posting.user, by, at)
    held = Posting.objects.select_related("office__region", "community").get(pk=posting.pk)
    if account.pk == by.pk:
        raise ValidationError("不能终止自己的岗位，请由上一级系统管理员办理。")
    if not may_manage(by, held.community or held.office):
        raise ValidationError("这个岗位不在您的管理范围内。")
    if sentence := why_not_change(by, account, [held]):
        raise ValidationError(sentence)
    if held.ends is not None and held.ends < day_of(at):
        raise ValidationError(f"该岗位已于 {held.ends.isoformat()} 终止。")
    before = _span(held)
    held.ends = last_day
    held.save(update_fields=["ends"])
    note(
        "end_posting",
        account=account,
        by=by,
        at=at,
        ip=ip,
        before={"止": before["止"]},
        after={"止": last_day.isoformat()},
        data={"任职": str(held)},
    )
    return held


@transaction.atomic
def reset_password(account, *, by, at, ip=None) -> str:
    """A new one-time password; every session of the account ends with the old one."""
    held = _hold_to_change(account, by, at)
    password = one_time_password()
    held.password = one_time_hash(password)
    held.must_change_password = True
    held.password_changed_at = at
    held.save(update_fields=["password", "must_change_password", "password_changed_at"])
    forget_failures(held.username)
    note("reset_password", account=held, by=by, at=at, ip=ip)
    return password


@transaction.atomic
def unlock(account, *, by, at, ip=None) -> None:
    """Forget the failed sign-ins of an account, from wherever they came."""
    held = _hold_to_change(account, by, at)
    forget_failures(held.username)
    note("unlock", account=held, by=by, at=at, ip=ip)


@transaction.atomic
def deactivate(account, *, by, at, reason, ip=None) -> None:
    """Switch an account off; its sessions end with their next request."""
    held = _hold_to_change(account, by, at)
    if not held.is_active:
        raise ValidationError("该账号已经停用。")
    held.is_active = False
    held.save(update_fields=["is_active"])
    note("deactivate", account=held, by=by, at=at, ip=ip, data={"原因": reason})


@transaction.atomic
def activate(account, *, by, at, reason, ip=None) -> None:
    """Switch an account on again."""
    held = _hold_to_change(account, by, at)
    if held.is_active:
        raise ValidationError("该账号已经是启用状态。")
    held.is_active = True
    held.save(update_fields=["is_active"])
    note("activate", account=held, by=by, at=at, ip=ip, data={"原因": reason})


@transaction.atomic
def disable_otp(account, *, by, at, reason, ip=None) -> None:
    """Take a lost second factor away; where the office asks for one, the next sign-in sets up a new one."""
    held = _hold_to_change(account, by, at)
    if not remove_devices(held):
        raise ValidationError("该账号没有启用动态口令。")
    note("otp_disabled", account=held, by=by, at=at, ip=ip, data={"原因": reason})

"""Who looks after which accounts. The system administrator of a region opens accounts there and below, never above;
nobody looks after an account of their own, and administrators are appointed from the level above.
"""

from collections.abc import Callable

from django.db.models import Exists, OuterRef, Q
from django.db.models.expressions import Combinable

from accounts.models import ADMINISTRATORS, Department, Posting, Role, User
from regions.models import Community, Region

# Where each administrator's day begins; everyone else's begins at the home of their desk.
HOMES = {
    Role.SYSADMIN: "accounts:people",
    Role.SECADMIN: "accounts:security",
    Role.AUDADMIN: "accounts:audit_log",
}
BUSINESS_ROLES = tuple(role for role in Role if role not in ADMINISTRATORS)
OFFICE_ROLES = (
    Role.HANDLER,
    Role.APPROVER,
    Role.PUBLISHER,
    Role.FINANCE,
    Role.AUDITOR,
)


# What the floors above want to know of a posting at every request, answered in the same query: attribute → what
# makes its expression.
FACTS: dict[str, Callable[[], Combinable]] = {}


def postings_of(user, day) -> list[Posting]:
    """The user's postings in force on a day, with office, region, community and FACTS; one query."""
    rows = user.postings.on(day).select_related("office__region", "community")
    return list(rows.annotate(**{name: fact() for name, fact in FACTS.items()}).order_by("starts", "id"))


def home_of(posting) -> str:
    """The name of the page a posting starts on."""
    return HOMES.get(posting.role if posting else None, "home")


def postings_within(region):
    """Postings at or below a region, of any time."""
    return Posting.objects.filter(
        Q(office__region__position__range=(region.position, region.last))
        | Q(community__position__range=(region.position, region.last))
    )


def people_within(region):
    """Accounts that ever held a posting at or below a region."""
    return User.objects.filter(Exists(postings_within(region).filter(user=OuterRef("pk"))))


def people_visible_to(user):
    """The accounts an administrator may look at; none for everyone else."""
    posting = user.acting
    if posting is None or posting.role not in ADMINISTRATORS:
        return User.objects.none()
    return people_within(posting.office.region)


def may_manage(user, place) -> bool:
    """Whether the acting posting opens accounts at this office, region or community."""
    posting = user.acting
    if posting is None or posting.role != Role.SYSADMIN:
        return False
    return posting.office.region.contains(_region_of(place).position)


def _region_of(place):
    """What bears the position: an office's region, a region or a community itself."""
    return place if isinstance(place, Region | Community) else place.region


def roles_at(user, place) -> list[Role]:
    """The roles the acting posting may give at a place, in the order of the pick list."""
    if not may_manage(user, place):
        return []
    if isinstance(place, Community):
        return [Role.FILER]
    region = _region_of(place)
    if region.pk == user.acting.office.region_id:
        return list(OFFICE_ROLES)
    return [*OFFICE_ROLES, Role.SYSADMIN, Role.SECADMIN, Role.AUDADMIN]


def why_not_appoint(user, account, *, role, place, department, starts, ends, held) -> str:
    """The sentence that refuses a posting, or "". `held` are the account's postings not yet over."""
    if not may_manage(user, place):
        return "这个单位不在您的管理范围内。"
    if account.pk == user.pk:
        return "不能给自己增加岗位，请由上一级系统管理员办理。"
    if role not in roles_at(user, place):
        return f"“{Role(role).label}”不能由您在这里任命，请由上一级系统管理员办理。"
    if role == Role.FINANCE and department != Department.FINANCE:
        return "财政岗位只能设在财政部门。"
    if ends is not None and ends < starts:
        return "止日早于起日。"
    for other in held:
        if not _overlap(starts, ends, other):
            continue
        if _same_post(other, role, place, department):
            return f"该人员在这段时间已经是“{other}”。"
        if _exclusive(role, other.role):
            return f"系统管理员、安全管理员、审计管理员不能互兼，也不能兼任业务岗位；该人员在这段时间是“{other}”。"
    return ""


def _overlap(starts, ends, other):
    return (other.ends is None or other.ends >= starts) and (ends is None or other.starts <= ends)


def _same_post(other, role, place, department):
    if other.role != role:
        return False
    if isinstance(place, Community):
        return other.community_id == place.pk
    return other.office_id is not None and (other.office.region_id, other.office.department) == (
        _region_of(place).pk,
        department,
    )


def _exclusive(role, other_role):
    return role != other_role and (role in ADMINISTRATORS or other_role in ADMINISTRATORS)


def why_not_change(user, account, held) -> str:
    """The sentence that refuses a change of the account itself (password, lock, state), or "".

    `held` are the account's postings that are not over: all of them must lie in the administrator's care.
    """
    posting = user.acting
    if posting is None or posting.role != Role.SYSADMIN:
        return "只有系统管理员可以办理。"
    if account.pk == user.pk:
        return "不能办理自己的账号，请由上一级系统管理员办理。"
    region = posting.office.region
    for other in held:
        if not may_manage(user, other.community or other.office):
            return "该人员在您的管理范围以外还有岗位，请由上一级系统管理员办理。"
        if other.role in ADMINISTRATORS and other.office.region_id == region.pk:
            return "同级的管理员账号由上一级系统管理员办理。"
    return ""

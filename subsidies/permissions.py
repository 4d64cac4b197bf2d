"""Who sees a community's money, and who may move it: asked for every button and again under the lock."""

from django.db.models import Q

from accounts.models import DeclaredInterest, Department, Posting, Role
from regions.models import Community, Succession
from subsidies.models import Batch, Kind, SpendingReport

PAYING_LEVELS = ("province", "city", "county")
# What the community itself enters, and so takes back itself; the rest is the finance office's.
OWN_KINDS = (Kind.RECEIPT, Kind.SPENDING, Kind.REFUND)
STAFF = "您现在或曾经是该社区的工作人员，应当回避。"
INTERESTED = "您已申报与该社区有利害关系，应当回避。"
NO_POST = "您目前没有有效的岗位。"


def reads_below(user) -> bool:
    """Whether the acting posting reads the money of a region: desks, finance officers and auditors."""
    posting = user.acting
    return posting is not None and posting.office_id is not None and posting.sees_below


def communities_visible_to(user):
    """The communities whose money a user may see: the own and those merged into it, or all below the office."""
    posting = user.acting
    if posting is None:
        return Community.objects.none()
    if posting.role == Role.FILER:
        return Community.objects.filter(Q(pk=posting.community_id) | Q(pk__in=taken_in(posting.community_id)))
    return Community.objects.within(posting.region) if reads_below(user) else Community.objects.none()


def taken_in(community_id: int) -> set[int]:
    """Communities merged into this one, in one step or several: it goes on with their books."""
    pairs = Succession.objects.filter(kind=Succession.Kind.MERGED, successor__isnull=False)
    before: dict[int, set[int]] = {}
    for old, new in pairs.values_list("predecessor", "successor"):
        before.setdefault(new, set()).add(old)
    found, open_ = set(), {community_id}
    while open_:
        open_ = {old for one in open_ for old in before.get(one, ())} - found
        found |= open_
    return found


def reports_visible_to(user):
    return SpendingReport.objects.filter(community__in=communities_visible_to(user))


def batches_visible_to(user):
    """Batches that touch the office's region: paid above it, by it or below it."""
    if not reads_below(user):
        return Batch.objects.none()
    region = user.acting.region
    below = Q(region__position__range=(region.position, region.last))
    above = Q(region__position__lte=region.position, region__last__gte=region.last)
    return Batch.objects.filter(below | above)


def why_not_keep_books(user, community) -> str:
    """The sentence that refuses the community's own entries (receipts, expenses, the report), or ""."""
    posting = user.acting
    if posting is None:
        return NO_POST
    if posting.role != Role.FILER:
        return "只有本社区的申报员可以办理。"
    if posting.community_id == community.pk:
        return ""
    if community.until is not None and community.pk in taken_in(posting.community_id):
        return ""
    return "只有本社区的申报员可以办理。"


def is_finance(posting) -> bool:
    """A finance officer of a finance department at county level or above."""
    return (
        posting is not None
        and posting.role == Role.FINANCE
        and posting.office_id is not None
        and posting.office.department == Department.FINANCE
        and posting.level in PAYING_LEVELS
    )


def why_not_pay(user, region) -> str:
    """Payments are the finance officers', for their region or below."""
    posting = user.acting
    if not is_finance(posting):
        return "拨付由财政部门的财政岗位办理。"
    return "" if posting.region.contains(region.position) else "该地区不在您的办理范围内。"


def department_of(posting) -> str:
    """The department a posting signs for: finance officers for finance, approvers of HR desks for HR; else ""."""
    if posting is None or posting.office_id is None:
        return ""
    if is_finance(posting):
        return Department.FINANCE
    if posting.role == Role.APPROVER and posting.office.department == Department.HR:
        return Department.HR
    return ""


def why_not_audit(user, community, rules) -> str:
    """The sentence that refuses an audit of this community's money at the acting office, or ""."""
    posting = user.acting
    department = department_of(posting)
    if department not in rules.audit_by:
        return "资金审核由财政部门的财政岗位和人力资源和社会保障部门的审核岗位办理。"
    if posting.level not in rules.audit_levels or not posting.region.contains(community.position):
        return "该社区的资金不由您所在单位审核。"
    return personal(user, community)


def why_not_decide(user, community) -> str:
    """Recoveries, stops and their lifting: finance officers and HR approvers from county level up."""
    posting = user.acting
    if not department_of(posting) or posting.level not in PAYING_LEVELS:
        return "由财政部门的财政岗位或人力资源和社会保障部门的审核岗位决定。"
    if not posting.region.contains(community.position):
        return "该社区不在您的办理范围内。"
    return personal(user, community)


def why_not_register(user, community) -> str:
    """What came back is registered by the finance officers."""
    return why_not_pay(user, community)


def why_not_reverse(user, entry) -> str:
    """Who may take an entry back: the community its own, the finance office the rest."""
    if entry.reverses_id is not None:
        return "冲正分录不能再冲正，请另记一笔。"
    if entry.kind in OWN_KINDS:
        return why_not_keep_books(user, entry.community)
    return why_not_register(user, entry.community)


def personal(user, community) -> str:
    """Own and former staff of a community, and whoever declared an interest in it, do not decide about its money."""
    if Posting.objects.filter(user=user, community=community).exists():
        return STAFF
    if DeclaredInterest.objects.filter(user=user, community=community).exists():
        return INTERESTED
    return ""

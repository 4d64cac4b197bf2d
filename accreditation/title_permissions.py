"""Who may do what to a title after it was granted: the level, the role, and nobody in their own affair."""

from accounts.models import DeclaredInterest, Posting, Role
from accreditation.permissions import INTERESTED, STAFF
from accreditation.refusals import NotYours


def personal(user, community) -> str:
    """The sentence that keeps somebody out of the affairs of a community they belong to or declared an interest in."""
    if Posting.objects.filter(user=user, community=community).exists():
        return STAFF
    if DeclaredInterest.objects.filter(user=user, community=community).exists():
        return INTERESTED
    return ""


def personal_among(user, communities) -> dict[int, str]:
    """`personal` for many communities at once: {pk: sentence}; two queries."""
    staff = Posting.objects.filter(user=user, community__in=communities).values_list("community", flat=True)
    held = DeclaredInterest.objects.filter(user=user, community__in=communities).values_list(
        "community", flat=True
    )
    return {**dict.fromkeys(held, INTERESTED), **dict.fromkeys(staff, STAFF)}


def at_desk(user, level, position, *roles) -> str:
    """The sentence that refuses who does not work at the desk of this level above this place in one of the roles; or ""."""
    posting = user.acting
    if posting is None or not posting.has_desk or posting.role not in roles:
        return f"这一事项由{'或'.join(Role(role).label for role in roles)}岗位办理。"
    if posting.level != level or not posting.region.contains(position):
        return "这一事项不在您所在单位的办理范围。"
    return ""


def ask(sentence: str) -> None:
    """Raise NotYours where there is a sentence."""
    if sentence:
        raise NotYours(sentence)

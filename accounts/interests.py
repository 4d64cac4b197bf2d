"""Declaring an interest: the officer neither handles nor decides what this community files."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.account_events import note
from accounts.models import DeclaredInterest


@transaction.atomic
def declare_interest(community, *, by, at, reason, ip=None) -> DeclaredInterest:
    """Register the interest of the acting person in a community; it is not taken back, only added to."""
    if by.acting is None or by.acting.office_id is None or not by.acting.region.contains(community.position):
        raise ValidationError("该社区不在您所在单位的办理范围。")
    try:
        with transaction.atomic():
            interest = DeclaredInterest.objects.create(
                user=by, community=community, reason=reason, declared_at=at
            )
    except IntegrityError:
        raise ValidationError(f"您已经申报过与{community.name}的利害关系。") from None
    note(
        "declare_interest",
        account=by,
        by=by,
        at=at,
        ip=ip,
        after={"社区": community.full_name, "事由": reason},
    )
    return interest

"""The register of offices: name, telephone and address that stand on notices, and whether a second factor is asked."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.account_events import note
from accounts.models import Office
from accounts.people import ask_again
from accounts.permissions import may_manage

DETAILS = {
    "name": "单位名称",
    "phone": "办公电话",
    "address": "办公地址",
    "postcode": "邮政编码",
    "email": "电子邮箱",
    "otp_required": "登录须使用动态口令",
}


@transaction.atomic
def save_office(office: Office, *, by, at, details: dict, ip=None) -> Office:
    """Register an office or change its details; the event keeps what was there before."""
    ask_again(by, at)
    if not may_manage(by, office.region):
        raise ValidationError("这个单位不在您的管理范围内。")
    before = {}
    if office.pk:
        office = Office.objects.select_for_update().select_related("region").get(pk=office.pk)
        before = {label: getattr(office, name) for name, label in DETAILS.items()}
    for name in DETAILS:
        setattr(office, name, details[name])
    try:
        with transaction.atomic():
            office.save()
    except IntegrityError:
        raise ValidationError("这个部门已经登记过，请在单位列表中修改。") from None
    after = {label: getattr(office, name) for name, label in DETAILS.items()}
    changed = {label: value for label, value in after.items() if before.get(label) != value}
    note(
        "save_office",
        account=None,
        by=by,
        at=at,
        ip=ip,
        subject=office.name,
        before={label: before[label] for label in changed if label in before},
        after=changed,
    )
    return office

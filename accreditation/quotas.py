"""Places of a quota: taken and given back under the quota's lock, never more than there are.

`used` is raised by one conditional UPDATE (used < size) after the row is locked; CHECK (used <= size) stands beneath,
and `check_invariants` compares it with the places held. No application is ever counted (a count grows with the table).
"""

from django.conf import settings
from django.db.models import F

from accreditation.models import Quota, QuotaPlace
from accreditation.refusals import NotReady


def over(application, levels):
    """The quotas an entry of the list takes, in the order of their keys."""
    return Quota.objects.filter(
        round_id=application.round_id,
        tier=application.tier,
        region__level__in=levels,
        region__position__lte=application.position,
        region__last__gte=application.position,
    ).order_by("pk")


def take(application, step):
    """Take a place of every quota the step names; refuse with the quota's own sentence when one is full."""
    if not step.caps:
        return
    rows = over(application, step.caps).select_related("region")
    if settings.TEST_SWITCH != "no_lock":
        rows = rows.select_for_update(of=("self",))
    rows = list(rows)
    without = set(step.quotas) - {quota.region.level for quota in rows}
    if without:
        raise NotReady("本批次尚未下达名额，不能列入推荐名单。")
    for quota in rows:
        if settings.TEST_SWITCH == "no_lock":  # the control: read, check, save
            if quota.used < quota.size:
                Quota.objects.filter(pk=quota.pk).update(used=quota.used + 1)
            else:
                raise NotReady(_full(quota))
        elif not Quota.objects.filter(pk=quota.pk, used__lt=F("size")).update(used=F("used") + 1):
            raise NotReady(_full(quota))
        QuotaPlace.objects.create(quota=quota, application=application)


def give_back(application):
    """Free every place the application holds."""
    held = list(application.places.order_by("quota_id").values_list("pk", "quota_id"))
    for pk, quota_id in held:
        Quota.objects.filter(pk=quota_id).update(used=F("used") - 1)
        QuotaPlace.objects.filter(pk=pk).delete()


def _full(quota):
    return f"{quota.region.name}名额已用完（共 {quota.size} 个）。"

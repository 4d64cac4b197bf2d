"""What becomes of applications, titles and notices where a region gets another superior.

Scope is a position, and what is looked through by the thousand keeps its own. A region that moves takes along all that
lies below it, finished or in force, so that those who see it see the same and those who come above it see it too. What
is at work stays with the desks where it began: until that is done the region cannot move (a reading; the sources are
silent).
"""

from django.db.models import F, Q

from accounts.account_events import note
from accreditation.models import (
    ENDED,
    Application,
    ChangeReport,
    Notice,
    Panel,
    Quota,
    RecheckEntry,
    Recognition,
    Round,
    State,
    TitleSum,
)
from regions.divisions import Moved, Occupied
from regions.models import Community, Region

KEPT_BY_POSITION = (Recognition, Application, Notice, RecheckEntry, ChangeReport)


def follow(moved: Moved) -> None:
    """Carry along what is kept by position; Occupied while something below the region is at work.

    Looked for last: whatever began meanwhile has either waited for the communities and has the new place, or is seen.
    """
    for model in KEPT_BY_POSITION:
        model._base_manager.filter(position__range=moved.before).update(position=F("position") + moved.offset)
    if sentence := at_work(moved.region):
        raise Occupied(f"{moved.region.name}{sentence}")
    TitleSum.objects.all().delete()  # sums by city; `tick` counts them again
    note(
        "move_region", account=None, by=None, at=moved.at, subject=moved.region.full_name,
        before={"隶属": moved.path}, after={"隶属": moved.region.path},
    )  # fmt: skip


def at_work(region: Region) -> str:
    """What below a region is not done, as the rest of a sentence; "" for nothing."""
    place = region.position, region.last
    working = Application.objects.filter(position__range=place).exclude(state__in=ENDED)
    working = working.exclude(~Q(round__status=Round.Status.OPEN), state=State.DRAFT)  # never filed
    if number := working.values_list("number", flat=True).first():
        return f"还有在办的申报（{number}），办结后再改变隶属。"
    waiting = RecheckEntry.objects.within(region).waiting()
    if number := waiting.values_list("recognition__number", flat=True).first():
        return f"还有未办结的年度复查（{number}），办结后再改变隶属。"
    for model, word in ((Quota, "名额"), (Panel, "考核评估组")):
        below = model.objects.filter(region__position__range=place)
        if found := below.exclude(round__status=Round.Status.CLOSED).first():
            return f"在尚未结束的批次“{found.round.name}”中已有{word}，批次结束后再改变隶属。"
    return ""


def positions_match(at):
    """What is at work or in force has the position of its community, and a community that of its street."""
    apart = Community.objects.exclude(position=F("street__position"))
    for pk in apart.values_list("pk", flat=True):
        yield f"社区 {pk}：位置与所在街道（乡镇）不符"
    elsewhere = ~Q(position=F("community__position"))
    for pk in Application.objects.filter(elsewhere).exclude(state__in=ENDED).values_list("pk", flat=True):
        yield f"申报 {pk}：位置与社区不符"
    for pk in Recognition.objects.filter(elsewhere, ended_on=None).values_list("pk", flat=True):
        yield f"称号 {pk}：位置与社区不符"
    waiting = RecheckEntry.objects.waiting().exclude(position=F("recognition__position"))
    for pk in waiting.values_list("pk", flat=True):
        yield f"复查登记 {pk}：位置与称号不符"

"""The places a reader means by a name, and rows below them."""

from django.db.models import Q

from accreditation.models import Notice
from regions.models import Community, Region

MOST_PLACES = 50  # regions of one name ("鼓楼区") taken into a query


def places_named(text: str) -> list[Region]:
    """The regions a reader means by a name: exactly it, or beginning with it; none for an unknown one.

    A name may carry what stands above it, as a link of the portal writes it: "湖南省 长沙市".
    """
    regions = Region.objects.standing().exclude(level="nation")
    above, _, name = text.rpartition(" ")
    exact = list(regions.filter(name=name, **({"path__endswith": above} if above else {}))[:MOST_PLACES])
    return exact or list(regions.filter(name__startswith=text)[:MOST_PLACES])


def within(places, column="position") -> Q:
    """The condition of lying in any of the places."""
    found = Q(pk__in=())
    for place in places:
        found |= Q(**{f"{column}__range": (place.position, place.last)})
    return found


def position_of_community(pk) -> int | None:
    """Where a community lies, for the clock of its place; None for an unknown one."""
    return Community.objects.filter(pk=pk).values_list("position", flat=True).first()


def position_of_notice(pk) -> int | None:
    """Where the office of a notice stands, for the clock of its place; None for an unknown one."""
    return Notice.objects.filter(pk=pk).values_list("position", flat=True).first()

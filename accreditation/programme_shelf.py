"""The programmes that concern a region: those whose issuing office's place holds it, or lies below it."""

from dataclasses import dataclass, field

from django.db.models import Q

from accreditation.models import Programme, ProgrammeVersion, Round
from regions.models import Region


@dataclass
class Shelved:
    """A programme with its loaded versions (the latest first), the region that runs its rounds, and those rounds."""

    programme: Programme
    versions: list[ProgrammeVersion]
    place: Region
    rounds: list[Round] = field(default_factory=list)

    @property
    def latest(self) -> ProgrammeVersion:
        return self.versions[0]

    @property
    def missing(self) -> list[dict]:
        return self.latest.data.get("missing", [])


def shelf(region) -> list[Shelved]:
    """Every programme of the region's shelf by its key. Three queries, however many."""
    versions = ProgrammeVersion.objects.select_related("programme", "rubric").order_by(
        "programme__key", "-loaded_at", "-pk"
    )
    by_programme: dict[int, list[ProgrammeVersion]] = {}
    for version in versions:
        by_programme.setdefault(version.programme_id, []).append(version)
    wanted = {pk: _place(found[0]) for pk, found in by_programme.items()}
    asked = Q()
    for level, name in set(wanted.values()):
        asked |= Q(level=level, name=name)
    places = {}
    if asked:
        for place in Region.objects.standing().filter(asked):
            places.setdefault((place.level, place.name), place)
    found = []
    for pk, own in by_programme.items():
        place = places.get(wanted[pk])
        if place and (place.contains(region.position) or region.contains(place.position)):
            found.append(Shelved(own[0].programme, own, place))
    rounds = Round.objects.filter(version__programme__in=[s.programme.pk for s in found])
    for round_ in rounds.select_related("version", "region"):
        next(s for s in found if s.programme.pk == round_.version.programme_id).rounds.append(round_)
    return found


def on_shelf(region, key: str) -> Shelved | None:
    """One programme of the shelf by its key."""
    return next((shelved for shelved in shelf(region) if shelved.programme.key == key), None)


def _place(version):
    place = version.data["source"]["place"]
    return place["level"], place["name"]

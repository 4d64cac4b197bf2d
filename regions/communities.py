"""Changes of the community registry: founding, renaming, moving, merging, splitting, abolishing.

A community is its key; name, street and code are dated attributes, and what they were stays readable
(FormerCommunity, Succession). Nothing here knows of titles or money: upper floors ask `current` who came after.
"""

import datetime as dt
from collections.abc import Collection, Iterable

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction

from regions.divisions import place_of
from regions.models import Community, FormerCommunity, Region, Succession


class RegistryRefused(ValidationError):
    """A change of the registry that cannot be made; the sentence says why."""


@transaction.atomic
def create_community(
    street: Region, name: str, *, kind: str = Community.Kind.URBAN, since: dt.date | None = None, **facts
) -> Community:
    """A new community below a street (or a town directly below a city); `facts` are further fields of the model."""
    street = _street(street)
    name = _name(name)
    _refuse_twin(street, name)
    return Community.objects.create(
        name=name,
        kind=kind,
        street=street,
        position=street.position,
        place=place_of(street),
        since=since,
        **facts,
    )


@transaction.atomic
def rename(community: Community, name: str, *, on: dt.date, document: str = "") -> Community:
    """Give a community another name from `on`; the old one stays as history and is still found by search."""
    held, name = _hold(community), _name(name)
    if name == held.name:
        raise RegistryRefused(f"{held.name}的名称没有变化。")
    _refuse_twin(held.street, name, but=held)
    _remember(held, on, document)
    held.name = name
    return _save(held, "name")


@transaction.atomic
def recode(
    community: Community, code: str, *, code_date: dt.date, on: dt.date, document: str = ""
) -> Community:
    """Give a community another statistical code from `on`; the old one stays as history."""
    held = _hold(community)
    if code == held.code:
        raise RegistryRefused(f"{held.name}的代码没有变化。")
    if held.code:
        _remember(held, on, document)
    held.code, held.code_date = code, code_date
    return _save(held, "code", "code_date")


@transaction.atomic
def move(community: Community, street: Region, *, on: dt.date, document: str = "") -> Community:
    """Let a community belong to another street from `on`; position and place follow."""
    held, street = _hold(community), _street(street)
    if street.pk == held.street_id:
        raise RegistryRefused(f"{held.name}已经属于{street.name}。")
    _refuse_twin(street, held.name, but=held)
    _remember(held, on, document)
    held.street, held.position, held.place = street, street.position, place_of(street)
    return _save(held, "street", "position", "place")


@transaction.atomic
def merge(
    communities: Iterable[Community],
    *,
    on: dt.date,
    document: str = "",
    into: Community | None = None,
    street: Region | None = None,
    name: str = "",
    **facts,
) -> Community:
    """Merge communities into a standing one (`into`), or into a new one of that street and name; returns it.

    The merged ones end on `on`; `into` is not among them.
    """
    held = _hold_all(communities)
    if into is not None:
        if any(one.pk == into.pk for one in held):
            raise RegistryRefused(f"{into.name}是合并后保留的社区，不应同时列为被合并的社区。")
        into = _hold(into)
    elif len(held) < 2:
        raise RegistryRefused("合并为新社区，至少要选两个社区。")
    for one in held:
        _end(one, on)
    into = into or create_community(
        street or held[0].street, name, since=on, **{"kind": held[0].kind} | facts
    )
    _succeed(Succession.Kind.MERGED, held, [into], on, document)
    return into


@transaction.atomic
def split(community: Community, parts: Iterable[dict], *, on: dt.date, document: str = "") -> list[Community]:
    """End a community and found at least two in its place; a part is a dict of name and further facts.

    `street` and `kind` default to those of the community.
    """
    held, parts = _hold(community), list(parts)
    if len(parts) < 2:
        raise RegistryRefused("拆分后至少应有两个社区。")
    _end(held, on)
    founded = [
        create_community(**{"street": held.street, "kind": held.kind, "since": on} | part) for part in parts
    ]
    _succeed(Succession.Kind.SPLIT, [held], founded, on, document)
    return founded


@transaction.atomic
def abolish(community: Community, *, on: dt.date, document: str = "") -> Community:
    """End a community without a successor."""
    held = _hold(community)
    _end(held, on)
    Succession.objects.create(kind=Succession.Kind.ABOLISHED, predecessor=held, on=on, document=document)
    return held


def hold_place(community: Community) -> Community:
    """The community as it is stored now, kept from moving, merging or ending until the transaction is over.

    Whoever writes down where a community lies takes it from here and not from a page opened before.
    """
    if settings.TEST_SWITCH == "no_lock":  # the race tests' control shows what happens without
        return community
    return Community.objects.select_for_update(no_key=True).get(pk=community.pk)


def hold_all(keys: Collection[int]) -> list[Community]:
    """The communities, kept from being applied for or changed otherwise until the transaction is over.

    Locked in the order of their keys, so that two changes cannot block each other.
    """
    rows = Community.objects.filter(pk__in=keys).order_by("pk")
    return list(rows if settings.TEST_SWITCH == "no_lock" else rows.select_for_update())


def current(community: Community) -> list[Community]:
    """The standing communities that came out of this one: itself, its successors, or none at all."""
    return heirs([community])[community.pk]


def heirs(communities: Collection[Community]) -> dict[int, list[Community]]:
    """`current` of several at once, by key: one query a generation, whatever the number of communities.

    Communities in the order of the lists, each once.
    """
    known, asked = {one.pk: one for one in communities}, list(communities)
    next_of: dict[int, list[int]] = {}
    while ended := [one.pk for one in asked if one.until is not None]:
        changes = Succession.objects.filter(predecessor__in=ended, successor__isnull=False)
        asked = []
        for change in changes.select_related("successor").order_by("pk"):
            next_of.setdefault(change.predecessor_id, []).append(change.successor_id)
            if change.successor_id not in known:
                known[change.successor_id] = change.successor
                asked.append(change.successor)
    return {one.pk: _standing(one.pk, known, next_of) for one in communities}


def _standing(key, known, next_of):
    """What stands at the ends of the ways from one community, without walking a way twice."""
    found, seen, walk = [], set(), [key]
    while walk:
        key = walk.pop()
        if key not in seen:
            seen.add(key)
            found += [known[key]] if known[key].until is None else []
            walk += next_of.get(key, [])
    return sorted(found, key=lambda one: (one.position, one.pk))


def _street(region):
    """The street's row as stored; communities live only on a standing street or town."""
    street = Region.objects.select_for_update().get(pk=region.pk)
    if street.level != Region.Level.STREET:
        raise RegistryRefused(f"{street.name}不是乡镇（街道），社区须设在乡镇（街道）之下。")
    if street.until is not None:
        raise RegistryRefused(f"{street.name}已于 {street.until.isoformat()} 停用。")
    return street


def _name(name):
    name = name.strip()
    if not name:
        raise RegistryRefused("请填写社区名称。")
    return name


def _refuse_twin(street, name, but=None):
    """No two standing communities of one name on one street."""
    twins = Community.objects.standing().filter(street=street, name=name)
    if twins.exclude(pk=but.pk if but else None).exists():
        raise RegistryRefused(f"{street.name}已有名为“{name}”的社区。")


def _hold(community):
    """Lock a community's row and make sure that it still stands."""
    held = Community.objects.select_for_update().get(pk=community.pk)
    if held.until is not None:
        raise RegistryRefused(f"{held.name}已于 {held.until.isoformat()} 撤并。")
    return held


def _hold_all(communities):
    """Lock several rows and make sure that they still stand."""
    keys = {one.pk for one in communities}
    if not keys:
        raise RegistryRefused("请选择社区。")
    held = hold_all(keys)
    for one in held:
        if one.until is not None:
            raise RegistryRefused(f"{one.name}已于 {one.until.isoformat()} 撤并。")
    return held


def _remember(held, on, document):
    FormerCommunity.objects.create(
        community=held,
        name=held.name,
        street=held.street,
        place=held.place,
        code=held.code,
        until=on,
        document=document,
    )


def _end(held, on):
    if held.since and on < held.since:
        raise RegistryRefused(f"{held.name}于 {held.since.isoformat()} 设立，撤并日期不能更早。")
    held.until = on
    _save(held, "until")


def _save(held, *fields):
    held.edition += 1
    held.save(update_fields=[*fields, "edition"])
    return held


def _succeed(kind, before, after, on, document):
    Succession.objects.bulk_create(
        Succession(kind=kind, predecessor=old, successor=new, on=on, document=document)
        for old in before
        for new in after
    )

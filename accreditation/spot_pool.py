"""What a spot check is drawn from: the titles, the inspectors, and the text of both that is published before the draw."""

from django.conf import settings

from accounts.models import DeclaredInterest, Posting, Role
from accreditation import spot_draw
from accreditation.models import Recognition
from accreditation.refusals import NotReady
from regions.models import Region

LEVELS = ("county", "city", "province")
OWN_LEVEL = "本级"  # the place of who works above the counties


def titles_in(region, money, day):
    """The titles a spot check may come upon, in the order of the registry."""
    return (
        Recognition.objects.held_on(day)
        .filter(money__in=money, position__range=(region.position, region.last))
        .select_related("community")
        .order_by("number")
    )


def inspectors_in(region, day) -> list[Posting]:
    """Who may be drawn: handlers and approvers with a desk within the region, once each by the first posting."""
    rows = (
        Posting.objects.on(day)
        .filter(
            role__in=(Role.HANDLER, Role.APPROVER),
            office__region__position__range=(region.position, region.last),
        )
        .select_related("office__region", "user")
        .order_by("user", "pk")
    )
    found: dict[int, Posting] = {}
    for posting in rows:
        if posting.has_desk and posting.user.is_active and posting.office.region.level in LEVELS:
            found.setdefault(posting.user_id, posting)
    return list(found.values())


def pool_of(
    region, *, money, share, least, reserves, each, people, left_out=None, directed=None, day
) -> tuple[str, dict[int, Recognition]]:
    """The pool file, byte for byte as it is published (spot_draw tells its lines), and its titles by their key.

    share in per cent, least and reserves per stratum, each: inspectors per title; people: postings; left_out and directed:
    {title pk: reason}. Raises NotReady with everything that does not do.
    """
    left_out, directed = left_out or {}, directed or {}
    titles = list(titles_in(region, money, day))
    found = {}
    if not 1 <= share <= 100:
        found["share"] = "抽查比例应在 1% 到 100% 之间。"
    if least < 0 or reserves < 0:
        found["least"] = "每层至少抽取数和备选数不能小于 0。"
    if each < 1:
        found["each"] = "每个称号至少由 1 人检查。"
    if any(not reason.strip() for reason in (*left_out.values(), *directed.values())):
        found["left_out"] = "不列入抽取或定向检查的，请逐个写明理由。"
    if set(left_out) & set(directed):
        found["directed"] = "同一称号不能既不列入抽取又定向检查。"
    if not [title for title in titles if title.pk not in left_out and title.pk not in directed]:
        found["money"] = "没有可以抽取的称号。"
    if found:
        raise NotReady(found)
    pool = "".join(
        f"{line}\n"
        for line in (
            f"R\t{share}\t{least}\t{reserves}\t{each}\t{settings.DRAW_HASH}",
            *_lines(region, titles, left_out, directed, people),
        )
    )
    if short := _too_few(pool, each):
        raise NotReady({"people": short})
    return pool, {title.pk: title for title in titles}


def _lines(region, titles, left_out, directed, people):
    counties = _counties(region)
    for title in titles:
        if title.pk in left_out:
            yield f"X\t{title.number}\t{plain(left_out[title.pk])}"
            continue
        county = _county_of(counties, title.position)
        name = plain(title.community.name)
        if title.pk in directed:
            yield f"D\t{title.number}\t{county}\t{name}\t{plain(directed[title.pk])}"
        else:
            yield f"T\t{title.get_money_display()} {county}\t{title.number}\t{county}\t{name}"
    for posting in people:
        yield f"I\t{code_of(posting.user_id)}\t{_county_of(counties, posting.office.region.position)}"
    tied = _ties([posting.user_id for posting in people], [title.community_id for title in titles])
    for title in titles:
        for user in sorted(tied.get(title.community_id, ())):
            yield f"B\t{title.number}\t{code_of(user)}"


def _too_few(pool, each) -> str:
    """The sentence about the first title for which there are not enough people from elsewhere, or ""."""
    rows = spot_draw.read(pool)
    homes = dict(rows["I"])
    barred: dict[str, set[str]] = {}
    for number, code in rows["B"]:
        barred.setdefault(number, set()).add(code)
    elsewhere: dict[str, set[str]] = {}
    for number, where, name, *_ in [title[1:] for title in rows["T"]] + rows["D"]:
        if where not in elsewhere:
            elsewhere[where] = {code for code, home in homes.items() if home != where}
        able = len(elsewhere[where] - barred.get(number, set()))
        if able < each:
            return f"{where}{name}（{number}）只有 {able} 名外县（市、区）且无需回避的检查人员，少于每个称号 {each} 人。"
    return ""


def strata(pool: str) -> list[tuple[str, int, int, int]]:
    """(stratum, titles in it, drawn, reserves) of a pool file, in the order of the draw."""
    rows = spot_draw.read(pool)
    share, least, reserves, _each = spot_draw.sizes(rows)
    counts: dict[str, int] = {}
    for stratum, *_title in rows["T"]:
        counts[stratum] = counts.get(stratum, 0) + 1
    told = []
    for stratum in sorted(counts):
        drawn = spot_draw.size(counts[stratum], share, least)
        told.append((stratum, counts[stratum], drawn, min(reserves, counts[stratum] - drawn)))
    return told


def plain(text: str) -> str:
    """A text on one line, so that it may stand in the file."""
    return " ".join(text.split())


def code_of(user_pk: int) -> str:
    """How an inspector stands in the published pool: a number without a name."""
    return f"P{user_pk}"


def _counties(region):
    inside = Region.objects.filter(level="county", position__range=(region.position, region.last))
    return list(inside.order_by("position"))


def _county_of(counties, position) -> str:
    found = next((county for county in counties if county.contains(position)), None)
    return found.name if found else OWN_LEVEL


def _ties(users, communities):
    """{community: users} of own and former staff and declared interests."""
    found: dict[int, set[int]] = {}
    rows = Posting.objects.filter(user__in=users, community__in=communities).values_list("community", "user")
    declared = DeclaredInterest.objects.filter(user__in=users, community__in=communities)
    for community, user in (*rows, *declared.values_list("community", "user")):
        found.setdefault(community, set()).add(user)
    return found

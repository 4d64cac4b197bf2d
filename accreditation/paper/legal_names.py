"""The full legal name of a community: 省+市+县+乡镇（街道）+××社区居民委员会 (domain of certificates, seals and decisions)."""

from regions.models import Community

COMMITTEES = {Community.Kind.URBAN: "居民委员会", Community.Kind.VILLAGE: "村民委员会"}
SHORT = {"居委会": "居民委员会", "村委会": "村民委员会"}


def joined(place: str) -> str:
    """A place as one word: 湖南省长沙市岳麓区橘子洲街道."""
    return "".join(place.split())


def legal_name(community: Community) -> str:
    """The place and the committee's name in full; short endings (居委会, 村委会) are written out."""
    return f"{joined(community.place)}{committee(community.name, community.kind)}"


def committee(name: str, kind: str) -> str:
    """桂花社区 → 桂花社区居民委员会, 李家村 → 李家村村民委员会, 建设路居委会 → 建设路居民委员会."""
    if name.endswith(tuple(SHORT.values())):
        return name
    for short, full in SHORT.items():
        if name.endswith(short):
            stem = name.removesuffix(short)
            # 李家村委会 is 李家村 + 村委会 with one 村 left out; 李家村村委会 has both.
            return f"{stem}{'村' if short == '村委会' and not stem.endswith('村') else ''}{full}"
    if name.endswith("社区"):
        return f"{name}居民委员会"
    if name.endswith("村") and kind == Community.Kind.VILLAGE:
        return f"{name}村民委员会"
    return f"{name}{'社区' if kind == Community.Kind.URBAN else '村'}{COMMITTEES[kind]}"

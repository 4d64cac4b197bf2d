"""The community that a row of a table means, by code or by name, also under a name it bore before."""

from accounts.imports.undoing import chunks
from regions.models import Community, FormerCommunity, Region

FIELDS = ("pk", "name", "position", "place", "code", "until", "kind")


class Finder:
    """Every community of a region that the lines may mean, found in a constant number of queries for a chunk of names."""

    def __init__(self, root: Region, lines):
        self.root = root
        self.named, self.former, self.coded = {}, {}, {}
        names = {line.get("name") for line in lines} - {None}
        codes = {line.get("code") for line in lines} - {None}
        inside = Community.objects.within(root)
        for part in chunks(names):
            for row in inside.filter(name__in=part).values(*FIELDS).iterator(chunk_size=5000):
                self.named.setdefault(row["name"], []).append(row)
            former = FormerCommunity.objects.filter(
                name__in=part, community__position__range=(root.position, root.last)
            )
            for name, place, pk in former.values_list("name", "place", "community"):
                self.former.setdefault(name, []).append((place, pk))
        for part in chunks(codes):
            for row in inside.filter(code__in=part).values(*FIELDS).iterator(chunk_size=5000):
                if row["until"] is None or row["code"] not in self.coded:
                    self.coded[row["code"]] = row
        found = {pk for rows in self.former.values() for _, pk in rows}
        self.by_key = {}
        for part in chunks(found):
            self.by_key |= {row["pk"]: row for row in inside.filter(pk__in=part).values(*FIELDS)}

    def community(self, line) -> dict | None:
        """The community's fields; a fault at the line where there is none or more than one, a hint where it has another name now."""
        if code := line.get("code"):
            found = self.coded.get(code)
            if found is None:
                line.wrong("code", f"在{self.root.name}没有找到代码为“{code}”的社区，请核对。")
            return self._told(line, found) if found else None
        name = line.get("name")
        if not name:
            return None
        above = [line.get(key) for key in ("city", "county", "street") if line.get(key)]
        rows = [row for row in self.named.get(name, ()) if _fits(row["place"], above)]
        rows = [row for row in rows if row["until"] is None] or rows
        if not rows:
            keys = {pk for place, pk in self.former.get(name, ()) if _fits(place, above)}
            rows = [self.by_key[key] for key in keys]
        if len(rows) == 1:
            return self._told(line, rows[0])
        way = " ".join([*above, name])
        if rows:
            line.wrong(
                "name",
                f"有 {len(rows)} 个“{way}”，请同时填写县（市、区）和乡镇（街道），或者填写统计用区划代码。",
            )
        else:
            line.wrong(
                "name",
                f"在{self.root.name}没有找到“{way}”，请核对名称；名单里没有的，请先导入社区（村）名单。",
            )
        return None

    def _told(self, line, row):
        if line.get("name") and row["name"] != line.get("name"):
            line.hints.append(
                (
                    "name",
                    f"按“{row['name']}”（{row['place']}）登记，它曾名“{line.get('name')}”或代码相同，请核对。",
                )
            )
        elif row["until"] is not None:
            line.hints.append(("name", f"该社区已于 {row['until'].isoformat()} 撤并。"))
        return row


def _fits(place, above) -> bool:
    words = place.split()
    return all(one in words for one in above)

"""The places of a round from a table: what the organiser, or the upper region that splits its own, gives to each region.

The verb is `rounds.set_quotas`: all or none, never below what is used; a live round is changed by a document alone.
"""

import json

from django.core.exceptions import ValidationError
from django.http import Http404
from django.urls import reverse

from accounts.imports import values
from accounts.imports.columns import Column
from accounts.imports.kinds import Item, Kind, Outcome
from accreditation import quota_table, rounds
from accreditation.models import Quota, Round
from accreditation.refusals import NotReady


class Quotas(Kind):
    key = "quotas"
    title = "名额分配表"
    unit = "行"
    lead = "批次的名额，一行一个地区；空着的不改动，不给名额的填 0。"
    listed = False
    most = 10_000
    asks = ("document_number", "reason")

    def scope(self, user, of):
        found = Round.objects.select_related("version", "region").filter(pk=of).first() if of else None
        if found is None:
            raise Http404
        return found

    def scope_name(self, scope):
        return scope.name

    def why_not(self, user, scope):
        if user.acting is None or user.acting.office_id is None or not self._mine(user, scope):
            return "名额由主办单位的审核岗位下达；向下分配的，由分得名额的单位办理。"
        return "该批次已经结束，名额不再变动。" if scope.status == Round.Status.CLOSED else ""

    def asked(self, scope):
        return self.asks if scope.status == Round.Status.OPEN else ()

    def back(self, scope):
        return reverse("accreditation:quotas", args=[scope.pk]), "名额"

    def _mine(self, user, scope):
        return [row for row in quota_table.table(scope) if quota_table.may_set(user, scope, row)]

    def columns(self, scope, user):
        tiers = {tier["name"]: tier["key"] for tier in scope.version.data["tiers"]}
        return (
            Column("above", "上级", values.line(60), ("上级地区", "所属市"), hint="有同名地区的填写"),
            Column("place", "地区", values.line(60), ("单位", "市州", "县区", "市（州）", "县（市、区）", "名称"), needed=True, width=20),
            Column(
                "tier", "申报层级", values.choice(tiers), ("层级", "类别", "称号"), needed=len(tiers) > 1, choices=tuple(tiers),
                hint="从下拉列表选择", width=24,
            ),
            Column("size", "名额", values.whole, ("分配名额", "推荐名额", "名额数", "数量"), hint="0 或更大的整数；空着的不改动", text=False, width=10),
        )  # fmt: skip

    def rows(self, scope, user):
        names = {tier["key"]: tier["name"] for tier in scope.version.data["tiers"]}
        return [
            {
                "above": row.region.path.split()[-1] if row.region.path else "",
                "place": row.region.name,
                "tier": names[row.tier],
                "size": row.size,
            }
            for row in self._mine(user, scope)
        ]

    def plan(self, lines, scope, *, by, at, asked):
        table = quota_table.table(scope)
        mine = {row.key for row in table if quota_table.may_set(by, scope, row)}
        named = {}
        for row in table:
            named.setdefault((row.tier, row.region.name), []).append(row)
        only = scope.version.data["tiers"][0]["key"] if len(scope.version.data["tiers"]) == 1 else None
        said, items = {}, []
        for line in lines:
            item = Item(line, title=line.get("place") or "", outcome=Outcome.UNCHANGED)
            items.append(item)
            if row := _row(line, line.get("tier") or only, named, mine, said):
                _weigh(item, row)
        sizes = {item.data["key"]: item.line.get("size") for item in items if "key" in item.data}
        wrong = quota_table.wrong(table, sizes)
        for item in items:
            if sentence := wrong.get(item.data.get("key")):
                item.line.wrong("size", sentence)
        return items

    def apply(self, items, scope, *, by, at, batch, asked):
        written = {item.data["key"]: item for item in items if item.outcome in (Outcome.NEW, Outcome.CHANGED)}
        saved = rounds.set_quotas(
            scope,
            {key: item.line.get("size") for key, item in written.items()},
            by=by,
            at=at,
            shown={key: item.before["size"] for key, item in written.items()},
            **asked,
        )
        for item, quota in zip(written.values(), saved, strict=True):
            item.target, item.after = quota.pk, {"size": quota.size}

    def why_not_undo(self, lines, scope, *, by, at):
        if Round.objects.get(pk=scope.pk).status != Round.Status.PREPARING:
            return "批次已经开启，名额的变动以文件为据，请在名额页面按文件调整，不能撤销。"
        now = dict(Quota.objects.filter(round=scope).values_list("pk", "size"))
        moved = [line.title for line in lines if now.get(line.target) != json.loads(line.after)["size"]]
        if moved:
            return f"“{moved[0]}”的名额在导入以后又有变动，不能撤销。"
        used = (
            Quota.objects.filter(pk__in=[line.target for line in lines], used__gt=0)
            .select_related("region")
            .first()
        )
        return f"“{used.region.name}”的名额已经使用，不能撤销。" if used else ""

    def undo(self, lines, scope, *, by, at):
        fresh = [line.target for line in lines if line.outcome == Outcome.NEW]
        Quota.objects.filter(pk__in=fresh, used=0).delete()
        before = {
            line.target: json.loads(line.before)["size"] for line in lines if line.outcome == Outcome.CHANGED
        }
        keys = {quota.pk: f"{quota.tier}-{quota.region_id}" for quota in Quota.objects.filter(pk__in=before)}
        if not keys:
            return
        try:
            rounds.set_quotas(
                scope, {keys[pk]: size for pk, size in before.items() if pk in keys}, by=by, at=at
            )
        except NotReady as refusal:
            raise ValidationError(refusal.messages) from None


def _row(line, tier, named, mine, said):
    """The row of the table that a line means, or a fault."""
    place = line.get("place")
    if not place or not tier:
        return None
    rows = named.get((tier, place), [])
    if above := line.get("above"):
        rows = [row for row in rows if above in row.region.path.split()]
    if len(rows) > 1:
        line.wrong("place", f"有 {len(rows)} 个“{place}”，请同时填写上级。")
    elif not rows:
        line.wrong("place", f"本批次的名额表里没有“{place}”，请核对名称。")
    elif rows[0].key not in mine:
        line.wrong("place", f"{place}的名额不由本单位下达。")
    elif (first := said.setdefault(rows[0].key, line.row)) != line.row:
        line.wrong("place", f"与第 {first} 行是同一个地区。")
    else:
        return rows[0]
    return None


def _weigh(item, row):
    size = item.line.get("size")
    if size is None or size == row.size:
        return
    item.outcome = Outcome.NEW if row.quota is None else Outcome.CHANGED
    item.before, item.data = {"size": row.size}, {"key": row.key}
    item.changes = [("名额", "（空）" if row.size is None else str(row.size), str(size))]
    item.target = row.quota.pk if row.quota else None

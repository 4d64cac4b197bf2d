"""Spot checks as everyone reads them: what was fixed and told when, what was drawn, and that anyone may repeat it.

Inspectors and who ran the draw appear as codes alone; what somebody wrote (why a draw is void, why an inspector stepped
back) stands without names of inspectors and without numbers of persons. Passed or failed is told when the findings of the
whole draw are complete and `SPOT_CHECK_RESULTS` says so; what was found is never public.
"""

import datetime as dt
import json
from dataclasses import dataclass, field
from functools import lru_cache

from django.conf import settings
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from accreditation import spot_draw
from accreditation.models import Draw, DrawInspector, DrawTarget
from accreditation.public.published import masked
from accreditation.spot_pool import code_of, strata


@dataclass(frozen=True)
class DrawLine:
    """A spot check in the list."""

    pk: int
    name: str
    issuer: str
    year: int
    state: str
    frozen_at: dt.datetime
    drawn_at: dt.datetime | None
    pool_hash: str
    drawn: int


@dataclass(frozen=True)
class Stratum:
    name: str
    titles: int
    drawn: int
    reserves: list[str]  # numbers of certificates, in order; empty before the draw


@dataclass(frozen=True)
class ShownTarget:
    """A title that is looked at. passed: None as long as results are not public."""

    pk: int
    number: str
    name: str
    place: str
    community: int
    tier_name: str
    order: int
    reason: str  # why it was named; empty for one that was drawn
    passed: bool | None
    inspectors: list[str] = field(default_factory=list)  # codes
    recused: list[tuple[str, str]] = field(default_factory=list)  # code, reason


@dataclass(frozen=True)
class ShownDraw:
    """One spot check. nonce, seed and result are empty before the draw."""

    pk: int
    name: str
    issuer: str
    year: int
    state: str
    frozen_at: dt.datetime
    drawn_at: dt.datetime | None
    pool_hash: str
    nonce_hash: str
    hash_name: str
    seed_source: str
    seed: str
    nonce: str
    void_reason: str
    share: int
    least: int
    spare: int
    each: int
    titles: int
    people: int
    named: int
    left_out: int
    strata: list[Stratum]
    operators: dict[str, str]  # codes: froze, entered, drew
    replaces: int | None
    replaced_by: int | None
    results: bool  # whether passed or failed is told


def draws(at) -> "list":
    """Spot checks as a queryset of rows of DrawLine, the latest first. Nothing of a later moment."""
    listed = DrawTarget.objects.filter(draw=OuterRef("pk"), order__gt=0).order_by().values("draw")
    rows = Draw.objects.filter(frozen_at__lte=at).order_by("-pk")
    return rows.annotate(
        issuer=F("office__name"), drawn=Coalesce(Subquery(listed.annotate(number=Count("pk")).values("number")), 0)
    ).values_list(*DrawLine.__dataclass_fields__, named=True)  # fmt: skip


def draw_lines(rows) -> list[DrawLine]:
    """The rows of a page."""
    return [DrawLine(*row._replace(name=masked(row.name))) for row in rows]


def _found(pk, at):
    rows = Draw.objects.select_related("office", "region").filter(pk=pk, frozen_at__lte=at)
    return rows.first()


def draw(pk, at) -> ShownDraw | None:
    """One spot check; None where there is none."""
    row = _found(pk, at)
    if row is None:
        return None
    pool, told = spot_draw.read(row.pool), bool(row.result)
    share, least, spare, each = spot_draw.sizes(pool)
    reserves = json.loads(row.result)["reserves"] if told else {}
    people = {"froze": row.frozen_by_id, "entered": row.entered_by_id, "drew": row.drawn_by_id}
    hidden = _hiding(_names(row.pk, people.values()))
    return ShownDraw(
        pk=row.pk, name=masked(row.name), issuer=row.office.name, year=row.year, state=row.state,
        frozen_at=row.frozen_at, drawn_at=row.drawn_at, pool_hash=row.pool_hash, nonce_hash=row.nonce_hash,
        hash_name=spot_draw.HASHES[spot_draw.hash_of(row.pool)],
        seed_source=masked(row.seed_source), seed=row.public_seed if told else "", nonce=row.nonce if told else "",
        void_reason=hidden(row.void_reason), share=share, least=least, spare=spare, each=each,
        titles=len(pool["T"]), people=len(pool["I"]), named=len(pool["D"]), left_out=len(pool["X"]),
        strata=[
            Stratum(name, count, drawn, reserves.get(name, [])) for name, count, drawn, _spare in strata(row.pool)
        ],
        operators={key: code_of(user) for key, user in people.items() if user and (told or key == "froze")},
        replaces=row.replaces_id, replaced_by=Draw.objects.filter(replaces=row).values_list("pk", flat=True).first(),
        results=_complete(row.pk),
    )  # fmt: skip


def _names(draw_pk, users) -> dict[str, str]:
    """{name: code} of everybody who must not appear by name."""
    inspectors = DrawInspector.objects.filter(target__draw=draw_pk).values_list("user__name", "user")
    people = Draw._meta.get_field("frozen_by").related_model.objects.filter(pk__in=[u for u in users if u])
    return {name: code_of(user) for name, user in (*inspectors, *people.values_list("name", "pk"))}


def _hiding(names):
    """A function that puts codes in the place of names in a text, and masks numbers of persons."""

    def hidden(text):
        for name, code in sorted(names.items(), key=lambda pair: -len(pair[0])):
            text = text.replace(name, code)
        return masked(text)

    return hidden


def _complete(pk) -> bool:
    """Whether results are told: by the setting, and not before everything was looked at."""
    if not settings.SPOT_CHECK_RESULTS:
        return False
    counted = DrawTarget.objects.filter(draw=pk, draw__state=Draw.State.DRAWN).aggregate(
        every=Count("pk"), found=Count("pk", filter=Q(passed__isnull=False))
    )
    return 0 < counted["every"] == counted["found"]


TARGET = (
    "pk", "recognition__number", "recognition__community__name", "recognition__community__place", "recognition__community",
    "recognition__tier_name", "order", "directed_reason", "passed",
)  # fmt: skip


def draw_targets(pk, *, named=False):
    """Rows of the titles drawn, in order, or of those named for a risk; `told_targets` makes a page of them."""
    rows = DrawTarget.objects.filter(draw=pk, **({"order": 0} if named else {"order__gt": 0}))
    return rows.order_by("order", "pk").values_list(*TARGET)


def told_targets(found: ShownDraw, rows) -> list[ShownTarget]:
    """A page of rows with the codes of who looks and who stepped back."""
    targets = {
        row[0]: ShownTarget(*row[:-2], reason=masked(row[-2]), passed=row[-1] if found.results else None)
        for row in rows
    }
    hidden = _hiding(_names(found.pk, ()))
    people = DrawInspector.objects.filter(target__in=targets).order_by("pk")
    for target, user, recused, reason in people.values_list("target", "user", "recused_at", "recused_reason"):
        if recused:
            targets[target].recused.append((code_of(user), hidden(reason)))
        else:
            targets[target].inspectors.append(code_of(user))
    return list(targets.values())


def draw_pool(pk, at) -> str | None:
    """The pool file, byte for byte as its hash was told; None where there is no draw."""
    return Draw.objects.filter(pk=pk, frozen_at__lte=at).values_list("pool", flat=True).first()


@dataclass(frozen=True)
class Repeated:
    """A draw computed anew from what is public, each part beside the record."""

    pool_hash: str
    nonce_hash: str
    drawn: list[tuple[int, str, str]]  # place in the order, number by the computation, number by the record
    hashes: bool
    order: bool
    reserves: bool
    inspectors: bool

    @property
    def same(self) -> bool:
        return self.hashes and self.order and self.reserves and self.inspectors


@lru_cache(maxsize=16)
def _computed(pool, seed):
    """The draw of a text: the same for every reader, so that it is not computed for each."""
    return spot_draw.draw(pool, seed)


def repeated(pk, at) -> Repeated | None:
    """The draw computed anew; None where there is none or nothing was drawn yet."""
    row = _found(pk, at)
    if row is None or not row.result:
        return None
    now, kept = _computed(row.pool, spot_draw.seed_of(row.public_seed, row.nonce)), json.loads(row.result)
    pool_hash, nonce_hash = spot_draw.pool_hash(row.pool), spot_draw.nonce_hash(row.nonce, row.pool)
    most = max(len(now["drawn"]), len(kept["drawn"]))
    sides = [side + [""] * (most - len(side)) for side in (now["drawn"], kept["drawn"])]
    return Repeated(
        pool_hash=pool_hash, nonce_hash=nonce_hash,
        drawn=[(number, *pair) for number, pair in enumerate(zip(*sides, strict=True), 1)],
        hashes=(pool_hash, nonce_hash) == (row.pool_hash, row.nonce_hash), order=now["drawn"] == kept["drawn"],
        reserves=now["reserves"] == kept["reserves"], inspectors=now["inspectors"] == kept["inspectors"],
    )  # fmt: skip


@dataclass(frozen=True)
class TitleDraw:
    """That a title was drawn, or named, in a spot check."""

    pk: int
    name: str
    year: int
    drawn: bool
    number: str
    passed: bool | None


def draws_of(at, **title) -> list[TitleDraw]:
    """The spot checks that a title (number=…) or a community's titles (community=…) came into; void ones left out."""
    rows = DrawTarget.objects.filter(
        draw__state=Draw.State.DRAWN, draw__drawn_at__lte=at, **{f"recognition__{key}": value for key, value in title.items()}
    )  # fmt: skip
    found = rows.order_by("-draw", "pk").values_list(
        "draw", "draw__name", "draw__year", "order", "recognition__number", "passed"
    )
    told: dict[int, bool] = {}
    lines = []
    for pk, name, year, order, number, passed in found:
        if pk not in told:
            told[pk] = _complete(pk)
        lines.append(TitleDraw(pk, masked(name), year, order > 0, number, passed if told[pk] else None))
    return lines


def position_of_draw(pk) -> int | None:
    """Where the region of a draw lies, for the clock of its place; None for an unknown one."""
    return Draw.objects.filter(pk=pk).values_list("region__position", flat=True).first()

"""Hostile texts in every free text column of the database at once, and everything a reader gets to see of them.

The columns are filled behind the forms' backs: what the forms would refuse must do no harm either.
"""

import json
from dataclasses import dataclass
from itertools import count

from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.urls import resolve

from accounts.append_only import TABLES
from accounts.events import record
from accreditation.models import ProgrammeVersion
from regions import clock
from tests.access.crawl import body
from tests.access.test_matrix import MATRIX, address

APPS = {"regions", "accounts", "scoring", "accreditation", "subsidies"}
# D4: what a spreadsheet program would run at the start of a cell.
FORMULAS = ("=1+1", "=HYPERLINK(\"http://x.example\",\"y\")", "=cmd|' /C calc'!A0", "+1+1", "+8613800000000", "-5", "-1+1|cmd",
            "@SUM(A1)", "\t=1+1", "\r=1+1", "\n=1+1", "＝1+1", " =1+1", "%0A=1", "＋1", "＠SUM(A1)")  # fmt: skip
# D9: what a browser would run. `__xss` is looked for afterwards.
SCRIPTS = (
    "<script>__xss=1</script>", "</script><script>__xss=1</script>", "</textarea><script>__xss=1</script>", "</title><script>__xss=1</script>",
    "--><script>__xss=1</script>", "]]><script>__xss=1</script>", "<img src=x onerror=__xss=1>", "\"><img src=x onerror=__xss=1>",
    "'><img src=x onerror=__xss=1>", "<svg onload=__xss=1>", "\"><svg onload=__xss=1>", "<svg/onload=__xss=1>", "<body onload=__xss=1>",
    "\" onfocus=__xss=1 autofocus x=\"", "' onfocus=__xss=1 autofocus x='", "\" onmouseover=__xss=1 \"", "` onfocus=__xss=1 autofocus",
    "<details open ontoggle=__xss=1>", "<video><source onerror=__xss=1>", "<audio src onerror=__xss=1>", "<input onfocus=__xss=1 autofocus>",
    "<select onfocus=__xss=1 autofocus>", "<iframe srcdoc='<script>top.__xss=1</script>'>", "<iframe src=javascript:parent.__xss=1>",
    "<object data=javascript:__xss=1>", "<embed src=javascript:__xss=1>", "javascript:__xss=1", "<a href=javascript:__xss=1>x</a>",
    "<form action=javascript:__xss=1><input type=submit>", "<base href=//x.example>", "<meta http-equiv=refresh content='0;url=//x.example'>",
    "<link rel=stylesheet href=//x.example>", "<style>@import'//x.example'</style>", "<math><mtext></mtext><script>__xss=1</script></math>",
    "<marquee onstart=__xss=1>", "{{7*7}}{% debug %}", "${__xss=1}", "&lt;script&gt;__xss=1&lt;/script&gt;", "＜script＞__xss=1＜/script＞",
    "\\x3cscript\\x3e__xss=1", "<script\x0c>__xss=1</script>",
)  # fmt: skip
# Keys, codes and words of the portal itself: no person types them, or nothing works without them.
NOT_FREE = {
    "code", "credit_code", "level", "path", "key", "tier", "state", "returned_from", "status", "kind", "role", "department", "programme", "version",
    "document", "checksum", "digest", "previous", "body", "action", "token", "result", "once", "stored_name", "worker", "arguments", "asked",
    "plan", "outcome", "before", "after", "figures", "lines", "settings", "number", "form", "levels", "data", "fingerprint", "stamper", "indicator",
    "material", "content_type", "content", "money", "issuer", "use", "statements", "later_figures", "corrections", "verdict", "nonce", "pool",
    "pool_hash", "rules", "seed", "password", "username", "gram", "code_system", "public_seed", "stage", "details", "source", "file", "basics",
    "nonce_hash", "invoice_plain", "target",
}  # fmt: skip
# Programme documents are texts too: what a form shows of them.
OF_DOCUMENTS = {"hint", "sentence", "text"}
DOCUMENT_COLUMN = {"FormerRegion", "FormerCommunity", "Succession"}  # here `document` is free


def free_columns() -> list[tuple[type, models.Field]]:
    """Every column that holds what a person typed, but those of tables that only grow."""
    found = []
    for model in apps.get_models():
        if model._meta.app_label not in APPS or model._meta.db_table in TABLES:
            continue
        for field in model._meta.concrete_fields:
            if not isinstance(field, models.CharField | models.TextField) or field.choices:
                continue
            if field.name not in NOT_FREE or (field.name == "document" and model.__name__ in DOCUMENT_COLUMN):
                found.append((model, field))
    return found


def hostile(number: int, most: int | None) -> str:
    """The n-th text: a formula and a script, together where both have room."""
    formula, script = FORMULAS[number % len(FORMULAS)], SCRIPTS[number % len(SCRIPTS)]
    whole = formula + script
    if most is None or len(whole) <= most:
        return whole
    for shorter in (script, formula, "=<b>"):
        if len(shorter) <= most:
            return shorter
    return ""


def plant(world) -> int:
    """Fill every free column of every row; how many cells. Then let some events tell of it."""
    numbers, filled = count(), 0
    for model, field in free_columns():
        for pk in list(model._base_manager.order_by("pk").values_list("pk", flat=True)):
            text = hostile(next(numbers), field.max_length)
            try:
                with transaction.atomic():
                    filled += model._base_manager.filter(pk=pk).update(**{field.name: text})
            except DatabaseError:  # a column that must be unique or follow a rule keeps what it has
                continue
    for version in ProgrammeVersion.objects.all():
        document = json.dumps(_planted(json.loads(version.document), numbers), ensure_ascii=False)
        ProgrammeVersion.objects.filter(pk=version.pk).update(document=document)
    by = world.house.officer("一县", "handler")
    by.acting = by.postings.select_related("office__region", "community").get()
    for number in range(len(SCRIPTS)):
        text = hostile(number, None)
        record(
            "save_office",
            by=by,
            at=clock.now(),
            subject=text[:200],
            before={"name": text},
            after={"name": text},
            data={"reason": text},
        )
    return filled


def _planted(thing, numbers):
    if isinstance(thing, dict):
        return {
            key: value + SCRIPTS[next(numbers) % len(SCRIPTS)]
            if key in OF_DOCUMENTS and isinstance(value, str)
            else _planted(value, numbers)
            for key, value in thing.items()
        }
    return [_planted(one, numbers) for one in thing] if isinstance(thing, list) else thing


@dataclass(frozen=True)
class Seen:
    """One answer: who asked what, and what came."""

    name: str
    path: str
    status: int
    kind: str
    body: bytes
    policy: str


NEVER = ("logout/", "account/stay/")


def look(world, names) -> list[Seen]:
    """Every address of the matrix that opens for a reader, and the workbook of each list; papers have tests of their own."""
    found = []
    for name in names:
        client = world.clients[name]
        for route, row in MATRIX.items():
            if name not in row.opens or row.post_only or route in NEVER or route.endswith(".pdf"):
                continue
            path = address(route, world)
            asked = [path]
            if getattr(resolve(path).func, "exported", False):
                asked.append(f"{path}?as=xlsx")
            for one in asked:
                answer = client.get(one)
                kind = answer.get("Content-Type", "").split(";")[0]
                policy = answer.get("Content-Security-Policy", "")
                found.append(Seen(name, one, answer.status_code, kind, body(answer), policy))
    return found

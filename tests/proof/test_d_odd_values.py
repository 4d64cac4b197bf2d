"""D6, D10, D12: whatever stands in a form or a query, the answer is a page that says so, on both engines: never a fault.

PROOF_LONG tries every odd value in every form and address; a short run a sixth of them in each, another sixth in the next.
"""

import ast
import os
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.access.test_matrix import MATRIX, address, undone
from tests.accreditation.test_uploads import pdf
from tests.factories import ROOT
from tests.proof import odd_values

READERS = ("nobody", "filer", "other filer", "county handler", "county approver", "county publisher", "province approver", "province auditor",
           "sysadmin", "secadmin", "audadmin")  # fmt: skip
SHARES = 1 if os.environ.get("PROOF_LONG") else 6
FORM = "application/x-www-form-urlencoded"


def test_every_form_with_every_odd_value(world, measure):
    """Each kind of form of each reader, with each value in all its boxes at once: also in the hidden ones, and without them."""
    for client in world.clients.values():
        client.raise_request_exception = False
    kinds, wrong, asked = odd_values.forms_seen(world, READERS), [], 0
    for number, ((kind, _), (name, form)) in enumerate(kinds.items()):
        if kind == "/logout/":
            continue
        for case in list(odd_values.ODD)[number % SHARES :: SHARES]:
            for into in (("hidden", "box"), ("box",)):
                with undone():
                    asked += 1
                    sent = odd_values.sent(form, odd_values.ODD[case], into)
                    answer = world.clients[name].post(form.action, sent, content_type=FORM)
                    if answer.status_code >= 500:
                        wrong.append((name, kind, case, into, answer.status_code))
    measure("D12", "forms", len(kinds))
    measure("D12", "presses", asked)
    measure("D12", "faults", len(wrong))
    assert wrong == []
    assert len(kinds) > 30 and asked > len(kinds) * len(odd_values.ODD) / SHARES


def test_every_address_with_every_odd_parameter(world, measure):
    """All parameters that lists know, with each value at once, at every address that opens."""
    wrong, asked = [], 0
    for client in world.clients.values():
        client.raise_request_exception = False
    for number, (route, row) in enumerate(MATRIX.items()):
        name = next((reader for reader in READERS if reader in row.opens), None)
        if name is None or row.post_only or route.endswith(".pdf"):
            continue
        for case in odd_values.IN_ADDRESSES[number % SHARES :: SHARES]:
            # Once with everything, once without what may end it before the rest is looked at.
            for left_out in ((), ("as", "page", "size", "order")):
                asked += 1
                asking = [one for one in odd_values.PARAMETERS if one not in left_out]
                query = "&".join(f"{one}={odd_values.ODD[case]}" for one in asking)
                status = world.clients[name].get(f"{address(route, world)}?{query}").status_code
                if status >= 500:
                    wrong.append((name, route, case, left_out, status))
    measure("D12", "queries", asked)
    assert wrong == []
    assert asked > 200


def test_control_a_column_takes_no_half_characters(world):
    """Control: what the forms keep out, the database would meet as a fault."""
    house = world.house
    with pytest.raises((UnicodeEncodeError, ValueError)), undone():
        type(house.round).objects.filter(pk=house.round.pk).update(name="a\ud800b")


# D10


class Loose(ast.NodeVisitor):
    """Places where what a request says becomes the names of columns or the text of a query."""

    ASKED = re.compile(r"request\.(GET|POST|META|COOKIES|body)|\.data\b.*dict\(|cleaned_data")

    def __init__(self):
        self.found = []

    def visit_Call(self, node):
        for keyword in node.keywords:
            if keyword.arg is None and re.search(
                r"request\.(GET|POST|META|COOKIES)", ast.unparse(keyword.value)
            ):
                self.found.append((node.lineno, ast.unparse(node)[:90]))
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        told = " ".join(ast.unparse(one) for one in node.args)
        if name in (
            "order_by",
            "extra",
            "raw",
            "annotate",
            "values",
            "values_list",
            "filter",
            "exclude",
            "only",
            "defer",
            "aggregate",
        ):
            if re.search(r"request\.(GET|POST)", told):
                self.found.append((node.lineno, ast.unparse(node)[:90]))
        if (
            name == "raw"
            or (name == "extra" and not ast.unparse(node.func).endswith("people.extra"))
            or (
                name == "execute"
                and isinstance(node.args[0] if node.args else None, ast.JoinedStr)
                and "request" in told
            )
        ):
            self.found.append((node.lineno, ast.unparse(node)[:90]))
        self.generic_visit(node)


def loose(source: str) -> list:
    visitor = Loose()
    visitor.visit(ast.parse(source))
    return visitor.found


def test_no_query_is_made_of_what_a_request_says():
    """Nowhere in the code: `**request.…`, a request's text as an ordering or a column, raw SQL in the views."""
    found = {}
    for app in ("regions", "accounts", "scoring", "accreditation", "subsidies", "config", "demonstration"):
        for path in (ROOT / app).rglob("*.py"):
            if hits := loose(path.read_text(encoding="utf-8")):
                found[path.relative_to(ROOT).as_posix()] = hits
    assert found == {}


@pytest.mark.parametrize(
    "source",
    [
        "Row.objects.filter(**request.GET.dict())",
        "rows.order_by(request.GET['order'])",
        "Row.objects.raw(text)",
        "rows.filter(**dict(request.POST.items()))",
    ],
)
def test_control_a_loose_query_is_seen(source):
    assert loose(source) != []


ORDERS = (
    "password",
    "-password",
    "user__password",
    "_connector",
    "?",
    "id;drop table x",
    "pk,password",
    "__class__",
    "1",
    "RANDOM()",
)


def test_an_unknown_order_or_lookup_changes_nothing(world):
    """The rows come in the list's own order, or the address is refused; no column can be asked about."""
    approver = world.clients["county approver"]
    plain = [row.pk for row in approver.get("/applications/").context["page"].object_list]
    assert len(plain) > 1
    for order in ORDERS:
        for name in ("order", "ordering", "order_by", "sort"):
            answer = approver.get("/applications/", {name: order})
            assert answer.status_code in (200, 400)
            if answer.status_code == 200:
                assert [row.pk for row in answer.context["page"].object_list] == plain, (name, order)
    everyone = len(world.clients["sysadmin"].get("/people/").context["page"].object_list)
    for name in (
        "_connector",
        "password__startswith",
        "is_superuser",
        "user__password__contains",
        "q__regex",
        "id__in",
    ):
        assert (
            len(world.clients["sysadmin"].get("/people/", {name: "OR"}).context["page"].object_list)
            == everyone
        )
        assert Client().get("/api/v1/recognitions/", {name: "x"}).status_code == 400


# D6


def floods(world, most_bytes) -> dict:
    """Each flood as a press that would be taken, were it not for its size."""
    path, client = f"/applications/{world.draft.pk}/", world.clients["other filer"]
    text = f"text={'%E5%A5%BD' * 40}&edition={world.draft.edition}"
    material = world.house.version.data["materials"][0]["key"]

    def narrative(more):
        return lambda: client.post(f"{path}narrative/", text + more, content_type=FORM)

    def files(*contents):
        sent = [SimpleUploadedFile(f"{n}.pdf", content) for n, content in enumerate(contents)]
        return lambda: client.post(f"{path}attach/", {"material": material, "files": sent})

    return {
        "fields": narrative("".join(f"&f{n}=1" for n in range(1001))),
        "bytes": narrative("&more=" + "a" * 3_000_000),
        "files": files(*[pdf()] * 101),
        "a file": files(pdf() + b"\n%" + b"0" * most_bytes),
    }


def test_floods_of_fields_files_and_bytes(world, settings, tmp_path, measure):
    """1,001 fields, a body of 3 MB, 101 files, a file over the limit: refused with a page, and nothing is left behind."""
    before, left = world.fingerprint(), sorted(tmp_path.rglob("*"))
    answers = {name: press().status_code for name, press in floods(world, settings.UPLOAD_MAX_BYTES).items()}
    measure("D6", "floods", len(answers))
    assert answers == dict.fromkeys(answers, 400)
    assert world.differs(before) == []
    assert sorted(tmp_path.rglob("*")) == left


def test_control_without_the_limits_every_flood_is_taken(world, settings):
    """Control: the very same presses, where nothing counts fields, files and bytes, are taken and change rows."""
    before, usual = world.fingerprint(), settings.UPLOAD_MAX_BYTES
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = settings.DATA_UPLOAD_MAX_NUMBER_FILES = None
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.UPLOAD_MAX_BYTES = None, 2 * usual
    for name, press in floods(world, usual).items():
        with undone():
            assert press().status_code == 302, name
            assert world.differs(before) != [], name

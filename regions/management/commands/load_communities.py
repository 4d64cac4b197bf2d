"""manage.py load_communities FILE: communities into the registry, all or none; again changes nothing.

A table with the heads 街道代码, 社区名称, 类型 (社区 or 行政村), 联系人, 办公电话, 办公地址; the last three may be left out.
"""

import sys
from pathlib import Path

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand
from django.db import transaction

from regions.communities import create_community
from regions.divisions import region_of_code
from regions.models import Community, Region
from regions.tables import BadTable, read_table

HEADS = {
    "街道代码": "code",
    "社区名称": "name",
    "类型": "kind",
    "联系人": "contact",
    "办公电话": "office_phone",
    "办公地址": "address",
}
KINDS = {"社区": Community.Kind.URBAN, "行政村": Community.Kind.VILLAGE, "": Community.Kind.URBAN}


def load(rows: list[list]) -> tuple[int, int, list[str]]:
    """(new, already there, sentences); nothing is kept when there is a sentence."""
    heads = [HEADS.get(str(cell).strip()) for cell in rows[0]]
    if missing := [word for word, key in HEADS.items() if key in ("code", "name") and key not in heads]:
        return 0, 0, [f"第 1 行缺少列“{'”“'.join(missing)}”。"]
    new, there, wrong = 0, 0, []
    with transaction.atomic():
        for number, row in enumerate(rows[1:], 2):
            cells = {key: _text(cell) for key, cell in zip(heads, row, strict=False) if key}
            if not any(cells.values()):
                continue
            try:
                made = _one(cells)
            except (ValidationError, ValueError) as error:
                sentence = error.messages[0] if isinstance(error, ValidationError) else str(error)
                wrong.append(f"第 {number} 行：{sentence}")
                continue
            new, there = new + made, there + (not made)
        if wrong:
            transaction.set_rollback(True)
            return 0, 0, wrong
    return new, there, wrong


def _text(cell):
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _one(cells):
    try:
        street = region_of_code(cells["code"])
    except Region.DoesNotExist as error:
        raise ValueError(f"没有代码为“{cells['code']}”的街道（乡镇）。") from error
    if cells.get("kind", "") not in KINDS:
        raise ValueError(f"类型“{cells['kind']}”应为社区或行政村。")
    if Community.objects.standing().filter(street=street, name=cells["name"]).exists():
        return False
    facts = {key: cells[key] for key in ("contact", "office_phone", "address") if cells.get(key)}
    create_community(street, cells["name"], kind=KINDS[cells.get("kind", "")], **facts)
    return True


class Command(BaseCommand):
    help = "把社区（村）名单载入登记簿。有误时逐行说明，什么也不载入；重复载入不作改动。"

    def add_arguments(self, parser):
        parser.add_argument("file", metavar="FILE", help=".xlsx、.xls 或 .csv")

    def handle(self, *args, file, **options):
        try:
            new, there, wrong = load(read_table(Path(file).name, Path(file).read_bytes()))
        except (BadTable, OSError) as error:
            new, there, wrong = 0, 0, [str(error)]
        for sentence in wrong:
            self.stderr.write(sentence)
        if wrong:
            sys.exit(1)
        self.stdout.write(f"新增 {new} 个，已有 {there} 个。")

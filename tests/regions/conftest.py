"""A small country: two provinces, one with a county and a street of its own, and the shipped calendar."""

import datetime as dt
import io

import pytest
from django.conf import settings
from django.core.management import call_command

from regions.divisions import add_region, nation

LISTED = dt.date(2025, 12, 31)


@pytest.fixture
def country(db):
    """Regions by name: 湖南省 > 长沙市 > 岳麓区 > two streets, 株洲市, and 河南省 with 济源市 directly below."""
    made = {"全国": nation(LISTED)}
    for above, name, level, code in (
        ("全国", "河南省", "province", "410000"),
        ("全国", "湖南省", "province", "430000"),
        ("湖南省", "长沙市", "city", "430100"),
        ("湖南省", "株洲市", "city", "430200"),
        ("长沙市", "岳麓区", "county", "430104"),
        ("岳麓区", "橘子洲街道", "street", "430104001"),
        ("岳麓区", "望月湖街道", "street", "430104002"),
        ("株洲市", "荷塘区", "county", "430202"),
        ("荷塘区", "月塘街道", "street", "430202001"),
        ("河南省", "郑州市", "city", "410100"),
        ("河南省", "济源市", "county", "419001"),
        ("济源市", "沁园街道", "street", "419001001"),
    ):
        made[name] = add_region(made[above], name, level, code, code_system="mca", code_date=LISTED)
    return made


@pytest.fixture
def shipped_calendar(db):
    """The calendar of 2004 to 2026 in the database."""
    call_command("load_workdays", stdout=io.StringIO())
    return settings.WORKDAY_DATA

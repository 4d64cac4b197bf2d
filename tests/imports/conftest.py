"""The places and people of the tests of accounts, and a county's handler who imports."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from accounts.models import ImportBatch, Role
from tests.accounts.conftest import chain, place, quick  # noqa: F401

HEADS = ["街道", "社区名称", "类型", "统计用区划代码", "联系人", "办公电话"]


def workbook(rows, change=None) -> bytes:
    """An .xlsx of rows; `change(sheet)` may do more to it."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def upload(browser, data, name="名单.xlsx", kind="communities", of=None, **fields):
    """Send a file; the batch it became, or None where the form came back."""
    if isinstance(data, list):
        data = workbook(data)
    address = f"/imports/{kind}/" + (f"?of={of}" if of else "")
    answer = browser.post(address, {"file": SimpleUploadedFile(name, data), **fields})
    browser.answer = answer
    if answer.status_code != 302:
        return None
    return ImportBatch.objects.get(key=answer["Location"].rstrip("/").rsplit("/", 1)[-1])


def press(browser, batch, what="apply", **fields):
    answer = browser.post(f"/imports/batches/{batch.key}/{what}/", fields)
    batch.refresh_from_db()
    return answer


def counts(batch):
    return batch.new, batch.changed, batch.unchanged, batch.wrong, batch.reported


@pytest.fixture
def officer(place):  # noqa: F811
    return place.person("一县经办", Role.HANDLER, "一县")


@pytest.fixture
def desk(place, officer):  # noqa: F811
    return place.client(officer)

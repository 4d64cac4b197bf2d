"""A large file is looked at and imported behind the pages, with its progress on the batch's own page."""

import pytest

from accounts import jobs
from accounts.imports import work
from accounts.models import ImportBatch, Job
from regions.models import Community
from tests.imports.conftest import HEADS, counts, press, upload, workbook

MANY = 3000


@pytest.fixture(autouse=True)
def _small_is_large(monkeypatch, settings, tmp_path):
    settings.VAR = tmp_path
    monkeypatch.setattr(work, "LARGE", {"xlsx": 10_000})


@pytest.fixture
def data():
    return workbook([HEADS, *(["南街道", f"第{n}社区", "社区", "", "", ""] for n in range(MANY))])


def do():
    job = jobs.take("worker")
    jobs.run(job)
    job.refresh_from_db()
    return job


def test_it_is_checked_and_imported_by_jobs(desk, data):
    batch = upload(desk, data)
    assert batch.status == ImportBatch.Status.WAITING
    page = desk.get(f"/imports/batches/{batch.key}/")
    assert page["Refresh"] == "2" and "在后台处理" in page.content.decode()
    assert do().sentence == f"检查完毕：新增 {MANY}，变更 0，不变 0，有误 0，未读取 0。"
    page = desk.get(f"/imports/batches/{batch.key}/")
    assert "Refresh" not in page and "确认导入" in page.content.decode()
    press(desk, batch)
    assert not Community.objects.filter(name="第7社区").exists()
    job = do()
    batch.refresh_from_db()
    assert job.state == Job.State.DONE and counts(batch)[0] == MANY
    assert Community.objects.count() == 4 + MANY
    assert "已导入：新增 3000 个" in desk.get(f"/imports/batches/{batch.key}/").content.decode()


def test_a_check_taken_up_again_is_not_done_twice(desk, data):
    batch = upload(desk, data)
    job = jobs.take("worker")
    jobs.run(job)
    Job.objects.filter(pk=job.pk).update(state=Job.State.WAITING, worker="")
    assert do().state == Job.State.DONE
    assert batch.lines.count() == MANY


def test_what_changed_meanwhile_is_said_on_the_page(desk, data, place):
    batch = upload(desk, data)
    do()
    press(desk, batch)
    street = place.regions["南街道"]
    Community.objects.create(name="第1社区", street=street, position=street.position, place=street.full_name)
    assert "检查以后登记的内容有变动" in do().sentence
    batch.refresh_from_db()
    assert batch.status == ImportBatch.Status.CHECKED and counts(batch)[:3] == (MANY - 1, 0, 1)
    assert "检查以后登记的内容有变动" in desk.get(f"/imports/batches/{batch.key}/").content.decode()


def test_a_file_that_cannot_be_read_says_so_on_its_page(desk):
    batch = upload(desk, workbook([["甲", "乙"], *([f"{n}", n] for n in range(MANY))]))
    do()
    assert "没有找到表头" in desk.get(f"/imports/batches/{batch.key}/").content.decode()
    assert press(desk, batch).status_code == 409


def test_a_later_upload_leaves_the_job_of_the_first_with_nothing_to_do(desk, data):
    upload(desk, data)
    upload(desk, data, "另一份.xlsx")
    assert "已被后来上传的文件替换" in do().sentence

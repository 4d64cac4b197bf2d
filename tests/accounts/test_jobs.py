"""Work behind the pages: asked once, done once, taken up again where its worker died, seen by who asked alone."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts import jobs
from accounts.models import Job, Role
from regions.clock import SHANGHAI

AT = dt.datetime(2017, 9, 1, 9, 0, tzinfo=SHANGHAI)


@pytest.fixture(autouse=True)
def kinds(settings, tmp_path):
    settings.PORTAL_JOBS = {name: f"tests.accounts.job_kinds.{name}" for name in ("write", "refuse", "crash")}
    settings.VAR = tmp_path
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.fixture
def officer(place):
    return place.person("一县经办", Role.HANDLER, "一县")


def asked(officer, kind="write", text="甲", **more):
    return jobs.ask(kind, {"text": text, **more}, by=officer, at=AT, title="甲社区全卷")


def test_the_same_asked_twice_is_one_job(officer):
    assert asked(officer) == asked(officer)
    assert asked(officer, text="乙") != asked(officer)
    assert Job.objects.count() == 2


def test_one_worker_takes_it_and_the_next_finds_nothing(officer):
    asked(officer)
    assert jobs.take("a") is not None
    assert jobs.take("b") is None


def test_it_is_done_and_downloaded_by_who_asked_alone(place, officer):
    job = asked(officer)
    client = place.client(officer)
    page = client.get(f"/jobs/{job.key}/")
    assert page["Refresh"] == "2" and "等待处理" in page.content.decode()
    jobs.run(jobs.take("a"))
    page = client.get(f"/jobs/{job.key}/")
    assert "Refresh" not in page and "三部分已完成。" in page.content.decode()
    got = client.get(f"/jobs/{job.key}/file/")
    assert b"".join(got.streaming_content) == b"1\n2\n3\n"
    assert "attachment" in got["Content-Disposition"]
    assert "甲社区全卷" in client.get("/jobs/").content.decode()
    other = place.client(place.person("一县审核", Role.APPROVER, "一县"))
    for address in (f"/jobs/{job.key}/", f"/jobs/{job.key}/file/", "/jobs/nothing/"):
        assert other.get(address).status_code == 404
    for address in (f"/jobs/{job.key}/cancel/", f"/jobs/{job.key}/renew/"):
        assert other.post(address).status_code == 404
    assert "甲社区全卷" not in other.get("/jobs/").content.decode()


def test_under_another_posting_it_is_not_there(place, officer):
    job = asked(officer)
    place.post(officer, Role.AUDITOR, "二县")
    client = place.client(officer)
    client.post("/account/post/", {"posting": officer.postings.get(role=Role.AUDITOR).pk})
    assert client.get(f"/jobs/{job.key}/").status_code == 404


def test_what_a_dead_worker_finished_is_not_done_again(officer):
    job = asked(officer, die_after=2)
    held = jobs.take("a")
    with pytest.raises(SystemExit):
        jobs.run(held)
    assert jobs.take("b") is None  # the lease still runs
    Job.objects.update(beat_at=timezone.now() - jobs.LEASE - dt.timedelta(seconds=1))
    again = jobs.take("b")
    jobs.run(again)
    job.refresh_from_db()
    assert job.state == Job.State.DONE and job.tries == 2
    with default_storage.open(job.stored_name) as made:
        assert made.read() == b"1\n2\n3\n"
    assert not jobs.folder_of(job).exists()


def test_a_worker_that_lost_the_job_leaves_no_trace(officer):
    asked(officer)
    held = jobs.take("a")
    Job.objects.update(beat_at=timezone.now() - jobs.LEASE - dt.timedelta(seconds=1))
    second = jobs.take("b")
    jobs.run(held)
    assert Job.objects.get().state == Job.State.RUNNING and Job.objects.get().worker == "b"
    jobs.run(second)
    assert Job.objects.get().state == Job.State.DONE
    assert len(default_storage.listdir("jobs")[1]) == 1


def test_a_job_that_kills_its_worker_is_given_up_with_a_sentence(officer):
    asked(officer)
    for _ in range(jobs.TRIES):
        jobs.let_go(jobs.take("a"))
    assert jobs.take("a") is None
    job = Job.objects.get()
    assert job.state == Job.State.FAILED and "系统管理员" in job.sentence


def test_a_refusal_and_a_fault_each_say_so(place, officer):
    refused, broken = asked(officer, "refuse"), asked(officer, "crash")
    jobs.run(jobs.take("a"))
    with pytest.raises(RuntimeError):
        jobs.run(jobs.take("a"))
    client = place.client(officer)
    assert "这份名单还没有公示，不能打包。" in client.get(f"/jobs/{refused.key}/").content.decode()
    assert "请稍后重新提出" in client.get(f"/jobs/{broken.key}/").content.decode()
    assert asked(officer, "refuse") != refused  # may be asked anew


def test_cancelled_is_cancelled(place, officer):
    job = asked(officer)
    held = jobs.take("a")
    client = place.client(officer)
    client.post(f"/jobs/{job.key}/cancel/")
    jobs.run(held)
    assert Job.objects.get().state == Job.State.CANCELLED
    assert "无须取消" in client.post(f"/jobs/{job.key}/cancel/", follow=True).content.decode()


def test_renewed_is_a_new_job_and_the_old_file_stays(place, officer):
    job = asked(officer)
    jobs.run(jobs.take("a"))
    answer = place.client(officer).post(f"/jobs/{job.key}/renew/")
    assert Job.objects.count() == 2 and answer["Location"] != f"/jobs/{job.key}/"
    assert place.client(officer).get(f"/jobs/{job.key}/file/").status_code == 200


def test_whose_posting_ended_gets_nothing(officer):
    asked(officer)
    officer.postings.update(ends=dt.date(2017, 8, 31))
    jobs.run(jobs.take("a"))
    job = Job.objects.get()
    assert job.state == Job.State.FAILED and "岗位已经结束" in job.sentence


def test_too_many_at_once_are_refused(officer):
    for number in range(jobs.MOST_WAITING):
        asked(officer, text=str(number))
    with pytest.raises(ValidationError, match="10 项任务"):
        asked(officer, text="再来一份")
    assert asked(officer, text="0")  # what is there already may be looked at


def test_old_files_go_and_their_rows_stay(officer):
    asked(officer)
    jobs.run(jobs.take("a"))
    jobs.sweep(timezone.now())
    assert Job.objects.get().stored_name
    jobs.sweep(timezone.now() + jobs.KEPT + dt.timedelta(days=1))
    assert Job.objects.get().stored_name == "" and default_storage.listdir("jobs")[1] == []
    assert asked(officer) != Job.objects.first()

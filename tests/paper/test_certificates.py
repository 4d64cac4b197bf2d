"""Certificates and plaques: what stands on them, who prints them, the public state behind the code, all of a list at once."""

import datetime as dt
import io

import pikepdf
import pytest
from django.core.files.storage import default_storage
from django.urls import reverse

from accounts import jobs
from accounts.models import Job, Role
from accreditation import certificate_batches, notices, recognitions
from accreditation.models import NoticeEntry, Recognition, State
from accreditation.paper import certificates
from regions.clock import end_of
from tests.factories import acting, moment
from tests.paper.pages import red, text, words

DAY = dt.date(2017, 12, 1)
NUMBER = "测试〔2017〕1号"


def site(number):
    return f"https://portal.example.test/certificates/{number}/"


@pytest.fixture
def today(at):
    at(DAY)


@pytest.fixture
def title(house, today):
    house.at(State.RECOGNISED)
    return Recognition.objects.select_related("community").get(application__isnull=False)


def paper(kind, title):
    return reverse(f"accreditation:{kind}_pdf", args=[title.pk])


# What stands on them


@pytest.mark.parametrize("kind", [certificates.CERTIFICATE, certificates.PLAQUE])
def test_a_certificate_bears_what_was_granted(title, kind, tmp_path):
    printed = text(certificates.pdf([title], site, kind=kind), tmp_path)
    for piece in (
        "甲省东市一县一南街道一南桂花社区居民委员会",
        "省级充分就业星级社区",
        title.number,
        title.issuer_name,
    ):
        assert piece in printed, piece
    assert f"{title.granted_on.year}年{title.granted_on.month}月{title.granted_on.day}日" in printed


def test_the_certificate_names_its_document_and_its_end(title, tmp_path):
    title.valid_until, title.document_number = dt.date(2020, 12, 31), "测试[2017]第01号"
    printed = text(certificates.pdf([title], site), tmp_path)
    assert "认定文号：测试〔2017〕1号" in printed and "有效期至：2020年12月31日" in printed


def test_the_code_leads_to_the_public_check(title, client, monkeypatch):
    asked = []
    monkeypatch.setattr(certificates, "qr_svg", lambda words: asked.append(words) or "data:,")
    certificates.html([title], site)
    assert asked == [site(title.number)]
    path = asked[0].removeprefix("https://portal.example.test")
    assert path == reverse("certificate", args=[title.number])
    assert title.tier_name in client.get(path).content.decode()


@pytest.mark.parametrize(("kind", "size"), [("certificate", (842, 595)), ("plaque", (1701, 1134))])
def test_sizes_one_page_each(title, kind, size):
    with pikepdf.open(io.BytesIO(certificates.pdf([title, title], site, kind=kind))) as pdf:
        assert [tuple(round(float(s)) for s in page.MediaBox[2:]) for page in pdf.pages] == [size, size]


def test_no_seal_is_drawn(title, tmp_path):
    """Red: the rim, the heading and the title's name; nothing round the date."""
    rows = red(certificates.pdf([title], site), tmp_path, dpi=60)
    assert not [row for row in rows if 150 < row[0] < 190 and row[2] - row[1] < 260]


@pytest.mark.parametrize(
    "name",
    ["<b>社</b>区&amp;{{x}}", "社" * 60, "W" * 60, "\u202e社区", "𠮷田社区"],
    ids=["html", "long", "wide", "bidi", "rare"],
)
def test_hostile_names_stay_on_one_page(title, name, tmp_path):
    title.community.name = name
    for kind in (certificates.CERTIFICATE, certificates.PLAQUE):
        made = certificates.pdf([title], site, kind=kind)
        [page] = words(made, tmp_path)
        with pikepdf.open(io.BytesIO(made)) as pdf:
            width, height = (float(side) for side in pdf.pages[0].MediaBox[2:])
        assert all(0 <= w.left and w.right <= width and w.bottom <= height for w in page)
        # The lower parts stand where they do on any other.
        lower = [w for w in page if title.issuer_name in w.text]
        assert lower and all(w.top > height * 0.6 for w in lower)
    if name.startswith("<b>"):
        assert "<b>社</b>区&amp;{{x}}" in text(made, tmp_path)


# Who


def test_the_community_its_own_and_offices_above_print(title, house, as_, client):
    addresses = [
        paper("certificate", title),
        paper("plaque", title),
        reverse("accreditation:title_papers", args=[title.pk]),
    ]
    for place, role in (
        ("一南街道", Role.APPROVER),
        ("一县", Role.HANDLER),
        ("甲省", Role.APPROVER),
        ("甲省", Role.AUDITOR),
    ):
        as_(place, role)
        assert [client.get(address).status_code for address in addresses] == [200, 200, 200], place
    for place, role in (("西市", Role.APPROVER), ("一北街道", Role.APPROVER), ("甲省", Role.SYSADMIN)):
        as_(place, role)
        assert [client.get(address).status_code for address in addresses] == [404, 404, 404], place
    client.force_login(house.filer(title.community))
    page = client.get(addresses[2]).content.decode()
    assert "牌匾（PDF）" in page and "撤销称号的决定" not in page
    response = client.get(addresses[0])
    assert response["Content-Type"] == "application/pdf" and response["Cache-Control"] == "private, no-store"
    client.force_login(house.filer(house.community(1)))
    assert [client.get(address).status_code for address in addresses] == [404, 404, 404]
    client.logout()
    assert client.get(addresses[0]).status_code == 302


def test_a_title_that_ended_is_not_printed(title, as_):
    client = as_("甲省", Role.APPROVER)
    for change in ({"status": "revoked"}, {"status": "valid", "valid_until": DAY - dt.timedelta(days=1)}):
        Recognition.objects.filter(pk=title.pk).update(**change)
        response = client.get(paper("certificate", title))
        assert response.status_code == 403 and "不再打印证书" in response.content.decode()
        page = client.get(reverse("accreditation:title_papers", args=[title.pk])).content.decode()
        assert "不再打印证书和牌匾" in page and paper("plaque", title) not in page


# The public state


def state(client, title):
    return client.get(reverse("certificate", args=[title.number])).content.decode()


def test_valid_revoked_and_expired(title, client):
    assert '<h1 class="verdict">有效</h1>' in state(client, title)
    Recognition.objects.filter(pk=title.pk).update(valid_until=DAY)
    assert '<h1 class="verdict">有效</h1>' in state(client, title)  # its last day counts
    Recognition.objects.filter(pk=title.pk).update(valid_until=DAY - dt.timedelta(days=1))
    assert '<h1 class="verdict">已过期</h1>' in state(client, title)
    Recognition.objects.filter(pk=title.pk).update(valid_until=None, status="revoked", ended_on=DAY)
    assert '<h1 class="verdict">已撤销</h1>' in state(client, title)


def test_under_objection_from_its_admission_to_its_end(house, today, client):
    application = house.at("province_notice")
    entry = NoticeEntry.objects.select_related("notice").get(notice__state="province_notice")
    raised = entry.notice.published_at + dt.timedelta(hours=1)
    objection = notices.object_to(entry, at=raised, named=False, name="", contact="", text="不实之词")
    notices.close(entry.notice, at=end_of(entry.notice.last_day))
    house.drive.recognise(house.province, moment(DAY), NUMBER)
    title = Recognition.objects.get(application=application)
    assert "异议处理中" not in state(client, title)  # nobody's word alone puts a shadow on a title
    notices.admit(objection, by=acting(house.officer("甲省", Role.HANDLER)), at=moment(DAY))
    page = state(client, title)
    assert '<h1 class="verdict">异议处理中</h1>' in page and "不实之词" not in page
    by = acting(house.officer("甲省", Role.APPROVER))
    notices.settle(objection, by=by, at=moment(DAY), outcome="dismissed", reply="查无实据。")
    assert '<h1 class="verdict">有效</h1>' in state(client, title)


def test_numbers_cannot_be_walked(title, client):
    """E6: the stem of a number tells nothing without its check code, and guessing ends."""
    stem, code = title.number.rsplit("-", 1)
    assert code == recognitions.check_code(stem) and len(code) == 6
    found = []
    for n in range(1, 40):
        number = f"{stem.rsplit('-', 1)[0]}-{n:04d}-{code}"
        if number != title.number:
            found.append(client.get(reverse("certificate", args=[number])).status_code)
    assert set(found) == {404, 429} and found[-1] == 429


# All of a list


@pytest.fixture
def several(house, today):
    for number in range(3):
        house.at("province_notice", number)
    for notice in {entry.notice for entry in NoticeEntry.objects.filter(status="running")}:
        notices.close(notice, at=end_of(notice.last_day))
    house.drive.recognise(house.province, moment(DAY), NUMBER)
    return list(Recognition.objects.filter(application__isnull=False).order_by("position", "pk"))


@pytest.fixture
def files(settings, tmp_path):
    settings.VAR, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    return tmp_path


def ask(client, house, number=NUMBER):
    return client.post(
        reverse("accreditation:ask_certificates", args=[house.round.pk, "star"]), {"number": number}
    )


def test_all_certificates_of_a_document_as_one_file(several, house, as_, files, monkeypatch):
    monkeypatch.setattr(certificates, "PART", 2)
    Recognition.objects.filter(pk=several[1].pk).update(status="revoked")
    client = as_("甲省", Role.APPROVER)
    assert ask(client, house).status_code == 302
    assert ask(client, house).url == reverse(
        "accounts:job", args=[Job.objects.get().key]
    )  # asked twice: one job
    jobs.run(jobs.take("worker"))
    job = Job.objects.get()
    assert job.state == "done", job.sentence
    assert "共 2 份证书，另有 1 个称号已终止，没有打印。" in job.sentence
    with default_storage.open(job.stored_name) as opened:
        made = opened.read()
    pages = words(made, files)
    assert len(pages) == 2
    for page, title in zip(pages, (several[0], several[2]), strict=True):
        assert title.number in "".join(word.text for word in page)
    with pikepdf.open(io.BytesIO(made)) as pdf:
        assert str(pdf.docinfo["/Title"]).startswith("证书") and str(pdf.Root.Lang) == "zh-CN"


def test_a_part_that_is_done_is_not_laid_out_again(several, files, monkeypatch):
    monkeypatch.setattr(certificates, "PART", 1)
    titles = Recognition.objects.filter(pk__in=[one.pk for one in several]).order_by("position", "pk")
    walk = certificates.parts(titles, site, files)
    assert [next(walk)[0], next(walk)[0]] == [1, 2]  # killed here
    made = []
    real = certificates.render
    monkeypatch.setattr(certificates, "render", lambda html: made.append(html) or real(html))
    assert [done for done, _ in certificates.parts(titles, site, files)] == [1, 2, 3]
    assert len(made) == 1 and several[2].number in made[0]


def test_what_changed_meanwhile_is_laid_out_anew(several, files):
    titles = Recognition.objects.filter(pk__in=[one.pk for one in several]).order_by("position", "pk")
    [(_, before)] = certificates.parts(titles, site, files)
    Recognition.objects.filter(pk=several[0].pk).update(document_number="更正〔2017〕2号")
    [(_, after)] = certificates.parts(titles, site, files)
    assert before != after


def test_only_the_recognising_office_asks(several, house, as_, files):
    for place, role, status in (
        ("甲省", Role.AUDITOR, 403), ("东市", Role.APPROVER, 403), ("一南街道", Role.APPROVER, 404), ("甲省", Role.HANDLER, 302),
    ):  # fmt: skip
        assert ask(as_(place, role), house).status_code == status, place
    assert Job.objects.count() == 1
    response = ask(as_("甲省", Role.HANDLER), house, "没有这份文件")
    assert response.url == reverse("accreditation:list_documents", args=[house.round.pk, "star"])
    assert Job.objects.count() == 1


def test_who_moved_to_another_office_meanwhile_gets_nothing(several, house, files):
    by = acting(house.officer("东市", Role.APPROVER))
    arguments = {"round": house.round.pk, "tier": "star", "document": NUMBER, "site": site("")}
    jobs.ask(certificate_batches.KIND, arguments, by=by, at=moment(DAY), title="证书")
    jobs.run(jobs.take("worker"))
    job = Job.objects.get()
    assert job.state == "failed" and "不能打印这份名单的证书" in job.sentence

"""The feed of notices: sound Atom, ids that stay, found from the pages."""

import datetime as dt

from lxml import etree

from accreditation.models import Notice
from regions import clock
from tests.factories import moment

ATOM = "{http://www.w3.org/2005/Atom}"


def entries(client, address="/notices/feed/"):
    response = client.get(address)
    assert response.status_code == 200 and response["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = etree.fromstring(response.content)
    assert root.tag == f"{ATOM}feed" and root.get("{http://www.w3.org/XML/1998/namespace}lang") == "zh-CN"
    for one in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(one.findall(ATOM + name)) == 1 and one.findtext(ATOM + name)
        assert dt.datetime.fromisoformat(one.findtext(f"{ATOM}updated")).tzinfo
    (own,) = [link for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]
    return root, own.get("href"), list(root.iter(f"{ATOM}entry"))


def test_the_feed_is_sound_and_newest_first(house, client):
    root, own, found = entries(client)
    assert own == "http://testserver/notices/feed/"
    notices = list(Notice.objects.order_by("-published_at", "-pk"))
    assert [one.findtext(f"{ATOM}title") for one in found] == [notice.title for notice in notices]
    assert found[0].find(f"{ATOM}link").get("href") == f"http://testserver/notices/{notices[0].pk}/"
    assert (
        found[0].findtext(f"{ATOM}updated") == "2017-09-04T01:00:00+00:00" == root.findtext(f"{ATOM}updated")
    )
    assert found[0].findtext(f"{ATOM}author/{ATOM}name") == notices[0].office.name
    summary = found[0].findtext(f"{ATOM}summary")
    assert summary == f"{notices[0].office.name}：公示期 2017年9月5日至2017年9月11日，1 个社区。"


def test_ids_stay_whatever_the_site_is_called(house, client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    first = [one.findtext(f"{ATOM}id") for one in entries(client)[2]]
    assert len(set(first)) == 2 and all(one.startswith("urn:uuid:") for one in first)
    client.defaults["HTTP_HOST"] = "other.example"
    assert [one.findtext(f"{ATOM}id") for one in entries(client)[2]] == first


def test_the_feed_takes_the_filters_of_the_list(house, client, monkeypatch):
    assert len(entries(client, "/notices/feed/?region=三县")[2]) == 1
    assert client.get("/notices/feed/?x=1").status_code == 400
    root, _own, found = entries(client, "/notices/feed/?state=past")
    assert found == [] and root.findtext(f"{ATOM}updated").startswith("2017-09-0")
    etag = client.get("/notices/feed/")["ETag"]
    assert client.get("/notices/feed/", headers={"if-none-match": etag}).status_code == 304


def test_characters_that_xml_has_not_are_told_by_number(house, client):
    Notice.objects.filter(title__startswith="三县").update(title="甲\x01乙<&>")
    assert entries(client, "/notices/feed/?region=三县")[2][0].findtext(f"{ATOM}title") == "甲\\u0001乙<&>"


def test_the_pages_lead_to_the_feed(house, client):
    for address in ("/notices/", "/api/"):
        head = client.get(address).content.decode().split("</head>")[0]
        assert 'rel="alternate" type="application/atom+xml"' in head and 'href="/notices/feed/' in head
    assert clock.now() == moment(dt.date(2017, 9, 5))


def test_the_lists_lead_to_their_files_as_filtered(house, client):
    page = client.get("/recognised/?region=%E4%B8%80%E5%8E%BF&year=2015&size=25").content.decode()
    for ending in ("xlsx", "csv", "json"):
        assert f'href="/api/v1/recognitions.{ending}?region=%E4%B8%80%E5%8E%BF&amp;year=2015"' in page
    assert "按当前条件下载" in page and 'href="/api/#recognitions"' in page
    assert "/api/v1/" not in client.get("/recognised/?year=1").content.decode()
    for address, name in (
        ("/notices/", "notices"),
        ("/programmes/", "programmes"),
        ("/communities/?q=桂花", "communities"),
    ):
        assert f"/api/v1/{name}.xlsx" in client.get(address).content.decode()

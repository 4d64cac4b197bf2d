"""A nation at full size in a database of its own: 600,000 communities, 120,000 of them with a title, and the public pages on it.

Run as `python -m tests.bench.large` in the environment of that database (tests/bench/public_speed.py makes it); prints
its lines. Everything is written in bulk, with invented names; the portal's own commands make what is kept.
"""

import datetime as dt
import itertools
import os
import random
import statistics
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Count, Q  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext, override_settings  # noqa: E402

from accounts.events import record  # noqa: E402
from accreditation import title_sums  # noqa: E402
from accreditation.models import Recognition, RecognitionEvent  # noqa: E402
from regions import name_search  # noqa: E402
from regions.models import SPAN, Community, FormerCommunity, NameGram, Region  # noqa: E402
from tests.bench.goals import judge  # noqa: E402
from tests.bench.timing import seconds, spread  # noqa: E402

COMMUNITIES, TITLES = 600_000, 120_000
PROVINCES, CITIES, COUNTIES, STREETS = 30, 11, 8, 15  # each in the one above
DAY = dt.date(2020, 1, 1)
TIMES, ROUNDS = 30, 5
LETTERS = (
    "东西南北中上下前后大小新老长高安平和兴福寿康宁乐泰吉祥瑞庆丰顺盛昌荣华富贵金银玉珠宝石山水江河湖海溪泉塘桥路街巷门楼"
    "台亭园林花草木竹梅兰菊桂柳杨松柏桃李杏枣梨橘荷莲春夏秋冬日月星云风雨雪霜天地人文武忠孝仁义礼智信诚德明光辉耀朝阳"
    "红黄蓝绿青紫白龙凤虎鹤燕莺马牛羊鹿鱼虹霞岭岗坡坪坝湾洲岛港渡滩沙泥田村庄屯寨堡城关营驿铺店场市集坊里"
)
TIERS = (("star", "星级社区", "hunan-star-2017"), ("province", "省级社区", ""), ("city", "市级社区", ""))


def _regions():
    """Every region of the nation with its position, level by level."""
    nation = Region(name="全国", level="nation", code_date=DAY, position=0, last=SPAN["nation"] - 1)
    nation.save()
    above, path = [nation], ""
    for level, many, word in (
        ("province", PROVINCES, "省"),
        ("city", CITIES, "市"),
        ("county", COUNTIES, "县"),
        ("street", STREETS, "街道"),
    ):
        made = []
        for parent in above:
            path = f"{parent.path} {parent.name}".strip() if parent.level != "nation" else ""
            for number in range(1, many + 1):
                position = parent.position + number * SPAN[level]
                made.append(
                    Region(
                        name=f"{LETTERS[number]}{LETTERS[position // SPAN[level] % 150]}{word}",
                        level=level,
                        parent=parent,
                        code_date=DAY,
                        position=position,
                        last=position + SPAN[level] - 1,
                        path=path,
                    )
                )
        above = Region.objects.bulk_create(made, batch_size=2000)
    return above


def _bulk(model, rows):
    """Dicts of columns written as rows; the pairs of names are made afterwards, inside the database."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    plain = {field.attname: field.get_default() for field in fields}
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    marks = f"({', '.join(['%s'] * len(fields))})"
    rows = iter(rows)
    with connection.cursor() as cursor:
        while batch := list(itertools.islice(rows, 500)):
            values = [value for row in batch for value in (plain | row).values()]
            together = ", ".join([marks] * len(batch))
            cursor.execute(f"INSERT INTO {model._meta.db_table} ({columns}) VALUES {together}", values)


def fill():
    """Regions, communities (every hundredth with a former name), titles, and what the portal keeps of them."""
    rng = random.Random("large")
    with transaction.atomic():
        streets = _regions()
        each = COMMUNITIES // len(streets) + 1
        spots = itertools.islice(((street, n) for street in streets for n in range(each)), COMMUNITIES)
        _bulk(Community, (_community(street, n, rng) for street, n in spots))
        rows = list(Community.objects.order_by("pk").values_list("pk", "position", "street", "place"))
        _bulk(FormerCommunity, (_former(row, rng) for row in rows[::100]))
        _bulk(Recognition, (_title(n, row, rng) for n, row in enumerate(rng.sample(rows, TITLES))))
        event = record("take_over", by=None, at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), subject="bench")
        RecognitionEvent.objects.create(event=event, recognition=Recognition.objects.first())


def _community(street, number, rng):
    """Its name begins with a letter that no other of the street begins with."""
    name = LETTERS[number] + "".join(rng.choices(LETTERS, k=rng.choice((1, 1, 2)))) + "社区"
    place = f"{street.path} {street.name}"
    return {"name": name, "street_id": street.pk, "position": street.position, "place": place}


def _former(row, rng):
    key, _, street, place = row
    name = "".join(rng.choices(LETTERS, k=3)) + "居委会"
    return {"community_id": key, "name": name, "street_id": street, "place": place, "until": DAY}


def _title(number, row, rng):
    tier, name, programme = TIERS[number % 3]
    year = rng.randint(2014, 2025)
    return {
        "community_id": row[0],
        "position": row[1],
        "programme": programme,
        "tier": tier,
        "tier_name": name,
        "issuer": "province",
        "rank": 1,
        "money": "provincial",
        "number": f"B{number:06d}",
        "year": year,
        "granted_on": dt.date(year, 12, 1),
        "issuer_name": "某单位",
        "status": "revoked" if number % 50 == 0 else "valid",
    }


PAGES = (
    "/",
    "/recognised/",
    "/recognised/?after=160000000000-0-0",
    "/recognised/?region={city}&year=2020",
    "/recognised/?tier=hunan-star-2017:star&year=2020",
    "/recognised/?q={some}",
    "/recognised/?q=社区",
    "/recognised/?q=无人",
    "/recognised/figures/",
    "/recognised/figures/?region={city}&year=2020",
    "/communities/?q={some}",
    "/communities/?q=社区",
    "/communities/?q={old}",
    "/communities/1000/",
    "/notices/",
)


def _said(text, times, more=""):
    median, late = spread(times)
    sys.stdout.write(f"{text:<52}{median * 1000:>10.2f}{late * 1000:>10.2f}{more}\n")


def pages(words):
    """Median and 95th percentile of each public page, its queries and its size."""
    client = Client()
    sys.stdout.write(f"{'page':<52}{'p50 ms':>10}{'p95 ms':>10}{'queries':>9}{'kB':>7}\n")
    for pattern in PAGES:
        path = pattern.format(**words)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(path)
            asked = len(queries)
        odd = "" if answer.status_code == 200 else f"  status {answer.status_code}"
        times = [seconds(lambda p=path: client.get(p)) for _ in range(TIMES)]
        _said(path, times, f"{asked:>9}{len(answer.content) / 1000:>7.1f}{odd}")


def _rare():
    """Pairs of characters in fewer names than the 50 that are asked for, so that a scan has to read them all: the middle
    one by the number of names, and the most frequent."""
    pairs = NameGram.objects.order_by().values("gram").annotate(names=Count("community"))
    found = list(pairs.filter(names__lt=50).order_by("names", "gram").values_list("gram", flat=True))
    return found[len(found) // 2], found[-1]


def search(words):
    """A name looked up in the registry, first 50 by place, beside the same by an unindexed LIKE, in ROUNDS turns.

    Goal 9 is of the rare pair, the median of the turns; pairs in 49 and in some 200 names are shown beside it.
    """
    sys.stdout.write(f"\n{'search, first 50 of 600,000 by place':<52}{'p50 ms':>10}{'p95 ms':>10}\n")
    plain = Community.objects.order_by("position", "id")
    for text in (words["rare"], words["often"], words["some"], words["some"] + "社", "社区", "无人"):
        bare = plain.filter(name__contains=text)
        ours, scan, ratios = [], [], []
        for _ in range(ROUNDS):
            scanned = [seconds(lambda q=bare: list(q.all()[:50])) for _ in range(3)]
            found = [seconds(lambda t=text: list(_search(t))) for _ in range(TIMES // 3)]
            ratios.append(statistics.median(found) / statistics.median(scanned))
            ours, scan = ours + found, scan + scanned
        ratio = statistics.median(ratios)
        many = Community.objects.search(text).count()
        _said(f"“{text}” ({many:,}) kept pairs", ours, f"   {ratio:.4f} of LIKE on the name alone")
        _said(f"“{text}” LIKE on the name alone", scan)
        likes = plain.filter(Q(name__contains=text) | Q(former__name__contains=text)).distinct()
        _said(
            f"“{text}” LIKE on names and former names",
            [seconds(lambda q=likes: list(q.all()[:50])) for _ in range(5)],
        )
        if text == words["rare"]:
            judge("9", ratio)


def _search(text):
    return Community.objects.search(text).order_by("position", "id")[:50]


def main():
    call_command("migrate", verbosity=0)
    start = time.perf_counter()
    fill()
    filled = time.perf_counter()
    pairs = name_search.rebuild(connection, NameGram.objects.all())
    paired = time.perf_counter()
    title_sums.recount()
    summed = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    sys.stdout.write(
        f"\n{connection.vendor}: {COMMUNITIES:,} communities, {TITLES:,} titles written in {filled - start:.0f} s;"
        f" {pairs:,} pairs of names in {paired - filled:.1f} s, sums of titles in {summed - paired:.2f} s\n"
    )
    old = FormerCommunity.objects.order_by("pk")[50].name[:2]
    rare, often = _rare()
    words = {
        "city": Region.objects.filter(level="city")[40].full_name,
        "some": Community.objects.order_by("pk")[123_456].name[:2],  # in some 200 names
        "rare": rare,
        "often": often,
        "old": old,
    }
    with override_settings(ALLOWED_HOSTS=["testserver"]):
        pages(words)
    search(words)


if __name__ == "__main__":
    main()

"""E5, E6, E9: who has an account and which numbers exist cannot be found out; numbers of persons are not published."""

import datetime as dt
import random
import statistics
import time

import pytest
from django.test import Client

from accounts import limits
from accounts.models import Bucket
from accreditation import notices, public
from accreditation.models import Notice, Objection, Recognition
from accreditation.refusals import NotReady
from tests.access import canaries
from tests.factories import House, moment

TRIES = 60
DAY = dt.date(2017, 9, 4)


@pytest.fixture
def filer(db, settings):
    settings.PASSWORD_HASHERS = ["tests.proof.counted.Counted"]
    house = House()
    user = house.filer(house.community(0))
    user.set_password("correct horse battery")
    user.save()
    return user


def press(username, number, ip):
    client = Client(REMOTE_ADDR=ip)
    start = time.process_time()
    answer = client.post("/login/", {"username": username, "password": f"wrong{number}"})
    return time.process_time() - start, answer.status_code


def test_wrong_unknown_and_locked_take_the_same_time(filer, measure):
    """Alternating, so that what else the machine does falls on all three; medians of the processor's time less the hash."""
    locked = filer.username
    wrong = type(filer).objects.exclude(pk=filer.pk).filter(is_active=True).order_by("pk").first()
    for number in range(40):
        press(locked, number, f"10.8.0.{number}")
    times = {"wrong": [], "unknown": [], "locked": []}
    keep = limits.key_of("sign-in-account", locked)
    for number in range(TRIES):
        for kind, name in (("wrong", wrong.username), ("unknown", "没有这个人"), ("locked", locked)):
            Bucket.objects.exclude(key__startswith=keep).delete()
            took, status = press(name, number, f"10.9.{number}.1")
            assert status == 200
            times[kind].append(took)
    medians = {kind: statistics.median(taken) * 1000 for kind, taken in times.items()}
    gap = max(medians.values()) - min(medians.values())
    measure("E5", "medians, ms", ", ".join(f"{kind} {value:.2f}" for kind, value in medians.items()))
    measure("E5", "gap, ms", round(gap, 2))
    assert gap < 5


def test_control_a_path_without_a_hash_is_seen(filer, monkeypatch, settings):
    """Control: with the real hash, refusing without one is a gap of far more than 5 ms."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    monkeypatch.setattr("accounts.sign_in.make_password", lambda password: "")
    for _ in range(31):
        limits.take(limits.key_of("sign-in-account", filer.username), 30, 600, dt.datetime.now(dt.UTC))
    locked, _ = press(filer.username, 1, "10.9.0.1")
    unknown, _ = press("没有这个人", 1, "10.9.0.2")
    assert unknown - locked > 0.005


# E6


@pytest.fixture
def title(db):
    house = House()
    house.at("recognised", 0)
    return Recognition.objects.order_by("-pk").first()


def test_ten_thousand_guesses_find_nothing(title, measure):
    """The neighbours of a real number: the same serial with other check codes, other serials with the same code."""
    seed = random.SystemRandom().randrange(10**6)
    rng = random.Random(seed)
    real = set(Recognition.objects.values_list("number", flat=True))
    head, serial, code = title.number.rsplit("-", 2)
    signs = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
    guesses = {f"{head}-{serial}-{''.join(rng.choices(signs, k=len(code)))}" for _ in range(5000)}
    guesses |= {f"{head}-{number:04d}-{code}" for number in range(1, 5001)}
    guesses.discard(title.number)
    hits = [one for one in guesses if one in real]
    asked = sum(public.certificate(one, DAY) is not None for one in rng.sample(sorted(guesses), 200))
    measure("E6", "guesses", len(guesses))
    measure("E6", "hits", len(hits) + asked)
    assert hits == [] and asked == 0, seed
    assert public.certificate(title.number, dt.date(2018, 1, 1)) is not None


def test_guessing_ends_with_429(title, measure):
    """Certificates and query codes alike; the right one is not read either by whoever guessed too often."""
    client = Client()
    told = [client.get(f"/certificates/HN2017-{n:04d}-AAAAAA/").status_code for n in range(40)]
    assert told == [404] * 30 + [429] * 10
    assert client.get(f"/certificates/{title.number}/").status_code == 429
    codes = [client.post("/objections/", {"code": f"{n:032x}"}).status_code for n in range(40)]
    assert codes == [404] * 30 + [429] * 10
    measure("E6", "guesses before 429", 30)


def test_query_codes_have_128_bits(title):
    lengths = Objection._meta.get_field("code").max_length
    assert lengths >= 32
    codes = {notices.secrets.token_hex(16) for _ in range(1000)}
    assert len(codes) == 1000 and {len(code) for code in codes} == {32}


def test_control_numbers_in_a_row_are_found(title):
    """Control: certificate numbers without the random part could be walked."""
    real = {number.rsplit("-", 1)[0] for number in Recognition.objects.values_list("number", flat=True)}
    head = title.number.rsplit("-", 2)[0]
    assert any(f"{head}-{n:04d}" in real for n in range(1, 100))


# E9


def listed(house):
    application = house.prepare(house.at("county_review", 2))
    house.drive.shortlist(application, moment(dt.date(2017, 9, 1)))
    return application


TEXTS = {
    "identity number in the process": ("process", f"联系人身份证{canaries.identity(3)}。", "身份证号码"),
    "old identity number": ("basis", "身份证110105491231002。", "身份证号码"),
    "bank card in the title": ("title", f"公示{canaries.card(3)}", "银行卡号"),
    "identity number as contact": ("contact", canaries.identity(4), "身份证号码"),
}


@pytest.mark.parametrize("case", TEXTS)
def test_numbers_of_persons_are_not_published(db, case):
    """Refused when it is published, by whoever; nothing has moved."""
    field, text, kind = TEXTS[case]
    house = House()
    application = listed(house)
    publish = notices.publish

    def with_number(*args, text, **more):
        return publish(*args, text={**text, field: TEXTS[case][1]}, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("accreditation.notices.publish", with_number)
        with pytest.raises(NotReady) as refused:
            house.drive.publish("county_review", house.regions["一县"], moment(DAY), "测试")
    assert kind in str(refused.value.args) and not Notice.objects.exists()
    assert house.fresh(application).state == "county_review"


def test_a_community_s_name_with_a_number_is_not_published(db):
    house = House()
    application = listed(house)
    type(application.community).objects.filter(pk=application.community_id).update(
        name=f"桂花{canaries.identity(5)}"
    )
    with pytest.raises(NotReady):
        house.drive.publish("county_review", house.regions["一县"], moment(DAY), "测试")


def test_control_an_office_s_own_numbers_are_published(db):
    """Control: a telephone, a document number and a registration number are no numbers of persons."""
    house = House()
    listed(house)
    assert (
        notices.disclosing(
            ["0731-88888888", "湘人社函〔2017〕246号", "91430000123456789X", "524301000000000000"]
        )
        == []
    )
    assert notices.disclosing([f"身份证{canaries.identity(1)}，卡{canaries.card(1)}"]) != []
    assert house.drive.publish("county_review", house.regions["一县"], moment(DAY), "测试").pk

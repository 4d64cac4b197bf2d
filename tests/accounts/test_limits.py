"""Buckets: exactly so many per window, whoever counts."""

import datetime as dt

import pytest

from accounts import limits
from accounts.models import Bucket

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 7, 1, 4, tzinfo=dt.UTC)


def later(seconds):
    return NOON + dt.timedelta(seconds=seconds)


def test_it_gives_exactly_the_limit():
    assert [limits.take("k", 3, 60, NOON) for _ in range(5)] == [True, True, True, False, False]
    assert limits.peek("k", NOON) == 3


def test_a_refusal_does_not_lengthen_the_window():
    limits.take("k", 1, 60, NOON)
    assert not limits.take("k", 1, 60, later(59))
    assert limits.take("k", 1, 60, later(60))
    assert not limits.take("k", 1, 60, later(61))


def test_keys_do_not_touch_each_other():
    limits.take("a", 1, 60, NOON)
    assert limits.take("b", 1, 60, NOON)


def test_what_is_given_back_can_be_taken_again():
    limits.take("k", 1, 60, NOON)
    limits.give_back("k")
    limits.give_back("k")
    assert limits.peek("k", NOON) == 0
    assert [limits.take("k", 1, 60, NOON) for _ in range(2)] == [True, False]


def test_clear_forgets_one_and_clear_all_a_family():
    first, second, other = (
        limits.key_of("sign-in", "a", "1"),
        limits.key_of("sign-in", "a", "2"),
        limits.key_of("sign-in", "b", "1"),
    )
    for key in (first, second, other):
        limits.take(key, 1, 60, NOON)
    limits.clear(first)
    assert limits.peek(first, NOON) == 0
    limits.clear_all(limits.key_of("sign-in", "a"))
    assert set(Bucket.objects.values_list("key", flat=True)) == {other}


def test_count_has_no_limit():
    assert [limits.count("k", 60, NOON) for _ in range(3)] == [1, 2, 3]
    assert limits.count("k", 60, later(60)) == 1


def test_sweep_deletes_what_is_over():
    limits.take("old", 1, 60, NOON)
    limits.take("new", 1, 600, NOON)
    assert limits.sweep(later(60)) == 1
    assert Bucket.objects.get().key == "new"


def test_keys_stay_short():
    assert len(limits.key_of("sign-in-account", "x" * 4000, "::1")) < 120


def test_the_control_lets_everybody_through(settings):
    settings.TEST_SWITCH = "no_limit_guard"
    assert all(limits.take("k", 1, 60, NOON) for _ in range(5))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "1.2.3.4", "10.0.0.9"),
        (1, "1.2.3.4", "1.2.3.4"),
        (1, "6.6.6.6, 1.2.3.4", "1.2.3.4"),
        (2, "6.6.6.6, 1.2.3.4, 10.0.0.1", "1.2.3.4"),
        (2, "1.2.3.4", "10.0.0.9"),
        (1, "<script>", ""),
        (1, "", ""),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_client_ip_believes_only_our_own_proxies(rf, settings, proxies, forwarded, address):
    settings.TRUSTED_PROXIES = proxies
    assert limits.client_ip(rf.get("/", REMOTE_ADDR="10.0.0.9", HTTP_X_FORWARDED_FOR=forwarded)) == address


def test_client_ip_without_an_address(rf):
    assert limits.client_ip(rf.get("/", REMOTE_ADDR="")) == ""


@pytest.mark.parametrize(
    ("ip", "place"),
    [("10.0.0.1", "10.0.0.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"), ("", "")],
)
def test_a_place_is_an_address_or_a_network(ip, place):
    assert limits.place_of(ip) == place

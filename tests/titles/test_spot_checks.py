"""A spot check: what is told when, who may, and that anyone can repeat the draw with the published script."""

import hashlib
import hmac
import json
import subprocess
import sys

import pytest

from accounts.models import Role
from accreditation import spot_checks, spot_draw, spot_pool, title_invariants
from accreditation.models import DrawInspector
from accreditation.refusals import AlreadyMoved, NotReady, NotYours
from tests.titles.conftest import on

POOL = (
    "R\t50\t1\t1\t2\n"
    "T\t省级 一县\tA1\t一县\t甲社区\nT\t省级 一县\tA2\t一县\t乙社区\nT\t省级 一县\tA3\t一县\t丙社区\nT\t省级 二县\tB1\t二县\t丁社区\n"
    "D\tC1\t一县\t戊社区\t有举报\n"
    "X\tA9\t正在复查\n"
    "I\tP1\t一县\nI\tP2\t二县\nI\tP3\t二县\nI\tP4\t本级\n"
    "B\tA2\tP2\n"
)  # fmt: skip


def key(seed, kind, code, way="sha256"):
    """The order, written down a second time."""
    return hmac.new(seed.encode(), f"{kind}\n{code}".encode(), way).hexdigest()


@pytest.fixture
def second(titled):
    """A second approver of the city."""
    user = titled.who("东市", Role.APPROVER)
    other = titled.who("东市", Role.PUBLISHER)
    posting = user.acting
    new = posting.__class__.objects.create(
        user=other, role=Role.APPROVER, office=posting.office, starts=posting.starts
    )
    other.acting = new
    return other


def freeze(titled, **more):
    region = titled.city
    told = {
        "name": "省级称号抽查", "year": 2022, "money": ["provincial"], "share": 50, "least": 1, "reserves": 1, "each": 2,
        "seed_source": "2022年3月15日某彩票开奖号码", "people": spot_pool.inspectors_in(region, on(3, 1).date()),
        "by": titled.who("东市", Role.APPROVER), "at": on(3, 1),
    }  # fmt: skip
    return spot_checks.freeze(region, **{**told, **more})


def drawn(titled, second, **more):
    made = freeze(titled, **more)
    made = spot_checks.enter_seed(
        made, public_seed="03 11 17 22", by=titled.who("东市", Role.APPROVER), at=on(3, 16), seen=made.moves
    )
    return spot_checks.draw_now(made, public_seed=" 03 11  17 22 ", by=second, at=on(3, 16), seen=made.moves)


def test_the_first_of_each_stratum_by_the_seed_and_the_next_in_reserve():
    seed = "7\nabc"
    result = spot_draw.draw(POOL, seed)
    first = sorted(["A1", "A2", "A3"], key=lambda n: key(seed, "省级 一县", n))
    assert set(result["drawn"]) == {*first[:2], "B1"}  # half of three rounded up, and at least one of one
    assert result["reserves"] == {"省级 一县": [first[2]], "省级 二县": []}
    assert "C1" not in result["drawn"] and "A9" not in result["inspectors"]


def test_inspectors_never_come_from_the_title_s_own_county_or_are_barred():
    for number in range(40):
        result = spot_draw.draw(POOL, f"{number}\nabc")
        for title, codes in result["inspectors"].items():
            home = {"P1": "一县", "P2": "二县", "P3": "二县", "P4": "本级"}
            assert all(home[code] != {"A": "一县", "B": "二县", "C": "一县"}[title[0]] for code in codes)
            assert (title, "P2") not in {("A2", code) for code in codes}
            assert len(codes) == 2
        assert set(result["inspectors"]) == {*result["drawn"], "C1"}


def test_work_is_shared_evenly():
    lines = [f"T\t省级 一县\tA{n:02}\t一县\t社区{n}" for n in range(30)] + [
        f"I\tP{n}\t二县" for n in range(6)
    ]
    result = spot_draw.draw("R\t100\t1\t0\t1\n" + "\n".join(lines) + "\n", "s\nn")
    loads = [
        sum(code in codes for codes in result["inspectors"].values()) for code in (f"P{n}" for n in range(6))
    ]
    assert loads == [5] * 6


@pytest.mark.parametrize(
    ("count", "share", "least", "drawn_"), [(10, 10, 1, 1), (11, 10, 1, 2), (3, 1, 2, 2), (1, 10, 5, 1)]
)
def test_shares_round_up_to_at_least_and_at_most_all(count, share, least, drawn_):
    assert spot_draw.size(count, share, least) == drawn_


def test_each_place_is_as_likely_as_the_other():
    """2,000 draws of one in four: each title about 500 times (six standard deviations are 116)."""
    pool = "R\t25\t1\t0\t0\n" + "".join(f"T\ts\tA{n}\tp\tx\n" for n in range(4))
    hits = [spot_draw.draw(pool, f"{n}\nx")["drawn"][0] for n in range(2000)]
    assert all(384 < hits.count(f"A{n}") < 616 for n in range(4))


def test_the_hash_is_told_before_the_seed_and_the_nonce_after(titled, second):
    made = freeze(titled)
    assert made.pool_hash == hashlib.sha256(made.pool.encode()).hexdigest()
    assert made.nonce_hash == hashlib.sha256(made.nonce.encode()).hexdigest()
    event = made.events.get().event.body
    assert made.pool_hash in event and made.nonce_hash in event and made.nonce not in event


def repeated(made, tmp_path):
    """What the handed-out script prints for a draw, alone in its folder."""
    (tmp_path / "pool.txt").write_text(made.pool, encoding="utf-8", newline="")
    script = tmp_path / "draw.py"
    with open(spot_draw.__file__, encoding="utf-8") as source:
        script.write_text(source.read(), encoding="utf-8")
    told = subprocess.run(
        [sys.executable, "-I", str(script), str(tmp_path / "pool.txt"), made.public_seed, made.nonce],
        capture_output=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    return json.loads(told.stdout)


def test_anyone_repeats_it_with_the_script_alone(titled, second, tmp_path):
    made = drawn(titled, second)
    assert repeated(made, tmp_path) == [made.pool_hash, made.nonce_hash, spot_checks.result_of(made)]
    assert len(spot_checks.result_of(made)["drawn"]) == 2  # half of the four titles, all of one county


def test_national_hash_where_the_site_asks_for_it(titled, second, settings, tmp_path):
    # GB/T 32905-2016, annex A.1
    assert hashlib.new("sm3", b"abc").hexdigest() == (
        "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    )
    settings.DRAW_HASH = "sm3"
    made = drawn(titled, second)
    assert made.pool.startswith("R\t50\t1\t1\t2\tsm3\n")
    assert made.pool_hash == hashlib.new("sm3", made.pool.encode()).hexdigest()
    assert made.nonce_hash == hashlib.new("sm3", made.nonce.encode()).hexdigest()
    settings.DRAW_HASH = "sha256"  # each draw keeps its own
    assert repeated(made, tmp_path) == [made.pool_hash, made.nonce_hash, spot_checks.result_of(made)]
    rows = spot_draw.read(made.pool)["T"]
    seed = f"{made.public_seed}\n{made.nonce}"
    orders = {
        way: sorted((stratum, key(seed, stratum, number, way), number) for stratum, number, *_ in rows)
        for way in ("sm3", "sha256")
    }
    (stratum,) = {row[0] for row in rows}
    assert spot_checks.result_of(made)["reserves"] == {stratum: [orders["sm3"][2][2]]}
    first = {number for _, _, number in orders["sm3"][:2]}
    assert set(spot_checks.result_of(made)["drawn"]) == first
    assert not list(title_invariants.draws_repeat(None))


def test_a_hash_nobody_knows_is_refused():
    with pytest.raises(ValueError, match="md5"):
        spot_draw.draw(POOL.replace("R\t50\t1\t1\t2", "R\t50\t1\t1\t2\tmd5"), "s\nn")


def test_two_people_enter_the_seed_and_the_same(titled, second):
    made = freeze(titled)
    first = titled.who("东市", Role.APPROVER)
    with pytest.raises(AlreadyMoved, match="先由一人录入"):
        spot_checks.draw_now(made, public_seed="1", by=second, at=on(3, 16), seen=made.moves)
    made = spot_checks.enter_seed(made, public_seed="1 2 3", by=first, at=on(3, 16), seen=made.moves)
    with pytest.raises(NotYours, match="两人分别"):
        spot_checks.draw_now(made, public_seed="1 2 3", by=first, at=on(3, 16), seen=made.moves)
    with pytest.raises(NotReady, match="不一致"):
        spot_checks.draw_now(made, public_seed="1 2 4", by=second, at=on(3, 16), seen=made.moves)
    with pytest.raises(AlreadyMoved, match="已经录入"):
        spot_checks.enter_seed(made, public_seed="9", by=second, at=on(3, 16), seen=made.moves)


def test_one_draw_for_one_purpose_and_a_void_one_is_drawn_anew_by_somebody_else(titled, second):
    made = drawn(titled, second)
    with pytest.raises(AlreadyMoved, match="作废后"):
        freeze(titled)
    first = titled.who("东市", Role.APPROVER)
    with pytest.raises(NotReady, match="作废的理由"):
        spot_checks.void(made, reason="", by=first, at=on(3, 17), seen=made.moves)
    void = spot_checks.void(made, reason="公开种子录错一位。", by=first, at=on(3, 17), seen=made.moves)
    assert spot_checks.result_of(void) and void.state == "void"
    with pytest.raises(NotYours, match="另一名"):
        freeze(titled, replaces=void)
    with pytest.raises(NotYours, match="另一名"):
        freeze(titled, replaces=void, by=second)


def test_named_titles_stand_apart_and_left_out_ones_have_a_reason(titled, second):
    named, left = titled.titles[0], titled.titles[1]
    with pytest.raises(NotReady, match="写明理由"):
        freeze(titled, left_out={left.pk: " "})
    made = drawn(titled, second, directed={named.pk: "有举报"}, left_out={left.pk: "正在复查"})
    assert named.number not in spot_checks.result_of(made)["drawn"]
    target = made.targets.get(recognition=named)
    assert target.directed_reason == "有举报" and target.inspectors.count() == 2
    assert not made.targets.filter(recognition=left).exists()
    assert f"X\t{left.number}\t正在复查" in made.pool


def test_who_steps_back_is_followed_by_the_next_in_the_order(titled, second):
    made = drawn(titled, second)
    inspector = DrawInspector.objects.filter(target__draw=made).first()
    stranger = titled.who("西市", Role.APPROVER)
    with pytest.raises(NotYours):
        spot_checks.recuse(inspector, reason="x", by=stranger, at=on(3, 18))
    follower = spot_checks.recuse(inspector, reason="亲属在该社区工作。", by=inspector.user, at=on(3, 18))
    assert follower.user != inspector.user and follower.target == inspector.target
    assert inspector.target.inspectors.filter(recused_at=None).count() == 2
    home = follower.user.postings.first().office.region
    assert home.name != "一县" and home.parent.name != "一县"


def test_an_inspector_says_once_what_was_found(titled, second):
    made = drawn(titled, second)
    target = made.targets.first()
    by = target.inspectors.first().user
    other = titled.who("西市", Role.APPROVER)  # of another city: never in this pool, however it was drawn
    with pytest.raises(NotYours):
        spot_checks.find(target, passed=True, finding="", visited_on=on(3, 20).date(), by=other, at=on(3, 20))
    with pytest.raises(NotReady, match="写明检查情况"):
        spot_checks.find(target, passed=False, finding="", visited_on=on(3, 20).date(), by=by, at=on(3, 20))
    spot_checks.find(
        target, passed=False, finding="台账缺失。", visited_on=on(3, 20).date(), by=by, at=on(3, 20)
    )
    with pytest.raises(AlreadyMoved):
        spot_checks.find(target, passed=True, finding="", visited_on=on(3, 20).date(), by=by, at=on(3, 20))


def test_only_the_region_s_own_approvers_run_it(titled):
    for place, role in (("东市", Role.HANDLER), ("一县", Role.APPROVER), ("甲省", Role.APPROVER)):
        with pytest.raises(NotYours):
            freeze(titled, by=titled.who(place, role))

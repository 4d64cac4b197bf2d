"""甘肃省's spot checks: 兰州市 drew in May 2024 and is looking, the province has fixed its pool and waits for the seed."""

import datetime as dt

from django.db import transaction

from accounts.models import Posting, Role
from accreditation import spot_checks, spot_pool
from accreditation.models import Draw
from demonstration.driving import moment

SEED = "06 11 14 22 27 32 09"


@transaction.atomic
def fill(stage, province, city) -> None:
    """The city's draw with one inspector stepped back and one title failed; the province's pool, not drawn yet."""
    first, second = stage.people.at_office(city, Role.APPROVER), _second(stage, city)
    made = _freeze(
        stage, city, "2024年市级称号随机抽查", 20, first, dt.date(2024, 5, 13),
        "中国福利彩票双色球2024年5月21日开奖号码（演示用，号码为虚构），按公布顺序",
    )  # fmt: skip
    at = moment(dt.date(2024, 5, 22), stage.rng)
    made = spot_checks.enter_seed(made, public_seed=SEED, by=first, at=at, seen=made.moves)
    made = spot_checks.draw_now(
        made, public_seed=SEED, by=second, at=at + dt.timedelta(minutes=9), seen=made.moves
    )
    _look(stage, made)
    stage.account(second, "市级审核：随机抽查由两人分别录入公开种子")
    _freeze(
        stage, province, "2024年全省称号随机抽查", 5, stage.people.at_office(province, Role.APPROVER), dt.date(2024, 6, 6),
        "2024年6月13日公布的某一开奖号码（演示用），按公布顺序",
    )  # fmt: skip


def _second(stage, city):
    user = stage.people.extra("sh2lanzhou")
    office = stage.people.at_office(city, Role.APPROVER).acting.office
    user.acting = Posting.objects.create(
        user=user, role=Role.APPROVER, office=office, starts=stage.people.since
    )
    return user


def _freeze(stage, region, name, share, by, day, source) -> Draw:
    titles = spot_pool.titles_in(region, ["city"], day)
    named = titles.last()
    return spot_checks.freeze(
        region, name=name, year=day.year, money=["city"], share=share, least=1, reserves=1, each=2, seed_source=source,
        people=spot_pool.inspectors_in(region, day), directed={named.pk: "群众反映服务窗口长期无人值守"},
        by=by, at=moment(day, stage.rng),
    )  # fmt: skip


def _look(stage, made):
    """The first inspector steps back; every title but one was looked at, the first did not pass."""
    targets = list(made.targets.order_by("order"))
    at = moment(dt.date(2024, 5, 24), stage.rng)
    gone = targets[-1].inspectors.select_related("user").order_by("pk").first()
    spot_checks.recuse(gone, reason="与社区工作人员有亲属关系。", by=gone.user, at=at)
    for number, target in enumerate(targets[:-1]):
        day = dt.date(2024, 5, 27) + dt.timedelta(days=number)
        by = target.inspectors.select_related("user").order_by("pk").first().user
        spot_checks.find(
            target, passed=number > 0, finding="就业台账半年没有更新，服务窗口无人值守。" if not number else "台账齐全，与申报情况相符。",
            visited_on=day, by=by, at=moment(day, stage.rng),
        )  # fmt: skip

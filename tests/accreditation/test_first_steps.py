"""What a real site needs before its first round: communities from a table, and a round in preparation."""

import pytest
from django.core.management import CommandError, call_command

from accreditation.models import Round
from regions.models import Community
from tests.factories import House, document

HEAD = "街道代码,社区名称,类型,联系人,办公电话\n"


@pytest.fixture
def coded(house):
    street = house.regions["一南街道"]
    street.code = "990101001"
    street.save()
    return street


def test_communities_come_from_a_table_once_or_twice(coded, tmp_path, capsys):
    path = tmp_path / "社区.csv"
    path.write_text(
        HEAD + "990101001,新苗社区,社区,测试,0000-0000009\n990101001,山前村,行政村,,\n", encoding="utf-8"
    )
    call_command("load_communities", str(path))
    call_command("load_communities", str(path))
    assert capsys.readouterr().out.splitlines() == ["新增 2 个，已有 0 个。", "新增 0 个，已有 2 个。"]
    made = Community.objects.get(name="山前村")
    assert (made.kind, made.street, made.position) == ("village", coded, coded.position)


def test_a_wrong_row_is_named_and_nothing_is_kept(coded, tmp_path, capsys):
    path = tmp_path / "社区.csv"
    path.write_text(
        HEAD + "990101001,新苗社区,社区,,\n123456,远方社区,社区,,\n990101001,乙社区,小区,,\n",
        encoding="utf-8",
    )
    with pytest.raises(SystemExit):
        call_command("load_communities", str(path))
    said = capsys.readouterr().err.splitlines()
    assert said == ["第 3 行：没有代码为“123456”的街道（乡镇）。", "第 4 行：类型“小区”应为社区或行政村。"]
    assert not Community.objects.filter(name="新苗社区").exists()


def test_a_round_is_prepared_by_its_organiser_alone(db):
    data = document(quotas=[{"tier": "star", "level": "city", "region": "东市", "size": 2}])
    data["source"] = {**data["source"], "place": {"level": "province", "name": "甲省"}}
    house = House(programme=data)
    given = {"name": "第二批", "year": 2018, "code": "T2018", "opens_on": house.round.opens_on}
    call_command("prepare_round", "hunan-star-2017", by=house.officer("甲省", "approver").username, **given)
    made = Round.objects.get(code="T2018")
    assert (made.status, made.quotas.get().size) == ("preparing", 2)
    with pytest.raises(CommandError):
        call_command(
            "prepare_round",
            "hunan-star-2017",
            by=house.officer("甲省", "handler").username,
            **{**given, "code": "T9"},
        )
    with pytest.raises(CommandError):
        call_command("prepare_round", "nothing", by="x", **given)

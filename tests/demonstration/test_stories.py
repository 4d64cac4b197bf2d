"""The smaller demonstrations play through the public verbs and leave the portal in order. (Hunan's: tests/walk.)"""

import pytest
from django.core.management import call_command

from accreditation import invariants
from accreditation.models import Application, Notice, Recognition
from demonstration import gansu, pingdingshan, quangang, zhoukou
from demonstration.driving import moment
from regions import clock
from scoring.models import RubricVersion


@pytest.fixture
def demo(db, settings):
    """A site with public facts alone, as `setup_portal` leaves it."""
    settings.DEMO = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("load_regions", verbosity=0)
    call_command("load_workdays", verbosity=0)
    call_command(
        "load_programme", *map(str, sorted(settings.PROGRAMME_DOCUMENTS.glob("*.json"))), verbosity=0
    )


@pytest.mark.parametrize(
    ("story", "states"),
    [
        (quangang, {"draft", "street_review", "county_review", "recognised"}),
        (pingdingshan, {"draft", "county_review", "city_review"}),
        (zhoukou, {"draft", "county_review", "city_review", "city_notice"}),
        (gansu, {"draft", "county_review", "city_review", "province_notice"}),
    ],
    ids=lambda value: getattr(value, "PROGRAMME", None),
)
def test_a_story_plays_and_leaves_everything_in_order(demo, capsys, story, states):
    rows = story.fill(lambda line: None)["accounts"]
    found = set(Application.objects.values_list("state", flat=True))
    assert states <= found, f"wanted {states - found} besides"
    breaches = [
        sentence for _, sentences in invariants.breaches(moment(story.TODAY)) for sentence in sentences
    ]
    assert breaches == []
    assert {row["programme"] for row in rows} == {story.PROGRAMME}
    assert clock.playing().moment == moment(story.TODAY)
    assert len({(row["username"], row["note"]) for row in rows}) == len(rows)


def test_gansus_sample_sheet_says_that_it_is_one(demo):
    gansu.fill(lambda line: None)
    entered = RubricVersion.objects.get(programme="gansu-2023", sample=True)
    assert "演示用，非官方附件" in entered.origin
    assert Notice.objects.filter(office__region__name="兰州新区").exists(), (
        "reports to the province as a city does"
    )
    assert not Recognition.objects.filter(tier="provincial").exists(), "the notice is still running"

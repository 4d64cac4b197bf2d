"""check_invariants finds nothing in a sound house, and finds each seeded corruption by its own check (C10)."""

import datetime as dt
import hashlib

import pytest
from django.core.management import call_command
from django.db import connection

from accreditation import invariants, title_sums
from accreditation.models import (
    Application,
    ApplicationEvent,
    Attachment,
    Notice,
    Panel,
    ProgrammeVersion,
    Quota,
    QuotaPlace,
    Recognition,
    TitleSum,
)
from accreditation.paper.invariants import PAPER_CHECKS
from accreditation.title_invariants import TITLE_CHECKS
from regions.models import Community
from tests.factories import moment

AT = moment(dt.date(2017, 12, 1))


def wrong(at=AT):
    return {check.__name__ for check, sentences in invariants.breaches(at) if sentences}


@pytest.fixture
def full_house(house):
    for number, state in enumerate(
        ("draft", "returned", "declined", "withdrawn", "recognised", "city_notice", "province_review")
    ):
        house.at(state, number)
    return house


def test_a_sound_house_breaks_nothing(full_house, capsys):
    assert wrong() == set()
    call_command("check_invariants")
    printed = capsys.readouterr().out
    assert f"共 {len(invariants.checks())} 项检查，0 处不符。" in printed


def unprotected(sql):
    """Run SQL with the append-only triggers out of the way, as a tamperer with the file in hand would."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(sql)
            for _, text in triggers:
                cursor.execute(text)
        else:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(sql)
            cursor.execute("SET session_replication_role = origin")


def event_text_changed(house):
    unprotected("UPDATE accounts_event SET body = body || ' ' WHERE seq = 30")


def event_column_changed(house):
    unprotected("UPDATE accounts_event SET subject = 'x' WHERE seq = 30")


def event_cut_from_the_middle(house):
    unprotected("DELETE FROM accreditation_applicationevent WHERE event_id = 30")
    unprotected("DELETE FROM accreditation_roundevent WHERE event_id = 30")
    unprotected("DELETE FROM accounts_event WHERE seq = 30")


def state_written_by_hand(house):
    Application.objects.filter(state="draft").update(state="street_review")


def start_event_gone(house):
    link = ApplicationEvent.objects.filter(event__action="start").first()
    unprotected(f"DELETE FROM accreditation_applicationevent WHERE event_id = {link.pk}")


def state_off_the_route(house):
    document = house.round.version.document.replace('"state":"county_notice"', '"state":"x_notice"')
    ProgrammeVersion.objects.update(document=document, checksum=hashlib.sha256(document.encode()).hexdigest())
    Application.objects.filter(state="draft").update(state="county_notice")


def document_changed(house):
    ProgrammeVersion.objects.update(document=house.round.version.document.replace("90", "80"))


def quota_counter_off(house):
    Quota.objects.filter(region=house.regions["东市"]).update(used=0)


def place_kept_by_one_who_left(house):
    QuotaPlace.objects.create(
        quota=Quota.objects.get(region=house.regions["西市"]),
        application=Application.objects.get(state="declined"),
    )


def filing_changed(house):
    unprotected(
        "UPDATE accreditation_filing SET content = content || ' ' WHERE id = (SELECT min(id) FROM accreditation_filing)"
    )


def notice_ended_early(house):
    Notice.objects.filter(ended_at__isnull=False).update(last_day=dt.date(2018, 1, 31))


def title_without_recognition(house):
    Recognition.objects.filter(application__isnull=False).update(
        application=Application.objects.get(state="city_notice")
    )


def total_off(house):
    Application.objects.filter(state="city_notice").update(total_self=1)


def panel_where_none_is(house):
    Panel.objects.create(round=house.round, region=house.regions["东市"])


def file_lost(house):
    Attachment.objects.first().file.delete(save=False)


def sum_of_titles_off(house):
    title_sums.recount()
    TitleSum.objects.filter(pk=TitleSum.objects.first().pk).update(titles=99)


def name_written_past_the_search(house):
    Community.objects.filter(pk=house.community(0).pk).update(name="某某社区")


def community_left_behind(house):
    Community.objects.filter(pk=house.community(11).pk).update(position=1)


def application_left_behind(house):
    Application.objects.filter(state="city_notice").update(position=1)


def title_left_behind(house):
    Recognition.objects.filter(application=None, community=house.community(11)).update(position=1)


CORRUPTIONS = {
    event_text_changed: "chain",
    event_column_changed: "chain",
    event_cut_from_the_middle: "chain",
    state_written_by_hand: "states_follow_events",
    start_event_gone: "every_application_started",
    state_off_the_route: "states_on_route",
    document_changed: "documents_unaltered",
    quota_counter_off: "quotas_count",
    place_kept_by_one_who_left: "places_have_holders",
    filing_changed: "filings_kept",
    notice_ended_early: "notices_ended_rightly",
    title_without_recognition: "recognitions_match",
    total_off: "totals_match",
    panel_where_none_is: "panels_hold",  # more of it in test_panels
    file_lost: "files_exist",
    sum_of_titles_off: "title_sums_match",
    name_written_past_the_search: "names_searchable",
    community_left_behind: "positions_match",
    application_left_behind: "positions_match",
    title_left_behind: "positions_match",  # a line of a register: in test_title_invariants
}


def test_every_check_has_a_corruption_that_it_finds():
    # Those of titles have theirs in tests/titles/test_title_invariants.py, those of paper in tests/paper/test_printing.py.
    own = {check.__name__ for check in invariants.CHECKS if check not in (*TITLE_CHECKS, *PAPER_CHECKS)}
    assert set(CORRUPTIONS.values()) == own


@pytest.mark.parametrize("corrupt", CORRUPTIONS, ids=lambda f: f.__name__)
def test_a_seeded_corruption_is_found(full_house, corrupt):
    corrupt(full_house)
    assert CORRUPTIONS[corrupt] in wrong()


def test_the_command_fails_on_a_breach(full_house):
    quota_counter_off(full_house)
    with pytest.raises(SystemExit) as left:
        call_command("check_invariants")
    assert left.value.code == 1

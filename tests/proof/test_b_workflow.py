"""B6: the whole portal as a state machine: any verb at any moment by the person who may, and check_invariants after each.

A refusal is an answer; anything else that is raised, and any broken invariant, fails with the steps that led there.
PROOF_EXAMPLES × PROOF_STEPS sets how long it runs (make prove: 500 × 50); the seed is printed and recorded. The invariants
are asked again only after a step that wrote something or moved the clock: a read leaves them as they were.
"""

import datetime as dt
import os
import random

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Posting, Role
from accreditation import (
    community_changes,
    endings,
    invariants,
    notices,
    programmes,
    rounds,
    transitions,
)
from accreditation.models import (
    Application,
    ChangeReport,
    Ending,
    Notice,
    NoticeEntry,
    Objection,
    Quota,
    Recognition,
)
from demonstration.driving import Driver
from regions.clock import SHANGHAI, end_of
from subsidies import accrual, ledger, payments, spending
from subsidies.models import Entry
from tests.factories import load_calendar, moment, placed
from tests.proof.later_verbs import AfterTitles
from tests.subsidies.purse import PROGRAMME, Purse

EXAMPLES = int(os.environ.get("PROOF_EXAMPLES", "6"))
STEPS = int(os.environ.get("PROOF_STEPS", "25"))
# A long run looks elsewhere each time; a short one walks the same way, so that main does not turn red by chance.
ANY = random.SystemRandom().randrange(1, 2**31) if os.environ.get("PROOF_LONG") else 12
SEED = int(os.environ.get("PROOF_SEED", "0")) or ANY
COMMUNITIES = 4  # 0, 1 in 一南街道, 2, 3 in 一北街道: one county, one city, three places
PEOPLE = st.integers(0, COMMUNITIES - 1)
LEVELS = {"street": "一南街道", "county": "一县", "city": "东市", "province": "甲省"}
WHICH = st.sampled_from(["county", "city", "province"])
PICK = st.integers(0, 30)


class Portal(AfterTitles, RuleBasedStateMachine):
    """One house, kept for all examples; each example is taken back whole."""

    purse: Purse = None
    counted: dict = None
    checks = None

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.written, self.asked = 0, None
        self.watch = connection.execute_wrapper(self._count_writes)
        self.watch.__enter__()
        self.at = moment(dt.date(2017, 8, 21))
        self.house = self.purse.house
        self.drive = Driver(self.house.round, "star", self.house.people, "workflow")
        self.presses = 0

    def _count_writes(self, execute, sql, params, many, context):
        if not sql.lstrip("( ").startswith(("SELECT", "SAVEPOINT", "RELEASE SAVEPOINT")):
            self.written += 1  # a savepoint rolled back counts too: what it undid was written before it
        return execute(sql, params, many, context)

    def teardown(self):
        self.watch.__exit__(None, None, None)
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def try_(self, name, verb, /, *args, **kwargs):
        """A verb that may be refused, all or nothing."""
        self.counted[name] = self.counted.get(name, 0)
        try:
            with transaction.atomic():
                found = verb(*args, **kwargs)
        except (ValidationError, PermissionDenied):
            return None
        self.counted[name] += 1
        return found

    def of(self, number):
        return (
            Application.objects.with_round()
            .filter(round=self.house.round, community=self.house.community(number))
            .order_by("-pk")
            .first()
        )

    def officer(self, level, role, number=0):
        place = LEVELS[level]
        if level == "street" and number > 1:
            place = "一北街道"
        return self.house.officer(place, role)

    # Time

    @rule(days=st.sampled_from([1, 3, 9]))
    def days_pass(self, days):
        if self.at < moment(dt.date(2017, 11, 20)):
            self.at += dt.timedelta(days=days)

    @rule()
    def notices_close(self):
        for notice in Notice.objects.filter(ended_at=None, round=self.house.round):
            self.at = max(self.at, end_of(notice.last_day))
            self.try_("close", notices.close, notice, at=self.at)

    # The community

    @initialize(
        state=st.sampled_from(
            ["street_review", "county_review", "county_notice", "city_review", "city_notice", "recognised"]
        )
    )
    def begin(self, state):
        """Somebody is on the way already, somewhere; two more have filed."""
        first = self.house.at(state, 0)
        for number in (1, 2):
            self._file(number)
        self.at = max(self.at, first.arrived_at) + dt.timedelta(days=1)

    @rule(number=PEOPLE)
    def file(self, number):
        self._file(number)

    def _file(self, number):
        """From nothing to filed, as far as it goes."""
        community = self.house.community(number)
        application = self.of(number) or self.try_("start", self.drive.start, community, self.at)
        if application and application.state == "draft":
            self.try_("fill", self.drive.fill, self.house.fresh(application), 0.95, self.at)
            self.try_("submit", self.drive.submit, self.house.fresh(application), self.at)

    @rule(number=PEOPLE)
    def resubmit(self, number):
        if application := self.of(number):
            self.try_("resubmit", self.drive.resubmit, application, self.at)

    @rule(number=PEOPLE)
    def withdraw(self, number):
        if (application := self.of(number)) and self.presses % 3 == 0:
            self.try_("withdraw", self.drive.withdraw, application, self.at, "不再申报。")
        self.presses += 1

    # The desks

    @rule(number=PEOPLE, verdict=st.sampled_from(["recommend", "recommend", "send_back", "decline"]))
    def handle(self, number, verdict):
        application = self.of(number)
        if application and application.state.endswith("_review"):
            if application.step.scores:
                self.try_("assess", self.drive.assess, self.house.fresh(application), self.at)
            if application.step.needs.get("site_visit"):
                self.try_("visit", self.drive.visit, self.house.fresh(application), self.at)
            self.try_("propose", self.drive.propose, application, self.at, verdict, "意见如上。")

    @rule(number=PEOPLE)
    def go_on(self, number):
        """Handle and let go: on to the next desk or onto the list."""
        self.handle(number, "recommend")
        application = self.of(number)
        if application and application.state.endswith("_review"):
            if application.step.listing:
                self.try_("shortlist", self.drive.shortlist, application, self.at)
            else:
                self.try_("pass_on", self.drive.pass_on, application, self.at)

    @rule(
        number=PEOPLE,
        verb=st.sampled_from(
            ["unlist", "pass_over", "decline", "send_back", "disqualify", "shortlist", "pass_on"]
        ),
        level=st.sampled_from(sorted(LEVELS)),
    )
    def decide(self, number, verb, level):
        """Any decision by the approver of any level, at whatever state."""
        if application := self.of(number):
            more = {
                "pass_over": {"reason": "理由"}, "decline": {"reason": "理由"}, "disqualify": {"reason": "虚报。"},
                "send_back": {"remarks": [("narrative", "请补充。")]},
            }.get(verb, {})  # fmt: skip
            by = self.officer(level, Role.APPROVER, number)
            self.try_(
                verb,
                getattr(transitions, verb),
                application,
                by=by,
                at=self.at,
                seen=application.moves,
                **more,
            )

    @rule(level=WHICH)
    def publish(self, level):
        region = self.house.regions[LEVELS[level]]
        self.try_("publish", self.drive.publish, f"{level}_review", region, self.at, "测试1号")

    @rule()
    def recognise(self):
        self.try_("recognise", self.drive.recognise, self.house.province, self.at, "测试〔2017〕1号")

    @rule(size=st.integers(0, 5))
    def set_places(self, size):
        by = self.officer("province", Role.APPROVER)
        self.try_(
            "set_quota", rounds.set_quota, self.house.round, "star", self.house.regions["东市"], size, by=by, at=self.at,
            document_number="1号", reason="调整",
        )  # fmt: skip

    # Objections

    @rule(pick=PICK, named=st.booleans())
    def object(self, pick, named):
        entries = list(NoticeEntry.objects.filter(notice__round=self.house.round).order_by("pk"))
        if entries:
            self.try_(
                "object", notices.object_to, entries[pick % len(entries)], at=self.at, named=named, name="异议人", contact="0000-1",
                text="请核实。",
            )  # fmt: skip

    @rule(pick=PICK, outcome=st.sampled_from(["upheld", "dismissed", "not_admitted"]))
    def settle(self, pick, outcome):
        rows = list(Objection.objects.select_related("entry__notice").order_by("pk"))
        if rows:
            objection = rows[pick % len(rows)]
            level = objection.entry.notice.state.split("_")[0]
            by = self.officer(level, Role.APPROVER)
            self.try_("admit", notices.admit, objection, by=self.officer(level, Role.HANDLER), at=self.at)
            self.try_(
                "settle",
                notices.settle,
                objection,
                by=by,
                at=self.at,
                outcome=outcome,
                reply="经核实，答复如上。",
            )

    # Titles and changes

    @rule(pick=PICK)
    def propose_end(self, pick):
        rows = list(Recognition.objects.filter(community__in=self.mine()).order_by("pk"))
        title = rows[pick % len(rows)]
        level = title.issuer if title.issuer in LEVELS else "province"
        by = self.officer(level, Role.HANDLER)
        self.try_(
            "propose_end", endings.propose, title, kind=Ending.Kind.FRAUD, reason="虚报。", by=by, at=self.at
        )

    @rule(pick=PICK)
    def decide_end(self, pick):
        rows = list(Ending.objects.order_by("pk"))
        if rows:
            ending = rows[pick % len(rows)]
            issuer = ending.recognition.issuer
            by = self.officer(issuer if issuer in LEVELS else "province", Role.APPROVER)
            self.try_(
                "revoke", endings.decide, ending, document_number="1号", on=self.day(), by=by, at=self.at
            )

    @rule(number=PEOPLE, kind=st.sampled_from([ChangeReport.Kind.RENAMED, ChangeReport.Kind.ABOLISHED]))
    def report_change(self, number, kind):
        community = self.house.community(number)
        details = {"name": f"新名{self.presses}社区"} if kind == ChangeReport.Kind.RENAMED else {}
        self.presses += 1
        self.try_(
            "report_change", community_changes.report, community, kind=kind, happened_on=self.day(), details=details,
            document_number="5号", by=self.house.filer(community), at=self.at,
        )  # fmt: skip

    @rule(pick=PICK, keep=st.booleans())
    def decide_change(self, pick, keep):
        rows = list(ChangeReport.objects.order_by("pk"))
        if not rows:
            return
        report = rows[pick % len(rows)]
        self.try_("check_change", community_changes.check, report, finding="属实。", by=self.officer("county", Role.HANDLER), at=self.at, seen=report.moves)  # fmt: skip
        report.refresh_from_db()
        for level in ("county", "city", "province"):
            kept = {t.pk: community_changes.Keep(keep, 0) for t in community_changes.titles_of(report)}
            self.try_(
                "decide_change", community_changes.decide, report, kept=kept if keep else {}, decision="同意。", document_number="20号",
                by=self.officer(level, Role.APPROVER), at=self.at, seen=report.moves,
            )  # fmt: skip

    # Money

    @rule(year=st.sampled_from([2017, 2018]))
    def accrue(self, year):
        self.try_("accrue", accrual.accrue, year, by=None, at=self.at)

    @rule(year=st.sampled_from([2017, 2018]), name=st.sampled_from(["甲省", "东市", "一县"]))
    def pay(self, year, name):
        region = self.house.regions[name]
        self.presses += 1

        def order():
            shown = payments.preview(PROGRAMME, year, region)
            payments.pay(
                PROGRAMME, year, region, document=f"{self.presses}号", paid_on=self.day(), by=self.purse.finance[name], at=self.at,
                seen=shown.seen,
            )  # fmt: skip

        self.try_("pay", order)

    @rule(number=PEOPLE)
    def receive(self, number):
        for payment in Entry.objects.filter(kind="payment", community=self.house.community(number)):
            self.try_(
                "receive",
                payments.confirm_receipt,
                payment,
                on=self.day(),
                by=self.purse.filer(number),
                at=self.at,
            )

    @rule(
        number=PEOPLE, yuan=st.integers(1, 12_000), use=st.sampled_from(["publicity", "events", "it_network"])
    )
    def spend(self, number, yuan, use):
        year = self.at.astimezone(SHANGHAI).year
        self.presses += 1
        self.try_(
            "spend", spending.spend, self.house.community(number), PROGRAMME, year, use=use, fen=yuan * 100, on=self.day(), payee="某店",
            item="活动", invoice=f"I{self.presses}", token=f"k{self.presses}", by=self.purse.filer(number), at=self.at,
        )  # fmt: skip

    @rule(pick=PICK)
    def reverse(self, pick):
        rows = list(Entry.objects.filter(community__in=self.mine()).order_by("pk"))
        if rows:
            entry = rows[pick % len(rows)]
            by = self.purse.finance["甲省"] if entry.kind in ("accrual", "payment") else self.purse.filer(0)
            self.try_("reverse", ledger.reverse, entry, by=by, at=self.at, on=self.day(), reason="记错。")

    # What always holds

    @invariant()
    def nothing_is_broken(self):
        if self.asked == (self.written, self.at):
            return
        self.asked = (self.written, self.at)
        found = [s for _, sentences in invariants.breaches(self.at, self.checks) for s in sentences]
        assert found == [], found

    @invariant()
    def places_are_kept(self):
        for quota in Quota.objects.all():
            assert quota.used <= quota.size

    def mine(self):
        return [self.house.community(number).pk for number in range(COMMUNITIES)]

    def day(self):
        return self.at.astimezone(SHANGHAI).date()


@pytest.fixture
def portal(db, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    purse = Purse()
    load_calendar(2018)
    city = purse.house.regions["东市"]
    version, _ = programmes.load(placed("pingdingshan-2021", city), "p.json", at=moment(dt.date(2017, 1, 3)))
    for number in (0, 2):
        purse.title(number, "provincial", granted_on=dt.date(2015, 5, 1))
    second = purse.house.people.extra("second-approver")
    own = purse.house.officer("东市", Role.APPROVER).acting
    second.acting = Posting.objects.create(
        user=second, role=Role.APPROVER, office=own.office, starts=own.starts
    )
    more = {"purse": purse, "recheck_version": version, "second": second, "counted": {}, "checks": None}
    return type("Portal", (Portal,), more)


def run(machine, examples=EXAMPLES, steps=STEPS, with_seed=SEED):
    """Run the machine from a seed; the seed is printed with the failure."""
    print(f"PROOF_SEED={with_seed}")
    chosen = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck), print_blob=True,
    )  # fmt: skip
    seeded = seed(with_seed)(machine)
    run_state_machine_as_test(seeded, settings=chosen)


@pytest.mark.parametrize("half", [1, 2])  # side by side, where there are two processes
def test_any_verb_at_any_moment_leaves_everything_in_order(portal, measure, half):
    chosen, examples = SEED + half - 1, (EXAMPLES + 2 - half) // 2
    run(portal, examples=examples, with_seed=chosen)
    taken = {name: number for name, number in portal.counted.items() if number}
    measure("B6", f"seed of half {half}", str(chosen))
    measure("B6", "examples", examples)
    measure("B6", "steps of each", str(STEPS))
    measure("B6", "verbs carried out", sum(taken.values()))
    measure("B6", "illegal", 0)
    assert len(taken) >= 12, portal.counted


def test_control_a_broken_invariant_is_found(portal, monkeypatch, measure):
    """Withdrawing and unlisting forget to give the place back: the machine finds it."""
    monkeypatch.setattr("accreditation.quotas.give_back", lambda application: None)

    class Leading(portal):
        """Straight onto the city's list, then off it."""

        @initialize()
        def onto_the_list(self):
            self.drive.withdraw(self._listed(), self.at, "不再申报。")

        def _listed(self):
            application = self.house.prepare(self.house.at("city_review", 3))
            self.drive.shortlist(application, moment(dt.date(2017, 9, 20)))
            return self.house.fresh(application)

    with pytest.raises(AssertionError) as found:
        run(Leading, examples=1, steps=3)
    measure("B6", "control: found", "名额" in str(found.value))
    assert "名额" in str(found.value)
    assert connection.is_usable()

"""What comes after a title, as rules of the state machine B6: rechecks, spot checks, endings, reports, audits, recoveries, stops.

Each rule is pressed by the person who may; which title, line or report it is about, the machine chooses.
"""

import datetime as dt

from hypothesis import strategies as st
from hypothesis.stateful import rule

from accounts.models import Posting, Role
from accreditation import community_changes, endings, notices, rechecks, spot_checks, spot_pool
from accreditation.models import (
    Bar,
    ChangeReport,
    Draw,
    DrawTarget,
    Ending,
    Objection,
    RecheckEntry,
    RecheckRound,
    Recognition,
)
from regions.clock import SHANGHAI
from subsidies import audits, ledger, payments, recoveries, reports, spending
from subsidies.models import Entry, Finding, Recovery, SpendingReport, Stop
from tests.factories import moment
from tests.subsidies.purse import PROGRAMME

PICK = st.integers(0, 30)
LAST = moment(dt.date(2018, 11, 20))
COUNTS = {
    "zero_employment_families": 2, "zero_employment_families_cleared": 2, "registered_unemployed_total": 40,
    "registered_unemployed_reemployed": 38, "hardship_total": 20, "hardship_reemployed": 19, "new_jobs": 15, "aid_targets": 6,
}  # fmt: skip


class AfterTitles:
    """Rules of a machine that has `house`, `purse`, `at`, `try_`, `officer`, `mine` and `day` (test_b_workflow.Portal)."""

    recheck_version = None  # a document with yearly rechecks, placed in 东市
    second = None  # a second approver of 东市

    def one(self, rows, pick):
        found = list(rows.order_by("pk"))
        return found[pick % len(found)] if found else None

    @rule(days=st.sampled_from([40, 75]))
    def a_season_passes(self, days):
        """Only while nobody waits for a notice to end: those close by themselves first."""
        self.notices_close()
        if self.at < LAST:
            self.at += dt.timedelta(days=days)

    # Rechecks

    @rule(year=st.sampled_from([2016, 2017, 2018]))
    def open_recheck(self, year):
        self.try_(
            "open_recheck", rechecks.open_round, self.recheck_version, year=year, name=f"{year}年度复查",
            by=self.officer("city", Role.APPROVER), at=self.at,
        )  # fmt: skip

    @rule(pick=PICK, passed=st.booleans(), back=st.booleans())
    def recheck(self, pick, passed, back):
        """A line found, sent back or confirmed, level by level, and decided above where it failed."""
        if (entry := self.one(RecheckEntry.objects.all(), pick)) is None:
            return
        told = {"figures": COUNTS, "visited_on": self.day(), "reason": "" if passed else "台账长期未更新。"}
        self._line(
            "recheck", rechecks.check, entry, self.officer("county", Role.HANDLER), passed=passed, **told
        )
        if back:
            self._line(
                "return_recheck",
                rechecks.send_back,
                entry,
                self.officer("county", Role.APPROVER),
                remark="请核对。",
            )
            return
        for level in ("county", "city"):
            self._line("confirm_recheck", rechecks.confirm, entry, self.officer(level, Role.APPROVER))
        self._line(
            "decide_recheck", rechecks.decide, entry, self.officer("province", Role.APPROVER), end=bool(pick % 2),
            reason="情况属实。", document_number="30号", on=self.day(),
        )  # fmt: skip

    def _line(self, name, verb, entry, by, **told):
        entry.refresh_from_db()
        self.try_(name, verb, entry, by=by, at=self.at, seen=entry.moves, **told)

    @rule(pick=PICK)
    def close_recheck(self, pick):
        if round_ := self.one(RecheckRound.objects.all(), pick):
            self.try_(
                "close_recheck",
                rechecks.close_round,
                round_,
                by=self.officer("city", Role.APPROVER),
                at=self.at,
            )

    @rule(pick=PICK, year=st.sampled_from([2016, 2017]))
    def authorise_gap(self, pick, year):
        title = self.one(Recognition.objects.filter(community__in=self.mine(), issuer="province"), pick)
        by = self.officer("province", Role.APPROVER)
        self.try_(
            "authorise_gap",
            rechecks.authorise_gap,
            title,
            year=year,
            reason="机构改革。",
            document_number="",
            by=by,
            at=self.at,
        )

    # Spot checks

    @rule(pick=PICK, share=st.sampled_from([20, 100]))
    def spot_check(self, pick, share):
        """A pool fixed; what was fixed before is drawn by two, and what was drawn is looked at."""
        by, region = self.officer("city", Role.APPROVER), self.house.regions["东市"]
        self.presses += 1
        if self.presses % 2:
            self.try_(
                "freeze_draw", spot_checks.freeze, region, name=f"抽查{self.presses}", year=2017, money=["city"], share=share,
                least=1, reserves=1, each=1, seed_source="某日某期开奖号码", by=by, at=self.at,
                people=spot_pool.inspectors_in(region, self.day()),
            )  # fmt: skip
        if draw := self.one(Draw.objects.all(), pick):
            for who in (by, self.second):
                draw.refresh_from_db()
                verb = spot_checks.draw_now if draw.public_seed else spot_checks.enter_seed
                self.try_(
                    verb.__name__, verb, draw, public_seed="03 11 17", by=who, at=self.at, seen=draw.moves
                )

    @rule(pick=PICK, passed=st.booleans(), away=st.booleans())
    def look(self, pick, passed, away):
        target = self.one(DrawTarget.objects.all(), pick)
        inspector = target and target.inspectors.filter(recused_at=None).select_related("user").first()
        if not inspector:
            return
        by = inspector.user
        by.acting = Posting.objects.select_related("office__region").filter(user=by).first()
        if away:
            self.try_(
                "recuse_inspector", spot_checks.recuse, inspector, reason="有亲属关系。", by=by, at=self.at
            )
        else:
            told = {"passed": passed, "finding": "" if passed else "没有台账。", "visited_on": self.day()}
            self.try_("find_in_draw", spot_checks.find, target, by=by, at=self.at, **told)

    @rule(pick=PICK)
    def void(self, pick):
        if draw := self.one(Draw.objects.all(), pick):
            self.try_(
                "void_draw",
                spot_checks.void,
                draw,
                reason="程序有误。",
                by=self.second,
                at=self.at,
                seen=draw.moves,
            )

    # Endings, bars, changes, objections: the answers not given elsewhere

    @rule(pick=PICK)
    def refuse(self, pick):
        if ending := self.one(Ending.objects.all(), pick):
            level = ending.recognition.issuer
            by = self.officer(level if level in ("county", "city", "province") else "province", Role.APPROVER)
            self.try_("refuse_end", endings.refuse, ending, reason="证据不足。", by=by, at=self.at)
        if report := self.one(ChangeReport.objects.all(), pick):
            for level in ("county", "city", "province"):
                by = self.officer(level, Role.APPROVER)
                self.try_(
                    "refuse_change",
                    community_changes.refuse,
                    report,
                    reason="材料不实。",
                    by=by,
                    at=self.at,
                    seen=report.moves,
                )
        if bar := self.one(Bar.objects.all(), pick):
            by = self.officer("province", Role.APPROVER)
            self.try_("lift_bar", endings.lift, bar, document_number="40号", by=by, at=self.at)

    @rule(pick=PICK)
    def extend_objection(self, pick):
        if objection := self.one(Objection.objects.select_related("entry__notice"), pick):
            by = self.officer(objection.entry.notice.state.split("_")[0], Role.APPROVER)
            self.try_("extend", notices.extend, objection, by=by, at=self.at, reason="案情复杂。")

    @rule()
    def titles_expire(self):
        self.try_("expire", endings.expire_due, self.at)

    # Money: what follows spending

    @rule(number=st.integers(0, 3), yuan=st.integers(1, 4_000))
    def give_back(self, number, yuan):
        """An expense taken back, or unspent money returned."""
        by, community = self.purse.filer(number), self.house.community(number)
        self.presses += 1
        own = Entry.objects.filter(community=community)
        if self.presses % 2 and (expense := own.filter(kind="spending").order_by("-pk").first()):
            self.try_("take_back", spending.take_back, expense, by=by, at=self.at, reason="重复登记。")
        elif grants := ledger.read(community.pk):
            grant = next(iter(grants.values()))
            told = {"fen": yuan * 100, "on": self.day(), "voucher": "V1", "token": f"r{self.presses}"}
            self.try_("refund", payments.refund, grant, by=by, at=self.at, community=community, **told)

    @rule(number=st.integers(0, 3))
    def file_report(self, number):
        year = self.at.astimezone(SHANGHAI).year
        self.try_(
            "file_spending_report", reports.file_spending_report, self.house.community(number), PROGRAMME, year,
            text="全部按规定使用。", by=self.purse.filer(number), at=self.at,
        )  # fmt: skip

    @rule(pick=PICK, passed=st.sampled_from([True, True, False]))
    def audit(self, pick, passed):
        """Both departments of both levels, each when its turn comes; and somebody finds something wrong."""
        if (report := self.one(SpendingReport.objects.all(), pick)) is None:
            return
        desks = self.purse.desks()
        for by in desks if passed else desks[:1]:
            self.try_(
                "sign_report",
                audits.sign,
                report,
                passed=passed,
                remarks="" if passed else "请补充。",
                by=by,
                at=self.at,
            )
        expense = Entry.objects.filter(kind="spending", community=report.community).first()
        kind, fen = ("irregular", expense.fen) if expense and pick % 2 else ("insufficient", 100_00)
        told = {"entry": expense if kind == "irregular" else None, "text": "与用途不符。"}
        self.try_("find", audits.find, report, kind=kind, fen=fen, by=desks[pick % 4], at=self.at, **told)

    @rule(pick=PICK, yuan=st.sampled_from([1, 50, 100, 5_000]))
    def recover(self, pick, yuan):
        if finding := self.one(Finding.objects.select_related("report__community"), pick):
            self.try_(
                "order_recovery", recoveries.order_recovery, finding, due_on=self.day() + dt.timedelta(30), document="50号",
                by=self.officer("city", Role.APPROVER), at=self.at,
            )  # fmt: skip
        if recovery := self.one(Recovery.objects.select_related("community"), pick):
            for by in self.purse.finance.values():
                told = {"fen": yuan * 100, "on": self.day(), "voucher": "V2"}
                if self.try_("repay", recoveries.repay, recovery, by=by, at=self.at, **told):
                    break

    @rule(number=st.integers(0, 3), pick=PICK)
    def stop(self, number, pick):
        year = self.at.astimezone(SHANGHAI).year
        by, document = self.officer("city", Role.APPROVER), {"reason": "整改中。", "document": "60号"}
        stop = self.one(Stop.objects.all(), pick)
        if stop and stop.lifted_at is None:
            told = {"resumes_year": year + 1, "on": self.day(), **document}
            self.try_("lift_stop", recoveries.lift_stop, stop, by=by, at=self.at, **told)
        elif pick % 3 == 0:
            told = {"first_year": year + 1, **document}
            self.try_(
                "order_stop",
                recoveries.order_stop,
                self.house.community(number),
                PROGRAMME,
                by=by,
                at=self.at,
                **told,
            )

"""What a programme says about money, read from its document: amounts, days, uses, caps, who audits.

A grant keeps the version its year was first accrued under; a correction of the document takes effect with the next
year's accrual.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from accreditation.models import ProgrammeVersion
from accreditation.refusals import NotReady
from accreditation.windows import day_of_window
from regions.models import Region
from subsidies.models import Accrual, Kind
from subsidies.money import share

# The order of title levels: the highest comes first (甘人社通〔2023〕287号 第十二条).
LADDER = ("national", "provincial", "city", "county")


@dataclass(frozen=True)
class Use:
    """A permitted use; `cap_percent` of the year's grant at most, where there is one (第十三条)."""

    key: str
    name: str
    text: str
    cap_percent: str | None

    def cap(self, granted: int) -> int | None:
        """The most that may be spent under this use out of a grant, in fen; None without a cap."""
        return share(granted, self.cap_percent) if self.cap_percent is not None else None


class Rules:
    """One programme version's rules of money."""

    def __init__(self, version: ProgrammeVersion):
        self.version = version
        self.section = version.data["subsidy"]

    @property
    def programme(self) -> str:
        return self.version.data["key"]

    @property
    def title(self) -> str:
        return self.version.data["title"]

    @property
    def article(self) -> str:
        return self.section.get("article", "")

    @property
    def yearly(self) -> bool:
        return self.section["kind"] == "yearly"

    @property
    def kind(self) -> str:
        """The kind of entry an accrual posts."""
        return Kind.ACCRUAL if self.yearly else Kind.AWARD

    @cached_property
    def amounts(self) -> dict[str, int]:
        """Fen by level of title, the highest level first."""
        yuan = self.section["amounts"]
        return {level: yuan[level] * 100 for level in LADDER if level in yuan}

    @cached_property
    def uses(self) -> dict[str, Use]:
        rows = self.section.get("uses", [])
        return {
            row["key"]: Use(row["key"], row["name"], row.get("text", ""), row.get("cap_percent"))
            for row in rows
        }

    @property
    def audit_levels(self) -> list[str]:
        return self.section.get("audit_levels", [])

    @property
    def audit_by(self) -> list[str]:
        return self.section.get("audit_by", [])

    @property
    def carry_years(self) -> int:
        """In how many years after its own a grant may still be spent; 0: it is only shown as carried over."""
        return self.section.get("carry_years", 0)

    def cut_off(self, year: int) -> dt.date:
        """The day whose titles count for a fiscal year (A37); for awards the year's last day."""
        if not self.yearly:
            return dt.date(year, 12, 31)
        return day_of_window(self.section["cut_off"], year, end=False)

    def report_by(self, year: int) -> dt.date:
        """The last day for the yearly report, inclusive (A26)."""
        return day_of_window(self.section["report_by"], year, end=True)

    @cached_property
    def region(self) -> Region | None:
        """The region the programme is for: its titles' communities lie at or below it."""
        place = self.version.data["source"]["place"]
        return Region.objects.filter(level=place["level"], name=place["name"]).order_by("position").first()

    @property
    def valid_until(self) -> dt.date | None:
        text = self.version.data["source"].get("valid_until")
        return dt.date.fromisoformat(text) if text else None


def current() -> list[Rules]:
    """The newest loaded version of every programme that gives money, by key."""
    newest: dict[str, ProgrammeVersion] = {}
    for version in ProgrammeVersion.objects.select_related("programme").order_by("loaded_at", "pk"):
        newest[version.programme.key] = version
    return [Rules(newest[key]) for key in sorted(newest) if newest[key].data.get("subsidy")]


def of_year(programme: str, fiscal_year: int) -> Rules:
    """The rules a year's grants stand under: those of its first accrual.

    A year without one, in which older money is still spent and reported, keeps those of the last before it. Raises
    NotReady where nothing was accrued yet.
    """
    runs = Accrual.objects.select_related("version").filter(programme=programme)
    accrual = runs.filter(fiscal_year__lte=fiscal_year).order_by("-fiscal_year").first()
    if accrual is None:
        raise NotReady(f"{fiscal_year} 年度尚未计提，没有可以办理的资金。")
    return Rules(accrual.version)

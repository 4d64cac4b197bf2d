"""Tables of the money: the ledger, what was bought, what was reported, audited, recovered and stopped."""

from subsidies.models.audits import Finding, Recovery, Signature, SpendingReport, Stop
from subsidies.models.ledger import Accrual, Batch, Entry, Kind, MoneyEvent, RegionSum, Release
from subsidies.models.spending import Expense, ExpenseFile

__all__ = [
    "Accrual",
    "Batch",
    "Entry",
    "Expense",
    "ExpenseFile",
    "Finding",
    "Kind",
    "MoneyEvent",
    "Recovery",
    "RegionSum",
    "Release",
    "Signature",
    "SpendingReport",
    "Stop",
]

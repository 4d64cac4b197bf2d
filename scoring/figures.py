"""What a figure of a programme is: its key, words, type, and what it can and cannot be."""

from dataclasses import dataclass

TYPES = ("count", "yesno", "decimal", "points")


@dataclass(frozen=True)
class Figure:
    """One figure as the document defines it.

    type: count (whole number ≥ 0), yesno, decimal (exact), points (judged, in steps).
    part_of: the figure it cannot exceed; above it the sheet is refused.
    within: the figure it should not exceed; above it the reviewer sees a hint (contracts: other oddities are hints).
    all_of: for yes/no: a whole of which a number may be given instead; yes when the number reaches it.
    least, most, step: limits, scaled by UNIT for decimals and points; None where there are none.
    optional: a sheet without it is complete; what rests on it stays open.
    derived: a fact the portal knows by itself, under the name of the rule that tells it: no form asks for it.
    """

    key: str
    label: str
    type: str
    unit: str = ""
    definition: str = ""
    formula: str = ""
    part_of: str = ""
    within: str = ""
    all_of: str = ""
    least: int | None = None
    most: int | None = None
    step: int | None = None
    optional: bool = False
    derived: str = ""

    @property
    def reason_key(self) -> str:
        """Where the reason of a judged figure stands in a sheet."""
        return f"{self.key}_reason"

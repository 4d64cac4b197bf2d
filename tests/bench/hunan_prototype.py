"""The Hunan sheet written out by hand as one function of whole numbers (half points): the bare limit of scoring it.

It knows nothing of documents, reasons or mistakes; the bench compares its totals and its speed with the engine's.
"""

from decimal import Decimal

from scoring.points import UNIT

# Yes/no figures and the half points each gives.
YES = {
    **dict.fromkeys(
        "meets_city_standard loan_recovery platform_used posts_developed facilities_complete rules_enforced"
        " service_manner work_rules_kept".split(),
        4,
    ),
    **dict.fromkeys(
        "loan_recommendation aid_plan aid_visits aid_records zero_family_module_used job_guidance"
        " job_referral_ledger training_organised training_ledger notice_board policy_publicity"
        " staff_know_policy unemployed_plan unemployed_ledger employed_followup_ledger"
        " employed_stability_ledger posts_ledger insurance_assisted insurance_ledger staff_certified"
        " rules_complete service_standard window_orderly window_guide".split(),
        2,
    ),
    **dict.fromkeys("centre_established funding_secured work_ethics_kept".split(), 6),
}
PLAIN = tuple((key, half) for key, half in YES.items() if not key.startswith("work_"))
TARGETS = ("new_jobs", "reemployed", "hardship_reemployed")
CASES = ("unemployed_over_half_year", "certificate_errors", "hardship_recognition_errors")
GRADUATES = ("graduates_registered", "graduates_followed_up", "graduates_served")


def _short(part, whole, border):
    """Whole percentage points missing to the border; nobody is never short."""
    return max(0, (border * whole - 100 * part) // whole) if whole else 0


def _halves(points):
    return int(Decimal(points) * 2)


def total(f) -> int:
    """The sheet's total in the engine's scale."""
    half = 0
    for key, gain in PLAIN:
        if f[key]:
            half += gain
    for name in TARGETS:
        if f[name + "_done"] >= f[name + "_target"]:
            half += 4
    out = f["registered_unemployed_end"]
    if 1000 * out <= 45 * (out + f["employed_end"]):
        half += 8
    half += max(0, 6 - 2 * _short(f["willing_workers_employed_end"], f["willing_workers_end"], 95))
    half += max(0, 6 - _short(f["registered_unemployed_reemployed"], f["registered_unemployed_total"], 95))
    half += max(0, 6 - _short(f["hardship_reemployed"], f["hardship_total"], 95))
    if f["zero_employment_families_cleared"] >= f["zero_employment_families"]:
        half += 6
    graduates = f["graduates_unemployed"]
    half += max(0, 4 - sum(_short(f[key], graduates, 100) for key in GRADUATES))
    half += max(0, 4 - _short(f["graduates_employed_or_preparing"], graduates, 90))
    for key in CASES:
        half += max(0, 4 - f[key])
    if 100 * f["employed_registered_insured"] >= 95 * f["employed_registered_total"]:
        half += 2
    if Decimal(f["centre_area"]) >= 30:
        half += 2
    if f["full_time_staff"] >= 1:
        half += 4
    if not f["extortion_found"]:
        half += 4 * f["work_rules_kept"] + 6 * f["work_ethics_kept"]
    half += max(0, 10 - 2 * f["valid_complaints"] - 10 * f["mass_incidents"])
    half += _halves(f["economy_points"]) + _halves(f["innovation_points"])
    half += min(8, 2 * f["awards_county"] + 4 * f["awards_city"] + 6 * f["awards_province"])
    return half * UNIT // 2

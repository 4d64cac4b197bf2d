"""Plausible figures for any score sheet: good ones, a little less so where the community is weak."""

import random

# Yes/no figures where yes is the bad answer.
BAD = frozenset(
    "ledger_mismatch not_computerised no_job_board aid_target_unemployed_over_year extortion_found".split()
)
RANGES = {
    "labour_force": (1500, 4200),
    "recommended_due": (20, 60),
    "unemployed_willing": (20, 60),
    "registered_unemployed_total": (28, 110),
    "hardship_total": (6, 26),
    "certificates_due": (120, 480),
    "zero_employment_families": (0, 2),
    "full_time_staff": (2, 4),
    "staff_with_degree": (1, 3),
    "preparation_requests": (4, 16),
    "unemployed_to_visit": (20, 60),
}
DECIMALS = {
    "office_area": ("55", "62.5", "80", "120"),
    "satisfaction_rate": ("93", "95.5", "97", "98"),
    "loans_due": ("300000", "450000"),
}
# Of these the whole is no hard limit (a document's `part_of`), but a sensible community fills it all the same.
WHOLES = {
    "recommended_done": "recommended_due",
    "unemployed_served": "unemployed_willing",
    "certificates_held": "certificates_due",
    "loans_repaid": "loans_due",
}
# A part stays whole unless the rule leaves room; these may lack a few.
ROOM = {"registered_unemployed_reemployed": 33, "labour_force_registered": 12}


def maker(rubric, tier):
    """figures(rng, quality) for this sheet and tier; derived facts are left to the register."""
    wanted = rubric.figures.values()

    def figures(rng: random.Random, quality: float) -> dict:
        found: dict = {}
        for figure in wanted:
            if figure.derived:
                continue
            found[figure.key] = _value(figure, found, rng, quality)
        return found

    return figures


def _value(figure, found, rng, quality):
    if figure.type == "yesno":
        slip = rng.random() < 0.15 * (1 - quality)
        return (figure.key not in BAD) != slip
    if of := figure.part_of or WHOLES.get(figure.key):
        whole = found.get(of, 0)
        if figure.type == "decimal":
            return whole
        room = whole // ROOM[figure.key] if figure.key in ROOM else 0
        return whole - rng.randint(0, room)
    if figure.type == "decimal":
        return rng.choice(DECIMALS.get(figure.key, ("60", "80")))
    if figure.type == "points":
        return "3"
    if figure.key in RANGES:
        return rng.randint(*RANGES[figure.key])
    slip = rng.random() < 0.5 * (1 - quality)
    return 1 if slip else 0


PARAGRAPHS = (
    "本社区（村）现有居民{households}户、{population}人。一年来，把促进就业作为民生实事来抓，成立工作小组，落实人员、场地和制度。",
    "一是摸清底数，分片入户建立劳动力、失业人员和就业困难人员台账，按月更新。",
    "二是精准帮扶，对零就业家庭和就业困难人员一人一策，联系辖区企业提供岗位，定期回访。",
    "三是加强培训，组织参加技能培训和创业培训，做好政策宣传，居民满意度明显提高。",
)


def narrative(rng: random.Random, facts: dict) -> str:
    """A short work report with the community's own numbers."""
    return "\n".join(paragraph.format(**facts) for paragraph in PARAGRAPHS)

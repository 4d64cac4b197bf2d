"""Plausible figures of a community for `hunan-star-2017`, from a quality between 0 (weak) and 1 (nearly faultless)."""

import random

YES_NO = (
    "loan_recommendation loan_recovery aid_plan aid_visits aid_records platform_used zero_family_module_used "
    "job_guidance job_referral_ledger training_organised training_ledger notice_board policy_publicity staff_know_policy "
    "unemployed_plan unemployed_ledger employed_followup_ledger employed_stability_ledger posts_developed posts_ledger "
    "insurance_assisted insurance_ledger facilities_complete staff_certified rules_complete rules_enforced "
    "service_standard service_manner window_orderly window_guide work_rules_kept work_ethics_kept"
).split()


def figures(rng: random.Random, quality: float) -> dict:
    """Every figure of the score sheet. A weak community misses more targets and lacks more ledgers."""

    def slips(chance):
        return rng.random() < chance * (1 - quality)

    def part(whole, floor):
        """A share of the whole around the mark: mostly above it, short by a few points where the community is weak."""
        share = floor + rng.uniform(-0.03 * (1 - quality), 1 - floor)
        return min(whole, round(whole * share))

    workers = rng.randint(900, 4200)
    unemployed = rng.randint(28, 120)
    hardship = rng.randint(6, 30)
    zero = rng.choice([0, 0, 0, 1, 1, 2])
    graduates = rng.randint(4, 26)
    employed = round(workers * rng.uniform(0.955, 0.985))
    insured_base = rng.randint(300, 900)
    targets = {}
    for key, size in (("new_jobs", 80), ("reemployed", 40), ("hardship_reemployed", 8)):
        target = rng.randint(size // 2, size)
        targets[f"{key}_target"] = target
        targets[f"{key}_done"] = (
            target + rng.randint(0, size // 3) - (rng.randint(1, 4) + size // 3 if slips(0.25) else 0)
        )
    values = {
        "meets_city_standard": True,
        **{key: max(0, value) for key, value in targets.items()},
        "registered_unemployed_end": round(employed * rng.uniform(0.018, 0.043 if quality > 0.3 else 0.05)),
        "employed_end": employed,
        "willing_workers_end": workers,
        "willing_workers_employed_end": part(workers, 0.955),
        "registered_unemployed_total": unemployed,
        "registered_unemployed_reemployed": part(unemployed, 0.955),
        "hardship_total": hardship,
        "hardship_reemployed": hardship - (1 if slips(0.5) else 0),
        "zero_employment_families": zero,
        "zero_employment_families_cleared": zero - (1 if zero and slips(0.2) else 0),
        "graduates_unemployed": graduates,
        "graduates_registered": graduates,
        "graduates_followed_up": graduates - (1 if slips(0.4) else 0),
        "graduates_served": graduates - (1 if slips(0.3) else 0),
        "graduates_employed_or_preparing": part(graduates, 0.92),
        "unemployed_over_half_year": rng.choice([0, 1, 2]) if slips(0.6) else 0,
        "certificate_errors": 1 if slips(0.3) else 0,
        "hardship_recognition_errors": 1 if slips(0.2) else 0,
        "employed_registered_total": insured_base,
        "employed_registered_insured": part(insured_base, 0.955),
        "centre_established": True,
        "centre_area": str(rng.choice([36, 42, 48.5, 55, 60, 72, 85, 120]) if not slips(0.1) else 28),
        "full_time_staff": rng.choice([1, 2, 2, 3]),
        "funding_secured": True,
        "extortion_found": False,
        "valid_complaints": 1 if slips(0.25) else 0,
        "mass_incidents": 0,
        "economy_points": rng.choice(["3", "3", "2.5", "2"] if quality > 0.5 else ["2.5", "2", "1.5"]),
        "innovation_points": rng.choice(["3", "2.5", "2.5", "2"] if quality > 0.5 else ["2", "1.5", "1"]),
        "awards_county": rng.choice([0, 1, 1, 2]),
        "awards_city": rng.choice([0, 0, 1, 1]),
        "awards_province": 1 if quality > 0.85 and rng.random() < 0.4 else 0,
    }
    for key in YES_NO:
        values[key] = not slips(0.12)
    return values


NARRATIVES = (
    "我社区现有居民{households}户、{population}人，劳动年龄内劳动力{labour_force}人。2016年以来，社区把稳定和扩大就业作为民生头等大事，"
    "成立劳动保障服务中心并挂牌，配备专职工作人员{staff}名，落实人员、经费、场地和制度。",
    "一是摸清底数。工作人员分片入户，建立劳动力、登记失业人员、就业困难人员三本台账，每月更新一次，录入湖南公共就业服务信息管理平台。",
    "二是精准帮扶。对零就业家庭和就业困难人员实行一人一策，联系辖区企业开发公益性岗位和社区就业岗位，定期回访，帮助稳定就业。",
    "三是加强培训。全年组织参加技能培训和创业培训，建立培训推荐台账；推荐符合条件的居民申请创业担保贷款，协助做好回收工作。",
    "四是广泛宣传。设立政策宣传栏，利用赶集日和居民会议讲解就业创业政策，发放宣传资料，居民知晓率明显提高。",
    "社区还结合实际创新方式，设立“就业夜谈会”和“招聘角”，把岗位信息送到楼栋，得到居民好评。",
)


def narrative(rng: random.Random, facts: dict) -> str:
    """Some paragraphs of a work report, with the community's own numbers."""
    chosen = [NARRATIVES[0], *rng.sample(NARRATIVES[1:], rng.randint(3, 5))]
    return "\n".join(paragraph.format(**facts) for paragraph in chosen)

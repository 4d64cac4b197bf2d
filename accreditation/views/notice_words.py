"""What a public notice says before its publisher changes it: the period and the words the portal offers."""

from accreditation import notices
from accreditation.models import State
from regions import clock
from regions.workdays import Calendar, UnknownYear


def notice_period(region, at, following):
    """First and last day with the days not counted; or the sentence that says which calendar is missing."""
    try:
        calendar = Calendar.load(region)
        day = clock.day_of(at)
        first, last = notices.period(calendar, day, following.workdays)
        return {
            "day": day,
            "first": first,
            "last": last,
            "workdays": following.workdays,
            "resting": notices.resting_days(calendar, first, last),
        }
    except UnknownYear as error:
        return str(error)


def official_words(office, round_, tier, following):
    """The words of a notice before the publisher changes them: from the programme's source and the office."""
    source = round_.version.data["source"]
    last = round_.route.after(following.state) is None
    kind = "拟认定名单公示" if last else "推荐名单公示"
    return {
        "title": f"{office.region.name}{round_.year}年{tier['name']}{kind}",
        "basis": f"根据《{source['title']}》（{source['number']}）要求，现将有关情况公示如下。",
        "process": _process(round_, following, last),
        "contact": f"{office.name} {office.phone}".strip(),
        "address": f"{office.address} {office.postcode}".strip(),
    }


def _process(round_, following, last):
    done = ["社区申报"]
    for step in round_.route.steps[: round_.route.steps.index(following)]:
        if not step.is_notice:
            done.append(State(step.state).label)
    end = "拟认定下列社区" if last else "拟推荐下列社区"
    return f"经{'、'.join(done)}，{end}，现予公示。"

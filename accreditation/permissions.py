"""Who may act: the only such rule. Asked for every button and again under the lock."""

from django.db.models import CharField, F, Value

from accounts.models import DeclaredInterest, Posting, Role
from accreditation.models import ApplicationEvent, Assessment, Recognition, State
from accreditation.routes import LEVELS, NOTICES, REVIEWS
from regions.rows import run

# Verb → (roles, states it starts from). The states repeat the graph so that a button is offered only where it works.
COMMUNITY_VERBS = {
    "edit": (State.DRAFT, State.RETURNED),
    "submit": (State.DRAFT,),
    "resubmit": (State.RETURNED,),
    "withdraw": (State.DRAFT, State.RETURNED, *REVIEWS, *NOTICES),
}
DESK_VERBS = {
    "assess": (Role.HANDLER, REVIEWS),
    "visit": (Role.HANDLER, REVIEWS),
    "propose": (Role.HANDLER, REVIEWS),
    "pass_on": (Role.APPROVER, REVIEWS),
    "send_back": (Role.APPROVER, REVIEWS),
    "decline": (Role.APPROVER, (*REVIEWS, *NOTICES)),
    "shortlist": (Role.APPROVER, REVIEWS),
    "unlist": (Role.APPROVER, REVIEWS),
    "pass_over": (Role.APPROVER, REVIEWS),
    "publish": (Role.PUBLISHER, REVIEWS),
    "recognise": (Role.APPROVER, (*REVIEWS, *NOTICES)),
}
DISQUALIFIABLE = (State.RETURNED, *REVIEWS, *NOTICES, State.RECOGNISED)
# What an approver decides must have been handled by someone else.
TWO_PERSON = {"pass_on", "shortlist", "decline", "send_back"}
HANDLING = ("assess", "visit", "propose")
STAFF = "您现在或曾经是该社区的工作人员，应当回避。"
INTERESTED = "您已申报与该社区有利害关系，应当回避。"
SAME_PERSON = "经办与审核须由不同的人办理，您已经办过该申报。"


def may_organise(user, region) -> bool:
    """The approvers of the organiser's own level (the office that issued the programme) run its rounds."""
    posting = user.acting
    return (
        posting is not None
        and posting.role == Role.APPROVER
        and posting.has_desk
        and posting.region == region
    )


def may_read_inside(user, region) -> bool:
    """What the organiser of this region and the offices below it tell each other (plans, coverage): their desks, and auditors."""
    posting = user.acting
    if posting is None or posting.office_id is None:
        return False
    own = posting.region
    if posting.role == Role.AUDITOR:
        return own.contains(region.position) or region.contains(own.position)
    return posting.has_desk and region.contains(own.position)


def may_read_panel(user, region) -> bool:
    """Whoever works at the desk whose panel it is, and auditors from there upwards."""
    posting = user.acting
    if posting is None or posting.office_id is None:
        return False
    if posting.role == Role.AUDITOR:
        return posting.region.contains(region.position)
    return posting.has_desk and posting.region == region


def may_run_panel(user, region) -> bool:
    """The approvers of the desk form the panel, draw, and close it."""
    return may_read_panel(user, region) and user.acting.role == Role.APPROVER


def may_act(user, application, verb) -> bool:
    """Whether the user's acting posting may do this verb to this application in its present state."""
    return not why_not(user, application, verb)


def why_not(user, application, verb) -> str:
    """The sentence that refuses, or an empty string."""
    return _why_not(user, application, verb, {})


def _why_not(user, application, verb, known):
    """`known` keeps the answers that cost a query and are the same for every verb."""
    posting = user.acting
    if posting is None:
        return "您目前没有有效的岗位。"
    if verb in COMMUNITY_VERBS:
        if posting.role != Role.FILER or posting.community_id != application.community_id:
            return "只有本社区的申报员可以办理。"
        return "" if application.state in COMMUNITY_VERBS[verb] else _wrong_state(application)
    if verb == "disqualify":
        sentence = _not_highest(posting, application)
    else:
        sentence = _not_at_desk(posting, application, *DESK_VERBS[verb])
    if sentence:
        return sentence
    if "personal" not in known:
        known["personal"] = _personal(user, application)
    staff, interested, handled = known["personal"]
    if staff:
        return STAFF
    if interested:
        return INTERESTED
    return SAME_PERSON if handled and verb in TWO_PERSON else ""


def _not_at_desk(posting, application, role, states):
    if application.state not in states:
        return _wrong_state(application)
    if posting.role != role:
        return f"这一事项由{Role(role).label}岗位办理。"
    return "" if _at_this_desk(posting, application) else "该申报不在您所在单位的办理环节。"


def _wrong_state(application):
    return f"该申报现为“{State(application.state).label}”，不能办理这一事项。"


def _at_this_desk(posting, application):
    region = posting.office.region
    return (
        posting.has_desk
        and region.level == application.state.rsplit("_", 1)[0]
        and region.contains(application.position)
    )


def _not_highest(posting, application):
    """Fraud found at any time disqualifies (甘人社通〔2023〕287号 art. 16): by an approver of the highest level it came to.

    A lower office has passed it up; a higher one has not seen it yet.
    """
    if application.state not in DISQUALIFIABLE:
        return _wrong_state(application)
    if posting.role != Role.APPROVER or posting.level not in LEVELS or not posting.has_desk:
        return "取消申报资格由审核岗位办理。"
    if not posting.office.region.contains(application.position):
        return "该申报不在您所在单位的办理范围。"
    if LEVELS.index(posting.level) + 1 != application.reached:
        return "取消申报资格由该申报所到的最高一级单位办理。"
    if application.state == State.RECOGNISED and (title := _standing_title(application)):
        return f"该社区已获得称号（{title.number}）：请在称号页面以“弄虚作假”建议撤销，撤销称号后再取消这次申报的资格。"
    return ""


def _standing_title(application):
    """The title the application came to, or what goes on with it after a merger or a split, while it has not ended.

    A title is ended by two people with a document of its own (endings.py), never by the way of its application.
    """
    title = Recognition.objects.filter(application=application).first()
    while title is not None and title.ended_on is not None:
        title = Recognition.objects.filter(carries=title).first()
    return title


# Asked at every press of every verb, so it is plain SQL: building it anew would take longer than answering it.
IS_STAFF = "EXISTS (SELECT 1 FROM accounts_posting WHERE user_id = %s AND community_id = %s)"
IS_INTERESTED = "EXISTS (SELECT 1 FROM accounts_declaredinterest WHERE user_id = %s AND community_id = %s)"
HAS_PROPOSED = "EXISTS (SELECT 1 FROM accreditation_assessment WHERE application_id = %s AND handler_id = %s AND state = %s)"
HAS_WORKED = (
    "EXISTS (SELECT 1 FROM accreditation_applicationevent l JOIN accounts_event e ON e.seq = l.event_id"
    " JOIN accounts_posting p ON p.id = e.posting_id WHERE l.application_id = %s AND e.actor_id = %s"
    f" AND p.office_id = %s AND e.action IN ({', '.join(['%s'] * len(HANDLING))}))"
)


def _personal(user, application) -> tuple[bool, bool, bool]:
    """In one query: own or former staff of the community; a declared interest in it; handled it at its present desk.

    The first two neither handle nor decide; who scored, visited or proposed does not decide, whoever proposed last,
    unless the programme lets one clerk do both.
    """
    asked, values = [IS_STAFF, IS_INTERESTED], [user.pk, application.community_id] * 2
    if application.state in REVIEWS and not application.step.one_clerk:
        asked.append(f"({HAS_PROPOSED} OR {HAS_WORKED})")
        values += [application.pk, user.pk, application.state]
        values += [application.pk, user.pk, user.acting.office_id, *HANDLING]
    answer = run([(f"SELECT {', '.join(asked)}", values)], answer=True)
    found = [bool(value) for value in answer]
    return found[0], found[1], len(found) > 2 and found[2]


def verbs_for(user, application) -> list[str]:
    """The verbs to offer on a page; one query at the most."""
    if application.ended and application.state != State.RECOGNISED:
        return []
    known = {}
    verbs = (*COMMUNITY_VERBS, *DESK_VERBS, "disqualify")
    return [verb for verb in verbs if not _why_not(user, application, verb, known)]


def reasons_against(user, applications, verb) -> dict[int, str]:
    """`why_not` for many applications at one desk: {pk: sentence} of those refused, in one query however many."""
    applications = list(applications)
    told = _personal_of(user, applications, verb in TWO_PERSON)
    found = {}
    for application in applications:
        community = application.community_id
        known = {
            "personal": (
                ("staff", community) in told,
                ("interest", community) in told,
                ("hand", application.pk) in told,
            )
        }
        if sentence := _why_not(user, application, verb, known):
            found[application.pk] = sentence
    return found


def _personal_of(user, applications, two_person) -> set[tuple[str, int]]:
    """As `_personal` for many, in one query: ("staff" or "interest", community) and ("hand", application)."""
    communities = [application.community_id for application in applications]
    posted = Posting.objects.filter(user=user, community__in=communities)
    interested = DeclaredInterest.objects.filter(user=user, community__in=communities)
    parts = [_named("staff", posted, "community"), _named("interest", interested, "community")]
    if two_person and user.acting:
        asked = [a.pk for a in applications if a.state in REVIEWS and not a.step.one_clerk]
        events = ApplicationEvent.objects.filter(
            application__in=asked,
            event__actor=user,
            event__action__in=HANDLING,
            event__posting__office=user.acting.office_id,
        )
        proposed = Assessment.objects.filter(
            application__in=asked, handler=user, state=F("application__state")
        )
        parts += [_named("hand", events, "application"), _named("hand", proposed, "application")]
    return set(parts[0].union(*parts[1:]))


def _named(word, rows, column):
    return rows.order_by().values_list(Value(word, output_field=CharField()), column)


# A panel's scores


def why_not_score(user, score) -> str:
    """The sentence that refuses a member of a panel this community, or an empty string. One query at the most."""
    if user.acting is None or user.acting.community_id or user.pk != score.assessor.user_id:
        return "这一社区不由您考核。"
    if score.recused_at:
        return "您已不再考核该社区。"
    application = score.application
    if application.state != f"{score.assessor.panel.region.level}_review":
        return _wrong_state(application).replace("不能办理这一事项", "暂不能评分")
    if application.total(score.assessor.panel.region.level) is not None:
        return "该社区的评分已经汇总，不能再改。"
    staff, interested, _ = _personal(user, application)
    if staff or interested:
        return f"{STAFF if staff else INTERESTED}请在本页提出回避。"
    return ""

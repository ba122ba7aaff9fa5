"""Who decides about a request: asked at the moment, so that a transfer or another head changes it by itself (rule 19).

The head of the trainee's main office or the deputy, one of both is enough. HR decides for heads themselves, where
nobody leads the office or all who do are away, and about what was escalated. Nobody decides about their own request.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from accounts.roles import Role
from centre.prepared import Given
from enrolment.approvals.needs import DECIDE
from enrolment.models import Approval, Enrolment, EnrolmentQuerySet
from people.models import Employee, EmployeeQuerySet, Employment, EmploymentQuerySet, Office


def asked(now: datetime | Given) -> EnrolmentQuerySet:
    """Requests that await a decision, of sessions that have not begun."""
    return Enrolment.objects.live().filter(approval=Approval.ASKED, session__starts_at__gt=now)


def awaiting(person: Employee, now: datetime | None = None) -> EnrolmentQuerySet:
    """The requests that the person may decide about at this moment."""
    now = now or timezone.now()
    return decided_by(person, asked(now), now)


def decided_by(person: Employee, found: EnrolmentQuerySet, now: datetime) -> EnrolmentQuerySet:
    """Those of the enrolments about which the person decides at this moment."""
    today = timezone.localdate(now)
    theirs = Q(Exists(jobs_led_by(person.pk, today)))
    if person.has_perm(DECIDE):
        theirs |= without_leader(today)
    return found.filter(theirs).exclude(trainee=person.pk)


def jobs_led_by(person: int | Given, today: date | Given) -> EmploymentQuerySet:
    """The trainee's main job, when the person leads its office and the trainee is not its head."""
    return trainees_job(today).filter(Q(office__head=person) | Q(office__deputy=person))


def without_leader(today: date) -> Q:
    """What HR decides: it was escalated, or nobody who leads the trainee's office is there to do it."""
    led = Exists(trainees_job(today).filter(Exists(leaders_at_work(today))))
    return Q(escalated_at__isnull=False) | ~Q(led)


def trainees_job(today: date | Given) -> EmploymentQuerySet:
    jobs = Employment.objects.current(today).filter(is_main=True, employee=OuterRef("trainee")).order_by()
    return jobs.exclude(office__head=F("employee"))


def leaders_at_work(today: date) -> EmployeeQuerySet:
    """Of an employment: who leads its office, has an account and is not on leave."""
    leave = Employment.objects.current(today).filter(is_main=True, employee=OuterRef("pk")).exclude(leave="")
    return (
        Employee.objects.employed()
        .filter(Q(pk=OuterRef("office__head")) | Q(pk=OuterRef("office__deputy")))
        .exclude(pk=OuterRef("employee"))
        .exclude(Exists(leave))
        .order_by()
    )


def may_decide(person: Employee, enrolment: Enrolment) -> bool:
    """Asked anew, with the rights and the offices of this moment (promise S31); five statements at most."""
    fresh = Employee.objects.employed().filter(pk=person.pk).first()
    return fresh is not None and awaiting(fresh).filter(pk=enrolment.pk).exists()


def leads(person: Employee, enrolment: Enrolment) -> bool:
    """Whether the person has an account and heads the trainee's office, or stands in for who does, at this moment."""
    of_theirs = Enrolment.objects.filter(
        Exists(jobs_led_by(person.pk, timezone.localdate())), pk=enrolment.pk
    )
    return person.is_active and of_theirs.exclude(trainee=person.pk).exists()


def decides_by_right(person: Employee) -> bool:
    """Whether HR's right to decide is theirs; a role is guarded by more than a mailbox."""
    return person.is_active and person.has_perm(DECIDE)


def hr_admins() -> list[Employee]:
    """Who is told of what HR decides."""
    return list(Employee.objects.employed().filter(groups__name=Role.HR_ADMIN).order_by("pk"))


def told_of(enrolments: Iterable[Enrolment], today: date) -> set[int]:
    """Keys of who is told of the requests."""
    return set(told_about(enrolments, today))


def told_about(enrolments: Iterable[Enrolment], today: date) -> dict[int, list[Enrolment]]:
    """The requests by the key of who is told of them: the head, the deputy while the head is away, else HR; four
    queries."""
    enrolments = list(enrolments)
    jobs = Employment.objects.current(today).filter(is_main=True)
    of = {
        job.employee_id: job
        for job in jobs.filter(employee__in={one.trainee_id for one in enrolments}).select_related("office")
    }
    there = leaders_there({job.office for job in of.values()}, today)
    told: dict[int, list[Enrolment]] = defaultdict(list)
    asks_hr: list[Enrolment] = []
    for one in enrolments:
        job = of.get(one.trainee_id)
        leaders = [key for key in there[job.office_id] if key != one.trainee_id] if job else []
        is_head = job is not None and job.office.head_id == one.trainee_id
        if not leaders or is_head or one.escalated_at:
            asks_hr.append(one)
        if leaders and not is_head:
            told[leaders[0]].append(one)
    for admin in hr_admins() if asks_hr else []:
        for one in asks_hr:
            if one.trainee_id != admin.pk and one not in told[admin.pk]:
                told[admin.pk].append(one)
    return {person: rows for person, rows in told.items() if rows}


def leaders_there(offices: Iterable[Office], today: date) -> dict[int, list[int]]:
    """By the key of an office who leads it and is not on leave: the head, then the deputy; two queries."""
    leading = {
        office.pk: [key for key in (office.head_id, office.deputy_id) if key is not None]
        for office in offices
    }
    leaders = {key for keys in leading.values() for key in keys}
    jobs = Employment.objects.current(today).filter(is_main=True, employee__in=leaders)
    away = set(jobs.exclude(leave="").values_list("employee", flat=True))
    employed = Employee.objects.employed().filter(pk__in=leaders)
    there = set(employed.values_list("pk", flat=True)) - away
    return {office: [key for key in keys if key in there] for office, keys in leading.items()}

"""What trainers of the demo have reported: two reports that wait, and one that is answered."""

from datetime import date, timedelta

from django.utils import timezone

from people.models import Employee
from scheduling.hurt import LAST_DAY, taught_by
from scheduling.models import Meeting, Session, TroubleReport
from scheduling.trouble.actions import answer_trouble, report_trouble
from trainers.models import Trainer
from website.demo.files import words
from website.demo.staff import demo_accounts

Kind, State = TroubleReport.Kind, TroubleReport.State


def load_trouble(today: date) -> None:
    """An illness and a broken projector of trainers with meetings ahead, and a late coming that HR has answered."""
    today = max(today, timezone.localdate())
    told = words("words.toml")["trouble"]
    hr_admin: Employee = demo_accounts()["hr_admin"]
    first, second, third = busy_trainers(today)[:3]
    report_trouble(first, Kind.ILLNESS, starts_on=today, ends_on=today + timedelta(days=3), by=first.employee)
    about_next(second, Kind.EQUIPMENT, told["equipment"], today)
    late = about_next(third, Kind.LATE, told["late"], today)
    answer_trouble(late, State.DONE, told["answer"], by=hr_admin)


def busy_trainers(today: date) -> list[Trainer]:
    """Those who teach a published session in a room soon, the nearest first."""
    trainers = Trainer.objects.active().select_related("employee").order_by("pk")
    nearest = [
        (meeting.starts_at, trainer.pk, trainer)
        for trainer in trainers
        for meeting in next_of(trainer, today)
    ]
    return [trainer for _at, _pk, trainer in sorted(nearest, key=lambda one: one[:2])]


def next_of(trainer: Trainer, today: date) -> list[Meeting]:
    """The trainer's next published meeting between walls, if there is one."""
    meetings = taught_by(trainer, today, LAST_DAY).exclude(session__status=Session.Status.DRAFT)
    return list(meetings.filter(session__online_link="", starts_at__gt=timezone.now())[:1])


def about_next(trainer: Trainer, kind: str, words: str, today: date) -> TroubleReport:
    [meeting] = next_of(trainer, today)
    day = timezone.localdate(meeting.starts_at)
    return report_trouble(
        trainer,
        kind,
        session=meeting.session,
        starts_on=day,
        ends_on=day,
        words=words,
        by=trainer.employee,
    )

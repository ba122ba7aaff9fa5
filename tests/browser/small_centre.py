"""A centre small enough to build in a second, with every state that a page can show.

Everything is made by the actions, at the time at which it would have happened: the clock is moved for the past.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import time_machine
from django.db import transaction
from django.test import override_settings

from accounts.actions.access import give_role
from accounts.models import StaffImport
from accounts.roles import Role
from accounts.staff_import.actions import remember_synonym, upload_staff_list
from centre.models import CalendarDay
from courses.models import Course, Equipment, Material, Programme, Qualification
from enrolment.actions import cancel_enrolment, enrol, start_course
from enrolment.attendance import MarkWish, close_sheet, mark_all_present, mark_attendance
from enrolment.bulk.making import ListOfPeople, look_again, make_run
from enrolment.interest.actions import want_course
from enrolment.models import BulkRun, Mark
from learning.actions import mark_read
from learning.models import Choice, Question
from notifications.tasks import send_due_messages
from people.models import Employee, Office, Position
from scheduling.actions import cancel_session, plan_session, publish_session
from scheduling.models import Room, Session
from scheduling.plans import MeetingPlan
from scheduling.trouble.actions import report_trouble
from tests.factories import (
    PASSWORD,
    CourseFactory,
    EmployeeFactory,
    EmploymentFactory,
    MaterialFactory,
    OfficeFactory,
    PositionFactory,
    RoomFactory,
    SelfPacedCourseFactory,
    SiteFactory,
    TrainerFactory,
    moscow,
)
from trainers.actions import ask_for_leave
from trainers.models import Trainer

# A Tuesday without holidays near; the browser keeps its own time, which no page asks for.
TODAY = moscow(2027, 3, 2, 11)

LAST_NAMES = [
    "Ёлкина",
    "Белова",
    "Волкова",
    "Громова",
    "Дроздова",
    "Ежова",
    "Журавлёва",
    "Зимина",
    "Ильина",
    "Крылова",
]


@dataclass
class Centre:
    """Who and what the tests meet."""

    office: Office
    position: Position
    hr_admin: Employee
    centre_admin: Employee
    methodist: Employee
    system_admin: Employee
    head: Employee
    employee: Employee
    trainer: Trainer
    room: Room
    online_room: Room
    colleagues: list[Employee]
    courses: dict[str, Course] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    staff_import: StaffImport | None = None
    bulk_run: BulkRun | None = None

    def person(self, role: str) -> Employee:
        return self.trainer.employee if role == "trainer" else getattr(self, role)

    def plan(
        self,
        course: Course,
        *starts: datetime,
        hours: int = 3,
        limit: int | None = None,
        publish: bool = True,
        online_link: str = "",
    ) -> Session:
        """A session with a meeting at each start, in the centre's room, with its trainer, at the weekend too."""
        room = self.online_room if course.is_online else self.room
        meetings = [
            MeetingPlan(start, start + timedelta(hours=hours), room.pk, (self.trainer.pk,))
            for start in starts
        ]
        session = plan_session(
            course,
            meetings,
            by=self.hr_admin,
            limit=limit,
            online_link=online_link,
            despite="Выезд по субботам",
        )
        return publish_session(session, by=self.hr_admin) if publish else session


def person(last_name: str, office: Office, position: Position, role: Role | None = None) -> Employee:
    """An employee with an employment, who signs in with PASSWORD."""
    employee = EmployeeFactory(last_name=last_name)
    employee.set_password(PASSWORD)
    employee.save(update_fields=["password"])
    EmploymentFactory(employee=employee, personnel_number=employee.username, office=office, position=position)
    if role:
        give_role(employee, role, by=None, reason="Приказ № 1")
        employee.refresh_from_db()
    return employee


def empty_centre() -> Centre:
    """People of each role, two rooms and a trainer; nothing is offered yet."""
    office = OfficeFactory(name="Центр госуслуг района Строгино")
    position = PositionFactory(title="Универсальный специалист")
    site = SiteFactory(name="Строгино", address="Москва, Строгинский бульвар, дом 1")
    online = SiteFactory(name="Онлайн", is_online=True)
    employee = person("Абрамова-Серебрякова", office, position)
    head = person("Руководителева", office, position)
    Office.objects.filter(pk=office.pk).update(head=head)
    trainer = TrainerFactory(employee=person("Учителева", office, position), home_site=site)
    return Centre(
        office=office,
        position=position,
        hr_admin=person("Кадровая", office, position, Role.HR_ADMIN),
        centre_admin=person("Центральная", office, position, Role.CENTRE_ADMIN),
        methodist=person("Методистова", office, position, Role.METHODIST),
        system_admin=person("Системная", office, position, Role.SYSTEM_ADMIN),
        head=head,
        employee=employee,
        trainer=trainer,
        room=RoomFactory(site=site, name="Аудитория «Москва-река»", capacity=12),
        online_room=RoomFactory(site=online, name="Вебинарная комната", capacity=100),
        colleagues=[person(name, office, position) for name in LAST_NAMES],
    )


def self_paced_course(title: str, *, questions: int = 0, **fields: object) -> Course:
    """A self-paced course with two materials and, with questions, a test whose first choices are right."""
    if questions:
        fields |= {"result_kind": Course.ResultKind.TEST, "passing_score": 60}
    course = SelfPacedCourseFactory(title=title, repeat_months=12, **fields)
    for number, name in enumerate(["Как пользоваться огнетушителем", "Куда выходить"], start=1):
        MaterialFactory(
            course=course,
            number=number,
            title=name,
            text="Первый абзац.\n\n## Порядок\n\n1. Сохраняйте спокойствие.\n2. Сообщите **дежурному**.\n",
        )
    for number in range(1, questions + 1):
        question = Question.objects.create(course=course, number=number, text=f"Что верно, вопрос {number}?")
        for place, text in enumerate(["Верный ответ", "Неверный ответ"], start=1):
            Choice.objects.create(question=question, number=place, text=text, is_right=place == 1)
    return course


@contextmanager
def centre_of_a_module(blocker) -> Iterator[Centre]:
    """One small centre for all tests of a module that undo what they do; undone as a whole afterwards."""
    with (
        blocker.unblock(),
        override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]),
        time_machine.travel(TODAY, tick=True) as clock,
        transaction.atomic(),
    ):
        yield small_centre(clock)
        transaction.set_rollback(True)


def small_centre(clock: time_machine.Traveller) -> Centre:
    """Every state of a session, an enrolment, a self-paced course, a message; the clock ends where it began."""
    now = datetime.now(tz=TODAY.tzinfo)
    centre = empty_centre()
    day = timedelta(days=1)
    morning = now.replace(hour=7, minute=0, second=0, microsecond=0)  # 10:00 in Moscow
    projector = Equipment.objects.create(code="PROJECTOR", title="Проектор")
    centre.room.equipment.add(projector)
    me, colleagues = centre.employee, centre.colleagues
    courses, sessions = centre.courses, centre.sessions

    courses["taught"] = CourseFactory(
        title="Разговор с недовольным посетителем", group_max=12, repeat_months=24
    )
    courses["taught"].equipment.add(projector)
    courses["full"] = CourseFactory(title="Клиентоориентированное обслуживание", group_max=12)
    courses["two_days"] = CourseFactory(title="Наставничество: первые шаги", meetings=2, academic_hours=8)
    courses["webinar"] = CourseFactory(
        code="WB-001",
        title="Изменения в регистрации прав",
        format=Course.Format.WEBINAR,
        delivery=Course.Delivery.ONLINE_LIVE,
    )
    courses["next"] = CourseFactory(title="Делопроизводство для руководителей")
    courses["next"].prerequisites.add(courses["two_days"])
    courses["mandatory"] = CourseFactory(
        title="Безопасный рабочий день",
        block=Course.Block.MANDATORY,
        is_mandatory=True,
        due_days=30,
        repeat_months=12,
    )
    courses["scored"] = CourseFactory(
        title="Проверка знаний по СНИЛС", result_kind=Course.ResultKind.EXAM, passing_score=70
    )
    courses["fire"] = self_paced_course("Пожарная безопасность", questions=3)
    courses["briefing"] = self_paced_course("Вводный инструктаж")
    courses["empty"] = SelfPacedCourseFactory(title="Цифровая грамотность")
    courses["cancelled"] = CourseFactory(title="Командная работа")
    newcomers = Programme.objects.create(code="PR-01", title="Первый месяц", description="", trigger="HIRE")
    for number, name in enumerate(("briefing", "fire", "two_days"), start=1):
        newcomers.steps.create(number=number, course=courses[name], is_required=number < 3)
    Material.objects.filter(course=courses["fire"], number=2).update(minutes=21)

    clock.move_to(now - 20 * day)
    closed = sessions["closed"] = centre.plan(courses["mandatory"], morning - 10 * day)
    to_close = sessions["to_close"] = centre.plan(courses["scored"], morning - 5 * day)
    for trainee in [me, *colleagues[:3]]:
        enrol(trainee, closed)
        enrol(trainee, to_close)
    begun = start_course(me, courses["briefing"])
    clock.move_to(now - 9 * day)
    mark_everybody(centre, closed, absent=colleagues[0])
    close_sheet(closed, by=centre.trainer.employee)

    clock.move_to(now - 2 * day)
    sessions["running"] = centre.plan(courses["two_days"], morning, morning + 7 * day)
    sessions["open"] = centre.plan(courses["taught"], morning + 8 * day, limit=8)
    sessions["full"] = centre.plan(courses["full"], morning + 9 * day, limit=2)
    sessions["webinar"] = centre.plan(
        courses["webinar"], morning + 6 * day, hours=2, online_link="https://webinar.example/42"
    )
    sessions["draft"] = centre.plan(courses["taught"], morning + 10 * day, publish=False)
    sessions["cancelled"] = centre.plan(courses["cancelled"], morning + 12 * day)
    for trainee in colleagues[:4]:
        enrol(trainee, sessions["running"])
        enrol(trainee, sessions["full"])
    enrol(me, sessions["webinar"])
    enrol(me, sessions["full"])
    enrol(me, sessions["cancelled"])
    for material in courses["fire"].materials.all():
        mark_read(start_course(me, courses["fire"]), material)
    mark_read(begun, courses["briefing"].materials.first())

    clock.move_to(now)
    cancel_session(sessions["cancelled"], "Заболел тренер", by=centre.centre_admin)
    for trainee in (me, colleagues[5]):
        want_course(trainee, courses["cancelled"])
    cancel_enrolment(enrol(colleagues[5], sessions["open"]), by=colleagues[5])
    in_the_way(centre, morning + 8 * day, morning + 40 * day)
    remember_synonym("office", "МФЦ на углу", centre.office.name, by=centre.hr_admin)
    centre.staff_import = upload_staff_list(staff_list(centre), "Список сотрудников.csv", by=centre.hr_admin)
    centre.bulk_run = list_of_people(centre, colleagues)
    send_due_messages()
    return centre


def list_of_people(centre: Centre, colleagues: list[Employee]) -> BulkRun:
    """People to be enrolled in the open session; whom the first line means, is to be chosen."""
    listed = ListOfPeople(BulkRun.Source.PASTE, data="\n".join(one.username for one in colleagues).encode())
    run = make_run(centre.sessions["open"], listed, by=centre.hr_admin)
    both = [one.pk for one in colleagues[:2]]
    run.rows.filter(line=1).update(person=None, candidates=both)
    return look_again(run, by=centre.hr_admin)


def in_the_way(centre: Centre, hurt: datetime, later: datetime) -> None:
    """A qualification that runs out, an absence with a meeting in its way, a closure, a closed day, and trouble."""
    CalendarDay.objects.create(
        on=later.date(), kind="centre", name="Санитарный день", status="decree", is_closed=True
    )
    qualification = Qualification.objects.create(code="SPEECH", title="Публичная речь")
    centre.trainer.qualifications.create(qualification=qualification, valid_until=later.date())
    centre.trainer.absences.create(starts_on=hurt.date(), ends_on=hurt.date(), reason="illness")
    ask_for_leave(
        centre.trainer, hurt.date(), later.date(), kind="vacation", note="Море", by=centre.trainer.employee
    )
    report_trouble(
        centre.trainer,
        "illness",
        starts_on=hurt.date() + timedelta(days=1),
        ends_on=later.date(),
        by=centre.trainer.employee,
    )
    report_trouble(
        centre.trainer,
        "equipment",
        session=centre.sessions["open"],
        starts_on=hurt.date(),
        ends_on=hurt.date(),
        words="Не включается проектор",
        by=centre.trainer.employee,
    )
    centre.trainer.unavailabilities.create(
        weekday=4, begins_at="17:00", ends_at="20:00", starts_on=later.date(), note="Вечерняя учёба"
    )
    centre.online_room.closures.create(
        starts_at=later, ends_at=later + timedelta(days=2), reason="Обновление программы"
    )


# Personnel number → the name of a newcomer in the staff list.
NEWCOMERS = {
    "00770001": "Анисимова Анна Петровна",
    "00770002": "Борисов Борис Ильич",
    "00770003": "Веселова Вера Андреевна",
}
HEADER = "Табельный номер;Сотрудник;Должность;Подразделение;Дата приема;Состояние;Эл. почта"


def staff_list(centre: Centre) -> bytes:
    """Three newcomers and a row that cannot be taken, as payroll programs write it."""
    rows = [
        f"{number};{name};{centre.position.title};{centre.office.name};01.02.2027;Работа;p{number}@mfc.example"
        for number, name in NEWCOMERS.items()
    ]
    rows.append(f"00770004;Гусева Галина;Космонавт;{centre.office.name};01.02.2027;Работа;")
    return "\r\n".join([HEADER, *rows]).encode("cp1251")


def mark_everybody(centre: Centre, session: Session, *, absent: Employee) -> None:
    trainer = centre.trainer.employee
    for meeting in session.meetings.all():
        wish = MarkWish(session.enrolments.get(trainee=absent).pk, Mark.ABSENT)
        mark_attendance(meeting, [wish], by=trainer)
        mark_all_present(meeting, by=trainer)

"""What happens to people, as staff lists tell it: transfer, second job, return, another name (rules 12, 19 and 28)."""

from datetime import date

import pytest

from accounts.signals import staff_changed
from accounts.staff_import.actions import answer_row, upload_staff_list
from accounts.staff_import.apply import apply_staff_import
from accounts.staff_import.judging.record import Answers
from audit.models import Change
from people.models import Employee, Employment, Office
from tests.accounts.staff_lists import OFFICE
from tests.factories import EmployeeFactory, OfficeFactory, PositionFactory, moscow

pytestmark = pytest.mark.django_db

COLUMNS = "Табельный номер;Сотрудник;Должность;Подразделение;Дата приема;Состояние"
HEADER = f"{COLUMNS};Дата увольнения;Вид занятости;Эл. почта"
MITINO = "Центр госуслуг района Митино"


@pytest.fixture(autouse=True)
def centre(time_machine):
    time_machine.move_to(moscow(2026, 11, 24, 12), tick=False)
    PositionFactory(code="UNI_SPEC", title="Универсальный специалист")
    PositionFactory(code="OFFICE_HEAD", title="Руководитель центра госуслуг")
    OfficeFactory(name=OFFICE)
    OfficeFactory(name=MITINO)


def person(
    number="00000001",
    name="Ветрова Анна Игоревна",
    position="Универсальный специалист",
    office=OFFICE,
    started="01.02.2024",
    status="Работа",
    ended="",
    kind="",
    email="",
):
    return ";".join((number, name, position, office, started, status, ended, kind, email))


def upload(*rows):
    return upload_staff_list("\n".join([HEADER, *rows]).encode(), "list.csv", by=None)


def apply(*rows, **options):
    return apply_staff_import(upload(*rows), by=None, **options)


def jobs():
    return [
        (job.personnel_number, job.office.name, job.started_on, job.ended_on, job.is_main)
        for job in Employment.objects.select_related("office").order_by("personnel_number")
    ]


def test_rule_28_a_transfer_moves_the_job_and_the_record_keeps_where_it_was():
    apply(person())

    apply(person(office=MITINO))

    assert jobs() == [("00000001", MITINO, date(2024, 2, 1), None, True)]
    moved = Change.objects.filter(kind="people.employment", before__has_key="office_id").get()
    offices = dict(Office.objects.values_list("pk", "name"))
    assert (offices[moved.before["office_id"]], offices[moved.after["office_id"]]) == (OFFICE, MITINO)


def test_rule_12_a_transfer_hands_the_person_to_the_new_head_at_once():
    """Who decides is asked at the moment: by the office of the job in force, and nothing is bound to the old head."""
    apply(
        person(),
        person("00000002", "Сом Иван", "Руководитель центра госуслуг"),
        person("00000003", "Лев Пётр", "Руководитель центра госуслуг", MITINO),
    )
    old, new = Employee.objects.get(last_name="Сом"), Employee.objects.get(last_name="Лев")
    anna = Employee.objects.get(last_name="Ветрова")
    assert anna in Employee.objects.led_by(old)

    apply(person(office=MITINO))

    assert anna not in Employee.objects.led_by(old)
    assert anna in Employee.objects.led_by(new)


def test_rule_28_another_last_name_leaves_account_and_job_as_they_are():
    apply(person(email="anna@mfc.example"))
    before = Employee.objects.get()

    apply(person(name="Громова Анна Игоревна"))

    after = Employee.objects.get()
    assert (after.pk, after.username, after.last_name, after.email) == (
        before.pk,
        "00000001",
        "Громова",
        "anna@mfc.example",
    )


def test_rule_25_parental_leave_pauses_and_keeps_the_account():
    apply(person())

    apply(person(status="Отпуск по уходу за ребёнком"))

    job = Employment.objects.get()
    assert (job.leave, job.ended_on, job.employee.is_active) == ("parental", None, True)


def test_rule_28_a_known_name_under_a_new_number_is_asked_about():
    apply(person(status="Уволен", ended="05.03.2025"))

    staff_import = upload(person("00000009", started="01.11.2026"))

    row = staff_import.rows.get(line=2)
    assert (row.outcome, row.code, row.decisive.choices) == ("ask", "PERSON_KNOWN", ("00000001", "-"))
    assert apply_staff_import(staff_import, by=None)["new"] == 0


def test_rule_28_who_comes_back_under_a_new_number_keeps_the_old_account():
    apply(person(status="Уволен", ended="05.03.2025"))
    staff_import = upload(person("00000009", started="01.11.2026"))

    answer_row(staff_import, 2, Answers(cells={"same_as": "00000001"}), by=None)
    apply_staff_import(staff_import, by=None)

    anna = Employee.objects.get()
    assert (anna.username, anna.is_active) == ("00000001", True)
    assert jobs() == [
        ("00000001", OFFICE, date(2024, 2, 1), date(2025, 3, 5), True),
        ("00000009", OFFICE, date(2026, 11, 1), None, True),
    ]


def test_rule_28_a_namesake_gets_an_account_of_their_own():
    apply(person(status="Уволен", ended="05.03.2025"))
    staff_import = upload(person("00000009", started="01.11.2026"))

    answer_row(staff_import, 2, Answers(cells={"same_as": "-"}), by=None)
    apply_staff_import(staff_import, by=None)

    assert list(Employee.objects.order_by("username").values_list("username", "is_active")) == [
        ("00000001", False),
        ("00000009", True),
    ]


def test_rule_28_a_new_number_while_the_list_ends_the_old_job_is_one_person_who_stays():
    apply(person())
    staff_import = upload(
        person(status="Уволен", ended="20.11.2026"), person("00000009", office=MITINO, started="21.11.2026")
    )

    answer_row(staff_import, 3, Answers(cells={"same_as": "00000001"}), by=None)
    apply_staff_import(staff_import, by=None, despite_leavers=True)

    assert Employee.objects.get().is_active
    assert [job[3] for job in jobs()] == [date(2026, 11, 20), None]


def test_rule_28_two_main_jobs_of_one_person_are_asked_about():
    apply(person())
    staff_import = upload(person("00000009", office=MITINO))

    answer_row(staff_import, 2, Answers(cells={"same_as": "00000001"}), by=None)
    row = staff_import.rows.get(line=2)
    assert (row.outcome, row.code) == ("ask", "SECOND_MAIN_JOB")
    answer_row(staff_import, 2, Answers(confirmed=["SECOND_MAIN_JOB"]), by=None)
    apply_staff_import(staff_import, by=None)

    assert [(job[0], job[4]) for job in jobs()] == [("00000001", True), ("00000009", False)]


def test_rule_28_a_second_job_belongs_to_the_one_of_that_name():
    apply(person(email="anna@mfc.example"))

    staff_import = upload(
        person("00000009", office=MITINO, kind="Внутреннее совместительство", email="anna@mfc.example")
    )
    assert staff_import.rows.get(line=2).code == "SECOND_JOB"
    apply_staff_import(staff_import, by=None)

    assert Employee.objects.count() == 1
    assert [(job[0], job[1], job[4]) for job in jobs()] == [
        ("00000001", OFFICE, True),
        ("00000009", MITINO, False),
    ]


def test_rule_28_both_jobs_may_be_new_by_one_list():
    apply(person("00000009", office=MITINO, kind="совместительство"), person())

    assert Employee.objects.get().username == "00000001"
    assert [(job[0], job[4]) for job in jobs()] == [("00000001", True), ("00000009", False)]


def test_rule_28_a_second_job_of_nobody_is_asked_about():
    assert upload(person(kind="совместительство")).rows.get(line=2).code == "SECOND_JOB_OF_WHOM"


def test_rule_28_the_end_of_the_second_job_leaves_the_first():
    apply(person(), person("00000009", office=MITINO, kind="совместительство"))

    apply(
        person("00000009", office=MITINO, kind="совместительство", status="Уволен", ended="20.11.2026"),
        despite_leavers=True,
    )

    assert Employee.objects.get().is_active


def test_rule_28_a_changed_office_in_the_directory_is_found_before_writing():
    """Between the upload and the application the office may be gone."""
    staff_import = upload(person(office=MITINO))
    Office.objects.filter(name=MITINO).update(name="Центр госуслуг района Куркино")

    done = apply_staff_import(staff_import, by=None)

    assert (done["new"], done["refused"]) == (0, 1)
    assert not Employee.objects.exists()


def test_rule_28_one_signal_tells_all_that_happened_to_whom():
    apply(
        person(),
        person("00000002", "Сом Иван"),
        person("00000003", "Лев Пётр", status="Уволен", ended="01.03.2025"),
    )
    heard = []

    def hear(sender, hired, changed, left, returned, **kwargs):
        name = dict(Employee.objects.values_list("pk", "last_name"))
        heard.append([[name[key] for key in keys] for keys in (hired, sorted(changed), left, returned)])

    staff_changed.connect(hear)
    try:
        apply(
            person(office=MITINO),
            person("00000002", "Сом Иван", status="Уволен", ended="20.11.2026"),
            person("00000003", "Лев Пётр"),
            person("00000004", "Рак Фома"),
            despite_leavers=True,
        )
    finally:
        staff_changed.disconnect(hear)

    assert heard == [[["Рак"], ["Ветрова", "Сом", "Лев"], ["Сом"], ["Лев"]]]


def test_an_address_of_somebody_who_is_not_in_the_list_is_asked_about():
    EmployeeFactory(email="anna@mfc.example")

    assert upload(person(email="Anna@mfc.example")).rows.get(line=2).code == "EMAIL_TAKEN"

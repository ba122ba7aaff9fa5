"""What a list would change, from literals; no database is needed."""

from dataclasses import replace
from datetime import date

from accounts.staff_import.compare import compare
from accounts.staff_import.rows import Known, KnownPerson, StaffRow

TODAY = date(2026, 11, 24)
ROW = StaffRow(
    line=2,
    personnel_number="00000001",
    last_name="Ветрова",
    first_name="Анна",
    middle_name="Игоревна",
    position="Архивариус",
    office="Митино",
    started_on=date(2024, 2, 1),
)
PERSON = KnownPerson(
    employee_id=1,
    employment_id=11,
    personnel_number="00000001",
    last_name="Ветрова",
    first_name="Анна",
    middle_name="Игоревна",
    position="Архивариус",
    office="Митино",
    started_on=date(2024, 2, 1),
    ended_on=None,
    leave="sick",
    work_pattern="2/2",
    pattern_starts_on=date(2026, 1, 3),
    email="vetrova@mfc.example",
)
PLACES = {"positions": {"архивариус": 1, "методист": 2}, "offices": {"митино": 1}}


def known(*people):
    return Known(
        people={person.personnel_number: person for person in people},
        emails={person.email: person.employee_id for person in people},
        **PLACES,
    )


def changes(row, person=PERSON):
    (changed,) = compare([row], known(person), TODAY).changed
    return [(change.field, change.before, change.after) for change in changed.changes]


def test_what_the_list_does_not_say_stays():
    assert compare([ROW], known(PERSON), TODAY).unchanged == [ROW]


def test_every_field_that_the_list_says_is_compared():
    row = replace(
        ROW,
        first_name="Яна",
        position="Методист",
        started_on=date(2024, 3, 1),
        leave="",
        work_pattern="5/2",
        email="other@mfc.example",
    )

    assert changes(row) == [
        ("first_name", "Анна", "Яна"),
        ("position", "Архивариус", "Методист"),
        ("started_on", date(2024, 2, 1), date(2024, 3, 1)),
        ("leave", "sick", ""),
        ("work_pattern", "2/2", "5/2"),
        ("email", "vetrova@mfc.example", "other@mfc.example"),
        ("pattern_starts_on", date(2026, 1, 3), None),
    ]


def test_leaving_and_returning_are_told_apart_from_other_changes():
    gone = replace(PERSON, ended_on=date(2026, 11, 1))
    leaves = replace(ROW, is_dismissed=True, ended_on=date(2026, 11, 20))

    (left,) = compare([leaves], known(PERSON), TODAY).changed
    (returned,) = compare([ROW], known(gone), TODAY).changed
    (corrected,) = compare([leaves], known(gone), TODAY).changed

    assert (left.leaves, left.returns) == (True, False)
    assert (returned.leaves, returned.returns) == (False, True)
    assert (corrected.leaves, corrected.returns) == (False, False)


def test_who_stays_is_counted_and_who_is_not_named():
    other = replace(PERSON, personnel_number="00000002", employee_id=2, email="")
    gone = replace(other, personnel_number="00000003", ended_on=date(2026, 1, 1))

    comparison = compare([ROW], known(PERSON, other, gone), TODAY)

    assert (comparison.employed, comparison.missing) == (2, 1)


def test_two_new_people_cannot_share_an_address():
    first = replace(ROW, personnel_number="00000008", email="new@mfc.example")
    second = replace(first, personnel_number="00000009", line=3)

    comparison = compare([first, second], known(), TODAY)

    assert comparison.new == [first]
    assert [(row.line, row.column) for row in comparison.refused] == [(3, "email")]


def test_an_account_without_an_employment_is_not_taken_over():
    comparison = compare([ROW], Known(account_names=frozenset({"00000001"}), **PLACES), TODAY)

    assert [(row.line, row.column) for row in comparison.refused] == [(2, "personnel_number")]

"""What is promised is proven somewhere: rules and promises by their numbers, the cost of every page that lists rows."""

import ast
import re
from pathlib import Path

from tests.access import READ

TESTS = Path(__file__).parent
# The rules that the product keeps so far, whole or in the part that is built; a test bears the number of its rule.
# docs/rules.md says of each what proves it, and of the others what they lack.
RULES_KEPT = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 23, 26, 27, 28, 29}
# The promises of reliability and security that tests prove under their numbers.
PROMISES_KEPT = {f"R{number}" for number in (*range(1, 16), 17, 18, 19, 21, 23, 24, 25, 27)} | {
    f"S{number}" for number in (*range(1, 17), 20, 21, 22, 24, 25, 26, 28, 29, 30, 31)
}
# Pages with one thing on them, or a form whose choices do not grow.
WITHOUT_ROWS = {
    "enrolment:restore",
    "enrolment:cancel_for",
    "enrolment:bulk_new",
    "enrolment:bulk_row",
    "enrolment:offer",
    "enrolment:give_seat",
    "accounts:account",
    "accounts:change_password",
    "accounts:close_account",
    "accounts:give_role",
    "accounts:open_account",
    "accounts:reset_factor",
    "accounts:set_up_factor",
    "accounts:sign_out_everywhere",
    "accounts:staff_import_row",
    "accounts:staff_list_template",
    "accounts:take_role",
    "accounts:view_as",
    "enrolment:cancel",
    "enrolment:enrolment_story",
    "enrolment:own_calendar",
    "enrolment:pin",
    "notifications:message",
    "scheduling:absence",
    "scheduling:absence_new",
    "scheduling:calendar_day",
    "scheduling:calendar_day_new",
    "scheduling:calendar_table",
    "scheduling:calendar_table_template",
    "scheduling:closure",
    "scheduling:closure_new",
    "scheduling:door_sheet",
    "scheduling:hours",
    "scheduling:hours_new",
    "scheduling:leave_new",
    "scheduling:qualification",
    "scheduling:qualification_new",
    "scheduling:room_calendar",
    "scheduling:room_new",
    "scheduling:site",
    "scheduling:trainer_new",
    "scheduling:trouble_absence",
    "website:centre",
    "website:first_steps",
    "website:policy_change",
}


def sources():
    return [path.read_text() for path in sorted(TESTS.rglob("test_*.py")) if path != Path(__file__)]


def names():
    """The names of all tests, as pytest collects them: what is only mentioned, or stands inside another, is none."""
    parts = (part for text in sources() for part in ast.parse(text).body)
    return [
        part.name for part in parts if isinstance(part, ast.FunctionDef) and part.name.startswith("test_")
    ]


def test_each_rule_that_is_kept_has_tests_that_bear_its_number():
    named = [name for name in names() if name.startswith("test_rule_")]
    proven = {
        int(number) for name in named for number in re.findall(r"(?:rule_|(?<=\d_)and_)(\d+)(?=_)", name)
    }

    assert RULES_KEPT - proven == set()


def test_each_promise_that_is_kept_has_tests_that_bear_its_number():
    found = (re.findall(r"(?:^test|(?<=\d))_([rs]\d+)(?=_)", name, re.IGNORECASE) for name in names())
    proven = {promise.upper() for promises in found for promise in promises}

    assert PROMISES_KEPT - proven == set()


def test_each_page_that_lists_rows_has_its_count_of_queries():
    """Such a test is marked with the routes whose pages it measures: with 1, 3 and 300 rows."""
    marks = [mark for text in sources() for mark in re.findall(r"@pytest\.mark\.rows_of\(([^)]*)\)", text)]
    measured = {route for mark in marks for route in re.findall(r'"([\w:]+)"', mark)}

    assert measured | WITHOUT_ROWS == set(READ)
    assert measured & WITHOUT_ROWS == set()

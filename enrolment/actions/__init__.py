"""The verbs of enrolment. Each is one transaction: lock, check, write, tell.

Locks in this order, each in the order of keys: sessions, persons, days of offices. A freed seat may go to anybody
who waits, so an action that frees one locks all who wait together with the person it is about.
"""

from enrolment.actions.enrolling import Terms, enrol, promote_waiting
from enrolment.actions.leaving import cancel_enrolment, end_clashes_of, end_enrolments_of_leaver
from enrolment.actions.self_paced import finish_course, start_course

__all__ = [
    "Terms",
    "cancel_enrolment",
    "end_clashes_of",
    "end_enrolments_of_leaver",
    "enrol",
    "finish_course",
    "promote_waiting",
    "start_course",
]

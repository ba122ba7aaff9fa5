"""The verbs of planning. Each is one transaction: lock, check, write, tell.

Locks in this order, each in the order of keys: sessions, persons, rooms.
"""

from scheduling.actions.planning import (
    Change,
    Draft,
    plan_session,
    plan_sessions,
    replan_session,
    replan_sessions,
    undo,
)
from scheduling.actions.publishing import publish_session, publish_sessions
from scheduling.actions.shared import (
    booked_persons,
    current_plan,
    current_plans,
    effective_seats,
    moment,
    persons_busy,
    record_step,
    take_step,
    waiting_persons,
)
from scheduling.actions.steps import (
    cancel_session,
    change_limit,
    confirm_session,
    run_anyway,
)

__all__ = [
    "Change",
    "Draft",
    "booked_persons",
    "cancel_session",
    "change_limit",
    "confirm_session",
    "current_plan",
    "current_plans",
    "effective_seats",
    "moment",
    "persons_busy",
    "plan_session",
    "plan_sessions",
    "publish_session",
    "publish_sessions",
    "record_step",
    "replan_session",
    "replan_sessions",
    "run_anyway",
    "take_step",
    "undo",
    "waiting_persons",
]

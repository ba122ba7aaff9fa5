"""What tests of enrolment start from."""

import pytest
from time_machine import travel

from enrolment.actions import enrol
from tests.enrolment.letters import NOW
from tests.factories import EmployeeFactory, SessionFactory, TrainerFactory, moscow


@pytest.fixture
def tuesday(time_machine):
    """Half an hour into a meeting that began at ten."""
    time_machine.move_to(moscow(2026, 11, 24, 10, 30), tick=False)


@pytest.fixture
def clock():
    """Eight days before the session of tests/enrolment/letters.py; it stands still, and a test moves it."""
    with travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def trainer():
    return TrainerFactory(employee__last_name="Тихонова", employee__language="ru")


@pytest.fixture
def page(client, trainer):
    """The browser of a trainer who has signed in."""
    client.force_login(trainer.employee)
    return client


@pytest.fixture
def begun(time_machine, trainer):
    """Give it a session: its people enrol a day ahead, then the clock stands at the start."""

    def begin(people=2, **fields):
        time_machine.move_to(moscow(2026, 11, 23, 10), tick=False)
        session = SessionFactory(starts_at=moscow(2026, 11, 24, 10), trainer=trainer, **fields)
        for person in EmployeeFactory.create_batch(people):
            enrol(person, session)
        time_machine.move_to(session.starts_at, tick=False)
        return session

    return begin

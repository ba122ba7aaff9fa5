"""Staff change a date, or take a cancellation back, for a day on which the office can hardly spare them (rule 16)."""

import pytest
from django.urls import reverse

from enrolment.actions import cancel_enrolment, enrol
from enrolment.approvals.actions import ask_for_seat
from enrolment.doors.actions import restore_enrolment, transfer_enrolment
from enrolment.errors import EnrolmentError, NotAllowed, NotEligible, ReasonMissing, TooManyAway
from enrolment.models import Approval, Seat
from scheduling.models import Booking
from tests.enrolment.approvals import hr_admin, kinds_of
from tests.enrolment.test_office import colleagues, next_weekday
from tests.factories import OfficeFactory, PolicyFactory, PositionFactory, SessionFactory
from tests.rights import with_right

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """Two of one office, of whom one may be away."""
    return colleagues(OfficeFactory(), 2)


@pytest.fixture
def enrolment(people):
    return enrol(people[0], SessionFactory(seats=2, starts_at=next_weekday(14)))


@pytest.fixture
def other(people, enrolment):
    """Another date, on which the colleague is away."""
    return date_of(enrolment, next_weekday(21), away=people[1])


def date_of(enrolment, starts_at, *, away=None):
    if away:
        enrol(away, SessionFactory(starts_at=starts_at))
    return SessionFactory(course=enrolment.course, seats=2, starts_at=starts_at)


def test_rule_16_staff_change_nobodys_date_to_a_day_on_which_too_many_would_be_away(enrolment, other):
    before = enrolment.session

    with pytest.raises(TooManyAway, match="на обучении уже 1 из 2"):
        transfer_enrolment(enrolment, other, by=hr_admin(), reason="Болеет")

    enrolment.refresh_from_db()
    booked = Booking.objects.attending().filter(person=enrolment.trainee)
    assert (enrolment.session, booked.get().meeting.session) == (before, before)


def test_rule_16_staff_overlook_the_share_on_the_other_date_with_a_reason(enrolment, other):
    by = hr_admin()

    with pytest.raises(ReasonMissing):
        transfer_enrolment(enrolment, other, by=by, overlooks=frozenset({"office"}))
    moved = transfer_enrolment(enrolment, other, by=by, reason="Болеет", overlooks=frozenset({"office"}))

    assert (moved.session, moved.seat, moved.overlooked) == (other, Seat.HELD, "office")
    entry = moved.entries.get(kind="overridden")
    assert (entry.by, entry.reason) == (by, "предел отсутствующих в офисе: Болеет")


def test_s31_who_has_no_right_to_overlook_does_not_overlook_the_share(enrolment, other):
    with pytest.raises(NotAllowed):
        transfer_enrolment(
            enrolment,
            other,
            by=with_right("scheduling.plan_session"),
            reason="Болеет",
            overlooks=frozenset({"office"}),
        )


def test_rule_16_what_was_overlooked_on_one_date_is_asked_again_on_another(people, enrolment, other):
    moved = transfer_enrolment(
        enrolment, other, by=hr_admin(), reason="Болеет", overlooks=frozenset({"office"})
    )
    thin, full = date_of(moved, next_weekday(28), away=people[1]), date_of(moved, next_weekday(35))

    with pytest.raises(EnrolmentError, match="выберите другую дату"):
        transfer_enrolment(moved, thin, by=moved.trainee)

    assert transfer_enrolment(moved, full, by=moved.trainee).overlooked == ""


def test_rule_16_a_request_about_which_its_head_decides_goes_to_any_date(people):
    request = ask_for_seat(people[0], SessionFactory(starts_at=next_weekday(14)))
    other = date_of(request, next_weekday(21), away=people[1])

    moved = transfer_enrolment(request, other, by=hr_admin())

    assert (moved.session, moved.approval) == (other, Approval.ASKED)


def test_rule_16_the_page_says_the_number_and_takes_the_tick_with_a_reason(client, enrolment, other):
    client.force_login(hr_admin())
    address = reverse("enrolment:dates", args=[enrolment.pk])

    page = client.get(address).content.decode()
    client.post(address, {"session": other.pk, "reason": "Болеет"})
    enrolment.refresh_from_db()
    without = enrolment.session
    client.post(address, {"session": other.pk, "reason": "Болеет", "overlooks": "office"})
    enrolment.refresh_from_db()

    assert "на обучении уже 1 из 2 человек офиса, чья это смена, и больше нельзя." in page
    assert f'id="overlooks-{other.pk}-office"' in page
    assert (without == other, enrolment.session == other) == (False, True)


def test_rule_16_who_may_overlook_nothing_reads_the_number_and_has_no_button(client, enrolment, other):
    client.force_login(with_right("scheduling.plan_session"))

    page = client.get(reverse("enrolment:dates", args=[enrolment.pk])).content.decode()

    assert "на обучении уже 1 из 2 человек офиса, чья это смена, и больше нельзя." in page
    assert f'value="{other.pk}"' not in page


def test_rule_11_staff_overlook_a_condition_of_the_other_date_with_a_reason(enrolment):
    other, by = date_of(enrolment, next_weekday(21)), hr_admin()
    enrolment.course.audience.add(PositionFactory())

    with pytest.raises(NotEligible):
        transfer_enrolment(enrolment, other, by=by, reason="Болеет")
    with pytest.raises(ReasonMissing):
        transfer_enrolment(enrolment, other, by=by, overlooks=frozenset({"audience"}))
    moved = transfer_enrolment(enrolment, other, by=by, reason="Болеет", overlooks=frozenset({"audience"}))

    assert (moved.session, moved.seat, moved.overlooked) == (other, Seat.HELD, "audience")
    assert moved.entries.get(kind="overridden").reason.endswith(": Болеет")
    further = transfer_enrolment(moved, date_of(moved, next_weekday(28)), by=by)
    assert (further.overlooked, further.entries.filter(kind="overridden").count()) == ("audience", 1)


def test_rule_11_a_trainee_overlooks_nothing_on_another_date(enrolment):
    other = date_of(enrolment, next_weekday(21))
    enrolment.course.audience.add(PositionFactory())

    with pytest.raises(NotEligible):
        transfer_enrolment(
            enrolment, other, by=enrolment.trainee, reason="Хочу", overlooks=frozenset({"audience"})
        )


def test_rule_11_the_own_seat_is_none_of_the_optional_courses_that_stand_in_the_way(client, enrolment):
    PolicyFactory(optional_bookings_max=1)
    other = date_of(enrolment, next_weekday(21))
    client.force_login(enrolment.trainee)

    page = client.get(reverse("enrolment:dates", args=[enrolment.pk])).content.decode()

    assert f'value="{other.pk}"' in page


def test_rule_11_nothing_heals_a_clash_on_the_other_date(client, enrolment):
    busy = enrol(enrolment.trainee, SessionFactory(starts_at=next_weekday(21)))
    other = date_of(enrolment, busy.session.starts_at)
    client.force_login(by := hr_admin())

    with pytest.raises(NotEligible):
        transfer_enrolment(enrolment, other, by=by, reason="Надо", overlooks=frozenset({"clash"}))
    page = client.get(reverse("enrolment:dates", args=[enrolment.pk])).content.decode()

    assert f'value="{other.pk}"' not in page


def test_rule_11_the_page_has_a_tick_for_each_condition_and_who_has_no_right_reads_them(
    client, enrolment, other
):
    enrolment.course.audience.add(PositionFactory())
    address = reverse("enrolment:dates", args=[enrolment.pk])
    pages = []
    for reader in (hr_admin(), with_right("scheduling.plan_session")):
        client.force_login(reader)
        pages.append(client.get(address).content.decode())
    client.force_login(hr_admin())
    data = {"session": other.pk, "reason": "Болеет"}
    client.post(address, data | {"overlooks": "office"})
    enrolment.refresh_from_db()
    half = enrolment.session
    client.post(address, data | {"overlooks": ["office", "audience"]})
    enrolment.refresh_from_db()

    assert [f'id="overlooks-{other.pk}-audience"' in page for page in pages] == [True, False]
    assert ["Курс не для этой должности." in page for page in pages] == [True, True]
    assert (half == other, enrolment.session == other) == (False, True)
    assert enrolment.overlooked == "audience office"


# --- a cancellation taken back --------------------------------------------------------------------


@pytest.fixture
def cancelled(people, enrolment):
    """Of somebody whose colleague is away on that day by now."""
    cancel_enrolment(enrolment, by=people[0])
    date_of(enrolment, enrolment.session.starts_at, away=people[1])
    return enrolment


def test_rule_16_staff_take_no_cancellation_back_for_a_day_on_which_too_many_would_be_away(cancelled):
    with pytest.raises(TooManyAway, match="на обучении уже 1 из 2"):
        restore_enrolment(cancelled, by=hr_admin(), reason="Ошибка")

    cancelled.refresh_from_db()
    assert (cancelled.is_live, kinds_of(cancelled)) == (False, ["seat_taken", "cancelled"])


def test_rule_16_staff_overlook_the_share_and_take_a_cancellation_back_with_a_reason(cancelled):
    by = hr_admin()

    with pytest.raises(ReasonMissing):
        restore_enrolment(cancelled, by=by, overlooks=frozenset({"office"}))
    back = restore_enrolment(cancelled, by=by, reason="Ошибка", overlooks=frozenset({"office"}))

    assert (back.seat, back.overlooked) == (Seat.HELD, "office")
    entry = back.entries.get(kind="overridden")
    assert (entry.by, entry.reason) == (by, "предел отсутствующих в офисе: Ошибка")


def test_s31_who_has_no_right_to_overlook_takes_nothing_back_beyond_the_share(cancelled):
    planner = with_right("scheduling.plan_session")

    with pytest.raises(NotAllowed):
        restore_enrolment(cancelled, by=planner, reason="Ошибка", overlooks=frozenset({"office"}))


def test_rule_16_what_a_head_has_allowed_or_decides_anew_is_taken_back_without_a_tick(people):
    request = ask_for_seat(people[0], SessionFactory(starts_at=next_weekday(14)))
    cancel_enrolment(request, by=people[0])
    date_of(request, request.session.starts_at, away=people[1])

    back = restore_enrolment(request, by=hr_admin(), reason="Ошибка")

    assert (back.approval, back.overlooked) == (Approval.ASKED, "")


def test_rule_16_the_page_of_taking_back_says_the_number_and_takes_the_tick_with_a_reason(client, cancelled):
    client.force_login(hr_admin())
    address = reverse("enrolment:restore", args=[cancelled.pk])

    page = client.get(address).content.decode()
    again = client.post(address, {"reason": "Ошибка"}).content.decode()
    cancelled.refresh_from_db()
    without = cancelled.is_live
    client.post(address, {"reason": "Ошибка", "overlooks": "office"})
    cancelled.refresh_from_db()

    assert "на обучении уже 1 из 2 человек офиса, чья это смена." in page
    assert "Отметьте всё, что мешает" in again
    assert (without, cancelled.is_live) == (False, True)


def test_rule_16_who_may_overlook_nothing_reads_why_nothing_is_taken_back(client, cancelled):
    client.force_login(with_right("scheduling.plan_session"))

    page = client.get(reverse("enrolment:restore", args=[cancelled.pk])).content.decode()

    assert "на обучении уже 1 из 2 человек офиса, чья это смена." in page
    assert 'name="reason"' not in page


def test_rule_11_staff_take_a_cancellation_back_in_spite_of_a_condition_with_a_reason(client, enrolment):
    cancel_enrolment(enrolment, by=enrolment.trainee)
    enrolment.course.audience.add(PositionFactory())
    client.force_login(hr_admin())
    address = reverse("enrolment:restore", args=[enrolment.pk])

    page = client.get(address).content.decode()
    client.post(address, {"reason": "Ошибка", "overlooks": "audience"})
    enrolment.refresh_from_db()

    assert "Этот курс предназначен для других должностей" in page
    assert (enrolment.is_live, enrolment.overlooked) == (True, "audience")
    assert enrolment.entries.get(kind="overridden").reason.endswith(": Ошибка")

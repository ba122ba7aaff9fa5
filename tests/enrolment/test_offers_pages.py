"""Answering an offer on pages and by the links of the letter: rule 14, promises S5 and S31, expectation 3."""

import re

import pytest
from django.contrib.auth.models import Group
from django.core import mail
from django.core.signing import dumps
from django.urls import reverse
from django.utils import translation

from centre.templatetags.centre_text import when
from enrolment.actions import enrol, promote_waiting
from enrolment.merging import merge_sessions
from enrolment.models import Ending, Seat
from enrolment.offers.actions import accept_offer, decline_offer, lapse_offers
from enrolment.offers.links import SALT, make_token
from notifications.models import Message
from notifications.tasks import send_due_messages
from tests.enrolment.offers import NOW, fresh, offered, queue_of, seats
from tests.factories import EmployeeFactory, MandatorySessionFactory, SessionFactory, moscow

pytestmark = pytest.mark.django_db
ENGLISH = {"accept-language": "en"}
IN_TEN_DAYS = moscow(2026, 3, 12, 10)


@pytest.fixture(autouse=True)
def clock(time_machine):
    time_machine.move_to(NOW, tick=False)
    return time_machine


@pytest.fixture
def offer():
    """An offer that stands, and who waits behind it."""
    _session, first, second = offered(starts_at=IN_TEN_DAYS)
    return first, second


def term():
    """The term of the offer as English pages write it."""
    with translation.override("en"):
        return when(moscow(2026, 3, 4, 10))


def by_link(name, row):
    return reverse(f"enrolment:{name}_by_link", args=[make_token(row)])


@pytest.fixture
def staff(client):
    reader = EmployeeFactory()
    reader.groups.add(Group.objects.get(name="centre_admin"))
    client.force_login(reader)
    return client


# --- the letter -----------------------------------------------------------------------------------


def letters():
    mail.outbox.clear()
    send_due_messages()
    return mail.outbox


def test_rule_14_the_letter_says_the_term_with_zone_and_both_answers(offer):
    first, second = offer

    [letter] = [one for one in letters() if one.to == [first.trainee.email] and "предложено" in one.subject]

    assert letter.subject.startswith(f"Вам предложено место, ответьте: «{first.course}»")
    assert "Среда, 4 марта 2026, 10:00 (МСК)" in letter.body
    paths = re.findall(r"http://127\.0\.0\.1:8000(/offers/\S+)", letter.body)
    assert [path.rsplit("/", 2)[1] for path in paths] == ["accept", "decline"]
    assert second.trainee.last_name not in letter.body
    kept = Message.objects.get(kind="seat_offered").body
    assert "/offers/" not in kept


def test_rule_14_the_letter_in_english(offer):
    first, _second = offer
    type(first.trainee).objects.filter(pk=first.trainee_id).update(language="en")

    [letter] = [one for one in letters() if one.to == [first.trainee.email] and "offered" in one.subject]

    assert "We keep the seat for you until:\nWednesday, 4 March 2026, 10:00 (MSK)" in letter.body


def test_rule_14_an_offer_made_at_night_is_told_in_the_morning_and_its_hours_count_from_eight(clock):
    clock.move_to(moscow(2026, 3, 2, 23), tick=False)
    _session, first, _second = offered(starts_at=IN_TEN_DAYS)

    at_night = [one for one in letters() if "предложено" in one.subject]
    clock.move_to(moscow(2026, 3, 3, 8), tick=False)
    in_the_morning = [one for one in letters() if "предложено" in one.subject]

    assert (at_night, [one.to for one in in_the_morning]) == ([], [[first.trainee.email]])
    assert first.offer_until == moscow(2026, 3, 4, 20)


def test_rule_14_what_was_answered_before_it_left_is_not_offered_any_more(offer):
    first, second = offer
    decline_offer(first, by=first.trainee)

    assert [one.to for one in letters() if "предложено" in one.subject] == [[second.trainee.email]]


def test_rule_14_silence_is_told_with_the_way_on(offer, clock):
    first, _second = offer
    letters()
    clock.move_to(first.offer_until, tick=False)
    lapse_offers(first.session)

    [letter] = [one for one in letters() if one.to == [first.trainee.email]]

    assert letter.subject.startswith("Предложенное место перешло дальше")
    assert "встаньте в очередь снова" in letter.body


# --- links ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["accept", "decline"])
@pytest.mark.parametrize("method", ["get", "head"])
def test_s5_looking_at_a_link_decides_nothing(client, offer, name, method):
    first, _second = offer

    response = getattr(client, method)(by_link(name, first), follow=True)

    assert response.status_code == 200
    assert seats(first) == [Seat.OFFERED]


def test_rule_14_accepting_is_said_in_words_of_its_own_beside_how_it_stands(client, offer):
    first, _second = offer
    client.force_login(first.trainee)

    done = client.post(
        reverse("enrolment:offer", args=[first.pk]), {"answer": "accept"}, follow=True, headers=ENGLISH
    )

    assert [str(message) for message in done.context["messages"]] == ["Done: you have accepted the seat."]
    assert done.content.decode().count("We look forward to seeing you") == 1


def test_rule_14_declining_by_the_link_needs_no_sign_in_and_says_nothing_of_others(client, offer):
    first, second = offer
    page = client.get(by_link("decline", first), follow=True, headers=ENGLISH)
    text = page.content.decode()

    assert page.redirect_chain[0][0] == reverse("enrolment:decline_offered")
    assert first.trainee.short_name in text
    assert first.trainee.first_name not in text
    assert second.trainee.last_name not in text
    assert page.headers["Referrer-Policy"] == "same-origin"
    assert "noindex" in page.headers["X-Robots-Tag"]
    assert "no-store" in page.headers["Cache-Control"]

    done = client.post(reverse("enrolment:decline_offered"), follow=True, headers=ENGLISH)

    said = "You have declined the seat: it goes to the next in the queue."
    assert [str(message) for message in done.context["messages"]] == [said]
    assert "You have declined this seat." not in done.content.decode()
    again = client.get(reverse("enrolment:decline_offered"), headers=ENGLISH)
    assert "You have declined this seat." in again.content.decode()
    assert fresh(first)[0].ended_because == Ending.DECLINED
    assert seats(second) == [Seat.OFFERED]
    assert first.entries.last().by is None


def test_rule_14_a_link_works_once_and_afterwards_says_calmly_what_happened(client, offer):
    first, second = offer
    accept_offer(first, by=first.trainee)

    page = client.get(by_link("decline", first), follow=True, headers=ENGLISH)
    client.post(reverse("enrolment:decline_offered"))

    assert "The seat is yours already." in page.content.decode()
    assert "<form method" not in page.content.decode().partition("<main")[2].partition("</main")[0]
    assert seats(first, second) == [Seat.HELD, Seat.WAITING]


def test_rule_14_the_link_of_an_earlier_offer_declines_no_later_one(client, offer):
    first, _second = offer
    link = by_link("decline", first)
    target = SessionFactory(course=first.course, seats=1, starts_at=moscow(2026, 3, 14, 10))
    merge_sessions(first.session, target, by=None)
    assert seats(first) == [Seat.OFFERED]

    page = client.get(link, follow=True, headers=ENGLISH)
    client.post(reverse("enrolment:decline_offered"))

    assert "This offer has ended." in page.content.decode()
    assert seats(first) == [Seat.OFFERED]


def test_rule_14_forged_links_open_nothing(client, offer):
    first, _second = offer
    token = make_token(first)

    for forged in (
        token[:-1] + ("a" if token[-1] != "a" else "b"),
        "made-up",
        dumps([first.pk, 0], salt="x"),
    ):
        for name in ("accept_by_link", "decline_by_link"):
            assert client.get(reverse(f"enrolment:{name}", args=[forged])).status_code == 404
    assert client.get(reverse("enrolment:decline_offered")).status_code == 404
    assert client.post(reverse("enrolment:decline_offered")).status_code == 404
    assert dumps([1, 2], salt=SALT) != token
    assert seats(first) == [Seat.OFFERED]


def test_s31_accepting_by_the_link_asks_for_the_sign_in_and_comes_back(client, offer):
    first, _second = offer
    page = client.get(by_link("accept", first), follow=True)
    assert page.redirect_chain[-1][0].startswith("/sign-in/?next=")
    assert make_token(first) not in page.redirect_chain[-1][0]

    client.force_login(first.trainee)
    page = client.get(by_link("accept", first), follow=True, headers=ENGLISH)
    assert "Accept the seat" in page.content.decode()
    client.post(reverse("enrolment:offer", args=[first.pk]), {"answer": "accept"})

    assert seats(first) == [Seat.HELD]


def test_s31_somebody_else_gets_nothing_by_the_link(client, offer):
    first, second = offer
    client.force_login(second.trainee)

    assert client.get(by_link("accept", first), follow=True).status_code == 404
    assert client.post(reverse("enrolment:offer", args=[first.pk]), {"answer": "accept"}).status_code == 404
    assert seats(first) == [Seat.OFFERED]


# --- pages of the trainee -------------------------------------------------------------------------


def test_rule_14_the_panel_shows_the_term_and_both_answers_without_a_script(client, offer):
    first, second = offer
    client.force_login(first.trainee)
    page = client.get(first.session.get_absolute_url(), headers=ENGLISH).content.decode()

    assert f"A seat is kept for you until {term()}." in page
    assert page.count('name="answer"') == 2
    answer = client.post(
        reverse("enrolment:offer", args=[first.pk]), {"answer": "decline"}, follow=True, headers=ENGLISH
    )
    assert "You have declined the seat" in answer.content.decode()
    assert seats(second) == [Seat.OFFERED]


def test_rule_14_an_answer_after_the_term_is_refused_in_words(client, offer, clock):
    first, _second = offer
    clock.move_to(first.offer_until, tick=False)
    client.force_login(first.trainee)

    answer = client.post(
        reverse("enrolment:offer", args=[first.pk]), {"answer": "accept"}, follow=True, headers=ENGLISH
    )

    assert f"The time to answer was over on {term()}" in answer.content.decode()


def test_rule_14_home_shows_the_offer_first_with_its_term(client, offer):
    first, _second = offer
    client.force_login(first.trainee)
    page = client.get(reverse("website:home"), headers=ENGLISH)
    text = page.content.decode()

    assert [one.pk for one in page.context["offered"]] == [first.pk]
    assert text.index("A seat is offered to you") < text.index(f"Answer by {term()}") < text.index("</main>")
    assert page.context["next"] is None
    assert page.context["requests"] == []


def test_rule_14_cancelling_leads_to_the_answer(client, offer):
    first, _second = offer
    client.force_login(first.trainee)

    assert client.get(reverse("enrolment:cancel", args=[first.pk])).url == reverse(
        "enrolment:offer", args=[first.pk]
    )


def test_ux_3_who_waits_reads_what_happens_and_until_when_they_would_confirm(client):
    _session, _held, [waiting] = queue_of(1, starts_at=IN_TEN_DAYS)
    client.force_login(waiting.trainee)

    page = client.get(waiting.session.get_absolute_url(), headers=ENGLISH).content.decode()

    assert f"you would have to confirm it by {term()}" in page
    assert 'name="at_short_notice"' in page


def test_rule_14_the_tick_comes_with_the_request_and_is_changed_later(client):
    session = MandatorySessionFactory(seats=1, limit=1, starts_at=IN_TEN_DAYS)
    enrol(EmployeeFactory(), session)
    person = EmployeeFactory()
    client.force_login(person)
    page = client.get(session.get_absolute_url()).content.decode()
    assert 'name="at_short_notice"' in page

    client.post(reverse("enrolment:enrol_in_session", args=[session.pk]), {"at_short_notice": "on"})
    row = person.enrolments.get()
    assert (row.seat, row.at_short_notice) == (Seat.WAITING, True)
    client.post(reverse("enrolment:short_notice", args=[row.pk]), {})

    assert fresh(row)[0].at_short_notice is False


# --- pages of staff -------------------------------------------------------------------------------


def test_rule_14_staff_see_until_when_a_seat_is_offered(staff, offer):
    first, _second = offer

    for name in ("people", "queue"):
        page = staff.get(reverse(f"enrolment:{name}", args=[first.session_id]), headers=ENGLISH)
        assert "Offered until" in page.content.decode()
        assert term() in page.content.decode()


def test_rule_14_staff_give_the_seat_on_the_page_of_the_queue(staff):
    session, held, [first, second] = queue_of(2, starts_at=moscow(2026, 3, 3, 6))
    type(held).objects.filter(pk=held.pk).update(
        seat=Seat.GIVEN_UP, ended_because=Ending.CANCELLED, ended_at=NOW
    )
    held.trainee.bookings.all().delete()
    address = reverse("enrolment:give_seat", args=[second.pk])
    queue = staff.get(reverse("enrolment:queue", args=[session.pk]), headers=ENGLISH).content.decode()
    assert address in queue
    assert "free seats are given by hand only" in queue

    empty = staff.post(address, {"reason": ""})
    given = staff.post(address, {"reason": "По телефону"}, follow=True, headers=ENGLISH)

    assert empty.status_code == 200
    assert f"{second.trainee.short_name} has a seat now" in given.content.decode()
    assert seats(first, second) == [Seat.WAITING, Seat.HELD]


def test_rule_14_nobody_else_gives_seats(client, offer):
    first, second = offer
    client.force_login(first.trainee)

    answer = client.post(reverse("enrolment:give_seat", args=[second.pk]), {"reason": "Хочу"})

    assert answer.status_code == 403
    assert seats(second) == [Seat.WAITING]


@pytest.mark.parametrize("people", [1, 3])
@pytest.mark.rows_of("enrolment:people")
def test_rule_14_offered_seats_cost_the_same_for_any_number(staff, people, django_assert_num_queries):
    session, _first, *_others = offered(people, starts_at=IN_TEN_DAYS)
    type(session).objects.update(seats=people + 1)
    promote_waiting(session)
    address = reverse("enrolment:people", args=[session.pk])
    staff.get(address)

    with django_assert_num_queries(PEOPLE_COSTS):
        staff.get(address)


PEOPLE_COSTS = 14

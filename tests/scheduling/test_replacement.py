"""Rule 7: who could teach instead and where instead, ranked with reasons, and the repair of many sessions at once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import translation

from enrolment.actions import enrol
from enrolment.invariants import booking_faults
from scheduling.actions import Change, confirm_session, current_plans, replan_session, replan_sessions
from scheduling.errors import NotPlannable
from scheduling.facts import Busy, CourseNeeds, Facts, RoomFacts, Shift, Span, TrainerAbsence, TrainerFacts
from scheduling.hurt import without_room, without_trainer
from scheduling.models import RoomClosure
from scheduling.plans import MeetingPlan, SessionPlan
from scheduling.replacement import (
    Gap,
    propose_rooms,
    propose_trainers,
    rank_rooms,
    rank_trainers,
    without_gaps,
)
from tests.costs import cost
from tests.factories import (
    EmployeeFactory,
    QualificationFactory,
    RoomFactory,
    SessionFactory,
    SiteFactory,
    TrainerFactory,
    TrainerQualificationFactory,
    in_days,
    moscow,
)
from trainers.models import Absence

pytestmark = pytest.mark.django_db

STROGINO, VDNKH = 1, 2
SERVICE = 5
NEEDS = CourseNeeds(is_online=False, group_min=4, group_max=20, qualifications={SERVICE: "Service"})
TUESDAY = date(2026, 12, 8)
WAYS = {"changeover_minutes": 15, "travel_minutes": 90}


def span(start=10, hours=3, day=TUESDAY):
    starts_at = moscow(day.year, day.month, day.day, start)
    return Span(starts_at, starts_at + timedelta(hours=hours))


def trainer(pk, name, **facts):
    known = {"qualifications": {SERVICE: None}, "hours_a_day": 8, "hours_a_week": 30, "site_id": STROGINO}
    return TrainerFacts(pk, 100 + pk, name, is_active=True, **{**known, **facts})


def busy(at, site=STROGINO, session=99):
    return Busy(at, at, session, "Other", teaches=True, site_id=site, site_name=f"Site {site}")


def gap(*spans, **facts):
    return Gap(1, "Course", spans or (span(),), NEEDS, site_id=STROGINO, leaving=1, **facts)


def ranked(the_gap, *trainers, calendar=None):
    facts = Facts(NEEDS, {}, {one.pk: one for one in trainers}, calendar or {})
    with translation.override("en"):
        return rank_trainers(the_gap, facts, travel_minutes=90)


def names(candidates):
    return [candidate.trainer.name for candidate in candidates]


def test_rule_7_qualified_free_and_least_disturbed_comes_first():
    found = ranked(
        gap(near=frozenset({4})),
        trainer(1, "Ill"),
        trainer(2, "Far", site_id=VDNKH),
        trainer(3, "Here that day", site_id=VDNKH, busy=(busy(span(16, 2)),)),
        trainer(4, "Of the session", site_id=VDNKH),
        trainer(5, "At home"),
        trainer(6, "At home, busy week", load={TUESDAY: timedelta(hours=3)}),
        trainer(7, "Off shift", shift=Shift("2/2", TUESDAY - timedelta(days=2))),
        trainer(8, "Unqualified", qualifications={}),
        trainer(9, "Taken", busy=(busy(span(12, 2)),)),
        trainer(10, "Travelling", busy=(busy(span(14, 2), site=VDNKH),)),
    )

    assert names(found) == [
        "Of the session",
        "Here that day",
        "At home",
        "At home, busy week",
        "Far",
        "Off shift",
        "Taken",
        "Travelling",
        "Unqualified",
    ]
    assert [candidate.can for candidate in found] == [True] * 6 + [False] * 3
    assert [finding.code for finding in found[5].warnings] == ["trainer_off_shift"]
    assert [candidate.against[0].code for candidate in found[6:]] == [
        "trainer_busy",
        "trainer_travels",
        "qualification_missing",
    ]


def test_rule_7_the_rank_says_its_reasons():
    (found,) = ranked(
        gap(), trainer(2, "Here", busy=(busy(span(16, 2)),), load={TUESDAY: timedelta(hours=1.5)})
    )

    assert found.reasons == ("is at this site that day anyway", "2 of 30 academic hours that week")


def test_rule_7_who_is_away_on_one_of_the_days_cannot_teach_the_session():
    days = span(), span(day=TUESDAY + timedelta(days=1))
    away = TrainerAbsence(TUESDAY + timedelta(days=1), TUESDAY + timedelta(days=9), "illness")

    (found,) = ranked(gap(*days), trainer(2, "Away", absences=(away,)))

    assert [finding.code for finding in found.against] == ["trainer_absent"]


def test_rule_7_who_stays_in_the_room_may_hold_the_qualification():
    stays = trainer(3, "Stays")

    found = ranked(gap(others=(3,)), stays, trainer(2, "Helper", qualifications={}))

    assert (names(found), found[0].can) == (["Helper"], True)


def test_rule_7_nobody_is_proposed_for_two_sessions_at_one_time():
    facts = Facts(NEEDS, {}, {one.pk: one for one in (trainer(2, "A"), trainer(3, "B"))})
    gaps = [gap(), gap(), gap(), gap(span(15))]

    proposed = propose_trainers(gaps, facts, travel_minutes=90)

    assert [proposed[number] and proposed[number].pk for number in range(4)] == [2, 3, None, 2]


def room(pk, name, capacity, site=STROGINO, **facts):
    hours = {"opens_at": moscow(2026, 1, 1, 8).time(), "closes_at": moscow(2026, 1, 1, 20).time()}
    known = {"zone": moscow(2026, 1, 1).tzinfo, "is_online": False, "is_step_free": True, **hours}
    return RoomFacts(pk, name, site, f"Site {site}", capacity=capacity, is_active=True, **{**known, **facts})


def test_rule_7_rooms_rank_by_site_then_by_seats_to_spare():
    rooms = [
        room(1, "Flooded", 20),
        room(2, "Large", 40),
        room(3, "Fits", 12),
        room(4, "Elsewhere", 12, site=VDNKH),
        room(5, "Small", 8),
        room(6, "Taken", 12, busy=(busy(span(11, 1)),)),
        room(7, "Online", 500, is_online=True),
    ]
    the_gap = Gap(1, "Course", (span(),), NEEDS, site_id=STROGINO, room=1, group=12)

    found = rank_rooms(the_gap, Facts(NEEDS, {one.pk: one for one in rooms}, {}), **WAYS)

    assert [(one.room.name, one.can) for one in found] == [
        ("Fits", True),
        ("Large", True),
        ("Elsewhere", True),
        ("Small", False),
        ("Taken", False),
    ]


def elsewhere(the_gap, *trainers):
    """The room at another site that alone is left, as a candidate."""
    rooms = {1: room(1, "Flooded", 20), 2: room(2, "Elsewhere", 20, site=VDNKH)}
    facts = Facts(NEEDS, rooms, {one.pk: one for one in trainers})
    with translation.override("en"):
        (found,) = rank_rooms(the_gap, facts, **WAYS)
    return found


def room_gap(at, number=1, **facts):
    return Gap(number, "Course", (at,), NEEDS, site_id=STROGINO, room=1, taught=((7,),), **facts)


@pytest.mark.parametrize(("begins", "can"), [(14, False), (15, True)])
def test_rule_7_a_room_that_the_trainer_could_not_reach_in_time_is_not_offered(begins, can):
    teaches_on = trainer(7, "Petrov", busy=(busy(span(begins, 2)),))

    found = elsewhere(room_gap(span(10, 3)), teaches_on)

    assert found.can is can
    assert [one.code for one in found.against] == ([] if can else ["trainer_travels"])


def test_rule_7_a_room_that_the_group_could_not_reach_in_time_is_not_offered():
    afternoon = span(14, 2)
    staying = (MeetingPlan(afternoon.starts_at, afternoon.ends_at, 1),)

    found = elsewhere(room_gap(span(10, 3), staying=staying))

    assert [one.code for one in found.against] == ["group_travels"]


def test_rule_7_sessions_of_one_trainer_move_to_another_site_together():
    morning, noon = span(9, 2), span(12, 2)
    teaches = trainer(7, "Petrov", busy=(busy(morning, session=1), busy(noon, session=2)))
    rooms = {1: room(1, "Flooded", 20), 2: room(2, "Elsewhere", 20, site=VDNKH)}
    gaps = [room_gap(morning), room_gap(noon, number=2)]

    found = propose_rooms(gaps, without_gaps(Facts(NEEDS, rooms, {7: teaches}), gaps), **WAYS)

    assert [found[number] and found[number].pk for number in (0, 1)] == [2, 2]


def test_rule_7_a_room_given_to_one_session_counts_for_where_its_trainer_is_next():
    morning, noon = span(9, 2), span(12, 2)
    rooms = {1: room(1, "Flooded", 20), 2: room(2, "Near", 20), 3: room(3, "Far", 25, site=VDNKH)}
    rooms[2] = replace(rooms[2], busy=(busy(noon),))
    gaps = [room_gap(morning), room_gap(noon, number=2)]

    found = propose_rooms(gaps, Facts(NEEDS, rooms, {7: trainer(7, "Petrov")}), **WAYS)

    assert [found[number] and found[number].pk for number in (0, 1)] == [2, None]


# --- the page -------------------------------------------------------------------------------------


@pytest.fixture
def ill():
    """A trainer of four sessions who falls ill before them, and two who could help; people hold seats."""
    site, qualification = SiteFactory(), QualificationFactory()
    who = TrainerFactory(home_site=site)
    helpers = TrainerFactory.create_batch(2, home_site=site)
    for one in (who, *helpers):
        TrainerQualificationFactory(trainer=one, qualification=qualification)
    for day in (14, 15, 16, 17):
        session = SessionFactory(starts_at=in_days(day), room=RoomFactory(site=site), trainer=who)
        session.course.qualifications.add(qualification)
        enrol(EmployeeFactory(), session)
    Absence.objects.create(
        trainer=who, starts_on=in_days(13).date(), ends_on=in_days(20).date(), reason="illness"
    )
    return who


def answers(form):
    return {name: form[name].value() or "" for name in form.fields}


def test_rule_7_an_illness_with_four_sessions_is_repaired_in_two_clicks(hr, ill):
    url = f"{reverse('scheduling:repair')}?trainer={ill.pk}"
    form = hr.get(url).context["form"]
    assert len(form.questions) == without_trainer().count() == 4

    shown = hr.post(url, answers(form))
    assert without_trainer().count() == 4
    assert sum(news.count for news in shown.context["rehearsal"].news if news.kind == "session_moved") == 4
    hr.post(url, {**answers(form), "sure": 1})

    assert not without_trainer().exists()
    assert booking_faults() == []
    assert len(hr.get(url).context["missing"]) == 0


def test_rule_7_what_is_left_open_stays_flagged(hr, ill):
    url = reverse("scheduling:repair")
    form = hr.get(url).context["form"]
    sent = answers(form) | {form.missing[0].key: "", "sure": 1}

    hr.post(url, sent)

    assert without_trainer().count() == 1


def test_rule_9_a_session_that_somebody_changed_meanwhile_is_not_overwritten(hr, ill):
    url = reverse("scheduling:repair")
    form = hr.get(url).context["form"]
    confirm_session(form.missing[2].session, by=EmployeeFactory(last_name="Волкова"))

    refused = hr.post(url, {**answers(form), "sure": 1})

    assert "Волкова" in str(refused.context["form"].errors)
    assert without_trainer().count() == 4  # all or none


def test_rule_7_a_closed_room_is_repaired_the_same_way(hr):
    closed = RoomFactory()
    spare = RoomFactory(site=closed.site)
    session = SessionFactory(starts_at=in_days(14), room=closed)
    RoomClosure.objects.create(room=closed, starts_at=in_days(14, 8), ends_at=in_days(14, 20), reason="потоп")
    url = f"{reverse('scheduling:repair')}?room={closed.pk}"
    form = hr.get(url).context["form"]

    hr.post(url, {**answers(form), "sure": 1})

    assert current_plans(session)[0].room_id == spare.pk
    assert not without_room().exists()


@pytest.mark.parametrize("order", [("trainer", "room"), ("room", "trainer")])
def test_rule_7_a_meeting_that_lost_its_trainer_and_its_room_gets_one_after_the_other(hr, order):
    closed, ill = RoomFactory(), TrainerFactory()
    spare, helper = RoomFactory(site=closed.site), TrainerFactory()
    session = SessionFactory(starts_at=in_days(14), room=closed, trainer=ill)
    RoomClosure.objects.create(room=closed, starts_at=in_days(14, 8), ends_at=in_days(14, 20), reason="потоп")
    Absence.objects.create(
        trainer=ill, starts_on=in_days(14).date(), ends_on=in_days(14).date(), reason="illness"
    )

    for lacks in order:
        url = f"{reverse('scheduling:repair')}?lacks={lacks}"
        hr.post(url, {**answers(hr.get(url).context["form"]), "sure": 1})

    (meeting,) = current_plans(session)
    assert (meeting.room_id, meeting.trainer_ids) == (spare.pk, (helper.pk,))


def test_rule_7_a_repair_is_refused_for_what_it_brings_itself():
    session = SessionFactory(starts_at=in_days(14))
    (meeting,) = current_plans(session)
    absent, day = TrainerFactory.create_batch(2), in_days(14).date()
    for pk in (*meeting.trainer_ids, absent[0].pk):
        Absence.objects.create(trainer_id=pk, starts_on=day, ends_on=day, reason="illness")

    def repair(trainer):
        plan = SessionPlan((replace(meeting, trainer_ids=(trainer.pk,)),))
        return replan_sessions([Change(session, 1, plan)], by=None, repairs=True)

    with pytest.raises(NotPlannable):
        repair(absent[0])
    repair(absent[1])


def test_rule_7_what_the_page_proposes_for_a_closed_room_is_not_refused_for_the_way_to_it(hr):
    closed, far, who = RoomFactory(), RoomFactory(site=SiteFactory()), TrainerFactory()
    near = RoomFactory(site=closed.site)
    SessionFactory(starts_at=in_days(14, 9), room=closed, trainer=who)
    SessionFactory(starts_at=in_days(14, 9), room=near)
    SessionFactory(starts_at=in_days(14, 13), room=near, trainer=who)
    RoomClosure.objects.create(room=closed, starts_at=in_days(14, 8), ends_at=in_days(14, 13), reason="потоп")
    (question,) = hr.get(f"{reverse('scheduling:repair')}?room={closed.pk}").context["form"].questions

    assert question.chosen == ""
    against = {candidate.pk: [one.code for one in candidate.against] for candidate in question.others}
    assert against[far.pk] == ["trainer_travels"]


def test_rule_7_only_the_days_of_the_absence_get_another_trainer(hr, ill):
    session = SessionFactory(starts_at=in_days(18), trainer=ill)
    (plan,) = current_plans(session)
    back = replace(plan, starts_at=in_days(25), ends_at=in_days(25, 13))
    replan_session(session, [back], by=None, version=session.version)
    form = hr.get(reverse("scheduling:repair")).context["form"]

    hr.post(reverse("scheduling:repair"), {**answers(form), "sure": 1})

    assert current_plans(session)[0].trainer_ids == (ill.pk,)


@pytest.mark.rows_of("scheduling:repair")
def test_the_repair_costs_the_same_for_any_number_of_sessions(hr):
    costs = []
    for more in (1, 2, 17):
        for number in range(more):
            session = SessionFactory(starts_at=in_days(14, 9 + number % 8))
            session.meetings.get().bookings.filter(role="teaches").delete()
        costs.append(cost(hr, reverse("scheduling:repair")))

    assert costs == [costs[0]] * 3

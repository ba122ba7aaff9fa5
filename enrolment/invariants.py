"""The one check that bookings say what sessions and seats say; for tests and the health page."""

from django.db import connection
from django.utils import timezone

from centre.models import Policy
from enrolment.reservations.models import kept_from

# Of every meeting: who should be booked, against who is. A trainee whose seat clashes since a move has no bookings, but
# for meetings that had begun by then.
FAULTS = """
WITH expected AS (
    SELECT meeting.id AS meeting, enrolment.trainee_id AS person, meeting.starts_at, meeting.ends_at
    FROM scheduling_meeting AS meeting
    JOIN scheduling_session AS session ON session.id = meeting.session_id AND session.status <> 'cancelled'
    JOIN enrolment_enrolment AS enrolment ON enrolment.session_id = session.id
    WHERE enrolment.seat IN ('held', 'offered')
    AND (enrolment.clash_since IS NULL OR meeting.starts_at <= enrolment.clash_since)
), booked AS (
    SELECT booking.meeting_id AS meeting, booking.person_id AS person, booking.period
    FROM scheduling_booking AS booking
    WHERE booking.role = 'attends'
)
SELECT format('meeting %s: person %s holds a seat without a booking', expected.meeting, expected.person)
FROM expected LEFT JOIN booked USING (meeting, person)
WHERE booked.person IS NULL
UNION ALL
SELECT format('meeting %s: person %s is booked without a seat', booked.meeting, booked.person)
FROM booked LEFT JOIN expected USING (meeting, person)
WHERE expected.person IS NULL
UNION ALL
SELECT format('meeting %s: booking %s has another time', meeting.id, booking.id)
FROM scheduling_booking AS booking
JOIN scheduling_meeting AS meeting ON meeting.id = booking.meeting_id
WHERE lower(booking.period) <> meeting.starts_at
   OR booking.room_id IS NULL AND upper(booking.period) <> meeting.ends_at
   OR booking.room_id IS NOT NULL AND upper(booking.period) < meeting.ends_at
UNION ALL
SELECT format('meeting %s of a cancelled session: %s bookings', meeting.id, count(*))
FROM scheduling_booking AS booking
JOIN scheduling_meeting AS meeting ON meeting.id = booking.meeting_id
JOIN scheduling_session AS session ON session.id = meeting.session_id
WHERE session.status = 'cancelled'
GROUP BY meeting.id
UNION ALL
SELECT format('meeting %s: %s rooms', meeting.id, count(booking.room_id))
FROM scheduling_meeting AS meeting
JOIN scheduling_session AS session ON session.id = meeting.session_id AND session.status <> 'cancelled'
LEFT JOIN scheduling_booking AS booking ON booking.meeting_id = meeting.id AND booking.room_id IS NOT NULL
GROUP BY meeting.id, session.status
HAVING count(booking.room_id) > 1 OR session.status <> 'draft' AND count(booking.room_id) = 0
UNION ALL
SELECT format('meeting %s has no trainer', meeting.id)
FROM scheduling_meeting AS meeting
JOIN scheduling_session AS session
  ON session.id = meeting.session_id AND session.status NOT IN ('cancelled', 'draft')
WHERE NOT EXISTS (
    SELECT FROM scheduling_booking AS booking WHERE booking.meeting_id = meeting.id AND booking.role = 'teaches'
)
UNION ALL
SELECT format('session %s: %s people on %s seats',
              session.id, count(*) FILTER (WHERE NOT enrolment.exceeds), session.seats)
FROM scheduling_session AS session
JOIN enrolment_enrolment AS enrolment ON enrolment.session_id = session.id
WHERE enrolment.seat IN ('held', 'offered')
GROUP BY session.id
HAVING count(*) FILTER (WHERE NOT enrolment.exceeds) > session.seats
ORDER BY 1
"""

# More seats are kept for offices than are free; of sessions that begin later than the parameter (`kept_from`).
KEPT = """
SELECT format('session %%s: %%s seats kept beyond the %%s seats', session.id, kept.seats, session.seats)
FROM scheduling_session AS session
JOIN (
    SELECT session_id, sum(seats) AS seats FROM enrolment_reservation WHERE ended_at IS NULL GROUP BY session_id
) AS kept ON kept.session_id = session.id AND kept.seats > 0
WHERE session.starts_at > %s AND kept.seats + (
    SELECT count(*) FROM enrolment_enrolment AS enrolment
    WHERE enrolment.session_id = session.id AND enrolment.seat IN ('held', 'offered') AND NOT enrolment.exceeds
) > session.seats
ORDER BY 1
"""


def booking_faults() -> list[str]:
    """Every place where bookings differ from meetings × (rooms + trainers + held seats); empty when all is well.

    For engineers: the lines name keys. Also finds sessions with more people than seats, apart from those whom staff
    seated beyond the limit, or with more seats kept for offices than are free.
    """
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(FAULTS)
        faults = [line for (line,) in cursor.fetchall()]
        cursor.execute(KEPT, [kept_from(now, Policy.objects.current(now))])
        return faults + [line for (line,) in cursor.fetchall()]

-- A full week of the planners' board, half a year ahead and after all the others, where nothing else is: two meetings a day in each room.
CREATE TEMP TABLE full_week AS
SELECT row_number() OVER () - 1 AS n, g % {rooms} AS room,
    date_trunc('week', now()) + 27 * interval '1 week' + g / (2 * {rooms}) * interval '1 day'
        + (6 + 4 * (g / {rooms} % 2)) * interval '1 hour' AS starts_at
FROM generate_series(0, 10 * {rooms} - 1) g;

INSERT INTO scheduling_session (course_id, status, seats, starts_at, ends_at, needs_step_free, online_link, note,
    cancelled_because, version)
SELECT taught.course, 'open', 20, starts_at, starts_at + interval '3 hours', false, '', 'week:' || n, '', 1
FROM full_week JOIN taught ON taught.place = n % (SELECT count(*) FROM taught);

CREATE TEMP TABLE met_in_week AS
SELECT full_week.*, session.id AS session, full_week.starts_at + interval '3 hours' AS ends_at
FROM full_week JOIN scheduling_session session ON session.note = 'week:' || n;
UPDATE scheduling_session SET note = '' WHERE note LIKE 'week:%';

INSERT INTO scheduling_meeting (session_id, starts_at, ends_at) SELECT session, starts_at, ends_at FROM met_in_week;

INSERT INTO scheduling_booking (meeting_id, room_id, person_id, role, period)
SELECT meeting.id, room.room, NULL, '', tstzrange(met_in_week.starts_at, met_in_week.ends_at + interval '15 minutes')
FROM met_in_week JOIN scheduling_meeting meeting ON meeting.session_id = session
JOIN room ON room.place = met_in_week.room
UNION ALL
SELECT meeting.id, NULL, teaching.person, 'teaches', tstzrange(met_in_week.starts_at, met_in_week.ends_at)
FROM met_in_week JOIN scheduling_meeting meeting ON meeting.session_id = session
JOIN teaching ON teaching.place = met_in_week.room;

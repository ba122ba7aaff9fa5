-- Rooms, one trainer to each so that nothing overlaps, and the sessions of past and future.
INSERT INTO scheduling_room (site_id, code, name, capacity, is_step_free, is_active, note)
SELECT (SELECT min(id) FROM centre_site WHERE NOT is_online), 'BENCH-' || g, 'Аудитория ' || g, 20, true, true, ''
FROM generate_series(0, {rooms} - 1) g;

CREATE TEMP TABLE teaching AS
SELECT row_number() OVER (ORDER BY trainer.id NULLS LAST, person.id) - 1 AS place, person.id AS person
FROM people_employee person LEFT JOIN trainers_trainer trainer ON trainer.employee_id = person.id
WHERE person.is_active ORDER BY trainer.id NULLS LAST, person.id LIMIT {rooms};

CREATE TEMP TABLE learning AS
SELECT row_number() OVER (ORDER BY id) - 1 AS place, id AS person
FROM people_employee WHERE is_active AND id NOT IN (SELECT person FROM teaching);
CREATE UNIQUE INDEX ON learning (place);

CREATE TEMP TABLE room AS
SELECT row_number() OVER (ORDER BY id) - 1 AS place, id AS room FROM scheduling_room WHERE code LIKE 'BENCH-%';

CREATE TEMP TABLE taught AS
SELECT row_number() OVER (ORDER BY code) - 1 AS place, id AS course
FROM courses_course WHERE delivery <> 'self_paced';

-- Upcoming: 7 to 177 days ahead. Past: 30 to 1 560 days back; 1 531 is prime, so that nobody sits in two on one day.
CREATE TEMP TABLE plan AS
SELECT g AS n, false AS is_past, g % {rooms} AS room,
    date_trunc('day', now()) + (7 + g * 170 / {upcoming}) * interval '1 day' + interval '6 hours' AS starts_at
FROM generate_series(0, {upcoming} - 1) g
UNION ALL
SELECT g, true, g / 1531, date_trunc('day', now()) - (30 + g % 1531) * interval '1 day' + interval '6 hours'
FROM generate_series(0, {past} - 1) g;

-- The note carries the number through the insert.
INSERT INTO scheduling_session (course_id, status, "limit", seats, starts_at, ends_at, needs_step_free,
    online_link, note, cancelled_because, version)
SELECT taught.course, CASE WHEN is_past THEN 'closed' ELSE 'open' END, NULL, 20, starts_at,
    starts_at + interval '6 hours', false, '', 'plan:' || is_past || n, '', 1
FROM plan JOIN taught ON taught.place = n % (SELECT count(*) FROM taught);
CREATE TEMP TABLE planned AS
SELECT plan.*, session.id AS session, session.course_id AS course
FROM plan JOIN scheduling_session session ON session.note = 'plan:' || is_past || n;
CREATE UNIQUE INDEX ON planned (is_past, n);
UPDATE scheduling_session SET note = '' WHERE note LIKE 'plan:%';

INSERT INTO scheduling_meeting (session_id, starts_at, ends_at)
SELECT session, starts_at, starts_at + interval '6 hours' FROM planned;
CREATE TEMP TABLE met AS
SELECT planned.*, meeting.id AS meeting, meeting.ends_at
FROM planned JOIN scheduling_meeting meeting ON meeting.session_id = session;

INSERT INTO scheduling_booking (meeting_id, room_id, person_id, role, period)
SELECT meeting, room.room, NULL, '', tstzrange(starts_at, ends_at + interval '15 minutes')
FROM met JOIN room ON room.place = met.room
UNION ALL
SELECT meeting, NULL, teaching.person, 'teaches', tstzrange(starts_at, ends_at)
FROM met JOIN teaching ON teaching.place = met.room;

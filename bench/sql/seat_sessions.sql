-- The 600 sessions onto which the measurement of the seat puts people: no bound, for everybody, one on each day.
INSERT INTO courses_course (code, title, description, block, topic, format, delivery, academic_hours, meetings,
    group_min, group_max, is_mandatory, due_days, result_kind, document_kind, is_archived)
SELECT 'BENCH-' || g, 'Место ' || g, '', 'MANDATORY', 'SAFETY', 'TRAINING', 'in_person', 8, 1,
    1, 32000, true, 30, 'ATTENDANCE', 'NONE', false
FROM generate_series(1, {courses}) g;

INSERT INTO scheduling_session (course_id, status, seats, starts_at, ends_at, needs_step_free, online_link, note,
    cancelled_because, version)
SELECT course, 'open', 32000, starts_at, starts_at + interval '6 hours', false, '', '', '', 1
FROM (
    SELECT id AS course,
        date_trunc('day', now()) + (200 + row_number() OVER ()) * interval '1 day' + interval '6 hours' AS starts_at
    FROM courses_course, generate_series(1, {sessions_a_course}) WHERE code LIKE 'BENCH-%'
) dates;

INSERT INTO scheduling_meeting (session_id, starts_at, ends_at)
SELECT session.id, starts_at, ends_at
FROM scheduling_session session JOIN courses_course course ON course.id = course_id WHERE code LIKE 'BENCH-%';

INSERT INTO scheduling_booking (meeting_id, room_id, person_id, role, period)
SELECT meeting.id, room.room, teaching.person, CASE WHEN teaching.person IS NULL THEN '' ELSE 'teaches' END,
    tstzrange(meeting.starts_at, meeting.ends_at)
FROM scheduling_meeting meeting
JOIN scheduling_session session ON session.id = session_id
JOIN courses_course course ON course.id = course_id AND code LIKE 'BENCH-%'
CROSS JOIN (VALUES (true), (false)) kind (is_room)
LEFT JOIN room ON is_room AND room.place = 0
LEFT JOIN teaching ON NOT is_room AND teaching.place = 0;

-- Twenty people came to each past session, and ten hold a seat in each upcoming one.
CREATE TEMP TABLE wish AS
SELECT met.*, learning.person
FROM generate_series(0, {enrolments} - 1) g
JOIN met ON is_past AND n = g / {group}
JOIN learning ON learning.place = (g::bigint * 7919) % {learners};

-- The sheet that is measured is still open, so its people hold no seat elsewhere.
CREATE TEMP TABLE on_the_sheet AS SELECT session, person FROM wish WHERE n = 0;

INSERT INTO wish
SELECT met.*, learning.person
FROM generate_series(0, {upcoming} * 10 - 1) g
JOIN met ON NOT is_past AND n = g / 10
JOIN learning ON learning.place = g % (SELECT count(*) FROM learning)
WHERE learning.person NOT IN (SELECT person FROM on_the_sheet);

INSERT INTO enrolment_enrolment (trainee_id, course_id, session_id, seat, approval, requested_at, ended_because,
    ended_at)
SELECT person, course, session, 'held', 'not_needed', starts_at - interval '20 days',
    CASE WHEN is_past AND n > 0 THEN 'finished' ELSE '' END, CASE WHEN is_past AND n > 0 THEN ends_at END
FROM wish;

INSERT INTO scheduling_booking (meeting_id, room_id, person_id, role, period)
SELECT meeting, NULL, person, 'attends', tstzrange(starts_at, ends_at) FROM wish;

INSERT INTO enrolment_attendancemark (enrolment_id, meeting_id, mark, minutes, marked_at)
SELECT enrolment.id, meeting, 'present', 360, wish.ends_at
FROM wish JOIN enrolment_enrolment enrolment
    ON enrolment.session_id = wish.session AND enrolment.trainee_id = wish.person
WHERE is_past AND n > 0;

INSERT INTO records_completion (trainee_id, course_id, completed_on)
SELECT DISTINCT person, course, (starts_at AT TIME ZONE 'Europe/Moscow')::date FROM wish WHERE is_past AND n > 0
ON CONFLICT DO NOTHING;

UPDATE scheduling_session SET status = 'confirmed' WHERE id IN (SELECT session FROM on_the_sheet);

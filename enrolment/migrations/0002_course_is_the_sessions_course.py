from django.db import migrations


class Migration(migrations.Migration):
    """An enrolment's course is its session's course: a composite foreign key, which Django has no word for."""

    dependencies = [("enrolment", "0001_enrolments_and_marks")]

    operations = [
        migrations.RunSQL(
            sql="""
                ALTER TABLE enrolment_enrolment
                ADD CONSTRAINT enrolment_course_is_the_sessions_course
                FOREIGN KEY (session_id, course_id) REFERENCES scheduling_session (id, course_id)
                DEFERRABLE INITIALLY IMMEDIATE
            """,
            reverse_sql="ALTER TABLE enrolment_enrolment DROP CONSTRAINT enrolment_course_is_the_sessions_course",
        ),
    ]

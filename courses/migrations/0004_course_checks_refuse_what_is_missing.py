from django.db import migrations, models


class Migration(migrations.Migration):
    """A comparison with NULL refuses nothing: a taught course without groups, an exam without a score went through."""

    dependencies = [("courses", "0003_audited")]

    operations = [
        migrations.RemoveConstraint("course", "course_taught_has_groups"),
        migrations.RemoveConstraint("course", "course_score_when_tested"),
        migrations.AddConstraint(
            "course",
            models.CheckConstraint(
                condition=models.Q(
                    delivery="self_paced", group_max__isnull=True, group_min__isnull=True, meetings__isnull=True
                )
                | models.Q(
                    ~models.Q(delivery="self_paced"),
                    meetings__isnull=False,
                    group_min__isnull=False,
                    group_max__isnull=False,
                    meetings__gte=1,
                    group_min__gte=1,
                    group_max__gte=models.F("group_min"),
                ),
                name="course_taught_has_groups",
                violation_error_message=(
                    "A taught course needs the number of meetings and the smallest and largest group; "
                    "a self-paced one has none of them."
                ),
            ),
        ),
        migrations.AddConstraint(
            "course",
            models.CheckConstraint(
                condition=models.Q(
                    result_kind__in=["TEST", "EXAM"],
                    passing_score__isnull=False,
                    passing_score__range=(1, 100),
                )
                | models.Q(result_kind__in=["ATTENDANCE", "INSTRUCTION"], passing_score__isnull=True),
                name="course_score_when_tested",
                violation_error_message=(
                    "A course with a test or an exam needs a passing score from 1 to 100 percent."
                ),
            ),
        ),
    ]

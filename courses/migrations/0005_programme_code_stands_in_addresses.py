from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('courses', '0004_course_checks_refuse_what_is_missing'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='programme',
            constraint=models.CheckConstraint(condition=models.Q(('code__regex', '^[-a-zA-Z0-9_]+$')), name='programme_code_stands_in_addresses', violation_error_message='Use Latin letters, digits and hyphens: the code stands in addresses.'),
        ),
    ]

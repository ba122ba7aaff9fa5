from django.db import migrations, models


class Migration(migrations.Migration):
    """A recipient without an e-mail address reads the message on the site: a state of its own."""

    dependencies = [("notifications", "0001_message_ledger")]

    operations = [
        migrations.RemoveConstraint(model_name="message", name="message_state_known"),
        migrations.AlterField(
            model_name="message",
            name="state",
            field=models.CharField(
                choices=[
                    ("planned", "planned"),
                    ("sent", "sent"),
                    ("shown", "shown on the site only"),
                    ("withdrawn", "withdrawn"),
                    ("failed", "failed"),
                ],
                default="planned",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddConstraint(
            model_name="message",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["planned", "sent", "shown", "withdrawn", "failed"])),
                name="message_state_known",
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    """The staff's list of messages shows the latest first, among a million."""

    dependencies = [("notifications", "0003_message_without_lease")]

    operations = [
        migrations.AddIndex(
            model_name="message",
            index=models.Index(fields=["-send_after", "-id"], name="message_latest"),
        ),
    ]

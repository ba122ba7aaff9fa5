from django.db import migrations


class Migration(migrations.Migration):
    """The sender holds the row's lock while it sends, so that no lease has to be written and to run out."""

    dependencies = [("notifications", "0002_message_shown_without_address")]

    operations = [migrations.RemoveField(model_name="message", name="lease_until")]

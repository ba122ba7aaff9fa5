"""Lists that were applied say so; those that waited, as they were kept before, have to be uploaded again."""

from django.db import migrations


def say_the_state(apps, schema_editor):
    imports = apps.get_model("accounts", "StaffImport").objects
    imports.filter(applied_at__isnull=False, state="ready").update(state="applied")
    imports.filter(applied_at__isnull=True, state="ready", layout={}).update(state="unreadable")


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_staff_import_rows")]

    # Backwards nothing has to be put back: the column of the state goes with the schema.
    operations = [migrations.RunPython(say_the_state, migrations.RunPython.noop)]

from collections import Counter

from django.db import migrations


def count_anew(apps, schema_editor):
    """Lists undone before counted what they had made as if it stood; again this changes nothing."""
    run_model = apps.get_model("enrolment", "BulkRun")
    row_model = apps.get_model("enrolment", "BulkRow")
    for pk in run_model.objects.filter(state="undone").values_list("pk", flat=True):
        rows = row_model.objects.filter(run=pk).values_list("outcome", "undone_at")
        counts = Counter("undone" if undone_at else outcome for outcome, undone_at in rows)
        run_model.objects.filter(pk=pk).update(counts=dict(counts))


class Migration(migrations.Migration):
    """Going back needs nothing: the old code reads the counts as numbers by any name."""

    dependencies = [("enrolment", "0016_constraints_in_fewer_words")]

    operations = [migrations.RunPython(count_anew, migrations.RunPython.noop)]

"""What the triggers share: the facts told by the application, and the difference of two rows."""

from django.db import migrations

CONTEXT = """
CREATE FUNCTION audit_context() RETURNS TABLE (by_id bigint, source text, address inet, reason text)
LANGUAGE sql STABLE AS $$
    SELECT told.by_id, coalesce(told.source, ''), told.address, coalesce(told.reason, '')
    FROM jsonb_to_record(coalesce(nullif(current_setting('audit.context', true), ''), '{}')::jsonb)
        AS told(by_id bigint, source text, address inet, reason text)
$$
"""
DIFFERENCE = """
CREATE FUNCTION audit_difference(old_row jsonb, new_row jsonb, hidden text[])
RETURNS TABLE (before jsonb, after jsonb)
LANGUAGE sql IMMUTABLE AS $$
    SELECT
        jsonb_object_agg(key, CASE WHEN key = ANY (hidden) THEN 'null'::jsonb ELSE o.value END),
        jsonb_object_agg(key, CASE WHEN key = ANY (hidden) THEN 'null'::jsonb ELSE n.value END)
    FROM jsonb_each(old_row) o JOIN jsonb_each(new_row) n USING (key)
    WHERE o.value IS DISTINCT FROM n.value
$$
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_changes_and_access_records")]

    operations = [
        migrations.RunSQL(CONTEXT, "DROP FUNCTION audit_context()"),
        migrations.RunSQL(DIFFERENCE, "DROP FUNCTION audit_difference(jsonb, jsonb, text[])"),
    ]

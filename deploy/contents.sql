-- What a database holds, a line each, so that two can be compared: every table with its rows counted and summed up,
-- every sequence, constraint, index and trigger. Read by psql -X -At.
-- PostgreSQL writes a condition with other casts and brackets once it has read it anew: both are left out.
CREATE FUNCTION pg_temp.bare(definition text) RETURNS text LANGUAGE sql
    RETURN regexp_replace(definition, '::(character varying|text)(\[\])?|[()]', '', 'g');
SET DateStyle = 'ISO';
SET TimeZone = 'UTC';
SET extra_float_digits = 1;
SET bytea_output = 'hex';

SELECT format(
    $line$SELECT 'table %1$s', count(*), coalesce(sum(hashtextextended(line::text, 0)::numeric), 0) FROM %1$s AS line$line$,
    pg_class.oid::regclass
)
FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
ORDER BY relname COLLATE "C"
\gexec

SELECT 'constraint', conrelid::regclass, conname, pg_temp.bare(pg_get_constraintdef(oid))
FROM pg_constraint
WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
ORDER BY conrelid::regclass::text COLLATE "C", conname COLLATE "C";

SELECT 'index', pg_temp.bare(indexdef) FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname COLLATE "C";

SELECT 'trigger', tgrelid::regclass, pg_temp.bare(pg_get_triggerdef(oid))
FROM pg_trigger
WHERE NOT tgisinternal
ORDER BY tgrelid::regclass::text COLLATE "C", tgname COLLATE "C";

SELECT 'sequence', sequencename, last_value FROM pg_sequences WHERE schemaname = 'public' ORDER BY sequencename COLLATE "C";

-- Prints a line `SCHEMA TABLE`, a tab between, for every table that can be one of Alembic's: the only column is version_num.
SELECT nspname || E'\t' || relname
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0
WHERE relkind IN ('r', 'p') AND nspname !~ '^pg_' AND NOT attisdropped
GROUP BY nspname, relname HAVING count(*) = 1 AND min(attname::text) = 'version_num' ORDER BY 1;

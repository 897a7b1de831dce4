-- Prints how many bytes a compressed dump takes at the most: indexes are not in it.
-- What is compressed already grows by an eighth as text that is compressed again.
SELECT coalesce(sum(pg_table_size(c.oid)), 0) * 9 / 8 FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND (nspname !~ '^pg_' AND nspname <> 'information_schema' OR relname = 'pg_largeobject');

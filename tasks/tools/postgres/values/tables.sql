-- Prints, for each table, its name, how many rows it has, what all of them add up to, and its columns; tab-separated, and
-- `end` at the end. Where two databases print the same line, the table holds the same in both. :besides is left out.
SELECT format('SELECT %L, count(*), coalesce(sum(hashtextextended(fab_rollback_row::text, 0)::numeric), 0), %L'
  ' FROM ONLY %s AS fab_rollback_row', c.oid::regclass,
  (SELECT json_agg(attname || ' ' || atttypid::regtype ORDER BY attnum)
    FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped), c.oid::regclass)
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND relpersistence <> 't' AND nspname <> 'information_schema' AND nspname !~ '^pg_'
  AND c.oid IS DISTINCT FROM to_regclass(:'besides')
  AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e') \gexec
\echo end

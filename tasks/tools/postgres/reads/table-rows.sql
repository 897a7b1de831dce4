-- Prints how many rows every table has, exactly, as JSON.
-- A parent of inheritance holds rows of its own only; a partitioned table none.
SET row_security = off;
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT format('SELECT json_build_object(''schema'', %L, ''table'', %L, ''rows'', count(*)) FROM ONLY %I.%I',
  nspname, relname, nspname, relname)
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND relpersistence <> 't' AND nspname <> 'information_schema' AND nspname !~ '^pg_'
ORDER BY nspname, relname \gexec
COMMIT;

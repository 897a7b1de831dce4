-- Prints the tables in which extensions keep what belongs to the schema (hypertables, jobs), as pg_dump's -t takes them.
SELECT format('%I.%I', nspname, relname)
FROM pg_extension, unnest(extconfig) AS kept
JOIN pg_class c ON c.oid = kept JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind = 'r' AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1;

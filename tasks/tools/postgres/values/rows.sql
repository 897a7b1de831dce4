-- Prints the rows of :tables (one a line) for COPY into the table `seen`: whose they are (:side), table, key and cells. A
-- row of :side alone is the end: without it something is missing.
SELECT format('COPY (SELECT %L, %L, %s, to_jsonb(fab_rollback_row) FROM ONLY %s AS fab_rollback_row) TO STDOUT', :'side',
  name, coalesce((SELECT 'jsonb_build_object(' || string_agg(format('%L, %I', attname, attname), ', ') || ')'
    FROM pg_index i JOIN pg_attribute a ON a.attrelid = indrelid AND attnum = ANY ((indkey::int2[])[0:indnkeyatts - 1])
    WHERE indrelid = to_regclass(name) AND indisprimary), 'NULL::jsonb'), name)
FROM regexp_split_to_table(:'tables', '\n') AS name WHERE to_regclass(name) IS NOT NULL \gexec
SELECT format('COPY (SELECT %L, NULL, NULL, NULL) TO STDOUT', :'side') \gexec

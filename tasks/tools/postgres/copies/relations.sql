-- What a copy must have: the same relations. Sizes are compared on their own.
SELECT count(*) || ' relations ' || md5(coalesce(string_agg(
  format('%I.%I %s', nspname, relname, relkind), ',' ORDER BY nspname, relname), '')) AS relations
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE relkind IN ('r', 'p', 'm', 'S', 'i', 'v') AND nspname !~ '^pg_(toast|temp)'

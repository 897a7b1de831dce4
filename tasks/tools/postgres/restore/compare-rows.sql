-- Behind `WITH report(name, wanted) AS (...)`: prints a line for each table that does not hold the rows it should, and
-- `all` at the end. A table of an extension comes filled by CREATE EXTENSION: a backup holds only what was added.
SELECT CASE WHEN c.oid IS NULL THEN format('SELECT %L', said || 'none in the database') ELSE
    format('SELECT %L || n || '' in the database'' FROM (SELECT count(*) AS n FROM %s %s) AS c WHERE n %s %s', said,
      CASE relkind WHEN 'p' THEN '' ELSE 'ONLY' END, c.oid::regclass, CASE WHEN d.objid IS NULL THEN '<>' ELSE '<' END,
      wanted) END
FROM report CROSS JOIN LATERAL format('= table %s: %s rows in the backup, ', name, wanted) AS said
LEFT JOIN pg_class c ON c.oid = to_regclass(name)
LEFT JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
WHERE name IS NOT NULL \gexec
\echo = all

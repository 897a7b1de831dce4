-- Prints how many rows :table has, and how many of them hold a value in :column (empty: all); nothing where they are
-- not there (yet): an error would be logged. :schema is empty where the login's search path finds the table.
SELECT CASE :'schema' WHEN '' THEN '' ELSE quote_ident(:'schema') || '.' END || quote_ident(:'table') AS wanted \gset
SELECT format('SELECT ''= '' || count(*) || '' '' || count(%s) FROM %s',
  CASE :'column' WHEN '' THEN '*' ELSE quote_ident(:'column') END, :'wanted')
WHERE EXISTS (SELECT FROM pg_attribute WHERE NOT attisdropped AND attrelid = to_regclass(:'wanted')
  AND (:'column' = '' OR attname = :'column')) \gexec

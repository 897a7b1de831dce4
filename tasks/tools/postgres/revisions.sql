-- Prints whether Alembic's table is there, and its rows, as JSON. :table is its name, :schema empty where the login's
-- search path finds it. A query can only name the table where it exists; %s, because regclass quotes by itself.
SELECT CASE :'schema' WHEN '' THEN '' ELSE quote_ident(:'schema') || '.' END || quote_ident(:'table') AS wanted \gset
SELECT json_build_object('table', to_regclass(:'wanted') IS NOT NULL);
SELECT format('SELECT json_build_object(''revision'', version_num) FROM %s ORDER BY 1::text', to_regclass(:'wanted'))
WHERE to_regclass(:'wanted') IS NOT NULL \gexec

-- Prints the rows of Alembic's table after a line `table`; `none` where it is not there. :table is its name, :schema empty
-- where the login's search path finds it. A query can only name the table where it exists; %s, because regclass quotes.
SELECT CASE :'schema' WHEN '' THEN '' ELSE quote_ident(:'schema') || '.' END || quote_ident(:'table') AS wanted \gset
SELECT CASE WHEN to_regclass(:'wanted') IS NULL THEN 'none' ELSE 'table' END;
SELECT format('SELECT version_num FROM %s', to_regclass(:'wanted')) WHERE to_regclass(:'wanted') IS NOT NULL \gexec

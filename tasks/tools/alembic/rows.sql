-- The rows of the alembic table after a line `table`; `none` where it is not there. Variables: schema, table.
SELECT CASE WHEN to_regclass(format('%I.%I', :'schema', :'table')) IS NULL THEN 'none' ELSE 'table' END;
SELECT to_regclass(format('%I.%I', :'schema', :'table')) IS NOT NULL AS there \gset
\if :there
SELECT version_num FROM :"schema".:"table";
\endif

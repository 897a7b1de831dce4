-- Prints every column, as TABLE COLUMN.
SELECT format('%I.%I', table_schema, table_name) || ' ' || column_name FROM information_schema.columns
WHERE table_schema NOT IN ('pg_catalog', 'information_schema') ORDER BY 1;

-- The same value is the same text in every session that reads values to compare them.
SET row_security = off;
SET search_path = pg_catalog;
SET TimeZone = 'UTC';
SET DateStyle = 'ISO';
SET IntervalStyle = 'postgres';
SET bytea_output = 'hex';
SET extra_float_digits = 1;
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;

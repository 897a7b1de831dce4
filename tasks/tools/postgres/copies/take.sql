-- Gives :incoming the name :live, which nothing has. :end_sessions is the file of that name.
SELECT set_config('fab.ending', ARRAY[:'incoming']::text, false) AS ending \gset
:end_sessions
BEGIN;
COMMENT ON DATABASE :"incoming" IS '';
ALTER DATABASE :"incoming" RENAME TO :"live";
COMMIT;

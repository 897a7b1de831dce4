-- Drops :live. :end_sessions is the file of that name.
ALTER DATABASE :"live" ALLOW_CONNECTIONS false;
SELECT set_config('fab.ending', ARRAY[:'live']::text, false) AS ending \gset
:end_sessions
DROP DATABASE :"live";

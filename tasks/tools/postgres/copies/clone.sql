-- Clones :live as :snap, built as :new, one session after the other in one call: each call costs more than what it
-- asks for. :end_sessions, :relations and :settings are the files of those names. Prints whether the copy is alike,
-- and whether :snap is there.
SELECT format('ALTER DATABASE %I ALLOW_CONNECTIONS true', datname) FROM pg_database
WHERE datname = :'live' AND NOT datallowconn \gexec
SELECT set_config('fab.ending', ARRAY[:'new']::text, false) AS ending \gset
:end_sessions
DROP DATABASE IF EXISTS :"new";

\connect -reuse-previous=on :"to_live"
:relations \gset live_

\connect -reuse-previous=on :"to_admin"
SELECT format('CREATE DATABASE %I TEMPLATE %I', :'new', :'live')
  || CASE WHEN current_setting('server_version_num')::int >= 150000 THEN ' STRATEGY file_copy' ELSE '' END
  AS clone \gset
ALTER DATABASE :"live" ALLOW_CONNECTIONS false;
SELECT set_config('fab.ending', ARRAY[:'live']::text, false) AS ending \gset
:end_sessions
:clone;
ALTER DATABASE :"live" ALLOW_CONNECTIONS true;
SELECT pg_database_size(:'live') AS live_size, pg_database_size(:'new') AS new_size \gset

\connect -reuse-previous=on :"to_new"
:relations \gset new_

\connect -reuse-previous=on :"to_admin"
SELECT :'live_relations' = :'new_relations' AND abs(:live_size - :new_size) <= :live_size / 100 + 1048576 AS alike \gset
SELECT '= alike ' || :'alike';
\if :alike
SELECT 'fab-rollback snap ' || extract(epoch FROM now())::bigint AS comment \gset
SELECT :'new' AS to \gset
:settings \gexec
COMMENT ON DATABASE :"new" IS :'comment';
SELECT set_config('fab.ending', ARRAY[:'new']::text, false) AS ending \gset
:end_sessions
ALTER DATABASE :"new" RENAME TO :"snap";
\endif
SELECT '= copy ' || count(*) FROM pg_database WHERE datname = :'snap';

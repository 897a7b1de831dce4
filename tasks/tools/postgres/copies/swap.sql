-- Gives :incoming the name :live, and what had it the name :outgoing. :end_sessions is the file of that name.
-- The comment belongs to the name, not to the data: it moves to the database that comes in.
SELECT coalesce((SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = :'live'), '')
  AS said \gset
SELECT 'fab-rollback old ' || extract(epoch FROM now())::bigint AS comment \gset
ALTER DATABASE :"live" ALLOW_CONNECTIONS false;
SELECT set_config('fab.ending', ARRAY[:'live', :'incoming']::text, false) AS ending \gset
:end_sessions
BEGIN;
COMMENT ON DATABASE :"live" IS :'comment';
COMMENT ON DATABASE :"incoming" IS :'said';
ALTER DATABASE :"live" RENAME TO :"outgoing";
ALTER DATABASE :"incoming" RENAME TO :"live";
COMMIT;
ALTER DATABASE :"outgoing" ALLOW_CONNECTIONS true;
ALTER DATABASE :"live" ALLOW_CONNECTIONS true;

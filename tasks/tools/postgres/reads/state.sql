-- Prints the server's version, whether :live and :copy are there, whether :copy was verified after it was restored, how
-- many sessions are on it, and the size of :live in bytes.
SELECT '= version ' || current_setting('server_version_num');
SELECT '= live ' || count(*) FROM pg_database WHERE datname = :'live';
SELECT '= copy ' || count(*) FROM pg_database WHERE datname = :'copy';
SELECT '= verified ' || count(*) FROM pg_database
WHERE datname = :'copy' AND shobj_description(oid, 'pg_database') LIKE 'fab-rollback % verified';
SELECT '= sessions ' || count(*) FROM pg_stat_activity
WHERE datname = :'copy' AND usesysid IS NOT NULL;
SELECT '= size ' || pg_database_size(oid) FROM pg_database WHERE datname = :'live';

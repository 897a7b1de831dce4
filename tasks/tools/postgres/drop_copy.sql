-- Prints how many databases are called :copy, and how many sessions are on it.
SELECT '= there ' || count(*) FROM pg_database WHERE datname = :'copy';
SELECT '= sessions ' || count(*) FROM pg_stat_activity
WHERE datname = :'copy' AND backend_type IS DISTINCT FROM 'autovacuum worker';

-- Prints the server, and the databases that are called :live or begin with :stem, as JSON.
SELECT '= ' || json_build_object('version', current_setting('server_version_num')::int,
  'max_wal', pg_size_bytes(current_setting('max_wal_size')), 'standby', pg_is_in_recovery())::text;
SELECT '= ' || json_build_object('name', datname, 'oid', d.oid::bigint, 'bytes', pg_database_size(d.oid),
  'encoding', pg_encoding_to_char(encoding), 'open', datallowconn, 'sessions', (SELECT count(*) FROM pg_stat_activity a
    WHERE a.datid = d.oid AND usesysid IS NOT NULL),
  'comment', coalesce(shobj_description(d.oid, 'pg_database'), ''),
  'seconds', floor(extract(epoch FROM now())))::text
FROM pg_database d
WHERE datname = :'live' OR left(datname, length(:'stem')) = :'stem' ORDER BY datname;

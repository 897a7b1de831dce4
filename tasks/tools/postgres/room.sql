-- Prints where the data lie, the room on their disks and how much WAL there may be. psql runs where the server runs,
-- and so does what it starts: one call asks the server and its disks.
-- data_directory is hidden from logins that are not superusers; the image's PGDATA says the same.
SELECT coalesce((SELECT setting FROM pg_settings WHERE name = 'data_directory'), '') AS data \gset
\setenv FAB_ROLLBACK_DATA :data
\! d=${FAB_ROLLBACK_DATA:-$PGDATA}; df -Pk "$d" "$d/pg_wal/." | sed 's/^/= df /'
SELECT '= data ' || :'data';
SELECT '= wal ' || pg_size_bytes(current_setting('max_wal_size'));

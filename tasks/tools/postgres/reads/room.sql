-- Prints where the data lie, the room on their disks, how much WAL there may be, and whether the login may keep a copy
-- beside :live and rename the two: that takes the right to create databases, and owning this one. psql runs where the server runs, and
-- so does what it starts: one call asks the server and its disks; PGHOST is there where the server runs elsewhere, or is
-- one of our own, in its own folder.
-- data_directory is hidden from logins that are not superusers; the image's PGDATA says the same.
SELECT coalesce((SELECT setting FROM pg_settings WHERE name = 'data_directory'), '') AS data \gset
\setenv FAB_ROLLBACK_DATA :data
\! [ -n "${PGHOST#/fab-rollback}" ] || { d=${FAB_ROLLBACK_DATA:-$PGDATA}; df -Pk "$d" "$d/pg_wal/." | sed 's/^/= df /'; }
SELECT '= data ' || :'data';
SELECT '= wal ' || pg_size_bytes(current_setting('max_wal_size'));
SELECT '= beside ' || (rolsuper OR rolcreatedb AND NOT EXISTS (
  SELECT FROM pg_database WHERE datname = :'live' AND NOT pg_has_role(datdba, 'USAGE')))
FROM pg_roles WHERE rolname = current_user;

# Drops the live database to make room for a backup, and proves that it is gone: the first of the runbook's drop, create
# and load, for where two copies do not fit. restore.sh then loads a new database, because a name should never stand for
# half a database, and swap.sh gives that the live name. The variables are those of restore.sh; WORK keeps how to create
# the like of what is dropped. Nothing but a dump brings the data back: the whole backup is read once more before. Ends
# 2 where it is damaged, or would not fit even then. Where it fails, the database is open to connections.
. "$SCRIPTS/tools/postgres/backups/backup-lib.sh"

readable() {
  { unpack 2>/dev/null || echo cut >&3; } 3>"$work/unreadable" | scan && [ ! -s "$work/unreadable" ]
}

# What keeps a database from being dropped cannot be mended while nobody can connect to it.
finish() {
  if [ "$code" != 0 ]; then
    PGAPPNAME="$PGAPPNAME ends"
    (open_up) || code=1 # it exits where it fails, and what is staged goes then too
  fi
  clean_staging
}

same_backup
see "$COPY"
gone="$DB_NAME is dropped"
if [ "$(seen_of live)" = 0 ]; then
  echo "$gone"
  exit 0
fi
at_exit finish
more=$((2 * SQL_BYTES - $(seen_of size)))
[ "$more" -gt 0 ] || more=0
require_room "$more"
! archive || fill_staging "$RUN"
export REPORT='cat >/dev/null'
readable || refuse 'the backup is damaged or cut off: nothing was dropped'
describe_live
change 'the live database could not be dropped' admin -v end_sessions="$(end_sessions)" \
  <"$SCRIPTS/tools/postgres/copies/drop-live.sql"
see "$COPY"
[ "$(seen_of live)" = 0 ] || fail "$DB_NAME is still there"
echo "$gone"

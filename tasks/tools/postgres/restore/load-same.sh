# Loads a backup into the live database itself, where the login may keep no copy beside it: what it owns there is dropped
# first, in the same transaction. Either all of it happens, or nothing. The variables are those of restore.sh. Then the
# database is compared with the file. Prints `PROGRESS` lines, then `VERIFIED N tables N rows N unverified`.
. "$SCRIPTS/tools/postgres/backups/backup-lib.sh"
same_backup
see "$DB_NAME"
[ "$(seen_of live)" = 1 ] || refuse "there is no database $DB_NAME"
at_exit clean_staging
! laid_out || fill_staging "$RUN"
[ "$(seen_of version)" -ge 170000 ] || export OLD_SERVER=1
export COPY="$DB_NAME" BY_SQL=1 FIRST="$SCRIPTS/tools/postgres/restore/empty.sql"
: >loaded # also where it is cut off, and nobody knows: then nothing is started on it
sh "$SCRIPTS/tools/postgres/restore/load.sh" || {
  code=$?
  rm -f loaded
  exit "$code"
}
sh "$SCRIPTS/tools/postgres/restore/compare.sh"
echo 'ANALYZE;' | change 'the statistics could not be gathered' live
echo "$DB_NAME holds what $BACKUP holds"

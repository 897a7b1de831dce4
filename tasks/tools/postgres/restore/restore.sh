# Restores a backup into the new database COPY, beside the live one, and compares it with the file: the rows of every
# table, and Alembic's revisions. It then has the live database's settings and grants, and statistics of its own.
# BACKUP is the file on the host, of KIND and BYTES when it was checked (BYTES empty: whatever it has), SQL_BYTES long
# as SQL. SECTION is the part of a dump of several databases, as its \connect names it. RUN names what is staged, WORK
# is a folder for notes, REPORTS the one where checks keep what they found, VERSIONS Alembic's table (schema.table).
# With NO_OWNERS, what the file says of owners and grants is left out; with BY_SQL, an archive is loaded as one stream of
# SQL (with TIMESCALE it always is); with OF_A_SCHEMA, it lacks extensions, which are those of the live database. Prints
# `PROGRESS` lines, then `VERIFIED N tables N rows N unverified`. A copy that could not be loaded or proven is dropped.
. "$SCRIPTS/tools/postgres/backups/backup-lib.sh"

drop_unfinished() {
  admin -v copy="$COPY" -v end_sessions="$(end_sessions)" <"$SCRIPTS/tools/postgres/copies/drop-unfinished.sql"
}

finish() {
  PGAPPNAME=fab-rollback # not the step's: what cleans up stays when the step is stopped
  [ "$code" = 0 ] || [ -z "$created" ] || drop_unfinished >/dev/null 2>&1 || :
  clean_staging
}

comment() { # TEXT: PostgreSQL keeps no age
  echo "SELECT 'fab-rollback new ' || extract(epoch FROM now())::bigint || :'text' AS comment \\gset
    COMMENT ON DATABASE :\"copy\" IS :'comment';" | admin -v copy="$COPY" -v text="$1"
}

create_copy() {
  if [ ! -s "$work/create.sql" ]; then
    echo 'CREATE DATABASE :"copy" TEMPLATE template0;' >"$work/create.sql"
    : >"$work/settings.sql"
  fi
  admin -v copy="$COPY" <"$work/create.sql"
}

# pg_dump of one schema leaves out the extensions that its tables use.
create_extensions() {
  sql "$DB_NAME" <"$SCRIPTS/tools/postgres/restore/extensions.sql" | sed -n 's/^= //p' | sql "$COPY"
}

same_backup
see "$COPY"
restored="$COPY is restored and verified"
if [ "$(seen_of verified)" = 1 ]; then
  echo "$restored"
  exit 0
fi
size=$(seen_of size) need=$((2 * SQL_BYTES))
[ "$need" -gt "${size:-0}" ] || need=${size:-0}
require_room "$need"
created=
at_exit finish
[ "$(seen_of live)" = 0 ] || describe_live
change 'an unfinished copy stays' drop_unfinished
created=1
change 'the new database could not be created' create_copy
change 'the new database could not be dated' comment ''

[ -z "${OF_A_SCHEMA-}" ] || [ "$(seen_of live)" = 0 ] \
  || change 'the extensions of the live database could not be created' create_extensions
! archive || fill_staging "$RUN"
[ "$(seen_of version)" -ge 170000 ] || export OLD_SERVER=1
sh "$SCRIPTS/tools/postgres/restore/load.sh"
sh "$SCRIPTS/tools/postgres/restore/compare.sh"

echo 'ANALYZE;' | change 'the statistics could not be gathered' sql "$COPY"
change 'the settings of the live database could not be given to the new one' admin <"$work/settings.sql"
change 'the new database could not be marked as verified' comment ' verified'
echo "$restored"

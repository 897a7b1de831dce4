# Clones the live database on the server, under the name SNAP: snapshot.sh SNAP NEW
# Sessions on it are ended and new ones refused while it copies. The copy is built as NEW and renamed once its
# relations and its size (within 1 %) are those of the live database: what is called SNAP is a whole copy, and where it
# is there nothing is changed. Ends 2 where it does not fit.
. "$SCRIPTS/tools/postgres/lib.sh"
snap=$1 new=$2
copied="$snap is a copy of $DB_NAME"

see "$snap"
if [ "$(seen_of copy)" = 1 ]; then
  echo "$copied"
  exit 0
fi
[ "$(seen_of beside)" != false ] || refuse "$DB_USER may not copy $DB_NAME"
[ "$(seen_of live)" = 1 ] || refuse "there is no database $DB_NAME"
require_room "$(seen_of size)"

at_exit reopen
seen=$(told 'the copy could not be made' admin -v snap="$snap" -v new="$new" -v end_sessions="$(end_sessions)" \
  -v relations="$(cat "$SCRIPTS/tools/postgres/copies/relations.sql")" \
  -v settings="$(cat "$SCRIPTS/tools/postgres/copies/settings.sql")" \
  -v to_live="$(target "$DB_NAME")" -v to_new="$(target "$new")" -v to_admin="$(target "$DB_MAINTENANCE")" \
  <"$SCRIPTS/tools/postgres/copies/clone.sql")
# Where that came to its end it has opened the live database again.
trap - EXIT
[ "$(seen_of alike)" = t ] || fail "the copy $new is not like $DB_NAME"
[ "$(seen_of copy)" = 1 ] || fail "$snap is not there after the copy"
echo "$copied"

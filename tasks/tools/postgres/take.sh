# Gives INCOMING the live name, where there is no live database any more: take.sh INCOMING
# Where it is done already nothing is changed.
set -eu
. "$SCRIPTS/tools/postgres/lib.sh"
incoming=$1
oids() { ask admin -v incoming="$incoming" -v outgoing="$incoming" <"$SCRIPTS/tools/postgres/oids.sql"; }
taken="$DB_NAME is what $incoming was"

seen=$(oids)
live_is=$(seen_of live) incoming_is=$(seen_of incoming)
if [ -z "$incoming_is" ] && [ -n "$live_is" ]; then
  echo "$taken"
  exit 0
fi
[ -n "$incoming_is" ] || refuse "there is no database $incoming to swap in: nothing was changed"
[ -z "$live_is" ] || refuse "there is a database $DB_NAME still: nothing was changed"

change 'the name could not be given' admin -v incoming="$incoming" -v end_sessions="$(end_sessions)" \
  <"$SCRIPTS/tools/postgres/take.sql"
seen=$(oids)
[ "$(seen_of live)" = "$incoming_is" ] && [ -z "$(seen_of incoming)" ] \
  || fail "after the swap, $DB_NAME is not what $incoming was"
echo "$taken"

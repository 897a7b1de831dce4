# Makes INCOMING the live database and keeps the present one as OUTGOING: swap.sh INCOMING OUTGOING
# Clients of the live database are disconnected, and refused for the moment it takes. Where it is done already nothing
# is changed. Proven by identity: the live name then belongs to what was INCOMING.
set -eu
. "$SCRIPTS/tools/postgres/lib.sh"
incoming=$1 outgoing=$2
oids() { ask admin -v incoming="$incoming" -v outgoing="$outgoing" <"$SCRIPTS/tools/postgres/oids.sql"; }
reopen() {
  [ "$code" = 0 ] || PGAPPNAME="$PGAPPNAME ends"
  open_up "$incoming" "$outgoing" || code=1
}
swapped="$DB_NAME is what $incoming was"

seen=$(oids)
live_is=$(seen_of live) incoming_is=$(seen_of incoming) outgoing_is=$(seen_of outgoing)
at_exit reopen
if [ -z "$incoming_is" ] && [ -n "$live_is" ] && [ -n "$outgoing_is" ]; then
  echo "$swapped"
  exit 0
fi
[ -n "$incoming_is" ] || refuse "there is no database $incoming to swap in: nothing was changed"
[ -n "$live_is" ] || refuse "there is no database $DB_NAME to swap with: nothing was changed"
[ -z "$outgoing_is" ] || refuse "a database $outgoing is there already: nothing was changed"

change 'the swap did not happen' admin -v incoming="$incoming" -v outgoing="$outgoing" \
  -v end_sessions="$(end_sessions)" <"$SCRIPTS/tools/postgres/swap.sql"
seen=$(oids)
[ "$(seen_of live)" = "$incoming_is" ] && [ -z "$(seen_of incoming)" ] \
  || fail "after the swap, $DB_NAME is not what $incoming was"
[ "$(seen_of outgoing)" = "$live_is" ] || fail "after the swap, $outgoing is not what $DB_NAME was"
echo "$swapped"

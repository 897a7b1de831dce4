# Makes INCOMING the live database and keeps the present one as OUTGOING: swap.sh INCOMING [OUTGOING]
# Clients of the live database are disconnected, and refused for the moment it takes. Without OUTGOING, there is no live
# database any more: INCOMING takes its name. Where it is done already nothing is changed. Proven by identity: the live
# name then belongs to what was INCOMING.
. "$SCRIPTS/tools/postgres/lib.sh"
incoming=$1 outgoing=${2-}
swapped="$DB_NAME is what $incoming was"

identify() {
  seen=$(ask admin -v incoming="$incoming" -v outgoing="$outgoing" <"$SCRIPTS/tools/postgres/reads/oids.sql")
  live_is=$(seen_of live) incoming_is=$(seen_of incoming) outgoing_is=$(seen_of outgoing)
}

run() { # WHAT FILE
  change "$1" admin -v incoming="$incoming" -v outgoing="$outgoing" -v end_sessions="$(end_sessions)" <"$2"
}

identify
before=$live_is comes=$incoming_is
[ -z "$outgoing" ] || at_exit 'reopen "$incoming" "$outgoing"'
if [ -z "$comes" ] && [ -n "$before" ] && { [ -z "$outgoing" ] || [ -n "$outgoing_is" ]; }; then
  echo "$swapped"
  exit 0
fi
[ -n "$comes" ] || refuse "there is no database $incoming to swap in: nothing was changed"
if [ -z "$outgoing" ]; then
  [ -z "$before" ] || refuse "there is a database $DB_NAME still: nothing was changed"
  run 'the name could not be given' "$SCRIPTS/tools/postgres/copies/take.sql"
else
  [ -n "$before" ] || refuse "there is no database $DB_NAME to swap with: nothing was changed"
  [ -z "$outgoing_is" ] || refuse "a database $outgoing is there already: nothing was changed"
  run 'the swap did not happen' "$SCRIPTS/tools/postgres/copies/swap.sql"
fi
identify
[ "$live_is" = "$comes" ] && [ -z "$incoming_is" ] || fail "after the swap, $DB_NAME is not what $incoming was"
[ "$outgoing_is" = "$before" ] || fail "after the swap, $outgoing is not what $DB_NAME was"
echo "$swapped"

# Remembers which hosts of the fleet were left out of a run, a line each, or forgets them.
# Arguments: left | back, ADDRESS... Variable: STATE, the state folder.
. "$SCRIPTS/engine/lib.sh"
what=$1
shift
cd "$STATE"
back_in_step out-of-step "$@"
[ "$what" = back ] || printf '%s\n' "$@" >>out-of-step

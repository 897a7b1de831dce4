# Gives the lock back if the client TOKEN still has it. Argument: TOKEN. Variable: STATE, the state folder.
. "$SCRIPTS/engine/lock-lib.sh"
mutex
if is "$1"; then
  rm -rf "$STATE/lock"
  hand_over
fi

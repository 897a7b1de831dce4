# Keeps the lock anew after its holder died with a connection: prints HELD, or LOST with exit code 3.
# Arguments: SILENCE (seconds without a sign of life) TOKEN. Variable: STATE, the state folder.
. "$SCRIPTS/engine/lock-lib.sh"
is "$2" || {
  echo LOST
  exit 3
}
echo HELD
keep "$1"

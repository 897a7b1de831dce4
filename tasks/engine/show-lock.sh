# Prints nothing where there is no lock; else its state (judge), owner (JSON), age (seconds) and last line about a step.
# Variable: STATE, the state folder.
. "$SCRIPTS/engine/lock-lib.sh"
if [ -d "$STATE/lock" ]; then show || :; fi

# Notes, in a run's folder, that another manager begins a try of a step. Arguments: NAME of the try, ENTRY (JSON fields).
. "$SCRIPTS/engine/lib.sh"
[ -e "$1.pid" ] || echo elsewhere >"$1.pid"
note "\"event\":\"begin\",$2}"

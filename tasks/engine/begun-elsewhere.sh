# Notes, in a run's folder, that another manager begins a try of a step. Arguments: NAME of the try, ENTRY (JSON fields).
# The time is that of the last entry: a copy is never newer than what it is a copy of.
. "$SCRIPTS/engine/lib.sh"
[ -e "$1.pid" ] || echo elsewhere >"$1.pid"
at=$(tail -n 1 journal | sed -n 's/^{"at":\([0-9.]*\).*/\1/p')
printf '{"at":%s,"event":"begin",%s}\n' "${at:-0}" "$2" >>journal

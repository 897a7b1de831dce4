# Prints, for each try of a step in the run's folder: its name, alive, gone or elsewhere, and its exit code, if it ended.
. "$SCRIPTS/engine/lib.sh"
for pid in *.pid; do
  [ -e "$pid" ] || continue
  name=${pid%.pid}
  if alive "FAB_ROLLBACK_STEP=${PWD##*/}/$name;"; then state=alive; else state=gone; fi
  [ "$(cat "$pid")" != elsewhere ] || state=elsewhere
  printf '%s %s %s\n' "$name" "$state" "$(cat "$name.rc" 2>/dev/null)"
done

# Prints, for each of the last COUNT runs: its name, how often somebody took it up, back or to its end, its journal's last
# time, and `here`, or the node that carries it out. Argument: COUNT. Variable: STATE, the state folder.
. "$SCRIPTS/engine/lib.sh"
cd "$STATE/runs" 2>/dev/null || exit 0
# shellcheck disable=SC2012 # names of runs are ours
for run in $(ls -1 | tail -n "$1"); do
  at=$(tail -n 1 "$run/journal" 2>/dev/null | sed -n 's/^{"at":\([0-9.]*\).*/\1/p')
  [ -n "$at" ] || continue
  turns=$(grep -cE '"event":"(resumed|undone|left|proven)"' "$run/journal") || :
  printf '%s %s %s %s\n' "$run" "$turns" "$at" "$(cat "$run/elsewhere" 2>/dev/null || echo here)"
done

# Prints, for each of the last COUNT runs: its name, how often somebody took it up, back or to its end, when somebody began
# to work on it last, its journal's last time, and `here`, or the node that carries it out.
# Argument: COUNT. Variable: STATE, the state folder.
. "$SCRIPTS/engine/lib.sh"
cd "$STATE/runs" 2>/dev/null || exit 0

time_of() { # EVENTS: when the last of them was noted in the journal of $run
  grep -E "\"event\":\"($1)\"" "$run/journal" 2>/dev/null | tail -n 1 | sed -n 's/^{"at":\([0-9.]*\).*/\1/p'
}

# shellcheck disable=SC2012 # names of runs are ours
for run in $(ls -1 | tail -n "$1"); do
  worked=$(time_of 'run|resumed') at=$(time_of '.*')
  [ -n "$worked" ] || continue
  turns=$(grep -cE '"event":"(resumed|undone|left|proven)"' "$run/journal") || :
  printf '%s %s %s %s %s\n' "$run" "$turns" "$worked" "$at" "$(cat "$run/elsewhere" 2>/dev/null || echo here)"
done

# Prints `MARK NAME` for each log that a run kept, and below it its last lines, 16 kB at most.
# Variables: RUN, the run's folder; MARK, a word that no log holds; LINES, how many.
set -eu
cd "$RUN/evidence" 2>/dev/null || exit 0
for log in *.log; do
  [ -f "$log" ] || continue
  printf '%s %s\n' "$MARK" "$log"
  tail -n "$LINES" "$log" | tail -c 16000
  echo
done

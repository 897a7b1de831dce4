# Prints `= /NAME` for each log that a run kept, and below it the lines that match PATTERN (grep -E), each after its time:
# the first 100 and the last 100. Variables: RUN, the run's folder; PATTERN.
set -eu
cd "$RUN/evidence" 2>/dev/null || exit 0
for log in *.log; do
  [ -f "$log" ] || continue
  echo "= /${log%.log}"
  tr -d '\r' <"$log" | grep -aE "$PATTERN" | cut -c 1-400 \
    | awk '{ line[NR] = $0 } END { for (i = 1; i <= NR; i++) if (i <= 100 || i > NR - 100) print line[i] }'
done

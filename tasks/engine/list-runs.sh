# Prints `= NAME` and the journal of each of the last COUNT runs: its entries that match PATTERN, or all of them.
# Arguments: COUNT [PATTERN]. Variable: STATE, the state folder.
# Exit code 1: the login may not read them.
. "$SCRIPTS/engine/lib.sh"
cd "$STATE/runs" 2>/dev/null || {
  may -x
  exit 0
}
# shellcheck disable=SC2012 # names of runs are ours
for run in $(ls -1tr | tail -n "$1"); do
  echo "= $run"
  grep -aE "${2:-.}" "$run/journal" 2>/dev/null || :
  echo
done

# Prints what other managers are to have of runs, and the ledgers, as a tar.gz in base64: for copy-in.sh.
# Arguments: all | news (without the plan, scripts, schemas and rehearsals), RUN... Variable: STATE, the state folder.
. "$SCRIPTS/engine/lib.sh"
what=$1
shift
cd "$STATE"
files() { # RUN...: not what is large, or for this host alone
  for run; do
    set -- "runs/$run" -type f -size -2000k ! -path '*/evidence/*' ! -path '*/prober/*'
    [ "$what" = all ] || set -- "$@" -newer "runs/$run/plan.json"
    [ ! -d "runs/$run" ] || find "$@"
  done
  [ "$what" != all ] || find schemas rehearsals -type f 2>/dev/null || :
  ls releases.jsonl drills.jsonl 2>/dev/null || :
}
files "$@" | tar -czf - -T - 2>/dev/null | base64 -w 0

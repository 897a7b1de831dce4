# Has the host ask by itself, in a session of its own, whether the application answers, until the run is closed: prober.sh.
# A prober that asks the same already goes on; another one is ended. It outlives the client.
# Arguments: RUN, ABOUT (what is asked, nothing secret in it), ASK (the script file that asks) and its arguments.
# Variables: STATE, the state folder; all others are for ASK, and stand in no command line.
. "$SCRIPTS/engine/lib.sh"
run=$1 about=$2 ask=${3#"$SCRIPTS/"}
shift 3
tag="FAB_ROLLBACK_PROBER=$run;"
cd "$STATE/runs/$run"
if alive "$tag"; then
  [ "$(sed -n 's/^[^ ]* asks //p' answers | tail -n 1)" != "$about" ] || exit 0
  for pid in $(tagged "$tag"); do kill "$pid" 2>/dev/null || :; done
  wait_while 50 alive "$tag" # its last word belongs before what is asked now
fi
rm -rf prober
cp -R "$SCRIPTS" prober
printf '%s asks %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$about" >>answers
SCRIPTS=$PWD/prober
env "$tag" nice -n 10 setsid sh "$SCRIPTS/engine/prober.sh" "$about" "$ask" "$@" </dev/null >/dev/null 2>&1 &

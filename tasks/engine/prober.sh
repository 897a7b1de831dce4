# Asks once a second whether the application answers, in a run's folder, and writes into `answers` when that changes: a
# line is a time (UTC) and `up`, `down`, `asks ABOUT` (from then on) or `ended`. What was asked before the host's clock was
# set says nothing of how long anything took: `asks` stands there once more.
# It ends when the run is closed, or changed nothing; when another one is worked on; after LIMIT seconds; with its folder.
# Arguments: ABOUT, ASK (the script file below $SCRIPTS that asks; it ends well where the application answers) and its arguments.
. "$SCRIPTS/engine/lib.sh"
LIMIT=7200 PATIENCE=30 # seconds in all, and for one answer
about=$1 ask=$2
shift 2

say() { # WORD...
  printf '%s %s\n' "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$*" >>answers
}

clock() { # $now: seconds since the host started; $offset: what the time of day is ahead of it
  read -r now _ </proc/uptime
  now=${now%.*} offset=$(($(date +%s) - ${now%.*}))
}

closed() {
  [ -e journal ] && [ "$(cat ../../last 2>/dev/null)" = "${PWD##*/}" ] || return 0
  ! grep -qE '"event":"(proven|undone|left)"' journal || return 0
  tail -n 1 journal | grep -qE '"event":"(failed|interrupted)"' && ! grep -q '"half":true' journal
}

answers_now() {
  timeout -k 1 "$PATIENCE" sh "$SCRIPTS/$ask" "$@" >/dev/null 2>&1
}

clock
end=$((now + LIMIT)) state='' set=$offset
trap 'say ended' EXIT
trap 'exit 0' TERM HUP INT
while [ "$now" -lt "$end" ] && ! closed; do
  if answers_now "$@"; then found=up; else found=down; fi
  clock
  if [ $((offset - set)) -gt 2 ] || [ $((set - offset)) -gt 2 ]; then
    set=$offset state=''
    say asks "$about"
  fi
  [ "$found" = "$state" ] || say "$found"
  state=$found
  sleep 1
  clock
done

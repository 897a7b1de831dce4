# Takes the lock for a run and keeps it while stdin shows signs of life. It has to bear the holder's tag of TOKEN.
# Prints TAKEN; or, with exit code 1, what show-lock.sh prints of the lock that stays; or what went wrong.
# Arguments: SILENCE (seconds without a sign) TOKEN RUN OWNER (JSON), then which lock may be replaced: STATE or
# STATE:RUN, as judged. Variable: STATE, the state folder.
exec 2>&1
. "$SCRIPTS/engine/lock-lib.sh"
silence=$1 token=$2 new_run=$3 owner=$4
shift 4

replaceable() { # STATE...: whether they name the lock that is there
  judged=$(judge)
  for state; do
    if [ "$state" = "$judged" ] || [ "$state" = "$judged:$(holder)" ]; then return; fi
  done
  return 1
}

make_room() { # the state folder is for exactly those who may write the folder that it lies in
  around=${STATE%/*} mode=700
  mkdir -p "$around"
  share_as "$around"
  mkdir -p "$STATE/runs"
  [ "$(umask)" = 0077 ] || mode=2770
  # Who did not make them cannot do that, and need not.
  chgrp --reference="$around" "$STATE" "$STATE/runs" 2>/dev/null || :
  chmod "$mode" "$STATE" "$STATE/runs" 2>/dev/null || :
  hand_over
}

leave() { # a run that stopped half-way and whose lock another one takes is over
  if [ "$(holder)" != "$new_run" ] && partial "$(holder)"; then
    (
      cd "$STATE/runs/$(holder)"
      note "\"event\":\"left\",\"half\":false,\"by\":\"$new_run\"}"
    )
  fi
}

may -w
make_room
for program in flock setsid; do
  command -v "$program" >/dev/null || {
    echo 'flock and setsid (util-linux) are needed'
    exit 1
  }
done
mutex
new=$STATE/lock.new
rm -rf "$new"
mkdir "$new"
echo "$token" >"$new/token"
echo "$new_run" >"$new/run"
printf '%s\n' "$owner" >"$new/owner"
date +%s >"$new/since"
if [ -d "$STATE/lock" ] && replaceable "$@"; then
  leave
  rm -rf "$STATE/lock"
fi
if mv -T "$new" "$STATE/lock" 2>/dev/null; then
  echo TAKEN
  keep "$silence"
  exit
fi
rm -rf "$new"
show || :
exit 1

# Functions of the scripts about the lock, the folder $STATE/lock. A script sources it: . "$SCRIPTS/engine/lock-lib.sh"
. "$SCRIPTS/engine/lib.sh"

holder() { # print the run that holds the lock
  cat "$STATE/lock/run" 2>/dev/null || :
}

is() { # TOKEN: whether the lock is that of the client TOKEN
  [ "$(cat "$STATE/lock/token" 2>/dev/null)" = "$1" ]
}

partial() { # RUN: whether it stopped half-way, by the last entry of its journal that says so
  [ "$(sed -n 's/.*"half": *\([a-z]*\).*/\1/p' "$STATE/runs/$1/journal" 2>/dev/null | tail -n 1)" = true ]
}

# Prints the state of the lock. LIVE: its client shows signs of life; RUNNING: a step goes on without one;
# DEAD: its run stopped half-way; FREE: it holds nothing up, its run ended or had changed nothing.
judge() {
  run=$(holder)
  if alive "FAB_ROLLBACK_HOLDER=$(cat "$STATE/lock/token" 2>/dev/null);"; then
    echo LIVE
  elif [ -n "$run" ] && alive "FAB_ROLLBACK_STEP=$run/"; then
    echo RUNNING
  elif partial "$run"; then
    echo DEAD
  else
    echo FREE
  fi
}

# Prints the state of the lock, its owner as JSON, its age in seconds, and the journal's last line about a step.
show() {
  judge
  cat "$STATE/lock/owner"
  echo $(($(date +%s) - $(cat "$STATE/lock/since")))
  grep '"step"' "$STATE/runs/$(holder)/journal" 2>/dev/null | tail -n 1
}

hand_over() { # what root wrote is for whoever else works there; what others take away meanwhile is no error
  [ "$(id -u)" != 0 ] || chown -R --reference="${STATE%/*}" "$STATE" 2>/dev/null || :
}

mutex() { # only one script at a time gets beyond this, until it closes 9
  exec 9>"$STATE/mutex"
  flock -w 20 9
}

keep() { # SILENCE: go on until the client has shown no sign of life on stdin for so many seconds
  exec 9>&-
  while [ -n "$(timeout "$1" head -c 1)" ]; do :; done
}

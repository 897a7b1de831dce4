# Functions of the scripts that carry out a run. A script sources it: . "$SCRIPTS/engine/lib.sh"
# Processes are told by a tag in their environment, which their children inherit: pids are used again, tags are not.
set -eu

share_as() { # FOLDER: what is written from now on is for those who may write FOLDER
  case $(stat -L -c %A "$1" 2>/dev/null) in
    d????w*) umask 007 ;;
    *) umask 077 ;;
  esac
}
share_as "${STATE:-.}"

may() { # -w or -x: fail, with the cure, where the login may not write the state folder, or look into it
  for folder in "$STATE" "${STATE%/*}"; do
    [ -d "$folder" ] || continue
    if test "$1" "$folder"; then return 0; fi
    echo "$folder is for $(stat -c %U "$folder") alone, not for $(id -un): log in as $(stat -c %U "$folder"), or let" \
      "a group of both write the whole .git folder (chgrp -R GROUP, chmod -R g+rwXs)" >&2
    exit 1
  done
}

tagged() { # TAG: print the pids of the processes that bear it
  grep -lsF -- "$1" /proc/[0-9]*/environ 2>/dev/null | cut -d/ -f3
}

alive() { # TAG: whether any process bears it
  [ -n "$(tagged "$1")" ]
}

wait_while() { # TENTHS COMMAND...: until COMMAND fails, so many tenths of a second at most
  left=$1
  shift
  while [ "$left" -gt 0 ] && "$@"; do
    left=$((left - 1))
    sleep 0.1
  done
}

note() { # ENTRY: add a JSON object, given without its opening brace, to the journal of the run's folder
  # A line torn by a crash must not swallow the next one.
  [ -z "$(tail -c 1 journal 2>/dev/null)" ] || echo >>journal
  printf '{"at":%s,%s\n' "$(date +%s.%N)" "$1" >>journal
}

work_on() { # ENTRY: note who works on the run, here, which is the last one from then on, whatever the clock says
  note "$1"
  rm -f elsewhere
  echo "${PWD##*/}" >../../last.new
  mv ../../last.new ../../last
}

back_in_step() { # FILE ADDRESS...: forget that hosts were left out
  out=$1
  shift
  [ -s "$out" ] || return 0
  printf '%s\n' "$@" | grep -vxFf - "$out" >"$out.new" || :
  mv "$out.new" "$out"
}

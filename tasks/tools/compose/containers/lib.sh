# Functions that stop containers and start them as they are. A script sources it instead of compose/lib.sh, which it brings.
. "$SCRIPTS/tools/compose/lib.sh"

halt() { # SERVICE...: stop the applications side by side, then the database
  up=$(running "$@")
  last=$(running "$DATABASE")
  end_containers "$(without "$up" "$last")"
  end_containers "$(without "$up" "$(without "$up" "$last")")"
}

without() { # LINES LINES: the first ones but the second
  printf '%s\n' "$1" | grep -vxF "$2" || :
}

# The grace is for those that can hear SIGTERM. A first process that neither catches nor blocks it never gets it (the
# kernel drops it): waiting would change nothing but the outage.
end_containers() { # IDS
  [ -n "$1" ] || return 0
  heard='' deaf=''
  # shellcheck disable=SC2086 # ids, one word each
  about=$(docker inspect -f '{{.ID}} {{.State.Pid}} {{or .Config.StopSignal "SIGTERM"}}' $1) || : # what is gone meanwhile is stopped
  while read -r id pid signal; do
    [ -n "$id" ] || continue
    if hears "$pid" "$signal"; then heard="$heard $id"; else deaf="$deaf $id"; fi
  done <<ABOUT
$about
ABOUT
  # shellcheck disable=SC2086
  { [ -z "$deaf" ] || docker kill $deaf >/dev/null; } &
  killing=$!
  # shellcheck disable=SC2086
  [ -z "$heard" ] || docker stop -t "$GRACE" $heard >/dev/null
  wait "$killing" || :
}

hears() { # PID SIGNAL: whether the signal that ends a container reaches its first process
  masks=$(sed -n 's/^Sig\(Cgt\|Blk\):[[:space:]]*//p' "/proc/$1/status" 2>/dev/null | tr '\n' ' ')
  case $2:$masks in
    SIGTERM:) ;;
    SIGTERM:*[4567cdef]???\ *) ;; # bit 15 of a mask: SIGTERM is caught or blocked
    SIGTERM:*) return 1 ;;
  esac
}

start_existing() { # IDS: start them as they are and wait, 60 s at most, while they say `starting`
  [ -n "$1" ] || return 0
  # shellcheck disable=SC2086 # ids, one word each
  docker start $1 >/dev/null
  i=0
  # shellcheck disable=SC2086
  while docker inspect -f '{{if .State.Health}}{{.State.Health.Status}}{{end}}' $1 | grep -q starting && [ $i -lt 300 ]; do
    i=$((i + 1))
    sleep 0.2
  done
}

keep_logs() { # [SERVICE...]: keep the last lines of their containers' logs in the run's folder
  mkdir -p "$run/evidence"
  logged=$(containers "$@")
  with_names "$logged" | {
    while read -r id name; do
      docker logs --timestamps --tail 5000 "$id" >"$run/evidence/$name.log" 2>&1 &
    done
    wait
  }
}

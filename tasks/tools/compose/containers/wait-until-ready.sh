# Waits until services do what they will keep doing, steadily up and healthy, and all addresses answer as they should; or
# until they visibly will not. Nothing is waited for longer than TIMEOUT seconds, and no address once a container is broken.
# Arguments: SERVICE=COUNT... Variables: URLS, see all-answer.sh; PORTS of this host that they are served by; TIMEOUT.
# Prints `verdict WORD`, and `not-ready HOW SERVICE CONTAINER` with the container's last lines after `log `.
. "$SCRIPTS/tools/compose/lib.sh"
STEADY=3 # seconds since its start that make a container without health check steady
SHAKY=10 # the same for one that was restarted meanwhile; Docker itself counts a start as good after 10 s
ABOUT="$service_label {{.Name}} {{.State.Status}} {{.RestartCount}} {{.State.StartedAt}}"
ABOUT="$ABOUT ,{{range .NetworkSettings.Ports}}{{range .}}{{.HostPort}},{{end}}{{end}}"
ABOUT="$ABOUT {{if .State.Health}}{{.State.Health.Status}}{{end}}"
export services="$*" answering='' passed=''

states() { # a container may go between the two questions
  all=$(containers) || :
  # shellcheck disable=SC2086 # ids, one word each
  [ -z "$all" ] || docker inspect -f "$ABOUT" $all || :
}

clock() { # the time of day may be set meanwhile
  read -r now _ </proc/uptime
  now=${now%.*}
}

youngest_start() { # since when the containers count: one that was restarted before, only from now on
  printf '%s\n' "$seen" | awk '
    BEGIN { split(ENVIRON["services"], names, /=[0-9]+ ?/); for (i in names) wanted[names[i]] }
    $1 in wanted { print ($4 > 0 ? "now" : $5) }' | sort | tail -n 1
}

judge() {
  verdict=$(printf '%s\n--\n%s\n' "$first" "$seen" | awk -f "$SCRIPTS/tools/compose/containers/wait-until-ready.awk")
  not_ready=$(printf '%s\n' "$verdict" | sed '$d')
  verdict=$(printf '%s\n' "$verdict" | tail -n 1)
}

ask_checks() { # ask those whose own health check is still to come now, as Docker will: that may be a minute away
  [ "$verdict" = wait ] && [ $((now - born)) -ge $STEADY ] || return 0
  for name in $(printf '%s\n' "$not_ready" | sed -n 's|^starting [^ ]* /||p'); do
    case " $passed " in *" /$name "*) continue ;; esac
    ! own_check "$name" >/dev/null 2>&1 || passed="$passed /$name"
  done
}

own_check() { # NAME: whether its health check finds it well
  docker inspect -f '{{range .Config.Healthcheck.Test}}{{println .}}{{end}}' "$1" | sed '$d' | {
    name=$1
    read -r kind
    case $kind in
      CMD-SHELL) set -- sh -c "$(cat)" ;;
      *)
        set --
        while IFS= read -r word; do set -- "$@" "$word"; done
        [ "$kind" = CMD ]
        ;;
    esac && timeout 5 docker exec "$name" "$@"
  }
}

note_change() { # $still: seconds without a change; $born: when the youngest container started, by `clock`
  if [ "$seen" != "$before" ]; then
    before=$seen since=$now passed='' # what was content may have been started anew
    age=$(($(date +%s) - $(date -d "$(youngest_start)" +%s 2>/dev/null || date +%s)))
    [ "$age" -ge 0 ] || age=0
    born=$((now - age))
  fi
  still=$((now - since))
}

decided() { # whether to wait no longer
  case $verdict in
    ready) ;;
    steady) [ $((now - born)) -ge $STEADY ] || return 1 ;;
    shaky) [ $still -ge $SHAKY ] || return 1 ;;
    broken) return 0 ;;
    bad) [ $still -lt 2 ] && return 1 || return 0 ;;
    *) return 1 ;;
  esac
  [ -n "$healthy" ] || return 1
  verdict=ready
}

clock
end=$((now + TIMEOUT)) first=$(states) healthy='' before=-
while :; do
  if [ -z "$healthy" ] && sh "$SCRIPTS/tools/http/all-answer.sh" 2; then
    healthy=yes answering=$PORTS
  fi
  seen=$(states)
  clock
  note_change
  judge
  ! decided || break
  ask_checks
  [ "$now" -lt "$end" ] || break
  sleep 0.2
done
echo "verdict $verdict"
[ -n "$not_ready" ] || exit 0
printf '%s\n' "$not_ready" | while read -r how service name; do
  echo "not-ready $how $service ${name#/}"
  [ "$name" = - ] || docker logs --tail 5 "${name#/}" 2>&1 | cut -c 1-400 | sed 's/^/log /'
done

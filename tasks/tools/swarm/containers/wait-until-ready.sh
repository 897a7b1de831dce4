# Waits until services do what they will keep doing, and all addresses answer as they should; or until they visibly will
# not. Arguments, variables and what is printed: those of wait-until-ready.sh of compose.
. "$SCRIPTS/tools/swarm/deploying.sh"
STEADY=3 # seconds that a task without health check has to run for
services=$(printf '%s\n' "$@" | sed 's/=.*//')

judge() { # $not_ready: lines `HOW SERVICE TASK`
  not_ready=$(printf '%s\n' "$tasks" | wanted="$*" now=$(date +%s) steady=$STEADY awk '
    BEGIN { split(ENVIRON["wanted"], names, " "); for (i in names) { split(names[i], pair, "="); count[pair[1]] = pair[2] } }
    !($1 in count) || $3 == "shutdown" || $3 == "remove" { next }
    $4 != "running" { print $4, $1, $2; next }
    { there[$1]++ }
    ENVIRON["now"] - $5 < ENVIRON["steady"] { print "young", $1, $2 }
    END { for (name in count) if (there[name] + 0 < count[name]) print "missing", name, "-" }')
}

clock() { read -r now _ </proc/uptime && now=${now%.*}; } # the time of day may be set meanwhile

clock
note_updates
end=$((now + TIMEOUT)) healthy='' began=$(date +%s) verdict=wait
while :; do
  [ -n "$healthy" ] || ! sh "$SCRIPTS/tools/http/all-answer.sh" 2 || healthy=yes
  # shellcheck disable=SC2086 # names of services hold no space
  {
    tasks=$(tasks_of $services) || : # without a leader there are none
    judge "$@"
    stopped $services >/dev/null || verdict=broken
  }
  [ "$verdict" != broken ] || break
  if [ -z "$not_ready" ] && [ -n "$healthy" ]; then verdict=ready && break; fi
  clock
  [ "$now" -lt "$end" ] || break
  sleep 0.5
done
echo "verdict $verdict"
[ -n "$not_ready" ] || exit 0
printf '%s\n' "$not_ready" | while read -r how service task; do
  echo "not-ready $how $service $task"
  [ "$task" = - ] || task_logs --raw --tail 5 "$task" | cut -c 1-400 | sed 's/^/log /'
done

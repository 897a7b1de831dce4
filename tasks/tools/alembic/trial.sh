# Starts an image in the network of a rehearsal, as compose would, and asks it for its health there.
#   NETWORK          the rehearsal's
#   TRIAL_IMAGE      what is tried
#   TRIAL_ON         the schema that it is tried on, in words
#   TRIAL_TITLE      what it is called in messages
#   TRIAL_SERVICE    the service whose container it would replace
#   TRIAL_ADDRESSES  what is asked, one a line: PORT in the container, HOST header, PATH, URL
#   TRIAL_SECONDS    how long an answer may take
#   TRIAL_HINT       what is said behind a failure
# Exit code 2, in one line: it ends by itself, does not answer, or answers an error.
. "$SCRIPTS/tools/compose/lib.sh"
variables='{{range .Config.Env}}{{println .}}{{end}}'
state='{{.State.Running}},{{.State.ExitCode}},{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}'

# Prints what a container has otherwise than its image: what compose gave it goes on to the new one.
given() { # FORMAT
  has=$(docker inspect -f "$1" "$app")
  made_with=$(docker image inspect -f "$1" "$made" 2>/dev/null) || :
  [ "$has" = "$made_with" ] || printf '%s\n' "$has"
}

# Prints what asks for the words of a command, each quoted for the shell.
words() { # Cmd OR Entrypoint
  printf '%s\n' "{{range .Config.$1}} '{{join (split . \"'\") \"'\\\\''\"}}'{{end}}"
}

# Writes the variables that compose gave into the file $ours; what the image gave comes from the new image.
choose_variables() {
  docker inspect -f "$variables" "$app" | sed '$d' >"$ours"
  if [ "$(docker inspect -f '{{len .Config.Env}}' "$app")" != "$(grep -c '' <"$ours")" ]; then
    echo "$TRIAL_TITLE is not tried: the environment of its service cannot be copied"
    exit 0
  fi
  docker image inspect -f "$variables" "$made" 2>/dev/null | sed '$d' >"$images"
  chosen=$(grep -vxFf "$images" "$ours") || :
  printf '%s\n' "$chosen" >"$ours"
}

wrong() { # VERDICT WHAT
  lines=$(docker logs --tail 50 "$NETWORK-app" 2>&1 | cut -c1-200)
  printf '%s\n' "$lines"
  last=$(printf '%s\n' "$lines" | grep -E 'Error|Exception|ERROR|FATAL' | tail -n 1)
  [ -n "$last" ] || last=$(printf '%s\n' "$lines" | tail -n 1)
  refuse "$TRIAL_TITLE $1 on the $TRIAL_ON: $2${last:+; it says: $last}$TRIAL_HINT"
}

# Some answer 503 while they start: an error counts when it stays. Nothing is ever asked of an empty address.
ask_for() { # PORT HOST PATH URL
  errors=0
  end=$(($(date +%s) + TRIAL_SECONDS))
  while :; do
    now=$(docker inspect -f "$state" "$NETWORK-app")
    ip=${now##*,} now=${now%,*}
    [ "${now%,*}" = true ] && [ -n "$ip" ] || wrong "does not work" "it ended with exit code ${now#*,}"
    code=$(URL="http://$ip:$1$3" sh "$SCRIPTS/tools/http/fetch.sh" 5 "$2") || fail 'its health cannot be asked for'
    case $code in
      000) ;;
      5*)
        errors=$((errors + 1))
        [ "$errors" -lt 10 ] || break
        ;;
      *) break ;;
    esac
    [ "$(date +%s)" -lt "$end" ] || break
    sleep 0.5
  done
  case $code in
    000) wrong "did not get ready" "$4 was not answered in $TRIAL_SECONDS s (health.timeout)" ;;
    5*) wrong "does not work" "$4 answers $code" ;;
  esac
  echo "$TRIAL_TITLE answers $code on the $TRIAL_ON ($4)"
}

ours=$(mktemp) images=$(mktemp)
tidy() { rm -f "$ours" "$images"; }
at_exit 'tidy; forget_likeness'
app=$(likeness "$TRIAL_SERVICE")
made=$(docker inspect -f '{{.Image}}' "$app")
choose_variables
folder=$(given '{{.Config.WorkingDir}}') login=$(given '{{.Config.User}}')
command=$(given "$(words Cmd)") entry=$(given "$(words Entrypoint)")
eval "set -- $entry $command"
first=
if [ -n "$entry" ]; then
  first=$1
  shift
fi
docker run -d --name "$NETWORK-app" --network "$NETWORK" --env-file "$ours" ${folder:+-w "$folder"} \
  ${login:+-u "$login"} ${first:+--entrypoint "$first"} "$TRIAL_IMAGE" "$@" >/dev/null
while read -r port host path url; do
  ask_for "$port" "$host" "$path" "$url" </dev/null
done <<ADDRESSES
$TRIAL_ADDRESSES
ADDRESSES

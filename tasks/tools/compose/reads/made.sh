# Prints what those containers of the project were made with that compose, by the hash of their settings, would make
# anew; then, after the character 036, what it makes of its files now. Nothing where there are none.
# A line each: `here FOLDER`, the checkout as it is spelt; `version VERSION` of compose; and for every container
# `container JSON`, `now ID` (what the name of its image means now), `later` where it was made when the compose files and
# those that hold their values were as they are; and what may be secret as a hash:
# `env NAME HASH` of "NAME=VALUE", `command HASH` and `entrypoint HASH` of their JSON; with `image-` before it what the
# image says itself. No value leaves the host. Exit codes: compose's own.
. "$SCRIPTS/tools/compose/lib.sh"
changed() { # print when the last of these files changed, in whatever way: also one that was copied with its old time
  printf '%s\n' "$COMPOSE_FILES" "${ENV_FILES:-${FOLDER:+$FOLDER/}.env}" | while IFS= read -r file; do
    stat -c %Z -- "$file" 2>/dev/null || echo 99999999999
  done | sort -n | tail -n 1
}

made=$(inspected)
[ -n "$made" ] || exit 0
now=$(describe --hash '*')
differing() { # print the ids of the containers whose hash is none of those of $now
  printf '%s\n' "$now" -- "$made" | awk -F '\t' '
    /^--$/ { made = 1; next }
    !made { split($0, one, " "); known[one[1]]; hash[one[1], one[2]] }
    made && $4 in known && !(($4, $1) in hash) { print $2 }'
}
[ -n "$(differing)" ] || exit 0
# A container that is made with `env_file` has the hash of what these files say; of itself, compose does not count that.
resolved() { describe | (COMPOSE_FILES=- && PROFILES='*' && compose config --hash '*'); }
now="$now
$(resolved 2>/dev/null || :)"
others=$(differing)
[ -n "$others" ] || exit 0

about='container {"service":{{json (index .Config.Labels "com.docker.compose.service")}},"image":{{json .Config.Image}}'
about=$about',"project":{{json (index .Config.Labels "com.docker.compose.project")}}'
about=$about',"id":{{json .Image}},"version":{{json (index .Config.Labels "com.docker.compose.version")}}'
about=$about',"ports":{{json .HostConfig.PortBindings}},"mounts":{{json .Mounts}}'
about=$about',"networks":{{json .NetworkSettings.Networks}}}'
secret='{{range .Config.Env}}env {{json .}}{{println}}{{end}}command {{json .Config.Cmd}}{{println}}'
secret=$secret'entrypoint {{json .Config.Entrypoint}}'

hashed() { # PREFIX, and lines `KIND JSON`
  while read -r kind json; do
    case $kind:$json in
      env:*=*) of=${json%%=*} of=" ${of#\"}" ;;
      command:* | entrypoint:*) of='' ;;
      *) continue ;;
    esac
    sum=$(printf '%s' "$json" | sha256sum)
    printf '%s%s%s %s\n' "$1" "$kind" "$of" "${sum%% *}"
  done
}

changed=$(changed)
printf 'here %s\n' "$(pwd -P)" "$(pwd -L)"
printf 'version %s\n' "$(compose version --short)"
for id in $others; do
  docker inspect -f "$about" "$id"
  docker inspect -f "$secret" "$id" | hashed ''
  docker image inspect -f "$secret" "$(docker inspect -f '{{.Image}}' "$id")" 2>/dev/null | hashed image-
  [ "$(date -d "$(docker inspect -f '{{.Created}}' "$id")" +%s)" -le "$changed" ] || echo later
  printf 'now %s\n' "$(docker image inspect -f '{{.Id}}' "$(docker inspect -f '{{.Config.Image}}' "$id")" 2>/dev/null)"
done
printf '\036\n'
describe 2>/dev/null

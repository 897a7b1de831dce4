# Functions that tell what a rehearsal rests on: where all of it is as it was, it would end as it did. A script sources
# them after tools/alembic/lib.sh and clone.sh, and has called find_server and learn_service.
#   RESTS_ON  what is known of it before, lines `KEY FINGERPRINT`
#   FINDINGS  the file that keeps what a rehearsal found, and rests on; $texts is the folder in which it works
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # variables of the scripts that source it; a subshell has its own folder
own_settings='{{.Config.WorkingDir}}
{{.Config.User}}
{{range .Config.Env}}{{println .}}{{end}}'

checksum() { sha256sum | cut -c1-16; }

# Learns what the service's container has otherwise than its image, and would have of any other image as well, as
# $given_folder, $given_login, $given_variables.
learn_given() {
  copyable || return
  own=$(docker image inspect -f "$own_settings" "$made_of") || return
  given_folder=$folder given_login=$login
  [ "$folder" != "$(printf '%s\n' "$own" | sed -n 1p)" ] || given_folder=
  [ "$login" != "$(printf '%s\n' "$own" | sed -n 2p)" ] || given_login=
  given_variables=$(printf '%s\n' "$own" | sed 1,2d | grep -vxFf - "$given" | sort) || :
}

# Lets alembic run as that, where it is run of another image than the container's.
take_given() {
  learn_given || refuse 'how the service is run cannot be told'
  about=$(printf '%s\n' "$(printf '%s\n' "$given_variables" | grep -c '')" "$(about 2)" "$given_folder" "$given_login" \
    "$hosts" "$made_of" "$places" "$given_variables" .)
  folder=$given_folder login=$given_login
}

# Prints a line for each thing, `KEY FINGERPRINT`. It fails where one of them cannot be told.
basis() (
  parts=$(mktemp -d)
  trap 'rm -rf "$parts"' EXIT
  learn_given || exit 1
  add_environment
  begun=
  for part in image alembic service files server; do
    "of_$part" </dev/null >"$parts/$part" &
    begun="$begun $!"
  done
  for one in $begun; do wait "$one" || exit 1; done
  for part in image server configuration schema; do [ -s "$parts/$part" ] || exit 1; done
  printf '%s\n' "$RESTS_ON"
  for part in image alembic service files server configuration roles schema; do
    printf '%s %s\n' "$part" "$(checksum <"$parts/$part")"
  done
)

of_image() { id_of "$IMAGE"; }
id_of() { case $1 in sha256:* | *@sha256:*) echo "$1" ;; *) docker image inspect -f '{{.Id}}' "$1" ;; esac } # IMAGE

of_alembic() { printf '%s\n' "$ALEMBIC_SERVICE" "$ALEMBIC_COMMAND" "$SCHEMA" "$TABLE" "$added"; }

of_service() { printf '%s\n' "$given_folder" "$given_login" "$hosts" "$given_variables"; }

# What lies over the image, as alembic would find it there.
of_files() (
  set -f
  IFS=$(printf '\t')
  # shellcheck disable=SC2086 # the places
  set -- $places
  unset IFS
  [ $# -gt 0 ] || return 0
  docker run --rm --network none --volumes-from "$app:ro" ${login:+-u "$login"} --entrypoint timeout "$IMAGE" 10 \
    sh -c "$(cat "$SCRIPTS/tools/alembic/mounted-files.sh")" sh "$@"
)

# All of the server is told by one command there. Of the settings, those count that the server of a clone has as well; they
# have a line of their own, as have the roles, and the schema.
of_server() {
  server_text >"$parts/text" || return
  awk -v into="$parts/text" 'part < 2 && $0 == "\036" { part++; next } { print >(into "." part + 0) }' "$parts/text"
  learn_server "$parts/text.0" && [ -n "$settings" ] || return # it always has a port
  printf '%s\n' "$configuration" >"$parts/configuration"
  sed '/^\\/d' "$parts/text.1" >"$parts/roles" 2>/dev/null || :
  things "$parts/text.2" >"$parts/schema" || return
  id_of "$image" || return
  printf '%s\n' "$runs_as" "$version"
}

server_text() {
  dump_schema "$(cat "$SCRIPTS/tools/postgres/scratch/server-text.sh" "$SCRIPTS/tools/postgres/scratch/dump-schema.sh")" \
    "$(cat "$SCRIPTS/tools/postgres/scratch/scratch-settings.sql")" "$(target "$DB_MAINTENANCE")" "$DB_MAINTENANCE"
}

# All that a clone is loaded with, beside the roles: owners and rights, alembic's rows, and what extensions keep.
of_schema() { (FULL='' && tables) >"$parts/dump" && things "$parts/dump"; }

things() { awk -f "$SCRIPTS/tools/alembic/things.awk" "$1" | sort; } # FILE

# Whether the rehearsal that is kept holds. What it would rest on now is in the file basis then, and where it does not.
still_holds() {
  note_basis
  sed -n 's/^rests //p' "$FINDINGS" >"$texts/kept" 2>/dev/null || :
  [ -s "$texts/basis" ] && cmp -s "$texts/kept" "$texts/basis" && return
  differ=$(sort "$texts/kept" "$texts/basis" | uniq -u | cut -d ' ' -f 1 | sort -u)
  echo "rehearsed again: it is not what the kept rehearsal rests on: $(in_a_line "$differ")"
  return 1
}

note_basis() { basis >"$texts/basis" 2>/dev/null || : >"$texts/basis"; }

# What was found, of the newest changes; what may be relied on afterwards, with the time.
keep_findings() {
  folder=$(dirname "$FINDINGS")
  mkdir -p "$folder"
  {
    echo "at $(date +%s)"
    sed 's/^/rests /' "$texts/basis"
  } >>"$texts/findings"
  cp "$texts/findings" "$FINDINGS"
  # shellcheck disable=SC2012 # the names are ours
  (cd "$folder" && ls -t | tail -n +51 | xargs rm -f)
}

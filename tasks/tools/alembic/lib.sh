# Functions of the scripts that run alembic. A script sources it: . "$SCRIPTS/tools/alembic/lib.sh"
# What it has to be told, beside what rows.sh is told, comes from `migrate.variables` and `change_variables`:
#   ALEMBIC_SERVICE  the service whose containers run alembic
#   ALEMBIC_COMMAND  the words that start it there
#   ALEMBIC_ENVIRONMENT  variables that it has there beside the service's, or otherwise; as environment.awk reads them
#   CONTAINERS       what the names of containers begin with that run for this deployment, and for no other
#   IMAGE            what alembic is run from: an id or a name
#   HEADS, IMPLIED   what the table has to hold in the end, and what it may hold beside that; one a line, sorted
#   OVERRIDE         the revision that the operator's own SQL takes back: override.sql in the run's folder
#   OVERRIDE_TO      where that leads
# A script may set $mounts: what alembic finds in place of some of the service's volumes, as docker takes it, one a line.
. "$SCRIPTS/tools/compose/lib.sh"
. "$SCRIPTS/tools/postgres/lib.sh"

# How a container is run, in one question: its environment comes last, up to a line of its own.
# shellcheck disable=SC2016 # docker fills it in
run_as='{{len .Config.Env}}
{{range $n, $_ := .NetworkSettings.Networks}}{{$n}} {{else}}{{.HostConfig.NetworkMode}} {{end}}
{{.Config.WorkingDir}}
{{.Config.User}}
{{range .HostConfig.ExtraHosts}}--add-host {{.}} {{end}}
{{.Image}}
{{range .Mounts}}{{.Destination}}{{"\t"}}{{end}}
{{range .Config.Env}}{{println .}}{{end}}.'

mounts=

# Somebody idle in a transaction would block a migration for ever, and everyone behind it; so would, between nodes, the session
# of an alembic whose node or network is gone.
waits='-c lock_timeout=5s'
[ -z "${FAB_SWARM:-}" ] || waits="$waits -c tcp_keepalives_idle=15 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=6"

find_server() { # the container of the database, into $DB_CONTAINER, where that is one of the deployment
  [ -z "$DB_CONTAINER$PGHOST" ] || return 0
  DB_CONTAINER=$(running "${DATABASE:?}" | head -n 1)
  [ -n "$DB_CONTAINER" ] || refuse "the database container ($DATABASE) is not running"
}

tidy() { rm -f "$given" "$given.yml"; } # a script may define its own

# Learns how the service's container is run: $app, $network (or several), $folder, $login, $hosts, the image that it was
# $made_of, the $places of its volumes (a tab after each), and its environment in the file $given. `networked`: what runs like
# it is to be in its networks, which a swarm has to be asked for.
learn_service() { # [networked]
  given=$(mktemp)
  at_exit 'tidy; forget_likeness'
  app=$(likeness "$ALEMBIC_SERVICE" "$@") || exit
  about=$(docker inspect -f "$run_as" "$app" 2>/dev/null) || about=
  # shellcheck disable=SC2034 # what a rehearsal rests on has to do with all of it
  network=$(about 2 | sed 's/ $//') folder=$(about 3) login=$(about 4) hosts=$(about 5) made_of=$(about 6) places=$(about 7)
}
about() { printf '%s\n' "$about" | sed -n "$1p"; } # LINE

# Whether a container can be run like it: an environment file cannot hold a value of several lines.
copyable() {
  [ -n "$about" ] || return 1
  printf '%s\n' "$about" | sed '1,7d;$d' >"$given"
  [ "$(about 1)" = "$(grep -c '' <"$given")" ]
}

# Learns the variables of ALEMBIC_ENVIRONMENT, as $added, and puts them in place of those in the file $given.
add_environment() {
  added=
  [ -n "$ALEMBIC_ENVIRONMENT" ] || return 0
  set --
  while IFS= read -r file; do
    [ ! -r "$file" ] || set -- "$@" "$file"
  done <<FILES
$DB_VALUES
FILES
  added=$(ALEMBIC_ENVIRONMENT=$ALEMBIC_ENVIRONMENT awk -f "$SCRIPTS/tools/alembic/environment.awk" "$@" "$given") || exit 2
  kept=$(printf '%s\n' "$added" | awk -F= 'NR == FNR { ours[$1]; next } !($1 in ours)' - "$given")
  printf '%s\n%s\n' "$kept" "$added" >"$given"
}

# Runs $entry of $IMAGE, which is not what compose would take while another release is checked out; all else as compose
# would. The values of $added are in its environment only.
by_compose() { # WORD...
  printf 'services: {"%s": {"image": "%s"}}\n' "$ALEMBIC_SERVICE" "${IMAGE:?}" >"$given.yml"
  quoted=$(printf '%s\n' "$added" | sed "s/'/'\\\\''/g; s/=/='/; s/$/'/; s/^/export /")
  [ -z "$added" ] || FAB_LOGIN="$FAB_LOGIN
$quoted"
  # shellcheck disable=SC2046 # options and names, one word each
  compose -f "$given.yml" run --rm -T --no-deps --name "${container:?}" $(printf '%s\n' "$added" | sed -n 's/^\([^=]*\)=.*/-e \1/p') \
    -e PGOPTIONS="$waits" --entrypoint "$entry" "$ALEMBIC_SERVICE" "$@"
}

# Runs alembic in the container $container: with the service's environment, volumes and network or, where its container is
# not there, or cannot be copied exactly (older engines run it in one network), as compose would. Dependencies are not
# started.
alembic() ( # WORD...
  set -f
  # shellcheck disable=SC2086 # the words of a command
  set -- $ALEMBIC_COMMAND "$@"
  entry=$1
  shift
  status=0
  copies=1
  copyable && [ "$network" = "${network% *}" ] || copies=
  add_environment
  if [ -n "$copies" ]; then
    set -- "${IMAGE:?}" "$@"
    while IFS= read -r one; do
      [ -z "$one" ] || set -- -v "$one" "$@"
    done <<MOUNTS
$mounts
MOUNTS
    # shellcheck disable=SC2086
    docker run --rm --name "${container:?}" --network "${network:-none}" --volumes-from "$app" --env-file "$given" \
      $hosts ${folder:+-w "$folder"} ${login:+-u "$login"} -e PGOPTIONS="$waits" --entrypoint "$entry" "$@" || status=$?
  else
    by_compose "$@" || status=$?
  fi
  if [ "$status" = 137 ]; then # after a SIGKILL, mostly the kernel's
    echo 'alembic was killed in its container: it or the host has too little memory, or somebody killed it' >&2
  fi
  exit "$status"
)

# Runs the operator's SQL and moves alembic's row, in one transaction.
override() {
  [ -r "$run/override.sql" ] || fail "there is no $run/override.sql"
  {
    printf "SET lock_timeout = '5s';\nBEGIN;\n"
    cat "$run/override.sql"
    printf '\n;\n'
    cat "$SCRIPTS/tools/alembic/move_row.sql"
    echo 'COMMIT;'
  } | live -v fab_schema="$SCHEMA" -v fab_table="$TABLE" -v fab_from="$OVERRIDE" -v fab_to="$OVERRIDE_TO"
}

read_table() { live -v schema="$SCHEMA" -v table="$TABLE" <"$SCRIPTS/tools/postgres/reads/revisions.sql"; }
version_tables() { live <"$SCRIPTS/tools/postgres/reads/version-tables.sql"; }

# Reads the heads of the database into $heads, one a line, sorted.
read_heads() {
  heads=$(read_table) || fail 'the heads of the database cannot be read'
  heads=$(printf '%s\n' "$heads" | sed 1d | sort)
}

# Whether $heads are those of $HEADS, and none beside them but of $IMPLIED: those say nothing that the others do not.
arrived() {
  [ "$(printf '%s\n' "$heads" | grep -vxF -e "$IMPLIED")" = "${HEADS?}" ]
}

in_a_line() { printf '%s\n' "$1" | tr '\n' ' ' | sed 's/ $//; s/ /, /g'; } # LINES

# How PostgreSQL's programs are run, for lib.sh: nothing else knows where the server is.
#   DB_CONTAINER    the container that the server runs in, NODE/ID on another node of the swarm, `task of SERVICE` where
#                   the swarm says which; empty: it runs elsewhere, or a script finds it
#   PGHOST, PGPORT  where it runs elsewhere: a name, or the folder of a socket; empty: in a container
#   DB_CLIENT       the image whose programs are used then; empty: those of the host
#   DB_NAME         the live database
#   DB_USER         the login
#   DB_MAINTENANCE  the database to connect to while the live one is renamed, copied or dropped
#   DB_PASSWORD_FILE, DB_PASSWORD_VARIABLE  what holds the password: a file; or a variable of the files DB_VALUES (one a
#                   line, in the folder DB_CHECKOUT), or of the login. It is in no command line: only in an environment.

# What a step runs tells the server which step it is for: it goes on when its client outside the container ends.
PGAPPNAME=${FAB_ROLLBACK_STEP:-fab-rollback}
# A role or a database may carry settings that would end or block an administrator's session.
PGOPTIONS='-c statement_timeout=0 -c lock_timeout=30s'
PGOPTIONS="$PGOPTIONS -c idle_in_transaction_session_timeout=0 -c default_transaction_read_only=off"
export PGAPPNAME PGOPTIONS LC_ALL=C

export PGHOST PGPORT

. "$SCRIPTS/tools/swarm/nodes.sh"
case $DB_CONTAINER in
  'task of '*) DB_CONTAINER=$(sh "$SCRIPTS/tools/swarm/task.sh" "${DB_CONTAINER#task of }") || exit ;;
esac

elsewhere() { [ -n "$PGHOST" ]; } # whether the server runs in no container here

read_password() {
  if [ -n "$DB_PASSWORD_FILE" ]; then
    head -n 1 "$(at_home "$DB_PASSWORD_FILE")"
  else
    value_in_files | grep . || printenv "$DB_PASSWORD_VARIABLE"
  fi 2>/dev/null
}

# As compose reads them: the last line counts, and quotes around a value are not part of it.
value_in_files() {
  cd "$DB_CHECKOUT" && printf '%s\n' "$DB_VALUES" | while IFS= read -r file; do cat "$file"; done \
    | sed -n "s/^\(export  *\)\{0,1\}$DB_PASSWORD_VARIABLE=//p" | sed -n '$s/^\(["'"'"']\)\(.*\)\1$/\2/;$p'
}

secret=
if [ -n "$DB_PASSWORD_FILE$DB_PASSWORD_VARIABLE" ]; then
  PGPASSWORD=$(read_password) \
    || refuse "the password of the database cannot be read: $DB_PASSWORD_FILE$DB_PASSWORD_VARIABLE has none"
  export PGPASSWORD
  secret='-e PGPASSWORD'
fi

# What several commands need lies in this folder where they run; those of an image share the host's.
staging_place=/tmp
! elsewhere || staging_place=/var/tmp

# What ends a command that would not end by itself: `timeout SECONDS`; empty: nothing does.
limit=

at_server() { # WORD...: docker where the server's container is, whose id is ${DB_CONTAINER#*/} there
  case $DB_CONTAINER in
    */*) on_node "${DB_CONTAINER%%/*}" "$@" ;;
    *) docker "$@" ;;
  esac
}

# Runs a command where PostgreSQL's own programs are. The values are said: sudo would keep the names back.
# shellcheck disable=SC2086 # options and commands of several words
inside() { # COMMAND...
  if ! elsewhere; then
    at_server exec -i -e PGAPPNAME="$PGAPPNAME" -e PGOPTIONS="$PGOPTIONS" $secret "${DB_CONTAINER#*/}" $limit "$@"
  elif [ -n "$DB_CLIENT" ]; then
    by_image $limit "$@"
  elif command -v "$1" >/dev/null; then
    $limit "$@"
  else
    refuse "there is no $1 on the host: install PostgreSQL's client, or name an image that has it (database.client)"
  fi
}

# Runs a command in a container of the image, in the network of the host.
by_image() { # COMMAND...
  first=$1
  shift
  socket=
  case $PGHOST in /*) socket=$PGHOST ;; esac
  # shellcheck disable=SC2086 # an option and its word
  docker run --rm -i --network host -v "$staging_place:$staging_place" ${socket:+-v "$socket:$socket"} \
    -e PGAPPNAME="$PGAPPNAME" -e PGOPTIONS="$PGOPTIONS" -e PGHOST="$PGHOST" -e PGPORT="$PGPORT" $secret \
    --entrypoint "$first" "$DB_CLIENT" "$@"
}

# Runs one of PostgreSQL's programs as the login. Over a network it must not ask for a password: it would take what stdin
# holds for one.
pg() { # PROGRAM ARGUMENT...
  program=$1
  shift
  if elsewhere; then set -- -w "$@"; fi
  inside "$program" -U "$DB_USER" "$@"
}

# Prints DATABASE as -d takes it: libpq would read a=b or a URL there as a connection string.
target() { # DATABASE
  case $1 in
    *=* | postgres://* | postgresql://*) printf '%s\n' "$1" | sed "s/[\\\\']/\\\\&/g; s/.*/dbname='&'/" ;;
    *) printf '%s\n' "$1" ;;
  esac
}

# psql on DATABASE, fed by stdin; it stops at the first error.
sql() { # DATABASE OPTION...
  database=$(target "$1")
  shift
  pg psql -X -q -v ON_ERROR_STOP=1 -At -d "$database" "$@"
}
admin() { sql "$DB_MAINTENANCE" -v live="$DB_NAME" "$@"; }
live() { sql "$DB_NAME" "$@"; }

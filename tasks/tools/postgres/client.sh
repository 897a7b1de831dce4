# How PostgreSQL's programs are run, for lib.sh: nothing else knows where the server is.
#   DB_CONTAINER    the container that the server runs in
#   DB_NAME         the live database
#   DB_USER         the login, by the socket
#   DB_MAINTENANCE  the database to connect to while the live one is renamed, copied or dropped

# What a step runs tells the server which step it is for: it goes on when its client outside the container ends.
PGAPPNAME=${FAB_ROLLBACK_STEP:-fab-rollback}
# A role or a database may carry settings that would end or block an administrator's session.
PGOPTIONS='-c statement_timeout=0 -c lock_timeout=30s'
PGOPTIONS="$PGOPTIONS -c idle_in_transaction_session_timeout=0 -c default_transaction_read_only=off"
export PGAPPNAME PGOPTIONS LC_ALL=C

# Runs a command where the server and PostgreSQL's own programs are. The values are said: sudo would keep the names back.
inside() { docker exec -i -e PGAPPNAME="$PGAPPNAME" -e PGOPTIONS="$PGOPTIONS" "$DB_CONTAINER" "$@"; }

# Runs one of PostgreSQL's programs as the login.
pg() { # PROGRAM ARGUMENT...
  program=$1
  shift
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

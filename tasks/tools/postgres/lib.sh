# Functions of the scripts that work on PostgreSQL. A script sources it: . "$SCRIPTS/tools/postgres/lib.sh"
# Which server, database and login it is about is said to client.sh.
. "$SCRIPTS/tools/lib.sh"
. "$SCRIPTS/tools/postgres/client.sh"
umask 077

# Runs COMMAND on stdin, or fails with WHAT and the first error it printed.
change() { # WHAT COMMAND...
  what=$1
  shift
  said=$("$@" 2>&1) || fail "$what: $(printf '%s\n' "$said" | first_error)"
}

# Prints what follows "= " in the rows of COMMAND (warnings cannot mix in), or fails as `change` does.
told() { # WHAT COMMAND...
  change "$@"
  printf '%s\n' "$said" | awk 'sub(/^= /, "")'
}
ask() { told 'PostgreSQL did not answer' "$@"; }

# Asks for the state of the server, its disks and COPY (state.sql, room.sql), into $seen.
see() { # COPY
  seen=$(cat "$SCRIPTS/tools/postgres/reads/room.sql" "$SCRIPTS/tools/postgres/reads/state.sql" | ask admin -v copy="$1")
  DB_DATA=$(seen_of data)
  export DB_DATA
}

# Prints what follows KEY in the lines of $seen.
seen_of() { printf '%s\n' "$seen" | sed -n "s/^$1 //p"; } # KEY

# A macro for psql: `:end_sessions` ends the sessions on the databases in the setting fab.ending, an array.
end_sessions() { cat "$SCRIPTS/tools/postgres/sessions/end-sessions.sql"; }

# Allows connections to the live database, INCOMING and OUTGOING, whatever happened to them.
open_up() { # [INCOMING OUTGOING]
  # What a failed step left in the server is ended first: it could refuse them again.
  cat "$SCRIPTS/tools/postgres/sessions/end-step.sql" "$SCRIPTS/tools/postgres/copies/open.sql" \
    | change 'connections may still be refused' admin -v incoming="${1-$DB_NAME}" -v outgoing="${2-$DB_NAME}"
}

reopen() { # [INCOMING OUTGOING]: the same, for `at_exit`
  [ "$code" = 0 ] || PGAPPNAME="$PGAPPNAME ends"
  open_up "$@" || code=1
}

# Reads what df printed: bytes free for data, bytes free for WAL, 1 if that is one disk.
measure() {
  awk 'NR == 2 { free = $4; disk = $1 } NR == 3 { wal = $4; same = ($1 == disk) }
    END { if (NR < 3) exit 1; printf "%.0f %.0f %d\n", free * 1024, wal * 1024, same }'
}

# The disks of the database, as room.sql told of them in $seen (`unknown` where it runs elsewhere), and as they are now, in
# the folder DB_DATA.
room() { if elsewhere; then echo unknown; else seen_of df | measure; fi; }
room_now() {
  inside sh -c 'd=${1:-$PGDATA}; df -Pk "$d" "$d/pg_wal/."' sh "$DB_DATA" </dev/null | measure
}

# Refuses unless BYTES fit, with all the WAL there may be and 10 % free: a full data disk is an error, a full WAL
# disk a server that stays down.
require_room() { # BYTES
  room=$(room) || refuse "the free space on the disk of $DB_CONTAINER cannot be read"
  [ "$room" != unknown ] || return 0
  short=$(printf '%s\n' "$room" | awk -v need="$1" -v wal="$(seen_of wal)" '{
    need = (need + ($3 ? wal : 0)) * 1.1
    if ($1 < need) printf "data %.0f MB, %.0f MB are free", need / 1e6, $1 / 1e6
    else if (!$3 && $2 < wal * 1.1) printf "WAL %.0f MB, %.0f MB are free", wal * 1.1 / 1e6, $2 / 1e6
  }')
  [ -z "$short" ] || refuse "not enough disk in the container: needed for $short"
}

# Functions of the scripts that work on PostgreSQL. A script sources it: . "$SCRIPTS/tools/postgres/lib.sh"
# Which server, database and login it is about is said to client.sh.
set -eu
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
  seen=$(cat "$SCRIPTS/tools/postgres/room.sql" "$SCRIPTS/tools/postgres/state.sql" | ask admin -v copy="$1")
  DB_DATA=$(seen_of data)
  export DB_DATA
}

# Prints what follows KEY in the lines of $seen.
seen_of() { printf '%s\n' "$seen" | sed -n "s/^$1 //p"; } # KEY

# A macro for psql: `:end_sessions` ends the sessions on the databases in the setting fab.ending, an array.
end_sessions() { cat "$SCRIPTS/tools/postgres/end-sessions.sql"; }

# Allows connections to the live database, INCOMING and OUTGOING, whatever happened to them.
open_up() { # [INCOMING OUTGOING]
  # What a failed step left in the server is ended first: it could refuse them again.
  cat "$SCRIPTS/tools/postgres/end-step.sql" "$SCRIPTS/tools/postgres/open.sql" \
    | change 'connections may still be refused' admin -v incoming="${1-$DB_NAME}" -v outgoing="${2-$DB_NAME}"
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

# Learns of FILE what it begins as: $kind, or $reason where it is no dump that can be restored.
kind_of() { # FILE
  kind=unknown reason=""
  if [ -d "$1" ]; then
    if [ -f "$1/toc.dat" ]; then kind=directory; else reason='a folder without the toc.dat of pg_dump -Fd'; fi
    return
  fi
  case $(od -An -tx1 -N8 "$1" | tr -d ' \n') in
    5047444d50*) kind=custom ;;
    1f8b*) kind=gzip ;;
    28b52ffd*) kind=zstd ;;
    fffe* | feff*) reason='UTF-16 text, as a PowerShell redirection writes it' ;;
    '') reason='an empty file' ;;
    746f632e64617400) reason='a tar archive of pg_dump -Ft' ;;
    fd377a585a00*) reason='compressed by xz' ;;
    425a68*) reason='compressed by bzip2' ;;
    04224d18*) reason='compressed by lz4' ;;
    *) kind=plain ;;
  esac
}

bytes_of() { # FILE
  if [ -d "$1" ]; then du -sk "$1" | awk '{ printf "%.0f\n", $1 * 1024 }'; else echo "$(($(wc -c <"$1")))"; fi
}

# Learns of the backup at PATH: $file, $kind, $bytes, $reason.
open_backup() { # PATH
  file=$(at_home "$1")
  [ -r "$file" ] || refuse "there is no readable file $1"
  kind_of "$file"
  bytes=$(bytes_of "$file")
  case $kind in gzip | zstd) ;; *) return ;; esac
  command -v "$kind" >/dev/null || refuse "$kind is not installed on this host"
  # shellcheck disable=SC2034 # inspect.sh reads it
  case $("$kind" -dcq <"$file" 2>/dev/null | od -An -tx1 -N5 | tr -d ' \n') in
    5047444d50) kind=unknown reason='a compressed archive: unpack it first' ;;
  esac
}

# An archive is read by pg_restore, where pg_restore is: it is copied into the folder $staging there, as `archive`.
# What a check that was killed left there goes with the first one a day later.
fill_staging() { # NAME
  staging=$staging_place/fab-rollback-$1
  inside sh -c 'umask 077
    find "${1%/*}"/fab-rollback-check* -prune -mtime +0 -exec rm -rf {} + 2>/dev/null
    rm -rf "$1" && mkdir "$1" && df -Pk "$1"' sh "$staging" </dev/null \
    | awk -v need="$bytes" 'NR == 2 && $4 * 1024 < need * 1.1 { exit 1 }' \
    || refuse 'the archive does not fit into the container'
  if [ -d "$file" ]; then
    tar -cf - -C "$file" . | inside sh -c 'mkdir "$1" && tar -xof - -C "$1"' sh "$staging/archive"
  else
    inside sh -c 'cat >"$1"' sh "$staging/archive" <"$file"
  fi
}
staging=
clean_staging() { [ -z "$staging" ] || inside rm -rf "$staging" </dev/null >/dev/null 2>&1 || :; }

# Prints the backup as SQL; a folder has to be staged.
unpack() {
  case $kind in
    plain) cat "$file" ;;
    gzip | zstd) "$kind" -dcq <"$file" ;;
    custom) inside pg_restore -f - <"$file" ;;
    directory) inside pg_restore -f - "$staging/archive" </dev/null ;;
  esac
}

# Reads a dump as SQL; gawk where there is one: mawk 1.3 needs a second for a line of ten megabytes.
scan() { "$(command -v gawk || echo awk)" -f "$SCRIPTS/tools/postgres/scan.awk"; }

# A sha256 of an archive, or of a folder's files: the same wherever it lies.
DIGEST='export LC_ALL=C
  if [ -d "$1" ]; then cd "$1" && sha256sum *; else sha256sum <"$1"; fi | sha256sum | cut -c1-64'
digest_of_staged() { inside sh -c "$DIGEST" sh "$staging/archive" </dev/null; }

# Opens the backup that a restore is about (the variables of restore.sh), as long as it is the one that was checked.
same_backup() {
  open_backup "$BACKUP"
  : "${KIND:?}" "${WORK:?}"
  [ "$kind ${BYTES:-$bytes}" = "$KIND $bytes" ] || refuse "$BACKUP is not the file that was checked: it changed since"
  work=$(at_home "$WORK")
  mkdir -p "$work"
  export SECTION VERSIONS
}

# Keeps how to create the like of the live database as COPY, and its settings: a restore in place needs both when the
# live database is gone.
describe_live() {
  admin -v to="$COPY" <"$SCRIPTS/tools/postgres/create.sql" >"$work/create.sql.part" \
    || fail 'the live database could not be described'
  { cat "$SCRIPTS/tools/postgres/settings.sql" && echo ';'; } | admin -v to="$COPY" >"$work/settings.sql" \
    || fail 'the settings of the live database could not be read'
  mv "$work/create.sql.part" "$work/create.sql"
}

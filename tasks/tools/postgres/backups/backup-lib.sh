# Functions of the scripts that read backups. A script sources it: . "$SCRIPTS/tools/postgres/backups/backup-lib.sh"
# A backup is a dump (plain SQL, or an archive: custom, tar, directory), perhaps packed, perhaps sealed.
# DECRYPT is the command that opens sealed ones, from its stdin to its stdout; empty: there is none.
. "$SCRIPTS/tools/postgres/lib.sh"

magic() { od -An -v -tx1 -N 264 | tr -d ' \n'; }

bytes_of() { # FILE
  if [ -d "$1" ]; then du -sk "$1" | awk '{ printf "%.0f\n", $1 * 1024 }'; else echo "$(($(wc -c <"$1")))"; fi
}

# What lies there, opened by DECRYPT where it is sealed; and that, unpacked. The code of a pipe is that of its end.
# shellcheck disable=SC2031 # a loop in client.sh has a variable of that name, in a process of its own
stored() { if [ -n "$sealed" ]; then (cd "$HOME" && sh -c "$DECRYPT") <"$file"; else cat "$file"; fi; }
opened() { if [ -n "$packing" ]; then stored | "$packing" -dcq; else stored; fi; }

# Learns of the file or folder $file what it begins as, without opening what is sealed: $sealed, $packing (the program
# that unpacks it), $kind (of what was unpacked), or $reason where it is no dump that can be restored.
look_at() { # MAGIC
  case $1 in
    5047444d50*) kind=custom ;;
    746f632e64617400*) kind=tar ;;
    *7573746172*) reason='a tar archive, but not of pg_dump -Ft: unpack it first' ;;
    1f8b*) packing=gzip ;;
    28b52ffd*) packing=zstd ;;
    fd377a585a00*) packing=xz ;;
    425a68*) packing=bzip2 ;;
    04224d18*) packing=lz4 ;;
    6167652d656e63* | 2d2d2d2d2d424547494e20414745*) sealed=age ;;
    8[4567cdef]* | c[13]* | 2d2d2d2d2d424547494e20504750*) sealed=gpg ;;
    53616c7465645f5f*) sealed=openssl ;;
    fffe* | feff*) reason='UTF-16 text, as a PowerShell redirection writes it' ;;
    '') reason='an empty file' ;;
    *) kind=plain ;;
  esac
}

kind_of() { # FILE
  file=$1 kind=unknown reason='' packing='' sealed=''
  if [ ! -d "$file" ]; then
    look_at "$(magic <"$file")"
  elif [ -f "$file/toc.dat" ]; then
    kind=directory
  else
    reason='a folder without the toc.dat of pg_dump -Fd'
  fi
}

# Learns the same of what is in it.
look_inside() {
  if [ -n "$sealed" ]; then
    [ -n "${DECRYPT-}" ] || { reason="sealed by $sealed: database.backups.decrypt names the command that opens it" && return; }
    look_at "$(stored 2>/dev/null | magic)"
    [ "$reason" != 'an empty file' ] || reason="sealed by $sealed, and not opened: $(stored 2>&1 >/dev/null | first_error)"
  fi
  [ -n "$packing" ] || return 0
  command -v "$packing" >/dev/null || refuse "$packing is not installed on this host"
  look_at "$(opened 2>/dev/null | magic)"
  [ "$reason" != 'an empty file' ] || reason="$packing cannot unpack it: it is damaged or cut off"
  [ "$kind" != plain ] || kind=$packing
}

# Learns of the backup at PATH: $file, $bytes, and what it is.
open_backup() { # PATH
  file=$(at_home "$1")
  [ -r "$file" ] || refuse "there is no readable file $1"
  kind_of "$file"
  bytes=$(bytes_of "$file")
  look_inside
}

archive() { case $kind in custom | directory | tar) true ;; *) false ;; esac }

# Whether pg_restore cannot read it from a pipe as it lies there: it then has to be staged.
laid_out() { case $kind in directory | tar) true ;; custom) [ -n "$packing$sealed" ] ;; *) false ;; esac }

# An archive is read by pg_restore, where pg_restore is: it is copied into the folder $staging there, as `archive`.
# What a check that was killed left there goes with the first one a day later.
fill_staging() { # NAME
  staging=$staging_place/fab-rollback-$1
  size=$bytes
  [ -z "$packing" ] || size=$(opened 2>/dev/null | wc -c)
  inside sh -c 'umask 077
    find "${1%/*}"/fab-rollback-check* -prune -mtime +0 -exec rm -rf {} + 2>/dev/null
    rm -rf "$1" && mkdir "$1" && df -Pk "$1"' sh "$staging" </dev/null \
    | awk -v need="$size" 'NR == 2 && $4 * 1024 < need * 1.1 { exit 1 }' \
    || refuse 'the archive does not fit into the container'
  if [ -d "$file" ]; then
    tar -cf - -C "$file" . | inside sh -c 'mkdir "$1" && tar -xof - -C "$1"' sh "$staging/archive"
  else
    opened 2>/dev/null | inside sh -c 'cat >"$1"' sh "$staging/archive"
  fi
}
staging=
clean_staging() { [ -z "$staging" ] || inside rm -rf "$staging" </dev/null >/dev/null 2>&1 || :; }

# Runs pg_restore on an archive, as it lies there or is staged.
pg_restore_of() { # OPTION...
  if laid_out; then inside pg_restore "$@" "$staging/archive" </dev/null; else inside pg_restore "$@" <"$file"; fi
}

# Prints the backup as SQL.
unpack() { if archive; then pg_restore_of -f -; else opened; fi; }

# Reads a dump as SQL; gawk where there is one: mawk 1.3 needs a second for a line of ten megabytes.
scan() { "$(command -v gawk || echo awk)" -f "$SCRIPTS/tools/postgres/backups/scan.awk"; }

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
  admin -v to="$COPY" <"$SCRIPTS/tools/postgres/copies/create.sql" >"$work/create.sql.part" \
    || fail 'the live database could not be described'
  { cat "$SCRIPTS/tools/postgres/copies/settings.sql" && echo ';'; } | admin -v to="$COPY" >"$work/settings.sql" \
    || fail 'the settings of the live database could not be read'
  mv "$work/create.sql.part" "$work/create.sql"
}

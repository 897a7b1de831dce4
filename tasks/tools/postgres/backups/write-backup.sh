# Dumps the live database to PATH on the host, with PATH.sha256 beside it, and reads it once more, as anybody would find
# it: write-backup.sh PATH FORM
# FORM is directory (parallel, compressed lightly: the fastest; made where pg_dump runs, and fetched), custom, plain,
# gzip or zstd (streamed). The name appears only once the dump was read back; where both files are there nothing is
# written. Sessions may go on meanwhile. REPORTS and VERSIONS are those of inspect.sh. Prints `PROGRESS` lines.
. "$SCRIPTS/tools/postgres/backups/backup-lib.sh"
path=$1 form=$2
final=$(at_home "$path")
part=$final.part

# A migration that holds a table would keep pg_dump waiting for ever.
dump() { pg pg_dump --lock-wait-timeout=30s "$@" -d "$(target "$DB_NAME")" </dev/null; } # OPTION...

to_part() { dump "$@" >"$part"; } # OPTION...

# A pipe has the exit code of its end: a dump that failed is told by its missing last line.
to_zstd() {
  dump -Fp 2>"$part.err" | zstd -q -c >"$part"
  zstd -dcq <"$part" | whole || { cat "$part.err" && rm "$part.err" && return 1; }
  rm "$part.err"
}

whole() { tail -c 600 | awk '/^-- PostgreSQL database dump complete/ { found = 1 } END { exit !found }'; }

read_back() { # COMMAND...: unpacks it
  "$@" <"$part" | whole || fail 'the dump has no last line: it is cut off'
}

to_directory() {
  require_room "$size"
  staging=$staging_place/fab-rollback-dump-$(basename "$path")
  clean_staging
  change 'pg_dump failed' inside sh -c 'umask 077; mkdir "$1"' sh "$staging" </dev/null
  change 'pg_dump failed' dump -Fd -j2 -Z1 -f "$staging/dump"
  mkdir "$part"
  inside tar -cf - -C "$staging/dump" . </dev/null | tar -xof - -C "$part"
  there=$(inside sh -c 'cd "$1" && sha256sum *' sh "$staging/dump" </dev/null)
  sums=$(cd "$part" && sha256sum ./* | sed 's,  \./,  ,')
  [ -n "$sums" ] && [ "$sums" = "$there" ] || fail 'the dump on the host is not the one in the container'
  change 'the dump cannot be read back' inside pg_restore -f /dev/null "$staging/dump" </dev/null
}

to_file() {
  case $form in
    custom)
      change 'pg_dump failed' to_part -Fc -Z1
      change 'the dump cannot be read back' inside pg_restore -f /dev/null <"$part"
      ;;
    plain) change 'pg_dump failed' to_part -Fp && read_back cat ;;
    gzip) change 'pg_dump failed' to_part -Fp -Z1 && read_back gzip -dcq ;;
    zstd) change 'pg_dump failed' to_zstd && read_back zstd -dcq ;;
  esac
  sums="$(sha256sum <"$part" | awk '{ print $1 }')  $(basename "$final")"
}

write() {
  [ ! -e "$final" ] || refuse "$path is there already, without its checksum: nothing was written"
  [ "$form" != zstd ] || command -v zstd >/dev/null || refuse 'zstd is not installed on the host: choose another --format'
  see "$DB_NAME"
  size=$(seen_of size)
  [ -n "$size" ] || refuse "there is no database $DB_NAME"
  [ "$form" != custom ] || size=$(sql "$DB_NAME" <"$SCRIPTS/tools/postgres/reads/tables-size.sql")
  mkdir -p "$(dirname "$final")"
  rm -rf "$part"
  df -Pk "$(dirname "$final")" | awk -v need="$size" 'NR == 2 && $4 * 1024 < need * 1.1 { exit 1 }' \
    || refuse 'not enough disk on the host: the dump may need as much as the database'
  if [ "$form" = directory ]; then to_directory; else to_file; fi
  sync
  printf '%s\n' "$sums" >"$final.sha256.part"
  [ -e "$part" ] || fail 'pg_dump left no dump'
  mv "$final.sha256.part" "$final.sha256"
  mv "$part" "$final"
}

grow() {
  while sleep 2 >/dev/null 2>&1; do # it outlives the loop, which is killed: nobody waits for what it prints
    grown=$(wc -c 2>/dev/null <"$part") && echo "PROGRESS bytes $((grown)) 0" || :
  done
}

finish() {
  kill "$watcher" 2>/dev/null || :
  clean_staging
}

grow &
watcher=$!
at_exit finish
[ -e "$final" ] && [ -e "$final.sha256" ] || write
kill "$watcher" 2>/dev/null || :

report=$(sh "$SCRIPTS/tools/postgres/backups/inspect.sh" "$path")
printf '%s\n' "$report" | awk -F '\t' '{ seen[$1] = $2 } END { exit !(seen["CHECKSUM"] == "ok" &&
  seen["COMPLETE"] == 1 && !("UNREADABLE" in seen) && !("REASON" in seen)) }' \
  || fail "$path was written, but it is not whole when it is read back: do not rely on it"
printf '%s\n' "$report" | awk -F '\t' '$1 == "ROWS" { tables++; rows += $4 } $1 == "REVISION" { at = at " " $3 }
  END { printf "verified: %d tables, %.0f rows%s\n", tables, rows, (at == "" ? "" : ", revision" at) }'

# Dumps the live database to PATH on the host, with PATH.sha256 beside it: dump.sh PATH FORM
# FORM is directory (parallel, compressed lightly: the fastest; made where pg_dump runs, and fetched), custom, plain,
# gzip or zstd (streamed). The name appears only once the dump was read back. Where both files are there nothing is
# changed. Sessions may go on meanwhile.
set -eu
. "$SCRIPTS/tools/postgres/lib.sh"
path=$1 form=$2
final=$(at_home "$path")
part=$final.part
dumped="$path is a dump of $DB_NAME"

# A migration that holds a table would keep pg_dump waiting for ever.
dump() { pg pg_dump --lock-wait-timeout=30s "$@" -d "$(target "$DB_NAME")" </dev/null; } # OPTION...

whole() { tail -c 600 | awk '/^-- PostgreSQL database dump complete/ { found = 1 } END { exit !found }'; }

directory() {
  require_room "$size"
  staging=/tmp/fab-rollback-dump-$(basename "$path")
  at_exit clean_staging
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

stream() { # OPTION...
  dump "$@" >"$part"
}

# A pipe has the exit code of its end: a dump that failed is told by its missing last line.
packed() {
  dump -Fp 2>"$part.err" | zstd -q -c >"$part"
  zstd -dcq <"$part" | whole || { cat "$part.err" && rm "$part.err" && return 1; }
  rm "$part.err"
}

read_back() { # COMMAND...: unpacks it
  "$@" <"$part" | whole || fail 'the dump has no last line: it is cut off'
}

one_file() {
  case $form in
    custom)
      change 'pg_dump failed' stream -Fc -Z1
      change 'the dump cannot be read back' inside pg_restore -f /dev/null <"$part"
      ;;
    plain) change 'pg_dump failed' stream -Fp && read_back cat ;;
    gzip) change 'pg_dump failed' stream -Fp -Z1 && read_back gzip -dcq ;;
    zstd) change 'pg_dump failed' packed && read_back zstd -dcq ;;
  esac
  sums="$(sha256sum <"$part" | awk '{ print $1 }')  $(basename "$final")"
}

if [ -e "$final" ] && [ -e "$final.sha256" ]; then
  echo "$dumped"
  exit 0
fi
[ ! -e "$final" ] || refuse "$path is there already, without its checksum: nothing was written"
[ "$form" != zstd ] || command -v zstd >/dev/null || refuse 'zstd is not installed on the host: choose another --format'
see "$DB_NAME"
size=$(seen_of size)
[ -n "$size" ] || refuse "there is no database $DB_NAME"
[ "$form" != custom ] || size=$(sql "$DB_NAME" <"$SCRIPTS/tools/postgres/tables_size.sql")
mkdir -p "$(dirname "$final")"
rm -rf "$part"
df -Pk "$(dirname "$final")" | awk -v need="$size" 'NR == 2 && $4 * 1024 < need * 1.1 { exit 1 }' \
  || refuse 'not enough disk on the host: the dump may need as much as the database'
if [ "$form" = directory ]; then directory; else one_file; fi
sync
printf '%s\n' "$sums" >"$final.sha256.part"
[ -e "$part" ] || fail 'pg_dump left no dump'
mv "$final.sha256.part" "$final.sha256"
mv "$part" "$final"
echo "$dumped"

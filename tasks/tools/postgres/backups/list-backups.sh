# Prints what lies in FOLDER and below it: list-backups.sh FOLDER REPORTS
# Tab-separated lines:
#   OTHER NAME                        a database of the server
#   FOREIGN OWNER MODIFIED NAME    what the login may not read
#   ELSEWHERE LINE                    what the command LIST printed, where there is one; BROKEN WHY where it failed
#   BACKUP BYTES MODIFIED KIND SUM DATABASE NAME    SUM: which checksum lies beside it; DATABASE: what an archive says
# and after a BACKUP what its last check found, which lies in REPORTS; or, of a file that was never checked, the revision
# in it, as far as it can be read in a few seconds (not with QUICK); and FETCHED, if fetch-backup.sh brought it. DB_CONTAINER and PGHOST may be empty. The newest come first; a
# file with several names has the longest, and a link's only where its file lies elsewhere.
. "$SCRIPTS/tools/postgres/backups/backup-lib.sh"
folder=$(at_home "$1") reports=$(at_home "$2")
tab=$(printf '\t')

revision_in() { # KIND FILE
  [ "$(date +%s)" -lt "$until" ] && [ -z "${QUICK-}" ] || return 0
  case $1 in
    plain) timeout 5 cat "$2" ;;
    gzip | zstd | xz | bzip2 | lz4) timeout 5 "$1" -dcq <"$2" ;;
    custom) [ -z "$DB_CONTAINER$PGHOST" ] || inside timeout 5 pg_restore -a -t alembic_version -f - <"$2" ;;
  esac 2>/dev/null | awk '
    /^COPY .*alembic_version"? \(/ { on = 1; next }
    on && $0 == "\\." { exit }
    on { print "REVISION\t" $0 }'
}

# The database that the head of an archive names: after sizes, the compression and seven numbers.
database_of() { # FILE AT
  od -An -v -tu1 -j "$2" -N 256 "$1" | awk '{ for (i = 1; i <= NF; i++) byte[n++] = $i }
    END {
      size = byte[8]
      at = 11 + (byte[6] >= 15 ? 1 : size + 1) + 7 * (size + 1)
      for (i = 0; i < byte[at + 1] && i < 64; i++) printf "%c", byte[at + 1 + size + i]
    }'
}

named() {
  case $kind in
    custom) database_of "$file" 0 ;;
    tar) database_of "$file" 512 ;;
    directory) database_of "$file/toc.dat" 0 ;;
  esac | tr -d '[:cntrl:]'
}

sum_beside() { for sum in sha256 sha512 sha1 md5; do [ ! -e "$file.$sum" ] || { echo "$sum" && return; }; done; }

# Prints time and name of files and folders, each once.
files() {
  {
    find . -type l -printf 'LINK\t%P\n'
    find -L . -maxdepth 6 \( -name '.?*' -o -name '*[[:cntrl:]]*' -o -path ./fetched \) -prune \
      -o -type d \( ! -readable -o ! -executable \) -printf 'FOREIGN\t%u\t%T@\t%P\n' -prune \
      -o -type d -exec test -e '{}/toc.dat' ';' -printf '%D:%i\t%T@\t%P\n' -prune \
      -o -type f ! -readable -printf 'FOREIGN\t%u\t%T@\t%P\n' -o -type f -printf '%D:%i\t%T@\t%P\n'
  } 2>/dev/null | awk -F '\t' '
    $1 == "LINK" { link[$2]; next }
    $1 == "FOREIGN" { sub(/\..*/, "", $3); print "0\t" $1 "\t" $2 "\t" $3 "\t" $4; next }
    { n = split($3, part, "/"); good = length(part[n]) - 1000 * ($3 in link) }
    !($1 in best) || good > best[$1] { best[$1] = good; line[$1] = $2 "\t" $3 }
    END { for (id in line) print line[id] }' | sort -rn
}

is_none() { # NAME: whether it is a checksum, a part, a log, or what belongs to no database
  case ${1##*/} in
    *.sha256 | *.sha512 | *.sha1 | *.md5 | *.sha256sum | *.md5sum | *SUMS | *.part | *.part.err | *.tmp | *.log) true ;;
    *globals* | *GLOBALS*) true ;;
    *.sql | *.sql.* | *.dump | *.dump.* | *.dmp | *.dmp.* | *.backup | *.bak | *.pgdump | *.gpg | *.age | *.tar) false ;;
    *) [ "$kind" = plain ] && ! head -c 4096 "$file" | grep -qa 'PostgreSQL database' ;;
  esac
}

listed_elsewhere() {
  said=$(sh -c "$LIST" 2>&1 >"$SCRIPTS/listed" </dev/null) || { printf 'BROKEN\t%s\n' "$(printf '%s\n' "$said" | first_error)" && return; }
  tr '\t' ' ' <"$SCRIPTS/listed" | sed '/[[:cntrl:]]/d; s/^/ELSEWHERE\t/'
}

[ -z "$DB_CONTAINER$PGHOST" ] \
  || echo "SELECT 'OTHER' || chr(9) || datname FROM pg_database WHERE datname !~ '[[:cntrl:]]';" | admin 2>/dev/null || :
[ -z "${LIST-}" ] || listed_elsewhere
cd "$folder" 2>/dev/null || exit 0
until=$(($(date +%s) + 20))
files | while IFS="$tab" read -r modified name; do
  if [ "$modified" = 0 ]; then
    printf '%s\n' "$name"
    continue
  fi
  modified=${modified%.*}
  kind_of "./$name"
  ! is_none "$name" || continue
  bytes=$(bytes_of "$file") || continue # gone meanwhile
  says=$(named) known=$reports/${name##*/}.$bytes.$modified
  [ "$kind" != unknown ] || kind=${sealed:-${packing:-unknown}}
  printf 'BACKUP\t%s\t%s\t%s\t%s\t%s\t%s\n' "$bytes" "$modified" "$kind" "$(sum_beside)" "$says" "$name"
  if [ -f "$known" ]; then cat "$known"; else revision_in "$kind" "$file"; fi
  cat "$known.restored" 2>/dev/null || :
  [ ! -f "$known.fetched" ] || [ "$(cat "$known.fetched")" != "$(realpath "./$name")" ] || echo FETCHED
done

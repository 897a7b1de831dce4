# Loads a backup into the empty database COPY, and watches the disk meanwhile. The variables are those of restore.sh; an
# archive is staged already, unless BY_SQL has it loaded as one stream; FIRST is a file of SQL that empties COPY before;
# DB_DATA is where the data lie. What the file holds by table is written to WORK/report, for compare.sh. With TIMESCALE,
# TimescaleDB is told before and after, in the transaction of the load: of one that fails nothing of that stays, either.
. "$SCRIPTS/tools/postgres/backups/backup-lib.sh"
same_backup
staging=$staging_place/fab-rollback-$RUN
low=268435456 # bytes free below which a load is ended: a full WAL disk stops the server
nonce=$(od -An -tx1 -N16 /dev/urandom | tr -d ' \n')
exec 5>&1

watch_room() {
  ! elsewhere || return 0
  while sleep 2 >/dev/null 2>&1; do # it outlives the loop, which is killed: nobody waits for what it prints
    room_now | awk -v low="$low" '{ exit !($1 < low || $2 < low) }' || continue
    : >"$work/full"
    echo "SELECT set_config('fab.ending', ARRAY[:'copy']::text, false) AS ending \\gset
      :end_sessions" | admin -v copy="$COPY" -v end_sessions="$(end_sessions)" || :
  done
}

stop_watching() { kill "$watcher" 2>/dev/null || :; }

timescale() { # pre, or post: its functions are where it was made; what a dump leaves as search_path leads nowhere
  [ -z "${TIMESCALE-}" ] || echo "SELECT set_config('search_path', extnamespace::regnamespace::text, true)
    FROM pg_extension WHERE extname = 'timescaledb'; SELECT timescaledb_$1_restore();"
}

read_backup() { unpack 2>"$work/unpack.err" || : >"$work/unreadable"; }

# The server needs no commands that it is too old to know; psql no line it would stop at.
# COMMIT is sent only after the last byte of a whole file, and is proven by the nonce behind it.
load_sql() {
  printf '\\restrict x\n\\unrestrict x\n' | admin >/dev/null 2>&1 || export OLD_PSQL=1
  export EMIT=1 TOTAL="$SQL_BYTES"
  {
    echo 'BEGIN;'
    [ -z "${FIRST-}" ] || cat "$FIRST"
    [ -z "${TIMESCALE-}" ] || echo 'CREATE EXTENSION IF NOT EXISTS timescaledb;'
    timescale pre
    read_backup | scan 2>"$work/scan.err" && [ ! -e "$work/unreadable" ] \
      && timescale post \
      && printf 'COMMIT;\n\\echo RESTORE_OK_%s\n' "$nonce"
  } | sql "$COPY" >"$work/out" 2>"$work/load.err" || :
  [ "$(tail -n 1 "$work/out")" = "RESTORE_OK_$nonce" ]
}

# What a check read of the very same bytes needs no second reading beside the load.
counted() {
  known=$(at_home "${REPORTS?}")/$(basename "$file").$bytes.$(stat -c %Y "$file")
  digest=$(awk -F '\t' '$1 == "DIGEST" { digest = $2 } $1 == "COMPLETE" { whole = $2 } $1 == "UNREADABLE" { bad = 1 }
    END { if (whole == 1 && !bad) print digest }' "$known" 2>/dev/null) || return 1
  [ -n "$digest" ] && [ "$digest" = "$(digest_of_staged 2>/dev/null)" ] \
    && awk -F '\t' '$1 == "ROWS" || $1 == "REVISION"' "$known" >"$work/report"
}

load_archive() {
  { counted || read_backup | scan 2>"$work/scan.err"; } &
  counting=$!
  set -- -e -v
  [ "$kind" = tar ] || set -- "$@" -j2 # which it cannot read in parallel
  [ -z "${NO_OWNERS-}" ] || set -- "$@" --no-owner --no-privileges
  { pg pg_restore "$@" -d "$(target "$COPY")" "$staging/archive" </dev/null 2>&1 && : >"$work/out"; } \
    | tee "$work/load.err" \
    | awk 'sub(/.*: processing data for table "/, "PROGRESS table ") { sub(/"$/, ""); print; fflush() }' >&5
  wait "$counting" && [ -e "$work/out" ] && [ ! -e "$work/unreadable" ]
}

load() {
  if archive && [ -z "${BY_SQL-}" ]; then load_archive; else load_sql; fi
}

why_not() {
  [ ! -e "$work/full" ] || fail "the disk of the database ran full: $COPY was not loaded, nothing else was touched"
  [ ! -e "$work/unreadable" ] || fail 'the backup cannot be read to its end: it is damaged or cut off'
  [ ! -s "$work/scan.err" ] || fail "the backup holds what may not run: $(first_error <"$work/scan.err")"
  fail "the backup could not be loaded: $(first_error <"$work/load.err")"
}

rm -f "$work/out" "$work/report" "$work/unreadable" "$work/full" "$work"/*.err
export REPORT='cat >"$WORK_REPORT"' WORK_REPORT="$work/report"
watch_room >/dev/null 2>&1 5>&- &
watcher=$!
at_exit stop_watching
load || why_not

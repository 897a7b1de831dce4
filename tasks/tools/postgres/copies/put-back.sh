# Puts the snapshot of a run back after a migration that failed: put-back.sh SNAP OLD DUMP
# The clone SNAP is swapped in; a DUMP is restored beside and swapped in, or loaded into the database itself where the
# login may keep no copy; where that cannot be, the command BY_HAND is named that brings it back. The failed state stays
# as OLD; what an earlier try of the same run left there gives way. The other variables are those of restore.sh. It tells,
# on stderr, what became of the data, and ends 1 where they are not back.
. "$SCRIPTS/tools/postgres/lib.sh"
snap=$1 old=$2 dump_path=$3
dump=$(at_home "$dump_path")
used=${dump_path%.dump}-restored.dump
failed="$old holds the failed state"

snapshot_is_there() {
  see "$snap"
  [ "$(seen_of copy)" = 1 ] || fail "the snapshot $snap is gone"
}

swap_in() { # NAME
  sh "$SCRIPTS/tools/postgres/copies/drop-copy.sh" "$old" >/dev/null && sh "$SCRIPTS/tools/postgres/copies/swap.sh" "$1" "$old"
}

same_bytes() { [ "$(sha256sum <"$dump" | cut -c1-64)" = "$(cut -c1-64 "$dump.sha256")" ]; }

# Nobody has read the dump: whether it is one of TimescaleDB is asked of the database.
restore_by() { # SCRIPT
  TIMESCALE=$(echo "SELECT '= 1' FROM pg_extension WHERE extname = 'timescaledb';" | ask live) || TIMESCALE=
  export TIMESCALE BY_SQL="$TIMESCALE"
  BACKUP=$dump_path KIND=custom BYTES='' SQL_BYTES=0 SECTION='' sh "$1"
}

restore_dump() {
  if (see "$snap" && [ "$(seen_of beside)" = false ]); then
    how="loaded into $DB_NAME itself"
    restore_by "$SCRIPTS/tools/postgres/restore/load-same.sh"
  else
    how="restored and swapped in, $failed"
    restore_by "$SCRIPTS/tools/postgres/restore/restore.sh" && swap_in "$COPY"
  fi
}

if [ ! -e "$dump" ] || [ ! -e "$dump.sha256" ]; then
  if (snapshot_is_there) && swap_in "$snap"; then
    echo "the migration failed; the snapshot was swapped back, $failed" >&2
    exit 0
  fi
  fail "the migration failed, and $snap could not be swapped back"
fi
if same_bytes && restore_dump; then
  # The checksum gives way first: a cut between the two must not leave one that stands for no file.
  mv "$dump.sha256" "$(at_home "$used").sha256"
  mv "$dump" "$(at_home "$used")"
  echo "the migration failed; its dump was $how; it lies in $used now" >&2
  exit 0
fi
fail "the migration failed; the data as they were are in $dump_path, which was not restored: $BY_HAND"

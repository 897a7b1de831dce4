# Writes the schema of the database into FILE as sorted text, a line for each thing: schema-text.sh FILE; see schema.awk.
. "$SCRIPTS/tools/postgres/lib.sh"
pg pg_dump -s -O -x --no-comments --no-tablespaces --no-publications --no-subscriptions -N '_timescaledb*' \
  -d "$(target "$DB_NAME")" </dev/null >"$1.dump"
awk -f "$SCRIPTS/tools/postgres/scratch/schema.awk" "$1.dump" | sort >"$1"
rm "$1.dump"

# Keeps the schema of the database as text in the file KNOWN, as that of a release, and prints a fingerprint of it. The other
# variables are those of lib.sh about the database.
. "$SCRIPTS/tools/alembic/lib.sh"
find_server
export DB_CONTAINER
mkdir -p "$(dirname "$KNOWN")"
sh "$SCRIPTS/tools/postgres/scratch/schema-text.sh" "$KNOWN.new"
mv "$KNOWN.new" "$KNOWN"
sha256sum <"$KNOWN" | cut -c1-16

# Prints `SECONDS NAME` for those of the files that compose reads that are there: when each was changed.
. "$SCRIPTS/tools/compose/lib.sh"
printf '%s\n' "$COMPOSE_FILES" "${ENV_FILES:-${FOLDER:+$FOLDER/}.env}" | while IFS= read -r file; do
  [ ! -f "$file" ] || stat -c '%Y %n' "$file"
done

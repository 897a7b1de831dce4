# Prints `SECONDS NAME` for those of the files that are there: when each was changed. Arguments: FILE..., from the checkout.
. "$SCRIPTS/tools/compose/lib.sh"
for file; do
  [ ! -f "$file" ] || stat -c '%Y %n' "$file"
done

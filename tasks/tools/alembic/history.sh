# Runs in a container of an image: prints the migrations as the Alembic there has them, then the source of each in
# base64, in the same order, and a line `end`: history.sh WORD...
# The words start alembic. Exit code: alembic's own, where it cannot tell.
set -eu
found=$("$@" history --verbose)
printf '%s\n' "$found"
printf '%s\n' "$found" | sed -n 's/^Path: //p' | while IFS= read -r path; do
  printf 'Source: %s\n' "$(base64 <"$path" | tr -d '\n')"
done
echo end

# Prints the services whose containers have an alembic.ini where their programs begin; nothing is started in them.
# CONTAINERS are lines `SERVICE ID FOLDER`. Exit code: 0.
. "$SCRIPTS/tools/lib.sh"
printf '%s\n' "$CONTAINERS" | while read -r service id folder; do
  ! docker cp "$id:${folder%/}/alembic.ini" - >/dev/null 2>&1 || printf '%s\n' "$service"
done

# Moves the schema by alembic, or by the operator's SQL, and proves where it leads: move.sh DIRECTION MOVE...
# DIRECTION is downgrade or upgrade, MOVE what one call of alembic is given as its revision. Where the heads are there
# already, nothing is run. The fixed name of the container makes two at once impossible.
. "$SCRIPTS/tools/alembic/lib.sh"
direction=$1
shift

# psql in the server's container goes on when its client outside ends, as far as COMMIT.
unsure='whether the SQL still runs in the server is not known: it could not be ended there'
tidy() {
  rm -f "$given" "$given.yml"
  if [ "$code" != 0 ] && [ -n "$OVERRIDE" ]; then
    PGAPPNAME="$PGAPPNAME ends"
    live <"$SCRIPTS/tools/postgres/sessions/end-step.sql" >/dev/null 2>&1 || printf '%s\n' "$unsure" >&2
  fi
}

look
find_server
container=$CONTAINERS-rollback-$ALEMBIC_SERVICE
docker rm -f "$container" >/dev/null 2>&1 &
read_heads
if arrived; then exit 0; fi
learn_service networked
wait
for move; do
  if [ -n "$OVERRIDE" ] && [ "$move" = "$OVERRIDE_TO" ]; then override; else alembic "$direction" "$move"; fi
done
read_heads
arrived || fail "the database is at $(in_a_line "${heads:-base}"), not at $(in_a_line "${HEADS:-base}")"

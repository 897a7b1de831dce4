# Prints the version of the compose that would run, or where it is; fails where it is not there.
# Variables: those of lib.sh.
. "$SCRIPTS/tools/compose/lib.sh"
settle_command
case $COMPOSE_COMMAND in
  docker-compose) command -v docker-compose || fail 'docker-compose: not found' ;;
  *) docker compose version --short ;;
esac

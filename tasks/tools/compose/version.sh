# Prints the version of the compose that would run, or where it is; fails where it is not there.
# Variable: COMPOSE_COMMAND.
. "$SCRIPTS/tools/lib.sh"
case $COMPOSE_COMMAND in
  docker-compose) command -v docker-compose || fail 'docker-compose: not found' ;;
  auto) command -v docker-compose || docker compose version --short ;;
  *) docker compose version --short ;;
esac

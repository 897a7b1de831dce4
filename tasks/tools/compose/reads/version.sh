# Prints the version of the compose that would run, or where it is; fails where it is not there.
# Argument: [number], then it is the version in any case, for which v1 takes half a second. Variables: those of lib.sh.
. "$SCRIPTS/tools/compose/lib.sh"
settle_command
case $COMPOSE_COMMAND in
  docker-compose)
    place=$(command -v docker-compose) || fail 'docker-compose: not found'
    if [ -n "${1-}" ]; then docker-compose version --short; else printf '%s\n' "$place"; fi
    ;;
  *) plugin_version ;;
esac

# What a drill beside makes, as a compose project of its own. A script sources it after tools/compose/lib.sh, told RUN:
# . "$SCRIPTS/tools/alembic/copy-lib.sh"
twin=fab-rollback-drill-$RUN

of_copy() { # DOCKER-WORD...: ids of what has its project's label
  docker "$@" -q --filter "label=${label:?}.project=$twin"
}

left_of_copy() {
  of_copy ps -a
  of_copy volume ls
  docker ps -aq --filter "name=^$twin"
  docker network ls -q --filter "name=^$twin"
}

remove_copy() {
  # shellcheck disable=SC2046 # ids, one word each
  {
    set -- $(of_copy ps -a) $(docker ps -aq --filter "name=^$twin")
    [ $# = 0 ] || docker rm -fv "$@" >/dev/null 2>&1 || :
    set -- $(of_copy volume ls)
    [ $# = 0 ] || docker volume rm -f "$@" >/dev/null 2>&1 || :
  }
  docker network rm "$twin" >/dev/null 2>&1 || :
}

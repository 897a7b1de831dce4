# Prints the migrations of commits as the Alembic in an image of each has them: read-images.sh COMMIT...
# HEAD is asked in the image and with the volumes of the service's container, unless that was made of another commit;
# any commit in an image that is labelled or tagged with it. No network is there. Prints a line `commit COMMIT`, and what
# history.sh printed; nothing more where no image can tell. The variables are those of lib.sh.
. "$SCRIPTS/tools/alembic/lib.sh"
revision=org.opencontainers.image.revision

ask_image() { # IMAGE OPTION...
  image=$1
  shift
  # shellcheck disable=SC2086 # the words of a command
  docker run --rm --network none "$@" --entrypoint sh "$image" -c "$(cat "$SCRIPTS/tools/alembic/history.sh")" \
    sh $ALEMBIC_COMMAND
}

ask_service() { # SHA
  [ "$(git rev-parse HEAD)" = "$1" ] && copyable || return 1
  labelled=$(docker inspect -f "{{index .Config.Labels \"$revision\"}}" "$app")
  [ "${labelled:-$1}" = "$1" ] || return 1
  ask_image "$made_of" --volumes-from "$app" --env-file "$given" ${folder:+-w "$folder"} \
    ${login:+-u "$login"}
}

images() { # SHA
  docker images -q --no-trunc --filter "label=$revision=$1"
  docker images --format '{{.ID}} {{.Tag}}' --no-trunc | sed -n "s/ $1\$//p"
}

tell() { # SHA
  if found=$(ask_service "$1"); then
    printf '%s\n' "$found"
    return
  fi
  for image in $(images "$1" | awk '!seen[$0]++'); do
    ! found=$(ask_image "$image") || { printf '%s\n' "$found" && return; }
  done
}

learn_service
for commit; do
  printf 'commit %s\n' "$commit"
  ! sha=$(git rev-parse --verify -q "$commit^{commit}") || tell "$sha"
done

# Prints the names of the containers of this checkout that were started by `compose run`, and still run.
. "$SCRIPTS/tools/compose/lib.sh"
docker ps --filter "label=$label.oneoff=True" --format "{{.Label \"$label.project.working_dir\"}}	{{.Names}}" \
  | real=$(pwd -P) said=$(pwd -L) awk -F '\t' '$1 == ENVIRON["real"] || $1 == ENVIRON["said"] { print $2 }'

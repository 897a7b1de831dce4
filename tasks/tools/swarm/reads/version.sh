# Prints the version of the docker that deploys stacks. Argument: [number], which it is in any case.
. "$SCRIPTS/tools/compose/lib.sh"
docker stack config --help >/dev/null 2>&1 || fail 'docker stack config: this docker does not know it (it came with 23.0)'
docker version -f '{{.Client.Version}}'

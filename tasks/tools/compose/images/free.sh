# Prints, as `df -Pk` does, the room where the checkout and the engine's data lie. Variable: APP.
. "$SCRIPTS/tools/lib.sh"
root=$(docker info -f '{{.DockerRootDir}}' 2>/dev/null) || root=
df -Pk "$APP" "${root:-/}" || df -Pk "$APP" /

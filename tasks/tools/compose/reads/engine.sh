# Prints the version of the Docker engine; fails, and says so, where it does not answer in 10 seconds.
set -eu
timeout 10 ${DOCKER_SUDO:+sudo -n} docker version --format '{{.Server.Version}}' || {
  [ $? != 124 ] || echo 'no answer in 10 s: is the docker daemon running?' >&2
  exit 1
}

# Prints what compose made on this host, whatever project it is of, as projects.awk leaves it: `home FOLDER`, the
# login's home, as it is spelt; `sudo` where Docker is for `sudo -n` only; then for every lasting container the line
# `container JSON`, and what environment, health check and labels tell of a database and of addresses.
# Exit codes: 0, or 1 where Docker does not answer.
. "$SCRIPTS/tools/lib.sh"
printf 'home %s\n' "$HOME" "$(cd && pwd -P)"
said=$(docker ps -q 2>&1 >/dev/null) || {
  DOCKER_SUDO=yes
  docker ps -q >/dev/null 2>&1 || fail "$(printf '%s\n' "$said" | first_error)"
  echo sudo
}
# `index` asks for keys that a container may not have: by their names, a template would fail there.
label=com.docker.compose
all=$(docker ps -aq --no-trunc --filter "label=$label.project" --filter "label=$label.oneoff=False")
[ -n "$all" ] || exit 0
about='container {"id":{{json .Id}},"name":{{json .Name}},"image":{{json .Config.Image}}'
for key in project service project.working_dir; do
  about="$about,\"${key##*.}\":{{json (index .Config.Labels \"$label.$key\")}}"
done
about="$about"',"status":{{json .State.Status}},"code":{{json .State.ExitCode}},"folder":{{json .Config.WorkingDir}}'
about="$about"',"ports":{{json .NetworkSettings.Ports}}'
about="$about"',"bindings":{{json .HostConfig.PortBindings}},"exposed":{{json (index .Config "ExposedPorts")}}'
about="$about"',"hostname":{{json .Config.Hostname}},"networks":{{json .NetworkSettings.Networks}}'
about="$about"',"hosts":{{json .HostConfig.ExtraHosts}},"mounts":{{json .Mounts}}}{{println}}'
about="$about"'{{range .Config.Env}}env {{json .}}{{println}}{{end}}'
about="$about"'{{with index .Config "Healthcheck"}}check {{json .Test}}{{println}}{{end}}'
about="$about"'{{range $key, $value := .Config.Labels}}label {{json $key}} {{json $value}}{{println}}{{end}}'
# shellcheck disable=SC2086 # ids, one word each
told=$(docker inspect -f "$about" $all)
printf '%s\n' "$told" | awk -f "$SCRIPTS/tools/compose/reads/projects.awk"

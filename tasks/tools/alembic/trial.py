"""The target's image tried on the downgraded clone: started in the rehearsal's network, and asked for its health."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from msgspec import Struct

from ...config.settings import Environment
from ...console.errors import Refused
from ...preflight import schema_choice as choice
from ...preflight.schema import Schema
from ...preflight.state import State
from ...ssh.shell import quote
from ..compose import compose, images
from ..compose.compose import LABEL
from ..git.commits import Commit

LOCAL = ("127.0.0.1", "localhost", "::1")
PORTS = f'{{{{index .Config.Labels "{LABEL}.service"}}}} {{{{json .HostConfig.PortBindings}}}}'
# The words of a command, each quoted for the shell.
WORDS = "{{{{range .Config.{}}}}} '{{{{join (split . \"'\") \"'\\\\''\"}}}}'{{{{end}}}}"

# What compose gave the service's container goes on to the new one; what its image gave comes from the new image.
START = """
made=$(docker inspect -f '{{.Image}}' "$app")
given() { # FORMAT: what the container has otherwise than its image
  v=$(docker inspect -f "$1" "$app"); w=$(docker image inspect -f "$1" "$made" 2>/dev/null) || :
  [ "$v" = "$w" ] || printf '%s\\n' "$v"; }
env='{{range .Config.Env}}{{println .}}{{end}}'
docker inspect -f "$env" "$app" | sed '$d' > "$e"
[ "$(docker inspect -f '{{len .Config.Env}}' "$app")" = "$(grep -c '' < "$e")" ] || {
  echo "$title is not tried: the environment of its service cannot be copied"; exit 0; }
docker image inspect -f "$env" "$made" 2>/dev/null | sed '$d' > "$f"
variables=$(grep -vxFf "$f" "$e") || :
printf '%s\\n' "$variables" > "$e"
dir=$(given '{{.Config.WorkingDir}}'); user=$(given '{{.Config.User}}')
eval "set -- $(given "$command")"
entry=$(given "$entrypoint"); eval "set -- $entry \\"\\$@\\""
first=; [ -z "$entry" ] || { first=$1; shift; }
docker run -d --name "$t-app" --network "$t" --env-file "$e" ${dir:+-w "$dir"} ${user:+-u "$user"}\
 ${first:+--entrypoint "$first"} "$image" "$@" >/dev/null
"""

# Some answer 503 while they start: an error counts when it stays. Nothing is ever asked of an empty address.
ASK = """
wrong() {
  lines=$(docker logs --tail 50 "$t-app" 2>&1 | cut -c1-200); printf '%s\\n' "$lines"
  last=$(printf '%s\\n' "$lines" | grep -E 'Error|Exception|ERROR|FATAL' | tail -n 1)
  [ -n "$last" ] || last=$(printf '%s\\n' "$lines" | tail -n 1)
  printf '%s\\n' "$title does not work on the downgraded schema: $*${last:+; it says: $last}$hint" >&2; exit 2; }
fetch() { # ADDRESS HOST
  if command -v curl >/dev/null 2>&1
  then curl -s -o /dev/null -m 5 --noproxy '*' -w '%{http_code}' -H "Host: $2" -- "$1" || :
  else wget -q -S -T 5 -t 1 --no-proxy -O /dev/null --header "Host: $2" -- "$1" 2>&1 |
    awk '/^  *HTTP/ {c=$2} END {print c ? c : "000"}'; fi; }
asked() { # URL HOST PORT PATH
  bad=0; end=$(( $(date +%s) + timeout )); seen='{{.State.Running}},{{.State.ExitCode}}'
  while :; do
    state=$(docker inspect -f "$seen,{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}" "$t-app")
    ip=${state##*,}; state=${state%,*}
    [ "${state%,*}" = true ] && [ -n "$ip" ] || wrong "it ended with exit code ${state#*,}"
    code=$(fetch "http://$ip:$3$4" "$2")
    case $code in 000) ;; 5*) bad=$((bad + 1)); [ $bad -lt 10 ] || break ;; *) break ;; esac
    [ $(date +%s) -lt $end ] || break
    sleep 0.5
  done
  case $code in 000) wrong "$1 was not answered in $timeout s" ;; 5*) wrong "$1 answers $code" ;; esac
  echo "$title answers $code on the downgraded schema ($1)"
}
"""


class Trial(Struct, frozen=True):
    """An image to be tried for a service, and the health addresses to ask: URL, and the container's port."""

    commit: Commit
    service: str
    image: str
    addresses: dict[str, int]


def script(environment: Environment, trial: Trial, full: bool) -> str:
    """Return sh text, for the end of a rehearsal, that starts the image beside the clone and asks for its health.

    It exits with 2, in one line, where the image ends by itself, does not answer, or answers an error.
    """
    hint = "" if full else " (with the schema alone; --full tries it with all data)"
    values = {
        "title": f"the image of {trial.commit.short}",
        "image": trial.image,
        "timeout": str(environment.health.timeout),
        "hint": hint,
        "command": WORDS.format("Cmd"),
        "entrypoint": WORDS.format("Entrypoint"),
    }
    asked = [f"asked {_address(url, port)}" for url, port in trial.addresses.items()]
    return "\n".join(
        [
            f"app=$({compose.containers(trial.service)} | head -n 1)",
            *(f"{name}={quote(value)}" for name, value in values.items()),
            START + ASK,
            *asked,
        ]
    )


def _address(url: str, port: int) -> str:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return f"{quote(url)} {quote(parts.netloc.rpartition('@')[2])} {port} {quote(path)}"


def choose(c, seen: State, wanted: Schema, commit: Commit | None) -> tuple[Trial | None, str]:
    """Return what is tried of `commit`, or of the newest that needs the rows of `wanted`; and the line that says so.

    None where nothing can be tried; the line says why.
    """
    found = _found(c, seen, wanted, commit)
    if isinstance(found, str):
        return None, f"no image is tried on the downgraded schema: {found}"
    return found, f"the image of {found.commit.title} is tried on the downgraded schema: {', '.join(found.addresses)}"


def _found(c, seen: State, wanted: Schema, commit: Commit | None) -> Trial | str:
    commit = commit or choice.fitting(c, wanted.rows)
    if commit is None:
        rows = ", ".join(wanted.rows) or "base"
        return f"none of the last {choice.LOOKED_AT} commits needs {rows}; --commit names one"
    service, addresses = _asked(c, seen)
    if not addresses:
        return f"no http:// health address on the host leads to {service} (health.urls)"
    image = _image(c, seen, commit, service)
    if not c.ask({"there": f"docker image inspect {quote(image)}"})["there"].ok:
        return f"there is no image {image}: a full rollback builds it from {commit.title}"
    return Trial(commit, service, image, addresses)


def _image(c, seen: State, commit: Commit, service: str) -> str:
    try:
        target = images.look_at(c, seen, commit)
    except Refused as refused:
        return f"of {commit.short} ({refused.message})"
    kept = (i.retained(commit.sha) for i in target.images if i.service == service)
    return next(kept, "") or compose.tagged(str(target.files.services.get(service, {}).get("image") or service))


def _asked(c, seen: State) -> tuple[str, dict[str, int]]:
    """Return the service that holds the application, and the health addresses that it answers, with its port."""
    own = {c.environment.database.alembic.service, c.environment.service("backend")}
    containers = [k.id for k in seen.containers if k.service in own]
    answer = c.ask({"ports": f"docker inspect -f {quote(PORTS)} {' '.join(containers)}"})["ports"]
    published = parse_ports(answer.out)
    found = [(url, published.get(_port(url))) for url in c.environment.health.urls]
    service = next((to[0] for _url, to in found if to), c.environment.database.alembic.service)
    return service, {url: to[1] for url, to in found if to and to[0] == service}


def parse_ports(out: str) -> dict[int, tuple[str, int]]:
    """Return the service, and the port of its container, that each published port of the host leads to."""
    found = {}
    for line in out.splitlines():
        service, _, text = line.partition(" ")
        for inside, bindings in (json.loads(text or "null") or {}).items():
            for binding in bindings or ():
                if str(binding.get("HostPort")).isdigit():
                    found[int(binding["HostPort"])] = (service, int(inside.partition("/")[0]))
    return found


def _port(url: str) -> int | None:
    parts = urlsplit(url)
    return (parts.port or 80) if parts.scheme == "http" and parts.hostname in LOCAL else None

"""The target's image tried on the downgraded clone: started in the rehearsal's network, and asked for its health."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec import Struct

from ...config.settings import Environment
from ...ssh.shell import quote
from ..compose import compose
from ..git.commits import Commit

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
    """A commit's image to be tried for a service, and the health addresses to ask: URL, and the container's port."""

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

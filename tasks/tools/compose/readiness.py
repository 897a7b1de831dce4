"""Waiting until containers do what they will keep doing: steadily up and healthy, or visibly not."""

from __future__ import annotations

from urllib.parse import urlsplit

from msgspec import Struct

from ...config.settings import Environment
from ...ssh.shell import home, quote
from ..http import fetch
from . import compose
from .compose import LABEL

STEADY = 3  # seconds since its start that make a container without health check steady
SHAKY = 10  # the same for one that was restarted meanwhile; Docker itself counts a start as good after 10 s
LOOP = 3  # restarts that make a loop
LAST_LINES = 5

FIELDS = (
    f'{{{{index .Config.Labels "{LABEL}.service"}}}} {{{{.Name}}}} {{{{.State.Status}}}} {{{{.RestartCount}}}} '
    "{{.State.StartedAt}} ,{{range .NetworkSettings.Ports}}{{range .}}{{.HostPort}},{{end}}{{end}} "
    "{{if .State.Health}}{{.State.Health.Status}}{{end}}"
)
# Judges two looks at the containers, the first one and the present one, with `--` between them.
JUDGE = """
BEGIN { split(ENVIRON["services"], s, " "); split(ENVIRON["answering"], p, " "); for (i in s) wanted[s[i]]; v = 0 }
/^--$/ { now = 1; next }
!now { base[$2] = $4; next }
!($1 in wanted) { next }
{ there[$1]; again = $4 - base[$2]; proven = $7 == "healthy"; for (i in p) if (index($6, "," p[i] ",")) proven = 1 }
again >= LOOP || $7 == "unhealthy" { print ($7 == "unhealthy" ? $7 : "keeps-restarting"), $1, $2; bad = 1; next }
$3 == "restarting" { print "restarting", $1, $2; worst(3); next }
$7 == "starting" { print "starting", $1, $2; worst(3); next }
$3 != "running" { print $3, $1, $2; worst(4); next }
again > 0 { worst(2); next }
!proven { worst(1) }
function worst(n) { if (n > v) v = n }
END {
  for (i in wanted) if (!(i in there)) { print "missing", i, "-"; worst(4) }
  split("settled steady shaky wait bad", word, " "); print (bad ? "broken" : word[v + 1])
}
""".replace("LOOP", str(LOOP))
# Prints since when each container of the wanted services counts: one that was restarted before, only from now on.
YOUNGEST = """
BEGIN { split(ENVIRON["services"], s, " "); for (i in s) wanted[s[i]] }
$1 in wanted { print ($4 > 0 ? "now" : $5) }
"""


class Trouble(Struct, frozen=True):
    """A service that did not settle: how it is, and its container's last log lines (no container: `-`)."""

    how: str
    service: str
    container: str
    lines: list[str]


class Settled(Struct, frozen=True):
    """How the wait ended; `healthy_at` is the host's clock (seconds) when all addresses answered 200."""

    verdict: str
    healthy_at: float | None
    troubles: list[Trouble]


def wait(environment: Environment, services: list[str], urls: list[str]) -> str:
    """Return a script that waits until `services` settled and all `urls` answer 200, or visibly will not.

    Nothing is waited for longer than health.timeout, and no address once a container is seen to be broken.
    """
    asks = " && ".join(f'[ "$({fetch.command(url, 2)})" = 200 ]' for url in urls) or ":"
    listing = f'c=$({compose.containers()}); [ -z "$c" ] || docker inspect -f {quote(FIELDS)} $c'
    return "\n".join(
        [
            f"cd {home(environment.app.path)} || exit 1; export services={quote(' '.join(services))} answering=",
            f"look() {{ {listing}; }}; judge() {{ awk {quote(JUDGE)}; }}",
            f"young() {{ awk {quote(YOUNGEST)} | sort | tail -n 1; }}",
            "clock() { read -r now rest < /proc/uptime; now=${now%.*}; }; clock",  # the time of day may be set
            f"first=$(look); end=$(( now + {environment.health.timeout} )); ok=; before=-; pause=0.05",
            "while :; do",
            f'[ -n "$ok" ] || {{ {asks} && ok=$(date +%s.%N) && answering={quote(" ".join(_ports(urls)))}; }}',
            'seen=$(look); clock; said=$(printf \'%s\\n--\\n%s\\n\' "$first" "$seen" | judge)',
            '[ "$seen" = "$before" ] || { before=$seen; since=$now; start=$(printf "%s\\n" "$seen" | young)',
            'age=$(( $(date +%s) - $(date -d "$start" +%s 2>/dev/null || date +%s) ))',
            "[ $age -ge 0 ] || age=0; born=$((now - age)); }; still=$((now - since))",
            "verdict=$(printf '%s\\n' \"$said\" | tail -n 1); done=",
            'case "$verdict" in settled) done=yes;; broken) break;; bad) [ $still -lt 2 ] || break;;',
            f"steady) [ $((now - born)) -lt {STEADY} ] || done=yes;; shaky) [ $still -lt {SHAKY} ] || done=yes;; esac",
            '[ -z "$done" ] || [ -z "$ok" ] || { verdict=settled; break; }',
            "[ $now -lt $end ] || break; sleep $pause; [ $still = 0 ] || pause=0.2",
            'done; echo "healthy $ok"; echo "verdict $verdict"',
            "printf '%s\\n' \"$said\" | while read -r how service name; do",
            '[ -n "$service" ] || continue; echo "trouble $how $service ${name#/}"; [ "$name" != - ] || continue',
            f'docker logs --tail {LAST_LINES} "${{name#/}}" 2>&1 | cut -c1-400 | sed "s/^/log /"; done',
        ]
    )


def _ports(urls: list[str]) -> list[str]:
    """Return the host's ports that `urls` on the host itself are served by."""
    parts = [urlsplit(url) for url in urls]
    local = [p for p in parts if p.hostname in ("127.0.0.1", "localhost", "::1")]
    return [str(p.port or {"https": 443}.get(p.scheme, 80)) for p in local]


def read(out: str) -> Settled:
    """Return what the script of `wait` printed."""
    verdict, healthy, troubles = "unknown", None, []
    for line in out.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "verdict":
            verdict = rest
        elif kind == "healthy" and rest:
            healthy = float(rest)
        elif kind == "trouble":
            how, service, name = rest.split(" ", 2)
            troubles.append(Trouble(how.replace("-", " "), service, name, []))
        elif kind == "log" and troubles:
            troubles[-1].lines.append(rest)
    return Settled(verdict, healthy, troubles)

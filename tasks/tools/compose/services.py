"""Scripts that stop, start, restart, replace and build services; each proves what it did."""

from __future__ import annotations

from ...config.settings import Environment
from ...ssh.shell import join, quote
from . import compose
from .compose import Built


def evidence(*services: str) -> str:
    """Return sh text that keeps the containers' last log lines in `$run`, the run's folder."""
    return "\n".join(
        [
            f"logged=$({compose.containers(*services)})",
            "[ -z \"$logged\" ] || docker inspect -f '{{.Id}} {{.Name}}' $logged | { while read -r c n; do",
            'docker logs --tail 5000 $c > "$run/evidence/${n#/}.log" 2>&1 & done; wait; }',
        ]
    )


def in_run(environment: Environment, *commands: str) -> str:
    """Return a script that runs `commands` in the checkout and knows the run's folder as `$run`."""
    return 'run=$PWD; mkdir -p "$run/evidence"\n' + compose.in_app(environment, *commands)


def stop(environment: Environment, services: list[str]) -> str:
    """Return the script that stops `services` side by side, the database last, and proves that none runs.

    The containers' last log lines, those of their end included, are kept in the run's folder.
    """
    running = compose.containers(*services, everything=False)
    return in_run(
        environment,
        *(halt(environment, group) for group in apart(environment, services)),
        f"( {evidence(*services)}\n) & kept=$!",
        f"left=$({running})",
        '[ -z "$left" ] || { echo "still running: $left" >&2; exit 1; }',
        "wait $kept || :",
    )


def halt(environment: Environment, services: list[str]) -> str:
    """Return sh text that stops the containers of `services` side by side.

    The grace is for those that can hear SIGTERM. A first process that neither catches nor blocks it
    never gets it (the kernel drops it): waiting would change nothing but the outage.
    """
    running = compose.containers(*services, everything=False)
    about = '{{.ID}} {{.State.Pid}} {{or .Config.StopSignal "SIGTERM"}}'
    return "\n".join(
        [
            f"hears=; deaf=; up=$({running}); set -- $([ -z \"$up\" ] || docker inspect -f '{about}' $up)",
            "while [ $# -ge 3 ]; do",
            "masks=$(sed -n 's/^Sig\\(Cgt\\|Blk\\):[[:space:]]*//p' /proc/$2/status 2>/dev/null | tr '\\n' ' ')",
            'case "$3:$masks" in',
            'SIGTERM:"") hears="$hears $1" ;;',
            'SIGTERM:*[4567cdef]???\\ *) hears="$hears $1" ;;',
            'SIGTERM:*) deaf="$deaf $1" ;;',
            '*) hears="$hears $1" ;;',
            "esac; shift 3; done",
            '[ -z "$deaf" ] || docker kill $deaf >/dev/null & d=$!',
            f'[ -z "$hears" ] || docker stop -t {environment.compose.grace} $hears >/dev/null',
            "wait $d || :",
        ]
    )


def apart(environment: Environment, services: list[str]) -> list[list[str]]:
    """Return the applications among `services`, and the database, in the order to stop them."""
    database = environment.service("database")
    groups = ([s for s in services if s != database], [s for s in services if s == database])
    return [group for group in groups if group]


def restart(environment: Environment, services: list[str]) -> str:
    """Return the script of the runbook's restart: the same containers, stopped and started, the database first."""
    ids = compose.containers(*services)
    started = "docker inspect -f '{{.Id}} {{.State.StartedAt}}' $all"
    groups = apart(environment, services)
    return compose.in_app(
        environment,
        f"all=$({ids})",
        "[ -n \"$all\" ] || { echo 'there is no container to restart: fab containers.start' >&2; exit 1; }",
        f"before=$({started})",
        *(halt(environment, group) for group in groups),
        *(_wake(group) for group in reversed(groups)),
        f'left=$(printf \'%s\\n\' "$before" "$({started})" | sort | uniq -d)',
        '[ -z "$left" ] || { echo "not restarted: $left" >&2; exit 1; }',
    )


def wake(environment: Environment, services: list[str]) -> str:
    """Return the script that starts the containers of `services` as they are, and proves that none is stopped."""
    stopped = "docker inspect -f '{{.State.Status}} {{.Name}}' $ids | grep -v '^running' || :"
    return compose.in_app(
        environment,
        _wake(services),
        f'left=$([ -z "$ids" ] || {stopped})',
        '[ -z "$left" ] || { echo "not running: $left" >&2; exit 1; }',
    )


def _wake(services: list[str]) -> str:
    """Return sh text that starts the containers of `services` and waits, 60 s at most, while they say `starting`."""
    health = "{{if .State.Health}}{{.State.Health.Status}}{{end}}"
    return "\n".join(
        [
            f'ids=$({compose.containers(*services)}); [ -z "$ids" ] || docker start $ids >/dev/null',
            f"i=0; while [ -n \"$ids\" ] && docker inspect -f '{health}' $ids | grep -q starting && [ $i -lt 300 ]",
            "do i=$((i+1)); sleep 0.2; done",
        ]
    )


def up(environment: Environment, services: list[str], *flags: str, images: dict[str, str] | None = None) -> str:
    """Return sh text that has compose start `services` and proves that they run `images` (names by service)."""
    started = f"compose up -d --no-build -t {environment.compose.grace} {join(*flags, *services)}"
    return "\n".join([started, *([run(images)] if images else [])])


def run(images: dict[str, str]) -> str:
    """Return sh text that fails unless each service's containers were all made from what its image names now."""
    about = f'{{{{index .Config.Labels "{compose.LABEL}.service"}}}} {{{{.Image}}}}'
    made = "$1 == service { made = 1; if ($2 != image) other = 1 } END { exit !made || other }"
    return "\n".join(
        [
            f"ids=$({compose.containers(*images)}); made=$([ -z \"$ids\" ] || docker inspect -f '{about}' $ids)",
            f"ids=$(docker image inspect -f '{{{{.Id}}}}' {join(*images.values())}); set -- $ids",
            f'runs() {{ printf \'%s\\n\' "$made" | awk -v service="$1" -v image="$2" {quote(made)} ||',
            '{ echo "$1 does not run $3" >&2; exit 1; }; }',
            *(f'runs {quote(service)} "$1" {quote(image)}; shift' for service, image in images.items()),
        ]
    )


def start(environment: Environment, images: list[Built], sha: str, services: list[str] = ()) -> str:
    """Return the script that starts `services` (all without) from the kept images of commit `sha`."""
    tags = [join("docker", "tag", i.retained(sha), i.live) for i in images]
    flags = ["--no-deps"] if services else []
    return compose.in_app(
        environment,
        *tags,
        up(environment, list(services), *flags, images={i.service: i.retained(sha) for i in images}),
    )


def build(environment: Environment, images: list[Built], *flags: str) -> str:
    """Return the script that builds `images` from the checkout as it is; what runs goes on running."""
    services = [i.service for i in images]
    return compose.in_app(
        environment, f"compose {compose.BUILD} {join(*flags, *services)}", *(there(i.live) for i in images)
    )


def there(image: str) -> str:
    """Return sh text that fails unless there is an image of that name."""
    problem = quote(f"image {image} is not there after the build")
    return f"docker image inspect {quote(image)} >/dev/null 2>&1 || {{ echo {problem} >&2; exit 1; }}"


def take_down(environment: Environment, volumes: bool) -> str:
    """Return the script of the runbook's `down`, logs kept first; with `volumes` the containers stay, stopped.

    A volume without a name would be lost to the containers that come after a `down`.
    """
    grace = environment.compose.grace
    running = compose.containers(everything=volumes is False)
    return in_run(
        environment,
        evidence(),
        f"compose {'stop' if volumes else 'down'} -t {grace}",
        f"left=$({running})",
        '[ -z "$left" ] || { echo "still there: $left" >&2; exit 1; }',
    )

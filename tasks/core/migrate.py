"""Alembic, run in a container of a given image beside the stopped application."""

from __future__ import annotations

from . import compose, state
from .settings import Environment
from .shell import join, quote

LOCK_TIMEOUT = "5s"
OPTIONS = f"-c lock_timeout={LOCK_TIMEOUT}"

LIKE = """c=$({containers} | head -n 1)
field() {{ docker inspect -f "$1" "$c"; }}
umask 077; e=$(mktemp); trap 'rm -f "$e"' EXIT
same() {{ # an environment file cannot hold a value of several lines, nor `docker run` every host setting
  [ -n "$c" ] || return 1
  field '{{{{range .Config.Env}}}}{{{{println .}}}}{{{{end}}}}' | sed '$d' > "$e"
  [ "$(grep -c '' < "$e")" = "$(field '{{{{len .Config.Env}}}}')" ] || return 1
  [ "$(field '{{{{len .HostConfig.ExtraHosts}}}}')" = 0 ]
}}
net=$(field '{{{{range $n, $_ := .NetworkSettings.Networks}}}}{{{{println $n}}}}{{{{end}}}}' 2>/dev/null | head -n 1)
dir=$(field '{{{{.Config.WorkingDir}}}}' 2>/dev/null) || :; user=$(field '{{{{.Config.User}}}}' 2>/dev/null) || :
n=$(basename "$PWD")-rollback-{service}
docker rm -f "$n" >/dev/null 2>&1 || :"""

RUN = (
    'docker run --rm --name "$n" --network "${net:-none}" --volumes-from "$c" --env-file "$e"'
    ' ${dir:+-w "$dir"} ${user:+-u "$user"}'
)


def like_service(environment: Environment) -> str:
    """Return sh text that learns how the alembic service's container is run: `$c`, `$net`, `$e`, `same`."""
    service = environment.database.alembic.service
    return LIKE.format(containers=compose.containers(service), service=quote(service))


def alembic(environment: Environment, image: str, *words: str) -> str:
    """Return a script that runs alembic in a container of `image` (an id or name).

    It gets the environment, volumes and network of the service's own container; where that does not
    exist, or cannot be copied exactly, compose makes one. Dependencies are not started. Its fixed
    name makes two at once impossible.
    """
    settings = environment.database.alembic
    entry, *rest = settings.command.split()
    command = join(*rest, *words)
    return compose.in_app(
        environment,
        like_service(environment),
        "if same; then",
        f"{RUN} -e PGOPTIONS={quote(OPTIONS)} --entrypoint {quote(entry)} {quote(image)} {command}",
        "else",
        f'compose run --rm -T --no-deps --name "$n" -e PGOPTIONS={quote(OPTIONS)}'
        f" --entrypoint {quote(entry)} {quote(settings.service)} {command}",
        "fi",
    )


def at(environment: Environment, rows: list[str]) -> str:
    """Return sh text that defines `at`: whether the alembic table holds exactly `rows`; `$rows` is what it holds."""
    read = f"cd {compose.app(environment)}; {state.revision(environment)}"
    return (
        f"at() {{ rows=$( ( {read}\n) | tail -n +2 | sort | tr '\\n' ' '); rows=${{rows% }}\n"
        f'[ "$rows" = {quote(" ".join(sorted(rows)))} ]; }}'
    )


def move(environment: Environment, image: str, direction: str, arguments: list[str], rows: list[str]) -> str:
    """Return a script that runs `alembic DIRECTION` for each argument and proves that it leads to `rows`.

    `direction` is downgrade or upgrade; where the rows are there already, nothing is run.
    """
    runs = [f"( {alembic(environment, image, direction, a)}\n)" for a in arguments]
    expected = ", ".join(sorted(rows)) or "base"
    return "\n".join(
        [
            "set -eu",
            at(environment, rows),
            "at && exit 0",
            *runs,
            f"at || {{ printf '%s\\n' \"the database is at '$rows', not at \"{quote(expected)} >&2; exit 1; }}",
        ]
    )

"""Alembic, run in a container of a given image beside the stopped application."""

from __future__ import annotations

import re
from hashlib import sha256

from ...config.settings import Environment
from ...ssh import paths
from ...ssh.shell import at_exit, join, quote
from ..compose import compose
from ..postgres.psql import feed, ident, literal
from ..postgres.sessions import ENDS, end_step_sql
from . import rows as table
from .schema_change import Move, OverrideSql, SchemaChange

LOCK_TIMEOUT = "5s"
KILLED = 137  # a container's exit code after a SIGKILL: mostly the kernel's, for want of memory
SHORT = "alembic was killed in its container: it or the host has too little memory, or somebody killed it"
OPTIONS = f"-c lock_timeout={LOCK_TIMEOUT}"

WAYS_OUT = (
    "Ways out: --no-database leaves the schema as it is; --revision REV names another target; "
    "--downgrade-sql REV=FILE replaces a migration's downgrade by your own SQL."
)

# One question for all that is to be known of the container: its environment comes last, up to a line of its own.
SETTINGS = "\n".join(
    [
        "{{len .Config.Env}} {{len .HostConfig.ExtraHosts}}",
        "{{range $n, $_ := .NetworkSettings.Networks}}{{$n}} {{end}}",
        "{{.Config.WorkingDir}}",
        "{{.Config.User}}",
        "{{range .Config.Env}}{{println .}}{{end}}.",
    ]
)
LIKE = """c=$({containers} | head -n 1)
i=$(docker inspect -f {settings} "$c" 2>/dev/null) || :
line() {{ printf '%s\\n' "$i" | sed -n "$1p"; }}
umask 077; e=$(mktemp); {tidy}
same() {{ # an environment file cannot hold a value of several lines, nor `docker run` every host setting
  [ -n "$i" ] || return 1
  printf '%s\\n' "$i" | sed '1,4d;$d' > "$e"
  [ "$(line 1)" = "$(grep -c '' < "$e") 0" ]
}}
net=$(line 2 | cut -d ' ' -f 1); dir=$(line 3); user=$(line 4)"""

RUN = (
    'docker run --rm --name "$n" --network "${net:-none}" --volumes-from "$c" --env-file "$e"'
    ' ${dir:+-w "$dir"} ${user:+-u "$user"}'
)


def like_service(environment: Environment) -> str:
    """Return sh text that learns how the alembic service's container is run: `$c`, `$net`, `$e`, `same`."""
    return LIKE.format(
        containers=compose.containers(environment.database.alembic.service),
        settings=quote(SETTINGS),
        tidy=at_exit('rm -f "$e"'),
    )


def called(environment: Environment) -> str:
    """Return what the names of the containers begin with that are run for this deployment, and for no other.

    It is its state folder's name, as the lock lies there too; where docker does not take that as a name,
    what it takes of it and a checksum of the whole.
    """
    name = paths.state_path(environment).rpartition("/")[2]
    if re.fullmatch(r"[a-zA-Z0-9][a-zA-Z0-9_.-]*", name):
        return name
    return f"fab-{re.sub('[^a-zA-Z0-9_.-]', '-', name)}-{sha256(name.encode()).hexdigest()[:12]}"


def _container(environment: Environment) -> str:
    return f"{called(environment)}-rollback-{environment.database.alembic.service}"


def alembic(environment: Environment, image: str, *words: str, aside: bool = False) -> str:
    """Return a script that runs alembic in a container of `image` (an id or name).

    It gets the environment, volumes and network of the service's own container; where that does not
    exist, or cannot be copied exactly, compose makes one. Dependencies are not started. Its fixed
    name makes two at once impossible; one that is run `aside`, without the lock, has a name of its own.
    """
    settings = environment.database.alembic
    entry, *rest = settings.command.split()
    command = join(*rest, *words)
    name = f"n={called(environment)}-preview-$$"
    if not aside:
        name = f'n={_container(environment)}; docker rm -f "$n" >/dev/null 2>&1 || :'
    return compose.in_app(
        environment,
        like_service(environment),
        name,
        "if same; then",
        f"{RUN} -e PGOPTIONS={quote(OPTIONS)} --entrypoint {quote(entry)} {quote(image)} {command}",
        "else",
        f'compose run --rm -T --no-deps --name "$n" -e PGOPTIONS={quote(OPTIONS)}'
        f" --entrypoint {quote(entry)} {quote(settings.service)} {command}",
        f"fi || {{ code=$?; [ $code != {KILLED} ] || echo {quote(SHORT)} >&2; exit $code; }}",
    )


def at(environment: Environment, rows: list[str], redundant: list[str]) -> str:
    """Return sh text that defines `at`: whether the alembic table holds `rows`; `$rows` is what it holds."""
    read = f"cd {paths.app(environment)}; {table.command(environment, environment.database)}"
    return f"at() {{ rows=$( ( {read}\n) | tail -n +2 | sort | tr '\\n' ' '); {holds(rows, redundant)}\n}}"


def holds(rows: list[str], redundant: list[str]) -> str:
    """Return sh text that succeeds where `$rows` holds all of `rows`, and no others than some of `redundant`."""
    words = [word for name in redundant for word in ("-e", name)]
    told = f"| {join('grep', '-vxF', *words)} " if words else ""
    return (
        f"rows=${{rows% }}; told=$(printf '%s\\n' \"$rows\" | tr ' ' '\\n' {told}| tr '\\n' ' ')\n"
        f'[ "${{told% }}" = {quote(" ".join(sorted(rows)))} ]'
    )


def stop(environment: Environment) -> str:
    """Return a script that ends the container in which `alembic` runs: its client's end would not."""
    return f"docker rm -f {_container(environment)}"


def by_sql(environment: Environment, psql: str, own: OverrideSql) -> str:
    """Return a command that runs the operator's SQL and moves alembic's row, in one transaction."""
    alembic = environment.database.alembic
    table = f"{ident(alembic.schema)}.{ident(alembic.table)}"
    where = f"WHERE version_num = {literal(own.revision)}"
    row = (
        f"UPDATE {table} SET version_num = {literal(own.parent)} {where};"
        if own.parent
        else f"DELETE FROM {table} {where};"
    )
    return feed(psql, f"SET lock_timeout = '{LOCK_TIMEOUT}';\nBEGIN;\n{own.text}\n;\n{row}\nCOMMIT;")


def move(environment: Environment, image: str, direction: str, wanted: SchemaChange) -> str:
    """Return a script that runs `alembic DIRECTION` for each move of `wanted` and proves that it leads to its rows.

    `direction` is downgrade or upgrade; where the rows are there already, nothing is run. A move that
    is the operator's own SQL is run by psql.
    """
    expected = ", ".join(sorted(wanted.to_heads)) or "base"
    return "\n".join(
        [
            "set -eu",
            at(environment, wanted.to_heads, wanted.implied),
            "at && exit 0",
            *(_moved(environment, image, direction, one) for one in wanted.moves),
            f"at || {{ printf '%s\\n' \"the database is at '$rows', not at \"{quote(expected)} >&2; exit 1; }}",
        ]
    )


def _moved(environment: Environment, image: str, direction: str, one: Move) -> str:
    if not isinstance(one, OverrideSql):
        return f"( {alembic(environment, image, direction, one)}\n)"
    service = environment.service("database") or "db"
    find = f"d=$(cd {paths.app(environment)} && {compose.containers(service, everything=False)} | head -n 1)"
    return f"{find}\n{_guard(environment)}\n{by_sql(environment, psql(environment), one)}"


def _guard(environment: Environment) -> str:
    """Return sh text that names the step to the server, and has the step's sessions ended where the script fails.

    psql in the container goes on when its client outside ends, as far as COMMIT.
    """
    end = feed(f"{psql(environment)} >/dev/null 2>&1", end_step_sql())
    unsure = "whether the SQL still runs in the server is not known: it could not be ended there"
    return (
        "PGAPPNAME=${FAB_ROLLBACK_STEP:-fab-rollback}; export PGAPPNAME\n"
        f'end() {{ PGAPPNAME="$PGAPPNAME{ENDS}"\n{end}}}\n'
        + at_exit(f"[ $code = 0 ] || end || printf '%s\\n' {quote(unsure)} >&2")
    )


def psql(environment: Environment) -> str:
    """Return the psql command in the database container `$d`; the server is told `$PGAPPNAME`."""
    database = environment.database
    words = join("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", database.user, "-d", database.name)
    return f'docker exec -i -e PGAPPNAME "$d" {words}'

"""A downgrade tried out: on a server of its own, behind a network that leads nowhere else."""

from __future__ import annotations

from ...config.settings import Environment
from ...ssh.shell import at_exit, join, quote
from ..compose import compose
from ..postgres.psql import ident
from . import trial
from .migrate import OPTIONS, RUN, WAYS_OUT, by_sql, called, holds, like_service
from .schema_change import Move, OverrideSql, SchemaChange

# One question for all that is to be known of the live server's container: its environment comes last.
ABOUT = """{{.Image}}
{{.Name}} {{.Config.Hostname}} {{range .NetworkSettings.Networks}}{{range .Aliases}}{{.}} {{end}}{{end}}
{{range .Config.Env}}{{println .}}{{end}}"""

SERVER = """d=$({database} | head -n 1)
[ -n "$d" ] || {{ echo 'the database container is not running' >&2; exit 2; }}
same || {{ echo 'no container of the service to rehearse with; --no-rehearse leaves it out' >&2; exit 2; }}
t={name}-rehearsal; n=$t-alembic
clear() {{ docker rm -fv "$t" "$n" "$t-app" >/dev/null 2>&1 || :; docker network rm "$t" >/dev/null 2>&1 || :; }}
clear; f=$(mktemp); {tidy}
docker network create --internal "$t" >/dev/null
about=$(docker inspect -f {about} "$d"); printf '%s\\n' "$about" | sed '1,2d' | grep . > "$f"
set --; for a in $(printf '%s\\n' "$about" | sed -n 2p); do set -- "$@" --network-alias "${{a#/}}"; done
docker run -d --name "$t" --network "$t" "$@" --network-alias {service} --env-file "$f" {storage}\
 "$(printf '%s\\n' "$about" | sed -n 1p)" >/dev/null
inside() {{ docker exec -i "$t" "$@"; }}
said=$(docker exec -i "$d" sh -c {dump} | inside sh -c {load} 2>&1) || :
case "$said" in *{whole}*) ;; *) printf '%s\\n' "$said" | grep -vi password | tail -n 5
  echo 'the clone for the rehearsal could not be made' >&2; exit 1 ;; esac
net=$t"""

# Dumped while the server starts. Roles and settings are copied as far as they can be; all else has to be whole.
DUMP = """roles=$({roles} 2>/dev/null) && printf '%s\\n' "$roles"
printf '%s\\n' '\\set ON_ERROR_STOP on'
{dumps} && printf '%s\\n' '\\echo {whole}'"""

# Over TCP: some images start a server on the socket alone before the one that stays.
LOAD = """i=0; until pg_isready -q -h "$(hostname -i)" {where}; do
i=$((i+1)); [ $i -lt 600 ] || {{ echo 'the rehearsal server did not start'; exit 1; }}
sleep 0.05 2>/dev/null || sleep 1; done
exec psql -XAtq {where}"""
WHOLE = "the-clone-is-whole"


def prepare(environment: Environment, full: bool) -> str:
    """Return sh text that starts a server with a clone of the database, schema only unless `full`.

    The server answers to the names of the real one, in a network without a way out, so that nothing
    that runs there can reach the real database.
    """
    database = environment.database
    service = environment.service("database") or "db"
    roles = join("pg_dumpall", "-U", database.user, "-l", database.name, "--roles-only")
    where = join("-U", database.user, "-d", database.name)
    return SERVER.format(
        name=called(environment),
        tidy=at_exit('clear; rm -f "$e" "$f"'),
        database=compose.containers(service, everything=False),
        service=quote(service),
        about=quote(ABOUT),
        storage="" if full else "--tmpfs /var/lib/postgresql/data",
        dump=quote(DUMP.format(roles=roles, dumps=_dumps(environment, full), whole=WHOLE)),
        load=quote(LOAD.format(where=where)),
        whole=WHOLE,
    )


def stop(environment: Environment) -> str:
    """Return a script that ends all that a rehearsal runs."""
    name = f"{called(environment)}-rehearsal"
    return f"docker rm -fv {name} {name}-alembic {name}-app\ndocker network rm {name}"


def _dumps(environment: Environment, full: bool) -> str:
    database = environment.database
    dump = ["pg_dump", "-U", database.user, "-d", database.name]
    if full:
        return join(*dump)
    rows = [*dump, "-a", "-t", f'"{database.alembic.schema}"."{database.alembic.table}"']
    return f"{join(*dump, '-s')} && {join(*rows)}"


def downgrade(
    environment: Environment, image: str, wanted: SchemaChange, full: bool = False, tried: trial.Trial | None = None
) -> str:
    """Return a script that downgrades a clone with `image` and proves the rows it leads to; `tried` is started on it.

    Exit code 2, with one line: the downgrade cannot work. The real database is only read.
    """
    alembic = environment.database.alembic
    table = f"{ident(alembic.schema)}.{ident(alembic.table)}"
    psql = join(
        "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", environment.database.user, "-d", environment.database.name
    )
    return compose.in_app(
        environment,
        like_service(environment),
        prepare(environment, full),
        *(_tried(environment, image, f"inside {psql}", one) for one in wanted.moves),
        f"rows=$(inside {psql} -c {quote(f'SELECT version_num FROM {table} ORDER BY 1')} | tr '\\n' ' ')",
        f"{holds(wanted.to_heads, wanted.implied)} || {{ echo \"the rehearsal led to '$rows'\" >&2; exit 2; }}",
        "echo 'the downgrade works on a clone'",
        trial.script(environment, tried, full) if tried else "",
    )


def _tried(environment: Environment, image: str, psql: str, one: Move) -> str:
    if isinstance(one, OverrideSql):
        problem = quote(f"the SQL in place of {one.revision}'s downgrade failed in the rehearsal. {WAYS_OUT}")
        return f"{{ {by_sql(environment, psql, one)}}} || {{ echo {problem} >&2; exit 2; }}"
    entry, *rest = environment.database.alembic.command.split()
    problem = quote(f"the rehearsal of downgrade {one} failed. {WAYS_OUT}")
    return (
        f"{RUN} -e PGOPTIONS={quote(OPTIONS)} --entrypoint {quote(entry)} {quote(image)} "
        f"{join(*rest, 'downgrade', one)} || {{ echo {problem} >&2; exit 2; }}"
    )

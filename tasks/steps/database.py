"""The schema: which revision there is, which a commit needs, and the way down between the two."""

from __future__ import annotations

from msgspec import Struct

from ..core import compose, revisions, state
from ..core.errors import Refused
from ..core.plan import Step
from ..core.settings import Environment
from ..core.shell import join, quote

LOCK_TIMEOUT = "5s"


def alembic(environment: Environment, image: str, *words: str) -> str:
    """Return a script that runs alembic in a container of `image` (an id), next to a stopped application.

    The container gets the environment, volumes and network of the service's own container; where that
    does not exist, or cannot be copied exactly, compose makes one. Dependencies are not started.
    """
    settings = environment.database.alembic
    command = [*settings.command.split(), *words]
    options = f"-c lock_timeout={LOCK_TIMEOUT}"
    entry, rest = quote(command[0]), join(*command[1:])
    return compose.in_app(
        environment,
        f"c=$({compose.containers(settings.service)} | head -n 1)",
        'inspect() { docker inspect -f "$1" "$c"; }',
        "umask 077; e=$(mktemp); trap 'rm -f \"$e\"' EXIT",
        "plain() {",
        '[ -n "$c" ] || return 1',
        "inspect '{{range .Config.Env}}{{println .}}{{end}}' | sed '$d' > \"$e\"",
        '[ "$(grep -c "" < "$e")" = "$(inspect \'{{len .Config.Env}}\')" ] || return 1',
        "[ \"$(inspect '{{len .HostConfig.ExtraHosts}}')\" = 0 ]",
        "}",
        f'n=$(basename "$PWD")-rollback-{quote(settings.service)}',
        'docker rm -f "$n" >/dev/null 2>&1 || :',
        "if plain; then",
        "net=$(inspect '{{range $n, $_ := .NetworkSettings.Networks}}{{println $n}}{{end}}' | head -n 1)",
        "dir=$(inspect '{{.Config.WorkingDir}}'); user=$(inspect '{{.Config.User}}')",
        'docker run --rm --name "$n" --network "$net" --volumes-from "$c" --env-file "$e"'
        f' ${{dir:+-w "$dir"}} ${{user:+-u "$user"}} -e PGOPTIONS={quote(options)}'
        f" --entrypoint {entry} {quote(image)} {rest}",
        "else",
        f'compose run --rm -T --no-deps --name "$n" -e PGOPTIONS={quote(options)}'
        f" --entrypoint {entry} {quote(settings.service)} {rest}",
        "fi",
    )


def downgrade(environment: Environment, image: str, arguments: list[str], rows: list[str]) -> str:
    """Return the script of the runbook's "Rollback to Specific Revision"; it proves the rows it leads to."""
    steps = [f"( {alembic(environment, image, 'downgrade', a)}\n)" for a in arguments]
    expected = " ".join(sorted(rows))
    wrong = f"the database is at '$rows', not at '{expected}'"
    return "\n".join(
        [
            "set -eu",
            "now() ( cd " + compose.app(environment) + f"; {state.revision(environment)} )",
            "at() { rows=$(now | tail -n +2 | sort | tr '\\n' ' '); rows=${rows% }; "
            f'[ "$rows" = {quote(expected)} ]; }}',
            "at && exit 0",
            *steps,
            f'at || {{ echo "{wrong}" >&2; exit 1; }}',
        ]
    )


class Schema(Struct, frozen=True):
    """What has to happen to the schema: the downgrades in order, and the rows they lead to."""

    rows: list[str]
    arguments: list[str] = []
    downgrades: list[str] = []


def downgrade_step(c, seen: state.State, schema: Schema) -> Step:
    """Return the step that downgrades with the image that holds the newer migrations."""
    service = c.environment.database.alembic.service
    image = next((k.image for k in seen.of(service)), "")
    command = c.environment.database.alembic.command
    return Step(
        name="downgrade",
        title=f"Downgrade the database to {', '.join(schema.rows) or 'base'}",
        script=downgrade(c.environment, image, schema.arguments, schema.rows),
        commands=tuple(f"{command} downgrade {a}" for a in schema.arguments),
        primary_only=True,
        outage=True,
    )


def look_at(c, seen: state.State, commit, revision: str | None = None) -> Schema | None:
    """Return what `commit` needs of the schema, or None where there is no alembic; Refused if impossible."""
    database = c.environment.database
    if not database or not database.alembic:
        return None
    if seen.revision is None:
        raise Refused(f"{c.address}: the revision cannot be read: {seen.problems.get('revision', '')}.")
    present, target = _graphs(c, seen, commit)
    compared = _compare(present, seen.revision, target, revision)
    if compared.kind not in ("same", "downgrade"):
        raise Refused(
            f"{commit.title}: {compared.reason}. Nothing was changed. Ways out: another --commit, "
            "--revision REV, or --no-database."
        )
    return Schema(
        compared.rows_after,
        revisions.downgrade_arguments(compared),
        [f"{r.id} ({r.title or 'untitled'})" for r in compared.downgrades],
    )


def _graphs(c, seen: state.State, commit):
    """Return the graph of the code that knows the database's rows, and the graph of `commit`."""
    branch = f"refs/heads/{c.environment.app.branch}"
    names = list(dict.fromkeys([seen.head, commit.sha, branch]))
    config = c.environment.database.alembic.config
    script = revisions.fetch_script(c.environment.app.path, names, config)
    graphs = revisions.parse(c.sh(script).stdout)
    known = [g for g in graphs.values() if isinstance(g, revisions.Graph)]
    rows = set(seen.revision)
    present = next((g for g in known if rows <= g.revisions.keys()), graphs[seen.head])
    return present, graphs[commit.sha]


def _compare(present, rows: list[str], target, revision: str | None):
    for graph in (present, target):
        if not isinstance(graph, revisions.Graph):
            raise Refused(f"The migrations cannot be read: {graph}. Nothing was changed; --revision names one.")
    if revision:
        return revisions.compare_revision(present, rows, revision)
    return revisions.compare(present, rows, target)

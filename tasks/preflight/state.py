"""Where a deployment is now: one batch of read-only questions, and the answers as data."""

from __future__ import annotations

import json

from msgspec import Struct, field

from ..config.settings import Environment
from ..ssh import paths
from ..ssh.shell import Answer, die, join, quote
from ..tools.compose import compose
from ..tools.compose.compose import LABEL
from . import remedies as cures

FIELDS = (
    "{{.Id}}",
    "{{.Name}}",
    f'{{{{index .Config.Labels "{LABEL}.service"}}}}',
    "{{.Image}}",
    "{{.Config.Image}}",
    "{{.RestartCount}}",
    f'{{{{index .Config.Labels "{LABEL}.project"}}}}',
    "{{json .State}}",  # whole: a template cannot ask for a health check that is not there
)


ENGINE = (
    "timeout 10 docker version --format '{{.Server.Version}}' || "
    "{ [ $? != 124 ] || echo 'no answer in 10 s: is the docker daemon running?' >&2; false; }"
)


class Container(Struct, frozen=True):
    """One container of the project; `image` is the id it runs, `image_name` what it was created from."""

    id: str
    name: str
    service: str
    image: str
    image_name: str
    status: str
    health: str
    started: str
    restarts: int
    exit_code: int
    project: str

    @property
    def running(self) -> bool:
        """Whether it runs and its own health check, if it has one, does not say otherwise."""
        return self.status == "running" and self.health in ("", "healthy", "starting")


class Response(Struct, frozen=True):
    """What a health address answered; `code` 0: nothing did."""

    url: str
    code: int


class State(Struct, kw_only=True):
    """A deployment as it was seen: what could not be read stands in `problems` under its name."""

    engine: str = ""
    compose: str = ""
    free: dict[str, int] = field(default_factory=dict)
    head: str = ""
    branch: str = ""
    subject: str = ""
    modified: list[str] = field(default_factory=list)
    untracked: list[str] = field(default_factory=list)
    containers: list[Container] = field(default_factory=list)
    revision: list[str] | None = None
    responses: list[Response] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)

    def of(self, *services: str) -> list[Container]:
        """Return the containers of `services`."""
        return [c for c in self.containers if c.service in services]

    @property
    def healthy(self) -> bool:
        """Whether every health address answered 200."""
        return all(r.code == 200 for r in self.responses)


def questions(environment: Environment) -> dict[str, str]:
    """Return the read-only commands that tell the state of `environment`, by name."""
    app = paths.app(environment)
    asked = {
        "engine": ENGINE,
        "compose": compose.version(environment.compose),
        "free": f"r=$(docker info -f '{{{{.DockerRootDir}}}}' 2>/dev/null) && df -Pk {app} \"$r\" || df -Pk {app} /",
        "head": f"git -C {app} log -1 --format='%H %s' && {{ git -C {app} symbolic-ref -q --short HEAD || :; }}",
        "changes": f"git -C {app} status --porcelain=v1 -z",
        "containers": f"cd {app} || exit; {inspect()}",
    }
    if environment.database:
        asked["revision"] = f"cd {app} || exit; {revision(environment)}"
    for number, url in enumerate(environment.health.urls):
        asked[f"url {number}"] = fetch(url)
    return asked


def inspect() -> str:
    """Return a command that prints one tab-separated line for each container of the project."""
    template = quote("\t".join(FIELDS))
    return f'c=$({compose.containers()}) || exit; [ -z "$c" ] || docker inspect -f {template} $c'


def revision(environment: Environment) -> str:
    """Return a command that prints `table N` and the N rows of the alembic table, read by psql."""
    database, alembic = environment.database, environment.database.alembic
    service = environment.service("database")
    names = (alembic.schema, alembic.table) if alembic else ("public", "alembic_version")
    table = ".".join('"' + name.replace('"', '""') + '"' for name in names)
    literal = "'" + table.replace("'", "''") + "'"
    sql = (
        f"SELECT CASE WHEN to_regclass({literal}) IS NULL THEN 'none' ELSE 'table' END;\n"
        f"SELECT to_regclass({literal}) IS NOT NULL AS there \\gset\n"
        f"\\if :there\nSELECT version_num FROM {table};\n\\endif"
    )
    psql = join("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-U", database.user, "-d", database.name)
    return (
        f"id=$({compose.containers(service, everything=False)} | head -n 1)\n"
        f'[ -n "$id" ] || {die(f"the database container ({service}) is not running: fab containers.start")}\n'
        f"printf '%s\\n' {quote(sql)} | docker exec -i \"$id\" {psql}"
    )


def fetch(url: str, seconds: int = 5) -> str:
    """Return a command that prints the HTTP status of `url`, asked on the host; 000 for no answer."""
    address = quote(url)
    return (
        "if command -v curl >/dev/null 2>&1; then "
        f"curl -s -o /dev/null -m {seconds} -w '%{{http_code}}\\n' -- {address} || :; "
        "elif command -v wget >/dev/null 2>&1; then "
        f"wget -q -S -T {seconds} -t 1 -O /dev/null -- {address} 2>&1"
        " | awk '/^  *HTTP/ {c=$2} END {print c ? c : \"000\"}'; "
        "else echo 'neither curl nor wget' >&2; false; fi"
    )


def read(environment: Environment, answers: dict[str, Answer]) -> State:
    """Return the state that the answers to `questions` describe; others may be among them."""
    answers = {name: answers[name] for name in questions(environment)}
    state = State()
    for name, answer in answers.items():
        if not answer.ok:
            state.problems[name] = cures.meaning(answer)
    _plain(state, answers)
    _checkout(state, answers)
    state.containers = parse_containers(answers["containers"].out)
    if "revision" in answers and answers["revision"].ok:
        state.revision = parse_revision(answers["revision"].out)
    state.responses = [Response(url, _code(answers[f"url {n}"].out)) for n, url in enumerate(environment.health.urls)]
    return state


def _plain(state: State, answers: dict[str, Answer]) -> None:
    state.engine = answers["engine"].out.strip() if answers["engine"].ok else ""
    state.compose = answers["compose"].out.strip() if answers["compose"].ok else ""
    for line in answers["free"].out.splitlines()[1:]:
        words = line.split()
        if len(words) >= 6 and words[3].isdigit():
            state.free[words[5]] = int(words[3]) * 1024


def _checkout(state: State, answers: dict[str, Answer]) -> None:
    first, _, branch = answers["head"].out.strip().partition("\n")
    state.head, _, state.subject = first.partition(" ")
    state.branch = branch.strip()
    state.modified, state.untracked = parse_changes(answers["changes"].out)


def parse_changes(out: str) -> tuple[list[str], list[str]]:
    """Return modified tracked files and untracked files from `git status --porcelain=v1 -z`."""
    modified, untracked = [], []
    entries = iter(out.strip("\n").split("\0"))
    for entry in entries:
        code, name = entry[:2], entry[3:]
        if code[:1] in ("R", "C"):
            next(entries, None)
        if code == "??":
            untracked.append(name)
        elif name:
            modified.append(name)
    return modified, untracked


def parse_containers(out: str) -> list[Container]:
    """Return the containers that `inspect` printed."""
    lines = (line.split("\t", len(FIELDS) - 1) for line in out.splitlines())
    found = [_container(words) for words in lines if len(words) == len(FIELDS)]
    return sorted(found, key=lambda c: (c.service, c.name))


def _container(words: list[str]) -> Container:
    detail = json.loads(words[7])
    return Container(
        id=words[0],
        name=words[1].lstrip("/"),
        service=words[2],
        image=words[3],
        image_name=words[4],
        restarts=int(words[5]),
        project=words[6],
        status=detail["Status"],
        health=(detail.get("Health") or {}).get("Status", ""),
        started=detail["StartedAt"],
        exit_code=detail["ExitCode"],
    )


def parse_revision(out: str) -> list[str]:
    """Return the rows of the alembic table; none where it does not exist."""
    return sorted(line for line in out.splitlines()[1:] if line.strip())


def _code(out: str) -> int:
    text = out.strip()[-3:]
    return int(text) if text.isdigit() else 0

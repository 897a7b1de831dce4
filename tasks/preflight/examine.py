"""Everything a person would look at to tell how a deployment is: asked in one round trip, kept as data."""

from __future__ import annotations

import re
import time

from msgspec import Struct, field

from ..config.settings import Environment
from ..console.units import stamp
from ..ssh import paths
from ..ssh.shell import NOT_REACHED, Answer, join, quote
from ..tools.alembic import revisions
from ..tools.compose import compose, project
from ..tools.compose.compose import LABEL
from ..tools.compose.images import REVISION_LABEL
from ..tools.compose.project import Project
from . import errorlog, state
from .errorlog import Noise
from .state import Container, State

ORIGIN = (
    f'{{{{.Name}}}} {{{{.Created}}}} .{{{{index .Config.Labels "{LABEL}.config-hash"}}}}'
    f' .{{{{index .Config.Labels "{REVISION_LABEL}"}}}} {{{{.Image}}}}'
)


COMMIT = re.compile(r"[0-9a-f]{40}")


class Origin(Struct, frozen=True):
    """What a container was made of; `image_now`: the id its image's name has now, `tags`: its image's names."""

    created: float
    settings: str
    commit: str
    image_now: str
    tags: list[str]

    def of(self, commit: str) -> bool | None:
        """Whether its image is that of `commit`, a full hash; None where nothing says."""
        return commit in self.commits if self.commits else None

    @property
    def commits(self) -> list[str]:
        """The commits that its image's label and names tell of."""
        names = {self.commit, *(t.rpartition(":")[2] for t in self.tags)}
        return sorted(n for n in names if COMMIT.fullmatch(n))


class Examined(Struct, kw_only=True):
    """What was found on one host; `heads` are those of HEAD, None where they cannot be told."""

    seen: State
    project: Project
    database: str = ""
    now: float = 0.0
    moved: float = 0.0
    heads: list[str] | None = None
    heads_problem: str = ""
    graph: revisions.Graph | None = None
    noise: list[Noise] = field(default_factory=list)
    origins: dict[str, Origin] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    files: dict[str, float] = field(default_factory=dict)

    @property
    def fits(self) -> bool:
        """Whether the database is exactly where the code of HEAD needs it; rows that say nothing new do not count."""
        rows = self.seen.revision
        if rows is None or self.graph is None:
            return rows == self.heads
        return revisions.compare(self.graph, rows, self.graph).kind == "same"

    @property
    def services(self) -> list[str]:
        """The services that have to run; those that have containers, where compose does not say."""
        return self.project.lasting or sorted({k.service for k in self.seen.containers})

    @property
    def errors(self) -> list[Noise]:
        """The errors since the newest start of an application, by container."""
        started = {k.name: stamp(k.started) for k in self.seen.containers}
        newest = max((stamp(k.started) for k in self._applications), default=0.0)
        return [n.since(max(newest, started.get(n.container, 0.0))) for n in self.noise]

    @property
    def _applications(self) -> list[Container]:
        return [k for k in self.seen.containers if k.service != self.database] or self.seen.containers

    def left_behind(self) -> list[str]:
        """Return the containers of another commit than HEAD, unless any was made since the checkout came to HEAD.

        A deployment of one service leaves the others as they are; one of none was a checkout, and no deployment.
        """
        names = {k.name for k in self._applications} & self.origins.keys()
        if any(self.origins[name].created >= self.moved for name in names):
            return []
        return sorted(name for name in names if self.origins[name].of(self.seen.head) is False)

    def reconfigured(self) -> list[str]:
        """Return the containers that compose would make anew for other settings than they were made with."""
        found = []
        for k in self.seen.containers:
            origin = self.origins.get(k.name)
            same_image = origin and origin.image_now in ("", k.image)
            if same_image and origin.settings and origin.settings != self.settings.get(k.service, origin.settings):
                found.append(k.name)
        return found

    def newer_files(self) -> dict[str, list[str]]:
        """Return the configuration files that were changed after containers were made, and those containers."""
        found = {}
        for name, changed in self.files.items():
            older = sorted(k for k, origin in self.origins.items() if origin.created < changed)
            if older:
                found[name] = older
        return found


def questions(environment: Environment, settings: bool = True) -> dict[str, str]:
    """Return the read-only commands whose answers `read` understands, by name; comparing `settings` takes time."""
    app = paths.app(environment)
    files = join(*environment.compose.files, ".env")
    asked = {
        **state.questions(environment),
        **project.questions(environment),
        "now": "date +%s",
        "moved": f"git -C {app} log -g -1 --date=unix --format=%gd HEAD -- | tr -cd '0-9\\n' | cut -c1-10",
        "noise": f"cd {app} && {{ {errorlog.questions()}\n}}",
        "origins": f"cd {app} && {{ {_origins()}\n}}",
        "files": f'cd {app} && for f in {files}; do [ ! -f "$f" ] || stat -c \'%Y %n\' "$f"; done',
    }
    if settings:
        asked["settings"] = compose.in_app(environment, "compose config --hash '*'")
    if environment.database and environment.database.alembic:
        path = environment.app.path.removeprefix("~/")
        asked["heads"] = revisions.fetch_script(path, ["HEAD"], environment.database.alembic.config)
    return asked


def _origins() -> str:
    return "\n".join(
        [
            f"for c in $({compose.containers()}); do set -- $(docker inspect -f {quote(ORIGIN)} $c)",
            "name=$(docker inspect -f '{{.Config.Image}}' $c)",
            'printf \'%s %s %s %s %s %s\\n\' "$1" "$2" "$3" "$4"'
            ' "$(docker image inspect -f \'{{.Id}}\' "$name" 2>/dev/null)"'
            ' "$(docker image inspect -f \'{{join .RepoTags ","}}\' "$5" 2>/dev/null)"; done',
        ]
    )


def examine(member, settings: bool = True) -> Examined:
    """Look at one host; what cannot be read is a problem in the state, never an error."""
    answers = member.ask(questions(member.environment, settings))
    return read(member.environment, answers)


def read(environment: Environment, answers: dict[str, Answer]) -> Examined:
    """Return what the answers to `questions` say."""
    seen = state.read(environment, {n: answers[n] for n in state.questions(environment)})
    found = Examined(
        seen=seen,
        project=project.read(answers, seen),
        database=environment.service("database") or "",
        moved=float(answers["moved"].out.strip() or 0),
        now=float(answers["now"].out.strip() or time.time()),
        noise=errorlog.read(answers["noise"].out),
        origins=parse_origins(answers["origins"].out),
        settings=parse_settings(answers.get("settings", NOT_REACHED).out),
        files=parse_files(answers["files"].out),
    )
    if "heads" in answers:
        _read_heads(environment, found, answers["heads"])
    return found


def _read_heads(environment: Environment, found: Examined, answer: Answer) -> None:
    try:
        graph = revisions.parse(answer.out, environment.database.alembic.config)["HEAD"]
    except (ValueError, KeyError) as error:
        found.heads_problem = answer.err.strip() or str(error)
        return
    if isinstance(graph, revisions.Graph):
        found.graph, found.heads = graph, sorted(graph.heads())
    else:
        found.heads_problem = str(graph)


def parse_origins(out: str) -> dict[str, Origin]:
    """Return what each container, by name, was made of."""
    words = [line.split(" ") for line in out.splitlines()]
    return {
        w[0].lstrip("/"): Origin(stamp(w[1]), w[2][1:], w[3][1:], w[4], w[5].split(",")) for w in words if len(w) == 6
    }


def parse_settings(out: str) -> dict[str, str]:
    """Return the hash of the settings of each service, as compose prints them."""
    return dict(line.split() for line in out.splitlines() if len(line.split()) == 2)


def parse_files(out: str) -> dict[str, float]:
    """Return when (seconds) each configuration file was changed."""
    pairs = (line.split(" ", 1) for line in out.splitlines())
    return {name: float(changed) for changed, name in pairs if changed.isdigit()}

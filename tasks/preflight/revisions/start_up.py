"""Whether the application's start would bring migrations back: by the words that start it, and scripts that may."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping

from ...ssh import paths
from ...ssh.host import Host
from ...ssh.probe import Probe, single
from ...ssh.shell import join
from ...tools.alembic import migrations
from ...tools.compose import compose, project
from ...tools.compose.project import Project

FILES = ("*Dockerfile*", "*.sh", "*entrypoint*", "*start*")
LINES = "upgrade|ENTRYPOINT|CMD|COPY|ADD"  # what counts in them


def upgrade(c: Host, sha: str) -> str | None:
    """Return the words in the start-up of commit `sha` that upgrade the database; None where none are found.

    What only a job runs is no start-up: a start leaves jobs alone.
    """
    target = compose.call(c.environment, "reads/describe-target.sh", sha)
    described, lines = c.ask(project.probe(c.environment, target), _lines(c, sha))
    return migrations.starts_upgrade(texts(described.project([]), lines))


def _lines(c: Host, sha: str) -> Probe[dict[str, str]]:
    """Return the probe of the lines that count, by their file."""
    asked = join("grep", "-E", LINES, sha, "--", *FILES, *c.environment.compose.files)

    def read(out: str) -> dict[str, str]:
        found: dict[str, str] = {}
        for path, _, text in (line.removeprefix(f"{sha}:").partition(":") for line in out.splitlines()):
            found[path] = f"{found.get(path, '')}{text}\n"
        return found

    return single(f"git -C {paths.app(c.environment)} {asked}", lambda answer: read(answer.out))


def texts(files: Project, lines: Mapping[str, str]) -> list[str]:
    """Return what starts the application: `lines` of compose files count where compose does not accept these."""
    once = {name for name in files.services if name in files.jobs or name not in files.lasting}
    jobs = [_words(files, name) for name in once]
    starting = [_words(files, name) for name in files.services if name not in once]
    images = [text for path, text in lines.items() if "Dockerfile" in path]
    names = {path: posixpath.basename(path) for path in lines}
    composed = {path for path in lines if files.services and path.endswith((".yml", ".yaml"))}
    only = {
        path
        for path, name in names.items()
        if any(name in words for words in jobs) and not any(name in words for words in (*starting, *images))
    }
    return [*starting, *(text for path, text in lines.items() if path not in composed | only)]


def _words(files: Project, name: str) -> str:
    said = [files.services[name].get(key) or "" for key in ("entrypoint", "command")]
    return " ".join(" ".join(one) if isinstance(one, list) else str(one) for one in said)

"""Real git repositories with migrations, and the round trip through `sh`."""

from __future__ import annotations

import base64
import gzip
import hashlib
import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tasks.tools.alembic import revisions
from tests.unit.support.laid import with_files

INI = "[alembic]\nscript_location = alembic\n"


def migration(name: str, down: object = None, body: str = "", **more: object) -> str:
    """The text of a migration as Alembic's template writes it."""
    extra = "".join(f"{key} = {value!r}\n" for key, value in more.items())
    head = f'"""Add {name}\n\nRevision ID: {name}\n"""\nrevision = {name!r}\n'
    return f"{head}down_revision = {down!r}\n{extra}{body}"


@dataclass(frozen=True)
class Repository:
    """A git repository; `commit` makes a commit that holds exactly the files given."""

    path: Path

    def git(self, *arguments: str) -> str:
        names = {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME",)}
        mails = {"GIT_AUTHOR_EMAIL": "x@x", "GIT_COMMITTER_EMAIL": "x@x"}
        command = ["git", "-C", str(self.path), *arguments]
        environment = {**os.environ, **names, **mails}
        return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout.strip()

    def commit(self, files: Mapping[str, str | bytes]) -> str:
        for old in self.git("ls-files", "-z").split("\0"):
            (self.path / old).unlink() if old else None
        for name, content in files.items():
            path = self.path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")

    def fetch(self, *commits: str, config: str = "alembic.ini") -> str:
        script = revisions.fetch_script(str(self.path), list(commits), config)
        run = subprocess.run(["sh", "-c", with_files(script)], check=True, capture_output=True, text=True)
        assert run.stderr == ""
        return run.stdout

    def read(self, files: Mapping[str, str | bytes], config: str = "alembic.ini"):
        """The answer for one commit that holds these files."""
        commit = self.commit(files)
        return revisions.parse(self.fetch(commit, config=config), config)[commit]


@dataclass(frozen=True)
class Tree:
    """Files on disk, and what the script prints of a commit that holds them, without git."""

    path: Path

    def read(
        self,
        files: Mapping[str, str | bytes],
        config: str = "alembic.ini",
        links: Mapping[str, str] = {},  # noqa: B006
        section: str = "alembic",
    ):
        contents = {name: text if isinstance(text, bytes) else text.encode() for name, text in files.items()}
        for name, content in contents.items():
            (self.path / name).parent.mkdir(parents=True, exist_ok=True)
            (self.path / name).write_bytes(content)
        entries = [("100644", name, content) for name, content in contents.items()]
        entries += [("120000", name, goal.encode()) for name, goal in links.items()]
        return revisions.parse(printed(entries), config, section)["abc"]


def printed(entries: Iterable[tuple[str, str, bytes]]) -> str:
    """The output of the script for the commit `abc` with files of these modes."""
    head, blobs = b"commit abc\0", {}
    for mode, path, content in entries:
        name = hashlib.sha1(content).hexdigest()
        head += f"{mode} blob {name}\t{path}\0".encode()
        if b"down_revision" in content or not path.endswith(".py"):
            blobs[name] = b"%s blob %d\n%s\n" % (name.encode(), len(content), content)
    stream = head + b"blobs\0" + b"".join(blobs.values()) + b"end"
    return base64.encodebytes(gzip.compress(stream, 1)).decode()


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    path = tmp_path / "the app's checkout"
    path.mkdir()
    made = Repository(path)
    made.git("init", "-q")
    return made


@pytest.fixture
def project():
    """Files of a project: `project({"a.py": text})` with Alembic set up in the usual way."""

    def files(migrations: Mapping[str, str | bytes], **more: str) -> dict[str, str | bytes]:
        found = {f"alembic/versions/{name}": text for name, text in migrations.items()}
        return {"alembic.ini": INI, "alembic/env.py": "", **found, **more}

    return files


@pytest.fixture(name="migration")
def migration_fixture():
    return migration

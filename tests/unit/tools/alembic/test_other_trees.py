"""Every tree of migrations that two commits differ in is found; the one that is taken back is told from the others."""

from __future__ import annotations

import subprocess

import pytest
from msgspec import structs

from tasks.config.settings import App
from tasks.ssh.shell import Answer
from tasks.tools.alembic import other_trees
from tasks.tools.alembic.revisions import Graph, Revision
from tests.unit.support import laid
from tests.unit.support.checkouts import NOBODY, Checkout

TREES = ("alembic", "billing/alembic", "docs")


@pytest.fixture
def checkout(tmp_path):
    """A release with two trees and a folder that is none, and one that changes all three of them."""
    made = Checkout(tmp_path)
    for number, release in enumerate(("first", "second")):
        for tree in TREES:
            folder = made.folder / tree / "versions"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / f"{release}.py").write_text(str(number))
            if tree != "docs":
                (folder.parent / "env.py").touch()
        made.git("add", "-A")
        made.git("commit", "-q", "-m", release)
    return made


def asked(probe) -> list[str]:
    """What a probe of one command finds here."""
    (command,) = probe.commands.values()
    done = subprocess.run(
        ["sh", "-c", laid.with_files(command)], env={**NOBODY, "PATH": "/usr/bin:/bin"}, capture_output=True
    )
    return probe.read({"": Answer(done.stdout.decode(), "", done.returncode)})


def test_folders_of_migrations_that_differ_are_found_and_other_folders_are_not(checkout):
    found = asked(other_trees.probe(checkout.environment, "HEAD~1"))
    assert found == ["alembic/versions", "billing/alembic/versions"]
    assert asked(other_trees.probe(checkout.environment, "HEAD")) == []
    assert asked(other_trees.probe(checkout.environment, "nothere")) == []


def test_they_are_named_as_they_are_seen_from_the_applications_own_folder(checkout):
    below = structs.replace(checkout.environment, app=App(path=f"{checkout.folder}/billing"))
    assert asked(other_trees.probe(below, "HEAD~1")) == ["/alembic/versions", "alembic/versions"]


def test_the_tree_that_is_taken_back_is_not_named():
    graph = Graph.of([Revision("one", (), path="alembic/versions/one.py")])
    assert other_trees.others(["alembic/versions", "x/versions"], [graph, "undecidable"]) == ["x/versions"]
    assert other_trees.others(["alembic/versions"], ["undecidable"]) == []

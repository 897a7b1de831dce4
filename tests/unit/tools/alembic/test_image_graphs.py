"""What the text of a commit does not decide is asked of Alembic itself, in an image of that commit."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tasks.ssh import scripts
from tasks.tools.alembic import image_graphs
from tasks.tools.alembic.revisions import Graph
from tests.unit.support.deployment import environment
from tests.unit.support.stage import listed
from tests.unit.tools.alembic.revisions.conftest import migration

# A container is a folder: the script that is run in one runs there, with the Alembic of these tests.
DOCKER = """#!/bin/sh
echo "$*" >> "$FAKE/asked"
case $* in
  ps*) cat "$FAKE/running" ;;
  inspect*opencontainers*) cat "$FAKE/made-of" ;;
  inspect*) printf '1\\nshop_default \\n/srv\\napp\\n\\npresent\\n\\nURL=a\\n.\\n' ;;
  'images -q'*"$(cat "$FAKE/labelled")") echo labelled ;;
  'images -q'*) ;;
  images*) cat "$FAKE/tagged" ;;
  run*)
    while [ "$1" != --entrypoint ]; do shift; done
    cd "$FAKE/images/$3" || exit
    shift 3
    exec sh "$@" ;;
esac
"""


class Host:
    """A checkout with one commit, and images that are folders."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        python = Path(sys.executable).parent
        self.variables = {"PATH": f"{folder}:{python}:/usr/bin:/bin", "HOME": str(folder), "FAKE": str(folder)}
        (folder / "docker").write_text(DOCKER)
        (folder / "docker").chmod(0o755)
        (folder / "app").mkdir()
        git = ["git", "-C", str(folder / "app"), "-c", "user.name=x", "-c", "user.email=x@x"]
        for words in (["init", "-q"], ["commit", "-q", "--allow-empty", "-m", "x"]):
            subprocess.run([*git, *words], check=True)
        self.sha = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True).stdout.strip()
        for name, text in {"running": listed("c1 api"), "made-of": "\n", "labelled": "none\n", "tagged": ""}.items():
            self.tell(name, text)

    def tell(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text)

    def image(self, name: str, options: str = "", **migrations: str) -> Path:
        """Make an image with these migrations in the folder versions."""
        top = self.folder / "images" / name
        (top / "db/versions").mkdir(parents=True)
        (top / "db/env.py").touch()
        (top / "alembic.ini").write_text(f"[alembic]\nscript_location = db\n{options}")
        for file, text in migrations.items():
            (top / f"db/versions/{file}.py").write_text(text)
        return top

    def ask(self, *commits: str) -> dict[str, Graph]:
        probe = image_graphs.probe(environment(), commits)
        (command,) = probe.commands.values()
        done = subprocess.run(
            ["sh", "-c", scripts.with_files(command)],
            cwd=self.folder,
            env=self.variables,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return image_graphs.parse(done.stdout)

    def asked(self) -> list[str]:
        return [line for line in (self.folder / "asked").read_text().splitlines() if line.startswith("run")]


@pytest.fixture
def host(tmp_path) -> Host:
    return Host(tmp_path)


def test_head_is_asked_in_the_image_and_with_the_volumes_of_its_service(host):
    host.image("present", a1=migration("a1"), m=migration("m", ("a1", "b1")), b1=migration("b1"))
    graph = host.ask("HEAD")["HEAD"]
    assert sorted(graph.revisions) == ["a1", "b1", "m"]
    assert graph.revisions["m"].down_revisions == ("a1", "b1")
    assert graph.revisions["a1"].title == "Add a1"
    assert graph.revisions["a1"].source == migration("a1")
    assert graph.revisions["a1"].path.endswith("db/versions/a1.py")
    (run,) = host.asked()
    assert run.startswith("run --rm --network none --volumes-from c1 --env-file ")
    assert " -w /srv -u app " in run


def test_what_the_text_does_not_say_is_what_alembic_says(host):
    top = host.image("present", "recursive_version_locations = true\nsourceless = true\n", a1=migration("a1"))
    (top / "db/versions/deep").mkdir()
    (top / "db/versions/deep/b1.py").write_text(migration("b1", "a1"))
    (top / "elsewhere.py").write_text("revision = 'c' + '1'\ndown_revision = 'b1'\ndepends_on = 'side'\n")
    (top / "db/versions/link.py").symlink_to(top / "elsewhere.py")
    (top / "db/versions/s1.py").write_text(migration("s1", branch_labels=("side",)))
    graph = host.ask("HEAD")["HEAD"]
    assert sorted(graph.heads()) == ["c1", "s1"]
    assert graph.revisions["c1"].depends_on == ("s1",)


@pytest.mark.parametrize(("labelled", "tagged"), [("SHA", ""), ("none", "frontend SHA\nlabelled SHA\nother v1\n")])
def test_another_commit_is_asked_in_any_image_of_it_that_can_tell(host, labelled, tagged):
    host.image("labelled", a1=migration("a1"))
    host.tell("made-of", "0123\n")
    host.tell("labelled", labelled.replace("SHA", host.sha))
    host.tell("tagged", tagged.replace("SHA", host.sha))
    assert host.ask("HEAD")["HEAD"].heads() == ["a1"]
    assert " --volumes-from " not in host.asked()[-1]


def test_what_no_image_tells_is_left_out(host):
    host.image("present", a1="raise ValueError")
    assert host.ask("HEAD", "no-such") == {}
    host.tell("running", "")
    assert host.ask("HEAD") == {}


def test_alembic_without_a_migration_is_an_empty_graph(host):
    host.image("present")
    assert host.ask("HEAD")["HEAD"].heads() == []


def test_no_cut_of_the_output_is_taken_for_an_answer():
    whole = "commit x\nRev: a (head)\nParent: <base>\nPath: a.py\n\n    Add a\n\nSource: eA==\nend\n"
    assert image_graphs.parse(whole)["x"].heads() == ["a"]
    for length in range(len(whole) - 1):
        assert image_graphs.parse(whole[:length]) == {}


def test_a_dependency_on_a_label_that_several_carry_is_left_out():
    entry = "Rev: {0}\nParent: {1}\n{2}\nPath: {0}.py\n\n    x\n\n"
    told = entry.format("a", "<base>", "Branch names: side") + entry.format("b", "a", "Branch names: side")
    told += entry.format("c", "<base>", "Also depends on: side")
    assert image_graphs.parse(f"commit x\n{told}" + "Source: eA==\n" * 3 + "end\n") == {}

"""The tasks are listed as the runbook has them, where they are the program's own."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from fabric.main import make_program
from invoke import Collection

import tasks
from tasks.engine import listing
from tests.unit.support.tty import PROJECT

OFFERED = "import tasks\nfrom invoke import Collection\nfrom tasks.engine import mounting\nmounting.offer(tasks.ns)"


def listed(monkeypatch, capsys, folder, fabfile: str, *words: str) -> list[str]:
    """Return the lines that `fab --list` prints with this fabfile."""
    program = make_program()
    monkeypatch.setattr("fabric.main.program", program)
    (folder / "fabfile.py").write_text(f"{OFFERED}\n{fabfile}")
    with pytest.raises(SystemExit) as ended:
        program.run(["fab", "--search-root", str(folder), *words])
    assert not ended.value.code
    return capsys.readouterr().out.splitlines()


def test_the_playbooks_come_first_and_every_subject_has_its_heading(monkeypatch, capsys, tmp_path):
    lines = listed(monkeypatch, capsys, tmp_path, "ns = tasks.ns", "--list")
    headings = [line for line in lines if line and not line.startswith(" ")]
    assert headings[:4] == ["Playbooks:", "The code:", "The containers:", "The schema:"]
    assert lines[2].split()[0] == "diagnose"
    assert {line.split()[0] for line in lines if line.startswith("  ") and line[2] != " "} == set(tasks.ns.task_names)


@pytest.mark.parametrize(
    ("fabfile", "words"),
    [
        ("ns = Collection(rollback=tasks.ns)", ["--list"]),
        ("ns = tasks.ns", ["--list", "git"]),
        ("ns = tasks.ns", ["--list", "--list-depth", "1"]),
        ("ns = tasks.ns", ["--list", "-F", "nested"]),
    ],
)
def test_in_a_fabfile_of_somebody_else_and_by_invokes_own_options_the_list_is_invokes(
    monkeypatch, capsys, tmp_path, fabfile, words
):
    assert listed(monkeypatch, capsys, tmp_path, fabfile, *words)[0].startswith("Available")


def test_own_tasks_of_a_fabfile_that_has_ours_at_its_top_are_listed_as_well():
    whole = Collection.from_module(tasks)
    whole.add_collection(Collection.from_module(ModuleType("mine")), name="mine")
    assert [group.title for group in listing.groups(whole)][:2] == ["Playbooks", "The code"]


@pytest.mark.parametrize("words", [["--list"], ["status", "--help"]])
def test_a_list_that_nobody_reads_to_the_end_ends_as_cat_does(words):
    fab = Path(sys.executable).parent / "fab"
    ran = subprocess.Popen([fab, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=PROJECT)
    ran.stdout.close()
    assert (ran.stderr.read(), ran.wait()) == (b"", -signal.SIGPIPE)

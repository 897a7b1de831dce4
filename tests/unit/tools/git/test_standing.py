"""Where the checkout stands, and what was changed in it."""

from __future__ import annotations

import pytest

from tasks.ssh.shell import Answer
from tasks.tools.git import standing
from tests.unit.support.checkouts import Checkout
from tests.unit.support.deployment import environment
from tests.unit.support.stage import Stage


def test_the_checkout_is_read_with_its_branch_or_none():
    read = standing.head(environment()).read
    assert read({"": Answer("abc a subject: of\nmain\n", "", 0)}) == standing.Head("abc", "a subject: of", "main")
    assert read({"": Answer("abc x\n", "", 0)}).branch == ""


def test_a_head_that_cannot_be_read_is_a_failure_and_not_an_empty_one():
    with Stage(git="echo 'fatal: bad object HEAD' >&2; exit 128") as stage:
        assert stage.run(standing.head(environment()).commands[""]).returncode != 0


def test_a_detached_head_is_no_failure():
    with Stage(git='case "$*" in *symbolic-ref*) exit 1 ;; esac; echo abc subject') as stage:
        done = stage.run(standing.head(environment()).commands[""])
        assert (done.returncode, done.stdout) == (0, "abc subject\n")


@pytest.mark.parametrize(
    ("said", "modified"),
    [
        ("", []),
        (" M a b.txt\0?? new\0", ["a b.txt"]),
        ("R  new\0old\0MM x\0", ["new", "x"]),
        ("UU both\0", ["both"]),
    ],
)
def test_local_changes_are_told_from_new_files(said, modified):
    assert standing.parse_changes(said, "") == standing.Changes(modified)


def test_values_of_compose_that_were_changed_on_the_host_are_told_apart(tmp_path):
    host = Checkout(tmp_path)
    for name in (".env", "deploy/.env", "prod.env"):
        host.commit("SECRET=example", file=name)
    for name in (".env", "deploy/.env", "prod.env", "file"):
        (host.folder / name).write_text("changed by hand")
    answers = {name: asked(host.sh(command)) for name, command in standing.changes(host.environment).commands.items()}
    assert standing.changes(host.environment).read(answers) == standing.Changes(
        ["file"], [".env", "deploy/.env", "prod.env"]
    )


def asked(ran) -> Answer:
    """The answer that a probe is given to what ran."""
    return Answer(ran.stdout, ran.stderr, ran.returncode)

"""The first word of a task stands for its option, whatever is typed around it."""

from __future__ import annotations

import pytest

import tasks
from tasks.engine import first_word

KNOWN = {name: tasks.ns[name] for name in tasks.ns.task_names}
TYPED = {
    "init u@h": "init --host u@h",
    "init u@h --name x --json": "init --host u@h --name x --json",
    "init --name x --json u@h": "init --name x --json --host u@h",
    "init --name=x u@h status": "init --name=x --host u@h status",
    "status init u@h": "status init --host u@h",
    "init --schema": "init --schema",
    "init --schema status": "init --schema status",
    "init --help": "init --help",
    "init --host u@h": "init --host u@h",
    "status": "status",
    "git.log --count init": "git.log --count init",
}


@pytest.mark.parametrize(("typed", "meant"), TYPED.items())
def test_it_becomes_the_option(typed, meant):
    assert " ".join(first_word.named(typed.split(), KNOWN)) == meant

"""What a checkout tells of itself, asked of a real git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tasks.config.settings import App, Compose, Environment, HostSettings
from tasks.ssh.shell import Answer
from tasks.tools.git import described
from tasks.tools.git.described import Checkout
from tests.unit.support.stage import Stage

FILES = {
    "shop/alembic.ini": "[alembic]\nfile_template = x\n[core]\nscript_location = shop:core\n[a b]\nscript_location=x\n",
    "shop/my_alembic.ini": "",
    "shop/alembic/env.py": "from alembic import context\n",
    "flask/env.py": "import alembic\nfrom flask import current_app\n",
    "other/env.py": "import os\n",
    "deploy/a.yml": "",
}
COMMIT = "git init -q -b trunk && git add -A && git -c user.name=a -c user.email=a@b commit -qm x"


def look(folder: str, *more: str) -> Checkout:
    """What is told of a folder of a repository with these files, after `more` git commands."""
    with Stage(git='exec /usr/bin/git "$@"') as stage:
        app = stage.home / "app"
        for name, text in FILES.items():
            (app / name).parent.mkdir(parents=True, exist_ok=True)
            (app / name).write_text(text)
        for command in (COMMIT, *more):
            subprocess.run(command, shell=True, cwd=app, check=True)
        asked = Environment(hosts=[HostSettings(host="h")], app=App(path=str(Path("app") / folder)), compose=Compose())
        done = stage.run(described.probe(asked).commands[""])
        assert done.returncode == 0, done.stderr
        return described.parse(done.stdout)


def test_its_top_its_branch_and_what_speaks_of_alembic_are_told():
    found = look("")
    assert (found.up, found.branch, found.configs) == ("", "trunk", ["shop/alembic.ini"])
    assert (found.scripts, found.flask) == (["flask", "shop/alembic"], ["flask"])


def test_paths_are_from_the_folder_also_those_above_it():
    found = look("deploy")
    assert (found.up, found.configs) == ("..", ["../shop/alembic.ini"])
    assert (found.sections, look("").sections) == ({"../shop/alembic.ini": ["core"]}, {"shop/alembic.ini": ["core"]})


def test_a_detached_head_has_the_branch_of_origin_or_none():
    assert look("", "git checkout -q --detach").branch == ""
    live = "refs/remotes/origin/live"
    origin = f"git update-ref {live} HEAD && git symbolic-ref refs/remotes/origin/HEAD {live}"
    assert look("", "git checkout -q --detach", origin).branch == "live"


@pytest.mark.parametrize("folder", ["", "missing"])
def test_what_is_no_checkout_says_so_in_a_line(folder):
    with Stage(git='exec /usr/bin/git "$@"') as stage:
        asked = Environment(hosts=[HostSettings(host="h")], app=App(path=folder or "."), compose=Compose())
        probe = described.probe(asked)
        done = stage.run(probe.commands[""])
        assert done.returncode != 0
        problem = probe.read({"": Answer(done.stdout, done.stderr, done.returncode)}).problem
        assert problem and "\n" not in problem

"""Where things of a deployment lie: the same place whoever comes, and however its path is spelt."""

from __future__ import annotations

import subprocess

import pytest

from tasks.ssh import paths
from tests.unit.support.deployment import environment
from tests.unit.support.shells import Home


@pytest.fixture
def home(tmp_path):
    (tmp_path / "shop/app/.git").mkdir(parents=True)
    return Home(tmp_path)


def state(home, path):
    return home.sh(f"printf %s {paths.state(environment(app={'path': path}))}").stdout


@pytest.mark.parametrize("path", ["shop/app", "shop/app/", "~/shop/app", "shop/../shop/app", "{home}/shop/app", "now"])
def test_the_state_is_that_of_the_checkout_not_of_the_spelling_of_its_path(home, path):
    (home.folder / "now").symlink_to("shop/app")
    assert state(home, path.format(home=home.folder)) == f"{home.folder}/shop/app/.git/fab-rollback"


def test_deployments_below_one_top_have_a_state_each(home):
    (home.folder / "shop/app/a/b").mkdir(parents=True)
    assert state(home, "shop/app/a/b") == f"{home.folder}/shop/app/.git/fab-rollback+a+b"
    assert state(home, "shop/app/a") == f"{home.folder}/shop/app/.git/fab-rollback+a"


@pytest.mark.parametrize("line", ["gitdir: ../app/.git/worktrees/w", "gitdir: {home}/shop/app/.git/worktrees/w"])
def test_a_worktree_has_a_state_of_its_own(home, line):
    (home.folder / "shop/app/.git/worktrees/w").mkdir(parents=True)
    (home.folder / "shop/w").mkdir()
    (home.folder / "shop/w/.git").write_text(line.format(home=home.folder) + "\n")
    assert state(home, "shop/w") == f"{home.folder}/shop/app/.git/worktrees/w/fab-rollback"


@pytest.mark.parametrize("path", ["plain/app", "not/there"])
def test_without_a_git_folder_it_lies_in_the_home(home, path):
    (home.folder / "plain/app").mkdir(parents=True)
    assert state(home, path) == f"{home.folder}/.fab-rollback/{path.replace('/', '_')}"


def test_a_state_that_lies_where_it_lay_before_goes_on(home):
    old = home.folder / ".fab-rollback/shop_app"
    old.mkdir(parents=True)
    (old / "releases.jsonl").write_text("{}")
    for path in ("shop/app", f"{home.folder}/shop/app"):
        assert subprocess.check_output(["cat", f"{state(home, path)}/releases.jsonl"]) == b"{}"


def test_the_checkout_lies_in_the_home_unless_its_path_is_absolute():
    assert paths.app(environment(app={"path": "app"})) == '"$HOME"/app'
    assert paths.app(environment(app={"path": "/srv/it's"})) == "'/srv/it'\"'\"'s'"

"""Somebody else's project uses ours: installed with pip, mounted, called, built upon."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests import installed
from tests.operator import PROJECT, Ran

pytestmark = pytest.mark.sandbox
NOTED = "REWOUND"


@pytest.fixture(scope="module")
def python(tmp_path_factory) -> Path:
    """The interpreter of a fresh environment with this repository installed and no source tree in sight."""
    _source, wheel = installed.build(tmp_path_factory.mktemp("dist"))
    return installed.install(wheel, tmp_path_factory.mktemp("venv"))


@pytest.fixture
def shop(operator, python, tmp_path):
    """The example project with a host of its own; the host counts who connects, and is put back afterwards."""
    folder = tmp_path / "shop"
    shutil.copytree(PROJECT / "examples", folder)
    operator.host.exec("echo 'echo \"$SSH_CONNECTION\" >> ~/connections' > ~/.ssh/rc")
    yield Shop(operator, python, folder)
    operator.host.exec(f"rm -f ~/.ssh/rc ~/connections ~/{NOTED}")
    operator.host.exec("cd jctc-app && git symbolic-ref -q HEAD || git checkout -q main")


class Shop:
    """Somebody who types commands in the example's folder."""

    def __init__(self, operator, python: Path, folder: Path) -> None:
        self.operator, self.host, self.python, self.folder = operator, operator.host, python, folder
        known = {k: v for k, v in os.environ.items() if not k.startswith("ROLLBACK_")}
        self.environ = {
            **known,
            "COLUMNS": "200",
            "SHOP_HOST": self.host.address,
            "SHOP_PORT": str(self.host.port),
            "SHOP_KEY": str(self.host.key),
            "SHOP_KNOWN_HOSTS": str(self.host.known_hosts),
        }

    def fab(self, *words: str) -> Ran:
        """Run `fab WORDS`."""
        return self.run("-m", "fabric", *words)

    def run(self, *words: str, cwd: Path | None = None, **variables: str) -> Ran:
        """Run the environment's Python with `words`."""
        done = subprocess.run(
            [str(self.python), *words],
            cwd=cwd or self.folder,
            env={**self.environ, **variables},
            capture_output=True,
            text=True,
            timeout=300,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def connections(self) -> int:
        """How many connections were made since this was asked last."""
        seen = self.host.exec("cat ~/connections 2>/dev/null || :; rm -f ~/connections")
        return len(set(seen.splitlines()))


def test_the_tasks_are_mounted_beside_those_of_the_project_without_a_host(shop):
    ran = shop.run("-m", "fabric", "--list", SHOP_HOST="")
    assert ran.code == 0, ran.text
    assert {"morning", "kick", "rewind", "rollback.full-rollback", "rollback.git.last-good"} <= set(ran.out.split())
    assert shop.connections() == 0


def test_a_task_of_the_project_calls_our_steps_over_one_connection(shop):
    ran = shop.fab("morning")
    assert ran.code == 0, ran.text
    assert "Sort cases by priority" in ran.out and "jctc_app" in ran.out
    assert "c5b90f37a4de" in ran.out
    assert shop.connections() == 1


def test_a_chain_on_one_command_line_shares_one_connection(shop):
    ran = shop.fab("rollback.git.log", "rollback.db.current", "rollback.containers.status", "rollback.git.last-good")
    assert ran.code == 0, ran.text
    assert shop.connections() == 1


def test_a_change_called_as_a_function_changes_that_service_only(shop):
    before = started(shop)
    ran = shop.fab("-H", "shop", "kick")
    assert ran.code == 0, ran.text
    after = started(shop)
    assert {name for name in after if after[name] != before[name]} == {"jctc_app"}


def started(shop) -> dict[str, str]:
    """When each container was started."""
    lines = shop.host.exec("docker inspect -f '{{.Name}} {{.State.StartedAt}}' $(docker ps -aq)").splitlines()
    return dict(line.strip("/").split() for line in lines)


def test_a_playbook_of_the_project_gets_plan_journal_and_proof(shop):
    good, bad = shop.operator.good, shop.operator.bad
    plan = shop.fab("rewind", "--commit", good[:7], "--plan")
    assert plan.code == 0, plan.text
    assert "Leave a note" in plan.out and f"git checkout {good[:7]}" in plan.out
    refused = shop.fab("rewind", "--commit", good[:7])
    assert refused.code == 2 and "--yes" in refused.err
    assert shop.operator.head() == bad

    ran = shop.fab("rewind", "--commit", good[:7], "--yes", "--json")
    assert ran.code == 0, ran.text
    done = ran.json()
    assert done["task"] == "rewind"
    assert {check["name"]: check["ok"] for check in done["checks"]} == {"commit": True, "running": True}
    assert shop.host.exec(f"cat {NOTED}") == good
    journal = shop.host.exec(f"cat jctc-app/.git/fab-rollback/runs/{done['run']}/journal")
    assert '"event":"proven"' in journal.replace(" ", "")

    shop.fab("rewind", "--commit", bad, "--yes")
    shop.host.exec(f"rm {NOTED}; mkdir {NOTED}")
    failed = shop.fab("rewind", "--commit", good, "--yes")
    shop.host.exec(f"rmdir {NOTED}")
    assert failed.code == 2 and "no note could be left" in failed.err
    assert shop.operator.head() == bad


def test_a_plan_of_our_steps_and_one_of_theirs_is_one_run_that_undo_takes_back(shop):
    good, bad = shop.operator.good, shop.operator.bad
    ran = shop.fab("release", "--commit", good[:7], "--yes", "--json")
    assert ran.code == 0, ran.text
    done = ran.json()
    assert [step["step"] for step in done["steps"]] == [
        "keep",
        "build",
        "note",
        "stop",
        "snapshot",
        "downgrade",
        "checkout",
        "start",
    ]
    assert done["back"] == f"fab rollback.undo --run {done['run']}"
    assert shop.operator.head() == good
    back = shop.fab(*done["back"].split()[1:], "--yes")
    assert back.code == 0, back.text
    assert shop.operator.head() == bad


@pytest.mark.parametrize(
    "given", ["fabric.Connection('shop')", "invoke.Context()", "fabric.Connection('shop', user='nobody')"]
)
def test_whatever_a_task_was_handed_the_step_runs_on_the_host_of_hosts_yaml(shop, given):
    code = f"import fabric, invoke; from fab_rollback.steps import git; print('=', git.last_good({given}))"
    ran = shop.run("-c", code, PATH=traps(shop))
    assert ran.code == 0, ran.text
    assert f"= {shop.operator.good}" in ran.out
    assert shop.connections() == 1
    assert not (shop.folder / "trapped").exists()


@pytest.mark.parametrize("program", ["invoke", "fabric"])
def test_inv_and_fab_in_this_repository_run_nothing_on_the_operators_machine(shop, program):
    variables = {"ROLLBACK_HOSTS_FILE": str(shop.folder / "hosts.yaml"), "PATH": traps(shop)}
    listed = shop.run("-m", program, "--list", cwd=PROJECT, **variables)
    assert "git.last-good" in listed.out, listed.text
    ran = shop.run("-m", program, "git.last-good", cwd=PROJECT, **variables)
    assert ran.out == f"{shop.operator.good}\n", ran.text
    assert shop.connections() == 1
    assert not (shop.folder / "trapped").exists()


def traps(shop) -> str:
    """A PATH on which the commands that steps use betray that they were run here."""
    folder = shop.folder / "traps"
    folder.mkdir(exist_ok=True)
    for name in ("git", "docker", "docker-compose", "sh", "bash", "curl", "df"):
        (folder / name).write_text(f"#!/bin/sh\n/usr/bin/touch {shop.folder}/trapped\n")
        (folder / name).chmod(0o755)
    return f"{folder}:{os.environ['PATH']}"

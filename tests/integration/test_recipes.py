"""The recipes for CI, step by step as a runner takes them: from the pages of docs, against a real host."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from sandbox import packages
from tests.operator import FAB, PROJECT, Operator, Ran

pytestmark = pytest.mark.sandbox
RECIPES = PROJECT / "docs" / "recipes"


class Runner:
    """A machine of a CI service: a home of its own, the project's folder, and the steps of a job in its shell."""

    def __init__(self, operator: Operator, folder: Path, commit: str) -> None:
        self.home, self.folder = folder / "home", folder / "project"
        self.home.mkdir()
        self.folder.mkdir()
        self.summary = folder / "summary.md"
        operator.settings["hosts"][0] |= {"key": "${PRODUCTION_KEY}", "known_hosts": "~/.ssh/known_hosts"}
        hosts = {"environments": {"production": operator.settings}}
        (self.folder / "hosts.yaml").write_text(yaml.safe_dump(hosts))
        (self.folder / "fabfile.py").write_text("from tasks import ns\n")
        plain = {name: value for name, value in os.environ.items() if not name.startswith("ROLLBACK_")}
        self.environ = {
            **plain,
            "PATH": f"{FAB.parent}:{plain['PATH']}",
            "PYTHONPATH": str(PROJECT),
            "HOME": str(self.home),
            "COMMIT": commit,
            "TARGET": "production",
            "GITHUB_STEP_SUMMARY": str(self.summary),
        }

    def run(self, shell: str, script: str, **variables: str) -> Ran:
        """Run a step's script by that shell, with its options."""
        done = subprocess.run(
            [*shell.split(), "-c", script],
            cwd=self.folder,
            env={**self.environ, **variables},
            capture_output=True,
            text=True,
            timeout=300,
        )
        return Ran(done.returncode, done.stdout, done.stderr)


def blocks(page: str) -> list[str]:
    """Return what stands in the code blocks of a page."""
    return re.findall(r"^```\w*\n(.*?)^```", (RECIPES / page).read_text(), re.MULTILINE | re.DOTALL)


def github_job(runner: Runner, host, how: str) -> Ran:
    """Take the steps of the workflow, but for the installation; return how the one that runs fab ended."""
    workflow, summary = blocks("github-actions.md")
    (runner.folder / ".github").mkdir(exist_ok=True)
    (runner.folder / ".github" / "summary.jq").write_text(summary)
    secrets = {"KEY": host.key.read_text(), "KNOWN_HOSTS": host.known_hosts.read_text()}
    key = str(runner.home / ".ssh" / "rollback")
    ended = {}
    for step in yaml.safe_load(workflow)["jobs"]["plan"]["steps"]:
        script = step.get("run", "")
        if script and "pipx" not in script:
            ended[step["name"]] = runner.run("bash -e", script, HOW=how, PRODUCTION_KEY=key, **secrets)
    assert ended.pop("Key and known hosts").code == 0
    assert ended.pop("Say it in the summary").code == 0
    (fab,) = ended.values()
    return fab


@pytest.mark.long
def test_the_workflow_of_github_plans_then_rolls_back_and_says_both_in_its_summary(fresh, tmp_path):
    packages.need("jq")
    runner = Runner(fresh, tmp_path, fresh.good)
    before = fresh.world()
    planned = github_job(runner, fresh.host, "--plan")
    assert planned.code == 0, planned.text
    assert "**The plan: " in runner.summary.read_text()
    assert fresh.world() == before
    done = github_job(runner, fresh.host, "--yes")
    assert done.code == 0, done.text
    assert "**Done and verified: " in runner.summary.read_text()
    assert "WRONG" not in runner.summary.read_text()
    assert (fresh.head(), fresh.status_of()) == (fresh.good, "200")


def test_the_job_of_gitlab_plans_and_one_that_is_refused_is_red_although_its_output_is_piped(operator, tmp_path):
    (text,) = blocks("gitlab-ci.md")
    job = yaml.safe_load(text)[".rollback"]
    script = "\n".join([*job["before_script"], *job["script"]]).replace("/opt/fab/bin/fab", "fab")
    files = {
        "ROLLBACK_KNOWN_HOSTS": str(operator.host.known_hosts),
        "ROLLBACK_SSH_KEY": str(operator.host.key),
        "HOW": "--plan",
    }
    runner = Runner(operator, tmp_path, operator.good)
    planned = runner.run("bash -eo pipefail", script, **files)
    assert planned.code == 0, planned.text
    assert planned.out == (runner.folder / "result.json").read_text()
    assert planned.json()["steps"]
    refused = runner.run("bash -eo pipefail", script, **{**files, "COMMIT": "0000000"})
    assert refused.code == 2, refused.text

"""The scripts of the incident steps, and what they refuse."""

from __future__ import annotations

import subprocess
from types import SimpleNamespace

import pytest

from tasks.config.settings import App, Compose, DatabaseSettings, Environment, HostSettings
from tasks.console.errors import Refused
from tasks.incident import evidence
from tasks.steps import incident

ENVIRONMENT = Environment(
    hosts=[HostSettings(host="shop")],
    app=App(path="it's an app"),
    compose=Compose(),
    database=DatabaseSettings(name="shop", user="u"),
    name="shop",
)


@pytest.mark.parametrize(("run", "bad"), [("", ""), ("20240402-172100-abcdef", "b" * 40)])
def test_the_script_that_collects_is_one_that_a_shell_can_read(run, bad):
    script = evidence.collect(ENVIRONMENT, 2000, run, bad)
    subprocess.run(["sh", "-n"], input=script, text=True, check=True)
    assert "docker logs -t --tail 2000" in script
    assert (f"runs/{run} " in script) == bool(run)


def test_on_a_host_without_the_folder_an_archive_comes_all_the_same(tmp_path):
    ran = subprocess.run(
        ["sh", "-c", evidence.collect(ENVIRONMENT, 10, "", "")],
        capture_output=True,
        env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "TMPDIR": str(tmp_path)},
        timeout=60,
    )
    listed = subprocess.run(["tar", "tzf", "-"], input=ran.stdout, capture_output=True, check=True)
    assert b"./errors.txt" in listed.stdout and b"./host.txt" in listed.stdout
    assert list(tmp_path.iterdir()) == []


def test_without_an_address_the_key_to_set_is_named():
    c = SimpleNamespace(environment=ENVIRONMENT)
    with pytest.raises(Refused, match=r"environments\.shop: notify"):
        incident.notify.body(c)


def test_a_report_does_not_overwrite_a_file(tmp_path):
    (tmp_path / "r.md").write_text("mine")
    with pytest.raises(Refused, match="there already"):
        incident.report.body(SimpleNamespace(environment=ENVIRONMENT), output=str(tmp_path / "r.md"))

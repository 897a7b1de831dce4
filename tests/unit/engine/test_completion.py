"""What the shell is told for the value of an option."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest
from fabric.main import make_program

from tasks.engine import completion

HOSTS = "default: production\nenvironments:\n  production: &it {hosts: [{host: h}], app: {path: a}}\n  staging: *it\n"


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path):
    (tmp_path / "hosts.yaml").write_text(HOSTS)
    monkeypatch.setenv("ROLLBACK_HOSTS_FILE", str(tmp_path / "hosts.yaml"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("ROLLBACK_ENV", raising=False)
    return tmp_path


def learned(environment: str, *values: str, option: str = "commit") -> None:
    completion.remember(SimpleNamespace(name=environment), option, values)


def test_what_a_command_learned_completes_the_option_in_its_environment(here):
    learned("production", "abc", "def", "abc")
    learned("staging", "123")
    assert completion.candidates(["fab", "full-rollback", "--commit"]) == ["abc", "def"]
    assert completion.candidates(["fab", "full-rollback", "--commit", "a"]) == ["abc", "def"]
    assert completion.candidates(["fab", "-H", "staging", "git.checkout", "--commit"]) == ["123"]
    assert completion.candidates(["fab", "-H"]) == ["production", "staging"]
    kept = here / "cache" / "fab-rollback" / "values.json"
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize(
    "line", ["fab", "fab -H staging", "fab status", "fab undo --run", "fab full-rollback --image x"]
)
def test_for_the_rest_the_tasks_and_options_are_invokes(line):
    learned("production", "abc")
    assert completion.candidates(line.split()) == []


def test_a_value_that_a_shell_would_run_is_never_offered():
    learned("production", "b/$(reboot).dump", "`reboot`", "-rf", "b/a b.dump", "b/good.dump", option="file")
    assert completion.candidates(["fab", "backups.check", "--file"]) == ["b/good.dump"]


def test_where_nothing_can_be_kept_or_read_nobody_minds(here, monkeypatch):
    (here / "cache").write_text("a file where the folder would be")
    learned("production", "abc")
    assert completion.candidates(["fab", "x", "--commit"]) == []
    monkeypatch.setenv("ROLLBACK_HOSTS_FILE", str(here / "nope"))
    assert completion.candidates(["fab", "-H"]) == []


def test_fab_itself_completes_values_options_and_tasks(here, monkeypatch, capsys):
    learned("production", "abc")
    (here / "fabfile.py").write_text("import tasks\nfrom tasks.engine import mounting\nns = mounting.offer(tasks.ns)\n")
    said = []
    for line in ("fab full-rollback --commit", "fab full-rollback --co", "fab full-rollb"):
        program = make_program()
        monkeypatch.setattr("fabric.main.program", program)
        with pytest.raises(SystemExit):
            program.run(["fab", "--search-root", os.fspath(here), "--complete", "--", line])
        said.append(capsys.readouterr().out.split())
    assert said[0] == ["abc"]
    assert "--commit" in said[1] and "git.log" in said[2]

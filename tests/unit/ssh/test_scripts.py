"""Script files as they go to a host."""

from __future__ import annotations

import subprocess

import pytest

from tasks.ssh import scripts
from tasks.ssh.shell import home
from tests.unit.support.stage import WORST


@pytest.fixture
def package(tmp_path, monkeypatch):
    monkeypatch.setattr(scripts, "PACKAGE", tmp_path)
    (tmp_path / "tool").mkdir()
    (tmp_path / "tool/lib.sh").write_text('said() { printf "%s|" "$@"; }\n')
    (tmp_path / "tool/show.sh").write_text('. "$SCRIPTS/tool/lib.sh"\nsaid "$NAME" "$@"\n')
    return tmp_path


def run(script: str, home: str = "/") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["sh", "-c", script], capture_output=True, text=True, env={"PATH": "/usr/bin:/bin", "HOME": home}
    )


def test_a_script_gets_its_values_whatever_they_are(package):
    done = run(scripts.with_files(scripts.call("tool/show.sh", WORST, "", NAME=WORST)))
    assert (done.stdout, done.stderr) == (f"{WORST}|{WORST}||", "")


def test_a_folder_of_the_login_is_found_where_the_login_is(package):
    done = run(scripts.with_files(scripts.call("tool/show.sh", home("a b"), NAME=home("/c"))), home="/home/me")
    assert done.stdout == "/c|/home/me/a b|"


def test_nothing_stays_behind_and_the_exit_code_is_the_scripts_own(package):
    done = run(scripts.with_files(f'{scripts.call("tool/show.sh", NAME="")}; echo "$SCRIPTS"; exit 5'))
    folder = done.stdout.partition("\n")[0].rpartition("|")[2]
    assert done.returncode == 5
    assert folder.startswith("/")
    assert run(f"ls -d {folder}").returncode != 0


def test_a_command_that_names_no_file_goes_as_it_is():
    assert scripts.with_files("echo $HOME") == "echo $HOME"


def test_the_same_files_are_the_same_text(package):
    files = scripts.needed('"$SCRIPTS/tool/show.sh"')
    assert set(files) == {"tool/lib.sh", "tool/show.sh"}
    assert scripts.packed(files) == scripts.packed(dict(reversed(files.items())))

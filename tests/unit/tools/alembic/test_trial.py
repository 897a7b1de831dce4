"""The target's image is tried as compose would start it, and an answer is only ever that of the clone's side."""

from __future__ import annotations

import re
import subprocess

import pytest

from tasks.config.settings import Address
from tasks.ssh import scripts
from tasks.tools.alembic import trial
from tasks.tools.compose import compose
from tasks.tools.git.commits import Commit
from tests.unit.support import laid
from tests.unit.support.deployment import environment
from tests.unit.support.stage import listed

TARGET = Commit("b" * 40, "bbbbbbb", "2024-01-01 00:00", "Ada", "Good")
URL = "http://127.0.0.1:8000/health?deep=it's"
SHOWN = "http://127.0.0.1:8000/health?***"
# `image inspect` is asked for the image that the container was made from, `inspect` for the container, or the new one.
DOCKER = """#!/bin/sh
echo "$*" >> "$FAKE/asked"
case "$*" in
  ps*) cat "$FAKE/containers" ;;
  run*) printf '<%s>' "$@" > "$FAKE/ran"; while [ "$1" != --env-file ]; do shift; done; cp "$2" "$FAKE/env" ;;
  logs*) printf 'Starting\\nValueError: no such column\\n' ;;
  image*Env*) printf 'PATH=/image\\nHOME=/root\\n\\n' ;;
  *len*) cat "$FAKE/len" ;;
  *Env*) printf 'PATH=/image\\nHOME=/app\\nURL=a b\\n\\n' ;;
  image*WorkingDir*) echo /srv ;;
  *WorkingDir*) cat "$FAKE/dir" ;;
  image*.Cmd*) echo " './start.sh'" ;;
  *.Cmd*) cat "$FAKE/cmd" ;;
  image*Entrypoint*) echo ;;
  *Entrypoint*) cat "$FAKE/entry" ;;
  *.Running*) cat "$FAKE/state" ;;
  *.Image*) echo sha256:old ;;
esac
"""
CURL = """#!/bin/sh
last=$(sed 's/^url = "\\(.*\\)"$/\\1/')
echo "$* $last" >> "$FAKE/fetched"
case $last in http://10.0.0.9:8080/*) cat "$FAKE/code" ;; *) printf 000 ;; esac
"""
ORDINARY = {
    "containers": listed("old api"),
    "len": "3",
    "dir": "/srv",
    "cmd": " './start.sh'",
    "entry": "",
    "state": "true,0,10.0.0.9",
    "code": "200",
}


class Tried:
    """What came of a trial with a docker and a curl that answer as they are told."""

    def __init__(self, folder, url: str = URL, **answers: str) -> None:
        for name, text in {**ORDINARY, **answers}.items():
            (folder / name).write_text(text)
        for name, text in (("docker", DOCKER), ("curl", CURL), ("sleep", "#!/bin/sh\n")):
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)
        tried = trial.Trial(TARGET, "api", "api:b", {Address(url=url): 8080})
        (folder / "app").mkdir()
        asked = environment(health={"urls": [url], "timeout": 1})
        told = {**compose.variables(asked), **trial.variables(asked, tried, full=False)}
        text = laid.with_files(
            scripts.call("tools/alembic/trial.sh", NETWORK="rehearsal", TRIAL_ON="downgraded schema", **told)
        )
        variables = {"PATH": f"{folder}:/usr/bin:/bin", "FAKE": str(folder), "HOME": str(folder)}
        done = subprocess.run(["sh", "-c", text], env=variables, cwd=folder, capture_output=True, text=True, timeout=99)
        self.code, self.out, self.err, self.folder = done.returncode, done.stdout, done.stderr, folder

    def __getattr__(self, name: str) -> str:
        return (self.folder / name).read_text()


def test_what_compose_gave_goes_on_and_what_the_old_image_gave_does_not(tmp_path):
    tried = Tried(tmp_path, cmd=" 'it'\\''s' 'a  b' '$HOME'", dir="/srv/backend")
    assert (tried.code, tried.err) == (0, "")
    assert tried.env == "HOME=/app\nURL=a b\n"
    assert tried.ran.startswith("<run><-d><--name><rehearsal-app><--network><rehearsal><--env-file></")
    assert tried.ran.endswith("><-w></srv/backend><api:b><it's><a  b><$HOME>")


def test_an_entrypoint_of_several_words_is_kept_whole(tmp_path):
    tried = Tried(tmp_path, entry=" 'sh' '-c'", cmd=" 'exec x'")
    assert tried.ran.endswith("<--entrypoint><sh><api:b><-c><exec x>")


def test_without_settings_of_its_own_the_image_starts_as_it_is_made(tmp_path):
    assert re.search(r"<--env-file><[^>]+><api:b>$", Tried(tmp_path).ran)


def test_the_clone_s_side_is_asked_by_the_name_of_the_health_address(tmp_path):
    tried = Tried(tmp_path)
    assert "--noproxy * -H Host: 127.0.0.1:8000 " in tried.fetched
    assert tried.fetched.endswith(" -K - http://10.0.0.9:8080/health?deep=it's\n")
    assert tried.out == f"the image of bbbbbbb answers 200 on the downgraded schema ({SHOWN})\n"


@pytest.mark.parametrize(
    ("answers", "verdict", "why"),
    [
        ({"code": "500"}, "does not work", f"{SHOWN} answers 500; it says: ValueError: no such column"),
        (
            {"code": "000"},
            "did not get ready",
            f"{SHOWN} was not answered in 1 s (health.timeout); it says: ValueError",
        ),
        ({"state": "false,7,"}, "does not work", "it ended with exit code 7; it says: ValueError"),
        ({"state": "true,0,"}, "does not work", "it ended with exit code 0"),
    ],
)
def test_an_error_silence_or_a_crash_is_said_with_what_the_image_says(tmp_path, answers, verdict, why):
    tried = Tried(tmp_path, **answers)
    assert tried.code == 2
    assert tried.err.startswith(f"the image of bbbbbbb {verdict} on the downgraded schema: {why}")
    assert tried.err.count("\n") == 1


def test_without_an_address_of_its_own_nothing_is_asked(tmp_path):
    assert not (Tried(tmp_path, state="true,0,").folder / "fetched").exists()


def test_an_environment_that_cannot_be_copied_leaves_the_trial_out(tmp_path):
    tried = Tried(tmp_path, len="4")
    assert (tried.code, "is not tried" in tried.out) == (0, True)
    assert not (tmp_path / "ran").exists()

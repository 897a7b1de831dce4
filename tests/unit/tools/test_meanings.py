"""A host's own words, and what to do about them."""

from __future__ import annotations

import pytest

from tasks.console.commands import render
from tasks.ssh.shell import NOT_REACHED, Answer
from tasks.tools.meanings import meaning


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        (
            "Got permission denied while trying to connect to the Docker daemon socket at unix:///var",
            "usermod -aG docker",
        ),
        ("permission denied while trying to connect to the docker API at unix:///var/run/docker.sock", "usermod"),
        ("Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?", "systemctl start docker"),
        ("sh: 1: docker: not found", "no docker on the host"),
        ("bash: docker: command not found", "no docker on the host"),
        ("timeout: failed to run command 'docker': No such file or directory", "no docker on the host"),
        ("sh: 1: git: not found", "no git on the host"),
        ("docker-compose: not found", "no compose on the host"),
        ("docker: 'compose' is not a docker command.\nSee 'docker --help'", "no compose on the host"),
        ("unknown flag: --short\nSee 'docker --help'.\nTo get more help with docker, see the guides", "no compose on"),
        ("fatal: not a git repository (or any of the parent directories): .git", "not a git checkout"),
        ("fatal: cannot change to '/home/u/app': No such file or directory", "no folder on the host"),
        ("sh: 3: cd: can't cd to /home/u/app", "no folder on the host"),
        ("sh: line 1: cd: /home/u/app: No such file or directory", "no folder on the host"),
        ("fatal: detected dubious ownership in repository at '/srv/app'", "safe.directory"),
        ("the database container (db) is not running", "the database container (db) is not running: fab containers"),
        ("Error: Container 5c1e is restarting, wait until the container is running", "fab diagnose"),
        (
            'psql: error: FATAL:  role "shopp" does not exist',
            'role "shopp" does not exist: database.user in hosts.yaml',
        ),
        ('FATAL:  database "x" does not exist', 'database "x" does not exist: database.name in hosts.yaml'),
        ("first\nsomething\x1b[31m else\n", "something�[31m else"),
    ],
)
def test_words_are_told_with_what_to_do(said, remedy):
    assert remedy in render(meaning(Answer("", said, 1)))


def test_a_command_that_said_nothing_is_told_by_its_exit_code():
    assert meaning(Answer("", "", 3)) == "exit code 3"
    assert meaning(NOT_REACHED) == "did not get its turn"

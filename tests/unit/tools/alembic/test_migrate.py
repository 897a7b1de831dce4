"""A container for alembic is made like the service's own, or not at all: never with half of its environment."""

from __future__ import annotations

import subprocess

import pytest

from tasks.tools.alembic import migrate
from tests.unit.support.deployment import environment

DOCKER = """#!/bin/sh
case $1 in ps) echo c1 ;; inspect) cat "$FAKE/inspected" ;; esac
"""


@pytest.fixture
def like(tmp_path):
    """Return what is learned of a container that docker describes with these lines."""

    def learned(*lines: str) -> tuple[str, ...]:
        (tmp_path / "docker").write_text(DOCKER)
        (tmp_path / "docker").chmod(0o755)
        (tmp_path / "inspected").write_text("".join(f"{line}\n" for line in lines))
        show = 'if same; then echo same; fi; echo "$net|$dir|$user"; cat "$e"'
        script = f"set -eu\n{migrate.like_service(environment())}\n{show}"
        variables = {"PATH": f"{tmp_path}:/usr/bin:/bin", "FAKE": str(tmp_path)}
        done = subprocess.run(["sh", "-c", script], env=variables, cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return tuple(done.stdout.splitlines())

    return learned


def test_environment_network_folder_and_user_are_taken_over(like):
    found = like("2 0", "shop_default other ", "/srv", "app", "URL=a\\nb", "EMPTY=", ".")
    assert found == ("same", "shop_default|/srv|app", "URL=a\\nb", "EMPTY=")


@pytest.mark.parametrize("value", [("A=x", "y"), ("A=x", ""), ("A=x", "", "")])
def test_a_value_of_several_lines_is_left_to_compose(like, value):
    assert like("1 0", "shop_default ", "/srv", "", *value, ".")[0] != "same"


def test_extra_hosts_are_left_to_compose(like):
    assert like("1 2", "shop_default ", "/srv", "", "A=x", ".")[0] != "same"


def test_no_container_is_left_to_compose(like):
    assert like() == ("||",)


def held(held: str, rows: list[str], redundant: list[str]) -> bool:
    script = f"set -eu\nrows='{held}'\n{migrate.holds(rows, redundant)} || exit 3"
    done = subprocess.run(["sh", "-c", script], capture_output=True, text=True)
    assert (done.returncode in (0, 3), done.stderr) == (True, "")
    return done.returncode == 0


@pytest.mark.parametrize(
    ("found", "good"),
    [
        ("a b ", True),
        ("a b old ", True),
        ("a b old.1 ", False),
        ("a old ", False),
        ("a b c ", False),
        ("old ", False),
        ("", False),
    ],
)
def test_rows_that_say_nothing_new_may_stay_and_no_others(found, good):
    assert held(found, ["b", "a"], ["old", "old-1"]) is good


@pytest.mark.parametrize(("found", "good"), [("", True), ("a ", False)])
def test_base_is_no_row_at_all(found, good):
    assert held(found, [], []) is good

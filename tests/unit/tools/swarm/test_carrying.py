"""Images that no registry has are carried to the nodes that lack them, and fetched from those that have them."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import pytest

from tasks.tools.compose import images
from tasks.tools.compose.compose import Built
from tasks.tools.compose.project import Project
from tests.unit.support.stage import Stage
from tests.unit.tools.swarm.test_stack import SWARM

ID, OTHER = "sha256:" + "1" * 64, "sha256:" + "2" * 64
# Each node, `here` the manager, has a file of lines `ID NAME`; an image is carried as such a line.
DOCKER = """
node=here
case "$1" in -H) node=${2#ssh://}; shift 2 ;; esac
[ ! -e "$HOME/$node.lost" ] || { echo "stderr=Host key verification failed." >&2; exit 255; }
has="$HOME/$node"
case "$*" in
  "node ls"*) printf 'true Ready Active here\\nfalse Ready Active two\\nfalse Ready Drain four\\n'
    printf 'false Down Active five\\nfalse Ready Active three\\n' ;;
  "image ls"*) cat "$has" ;;
  "image inspect -f {{.Size}}"*) echo 5242880 ;;
  "image inspect -f {{join"*) ;;
  "image inspect"*) for image; do :; done
    grep -F -e "$image" "$has" | cut -d ' ' -f 1 | grep . ;;
  tag*) echo "$(grep -F -e "$2" "$has" | sed 's/ .*//;q') $3" >>"$has" ;;
  info*) echo /data ;;
  save*) shift; for image; do grep -F -e "$image" "$has" | sed 1q; done ;;
  load*) if [ -e "$HOME/$node.full" ]; then cat >/dev/null; echo 'no space left' >&2; exit 1; fi; cat >>"$has" ;;
  pull*) exit 1 ;;
  "ps "*) ;;
  "service ls"*) echo s1 ;;
  "service inspect"*) echo "shop_app reg/shop:v1 1 other" ;;
  "service ps"*) echo t1 ;;
  "inspect --type task"*) printf 'running n2 c1\\n' ;;
  "node inspect"*) echo two ;;
  "inspect -f {{.Id}} c1") ;;
  "inspect -f {{.Image}} c1") cut -d ' ' -f 1 "$has" | tail -n 1 ;;
esac
"""


@pytest.fixture
def nodes() -> Iterator[Stage]:
    """The manager, which has the image, and two nodes of which one lacks it; one more is drained, one lost."""
    with Stage(docker=DOCKER, git="echo 'HEAD@{1}'") as stage:
        (stage.home / "app").mkdir()
        (stage.home / "pinned").write_text(f"reg/shop:v1 {ID}\nreg/web:v1 reg/web@{OTHER}\n")
        for node, text in {"here": f"{ID} reg/shop:v1\n", "two": "", "three": f"{ID} <none>:<none>\n"}.items():
            (stage.home / node).write_text(text)
        ssh = stage.home.parent / "bin" / "ssh"
        ssh.write_text('#!/bin/sh\nprintf "Filesystem\\n- - - %s -\\n" "$(cat "$HOME/free" 2>/dev/null || echo 999)"\n')
        ssh.chmod(0o755)
        yield stage


def run(stage: Stage, call: str) -> subprocess.CompletedProcess:
    """Return how a call ends, with the ssh of this stage."""
    return stage.run(f'rm -rf "$SCRIPTS/nodes"; {call}')


def carry(stage: Stage) -> subprocess.CompletedProcess:
    """Return how the step ends."""
    return run(stage, images.carry(SWARM))


def test_a_node_that_lacks_an_image_is_given_it_and_one_that_has_it_only_its_name(nodes):
    done = carry(nodes)
    assert (done.returncode, done.stdout) == (0, "to two: reg/shop:v1\n"), done.stderr
    assert (nodes.home / "two").read_text() == f"{ID} reg/shop:v1\n"
    assert f"{ID} reg/shop:v1" in (nodes.home / "three").read_text()
    assert not any("four" in word or "five" in word for words in nodes.calls for word in words)


def test_what_a_registry_has_is_not_carried(nodes):
    (nodes.home / "pinned").write_text(f"reg/web:v1 reg/web@{OTHER}\n")
    assert carry(nodes).returncode == 0
    assert nodes.calls == []


@pytest.mark.parametrize("lost", ["two", "three"])
def test_a_node_that_is_not_reached_is_named_with_what_has_to_work_and_nothing_is_carried(nodes, lost):
    (nodes.home / f"{lost}.lost").touch()
    done = carry(nodes)
    assert (done.returncode, (nodes.home / "two").read_text()) == (1, "")
    assert done.stderr.strip() == (
        f"{lost} cannot be reached from the manager (Host key verification failed); what has to work there: "
        f"docker -H ssh://{lost} version"
    )


def test_all_nodes_that_are_not_reached_are_named(nodes):
    for lost in ("two", "three"):
        (nodes.home / f"{lost}.lost").touch()
    line = carry(nodes).stderr.strip()
    assert "two cannot be reached" in line and "three cannot be reached" in line
    assert len(line.splitlines()) == 1


def test_a_node_without_room_is_named_and_nothing_is_carried(nodes):
    (nodes.home / "free").write_text("10")
    done = carry(nodes)
    assert (done.returncode, (nodes.home / "two").read_text()) == (1, "")
    assert "two has 10 MB free in /data, and needs 11 MB for reg/shop:v1" in done.stderr


def test_an_image_that_does_not_arrive_is_a_failure_with_its_reason(nodes):
    (nodes.home / "two.full").touch()
    done = carry(nodes)
    assert done.returncode == 1
    assert "two did not get reg/shop:v1 with the same id: no space left" in done.stderr


def test_the_target_s_image_comes_from_a_node_where_the_manager_lacks_it(nodes):
    (nodes.home / "here").write_text("")
    (nodes.home / "three").write_text(f"{ID} reg/shop:v1\n")
    one = images.Decided("app", "reg/shop:v1", "reg/shop:kept", "--image")
    done = run(nodes, images.prepare(SWARM, images.Target(Project(name="shop")), [], "a" * 40, decided=[one]))
    assert done.returncode == 0, done.stderr
    assert (nodes.home / "pinned").read_text() == f"reg/shop:kept {ID}\n"


def test_what_runs_on_another_node_only_is_kept_by_what_it_is_there_not_by_the_name_here(nodes):
    (nodes.home / "two").write_text(f"{OTHER} reg/shop:v1\n")
    done = run(nodes, images.keep(SWARM, [Built("app", "reg/shop:v1")], "a" * 40))
    assert (done.returncode, done.stdout.splitlines()[0]) == (0, f"from two: {OTHER}"), done.stderr
    assert [words[2] for words in nodes.calls if words[1] == "tag"] == [OTHER]


def test_what_no_task_tells_is_kept_by_its_name_and_the_run_says_so(nodes):
    (nodes.home / "two.lost").touch()
    done = run(nodes, images.keep(SWARM, [Built("app", "reg/shop:v1")], "a" * 40))
    assert (done.returncode, [words[2] for words in nodes.calls if words[1] == "tag"]) == (0, [ID]), done.stderr
    assert "two, which cannot be reached" in done.stdout and "kept is what is called reg/shop:v1 here" in done.stdout

"""The tree of a commit beside the checkout, made by a real git."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tasks.ssh import scripts
from tests.unit.support import laid
from tests.unit.support.checkouts import Checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout(tmp_path)
    (made.folder / "sub").mkdir()
    for name in ("a b.txt", "-rf", "sub/é.txt", "gone.txt"):
        (made.folder / name).write_text(f"committed {name}")
    made.git("add", "-A")
    made.git("commit", "-qm", "target")
    (made.folder / "gone.txt").unlink()
    (made.folder / "a b.txt").write_text("changed since")
    (made.folder / ".env").write_text("SECRET")
    (made.folder / "--help").write_text("untracked")
    (made.folder / "data").mkdir()
    (made.folder / "data" / "x y").write_text("untracked")
    return made


def run(script: str) -> subprocess.CompletedProcess:
    command = ["sh", "-c", laid.with_files(script)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def sh(script: str) -> str:
    done = run(script)
    assert done.returncode == 0, done.stderr
    return done.stdout


def export(checkout: Checkout, sha: str, target: Path) -> str:
    return scripts.call("tools/git/export-tree.sh", sha, str(target), APP=str(checkout.folder))


def files(folder: Path) -> dict[str, str]:
    return {
        str(f.relative_to(folder)): f.read_text() for f in folder.rglob("*") if f.is_file() and ".git" not in f.parts
    }


def test_it_holds_the_commits_files_and_what_git_does_not_track(checkout, tmp_path):
    target = tmp_path / "the tree"
    before = checkout.git("status", "--porcelain")
    sh(export(checkout, checkout.git("rev-parse", "HEAD"), target))
    found = files(target)
    assert found["a b.txt"] == "committed a b.txt"
    assert found["gone.txt"] == "committed gone.txt"
    assert found["-rf"] == "committed -rf"
    assert found["sub/é.txt"] == "committed sub/é.txt"
    assert (found[".env"], found["--help"], found["data/x y"]) == ("SECRET", "untracked", "untracked")
    assert checkout.git("status", "--porcelain") == before, "the checkout and its index are as they were"


@pytest.fixture
def whole(tmp_path) -> tuple[Checkout, Checkout, Checkout]:
    """A checkout with a part that has a part, both at their first commit, and their origins."""
    inner, part, made = (Checkout(tmp_path / name) for name in ("inner", "part", "whole"))
    file = ("-c", "protocol.file.allow=always", "submodule", "--quiet")
    part.git(*file, "add", str(inner.origin), "deep er")
    part.git("commit", "-qm", "with inner")
    part.git("push", "-q", "origin", "HEAD:next")
    made.git(*file, "add", "-b", "next", "--name", "the part", str(part.origin), "lib/part")
    made.git(*file, "update", "--init", "--recursive")
    made.git("commit", "-qm", "with a part")
    return made, part, inner


def test_submodules_are_in_it_as_the_commit_wants_them(whole, tmp_path):
    made, _part, _inner = whole
    target, at = made.head(), made.folder / "lib/part"
    made.commit("newer", at=at / "deep er", file="newer.txt")
    made.git("commit", "-qam", "newer inner", at=at)
    made.git("commit", "-qam", "newer part")
    sh(export(made, target, tmp_path / "t"))
    found = files(tmp_path / "t")
    assert found["lib/part/file"] == found["lib/part/deep er/file"] == "one"
    assert "lib/part/deep er/newer.txt" not in found
    assert not [name for name in found if name.endswith(".index")]
    assert made.git("status", "--porcelain") == ""


def test_a_submodule_is_filled_in_where_the_checkout_has_it_no_more(whole, tmp_path):
    made, _part, _inner = whole
    target = made.head()
    made.git("rm", "-q", "lib/part")
    made.git("commit", "-qm", "without it")
    sh(export(made, target, tmp_path / "t"))
    assert files(tmp_path / "t")["lib/part/deep er/file"] == "one"


def test_a_submodule_whose_commit_is_not_there_is_named(whole, tmp_path):
    made, _part, _inner = whole
    made.git("update-index", "--cacheinfo", f"160000,{'a' * 40},lib/part")
    made.git("commit", "-qm", "from the future")
    script = export(made, made.head(), tmp_path / "t")
    done = run(script)
    assert done.returncode == 1
    assert done.stderr == f"submodule lib/part: its commit {'a' * 40} is not on the host (git fetch in lib/part)\n"


def test_its_files_are_for_those_for_whom_the_checkout_was_made(checkout, tmp_path):
    """An image is built of them, whose user is not the login."""
    for mode, wanted in ((0o644, 0o644), (0o664, 0o664), (0o600, 0o600)):
        (checkout.folder / ".git/config").chmod(mode)
        sh(f"umask 077\n{export(checkout, checkout.head(), tmp_path / 't')}")
        assert (tmp_path / "t" / "a b.txt").stat().st_mode & 0o777 == wanted


def test_it_can_be_made_again(checkout, tmp_path):
    script = export(checkout, checkout.git("rev-parse", "HEAD"), tmp_path / "t")
    sh(script)
    (tmp_path / "t" / "left over").touch()
    sh(script)
    assert "left over" not in files(tmp_path / "t")


def test_the_values_of_compose_are_those_that_were_changed_on_the_host(tmp_path):
    checkout = Checkout(tmp_path / "x")
    for name in (".env", "a folder/.env.prod"):
        checkout.commit("SECRET=example", file=name)
        (checkout.folder / name).write_text("SECRET=real")
    sh(export(checkout, checkout.head(), tmp_path / "t"))
    assert {(tmp_path / "t" / name).read_text() for name in (".env", "a folder/.env.prod")} == {"SECRET=real"}

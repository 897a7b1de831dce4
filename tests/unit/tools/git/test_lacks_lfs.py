"""Checkouts that need git-lfs, on a host that has none."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tasks.ssh import scripts
from tasks.tools.git import standing
from tests.unit.support.checkouts import NOBODY, Checkout

PROGRAMS = ("git", "grep", "sh", "sed")


@pytest.fixture
def lacks(tmp_path):
    """Ask a checkout, on a host with these programs besides git."""
    checkout, programs = Checkout(tmp_path / "host"), tmp_path / "bin"
    programs.mkdir()
    for name in PROGRAMS:
        (programs / name).symlink_to(shutil.which(name))

    def ask() -> str:
        command = standing.lacks_lfs(checkout.environment).commands[""]
        env = {**NOBODY, "PATH": str(programs), "SCRIPTS": str(scripts.PACKAGE)}
        done = subprocess.run(["sh", "-c", command], env=env, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    ask.checkout, ask.programs = checkout, programs
    return ask


def hook(checkout) -> None:
    place = checkout.folder / ".git/hooks/post-checkout"
    place.parent.mkdir(exist_ok=True)
    place.write_text('#!/bin/sh\ngit lfs post-checkout "$@"\n')
    place.chmod(0o755)


def test_an_ordinary_checkout_lacks_nothing(lacks):
    assert lacks() == ""


def test_its_hooks_need_it(lacks):
    hook(lacks.checkout)
    assert "post-checkout" in lacks()
    (lacks.programs / "git-lfs").write_text("#!/bin/sh\n")
    (lacks.programs / "git-lfs").chmod(0o755)
    assert lacks() == ""


def test_files_that_are_kept_there_need_it_where_the_filter_is_required(lacks):
    (lacks.checkout.folder / ".gitattributes").write_text("*.bin filter=lfs\n")
    lacks.checkout.git("add", ".gitattributes")
    lacks.checkout.git("commit", "-q", "-m", "lfs")
    assert lacks() == ""
    lacks.checkout.git("config", "filter.lfs.required", "true")
    assert "gitattributes" in lacks()

"""Whether a checkout is fit for a rollback, asked of real ones."""

from __future__ import annotations

import os

import pytest
from msgspec import structs

from tasks.ssh.probe import Probe
from tasks.ssh.shell import Answer
from tasks.tools.git import fitness
from tasks.tools.git.fitness import Lacking, Origin
from tests.unit.support.checkouts import Checkout


@pytest.fixture
def host(tmp_path):
    return Checkout(tmp_path)


def asked(host: Checkout, probe: Probe):
    ran = host.sh(probe.commands[""])
    return probe.read({"": Answer(ran.stdout, ran.stderr, ran.returncode)})


def test_the_branch_of_origin_is_fetched_or_behind_or_not_there(host):
    tip = host.head()
    assert asked(host, fitness.origin(host.environment)) == Origin("fetched", tip)
    newer = host.commit("newer", at=host.origin)
    assert asked(host, fitness.origin(host.environment)) == Origin("behind", newer)
    assert host.git("cat-file", "-t", tip) == "commit"
    other = structs.replace(host.environment, app=structs.replace(host.environment.app, branch="nope"))
    assert asked(host, fitness.origin(other)).state == "no-branch"


def test_an_origin_that_is_gone_or_was_never_named_is_told_apart(host):
    host.origin.rename(host.origin.parent / "elsewhere")
    assert asked(host, fitness.origin(host.environment)).state == "unreachable"
    host.git("remote", "remove", "origin")
    assert asked(host, fitness.origin(host.environment)).state == "none"


def test_where_there_is_no_checkout_nothing_is_known_of_origin(host):
    lost = structs.replace(host.environment, app=structs.replace(host.environment.app, path="/no/such place"))
    assert asked(host, fitness.origin(lost)) == Origin()
    assert asked(host, fitness.unwritable(lost)) == []


def test_a_submodule_that_was_never_brought_or_not_fetched_is_named(host, tmp_path):
    library = Checkout(tmp_path / "library").origin
    allow = ("-c", "protocol.file.allow=always")
    host.git(*allow, "submodule", "add", "-q", str(library), "li b", at=host.origin)
    host.git("commit", "-q", "-m", "with a submodule", at=host.origin)
    host.git("pull", "-q", "--ff-only")
    assert asked(host, fitness.submodules(host.environment, "HEAD")) == Lacking([], ["li b"])
    host.git(*allow, "submodule", "update", "-q", "--init")
    assert asked(host, fitness.submodules(host.environment, "HEAD")) == Lacking([], [])
    newer = host.commit("newer library", at=library)
    host.git("fetch", "-q", at=host.origin / "li b")
    host.git("checkout", "-q", newer, at=host.origin / "li b")
    host.git("commit", "-q", "-am", "newer library", at=host.origin)
    host.git("-c", "fetch.recurseSubmodules=false", "pull", "-q", "--ff-only", "--no-recurse-submodules")
    assert asked(host, fitness.submodules(host.environment, "HEAD")) == Lacking(["li b"], [])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
def test_what_the_login_may_not_write_is_named(host):
    assert asked(host, fitness.unwritable(host.environment)) == []
    (host.folder / ".git" / "refs").chmod(0o500)
    assert asked(host, fitness.unwritable(host.environment)) == [str(host.folder / ".git" / "refs")]

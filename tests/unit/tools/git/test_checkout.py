"""The runbook's git steps as scripts, run on real checkouts."""

from __future__ import annotations

import pytest
from msgspec import structs

from tasks.tools.git import checkout
from tests.unit.support.checkouts import Checkout


@pytest.fixture
def host(tmp_path):
    return Checkout(tmp_path)


def test_a_checkout_stands_detached_on_the_commit_and_may_be_run_again(host):
    good, _bad = host.head(), host.release("bad")
    for _again in range(2):
        ran = host.sh(checkout.check_out(host.environment, good))
        assert (ran.returncode, ran.stderr) == (0, "")
        assert host.head() == good


def test_what_is_checked_out_can_be_read_by_all_who_could_read_the_checkout(host):
    good, _bad = host.head(), host.release("bad")
    (host.folder / ".git/config").chmod(0o644)
    assert host.sh(f"umask 077\n{checkout.check_out(host.environment, good)}").returncode == 0
    assert (host.folder / "file").stat().st_mode & 0o777 == 0o644


def test_local_changes_are_put_aside_and_untracked_files_stay(host):
    good, _bad = host.head(), host.release("bad")
    (host.folder / "file").write_text("changed by hand")
    (host.folder / "certificate").write_text("needed")
    assert host.sh(checkout.check_out(host.environment, good, stash=True)).returncode == 0
    assert (host.folder / "certificate").read_text() == "needed"
    assert "put aside by a rollback" in host.git("stash", "list")


def test_the_values_of_compose_that_were_changed_on_the_host_stay(host):
    for name in (".env", "deploy/.env"):
        host.commit("SECRET=example", at=host.origin, file=name)
    good, _bad = host.release("good"), host.release("bad")
    for name in (".env", "deploy/.env", "file"):
        (host.folder / name).write_text("changed by hand")
    assert host.sh(checkout.check_out(host.environment, good, stash=True)).returncode == 0
    assert host.head() == good
    assert {(host.folder / name).read_text() for name in (".env", "deploy/.env")} == {"changed by hand"}
    assert (host.folder / "file").read_text() == "good"


def test_a_checkout_in_the_way_of_a_local_change_fails(host):
    good, bad = host.head(), host.release("bad")
    (host.folder / "file").write_text("changed by hand")
    assert host.sh(checkout.check_out(host.environment, good)).returncode != 0
    assert host.head() == bad


def test_submodules_follow_the_commit(host, tmp_path):
    library = Checkout(tmp_path / "library").origin
    allow = ("-c", "protocol.file.allow=always")
    host.git(*allow, "submodule", "add", "-q", str(library), "lib", at=host.origin)
    host.git("commit", "-q", "-m", "with a submodule", at=host.origin)
    host.git("pull", "-q", "--ff-only")
    host.git("config", "protocol.file.allow", "always")
    pinned, good = host.git("rev-parse", "HEAD:lib"), host.head()
    newer = host.commit("newer library", at=library)
    host.git("fetch", "-q", at=host.origin / "lib")
    host.git("checkout", "-q", newer, at=host.origin / "lib")
    host.git("commit", "-q", "-am", "newer library", at=host.origin)
    host.git("pull", "-q", "--ff-only")
    ran = host.sh("export GIT_ALLOW_PROTOCOL=file\n" + checkout.check_out(host.environment, good))
    assert ran.returncode == 0, ran.stderr
    assert host.git("rev-parse", "HEAD", at=host.folder / "lib") == pinned


def test_the_checkouts_folder_is_named_when_it_is_missing(host):
    lost = structs.replace(host.environment, app=structs.replace(host.environment.app, path="/no/such place"))
    assert host.sh(checkout.check_out(lost, "a" * 40)).stderr.startswith("no folder /no/such place on the host")

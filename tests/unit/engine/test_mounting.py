"""Where our tasks are mounted, so that every command can be typed as it stands."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest
from fabric import task
from invoke import Collection

import tasks
from tasks.console.errors import Refused
from tasks.engine import mounting


@task
def own(c):
    """Belong to somebody else."""


def running(monkeypatch, collection: Collection | None, hosts: str | None = None) -> None:
    """Let `fab` run with these tasks, and with `-H HOSTS`."""
    values = {"hosts": SimpleNamespace(value=hosts)}

    class Arguments(dict):
        __getattr__ = dict.__getitem__

    program = SimpleNamespace(collection=collection, core=[SimpleNamespace(args=Arguments(values))])
    monkeypatch.setitem(sys.modules, "fabric.main", SimpleNamespace(program=program))
    monkeypatch.delitem(sys.modules, "invoke.main", raising=False)


def elsewhere(name: str, *above: str) -> Collection:
    """A project that has our tasks under `name`, and that below the collections `above`."""
    mounted = Collection(own)
    mounted.add_collection(tasks.ns, name=name)
    for outer in above:
        whole = Collection()
        whole.add_collection(mounted, name=outer)
        mounted = whole
    return mounted


def test_at_the_top_a_task_has_its_own_name(monkeypatch):
    running(monkeypatch, Collection.from_module(tasks))
    assert mounted_names() == ["undo", "git.log"]


def test_in_a_fabfile_that_invoke_loads_they_are_found_as_well(monkeypatch):
    """Loading a namespace from a module copies its tasks."""
    fabfile = ModuleType("fabfile")
    fabfile.ns = elsewhere("rollback")
    running(monkeypatch, Collection.from_module(fabfile))
    assert mounted_names() == ["rollback.undo", "rollback.git.log"]
    assert mounting.full_name("own") == "own"


@pytest.mark.parametrize(("above", "prefix"), [((), "rollback."), (("ops",), "ops.rollback.")])
def test_below_other_collections_it_has_theirs_before_it(monkeypatch, above, prefix):
    running(monkeypatch, elsewhere("rollback", *above))
    assert mounted_names() == [f"{prefix}undo", f"{prefix}git.log"]


def test_a_task_of_the_project_itself_keeps_its_name(monkeypatch):
    running(monkeypatch, elsewhere("rollback"))
    assert mounting.full_name("own") == "own"


@pytest.mark.parametrize("collection", [None, Collection(own)])
def test_a_program_that_does_not_have_our_tasks_says_nothing_of_them(monkeypatch, collection):
    running(monkeypatch, collection)
    assert mounted_names() == ["undo", "git.log"]


def mounted_names() -> list[str]:
    return [mounting.full_name(name) for name in ("undo", "git.log")]


def test_a_port_that_is_no_number_is_refused_before_fabric_stumbles_over_it(monkeypatch):
    running(monkeypatch, None, hosts="one,user@two:abc")
    with pytest.raises(Refused, match="-H: 'user@two:abc': the port is not a number"):
        mounting.check_hosts()


@pytest.mark.parametrize("hosts", [None, "", "staging", "user@host:2222,::1"])
def test_hosts_that_fabric_can_read_are_left_to_it(monkeypatch, hosts):
    running(monkeypatch, None, hosts)
    mounting.check_hosts()


def test_outside_of_a_program_nothing_is_known_and_nothing_checked(monkeypatch):
    for name in mounting.PROGRAMS:
        monkeypatch.delitem(sys.modules, name, raising=False)
    mounting.check_hosts()
    assert mounted_names() == ["undo", "git.log"]

"""More than one host: all of them are held, or none; and what was cut off is done on all of them"""

from __future__ import annotations

import copy
import signal

import pytest

from sandbox.host import Host
from tests.faults.stage import Stage
from tests.operator import Operator, settings_for

pytestmark = [pytest.mark.sandbox, pytest.mark.fault, pytest.mark.long]


@pytest.fixture
def second(ready, tmp_path):
    """A second host like the first one, which the operator of the stage is responsible for as well."""
    one = Stage(Operator(Host.up(f"{ready.host.name}-second"), tmp_path))
    one.install()
    alone = copy.deepcopy(ready.operator.settings["hosts"])
    ready.operator.settings["hosts"] = [*alone, *settings_for(one.host)["hosts"]]
    ready.operator.write()
    yield one
    ready.operator.settings["hosts"] = alone
    ready.operator.write()
    one.host.down()


def test_a_fleet_of_which_one_host_is_held_is_not_touched_at_all(ready, second):
    rows, words = ready.content(), ("git.checkout", "--commit", ready.operator.good, "--yes")
    second.hold("checkout")
    other = second.start(*words)
    second.wait_for("checkout")
    ran = ready.operator.fab(*words)
    assert ran.code == 3, ran.text
    assert f":{second.host.port}: another run holds the lock" in ran.err
    assert not ready.locked()
    assert second.locked()
    assert (ready.operator.head(), second.operator.head()) == (ready.operator.bad, ready.operator.bad)
    ready.note("the second of two hosts is held", "before the lock", ran, "not needed", rows)
    second.go()
    second.must(other.end())
    assert not second.locked()


def test_a_fleet_whose_operator_dies_is_held_as_a_whole_and_resumed_as_a_whole(ready, second):
    rows, words, known = ready.content(), ("git.checkout", "--commit", ready.operator.good, "--yes"), ready.last_run()
    ready.hold("checkout")
    running = ready.start(*words)
    ready.wait_for("checkout", known=known)
    held = ready.operator.fab(*words)
    assert held.code == 3, held.text
    running.send(signal.SIGKILL)
    ran = running.end()
    assert (ready.locked(), second.locked()) == (True, True)
    ready.go()
    ready.wait_for("checkout", "end", known=known)
    ready.note("operator dies at the first of two hosts", "during checkout", ran, "yes", rows)
    ready.must(ready.resume())
    assert (ready.operator.head(), second.operator.head()) == (ready.operator.good, ready.operator.good)
    assert (ready.locked(), second.locked()) == (False, False)
    ready.must(ready.operator.fab("git.checkout", "--commit", ready.operator.bad, "--yes"))
    ready.back_on_main()

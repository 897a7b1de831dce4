"""What it costs to give a host orders, when the orders themselves cost nothing."""

from __future__ import annotations

from collections.abc import Callable
from statistics import median

from sandbox.host import Host

from . import figures, stage
from .delay import Delay
from .figures import Table

FEW, MANY = 7, 57  # the difference tells what one further command costs
FABFILES = stage.PEERS / "fabfiles"
TRIP = 0.05  # seconds there and back
RAW, MASTER, PLAIN, OURS = "raw ssh, a connection each", "ssh, ControlMaster", "plain fab", "ours"
ANSIBLE, PYINFRA = "Ansible", "pyinfra"
TARGETS = {OURS: "≤ 1.1 × plain fab, ≤ 0.2 × Ansible; further command ≤ 1.0 × ControlMaster"}


def measure(repeat: int) -> list[Table]:
    """Return a table of seven trivial commands, and one of the round trips of a look."""
    stage.peers()
    host = stage.host()
    return [_commands(host, repeat), _trips(host, repeat)]


def _commands(host: Host, repeat: int) -> Table:
    found = figures.in_turns(_contenders(host), repeat)
    plain, ansible = found[PLAIN], found[ANSIBLE]
    further = {name: _further(found, name) for name in (MASTER, PLAIN, OURS)}
    columns = ["", "whole process", "× plain fab", "× Ansible", "each further command", "× ControlMaster", "target"]
    table = Table("Seven commands that do nothing (`true`)", columns)
    for name in (RAW, MASTER, PLAIN, PYINFRA, ANSIBLE, OURS):
        ms = further.get(name)
        row = [
            name,
            figures.seconds(found[name]),
            figures.ratio(found[name], plain),
            figures.ratio(found[name], ansible),
        ]
        row += [f"{ms * 1000:.1f} ms", f"{ms / further[MASTER]:.2f}"] if ms else ["–", "–"]
        table.rows.append([*row, TARGETS.get(name, "")])
    table.notes = [
        "Whole process, start of the interpreter and handshake included. Ansible: the command module, pipelining and "
        "ControlMaster, no facts. ControlMaster: the first call opens the connection, which is ended afterwards.",
        f"A further command: {MANY} commands less {FEW}, by {MANY - FEW}; medians.",
    ]
    return table


def _contenders(host: Host) -> dict[str, Callable[[], float]]:
    peer, ours = stage.peer_environ(host), stage.settings(host)
    return {
        RAW: lambda: figures.took(_shell(stage.ssh(host), FEW)),
        **_both(MASTER, lambda count: _with_master(host, count)),
        **_both(PLAIN, lambda count: figures.took(_plain(host, count), cwd=FABFILES / "plain")),
        PYINFRA: lambda: figures.took(stage.pyinfra("trivial.py"), peer),
        ANSIBLE: lambda: _cold(lambda: figures.took(stage.ansible("trivial.yaml"), peer)),
        **_both(
            OURS, lambda count: figures.took(stage.fab("trivial", f"--count={count}"), ours, cwd=FABFILES / "ours")
        ),
    }


def _both(name: str, run: Callable[[int], float]) -> dict[str, Callable[[], float]]:
    return {name: lambda: run(FEW), f"{name}, {MANY}": lambda: run(MANY)}


def _further(found: dict[str, list[float]], name: str) -> float:
    return (median(found[f"{name}, {MANY}"]) - median(found[name])) / (MANY - FEW)


def _shell(ssh: list[str], count: int) -> list[str]:
    return ["sh", "-ec", f'i=0; while [ $i -lt {count} ]; do "$@" true </dev/null; i=$((i+1)); done', "sh", *ssh]


def _with_master(host: Host, count: int) -> float:
    options = ["-oControlMaster=auto", "-oControlPersist=60", f"-oControlPath={stage.control()}/m"]
    return _cold(lambda: figures.took(_shell(stage.ssh(host, *options), count)))


def _cold(run: Callable[[], float]) -> float:
    """Return what `run` took, without a connection that an earlier run left open."""
    stage.end_masters()
    try:
        return run()
    finally:
        stage.end_masters()


def _plain(host: Host, count: int) -> list[str]:
    return stage.fab(
        "-i", str(host.key), "-H", f"{host.user}@{host.address}:{host.port}", "trivial", f"--count={count}"
    )


def _trips(host: Host, repeat: int) -> Table:
    host.reset()
    command = stage.fab("full-rollback", "--commit", host.releases["v2"], "--plan")
    with Delay(host.port, 0) as near, Delay(host.port, TRIP / 2) as far:
        runs = {
            name: lambda relay=relay: figures.took(command, stage.through(host, relay.port), cwd=stage.PROJECT)
            for name, relay in (("near", near), ("far", far))
        }
        found = figures.in_turns(runs, repeat)
    trips = (median(found["far"]) - median(found["near"])) / TRIP
    table = Table(
        "The look phase over a long way", ["", "0 ms away", f"{TRIP * 1000:.0f} ms away", "round trips", "target"]
    )
    table.rows.append(["`fab full-rollback --plan`", *map(figures.seconds, found.values()), f"{trips:.1f}", "≤ 12"])
    table.notes = [
        f"A relay on loopback holds back every piece by {TRIP * 500:.0f} ms in each direction. Round trips: the "
        f"difference by {TRIP * 1000:.0f} ms, so the handshake and the login (about 7 of them) are counted as well."
    ]
    return table

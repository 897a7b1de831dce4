"""Recovery and outage of one full rollback, by every contender, from the same broken deployment."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.host import Host
from tests.operator import Operator

from . import figures, stage
from .figures import MeasurementError, Table
from .probe import Prober, good, outage

TIMEOUT = 300
REVISION = "SELECT version_num FROM alembic_version"


@dataclass(frozen=True)
class Sample:
    """One repetition, in seconds: to the first 200 of the good release, of no answer at all, to the command's end."""

    recovery: float
    outage: float
    command: float

    def __str__(self) -> str:
        return f"recovery {self.recovery:.2f}, outage {self.outage:.2f}, command {self.command:.2f}"


@dataclass(frozen=True)
class Contender:
    """A way to roll back: the command line at a host, its variables, and what is kept there.

    `retained`: the good images; `rehearsed`: a rehearsal of the downgrade.
    """

    name: str
    command: Callable[[Host], list[str]]
    environ: Callable[[Host], dict] = field(default=lambda host: _told(host))
    retained: bool = False
    rehearsed: bool = False


def _told(host: Host) -> dict:
    return stage.peer_environ(host, COMMIT=host.releases["v2"], COMPOSE=host.variant.compose_command)


def _ours(*flags: str) -> Callable[[Host], list[str]]:
    return lambda host: stage.fab("full-rollback", "--commit", host.releases["v2"], "--yes", *flags)


def _floor(host: Host) -> list[str]:
    told = f"COMMIT={host.releases['v2']} REVISION=8d24e6b5c073 COMPOSE={host.variant.compose_command!r}"
    return [*stage.ssh(host), f"{told} sh floor.sh"]


RUNBOOK = Contender("runbook, seven ssh calls", lambda host: ["sh", str(stage.PEERS / "runbook.sh")])
ANSIBLE = Contender("the same, Ansible", lambda host: stage.ansible("rollback.yaml"))
PYINFRA = Contender("the same, pyinfra", lambda host: stage.pyinfra("rollback.py"))
FLOOR = Contender("floor: by hand, images kept", _floor, retained=True)
KEPT = Contender("ours, images kept", _ours(), stage.settings, retained=True)
REHEARSED = Contender("ours, images and rehearsal kept", _ours(), stage.settings, retained=True, rehearsed=True)
QUICK = Contender("ours, images kept, --no-rehearse", _ours("--no-rehearse"), stage.settings, retained=True)
BUILT = Contender("ours, building (--rebuild)", _ours("--rebuild"), stage.settings)
FIRST = Contender("ours, building, --stop-first", _ours("--rebuild", "--stop-first"), stage.settings)

ALL = {
    "v2": [RUNBOOK, ANSIBLE, PYINFRA, FLOOR, KEPT, REHEARSED, QUICK, BUILT, FIRST],
    "v1": [RUNBOOK, FLOOR, KEPT, REHEARSED, QUICK],
}
TARGETS = {  # of the runbook's recovery, and of its outage; of the floor's recovery
    KEPT.name: "recovery ≤ 0.20 × runbook",
    REHEARSED.name: "recovery ≤ 0.20 × runbook, ≤ 1.5 × floor",
    QUICK.name: "recovery ≤ 0.15 × runbook, ≤ 1.4 × floor",
    BUILT.name: "recovery ≤ 0.60 ×, outage ≤ 0.20 × runbook",
}
KEEP = """
cd jctc-app; sha={sha}; joint={joint}
git archive $sha | docker build -q -t jctc-app${{joint}}app:$sha -
git archive $sha:frontend | docker build -q -t jctc-app${{joint}}web:$sha -
"""


def measure(repeat: int) -> list[Table]:
    """Return a table for each compose."""
    stage.peers()
    return [_table(compose, contenders, repeat) for compose, contenders in ALL.items()]


def _table(compose: str, contenders: list[Contender], repeat: int) -> Table:
    host = stage.host(compose)
    runs = {c.name: lambda c=c: once(host, c) for c in contenders}
    found = figures.in_turns(runs, repeat, tries=2)
    columns = ["", "recovery", "× runbook", "× floor", "outage", "× runbook", "command", "target"]
    table = Table(f"Recovery and outage, compose {compose}", columns, notes=NOTES if compose == "v2" else [])
    table.rows = [_row(name, samples, found) for name, samples in found.items()]
    return table


def _row(name: str, samples: list[Sample], found: dict[str, list[Sample]]) -> list[str]:
    recovery, silence = [s.recovery for s in samples], [s.outage for s in samples]
    runbook, floor = found[RUNBOOK.name], found[FLOOR.name]
    return [
        name,
        figures.seconds(recovery),
        figures.ratio(recovery, (s.recovery for s in runbook)),
        figures.ratio(recovery, (s.recovery for s in floor)),
        figures.seconds(silence),
        figures.ratio(silence, (s.outage for s in runbook)),
        figures.seconds(s.command for s in samples),
        TARGETS.get(name, ""),
    ]


def once(host: Host, contender: Contender) -> Sample:
    """Put the host back to its broken release, roll back, and return what a prober saw meanwhile."""
    host.reset()
    stage.end_masters()
    operator = Operator(host, stage.WORK)
    _lay_ready(host, contender)
    with Prober(host) as prober:
        begun = time.time()
        _run(host, contender)
        ended = time.time()
        recovered = prober.wait_for(good("v2", begun), 60).at
    if (operator.head(), operator.revision()) != (host.releases["v2"], "8d24e6b5c073"):
        raise MeasurementError(f"{contender.name}: the host is not at v2")
    return Sample(recovered - begun, outage(prober.polls, begun, recovered), ended - begun)


def _lay_ready(host: Host, contender: Contender) -> None:
    """Put what the contender needs on the host before the clock starts."""
    host.exec("cat > floor.sh", stdin=(stage.PEERS / "floor.sh").read_text())
    if contender.retained:
        joint = "_" if host.variant.compose == "v1" else "-"
        host.exec(KEEP.format(sha=host.releases["v2"], joint=joint), timeout=180)

    if contender.rehearsed:
        rehearse = stage.fab("db.rehearse", "--commit", host.releases["v2"], "--yes")
        _do(f"the rehearsal for {contender.name}", rehearse, stage.settings(host))


def _run(host: Host, contender: Contender) -> None:
    _do(contender.name, contender.command(host), contender.environ(host))


def _do(name: str, command: list[str], environ: dict) -> None:
    log = stage.WORK / "last.log"
    with log.open("w") as out:
        streams = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": subprocess.STDOUT}
        done = subprocess.run(command, env=environ, timeout=TIMEOUT, **streams)
    if done.returncode:
        raise MeasurementError(f"{name} exited {done.returncode}: {log.read_text()[-1500:]}")


NOTES = [
    "Recovery: from the command's start to the first 200 of the good release at the health address; outage: all time "
    "until then in which that address answered nothing. A prober asks it every 20 ms, started before the command and "
    "no part of it. Command: until the prompt is back, for ours with the proof and the records.",
    "Every repetition starts from a host that is put back to its broken release; the contenders take turns. "
    "Afterwards the checkout, the database's revision and the answering release are checked.",
    "“Images kept”: the good release's images lie on the host under its commit's name, as after `fab release.record`. "
    "“Building”: `--rebuild`, which is the runbook's `build --no-cache`, beside the checkout.",
    "A try that fails is said in the output of `make bench` and made once more: on a host reset this often, the "
    "engine itself now and then fails a build.",
    "The peers' settings: Ansible with pipelining, ControlMaster, no facts gathered and its interpreter named; pyinfra "
    "as it comes (one connection); the runbook's calls each with a connection of its own, as it is written.",
    "The floor is `bench/peers/floor.sh`: one ssh call that starts a script which lies on the host, knows every name "
    "beforehand, and looks at, keeps, locks and proves nothing.",
]

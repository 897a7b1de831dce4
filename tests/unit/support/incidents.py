"""An incident made up for tests: a full rollback from `bad` to `good`, as far as it came."""

from __future__ import annotations

from tasks.engine.before import ReleaseBefore
from tasks.engine.plan import Expectation, Plan, Step, label
from tasks.engine.record import RunRecord, StepStatus
from tasks.engine.world import Check
from tasks.incident.timeline import Incident, timeline
from tasks.preflight.present.state import Response, State
from tasks.tools.compose.inspect import Container
from tasks.tools.secrets import Secrets

GOOD, BAD = "a" * 40, "b" * 40
RUN = "20240402-172100-abcdef"
STEPS = ("stop", "snapshot", "checkout", "start")
EFFECTS = {"stop": ["stops"], "snapshot": ["snapshots"], "start": ["starts"], "recreate": ["stops", "starts"]}


def container(name: str, status: str = "running") -> Container:
    known = {"id": "1", "image": "sha256:" + "c" * 64, "image_name": "shop", "restarts": 0, "exit_code": 0}
    started = "2024-04-02T17:21:30.1"
    return Container(
        name=name,
        service=name,
        status=status,
        health="",
        started=started,
        project="shop",
        **{"restart": "always", **known},
    )


def journal(steps=STEPS, code=0, *last) -> list[dict]:
    """The journal of a run whose last step ended with `code`, and `last` events after it."""
    lines = [{"at": 1000.0, "event": "run", "run": RUN, "task": "full-rollback", "who": "ada", "machine": "laptop"}]
    for n, step in enumerate(steps, start=1):
        known = {"step": f"{n:02}-{step}", "try": 1, "effects": EFFECTS.get(step, [])}
        lines.append({"at": 1000.0 + n, "event": "begin", **known})
        lines.append({"at": 1000.5 + n, "event": "end", **known, "code": code if step == steps[-1] else 0})
    return [*lines, *({"at": 2000.0 + n, **event} for n, event in enumerate(last))]


PROVEN = {"event": "proven", "half": False}


def incident(lines=None, *, code=200, head=GOOD, status="running", seen=None, secrets=None, **known) -> Incident:
    """An incident with this journal, found in this state; without one no run was made. `known` replaces what it has."""
    seen = seen or State(
        head=head,
        subject="Show the court",
        containers=[container("app", status), container("db")],
        responses=[Response("http://127.0.0.1/health", code)],
        revision=["8d24"],
    )
    found = {"environment": "shop", "address": "ubuntu@shop:22", "seen": seen, "secrets": secrets or Secrets([])}
    if lines is None:
        return Incident(**found)
    checks = [Check("commit", "git HEAD", head[:12], head == GOOD)]
    ordinary = {"main": run(lines), "own": [RUN], "entries": timeline({RUN: lines}), "checks": checks}
    return Incident(**{**found, **ordinary, **known})


def run(lines, **planned) -> RunRecord:
    """The full rollback with this journal; `planned` is what its plan has otherwise."""
    steps = [Step(name=n, title=f"The {n} step", script=":") for n in STEPS]
    plan = Plan(
        **{
            "task": "full-rollback",
            "purpose": "bbbb → aaaa",
            "steps": steps,
            "expect": Expectation(commit=GOOD, revision=["8d24"], services=["app"], healthy=True),
            "warnings": ["drops column cases.priority: 3 values"],
            "before": ReleaseBefore(commit=BAD, branch="main", revision=["c5b9"], snapshot="shop__snap_1"),
            "run": RUN,
            **planned,
        }
    )
    told = [StepStatus(name=label(n, s), title=s.title, commands=(), state="done") for n, s in enumerate(steps, 1)]
    return RunRecord(run=RUN, owner={}, plan=plan, steps=told, journal=lines)

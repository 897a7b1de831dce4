"""Whether fab can work on a host: reach it, write there, use its engine, and tell its time."""

from __future__ import annotations

from ...console.commands import HOSTS_FILE, fab
from ...console.text import one_line
from ...console.units import counted, lasting
from ...engine import lock as locks
from ...ssh import paths
from . import cures
from .looked import Looked
from .need import Need, doubtful, missing, ok

APART = 5.0  # seconds that two clocks may differ


def ssh(k: Looked) -> Need:
    """Return that the host was reached, and showed a key that is recorded: it is not reached otherwise."""
    return ok(f"{k.address}, its host key is a recorded one")


def state_folder(k: Looked) -> Need:
    """Return whether the login may write the state folder: lock, journal and ledger."""
    if k.barred is None:
        return doubtful("the host did not say in time whether it can be written", fab("check"))
    if not k.barred:
        return ok("lock, journal and ledger can be written")
    return missing(one_line(k.barred), cures.may_write(k, f"{paths.app(k.environment)}/.git"))


def lock(k: Looked) -> Need:
    """Return whether a run holds the deployment, or stopped half-way."""
    if k.lock is None or k.lock.state == "FREE":
        return ok("no run is at work")
    said = locks.describe(k.lock).partition(". ")[0]
    return missing(said, fab("resume")) if k.lock.state == "DEAD" else doubtful(said, fab("runs.show"))


def engine(k: Looked) -> Need:
    """Return whether the login can use the Docker engine, and its version."""
    seen = k.examined.seen
    problem = one_line(seen.problems.get("engine", "" if seen.engine else "no answer"))
    return missing(problem, cures.of(k, problem)) if problem else ok(f"Docker {seen.engine}")


def compose(k: Looked) -> Need:
    """Return whether compose is there, goes with the engine, knows the deployment and accepts its files."""
    seen, project = k.examined.seen, k.examined.project
    problems = [seen.problems.get(part, "") for part in ("compose", "deployment")]
    files = f"it does not accept its files: {project.problem}" if project.problem else ""
    problem = next((one_line(text) for text in (*problems, files) if text), "")
    if problem:
        return missing(problem, k.settings if problem == files else cures.of(k, problem))
    version = f"compose {k.compose}" if k.compose else seen.compose
    return ok(f"{version}: it accepts the files of the deployment")


def clock(k: Looked) -> Need:
    """Return whether the host's clock is that of this machine: ages, and the names of runs, come of both."""
    if abs(k.ahead) <= APART:
        return ok("as on this machine")
    said = f"{lasting(abs(k.ahead))} {'ahead of' if k.ahead > 0 else 'behind'} this machine's"
    return doubtful(said, k.on_host("sudo timedatectl set-ntp true"))


def notification(k: Looked) -> Need | None:
    """Return whether the team can be told, and whether a test message arrived where one was sent."""
    if not k.primary:
        return None
    addresses = len(k.environment.notices.addresses)
    if not addresses:
        return doubtful(f"notify in {HOSTS_FILE} names no address: nobody is told", k.settings)
    known = counted(addresses, "address") if addresses == 1 else f"{addresses} addresses"
    if k.told is None:
        return doubtful(f"{known}; no test message was sent", fab("check --notify"))
    wrong = "; ".join(filter(None, k.told))
    return missing(f"the test message: {wrong}", k.settings) if wrong else ok(f"{known}, the test message arrived")

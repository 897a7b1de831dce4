"""Where faults are played: a host with v3 deployed, a run in the background, and what became of both."""

from __future__ import annotations

import shlex
import sys
import time
from contextlib import contextmanager
from pathlib import Path

from tests.faults.deployment import RUNS, Deployment
from tests.faults.proxy import Proxy
from tests.faults.running import LIMIT, Running
from tests.operator import PROJECT, Operator, Ran
from tests.report import note

HOLD = """#!/bin/sh
held() { cat /tmp/hold 2>/dev/null; }
step=$(held) && case "$*" in *"$step"*) while [ "$(held)" = "$step" ]; do sleep 0.02; done ;; esac
exec /usr/bin/timeout "$@"
"""
ROLLBACK = ("--no-rehearse", "--yes")
COPIES = 100  # copies of the database that may lie around: each one fills some of the host's disk


class Stage(Deployment):
    """A deployment that faults happen to, and what is noted of them."""

    def __init__(self, operator: Operator) -> None:
        super().__init__(operator)
        self.running, self.torn = [], True

    def ready(self) -> None:
        """Have v3 deployed, with the images of v2 kept; the way there is `fab undo` where that can be."""
        if self.torn or not (self.as_deployed() or self.undone()):
            self.host.reset()
            self.install()
            self.must(self.operator.fab("full-rollback", "--commit", self.operator.good, *ROLLBACK, timeout=LIMIT))
            assert self.undone()
            self.torn = False
        elif int(self.operator.sql("SELECT count(*) FROM pg_database")) > COPIES:
            self.must(self.operator.fab("backups.prune", "--yes", timeout=LIMIT))

    def undone(self) -> bool:
        """Take the last run back, and return whether v3 is there again, as it was deployed."""
        return self.operator.fab("undo", "--yes", timeout=LIMIT).code == 0 and self.as_deployed()

    def clear(self) -> None:
        """End what is under way, and take the host for spoilt."""
        for running in self.running:
            running.give_up()
        self.running, self.torn = [], True

    def install(self) -> None:
        """Put the shim in place that can hold a step."""
        self.host.exec("cat > /usr/local/bin/timeout && chmod +x /usr/local/bin/timeout", user="root", stdin=HOLD)

    def start(self, *words: str, **variables: str) -> Running:
        """Type `fab WORDS` in the background; CUT makes it end itself at a moment."""
        fab = [sys.executable, "-m", "tests.faults.cut"] if "CUT" in variables else self.operator.command()
        self.running.append(Running([*fab, *words], self.operator.environ(PYTHONPATH=str(PROJECT), **variables)))
        return self.running[-1]

    def rollback(self, *words: str, **variables: str) -> Running:
        """Begin a full rollback to v2."""
        return self.start("full-rollback", "--commit", self.operator.good, *ROLLBACK, *words, **variables)

    def restore(self, *words: str, **variables: str) -> Running:
        """Begin the emergency restore of the latest backup."""
        return self.start("emergency-restore", "--file", "latest", "--yes", "--no-health", *words, **variables)

    def resuming(self, **variables: str) -> Running:
        """Begin to resume what was cut."""
        return self.start("resume", "--yes", **variables)

    def hold(self, step: str) -> None:
        """Keep the step called `step` from doing anything once it has begun."""
        self.host.exec("cat > /tmp/hold.new && mv /tmp/hold.new /tmp/hold", stdin=f"-{step}.")

    def go(self) -> None:
        """Let the held step go on."""
        self.host.exec("rm -f /tmp/hold")

    def pass_on(self, step: str | None) -> None:
        """Let the held step go on, and hold the next one."""
        if step:
            self.hold(step)
        else:
            self.go()

    def wait_for(self, step: str, event: str = "begin", known: str = "") -> None:
        """Wait until the journal of a run other than `known` has `event` of `step`."""
        entry = f'"event":"{event}","step":"[0-9]*-{step}"'
        there = f"r=$(ls -1t | head -n 1); [ \"$r\" != '{known}' ] && grep -q '{entry}' \"$r/journal\""
        until = shlex.quote(f"until {there}; do sleep 0.02; done")
        self.host.exec(f"mkdir -p {RUNS}; cd {RUNS}; timeout 120 sh -c {until}", timeout=130)

    def wait_until(self, condition: str) -> None:
        """Wait until a command succeeds on the host."""
        until = shlex.quote(f"until {condition}; do sleep 0.05; done")
        self.host.exec(f"timeout 120 sh -c {until}", timeout=130)

    def settled(self) -> None:
        """Wait until the engine and the database answer."""
        self.wait_until("docker exec jctc_db pg_isready -q -h 127.0.0.1 2>/dev/null")

    def ended(self, crowd: list[Running], count: int) -> list[Ran]:
        """Wait until `count` of them have ended, and return those."""
        deadline = time.monotonic() + LIMIT
        while sum(running.ended for running in crowd) < count:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        return [running.end() for running in crowd if running.ended]

    @contextmanager
    def table_locked(self):
        """Hold a lock on the table `cases` inside the block, by a session that outlives those who are ended."""
        container = "$(docker ps -q --filter label=com.docker.compose.service=db)"
        hold = "BEGIN; LOCK TABLE cases IN ACCESS SHARE MODE; SELECT pg_sleep(600);"
        psql = (
            f"until docker exec {container} psql -U jctc_user -d jctc_db -qc {shlex.quote(hold)}; do sleep 0.02; done"
        )
        again = shlex.quote(f"until {psql}; do sleep 0.02; done")
        self.host.exec(f"setsid sh -c {again} >/dev/null 2>&1 & echo $! > /tmp/locker")
        try:
            yield
        finally:
            self.host.exec("kill -- -$(cat /tmp/locker) || :")
            self.operator.sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' "
                "AND pid <> pg_backend_pid()"
            )

    def note(self, fault: str, where: str, ran: Ran, resumed: str, before: str) -> None:
        """Add a line to FAULTS.md, and hold the rows against those before."""
        after = self.content()
        assert after == before, f"{fault} {where}: rows {before} became {after}"
        assert not any(line.startswith("Traceback") for line in ran.text.splitlines()), ran.text
        note(
            {
                "fault": fault,
                "where": where,
                "what the operator saw": ran.first,
                "exit": str(ran.code),
                "the host then": self.state(),
                "and after": resumed,
                "rows before": before[:12],
                "rows after": after[:12],
            }
        )


@contextmanager
def through(operator: Operator, folder: Path):
    """Let the operator reach the host through a proxy inside the block."""
    proxy, host = Proxy(operator.host.port), operator.settings["hosts"][0]
    before = dict(host)
    keys = folder / "known_hosts"
    keys.write_text(Path(host["known_hosts"]).read_text().replace(f":{operator.host.port} ", f":{proxy.port} "))
    host.update(port=proxy.port, known_hosts=str(keys))
    operator.write()
    try:
        yield proxy
    finally:
        host.update(before)
        operator.write()
        proxy.close()

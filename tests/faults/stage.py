"""Where faults are played: a host with v3 deployed, a run in the background, and what became of both."""

from __future__ import annotations

import shlex
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.faults.proxy import Proxy
from tests.operator import PROJECT, Operator, Ran

RUNS = ".fab-rollback/jctc-app/runs"
LIMIT = 240  # seconds for any command
HOLD = """#!/bin/sh
held() { cat /tmp/hold 2>/dev/null; }
step=$(held) && case "$*" in *"$step"*) while [ "$(held)" = "$step" ]; do sleep 0.02; done ;; esac
exec /usr/bin/timeout "$@"
"""
CONTENT = """
SELECT count(*) || ' ' || coalesce(md5(string_agg(
  concat_ws('|', id, reference, title, opened_on, {court}), ',' ORDER BY id)), '') FROM cases;
"""
COURT = "SELECT column_name FROM information_schema.columns WHERE table_name = 'cases' AND column_name LIKE 'court%'"
ROLLBACK = ("--no-rehearse", "--yes")


@dataclass(frozen=True)
class Row:
    """One line of FAULTS.md."""

    fault: str
    where: str
    saw: str
    code: int
    state: str
    resumed: str
    before: str
    after: str


class Running:
    """A `fab` command in the background."""

    def __init__(self, process: subprocess.Popen) -> None:
        self.process = process

    def send(self, number: int) -> None:
        """Send a signal to it."""
        self.process.send_signal(number)

    def end(self, timeout: float = LIMIT) -> Ran:
        """Wait until it ends."""
        out, err = self.process.communicate(timeout=timeout)
        return Ran(self.process.returncode, out, err)


class Stage:
    """An operator at a host that faults happen to."""

    def __init__(self, operator: Operator) -> None:
        self.operator, self.host = operator, operator.host
        self.rows: list[Row] = []

    def ready(self) -> None:
        """Have v3 deployed, with the images of v2 kept; the way there is `fab undo` where that can be."""
        if not self.last_run() or self.operator.fab("undo", "--yes").code or not self.as_deployed():
            self.host.reset()
            self.install()
            self.must(self.operator.fab("full-rollback", "--commit", self.operator.good, *ROLLBACK, timeout=LIMIT))
            self.must(self.operator.fab("undo", "--yes", timeout=LIMIT))
        assert self.as_deployed()

    def install(self) -> None:
        """Put the shim in place that can hold a step."""
        self.host.exec("cat > /usr/local/bin/timeout && chmod +x /usr/local/bin/timeout", user="root", stdin=HOLD)

    def as_deployed(self) -> bool:
        """Whether v3 runs, as it was deployed, and nothing is locked."""
        return self.operator.head() == self.operator.bad and self.release() == "v3" and not self.locked()

    def release(self) -> str:
        """The release that answers, healthy or not."""
        return self.host.exec("curl -s -m 5 http://127.0.0.1:8000/health | grep -o 'v[0-9]' | head -n 1 || :")

    def locked(self) -> bool:
        """Whether a lock is on the host."""
        return self.host.exec(f"ls -d {RUNS}/../lock 2>/dev/null || :") != ""

    def content(self) -> str:
        """Count and checksum of the rows, over the columns that all releases have."""
        court = self.operator.sql(COURT)
        return self.operator.sql(CONTENT.format(court=court or "NULL"))

    def start(self, *words: str, **variables: str) -> Running:
        """Type `fab WORDS` in the background; CUT makes it end itself at a moment."""
        fab = [sys.executable, "-m", "tests.faults.cut"] if "CUT" in variables else [self.operator.command()[0]]
        environ = self.operator.environ(PYTHONPATH=str(PROJECT), **variables)
        return Running(
            subprocess.Popen(
                [*fab, *words],
                cwd=PROJECT,
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        )

    def rollback(self, *words: str, **variables: str) -> Running:
        """Begin a full rollback to v2."""
        return self.start("full-rollback", "--commit", self.operator.good, *ROLLBACK, *words, **variables)

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

    def ended(self, crowd: list[Running], count: int) -> list[Ran]:
        """Wait until `count` of them have ended, and return those."""
        deadline = time.monotonic() + LIMIT
        while sum(running.process.poll() is not None for running in crowd) < count:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        return [running.end() for running in crowd if running.process.poll() is not None]

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

    def settled(self) -> None:
        """Wait until the engine and the database answer."""
        self.wait_until("docker exec jctc_db pg_isready -q -h 127.0.0.1 2>/dev/null")

    def back_on_main(self) -> None:
        """Put HEAD on main again, where it was deployed."""
        self.host.exec("git -C jctc-app checkout -q main")

    def last_run(self) -> str:
        """The run that did something last."""
        return self.host.exec(f"ls -1t {RUNS} 2>/dev/null | head -n 1 || :")

    def idle(self) -> bool:
        """Whether no step runs on the host."""
        return self.host.exec("grep -ls FAB_ROLLBACK_STEP= /proc/[0-9]*/environ || :", user="root") == ""

    def must(self, ran: Ran) -> Ran:
        """Return what succeeded; fail with its words where it did not."""
        assert ran.code == 0, ran.text
        return ran

    def resume(self) -> Ran:
        """Type `fab resume`."""
        return self.operator.fab("resume", "--yes", timeout=LIMIT)

    def rolled_back(self) -> None:
        """Assert that v2 is there: checkout, schema, health, no lock, no step left."""
        assert self.operator.head() == self.operator.good
        assert self.operator.status_of() == "200"
        assert self.release() == "v2"
        assert self.operator.revision() == "8d24e6b5c073"
        assert not self.locked()
        assert self.idle()

    def state(self) -> str:
        """What the host is like, in a few words."""
        names = ", ".join(sorted(name.removeprefix("jctc_") for name in self.operator.containers()))
        return f"HEAD {self.operator.head()[:7]}, runs {names or 'nothing'}{', locked' if self.locked() else ''}"

    def note(self, fault: str, where: str, ran: Ran, resumed: str, before: str) -> None:
        """Add a line to FAULTS.md, and hold the rows against those before."""
        after = self.content()
        assert after == before, f"{fault} {where}: rows {before} became {after}"
        assert not any(line.startswith("Traceback") for line in ran.text.splitlines()), ran.text
        self.rows.append(Row(fault, where, _saw(ran), ran.code, self.state(), resumed, before[:12], after[:12]))


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


def _saw(ran: Ran) -> str:
    lines = [line.strip() for line in (ran.err or ran.out).splitlines() if line.strip()]
    return lines[0] if lines else "(ended at once)"

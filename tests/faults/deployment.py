"""The deployment that faults happen to, seen past SSH: what is there, and whether it is as it should be."""

from __future__ import annotations

import time

from sandbox.shell import SandboxError
from tests.faults.running import LIMIT
from tests.operator import Operator, Ran

BUSY = 20  # seconds for which a step may keep all sessions out
ENDED = ("due to administrator command", "not currently accepting connections")
RUNS = "jctc-app/.git/fab-rollback/runs"
CONTENT = """
SELECT count(*) || ' ' || coalesce(md5(string_agg(concat_ws('|', id, reference, title, opened_on,
  coalesce(to_jsonb(cases) ->> 'court', to_jsonb(cases) ->> 'court_name')), ',' ORDER BY id)), '') FROM cases;
"""


class Deployment:
    """A host with an application on it, and the operator who is responsible for it."""

    def __init__(self, operator: Operator) -> None:
        self.operator, self.host = operator, operator.host

    def as_deployed(self) -> bool:
        """Whether v3 runs, as it was deployed, and nothing is locked."""
        there = self.operator.head() == self.operator.bad and self.release() == "v3"
        return there and self.operator.revision() == "c5b90f37a4de" and not self.locked()

    def release(self) -> str:
        """The release that answers, healthy or not."""
        return self.host.exec("curl -s -m 5 http://127.0.0.1:8000/health | grep -o 'v[0-9]' | head -n 1 || :")

    def locked(self) -> bool:
        """Whether a lock is on the host."""
        return self.host.exec(f"ls -d {RUNS}/../lock 2>/dev/null || :") != ""

    def content(self) -> str:
        """Count and checksum of the rows, over the columns that all releases have.

        A step that goes on meanwhile may end this session, as it ends all others, and keep new ones out for a moment.
        """
        deadline = time.monotonic() + BUSY
        while True:
            try:
                return self.operator.sql(CONTENT)
            except SandboxError as error:
                if time.monotonic() > deadline or not any(word in str(error) for word in ENDED):
                    raise

    def last_run(self) -> str:
        """The run that did something last."""
        return self.host.exec(f"ls -1t {RUNS} 2>/dev/null | head -n 1 || :")

    def idle(self) -> bool:
        """Whether no step runs on the host."""
        return self.host.exec("grep -ls FAB_ROLLBACK_STEP= /proc/[0-9]*/environ || :", user="root") == ""

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

    def back_on_main(self) -> None:
        """Put HEAD on main again, where it was deployed."""
        self.host.exec("git -C jctc-app checkout -q main")

    def must(self, ran: Ran) -> Ran:
        """Return what succeeded; fail with its words where it did not."""
        assert ran.code == 0, ran.text
        return ran

    def resume(self) -> Ran:
        """Type `fab resume`."""
        return self.operator.fab("resume", "--yes", timeout=LIMIT)

"""The report says what happened and what is, and no more."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from tasks.console.errors import Refused
from tasks.incident import report
from tasks.incident.secrets import Secrets
from tasks.preflight.present.state import State
from tasks.tools.postgres.server import Member, Server
from tests.unit.support.deployment import environment
from tests.unit.support.incidents import BAD, GOOD, PROVEN, RUN, container, incident, journal


def server(*names: str) -> Server:
    copies = tuple(Member(n, 1, 4096, "UTF8", True, 0, None, None) for n in names)
    return Server(150000, False, 0, 0, 0, True, None, copies)


def host(answer=None) -> SimpleNamespace:
    return SimpleNamespace(address="h", environment=environment(), ask=lambda *_, **__: answer)


def written(made, rows, server) -> str:
    return report.write(host((rows, server)), made)


def test_without_a_run_there_is_nothing_to_report():
    with pytest.raises(Refused, match="ubuntu@shop:22: no run yet"):
        report.write(host(), incident())


def test_without_a_running_database_its_rows_are_not_asked_for():
    for seen in (State(), State(containers=[container("db", "exited")])):
        assert report.data(host(), seen) == (None, None)


def test_a_proven_rollback_is_told_with_times_states_and_data():
    made = incident(journal(("stop", "snapshot", "checkout", "start"), 0, PROVEN))
    text = written(made, {"public.cases": 1525}, server("shop__snap_1"))
    for line in (
        "shop: full-rollback, bbbb → aaaa: proven 1970-01-01 00:33:20 UTC. "
        "Now: aaaaaaaaaaaa (Show the court), healthy.",
        f"- 1970-01-01 00:16:40 UTC · full-rollback was started by ada from laptop ({RUN})",
        f"- 1970-01-01 00:16:41 UTC · The stop step: done in 0.5 s ({RUN})",
        f"- commit {BAD[:12]} (branch main)",
        "- database revision c5b9",
        "- drops column cases.priority: 3 values",
        f"- commit {GOOD[:12]} (Show the court), detached",
        "- ok · commit · git HEAD: aaaaaaaaaaaa",
        "- copy of the database before the change: shop__snap_1, made, now there, 4.1 kB",
        "- public.cases: 1525 rows now",
        "- NOT done: Communicated status to team: nothing is journaled. Next: `fab incident.notify`",
    ):
        assert line in text.splitlines()


def test_a_failure_is_never_called_a_recovery():
    failed = {"event": "failed", "step": "start", "why": "app exited", "half": True}
    made = incident(journal(("stop", "checkout", "start"), 1, failed), status="exited", code=500)
    line = report.headline(made)
    assert "not proven: failed; it is applied only in part" in line
    assert "NOT healthy: http://127.0.0.1/health: 500; app is exited" in line
    text = written(made, None, None)
    assert "The start step: FAILED" in text or "start: FAILED with exit code 1" in text
    assert "start failed: app exited" in text
    assert "rows were not counted" in text
    assert "NOT made, now not asked for" in text


def test_a_proven_rollback_that_broke_afterwards_says_both():
    line = report.headline(incident(journal(("stop", "start"), 0, PROVEN), code=502))
    assert "proven" in line and "NOT healthy: http://127.0.0.1/health: 502" in line


def test_a_copy_that_is_gone_is_not_promised():
    made = incident(journal(("stop", "snapshot"), 0, PROVEN))
    assert "shop__snap_1, made, now not there" in written(made, {}, server())


def test_without_a_run_the_status_says_so():
    assert report.headline(incident()).startswith("shop: no rollback was run. Now: aaaaaaaaaaaa")


def test_nothing_is_claimed_of_what_could_not_be_read():
    line = report.headline(incident(seen=State(problems={"head": "no git"})))
    assert "an unreadable commit, NOT healthy: no container" in line


def test_a_secret_in_the_journal_is_not_in_the_report():
    failed = {"event": "failed", "step": "start", "why": "login postgresql://u:hunter2@db failed, or hunter3"}
    text = written(incident(journal(("start",), 1, failed), secrets=Secrets(["hunter3"])), None, None)
    assert "hunter" not in text and "login postgresql://u:***@db failed, or ***" in text

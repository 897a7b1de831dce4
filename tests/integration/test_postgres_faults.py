"""Swaps under clients that never stop asking, and under a server that is killed in the middle."""

from __future__ import annotations

import random
import threading
import time

import pytest

from tasks.ssh import scripts
from tasks.tools.postgres import changes
from tasks.tools.postgres.names import copy_name
from tests.integration.postgres_host import PostgresHost

pytestmark = [pytest.mark.sandbox, pytest.mark.fault]
ROWS = "CREATE TABLE t AS SELECT g, md5(g::text) FROM generate_series(1, 20000) AS g;"
CLIENT = """
while [ ! -e /tmp/stop ]; do
  psql -X -q -U jctc_user -d hammered -c "INSERT INTO t VALUES (0, 'x')" >/dev/null 2>&1 && date +%s.%N
done >>/tmp/answers
"""


@pytest.fixture
def box(hosts):
    made = PostgresHost(hosts(), "hammered")
    made.create(ROWS)
    yield made
    made.drop()


def worst_gap(times: list[float]) -> float:
    return max(later - earlier for earlier, later in zip(times, times[1:], strict=False))


@pytest.mark.long
def test_twenty_swaps_under_six_clients_succeed_with_less_than_a_second_without_answers(box):
    box.host.exec("docker exec jctc_db rm -f /tmp/stop /tmp/answers")
    for _ in range(6):
        box.host.exec(f"docker exec -i jctc_db sh >/dev/null 2>&1 <<'END' &\n{CLIENT}\nEND")
    time.sleep(5)
    began = float(box.host.exec("date +%s.%N"))
    swaps = [(copy_name(box.name, "snap", f"h{n}"), copy_name(box.name, "old", f"h{n}")) for n in range(20)]
    windows = []
    try:
        for number, (snap, old) in enumerate(swaps):
            box.ok(changes.snapshot(box.db, f"h{number}"))
            start = float(box.host.exec("date +%s.%N"))
            box.ok(changes.swap(box.db, snap, old))
            windows.append((start, float(box.host.exec("date +%s.%N")) + 1))
    finally:
        box.host.exec("docker exec jctc_db touch /tmp/stop")
    answers = sorted(map(float, box.host.exec("docker exec jctc_db cat /tmp/answers").split()))
    quiet = worst_gap([at for at in answers if at < began])
    gaps = [worst_gap([at for at in answers if start - 1 < at < end + 1]) for start, end in windows]
    print(f"worst gap without a swap {quiet:.2f} s, in 20 swaps {max(gaps):.2f} s")
    assert max(gaps) < 1 + quiet
    assert all(member.open for member in (box.server().live, *box.server().copies))


HELD = """
(printf 'BEGIN; ALTER DATABASE hammered CONNECTION LIMIT 50;\\n'
 until [ -e released ]; do sleep 0.1; done; printf 'ROLLBACK;\\n') |
  docker exec -i jctc_db psql -X -q -U jctc_user -d postgres >/dev/null 2>&1 &
"""
STOPPED = """
FAB_ROLLBACK_STEP=stopped setsid sh snapshot.sh >snapshot.out 2>&1 & leader=$!
wanted="SELECT count(*) FROM pg_stat_activity WHERE application_name = 'stopped' AND wait_event_type = 'Lock'"
ask() { docker exec jctc_db psql -XAtq -U jctc_user -d postgres -c "$1"; }
until [ "$(ask "$wanted")" = 1 ]; do sleep 0.1; done
kill -TERM -- -$leader; wait $leader || echo "ended with $?"
echo "left $(ask "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'stopped'")"
touch released
"""


def test_of_a_stopped_snapshot_nothing_goes_on_in_the_server_that_would_close_the_live_database(box):
    box.host.exec(f"rm -f released; cat > snapshot.sh; {HELD}", stdin=scripts.with_files(changes.snapshot(box.db, "s")))
    try:
        said = box.host.exec(STOPPED, timeout=60)
    finally:
        box.host.exec("touch released")
    assert said.splitlines() == ["ended with 143", "left 0"]
    assert box.server().live.open
    assert [member.name for member in box.server().copies] == []


@pytest.mark.parametrize("number", range(5))
def test_a_server_killed_in_the_swap_is_never_torn_and_resume_ends_it(fresh, number):
    assert fresh.fab("backups.create", "--yes").code == 0
    before = fresh.rows()
    fresh.sql("DELETE FROM documents")
    ends = []
    fresh.host.exec("touch began")
    restoring = threading.Thread(target=lambda: ends.append(fresh.fab("backups.restore", "--file", "latest", "--yes")))
    restoring.start()
    fresh.host.exec(
        "until find jctc-app/.git/fab-rollback/runs -name '*-swap.1.pid' -newer began | grep -q .; do sleep 0.02; done",
        timeout=120,
    )
    time.sleep(random.Random(number).uniform(0, 0.8))
    fresh.host.exec("kill -9 $(docker inspect -f '{{.State.Pid}}' jctc_db)", user="root")
    restoring.join()
    fresh.host.exec("timeout 60 sh -c 'until docker exec jctc_db pg_isready -qh 127.0.0.1; do sleep 0.1; done'")
    if ends[0].code:
        ends.append(fresh.fab("resume", "--yes"))
    assert ends[-1].code == 0, [ran.text for ran in ends]
    assert fresh.rows() == before
    closed = "SELECT count(*) FROM pg_database WHERE datname LIKE 'jctc_db%' AND NOT datallowconn"
    assert fresh.sql(closed) == "0"
    assert fresh.sql("SELECT count(*) FROM pg_database WHERE datname LIKE 'jctc\\_db\\_\\_old%'") == "1"

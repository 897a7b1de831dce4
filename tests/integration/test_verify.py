"""verify and status on a real host, whole and half broken."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.sandbox


def wrong(ran) -> set[str]:
    """Names of the checks that failed, from verify's document."""
    (checks,) = ran.json()["hosts"].values()
    return {c["name"] for c in checks if not c["ok"]}


def lines(ran) -> dict[str, str]:
    """The lines of status, by subject."""
    assert ran.code == 0, ran.text
    return ran.json()[0]["lines"]


def test_a_broken_release_is_told_in_a_table_and_by_the_exit_code(operator):
    before = operator.world()
    ran = operator.fab("verify", "--json")
    assert ran.code == 1
    assert ran.json()["ok"] is False
    assert "health" in wrong(ran)
    assert wrong(ran) <= {"health", "logs"}
    assert "http://127.0.0.1:8000/health: 500" in ran.err

    ran = operator.fab("verify", "--commit", operator.good[:7], "--json")
    assert "commit" in wrong(ran)
    assert operator.fab("verify", "--commit", "0000000").code == 2

    found = lines(operator.fab("status", "--json"))
    assert operator.bad[:12] in found["code"]
    assert operator.good[:12] in found["good before"]
    assert "as HEAD needs it" in found["database"]
    assert "500" in found["health"]
    assert "priority_level does not exist" in found["errors"]
    ran = operator.fab("status")
    assert "Next: fab diagnose" in ran.out
    assert len(ran.out.splitlines()) <= 24
    assert operator.world() == before


def test_status_and_diagnose_work_when_half_of_it_is_broken(fresh):
    fresh.host.exec("docker stop -t 1 jctc_db")
    found = lines(fresh.fab("status", "--json"))
    assert "jctc_db exited" in found["containers"]
    assert "not running" in found["database"]
    assert fresh.fab("verify").code == 1
    assert fresh.fab("diagnose", "--json").json()["command"] == "fab container-restart --service db"

    fresh.host.exec("docker rm -f $(docker ps -aq)")
    found = lines(fresh.fab("status", "--json"))
    assert found["containers"] == "app has none, db has none, web has none"

    fresh.host.exec("chmod 600 /var/run/docker.sock", user="root")
    found = lines(fresh.fab("status", "--json"))
    assert "may not use Docker" in found["engine"]
    assert fresh.bad[:12] in found["code"]
    assert "engine" in wrong(fresh.fab("verify", "--json"))
    assert "does not answer" in fresh.fab("diagnose").out
    for task in ("containers.restart", "containers.rebuild", "containers.stop"):
        ran = fresh.fab(task, "--yes")
        assert (ran.code, len(ran.err.strip().splitlines())) == (2, 1), ran.text

"""The code alone, on a real host: refused where the schema would not fit, done where it does."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.sandbox
BREAK = """
cd jctc-app
echo 'def check(): raise RuntimeError("no such court")' > app/health.py
git -c user.name=Ada -c user.email=ada@example.org commit -qam 'Look for courts elsewhere'
docker-compose -f docker-compose.prod.yml build -q app >/dev/null 2>&1
docker-compose -f docker-compose.prod.yml up -d app >/dev/null 2>&1
git rev-parse HEAD
"""


def test_code_goes_back_alone_only_where_the_schema_fits(fresh):
    before = fresh.world()
    ran = fresh.fab("code-rollback", "--commit", fresh.good[:7], "--yes")
    assert (ran.code, len(ran.err.strip().splitlines())) == (2, 1), ran.text
    assert "fab full-rollback --commit" in ran.err
    assert "fab migration-rollback --revision 8d24e6b5c073" in ran.err
    assert fresh.world() == before

    ran = fresh.fab("full-rollback", "--commit", fresh.good, "--yes")
    assert ran.code == 0, ran.text
    assert fresh.fab("verify", "--commit", fresh.good).code == 0
    assert fresh.fab("diagnose", "--json").json()["kind"] == "healthy"
    good = fresh.world()

    bad = fresh.host.exec(BREAK).strip()
    found = fresh.fab("diagnose", "--json").json()
    assert (found["kind"], found["command"]) == ("code", f"fab code-rollback --commit {fresh.good[:12]}")
    assert any("no such court" in line["text"] for line in found["evidence"])

    ran = fresh.fab("code-rollback", "--commit", fresh.good[:12], "--yes")
    assert ran.code == 0, ran.text
    assert fresh.status_of() == "200"
    assert (fresh.head(), fresh.revision(), fresh.rows()) == (fresh.good, good.revision, good.rows)
    back = fresh.containers()

    ran = fresh.fab("code-rollback", "--commit", bad, "--service", "frontend", "--yes")
    assert ran.code == 0, ran.text
    assert fresh.head() == bad
    now = fresh.containers()
    assert {name for name in now if now[name] != back[name]} == {"jctc_web"}
    assert fresh.status_of() == "200"

    ran = fresh.fab("container-restart", "--yes")
    assert ran.code == 0, ran.text
    assert fresh.containers().keys() == back.keys()

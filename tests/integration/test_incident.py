"""After a rollback, on a real host: evidence, checklist, report, and a word to the team."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path

import pytest

from tasks.incident.evidence import FILE_LIMIT
from tests.listener import listening
from tests.operator import PROJECT

pytestmark = pytest.mark.sandbox


def ticks(operator) -> dict[str, bool]:
    return {item["text"]: item["done"] for item in operator.fab("incident.checklist", "--json").json()}


def folder_of(ran) -> Path:
    return Path(ran.out.rsplit(" is in ", 1)[1].strip())


def test_an_incident_is_fetched_ticked_reported_and_told_as_it_was(fresh, tmp_path):
    assert not any(ticks(fresh).values())
    assert fresh.fab("incident.report").code == 2
    secret = fresh.host.exec("sed -n 's/^POSTGRES_PASSWORD=//p' jctc-app/.env")
    said = "{ echo leaked $DATABASE_URL; echo RuntimeError: bad deploy; } > /proc/1/fd/1"
    fresh.host.exec(f"docker exec jctc_app sh -c '{said}'")
    ran = fresh.fab("full-rollback", "--commit", fresh.good, "--yes", "--json")
    assert ran.code == 0, ran.text
    run = ran.json()["run"]

    # The container that leaked it is gone; its log was kept before.
    fetched = fresh.fab("incident.logs", "--count", "50")
    assert fetched.code == 0, fetched.text
    folder = folder_of(fetched)
    try:
        look_at(folder, fresh, secret)
    finally:
        shutil.rmtree(folder)

    done = ticks(fresh)
    assert [text for text, ticked in done.items() if not ticked] == [
        "Communicated status to team",
        "Documented the incident",
    ]
    fresh.host.exec("git -C jctc-app checkout -q main")
    assert not ticks(fresh)["Reverted to previous state"]
    fresh.host.exec(f"git -C jctc-app checkout -q --detach {fresh.good}")

    with listening() as (good, got), listening(status=500) as (bad, _):
        fresh.settings["notify"] = [good]
        fresh.write()
        told = fresh.fab("incident.notify", "--message", "We are back; looking into it.", no_proxy="127.0.0.1")
        assert told.code == 0, told.text
        assert got[0]["message"].startswith("We are back; looking into it.\ntest: full-rollback, ")
        assert "proven" in got[0]["message"] and "healthy." in got[0]["message"]
        fresh.settings["notify"] = [bad, good]
        fresh.write()
        partly = fresh.fab("incident.notify", no_proxy="127.0.0.1")
        assert partly.code == 1
        assert "address 1 (json): not delivered" in partly.out and "address 2 (json): sent" in partly.out
        assert "pa55word" not in told.text + partly.text

    place = tmp_path / "report.md"
    report = fresh.fab("incident.report", "--output", str(place))
    assert report.code == 0, report.text
    assert place.read_text() == report.out
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    for line in (
        f"- commit {fresh.bad[:12]} (branch main)",
        "- database revision c5b90f37a4de",
        "- database revision 8d24e6b5c073",
        f"- public.cases: {fresh.rows()['cases']} rows now",
        "(the log of jctc_app, kept before it was stopped)",
        "- Not known: who noticed it first",
    ):
        assert line in report.out
    page = tmp_path / "report.html"
    assert fresh.fab("incident.report", "--output", str(page)).code == 0
    assert secret not in page.read_text() and "<svg" in page.read_text()
    assert secret not in report.out and run in report.out
    assert all(ticks(fresh).values())
    again = fresh.fab("incident.report", "--output", str(place))
    assert (again.code, "there already" in again.err) == (2, True)


def look_at(folder: Path, fresh, secret: str) -> None:
    """The folder holds the evidence, for the operator alone, without the secret."""
    files = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    assert {stat.S_IMODE(p.stat().st_mode) for p in files.values()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    texts = {name: p.read_text() for name, p in files.items()}
    assert not [name for name, text in texts.items() if secret in text]
    assert "jctc_user:***@db" in texts["compose.yml"] and "POSTGRES_PASSWORD: '***'" in texts["compose.yml"]
    assert "jctc_user:***@db" in texts["run/evidence/jctc_app.log"]
    assert len(texts["logs/jctc_db.log"].splitlines()) <= 50
    assert fresh.bad in texts["git.txt"] and "8d24e6b5c073" in texts["alembic.txt"]
    assert '"event":"proven"' in texts["run/journal"].replace(" ", "")
    assert "run/plan.json" in texts
    left = fresh.host.exec("ls -d /tmp/tmp.* 2>/dev/null || :")
    assert left == ""


def test_before_any_run_the_evidence_is_there_and_nobody_is_told_without_an_address(operator):
    ran = operator.fab("incident.notify")
    assert (ran.code, "names no address" in ran.err) == (2, True)
    ran = operator.fab("incident.logs", "--run", "20000101-000000-abcdef")
    assert (ran.code, len(ran.err.strip().splitlines())) == (2, 1), ran.text
    assert not list(PROJECT.glob("incidents/test-*"))


def test_large_logs_are_bounded_and_quick(operator):
    write = "import sys; sys.stdout.write(('x' * 999 + chr(10)) * 20000)"
    operator.host.exec(f'docker exec jctc_app sh -c "python -c \\"{write}\\" > /proc/1/fd/1"')
    ran = operator.fab("incident.logs", "--count", "999999", timeout=60)
    assert ran.code == 0, ran.text
    folder = folder_of(ran)
    size = (folder / "logs/jctc_app.log").stat().st_size
    shutil.rmtree(folder)
    assert 0.9 * FILE_LIMIT < size <= 1.1 * FILE_LIMIT

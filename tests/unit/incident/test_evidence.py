"""Evidence arrives whole or not at all, and is written where nobody else can read it."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile

import pytest
import yaml

from tasks.console.errors import ConnectionLost, Failed
from tasks.engine.record import RunRecord
from tasks.incident import evidence
from tests.unit.support import incidents, laid
from tests.unit.support.deployment import environment
from tests.unit.support.stage import Stage, ps


class Host:
    """A host whose channel holds these bytes."""

    address = "ubuntu@shop:22"

    def __init__(self, data: bytes) -> None:
        self.data, self.closed = data, False

    def open_channel(self, script: str):
        return self

    def makefile(self, *_how):
        return io.BytesIO(self.data)

    def close(self) -> None:
        self.closed = True


def archive(**files: str) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        for name, text in files.items():
            info = tarfile.TarInfo(f"./{name}")
            info.size = len(text.encode())
            tar.addfile(info, io.BytesIO(text.encode()))
    return made.getvalue()


def test_files_come_through_and_the_channel_is_closed():
    host = Host(archive(log="a\nb\n"))
    assert evidence.fetch(host, "") == {"log": b"a\nb\n"}
    assert host.closed


@pytest.mark.parametrize("data", [b"", b"sh: tar: not found\n", archive(log="word " * 5000)[:-30]])
def test_an_archive_that_was_cut_off_is_no_evidence(data):
    with pytest.raises(ConnectionLost, match="did not arrive whole"):
        evidence.fetch(Host(data), "")


def test_more_than_can_be_meant_is_not_taken(monkeypatch):
    monkeypatch.setattr(evidence, "WHOLE_LIMIT", 1000)
    with pytest.raises(Failed, match="--count"):
        evidence.fetch(Host(archive(log="x" * 1001)), "")


def test_secrets_of_one_file_are_masked_in_all_and_the_dotenv_file_is_not_kept():
    config = {"services": {"app": {"environment": {"SMTP_TOKEN": "from-config", "DATABASE_URL": "pg://u:in-url@db/x"}}}}
    inspected = [{"Config": {"Env": ["S3_SECRET=from-inspect"]}}]
    texts = evidence.masked(
        {
            evidence.DOTENV: b"POSTGRES_PASSWORD=from-dotenv\nPLACE=some-where\n",
            evidence.CONFIG: yaml.safe_dump(config).encode(),
            evidence.INSPECTED: json.dumps(inspected).encode(),
            "logs/app.log": b"tried from-dotenv some-where from-config in-url from-inspect \xff",
        }
    )
    assert set(texts) == {evidence.CONFIG, evidence.INSPECTED, "logs/app.log"}
    whole = "".join(texts.values())
    assert not [v for v in ("from-dotenv", "some-where", "from-config", "in-url", "from-inspect") if v in whole]
    assert texts["logs/app.log"].startswith("tried *** *** *** *** ***")


def test_a_configuration_that_cannot_be_parsed_is_masked_as_text():
    texts = evidence.masked({evidence.CONFIG: b"a: [\nPASSWORD=hunter2", evidence.DOTENV: b"KEY=hunter3"})
    assert "hunter" not in texts[evidence.CONFIG]


def test_only_the_operator_can_read_what_was_written_and_no_name_leads_out(tmp_path):
    folder = tmp_path / "incidents" / "shop"
    evidence.keep(folder, {"logs/app.log": "x", "../../out": "y", "/etc/out": "z"})
    written = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    assert written == {"logs/app.log", "out", "etc/out"}
    assert {p.stat().st_mode & 0o777 for p in folder.rglob("*") if p.is_file()} == {0o600}
    assert {p.stat().st_mode & 0o777 for p in [folder, *folder.rglob("*")] if p.is_dir()} == {0o700}
    with pytest.raises(Failed, match="logs/app.log cannot be written: File exists."):
        evidence.keep(folder, {"logs/app.log": "again"})


ENGINE = f"""
case "$*" in
  ps*label=*) {ps("abc api")} ;;
  "inspect -f {{{{.Name}}}} abc") echo /shop_api ;;
  logs*) echo "a line of $4" ;;
  *) echo "docker $*" ;;
esac
"""


def collected(stage: Stage, run: RunRecord | None = None, settings: dict | None = None) -> dict[str, str]:
    """The files of the archive that the script prints."""
    script = laid.with_files(evidence.collect(environment(**settings or {}), 10, run))
    ran = subprocess.run(["sh", "-c", script], env=stage.environ, cwd=stage.home, capture_output=True, timeout=60)
    with tarfile.open(fileobj=io.BytesIO(ran.stdout), mode="r:gz") as archive:
        return {m.name: archive.extractfile(m).read().decode() for m in archive.getmembers() if m.isfile()}


def test_what_is_known_of_an_incident_is_collected_and_nothing_of_it_stays(tmp_path):
    with Stage(docker=ENGINE, git='echo "git $*"') as stage:
        stage.environ["TMPDIR"] = str(tmp_path)
        (stage.home / "app").mkdir()
        (stage.home / "app" / ".env").write_text("PASSWORD=x\n")
        folder = stage.home / ".fab-rollback" / "app" / "runs" / incidents.RUN
        folder.mkdir(parents=True)
        (folder / "journal").write_text("{}")
        (folder / "01-stop.1.pid").write_text("5")
        found = collected(stage, incidents.run([]))
    assert found["./logs/shop_api.log"] == "a line of 10\n"
    assert found["./dotenv"] == "PASSWORD=x\n"
    assert found["./run/journal"] == "{}"
    assert "./run/01-stop.1.pid" not in found
    assert f"$ git show --stat {'b' * 40}" in found["./git.txt"]
    assert found["./alembic.txt"].startswith("rows of alembic_version:\n")
    assert list(tmp_path.iterdir()) == []


def test_of_a_swarm_the_logs_of_all_services_come_with_those_of_other_nodes():
    engine = """case "$*" in
      "service ls"*) echo one; echo two ;;
      "service inspect"*) echo shop_api; echo shop_worker ;;
      "service logs"*) for name; do :; done; echo "a line of $name" ;;
    esac"""
    with Stage(docker=engine) as stage:
        (stage.home / "app").mkdir()
        found = collected(stage, settings={"orchestrator": "swarm", "stack": "shop"})
    assert found["./logs/shop_api.log"] == "a line of shop_api\n"
    assert found["./logs/shop_worker.log"] == "a line of shop_worker\n"


def test_on_a_host_without_the_folder_an_archive_comes_all_the_same():
    with Stage(docker=ENGINE) as stage:
        found = collected(stage)
    assert "no folder app on the host" in found["./errors.txt"]
    assert "./host.txt" in found

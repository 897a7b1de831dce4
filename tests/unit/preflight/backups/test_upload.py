"""A local backup is brought over whole or not at all, by real scripts in a folder that stands for the host's home."""

from __future__ import annotations

import hashlib
import os
import subprocess
from types import SimpleNamespace

import pytest

from tasks.console.errors import ConnectionLost, Failed, Refused
from tasks.preflight.backups import upload
from tests.unit.support import laid

DUMP = b"--\n-- PostgreSQL database dump\n--\n" + bytes(range(256)) * 12_000


class Channel:
    """What a script on the host reads; it breaks after LIMIT bytes."""

    def __init__(self, script: str, home, limit: int | None) -> None:
        self.process = subprocess.Popen(["sh", "-c", laid.with_files(script)], stdin=subprocess.PIPE, env=environ(home))
        self.limit, self.sent = limit, 0

    def sendall(self, data: bytes) -> None:
        if self.limit is not None and self.sent + len(data) > self.limit:
            raise OSError("gone")
        self.sent += len(data)
        self.process.stdin.write(data)

    def shutdown_write(self) -> None:
        self.process.stdin.close()

    def recv_exit_status(self) -> int:
        return self.process.wait(60)

    def close(self) -> None:
        self.process.communicate() if not self.process.stdin.closed else self.process.wait(60)


def environ(home) -> dict[str, str]:
    return {"HOME": str(home), "PATH": "/usr/bin:/bin"}


@pytest.fixture
def host(tmp_path):
    """A host whose home is a folder; `limit` is after how many bytes its connection breaks."""
    home = tmp_path / "home"
    home.mkdir()

    def sh(script, timeout=None, check=True):
        done = subprocess.run(["sh", "-c", laid.with_files(script)], env=environ(home), capture_output=True, text=True)
        if check and done.returncode:
            raise Failed(done.stderr.strip())
        return done

    made = SimpleNamespace(address="u@h:22", home=home, sh=sh, limit=None, channels=[])
    made.open_channel = lambda script: made.channels.append(Channel(script, home, made.limit)) or made.channels[-1]
    return made


@pytest.fixture
def local(tmp_path):
    path = tmp_path / "it's mine.sql"
    path.write_bytes(DUMP)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path


def beside(local, content: bytes) -> None:
    text = f"{hashlib.sha256(content).hexdigest()}  {local.name}\n"
    local.with_name(f"{local.name}.sha256").write_text(text)


def test_a_backup_arrives_with_its_checksum_its_age_and_for_nobody_else(host, local):
    beside(local, DUMP)
    assert upload.bring(host, str(local), "my backups") == "my backups/it's mine.sql"
    there = host.home / "my backups" / local.name
    assert there.read_bytes() == DUMP
    assert (there.stat().st_mode & 0o777, int(there.stat().st_mtime)) == (0o600, 1_700_000_000)
    checked = subprocess.run(["sha256sum", "-c", f"{local.name}.sha256"], cwd=there.parent, capture_output=True)
    assert checked.returncode == 0


def test_a_checksum_is_never_made_up_and_a_wrong_one_refuses_the_file(host, local):
    upload.bring(host, str(local), "b")
    assert [p.name for p in (host.home / "b").iterdir()] == [local.name]
    beside(local, b"as it was")
    with pytest.raises(Refused, match="it changed"):
        upload.bring(host, str(local), "elsewhere")
    assert len(host.channels) == 1


def test_what_is_there_is_not_sent_again_and_nothing_else_is_overwritten(host, local):
    upload.bring(host, str(local), "b")
    upload.bring(host, str(local), "b", plan=True)
    assert len(host.channels) == 1
    local.write_bytes(DUMP + b"more")
    with pytest.raises(Refused, match="another file"):
        upload.bring(host, str(local), "b")
    assert (host.home / "b" / local.name).read_bytes() == DUMP


def test_an_upload_that_was_cut_goes_on_where_it_stopped(host, local):
    host.limit = 2 * upload.CHUNK
    with pytest.raises(ConnectionLost, match="goes on where it stopped"):
        upload.bring(host, str(local), "b")
    assert not (host.home / "b" / local.name).exists()
    host.limit = None
    upload.bring(host, str(local), "b")
    assert host.channels[-1].sent == len(DUMP) - 2 * upload.CHUNK
    assert (host.home / "b" / local.name).read_bytes() == DUMP


def test_the_rest_of_another_file_is_not_gone_on_with(host, local):
    part = host.home / "b" / f"{local.name}.part"
    part.parent.mkdir()
    part.write_bytes(b"something else")
    upload.bring(host, str(local), "b")
    assert (host.home / "b" / local.name).read_bytes() == DUMP
    assert not part.exists()


def test_what_did_not_arrive_as_it_was_sent_never_gets_its_name(host, local, monkeypatch):
    monkeypatch.setattr(Channel, "sendall", lambda self, data: self.process.stdin.write(data[:-1] + b"!"))
    with pytest.raises(Failed, match="did not arrive as it was sent"):
        upload.bring(host, str(local), "b")
    assert not (host.home / "b" / local.name).exists()


def test_a_folder_has_its_name_when_all_of_it_is_there(host, tmp_path):
    folder = tmp_path / "dump.dir"
    folder.mkdir()
    (folder / "toc.dat").write_bytes(b"PGDMP")
    (folder / "1.dat").write_bytes(DUMP)
    host.limit = len(DUMP) - 1
    with pytest.raises(ConnectionLost):
        upload.bring(host, str(folder), "b")
    assert not (host.home / "b" / "dump.dir").exists()
    host.limit = None
    for _again in range(2):
        assert upload.bring(host, str(folder), "b") == "b/dump.dir"
    assert [p.name for p in (host.home / "b").iterdir()] == ["dump.dir"]
    assert sorted(p.name for p in (host.home / "b" / "dump.dir").iterdir()) == ["1.dat", "toc.dat"]
    (folder / "toc.dat").write_bytes(b"PGDMP2")
    with pytest.raises(Refused, match="another file"):
        upload.bring(host, str(folder), "b")


@pytest.mark.parametrize(("content", "words"), [(None, "there is no"), (b"", "does not begin"), (b"hello", "does not")])
def test_what_is_no_dump_is_refused_before_it_is_sent(host, tmp_path, content, words):
    path = tmp_path / "x"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Refused, match=words):
        upload.bring(host, str(path), "b")
    assert host.channels == []


def test_a_plan_sends_nothing(host, local):
    with pytest.raises(Refused, match="--plan changes nothing"):
        upload.bring(host, str(local), "b", plan=True)
    assert list(host.home.iterdir()) == []

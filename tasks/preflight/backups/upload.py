"""`--file local:PATH`: a backup on this machine, brought to the host whole or not at all, taken up where it was cut."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from paramiko import Channel

from ...console import terminal as console
from ...console.commands import fab
from ...console.errors import ConnectionLost, Failed, Refused
from ...engine.progress import Progress
from ...ssh import scripts
from ...ssh.host import Host

CHUNK = 1 << 20  # bytes sent at once
# Archives, and what may be packed or sealed.
BEGINNINGS = (b"PGDMP", b"toc.dat\0", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ", b"BZh", b"\x04\x22\x4d\x18")
SEALED = (b"age-encryption.org", b"-----BEGIN ", b"Salted__", *(bytes([one]) for one in (0x84, 0x85, 0x8C, 0xC1, 0xC3)))


class Upload(NamedTuple):
    """A file or folder `source` on this machine that comes to lie in `folder`, relative to the login's home."""

    source: Path
    folder: str

    @property
    def path(self) -> str:
        """Its path on the host."""
        return f"{self.folder}/{self.source.name}"

    def call(self, what: str, *arguments: str) -> str:
        """Return the call of a part of `upload.sh`."""
        return scripts.call("preflight/backups/upload.sh", what, self.folder, self.source.name, *arguments)


def bring(c: Host, local: str, folder: str, plan: bool = False) -> str:
    """Upload the file or folder `local` into `folder` (relative to the login's home) and return its path there.

    It has its name only once its checksum was read again on the host; a NAME.sha256 that lies beside
    `local` is held against it, and comes along. What is there already is not sent again. With `plan`,
    Refused where it would have to be sent.
    """
    source = Path(local).expanduser()
    if not source.exists():
        raise Refused(f"--file: there is no {source} on this machine.")
    if problem := _not_a_dump(source):
        raise Refused(f"--file: {source} {problem}.", next=f"Backups on the host: {fab('backups.list')}")
    wanted = Upload(source, folder)
    try:
        _bring(c, wanted, plan)
    except (PermissionError, FileNotFoundError) as error:
        raise Refused(f"--file: {error.filename} cannot be read: {error.strerror}.") from None
    return wanted.path


def _bring(c: Host, wanted: Upload, plan: bool = False) -> None:
    source = wanted.source
    sums = _sums(source)
    digest = _digest(source, sums)
    state = c.sh(wanted.call("state"), timeout=None).stdout
    seen = dict(line.split(" ", 1) for line in state.splitlines())
    if seen.get("final") == digest:
        return
    if "final" in seen:
        raise Refused(f"{wanted.path} is there already, and is another file: rename yours.", at=c.address)
    if plan:
        raise _not_there(source)
    checksum = _checksum_beside(source, sums)
    if source.is_dir():
        for piece in _pieces(source):
            _bring(c, Upload(piece, f"{wanted.path}.part"))
    else:
        _send(c, wanted, _resumable(source, seen.get("part", "")))
    c.sh(wanted.call("finish", digest, str(int(source.stat().st_mtime)), checksum), timeout=None)


def _pieces(folder: Path) -> list[Path]:
    return sorted((p for p in folder.iterdir() if p.is_file()), key=lambda p: p.name.encode())


def _sums(source: Path) -> list[str]:
    """Return what sha256sum prints of SOURCE, or of the files of a folder."""
    return [f"{_sha(piece)}  {piece.name}" for piece in (_pieces(source) if source.is_dir() else [source])]


def _digest(source: Path, sums: list[str]) -> str:
    """Return what `upload.sh` prints of SOURCE where it is there, whole."""
    if not source.is_dir():
        return sums[0][:64]
    return hashlib.sha256("".join(f"{line}\n" for line in sums).encode()).hexdigest()


def _checksum_beside(source: Path, sums: list[str]) -> str:
    """Return "checksum" where one lies beside SOURCE, else nothing; Refused where it is not that of SOURCE."""
    beside = source.with_name(f"{source.name}.sha256")
    if not beside.is_file():
        return ""
    lines = [line for line in beside.read_text(errors="replace").splitlines() if line.strip()]
    if [line.split()[0].lstrip("\\").lower() for line in lines] != [line[:64] for line in sums]:
        raise Refused(
            f"--file: {source} is not what {beside.name} beside it says: it changed.",
            next=f"Bring it here anew, or take one that is on the host: {fab('backups.list')}",
        )
    return "checksum"


def _not_there(source: Path) -> Refused:
    return Refused(
        f"--plan changes nothing, and local:{source} is not on the host yet, where it has to be looked at.",
        next="Without --plan it is uploaded first; then the plan is shown, and you are asked.",
    )


def _not_a_dump(source: Path) -> str:
    """Return why SOURCE cannot be a backup, as far as its beginning tells."""
    if source.is_dir():
        return "" if (source / "toc.dat").is_file() else "is a folder without the toc.dat of pg_dump -Fd"
    try:
        with source.open("rb") as stream:
            head = stream.read(1000)
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    known = head.startswith((*BEGINNINGS, *SEALED)) or b"PostgreSQL database" in head
    return "" if known else "does not begin as a dump of PostgreSQL does"


def _resumable(source: Path, part: str) -> int:
    """Return how many bytes of SOURCE lie on the host already: all of PART, or none where it is something else."""
    size, _, sha = part.partition(" ")
    return int(size) if size and int(size) <= source.stat().st_size and _sha(source, int(size)) == sha else 0


def _sha(source: Path, count: int | None = None) -> str:
    """Return the sha256 of the first COUNT bytes, or of all."""
    found = hashlib.sha256()
    for chunk in _chunks(source, 0, count):
        found.update(chunk)
    return found.hexdigest()


def _chunks(source: Path, start: int, count: int | None = None) -> Iterator[bytes]:
    with source.open("rb") as stream:
        stream.seek(start)
        left = count if count is not None else source.stat().st_size - start
        while left > 0 and (chunk := stream.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def _sent(channel: Channel, chunks: Iterable[bytes]) -> int:
    """Send the chunks, and return the exit code of what took them; less than 0 where the connection was lost."""
    try:
        for chunk in chunks:
            channel.sendall(chunk)
        channel.shutdown_write()
        return channel.recv_exit_status()
    except (OSError, EOFError):
        return -1
    finally:
        channel.close()


def _shown(chunks: Iterable[bytes], done: int, size: int) -> Iterator[bytes]:
    """Yield the chunks, and show how far of SIZE bytes it is after each; DONE were there before."""
    progress = Progress()
    for chunk in chunks:
        yield chunk
        done += len(chunk)
        if said := progress.words(f"PROGRESS bytes {done} {size}"):
            console.say(f"    {said}", style="dim")


def _send(c: Host, wanted: Upload, done: int) -> None:
    """Send what is missing of a file of which DONE bytes are there."""
    source = wanted.source
    console.say(f"  uploading {source} to {wanted.path}{f', from byte {done} on' if done else ''}")
    channel = c.open_channel(wanted.call("receive", *([] if done else ["anew"])))
    ended = _sent(channel, _shown(_chunks(source, done), done, source.stat().st_size))
    if ended < 0:
        raise ConnectionLost(
            f"{c.address}: the connection was lost while {source.name} was uploaded. Nothing else was changed; "
            "the same command goes on where it stopped."
        )
    if ended:
        raise Failed(f"{c.address}: {source.name} could not be written (is the disk full?). Nothing else was changed.")

"""`--file local:PATH`: a backup on this machine, brought to the host whole or not at all, taken up where it was cut."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from ..console import terminal as console
from ..console.errors import ConnectionLost, Failed, Refused
from ..engine.progress import Progress
from ..ssh.shell import home, quote

CHUNK = 1 << 20  # bytes sent at once
BEGINNINGS = (b"PGDMP", b"\x1f\x8b", b"\x28\xb5\x2f\xfd")

STATE = """cd {folder} 2>/dev/null || exit 0
sum() {{ sha256sum <"$1" | cut -d' ' -f1; }}
if [ -f {final} ]; then echo "final $(wc -c <{final}) $(sum {final})"; elif [ -e {final} ]; then echo 'final other'; fi
[ ! -f {part} ] || echo "part $(wc -c <{part}) $(sum {part})"
"""

FINISH = """set -eu; umask 077; cd {folder}
[ "$(sha256sum <{part} | cut -d' ' -f1)" = {sha} ] || {{ echo 'it did not arrive as it was sent' >&2; exit 1; }}
{sidecar}touch -d @{modified} {part}; chmod 600 {part}; mv {part} {final}
"""

# A folder gets its name when all of it is there.
WHOLE = """set -eu; umask 077; cd {folder}
[ "$(cd {part} && sha256sum *)" = {sums} ] || {{ echo 'it did not arrive as it was sent' >&2; exit 1; }}
{sidecar}touch -d @{modified} {part}; mv -T {part} {final}
"""


def bring(c, local: str, folder: str, plan: bool = False) -> str:
    """Upload the file or folder LOCAL into FOLDER (relative to the login's home) and return its path there.

    It has its name only once its checksum was read again on the host; a NAME.sha256 that lies beside
    LOCAL is held against it, and comes along. What is there already is not sent again. With `plan`,
    Refused where it would have to be sent.
    """
    source = Path(local).expanduser()
    if not source.exists():
        raise Refused(f"--file: there is no {source} on this machine. Nothing was changed.")
    if problem := _not_a_dump(source):
        raise Refused(f"--file: {source} {problem}. Nothing was changed.")
    try:
        (_folder if source.is_dir() else _file)(c, source, folder, plan)
    except (PermissionError, FileNotFoundError) as error:
        raise Refused(f"--file: {error.filename} cannot be read: {error.strerror}. Nothing was changed.") from None
    return f"{folder}/{source.name}"


def _folder(c, source: Path, folder: str, plan: bool) -> None:
    pieces = sorted((p for p in source.iterdir() if p.is_file()), key=lambda p: p.name.encode())
    sums = "\n".join(f"{_sha(piece)}  {piece.name}" for piece in pieces)
    words = _words(source, folder)
    there = c.sh("export LC_ALL=C; cd {folder}/{final} 2>/dev/null && sha256sum * || :".format(**words), timeout=None)
    if there.stdout.strip() == sums:
        return
    if there.stdout.strip():
        raise _taken(c, source, folder)
    if plan:
        raise _not_there(source)
    words["sidecar"] = _sidecar(source, sums, words)
    for piece in pieces:
        _file(c, piece, f"{folder}/{source.name}.part", plan)
    finish = WHOLE.format(sums=quote(sums), modified=int(source.stat().st_mtime), **words)
    c.sh(f"LC_ALL=C; export LC_ALL\n{finish}", timeout=None)


def _file(c, source: Path, folder: str, plan: bool) -> None:
    size, sha = source.stat().st_size, _sha(source)
    words = _words(source, folder)
    answer = c.sh(STATE.format(**words), timeout=None).stdout
    seen = dict(line.split(" ", 1) for line in answer.splitlines() if " " in line)
    if seen.get("final") == f"{size} {sha}":
        return
    if "final" in seen:
        raise _taken(c, source, folder)
    if plan:
        raise _not_there(source)
    words["sidecar"] = _sidecar(source, f"{sha}  {source.name}", words)
    done = _resumable(source, seen.get("part", ""))
    console.say(f"  uploading {source} to {folder}/{source.name}{f', from byte {done} on' if done else ''}")
    _send(c, source, words, done, size)
    c.sh(FINISH.format(sha=sha, modified=int(source.stat().st_mtime), **words), timeout=None)


def _words(source: Path, folder: str) -> dict[str, str]:
    name = quote(source.name)
    return {"folder": home(folder), "final": f"./{name}", "part": f"./{quote(source.name + '.part')}"}


def _sidecar(source: Path, sums: str, words: dict[str, str]) -> str:
    """Return the command that brings the checksum beside SOURCE along; Refused where it is not that of SOURCE."""
    beside = source.with_name(f"{source.name}.sha256")
    if not beside.is_file():
        return ""
    told = [
        line.split()[0].lstrip("\\").lower() for line in beside.read_text(errors="replace").splitlines() if line.strip()
    ]
    if told != [line.split()[0] for line in sums.splitlines()]:
        raise Refused(f"--file: {source} is not what {beside.name} beside it says: it changed. Nothing was changed.")
    return f"printf '%s\\n' {quote(sums)} >{words['final']}.sha256; "


def _taken(c, source: Path, folder: str) -> Refused:
    return Refused(
        f"{c.address}: {folder}/{source.name} is there already, and is another file: rename yours. Nothing was changed."
    )


def _not_there(source: Path) -> Refused:
    return Refused(
        f"--plan changes nothing, and local:{source} is not on the host yet, where it has to be looked at. "
        "Without --plan it is uploaded first; then the plan is shown, and you are asked."
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
    known = head.startswith(BEGINNINGS) or b"PostgreSQL database" in head
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


def _send(c, source: Path, words: dict[str, str], done: int, size: int) -> None:
    keep = f"cat >>{words['part']}" if done else f"cat >{words['part']}"
    channel = c.open_channel(f"umask 077; mkdir -p {words['folder']} && cd {words['folder']} && {keep}")
    progress = Progress()
    try:
        for chunk in _chunks(source, done):
            channel.sendall(chunk)
            done += len(chunk)
            if said := progress.words(f"PROGRESS bytes {done} {size}"):
                console.say(f"    {said}", style="dim")
        channel.shutdown_write()
        ended = channel.recv_exit_status()
    except (OSError, EOFError):
        raise _lost(c, source) from None
    finally:
        channel.close()
    if ended < 0:
        raise _lost(c, source)
    if ended != 0:
        raise Failed(f"{c.address}: {source.name} could not be written (is the disk full?). Nothing else was changed.")


def _lost(c, source: Path) -> ConnectionLost:
    return ConnectionLost(
        f"{c.address}: the connection was lost while {source.name} was uploaded. Nothing else was changed; "
        "the same command goes on where it stopped."
    )

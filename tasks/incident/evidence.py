"""What the host knows of an incident, gathered in one archive there, and kept here without its secrets."""

from __future__ import annotations

import contextlib
import json
import os
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from ..config.settings import Environment
from ..console.commands import BEGIN, END, render, unmarked
from ..console.errors import ConnectionLost, Failed
from ..console.units import size
from ..engine import journal
from ..engine.record import RunRecord
from ..ssh import scripts
from ..ssh.host import Host
from ..tools import secrets
from ..tools.alembic import rows
from ..tools.compose import compose

FILE_LIMIT = 8 * 1024 * 1024  # bytes of one file that are taken; of logs the last ones
WHOLE_LIMIT = 256_000_000  # bytes of all files together
DOTENV, CONFIG, INSPECTED = "dotenv", "compose.yml", "containers.json"
COMMITS = 20


def collect(environment: Environment, count: int, run: RunRecord | None) -> str:
    """Return the call that prints a tar.gz: the last `count` lines of each container's log, and what else is known.

    What belongs to `run`, and to the release that it left, is part of it. Nothing of it stays on the host.
    """
    database = environment.database
    known = rows.variables(environment, database) if database and database.alembic else {"TABLE": ""}
    return scripts.call(
        "incident/collect-evidence.sh",
        **{**compose.variables(environment), **known},
        COUNT=str(count),
        COMMITS=str(COMMITS),
        LIMIT=str(FILE_LIMIT),
        RUN=journal.folder(environment, run.run) if run and run.run else "",
        LEFT=run.plan.before.commit if run and run.plan.before else "",
    )


def fetch(host: Host, script: str) -> dict[str, bytes]:
    """Return the files of the archive that `script` prints on `host`, by name.

    Raises ConnectionLost when it ends early, Failed when it is larger than can be meant.
    """
    channel = host.open_channel(script)
    try:
        with channel.makefile("rb", 65536) as stream, tarfile.open(fileobj=stream, mode="r|gz") as archive:
            return _read(host, archive)
    except (tarfile.TarError, EOFError, OSError) as error:
        why = " ".join(str(error).split()) or type(error).__name__
        raise ConnectionLost(
            f"{host.address}: the evidence did not arrive whole: {why}. Nothing was written."
        ) from None
    finally:
        channel.close()


def _read(host: Host, archive: tarfile.TarFile) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    taken = 0
    for member in archive:
        taken += member.size
        if taken > WHOLE_LIMIT:
            raise Failed(f"{host.address}: more than {size(WHOLE_LIMIT)} of evidence: ask for fewer lines (--count).")
        if member.isfile() and (content := archive.extractfile(member)):
            files[str(PurePosixPath(member.name))] = content.read()
    return files


def masked(files: dict[str, bytes]) -> dict[str, str]:
    """Return the files as texts without secrets; the `.env` of the host only tells what those are."""
    texts = {name: _written_out(data.decode("utf-8", "replace")) for name, data in files.items()}
    dotenv = texts.pop(DOTENV, "")
    trees = {name: _parsed(name, texts[name]) for name in (CONFIG, INSPECTED) if name in texts}
    known = {*secrets.in_dotenv(dotenv), *(value for tree in trees.values() for value in secrets.in_tree(tree))}
    hide = secrets.Secrets(known)
    shaped = {name: _written(name, hide.mask_tree(tree)) for name, tree in trees.items() if tree}
    return {name: hide.mask(shaped.get(name, text)) for name, text in sorted(texts.items()) if text}


def _written_out(text: str) -> str:
    """Return a text of the run's folder, where commands lie as JSON keeps them, as people read it."""
    return render(unmarked(text).replace("\\ue000", BEGIN).replace("\\ue001", END).replace("\\ue003", ""))


def _parsed(name: str, text: str) -> Any:
    import yaml

    try:
        return json.loads(text) if name == INSPECTED else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError):
        return None


def _written(name: str, tree: Any) -> str:
    import yaml

    return json.dumps(tree, indent=1) if name == INSPECTED else str(yaml.safe_dump(tree, sort_keys=False))


def keep(folder: Path, texts: dict[str, str]) -> None:
    """Write the texts below `folder`, which only this user can read; names cannot lead out of it."""
    for name, text in texts.items():
        parts = [part for part in PurePosixPath(name).parts if part not in ("/", "..", ".")]
        place = folder.joinpath(*parts)
        with writing(folder):
            for parent in reversed([p for p in place.parents if p == folder or folder in p.parents]):
                parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                parent.chmod(0o700)
        write(place, text)


def write(place: Path, text: str) -> None:
    """Write a new file that only this user can read; Failed where that cannot be done, or it is there."""
    with (
        writing(place),
        os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file,
    ):
        file.write(text)


@contextlib.contextmanager
def writing(place: Path) -> Iterator[None]:
    """Raise Failed, in one line, where `place` on this machine cannot be written."""
    try:
        yield
    except OSError as error:
        raise Failed(f"{place} cannot be written: {error.strerror}.") from None

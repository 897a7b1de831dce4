"""Script files: they lie beside the tool they drive, and run on the host as they are, given their values."""

from __future__ import annotations

import base64
import gzip
import io
import re
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from .shell import Word, at_exit, quote

PACKAGE = Path(__file__).parent.parent
NAMED = re.compile(r"\$SCRIPTS/([\w./-]+\.(?:sh|awk|sql))")
HERE = Word('"$SCRIPTS"')
# Docker by sudo, for what a script says itself and, by the variable, for the files that it names.
SUDO = 'export DOCKER_SUDO=yes; docker() { sudo -n docker "$@"; }\n'
REMOVE = f"rm -rf {HERE}"
# The login's environment, as a script that restores it: what scripts are told comes on top.
LOGIN = 'export FAB_LOGIN="${FAB_LOGIN-$(export -p)}"'
# In memory where that can be: on a host whose disk is full, one has to be able to look. What one that was killed
# outright left there goes a day later.
FOLDER = f"""{LOGIN}
SCRIPTS=$(mktemp -d -p /dev/shm fab-rollback.XXXXXXXXXX 2>/dev/null || mktemp -d) || exit 1
export SCRIPTS ROUND="$SCRIPTS"
find /dev/shm -maxdepth 1 -name 'fab-rollback.*' -mmin +1440 -exec rm -rf {{}} + 2>/dev/null || :"""


def call(file: str, *arguments: str, **variables: str) -> str:
    """Return the command that runs the script `file`, its path below this package, with arguments and variables."""
    given = [f"{name}={_word(value)}" for name, value in variables.items()]
    return " ".join([*given, "sh", f'"$SCRIPTS/{file}"', *map(_word, arguments)])


def _word(value: str) -> str:
    return value if isinstance(value, Word) else quote(value)


def needed(*texts: str) -> dict[str, str]:
    """Return the script files that `texts` name as `$SCRIPTS/FILE`, and all that those name in turn, by name."""
    found: dict[str, str] = {}
    left = list(texts)
    while left:
        for name in NAMED.findall(left.pop()):
            if name not in found:
                found[name] = (PACKAGE / name).read_text(encoding="utf-8")
                left.append(found[name])
    return found


def elsewhere(services: Sequence[str]) -> str:
    """Return the line that tells a script which services only other hosts run; nothing where there are none."""
    return f"export FAB_ELSEWHERE={quote(' '.join(services))}\n" if services else ""


def packed(files: Mapping[str, str]) -> str:
    """Return `files` as a tar.gz in base64; the same files are always the same text."""
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        for name, text in sorted(files.items()):
            data = text.encode()
            entry = tarfile.TarInfo(name)
            entry.size, entry.mode = len(data), 0o600
            archive.addfile(entry, io.BytesIO(data))
    return base64.b64encode(gzip.compress(whole.getvalue(), mtime=0)).decode()


def unpack(files: Mapping[str, str], folder: Word) -> str:
    """Return a command that lays `files` into `folder`, which is there."""
    return f"printf %s {packed(files)} | base64 -d | tar -xzf - -C {folder}"


def with_files(script: str) -> str:
    """Return `script` with the files that it names around it, for as long as it runs; as it is where it names none."""
    files = needed(script)
    if not files:
        return script
    return "\n".join(
        [
            FOLDER,
            at_exit(REMOVE),
            f"{unpack(files, HERE)} || exit 1",
            f"main() (\n{script}\n)",
            'main "$@"; exit',
        ]
    )

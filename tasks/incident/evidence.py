"""What the host knows of an incident, gathered in one archive there, and kept here without its secrets."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from ..config.settings import Environment
from ..console.errors import ConnectionLost, Failed
from ..console.units import size
from ..ssh import paths
from ..ssh.host import Host
from ..ssh.shell import at_exit, join, quote
from ..tools.alembic import rows
from ..tools.compose import compose
from . import secrets

FILE_LIMIT = 8 * 1024 * 1024  # bytes of one file that are taken; of logs the last ones
WHOLE_LIMIT = 256_000_000  # bytes of all files together
DOTENV, CONFIG, INSPECTED = "dotenv", "compose.yml", "containers.json"
COMMITS = 20


def collect(environment: Environment, count: int, run: str, bad: str) -> str:
    """Return a script that prints a tar.gz: the last `count` lines of each container's log, and what else is known.

    `run` is the id of a run, `bad` the hash of the release that was left; both may be empty. Nothing
    of it stays on the host.
    """
    return "\n".join(
        [
            "umask 077; t=$(mktemp -d) || exit 1; " + at_exit('rm -rf "$t"'),
            'exec 2>"$t/errors.txt"; mkdir "$t/logs" "$t/run"',
            f"( {compose.in_app(environment, *_about_the_app(environment, count, bad))}\n)",
            _run_folder(environment, run) if run else ":",
            '{ date; uptime; df -h; free -m; docker version; } > "$t/host.txt" 2>&1',
            'cd "$t" && tar czf - .',
        ]
    )


def _about_the_app(environment: Environment, count: int, bad: str) -> list[str]:
    return [
        f"set +e; ids=$({compose.containers()})",
        "for c in $ids; do n=$(docker inspect -f '{{.Name}}' $c)",
        f'docker logs -t --tail {count} $c 2>&1 | tail -c {FILE_LIMIT} > "$t/logs/${{n#/}}.log" & done; wait',
        f'cat .env > "$t/{DOTENV}"',
        f'compose config > "$t/{CONFIG}"',
        f'[ -z "$ids" ] || docker inspect $ids > "$t/{INSPECTED}"',
        'docker ps -a --no-trunc > "$t/containers.txt"; docker images --no-trunc > "$t/images.txt"',
        *_about_the_code(bad),
        f'{{ {_revision(environment)}; }} > "$t/alembic.txt" 2>&1',
    ]


def _about_the_code(bad: str) -> list[str]:
    asked = [
        join("git", "status"),
        join("git", "log", f"-{COMMITS}", "--date=iso", "--stat"),
        join("git", "reflog", f"-{COMMITS}", "--date=iso"),
        join("git", "diff", "HEAD"),
    ]
    if bad:
        asked += [join("git", "show", "--stat", bad), join("git", "diff", "HEAD", bad)]
    shown = "\n".join(f"echo; echo {quote('$ ' + command)}; {command}" for command in asked)
    return [f'{{ {shown}\n}} 2>&1 | head -c {FILE_LIMIT} > "$t/git.txt"']


def _revision(environment: Environment) -> str:
    database = environment.database
    if not (database and database.alembic):
        return "echo 'no alembic in hosts.yaml'"
    return f"echo 'rows of {database.alembic.table}:'; ( {rows.command(environment, database)} )"


def _run_folder(environment: Environment, run: str) -> str:
    return (
        f"cd {paths.state(environment)}/runs/{quote(run)} && find . -type f -size -{FILE_LIMIT}c ! -name '*.pid'"
        ' | tar cf - -T - | tar xf - -C "$t/run"'
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
    files, taken = {}, 0
    for member in archive:
        taken += member.size
        if taken > WHOLE_LIMIT:
            raise Failed(f"{host.address}: more than {size(WHOLE_LIMIT)} of evidence: ask for fewer lines (--count).")
        if member.isfile():
            files[str(PurePosixPath(member.name))] = archive.extractfile(member).read()
    return files


def masked(files: dict[str, bytes]) -> dict[str, str]:
    """Return the files as texts without secrets; the `.env` of the host only tells what those are."""
    texts = {name: data.decode("utf-8", "replace") for name, data in files.items()}
    dotenv = texts.pop(DOTENV, "")
    trees = {name: parse(texts[name]) for name, parse in PARSERS.items() if name in texts}
    known = {*secrets.in_dotenv(dotenv), *(value for tree in trees.values() for value in secrets.in_tree(tree))}
    hide = secrets.Secrets(known)
    shaped = {name: WRITERS[name](hide.mask_tree(tree)) for name, tree in trees.items() if tree}
    return {name: hide.mask(shaped.get(name, text)) for name, text in sorted(texts.items()) if text}


def _yaml(text: str):
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def _json(text: str):
    try:
        return json.loads(text)
    except ValueError:
        return None


def _as_yaml(tree) -> str:
    import yaml

    return yaml.safe_dump(tree, sort_keys=False)


PARSERS: dict[str, Callable] = {CONFIG: _yaml, INSPECTED: _json}
WRITERS: dict[str, Callable] = {CONFIG: _as_yaml, INSPECTED: lambda tree: json.dumps(tree, indent=1)}


def keep(folder: Path, texts: dict[str, str]) -> None:
    """Write the texts below `folder`, which only this user can read; names cannot lead out of it."""
    for name, text in texts.items():
        parts = [part for part in PurePosixPath(name).parts if part not in ("/", "..", ".")]
        place = folder.joinpath(*parts)
        for parent in reversed([p for p in place.parents if p == folder or folder in p.parents]):
            parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            parent.chmod(0o700)
        write(place, text)


def write(place: Path, text: str) -> None:
    """Write a new file that only this user can read; raises OSError, FileExistsError if it is there."""
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)

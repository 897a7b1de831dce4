"""Every option of every task, checked the same way before anything connects."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ..console.errors import Refused

LONGEST = 4096  # characters
SHOWN = 200  # characters of a value that stand in an error
REF = r"(?!-)(?!.*(\.\.|@\{|//))[\w./~^+@=-]{1,250}(?<![./])"
NAME = r"[\w][\w.@-]{0,249}"
IMAGE = r"[a-z0-9][\w./:@-]{0,499}"
COUNT = r"[1-9][0-9]{0,5}"

HELP = {
    "restore_snapshot": "put the snapshot's data back instead of upgrading the present data",
    "output": "a local file to write it to as well; it must not be there yet",
    "message": "a sentence of yours, sent before the status",
    "unfreeze": "record although it contains what was rolled back: it is said to mend it",
    "run": "a run's identifier, how it begins, or 'last'; runs.list shows them",
    "commit": "the commit to go back to: a hash, tag or branch that the host's checkout knows",
    "revision": "an alembic revision, overriding the one the commit needs",
    "service": "a role (backend, frontend, database), a compose service or a container",
    "file": "a backup: a PATH on the host, 'latest', or local:PATH to upload",
    "because": "why, in a sentence, for those who read of the run afterwards",
    "yes": "ask nothing",
    "plan": "show what would happen and change nothing",
    "verbose": "show the commands of each step, as --plan does, and all that they print",
    "quiet": "print only problems, and the last line",
    "json": "one JSON document on stdout, everything else on stderr",
    "count": "how many entries",
    "stash": "put local changes of the checkout aside first (git stash)",
    "recreate": "make the containers anew, with the environment and compose settings as they are now",
    "rebuild": "build without cache even where an image is kept",
    "image": "SERVICE=IMAGE: what a service runs at the commit, where nothing else says; may be given again",
    "stop_first": "stop the application before anything else, as the runbook does",
    "database": "take the schema back as well; with --no-database it stays as it is",
    "downgrade_sql": "REV=FILE: your own SQL in place of one migration's downgrade",
    "rehearse": "try the downgrade on a clone, though a kept rehearsal holds; with --no-rehearse it is not tried",
    "snapshot": "copy the database first; with --no-snapshot no copy is made",
    "full": "with all data, not only the schema",
    "format": "plain, gz, zst, custom or directory",
    "keep": "how many of the newest stay",
    "months": "how many months, this one included",
    "copy": "this copy of the database, or backup, alone, also where it is the only place of what it holds",
    "from_database": "the database that the backup is of, where it is not the one of hosts.yaml",
    "online": "restore while the backend goes on, and stop it for the swap only",
    "in_place": "drop the live database first, where two copies do not fit",
    "dump": "dump the live database before it is dropped; with --no-dump it is not kept",
    "migrate": "then bring the schema up to what the checked-out code needs, by the code's own image",
    "health": "the application has to answer at the end; with --no-health it need not",
    "restore": "restore it on trial, into a server of its own, and ask database.checks of it; nothing is left",
    "skip_host": "hosts to go on without, commas between: out of step until converge brings them into line",
    "on_failure": "hold (as it is, for resume or undo), or undo: take it back by itself where it fails half-way",
    "take_over": "take the lock of a run that was cut off",
}

# What an option means where it differs.
DOWN_TO = {"revision": "the alembic revision to go down to; without it, one migration is taken back"}
LAST_RUN = {"run": "a run, or how its identifier begins; without it, the one that holds the lock, else the last"}


def check(values: Mapping[str, Any]) -> None:
    """Raise Refused, in one line, for the first option whose value cannot be meant; None: it was not given."""
    for name, value in values.items():
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if one is not None:
                _check(name, one)


def _check(name: str, value: Any) -> None:
    flag = "--" + name.replace("_", "-")
    if value is True or value == "":
        raise Refused(f"{flag}: needs a value: {HELP.get(name, 'see --help')}.")
    text = str(value)
    if len(text) > LONGEST:
        raise Refused(f"{flag}: {len(text)} characters is too long.")
    if not text.isprintable():
        raise Refused(f"{flag}: {text[:SHOWN]!a} holds control characters.")
    if reason := CHECKS.get(name, _anything)(text):
        raise Refused(f"{flag}: {text[:SHOWN]!r} {reason}")


def _pattern(pattern: str, reason: str) -> Callable[[str], str]:
    return lambda text: "" if re.fullmatch(pattern, text) else reason


_anything = _pattern("(?!-).*", "starts with a dash.")
_path = _pattern("(?!-).*", "starts with a dash; write ./ before it.")
CHECKS: dict[str, Callable[[str], str]] = {
    "commit": _pattern(REF, "is not a commit, tag or branch name."),
    "revision": _pattern(NAME, "is not a revision identifier."),
    "service": _pattern(NAME, "is not a role, service or container name."),
    "image": _pattern(rf"{NAME}={IMAGE}", "is not SERVICE=IMAGE."),
    "count": _pattern(COUNT, "is not a number from 1 to 999999."),
    "run": _pattern(NAME, "is not the identifier of a run."),
    "keep": _pattern(COUNT, "is not a number from 1 to 999999."),
    "months": _pattern("[1-9][0-9]{0,2}", "is not a number from 1 to 999."),
    "on_failure": _pattern("hold|undo", "is not hold or undo."),
    "format": _pattern("plain|gz|zst|custom|directory", "is not plain, gz, zst, custom or directory."),
    "file": _path,
    "output": _path,
    "downgrade_sql": _pattern(r"[\w.-]+=[^=].*", "is not REV=FILE."),
}

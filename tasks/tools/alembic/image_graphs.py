"""The migration graphs that Alembic itself tells, in a container of a commit's image."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Sequence

from ...config.settings import Environment
from ...ssh import scripts
from ...ssh.probe import Probe, single
from . import migrate
from .revisions.answers import UndecidedError
from .revisions.graph import Graph, Revision
from .revisions.migration_files import decoded

SECONDS = 120  # a container has to start for each image
FIELD = re.compile(r"^(Rev|Parent|Merges|Also depends on|Branch names|Path): (.*)$", re.MULTILINE)
TITLE = re.compile(r"^    (.*\S)", re.MULTILINE)


def probe(environment: Environment, commits: Sequence[str]) -> Probe[dict[str, Graph]]:
    """Return the question for the graphs of `commits`, by running their code; what no image tells is left out."""
    call = scripts.call("tools/alembic/read-images.sh", *commits, **migrate.variables(environment))
    return single(call, lambda answer: parse(answer.out))


def parse(output: str) -> dict[str, Graph]:
    """Return the graph of each commit of which `read-images.sh` printed all."""
    found = {}
    for told in re.split(r"^commit ", output, flags=re.MULTILINE)[1:]:
        commit, _, history = told.partition("\n")
        try:
            if history.rstrip().endswith("\nend"):
                found[commit] = Graph.of(_revisions(history))
        except (KeyError, ValueError, UndecidedError):
            continue
    return found


def _revisions(history: str) -> Iterator[Revision]:
    sources = re.findall(r"^Source: (.*)$", history, re.MULTILINE)
    entries = re.split(r"^(?=Rev: )", history, flags=re.MULTILINE)[1:]
    for entry, source in zip(entries, sources, strict=True):
        fields = dict(FIELD.findall(entry))
        title = TITLE.search(entry)
        yield Revision(
            fields["Rev"].split(" ")[0],
            _names(fields.get("Merges") or fields["Parent"]),
            _names(fields.get("Also depends on")),
            _names(fields.get("Branch names")),
            title[1] if title else "",
            fields["Path"],
            decoded(base64.b64decode(source)),
        )


def _names(value: str | None) -> tuple[str, ...]:
    return tuple(value.split(", ")) if value and value != "<base>" else ()

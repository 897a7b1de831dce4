"""Could a release be taken back? Asked before it is deployed, while the present one runs; nothing is changed."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping

from msgspec import Struct, field

from ..console import terminal as console
from ..console.errors import Refused
from ..console.text import last_line
from ..console.units import counted
from ..ssh.host import Host
from ..ssh.probe import Probe, answered
from ..tools.alembic import rehearsal
from ..tools.alembic.kept_rehearsal import Kept
from ..tools.alembic.revisions import Graph
from ..tools.alembic.schema_change import SchemaChange
from ..tools.alembic.trial import Trial
from ..tools.git import commits
from ..tools.git.commits import Commit
from . import take_back
from .backups import copies
from .history import past
from .present import state
from .present.state import State
from .revisions import new_image, previewed, schema, trial_choice
from .revisions.previewed import Preview
from .take_back import Can, Tried, Verdict
from .target import commit_choice

# As trial.sh says it of what will be the present schema; before the deployment it is the new one.
ANSWERS = re.compile(r"^(the image of \S+ answers \d+) on the present schema(.*)$", re.MULTILINE)
LONGEST = 900  # seconds that a clone, its moves and a trial may take
UPWARDS = f"{rehearsal.FAILS}of upgrade"


class Checked(Struct, frozen=True, kw_only=True):
    """What is known of a release before it is deployed.

    Attributes:
        can: whether it can be taken back: `without loss`, `with loss`, or `no`.
        line: the same as a sentence, with the reason.
        revision: the rows of the alembic table now; `to` those that it brings.
        migrations: what the downgrade of each of its migrations does, the newest first.
        upwards: what deploying it destroys.
        found: what was found when they were tried on a clone.
        kept: when they were rehearsed (the host's clock), for a rollback to know; 0: nothing was kept.
    """

    commit: str
    subject: str
    can: Can
    line: str
    revision: list[str]
    to: list[str]
    migrations: list[Preview] = field(default_factory=list)
    upwards: list[str] = field(default_factory=list)
    found: list[str] = field(default_factory=list)
    image: str = ""
    kept: float = 0.0
    seconds: float = 0.0

    @property
    def told(self) -> list[str]:
        """What a person is told before the line."""
        moves = f"{', '.join(self.revision) or 'base'} → {', '.join(self.to)}"
        kinds = [f"takes back {one.revision} ({one.title}): {one.kind}" for one in self.migrations]
        up = [f"deploying destroys: {line}" for line in self.upwards]
        kept = ["kept: a rollback rehearses again only if anything that this depends on changes"] if self.kept else []
        return [moves, *kinds, *up, *(f"rehearsed: {line}" for line in self.found), *kept] if self.migrations else []


def check(c: Host, ref: str, named: Mapping[str, str], full: bool = False) -> Checked:
    """Return whether the commit `ref` could be taken back once it is deployed.

    `named` are images that the operator names, by service; with `full`, all data are on the clone. Raises Refused where
    that cannot be known.
    """
    began = time.monotonic()
    schema.alembic_of(c.environment)
    seen, commit = state.look(c), commit_choice.resolve(c, ref)
    change = _change(c, seen, commit)
    if not change.changes:
        return _checked(commit, change, take_back.nothing(commit.title))
    live = copies.database_of(c, seen)
    previews = previewed.migrations_of(c, live, change)
    upwards = previewed.lost_upwards(c, live, change)
    image = new_image.find(c, seen, commit, named)
    tried, kept = _try(c, seen, commit, change, image, full)
    verdict = take_back.judge(commit.title, previews, upwards, tried)
    more = {"migrations": previews, "upwards": upwards, "found": tried.others, "image": image, "kept": kept}
    return _checked(commit, change, verdict, **more, seconds=round(time.monotonic() - began, 1))


def _change(c: Host, seen: State, commit: Commit) -> SchemaChange:
    """Return the way down from the schema that `commit` brings; Refused where its migrations cannot be read."""
    rows = schema.heads_of(c, seen)
    graph = schema.graphs(c, [commit.sha])[commit.sha]
    if not isinstance(graph, Graph):
        raise Refused(f"The migrations of {commit.title} cannot be read: {graph}.")
    return schema.back_from(graph, rows, commit.title)


def _checked(commit: Commit, change: SchemaChange, verdict: Verdict, **more: object) -> Checked:
    return Checked(
        commit=commit.sha,
        subject=commit.subject,
        can=verdict.can,
        line=verdict.line,
        revision=change.to_heads,
        to=change.from_heads,
        **more,  # type: ignore[arg-type]  # the values of Checked's other fields, by their names
    )


def _runs(c: Host, seen: State, new: Commit) -> Commit | None:
    """Return the commit that runs: HEAD or, where that is `new` already, the one whose kept image runs."""
    known = c.ask(past.probe(c.environment))
    service = schema.alembic_of(c.environment).service
    running = [sha for sha, services in known.running.items() if service in services and sha != new.sha]
    before = [seen.head] if seen.head != new.sha else [sha for sha in known.positions if sha in running] or running
    if not before:
        return None
    answer = c.ask(answered(commits.show_one(c.environment, before[0])))
    return next(iter(commits.parse_commits(answer.out)), None)


def _try(c: Host, seen: State, commit: Commit, change: SchemaChange, image: str, full: bool) -> tuple[Tried, float]:
    """Try the migrations of `commit` on a clone, and what runs on the new schema; return what `_tried` does."""
    trial, told = trial_choice.present(c, seen, _runs(c, seen, commit))
    many = counted(len(change.downgrades), "migration")
    console.say(f"Trying {many} of {commit.title} on a clone, up, down and up again; {told}.")
    tree = commit.sha if seen.head != commit.sha else ""
    call = rehearsal.ahead(seen.settled(c.environment), image, change, full, trial, tree)
    return _tried(c, call, rehearsal.kept(c.environment, image, change), trial)


def _tried(c: Host, call: str, kept: Probe[Kept], trial: Trial | None) -> tuple[Tried, float]:
    """Return what came of the change on a clone, and when it was kept; Refused where it could not be tried."""
    ended = c.sh(call, timeout=LONGEST, check=False)
    why = "" if ended.ok else last_line(ended.stderr).rstrip(". ")
    if why and not (ended.exited == 2 and why.startswith(rehearsal.FAILS)):
        raise Refused(f"whether it can be taken back cannot be tried: {why}.", at=c.address)
    answers = ANSWERS.findall(ended.stdout)
    found = c.ask(kept) if ended.ok else Kept()
    tried = Tried(
        why=why,
        upwards=not why.startswith(UPWARDS),
        answers=" on the new schema".join(answers[0]) if answers else "",
        stays=trial.commit.short if trial else "",
        lacks=found.lines("lacks"),
        others=found.lines("undo", "left", "lacks", "again"),
    )
    return tried, found.at

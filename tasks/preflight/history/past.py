"""What is known of the commits that were deployed: where HEAD stood, what was left, what runs, what the ledger says."""

from __future__ import annotations

from msgspec import Struct, field

from ...config.settings import Environment
from ...ssh.probe import Probe, combined
from ...tools.compose import images
from ...tools.git import commits
from ...tools.git.commits import Positions
from . import ledger
from .ledger import Entry


class Past(Struct, frozen=True):
    """Where HEAD stood, the newest first, each once; `left`: those that were left for an ancestor of theirs.

    `back`: whether HEAD came to where it is by that.
    """

    positions: list[str] = field(default_factory=list)
    left: set[str] = field(default_factory=set)
    back: bool = False
    running: dict[str, list[str]] = field(default_factory=dict)
    ledger: list[Entry] = field(default_factory=list)

    def marks(self, sha: str) -> str:
        """Return what is known of a commit, in a few words."""
        services, said = self.running.get(sha), ledger.standing(self.ledger).get(sha)
        known = (
            "HEAD" if self.positions[:1] == [sha] else "",
            f"runs: {', '.join(services)}" if services else "",
            said.event if said and said.event in (ledger.GOOD, ledger.BAD) else "",
            "rolled back" if sha in self.left and self.positions[:1] != [sha] else "",
            "deployed before" if sha in self.positions[1:] else "",
        )
        return "; ".join(filter(None, known))

    def before(self) -> str | None:
        """Return the commit deployed before the present one, those that were rolled back passed over."""
        bad = ledger.bad(self.ledger)
        return next((sha for sha in self.positions[1:] if sha not in self.left and sha not in bad), None)

    @property
    def chosen(self) -> bool:
        """Whether the present commit is recorded as good, or one that a rollback led to."""
        said = ledger.standing(self.ledger).get(self.positions[0]) if self.positions else None
        return said.event == ledger.GOOD if said else self.back

    def good(self) -> Entry | None:
        """Return the release that was recorded as good last, the present one passed over."""
        return ledger.last_good(self.ledger, self.positions[0]) if self.positions else None

    @property
    def target(self) -> str:
        """The commit that a rollback leads to: the last recorded as good, or the one deployed before; or nothing."""
        good = self.good()
        return good.commit if good else self.before() or ""


def probe(environment: Environment) -> Probe[Past]:
    """Return the probe of what was deployed before."""
    return combined(
        _past,
        stood=commits.positions(environment),
        running=images.kept_commits(environment),
        said=ledger.probe(environment),
    )


def _past(stood: Positions, running: dict[str, list[str]], said: list[Entry]) -> Past:
    return Past(stood.commits, stood.left, stood.back, running, said)
